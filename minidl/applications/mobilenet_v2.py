"""MobileNetV2: blocks that widen the channels, filter each one alone, and narrow them again, around
a sum where the shapes agree (Sandler et al., MobileNetV2: Inverted Residuals and Linear
Bottlenecks, 2018, table 2).
"""

from ..layers import Add, Conv2D, DepthwiseConv2D, ReLU, ZeroPadding2D
from ..models import Model
from .building import (
    Network,
    channel_axis,
    classifier,
    norm,
    padding_to_halve,
    rounded,
)
from .imagenet_utils import decode_predictions, preprocessing
from .mobilenet import published_size

# table 2: factor t that widens, channels c, number n of blocks, strides s of the first
ROWS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def batch_norm(x, name):
    """Normalize with the paper's slow averages."""
    return norm(x, name, epsilon=1e-3, momentum=0.999)


def block(x, widen, filters, strides, prefix):
    """(n, r, c, ...) -> (n, r/strides, c/strides, filters)"""
    start, channels = x, x.shape[channel_axis()]
    if prefix != "expanded_conv_":
        name = f"{prefix}expand"
        x = Conv2D(widen * channels, 1, padding="same", use_bias=False, name=name)(x)
        x = ReLU(6.0, name=f"{prefix}expand_relu")(batch_norm(x, f"{prefix}expand_BN"))
    if strides == 2:
        x = ZeroPadding2D(padding_to_halve(x, 3), name=f"{prefix}pad")(x)
    padding, name = "same" if strides == 1 else "valid", f"{prefix}depthwise"
    x = DepthwiseConv2D(3, strides, padding, use_bias=False, name=name)(x)
    x = ReLU(6.0, name=f"{prefix}depthwise_relu")(batch_norm(x, f"{prefix}depthwise_BN"))
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = batch_norm(x, f"{prefix}project_BN")
    same = channels == filters and strides == 1
    return Add(name=f"{prefix}add")([start, x]) if same else x


def trunk(x, alpha):
    """(n, rows, columns, 3) -> (n, rows/32, columns/32, 1280)"""
    x = Conv2D(rounded(32 * alpha), 3, 2, padding="same", use_bias=False, name="Conv1")(x)
    x = ReLU(6.0, name="Conv1_relu")(batch_norm(x, "bn_Conv1"))
    number = 0
    for widen, channels, count, strides in ROWS:
        for i in range(count):
            prefix = f"block_{number}_" if number else "expanded_conv_"
            x = block(x, widen, rounded(int(channels * alpha)), 1 if i else strides, prefix)
            number += 1
    last = rounded(1280 * max(1.0, alpha))
    x = Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
    return ReLU(6.0, name="out_relu")(batch_norm(x, "Conv_1_bn"))


def MobileNetV2(
    input_shape=None,
    alpha=1.0,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name=None,
) -> Model:
    """Return MobileNetV2: 17 blocks of narrow, wide, narrow convolutions (Sandler et al., 2018).

    alpha: factor of the number of filters. The other arguments: see applications.
    """
    is_published = weights == "imagenet"
    if is_published and alpha not in (0.35, 0.5, 0.75, 1.0, 1.3, 1.4):
        raise ValueError(
            "MobileNetV2: weights 'imagenet' exist for alpha 0.35, 0.5, 0.75, 1.0, 1.3 or 1.4; "
            f"received {alpha}. Pass weights=None for others."
        )
    shape = input_shape
    if shape is None and input_tensor is not None:
        shape = getattr(input_tensor, "shape", (None,) * 4)[1:]
    size, named = published_size(
        "MobileNetV2", shape, (96, 128, 160, 192, 224), is_published, include_top
    )
    kernels = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{named}"
    address = f"tensorflow/keras-applications/mobilenet_v2/{kernels}{{top}}.h5"
    facts = Network("MobileNetV2", size, 32, address, no_top="_no_top")
    asked = include_top, weights, input_tensor, input_shape, pooling, classes
    return facts.model(
        lambda x: trunk(x, alpha),
        lambda x, classes, activation: classifier(x, classes, activation, None),
        *asked,
        classifier_activation,
        name or f"mobilenetv2_{alpha:0.2f}_{named}",
    )


preprocess_input = preprocessing("tf")
__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]
