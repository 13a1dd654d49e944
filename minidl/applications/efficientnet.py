"""EfficientNetB0 to B7: one network of inverted residuals whose width, depth and pictures grow
together (Tan and Le, EfficientNet: Rethinking Model Scaling, 2019, table 1). Each block also weighs
its channels (Hu, Shen and Sun, Squeeze-and-Excitation Networks, 2018).
"""

import math
from functools import partial
from typing import Any

from ..initializers import VarianceScaling
from ..layers import (
    Activation,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    Normalization,
    Rescaling,
    Reshape,
    ZeroPadding2D,
    add,
    multiply,
)
from .building import (
    Network,
    channel_axis,
    channels_first,
    network,
    norm,
    padding_to_halve,
    rounded,
)
from .imagenet_utils import DEVIATION, decode_predictions

# table 1: width of the windows, number of blocks, filters, factor that widens, strides
ROWS = (
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
)
DROP_BLOCKS = 0.2  # rate of the blocks left out at the end; it grows from 0 with the depth


def conv(x, filters, width, name, **how):
    """Convolve, with the paper's initializer."""
    start = VarianceScaling(2.0, "fan_out", "truncated_normal")
    how = {"padding": "same", "use_bias": False, **how}
    return Conv2D(filters, width, kernel_initializer=start, name=name, **how)(x)


def swish(x, bn: str, name: str):
    """Normalize, then x·sigmoid(x)."""
    return Activation("silu", name=name)(norm(x, bn))


def weighed(x, filters: int, name: str):
    """Multiply each channel by a number between 0 and 1 that depends on the means of all channels.
    filters: of the narrow layer between.
    """
    channels = x.shape[channel_axis()]
    shape = (channels, 1, 1) if channels_first() else (1, 1, channels)
    weights = GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    weights = Reshape(shape, name=f"{name}se_reshape")(weights)
    for word, count, activation in (("reduce", filters, "silu"), ("expand", channels, "sigmoid")):
        how = {"use_bias": True, "activation": activation}
        weights = conv(weights, count, 1, f"{name}se_{word}", **how)
    return multiply([x, weights], name=f"{name}se_excite")


def block(x, width, filters, widen, strides, name, rate):
    """(n, r, c, ...) -> (n, r/strides, c/strides, filters). rate: how often it is left out."""
    start, channels = x, x.shape[channel_axis()]
    if widen != 1:
        x = conv(x, widen * channels, 1, f"{name}expand_conv")
        x = swish(x, f"{name}expand_bn", f"{name}expand_activation")
    if strides == 2:
        x = ZeroPadding2D(padding_to_halve(x, width), name=f"{name}dwconv_pad")(x)
    x = DepthwiseConv2D(
        width,
        strides,
        "valid" if strides == 2 else "same",
        use_bias=False,
        depthwise_initializer=VarianceScaling(2.0, "fan_out", "truncated_normal"),
        name=f"{name}dwconv",
    )(x)
    x = swish(x, f"{name}bn", f"{name}activation")
    x = weighed(x, max(1, channels // 4), name)
    x = norm(conv(x, filters, 1, f"{name}project_conv"), f"{name}project_bn")
    if strides == 2 or channels != filters:
        return x
    if rate:
        x = Dropout(rate, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return add([x, start], name=f"{name}add")


def enter(x, weights):
    """Pictures of 0..255 as the first layer expects them. The published weights belong to a scale
    of 1/√deviation more.
    """
    x = Normalization(channel_axis())(Rescaling(1 / 255)(x))
    if weights == "imagenet":
        x = Rescaling([1 / math.sqrt(n) for n in DEVIATION])(x)
    return x


def trunk(x, width, depth):
    """(n, rows, columns, 3) -> (n, rows/32, columns/32, 1280·width)"""
    x = ZeroPadding2D(padding_to_halve(x, 3), name="stem_conv_pad")(x)
    x = conv(x, rounded(32 * width), 3, "stem_conv", strides=2, padding="valid")
    x = swish(x, "stem_bn", "stem_activation")
    counts = [math.ceil(depth * row[1]) for row in ROWS]
    number = 0
    for stage, (window, _, filters, widen, strides) in enumerate(ROWS):
        for i in range(counts[stage]):
            name, rate = f"block{stage + 1}{chr(97 + i)}_", DROP_BLOCKS * number / sum(counts)
            stride = 1 if i else strides
            x = block(x, window, rounded(filters * width), widen, stride, name, rate)
            number += 1
    return swish(conv(x, rounded(1280 * width), 1, "top_conv"), "top_bn", "top_activation")


def head(x, classes, activation, dropout):
    """(n, rows, columns, channels) -> (n, classes)"""
    x = Dropout(dropout, name="top_dropout")(GlobalAveragePooling2D(name="avg_pool")(x))
    start: Any = VarianceScaling(1 / 3, "fan_out", "uniform")
    return Dense(classes, activation, kernel_initializer=start, name="predictions")(x)


def efficientnet(n: int, width, depth, size, dropout, hashes):
    """Return the builder of EfficientNetB{n}."""
    title, name = f"EfficientNetB{n}", f"efficientnetb{n}"
    facts = Network(
        *(title, size, 32, f"keras-applications/{name}{{top}}.h5", hashes),
        pools=("avg_pool", "max_pool"),
        enter=enter,
    )
    says = f"for pictures of 0..255, {size} pixels a side (Tan and Le, 2019)."
    scaled = partial(trunk, width=width, depth=depth)
    return network(scaled, facts, says, name, partial(head, dropout=dropout))


# factors of the width and the depth, pixels a side, rate of dropout, hashes
EfficientNetB0 = efficientnet(
    *(0, 1.0, 1.0, 224, 0.2),
    ("902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
)
EfficientNetB1 = efficientnet(
    *(1, 1.0, 1.1, 240, 0.2),
    ("1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
)
EfficientNetB2 = efficientnet(
    *(2, 1.1, 1.2, 260, 0.3),
    ("b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
)
EfficientNetB3 = efficientnet(
    *(3, 1.2, 1.4, 300, 0.3),
    ("ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
)
EfficientNetB4 = efficientnet(
    *(4, 1.4, 1.8, 380, 0.4),
    ("18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
)
EfficientNetB5 = efficientnet(
    *(5, 1.6, 2.2, 456, 0.4),
    ("ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
)
EfficientNetB6 = efficientnet(
    *(6, 1.8, 2.6, 528, 0.5),
    ("165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
)
EfficientNetB7 = efficientnet(
    *(7, 2.0, 3.1, 600, 0.5),
    ("8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
)


def preprocess_input(x, data_format=None):
    """Return the pictures as they are: the network itself scales 0..255."""
    return x


__all__ = [
    *("EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3"),
    *("EfficientNetB4", "EfficientNetB5", "EfficientNetB6", "EfficientNetB7"),
    "decode_predictions",
    "preprocess_input",
]
