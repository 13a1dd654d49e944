"""The layers, by Keras's names. `base.py` says what a layer is; `core.py` has those of a first network."""

from .activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from .base import Layer, layer_classes, reset_names, weight_budget
from .core import ActivityRegularization, Dense, Embedding, Identity, Input, InputLayer, Lambda
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
from .noise import AlphaDropout, Dropout, GaussianDropout, GaussianNoise
from .normalization import BatchNormalization, LayerNormalization, Normalization, Rescaling, UnitNormalization
from .reshaping import Flatten, Permute, RepeatVector, Reshape

__all__ = ["ELU", "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average", "BatchNormalization", "Concatenate", "Dense",
           "Dot", "Dropout", "Embedding", "Flatten", "GaussianDropout", "GaussianNoise", "Identity", "Input", "InputLayer", "Lambda",
           "Layer", "LayerNormalization", "LeakyReLU", "Maximum", "Minimum", "Multiply", "Normalization", "PReLU", "Permute", "ReLU",
           "RepeatVector", "Rescaling", "Reshape", "Softmax", "Subtract", "UnitNormalization", "add", "average", "concatenate", "dot",
           "layer_classes", "maximum", "minimum", "multiply", "reset_names", "subtract", "weight_budget"]
