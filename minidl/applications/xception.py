"""Xception: convolutions in two steps, first over places, then over channels (Chollet, Xception:
Deep Learning with Depthwise Separable Convolutions, 2017, figure 5).
"""

from ..layers import Activation, Add, Conv2D, MaxPooling2D, SeparableConv2D
from .building import KERNELS, Network, network, norm
from .imagenet_utils import decode_predictions, preprocessing

# (block, filters of its convolutions): the entry flow, the middle flow, the exit flow
BLOCKS = [(2, (128, 128)), (3, (256, 256)), (4, (728, 728))]
BLOCKS += [(block, (728, 728, 728)) for block in range(5, 13)]
BLOCKS += [(13, (728, 1024))]


def separable(x, filters, name):
    """Convolve each channel alone, then mix the channels, and normalize."""
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return norm(x, f"{name}_bn")


def residual(x, block: int, filters):
    """Add convolutions of x to x. Outside the middle flow both get half the rows and columns."""
    middle = len(filters) == 3
    shortcut = x
    if not middle:
        shortcut = Conv2D(filters[-1], 1, strides=2, padding="same", use_bias=False)(x)
        shortcut = norm(shortcut)
    for i, count in enumerate(filters, 1):
        if (block, i) != (2, 1):
            x = Activation("relu", name=f"block{block}_sepconv{i}_act")(x)
        x = separable(x, count, f"block{block}_sepconv{i}")
    if not middle:
        x = MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x)
    return Add()([x, shortcut])


def trunk(x):
    """(n, rows, columns, 3) -> (n, rows/32, columns/32, 2048)"""
    for name, filters, strides in (("block1_conv1", 32, 2), ("block1_conv2", 64, 1)):
        x = norm(Conv2D(filters, 3, strides, use_bias=False, name=name)(x), f"{name}_bn")
        x = Activation("relu", name=f"{name}_act")(x)
    for block, filters in BLOCKS:
        x = residual(x, block, filters)
    for name, count in (("block14_sepconv1", 1536), ("block14_sepconv2", 2048)):
        x = Activation("relu", name=f"{name}_act")(separable(x, count, name))
    return x


Xception = network(
    trunk,
    Network(
        "Xception",
        299,
        71,
        f"tensorflow/keras-applications/xception/xception{KERNELS}{{top}}.h5",
        ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"),
    ),
    "36 convolutions, 34 of them in two steps, in 14 blocks (Chollet, 2017).",
    "xception",
)
preprocess_input = preprocessing("tf")
__all__ = ["Xception", "decode_predictions", "preprocess_input"]
