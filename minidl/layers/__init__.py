"""The layers, by Keras's names. `base.py` says what a layer is; `basic.py` has those of a first
network.
"""

from ..support.configs import serialize
from .activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from .base import Layer, deserialize, layer_classes
from .basic import Dense, Dropout, Flatten
from .einsum import EinsumDense
from .embedding import Embedding
from .functions import ActivityRegularization, Identity, Lambda
from .inputs import Input, InputLayer
from .making import automatic_name, reset_names, weight_budget
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
from .noise import AlphaDropout, GaussianDropout, GaussianNoise, SpatialDropout1D
from .normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from .pooling import GlobalAveragePooling1D, GlobalMaxPooling1D
from .reshaping import Permute, RepeatVector, Reshape
from .scaling import Normalization, Rescaling
from .spec import InputSpec
from .wrapping import TimeDistributed

# Layers of sequences, in files that open at first use.
for _file, _names in {
    "attention": "AdditiveAttention Attention",
    "bidirectional": "Bidirectional",
    "cells": "GRUCell LSTMCell SimpleRNNCell",
    "multi_head": "GroupQueryAttention GroupedQueryAttention MultiHeadAttention",
    "recurrent": "GRU LSTM SimpleRNN",
    "stepwise": "RNN StackedRNNCells",
}.items():
    layer_classes.rooms.update(dict.fromkeys(_names.split(), f"{__name__}.{_file}"))
# Layers of words and tables, which open `minidl.text` at first use.
_TEXT = f"{__name__.rpartition('.')[0]}.text"
layer_classes.rooms.update(
    {
        "CategoryEncoding": f"{_TEXT}.categories",
        "Discretization": f"{_TEXT}.categories",
        "Hashing": f"{_TEXT}.categories",
        "IntegerLookup": f"{_TEXT}.lookup",
        "StringLookup": f"{_TEXT}.lookup",
        "TextVectorization": f"{_TEXT}.vectorization",
    }
)


def __getattr__(name):
    if name not in layer_classes.rooms:
        raise AttributeError(f"module 'minidl.layers' has no attribute {name!r}.")
    return layer_classes.filed(name)


GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "Concatenate",
    "Dense",
    "Discretization",
    "Dot",
    "Dropout",
    "ELU",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GlobalMaxPooling1D",
    "GroupNormalization",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RNN",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "TimeDistributed",
    "UnitNormalization",
    "add",
    "automatic_name",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "layer_classes",
    "maximum",
    "minimum",
    "multiply",
    "reset_names",
    "serialize",
    "subtract",
    "weight_budget",
]
