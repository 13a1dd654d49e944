"""The layers, by Keras's names. `base.py` says what a layer is; `basic.py` has those of a first network."""

from .activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from .base import Layer, deserialize, layer_classes, reset_names, serialize, weight_budget
from .basic import ActivityRegularization, Dense, Embedding, GlobalAveragePooling1D, GlobalMaxPooling1D, Identity, Input, InputLayer, Lambda
from .merging import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from .noise import AlphaDropout, Dropout, GaussianDropout, GaussianNoise, SpatialDropout1D
from .normalization import BatchNormalization, LayerNormalization, Normalization, Rescaling, UnitNormalization
from .reshaping import Flatten, Permute, RepeatVector, Reshape
from .spec import InputSpec

GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D

__all__ = ["ELU", "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average", "BatchNormalization", "Concatenate", "Dense",
           "Dot", "Dropout", "Embedding", "Flatten", "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAvgPool1D",
           "GlobalMaxPool1D", "GlobalMaxPooling1D", "Identity", "Input", "InputLayer", "InputSpec", "Lambda",
           "Layer", "LayerNormalization", "LeakyReLU", "Maximum", "Minimum", "Multiply", "Normalization", "PReLU", "Permute", "ReLU",
           "RepeatVector", "Rescaling", "Reshape", "Softmax", "SpatialDropout1D", "Subtract", "UnitNormalization", "add", "average",
           "concatenate", "deserialize", "dot", "layer_classes", "maximum", "minimum", "multiply", "reset_names", "serialize", "subtract",
           "weight_budget"]
