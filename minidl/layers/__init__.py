"""The layers, by Keras's names. `base.py` defines the class Layer; `basic.py` has the layers of a
first network.
"""

from ..support.configs import custom_object_scope, serialize
from ..support.configs import deserialize as from_data
from ..support.dry_run import reading_of as weight_budget
from ..support.registry import automatic_name, reset_names
from .activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from .base import Layer, layer_classes
from .basic import Dense, Dropout, Flatten
from .einsum import EinsumDense
from .embedding import Embedding
from .functions import ActivityRegularization, Identity, Lambda, Masking
from .inputs import Input, InputLayer
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
from .noise import (
    AlphaDropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from .normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from .pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from .reshaping import Permute, RepeatVector, Reshape
from .scaling import Normalization, Rescaling
from .spec import InputSpec
from .wrapping import TimeDistributed, Wrapper

# Layers of sequences, whose files are imported at first use.
for _file, _names in {
    "attention": "AdditiveAttention Attention",
    "bidirectional": "Bidirectional",
    "cells": "GRUCell LSTMCell SimpleRNNCell",
    "conv_lstm": "ConvLSTM1D ConvLSTM2D ConvLSTM3D",
    "multi_head": "GroupQueryAttention GroupedQueryAttention MultiHeadAttention",
    "pipeline": "Pipeline",
    "positions": "SinePositionEncoding",
    "recurrent": "GRU LSTM SimpleRNN",
    "reversible": "ReversibleEmbedding",
    "spectral": "SpectralNormalization",
    "spectrogram": "MelSpectrogram",
    "stepwise": "RNN StackedRNNCells",
}.items():
    layer_classes.rooms.update(dict.fromkeys(_names.split(), f"{__name__}.{_file}"))
# Layers whose module is imported at first use; layers of words and tables are in `minidl.text`.
_TEXT, _SPACE = f"{__name__.rpartition('.')[0]}.text", f"{__name__}.space"
_WINDOWS = {
    "windows": "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D "
    "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D "
    "AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D "
    "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D",
    "convolution": "Conv1D Conv2D Conv3D Convolution1D Convolution2D Convolution3D "
    "DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D "
    "SeparableConvolution1D SeparableConvolution2D",
    "resizing": "CenterCrop RandomCrop Resizing",
    "augmentation": "RandomBrightness RandomContrast RandomFlip RandomRotation RandomTranslation "
    "RandomZoom",
    "transposed": "Conv1DTranspose Conv2DTranspose Conv3DTranspose "
    "Convolution1DTranspose Convolution2DTranspose Convolution3DTranspose",
}
layer_classes.rooms.update(
    {
        **{f"{kind}{n}D": _SPACE for kind in ("Cropping", "ZeroPadding") for n in (1, 2, 3)},
        **{f"UpSampling{n}D": f"{__name__}.upsampling" for n in (1, 2, 3)},
        "CategoryEncoding": f"{_TEXT}.categories",
        "Discretization": f"{_TEXT}.categories",
        "HashedCrossing": f"{_TEXT}.crossing",
        "Hashing": f"{_TEXT}.categories",
        "IntegerLookup": f"{_TEXT}.lookup",
        "StringLookup": f"{_TEXT}.lookup",
        "TextVectorization": f"{_TEXT}.vectorization",
    }
)
layer_classes.rooms.update(
    {name: f"{__name__}.{room}" for room, names in _WINDOWS.items() for name in names.split()}
)


def __getattr__(name):
    if name not in layer_classes.rooms:
        raise AttributeError(f"module 'minidl.layers' has no attribute {name!r}.")
    return layer_classes.filed(name)


GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
GlobalAvgPool3D, GlobalMaxPool3D = GlobalAveragePooling3D, GlobalMaxPooling3D

__all__ = [
    "Activation",
    "ActivityRegularization",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
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
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "HashedCrossing",
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
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "MelSpectrogram",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "Pipeline",
    "RMSNormalization",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "RNN",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "ReversibleEmbedding",
    "Resizing",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "SinePositionEncoding",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
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


def deserialize(config: dict, custom_objects: dict | None = None) -> Layer:
    """Create the layer that `serialize(layer)` described, with new weights. custom_objects: your
    own classes by name.
    """
    with custom_object_scope(custom_objects or {}):
        layer = from_data(config)
    if not isinstance(layer, Layer):
        raise ValueError(
            "deserialize takes what serialize(layer) gave, {'class_name': ..., 'config': ...}; "
            f"received {config!r}."
        )
    return layer
