"""DenseNet121, 169 and 201: each block appends its 32 channels to its input (Huang, Liu, van der
Maaten and Weinberger, Densely Connected Convolutional Networks, 2017, table 1).
"""

from ..layers import (
    Activation,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from .building import KERNELS, Network, channel_axis, network, norm
from .imagenet_utils import decode_predictions, preprocessing

GROWTH = 32  # channels that a block appends


def normalized(x, name, relu):
    """Normalize, then max(x, 0)."""
    return Activation("relu", name=relu)(norm(x, name, epsilon=1.001e-5))


def block(x, name):
    """(n, r, c, channels) -> (n, r, c, channels + 32)"""
    y = normalized(x, f"{name}_0_bn", f"{name}_0_relu")
    y = Conv2D(4 * GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(y)
    y = normalized(y, f"{name}_1_bn", f"{name}_1_relu")
    y = Conv2D(GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(y)
    return Concatenate(channel_axis(), name=f"{name}_concat")([x, y])


def transition(x, name):
    """(n, r, c, channels) -> (n, r/2, c/2, channels/2)"""
    x = normalized(x, f"{name}_bn", f"{name}_relu")
    x = Conv2D(x.shape[channel_axis()] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def trunk(counts):
    """Return the function (n, rows, columns, 3) -> (n, rows/32, columns/32, channels). counts: the
    number of blocks in each of the four stages.
    """

    def stages(x):
        x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(ZeroPadding2D(3)(x))
        x = normalized(x, "conv1_bn", "conv1_relu")
        x = MaxPooling2D(3, strides=2, name="pool1")(ZeroPadding2D(1)(x))
        for stage, count in enumerate(counts, 2):
            x = transition(x, f"pool{stage - 1}") if stage > 2 else x
            for i in range(1, count + 1):
                x = block(x, f"conv{stage}_block{i}")
        return normalized(x, "bn", "relu")

    return stages


def densenet(title: str, counts, hashes):
    """Return the builder of a densely connected network."""
    name = title.lower()
    address = f"tensorflow/keras-applications/densenet/{name}{KERNELS}{{top}}.h5"
    facts = Network(title, 224, 32, address, hashes, pools=("avg_pool", "max_pool"))
    says = (
        f"{sum(counts)} blocks of two convolutions, each joined to its input (Huang et al., 2017)."
    )
    return network(trunk(counts), facts, says, name)


DenseNet121 = densenet(
    "DenseNet121",
    (6, 12, 24, 16),
    ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
)
DenseNet169 = densenet(
    "DenseNet169",
    (6, 12, 32, 32),
    ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
)
DenseNet201 = densenet(
    "DenseNet201",
    (6, 12, 48, 32),
    ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
)
preprocess_input = preprocessing("torch")
__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]
