"""ResNet50, 101 and 152: each block adds to its input what three convolutions make of it (He,
Zhang, Ren and Sun, Deep Residual Learning, 2016, table 1 and figure 5, right).
"""

from ..layers import Activation, Add, Conv2D, MaxPooling2D, ZeroPadding2D
from .building import KERNELS, Network, network, norm
from .imagenet_utils import decode_predictions, preprocessing

EPSILON = 1.001e-5  # of the batch normalization


def convolved(x, filters, width, name, strides=1):
    """Convolve with windows of this width, and normalize."""
    padding = "same" if width > 1 else "valid"
    x = Conv2D(filters, width, strides, padding, name=f"{name}_conv")(x)
    return norm(x, f"{name}_bn", epsilon=EPSILON)


def block(x, filters, strides, name, first: bool):
    """Add f(x) to x: (n, r, c, ...) -> (n, r/strides, c/strides, 4·filters). first: the input has
    another shape, so a convolution brings it to that of f(x).
    """
    shortcut = convolved(x, 4 * filters, 1, f"{name}_0", strides) if first else x
    x = convolved(x, filters, 1, f"{name}_1", strides)
    x = Activation("relu", name=f"{name}_1_relu")(x)
    x = convolved(x, filters, 3, f"{name}_2")
    x = Activation("relu", name=f"{name}_2_relu")(x)
    x = convolved(x, 4 * filters, 1, f"{name}_3")
    x = Add(name=f"{name}_add")([shortcut, x])
    return Activation("relu", name=f"{name}_out")(x)


def trunk(counts):
    """Return the function (n, rows, columns, 3) -> (n, rows/32, columns/32, 2048). counts: the
    number of blocks in each of the four stages.
    """

    def stages(x):
        x = ZeroPadding2D(3, name="conv1_pad")(x)
        x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
        x = Activation("relu", name="conv1_relu")(norm(x, "conv1_bn", epsilon=EPSILON))
        x = ZeroPadding2D(1, name="pool1_pad")(x)
        x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
        for stage, count in enumerate(counts):
            for i in range(count):
                strides = 2 if stage and not i else 1
                x = block(x, 64 << stage, strides, f"conv{stage + 2}_block{i + 1}", not i)
        return x

    return stages


def resnet(title: str, counts, hashes):
    """Return the builder of a residual network."""
    name = title.lower()
    address = f"tensorflow/keras-applications/resnet/{name}{KERNELS}{{top}}.h5"
    facts = Network(title, 224, 32, address, hashes, pools=("avg_pool", "max_pool"), raw=True)
    says = f"{sum(counts)} blocks of three convolutions, each around a sum (He et al., 2016)."
    return network(trunk(counts), facts, says, name)


ResNet50 = resnet(
    "ResNet50",
    (3, 4, 6, 3),
    ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
)
ResNet101 = resnet(
    "ResNet101",
    (3, 4, 23, 3),
    ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
)
ResNet152 = resnet(
    "ResNet152",
    (3, 8, 36, 3),
    ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
)
preprocess_input = preprocessing("caffe")
__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]
