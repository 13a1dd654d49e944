"""MobileNet: each block filters every channel alone, then mixes the channels (Howard et al.,
MobileNets, 2017, table 1).
"""

from typing import Any

from ..layers import (
    Activation,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)
from ..models import Model
from ..support.warning import warn
from .building import Network, channels_first, norm
from .imagenet_utils import decode_predictions, preprocessing

# (filters, strides) of each block
BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5]
BLOCKS += [(1024, 2), (1024, 1)]
ALPHAS = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}  # as the names of the files have them


def block(x, filters, strides, depth_multiplier, i):
    """(n, r, c, ...) -> (n, r/strides, c/strides, filters)"""
    if strides == 2:
        x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
    x = DepthwiseConv2D(
        3,
        strides,
        "valid" if strides == 2 else "same",
        depth_multiplier,
        use_bias=False,
        name=f"conv_dw_{i}",
    )(x)
    x = ReLU(6.0, name=f"conv_dw_{i}_relu")(norm(x, f"conv_dw_{i}_bn"))
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"conv_pw_{i}")(x)
    return ReLU(6.0, name=f"conv_pw_{i}_relu")(norm(x, f"conv_pw_{i}_bn"))


def trunk(x, alpha, depth_multiplier):
    """(n, rows, columns, 3) -> (n, rows/32, columns/32, 1024·alpha)"""
    x = Conv2D(int(32 * alpha), 3, 2, padding="same", use_bias=False, name="conv1")(x)
    x = ReLU(6.0, name="conv1_relu")(norm(x, "conv1_bn"))
    for i, (filters, strides) in enumerate(BLOCKS, 1):
        x = block(x, int(filters * alpha), strides, depth_multiplier, i)
    return x


def published_size(title, shape, sizes, is_published: bool, include_top: bool) -> tuple[int, Any]:
    """Return (default size, size in the model's and the file's name) of a MobileNet. sizes: of the
    pictures for which weights are published. shape: that of the pictures, or None.
    """
    rows: Any
    rows, columns, *_ = shape or (None, None)
    if shape and channels_first():
        rows, columns = shape[1:3]
    if rows == columns and rows in sizes:
        return rows, rows
    if is_published and not include_top:
        warn(
            f"{title}: weights are published for pictures of {', '.join(map(str, sizes))} pixels "
            f"a side; for input_shape={shape} those of 224 are taken."
        )
    named = 224 if is_published or (include_top and shape is None) else rows
    return 224, named


def MobileNet(
    input_shape=None,
    alpha=1.0,
    depth_multiplier=1,
    dropout=1e-3,
    include_top=True,
    weights="imagenet",
    input_tensor=None,
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
    name=None,
) -> Model:
    """Return MobileNet: 13 blocks of a convolution in two steps (Howard et al., 2017).

    alpha: factor of the number of filters. depth_multiplier: filters for each channel in the first
    step. dropout: rate before the last layer. The other arguments: see applications.
    """
    is_published = weights == "imagenet"
    if is_published and (depth_multiplier != 1 or alpha not in ALPHAS):
        raise ValueError(
            "MobileNet: weights 'imagenet' exist for depth_multiplier=1 and alpha 0.25, 0.5, 0.75 "
            f"or 1.0; received {depth_multiplier} and {alpha}. Pass weights=None for others."
        )
    size, named = published_size(
        "MobileNet", input_shape, (128, 160, 192, 224), is_published, include_top
    )
    kind = f"mobilenet_{ALPHAS.get(alpha)}_{named}_tf"
    address = f"tensorflow/keras-applications/mobilenet/{kind}{{top}}.h5"
    facts = Network("MobileNet", size, 32, address, no_top="_no_top")

    def head(x, classes, activation):
        x = GlobalAveragePooling2D(keepdims=True)(x)
        x = Dropout(dropout, name="dropout")(x)
        x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = Reshape((classes,), name="reshape_2")(x)
        return Activation(activation, name="predictions")(x)

    asked = include_top, weights, input_tensor, input_shape, pooling, classes
    name = name or f"mobilenet_{alpha:0.2f}_{named}"
    return facts.model(
        lambda x: trunk(x, alpha, depth_multiplier), head, *asked, classifier_activation, name
    )


preprocess_input = preprocessing("tf")
__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]
