"""The layers, by Keras's names. `base.py` says what a layer is; `basic.py` has those of a first
network.
"""

from .activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from .base import Layer, deserialize, layer_classes, reset_names, serialize, weight_budget
from .basic import (
    ActivityRegularization,
    Dense,
    Embedding,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    Identity,
    Input,
    InputLayer,
    Lambda,
)
from .einsum import EinsumDense
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
from .normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from .reshaping import Flatten, Permute, RepeatVector, Reshape
from .scaling import Normalization, Rescaling
from .spec import InputSpec
from .wrapping import TimeDistributed

# Layers of words and tables, which open `minidl.text` at first use.
_ELSEWHERE = {
    "CategoryEncoding": "categories",
    "Discretization": "categories",
    "Hashing": "categories",
    "IntegerLookup": "lookup",
    "StringLookup": "lookup",
    "TextVectorization": "vectorization",
}


def __getattr__(name):
    if name not in _ELSEWHERE:
        raise AttributeError(f"module 'minidl.layers' has no attribute {name!r}.")
    import importlib

    room = importlib.import_module(f"..text.{_ELSEWHERE[name]}", __name__)
    return getattr(room, name)


GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "BatchNormalization",
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
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GlobalMaxPooling1D",
    "GroupNormalization",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
    "SpatialDropout1D",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "TimeDistributed",
    "UnitNormalization",
    "add",
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
