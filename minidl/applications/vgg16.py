"""VGG16, and what it shares with VGG19: small convolutions, and half the size after each block
(Simonyan and Zisserman, Very Deep Convolutional Networks, 2015, table 1, columns D and E).
"""

from ..layers import Conv2D, Dense, Flatten, MaxPooling2D
from .building import KERNELS, Network, network
from .imagenet_utils import decode_predictions, preprocessing

FILTERS = 64, 128, 256, 512, 512  # of the convolutions in each block


def trunk(counts):
    """Return the function (n, rows, columns, 3) -> (n, rows/32, columns/32, 512). counts: how many
    convolutions each block has.
    """

    def blocks(x):
        for block, (filters, count) in enumerate(zip(FILTERS, counts), 1):
            for i in range(1, count + 1):
                name = f"block{block}_conv{i}"
                x = Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
            x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
        return x

    return blocks


def head(x, classes, activation):
    """Three dense layers: (n, rows, columns, 512) -> (n, classes)."""
    x = Flatten(name="flatten")(x)
    for name in ("fc1", "fc2"):
        x = Dense(4096, activation="relu", name=name)(x)
    return Dense(classes, activation=activation, name="predictions")(x)


def vgg(name: str, counts, hashes):
    """Return the builder of a VGG network."""
    address = f"tensorflow/keras-applications/{name}/{name}{KERNELS}{{top}}.h5"
    facts = Network(name.upper(), 224, 32, address, hashes, raw=True)
    says = f"{sum(counts)} convolutions of 3 by 3, then 3 dense layers (Simonyan, Zisserman, 2015)."
    return network(trunk(counts), facts, says, name, head)


VGG16 = vgg(
    "vgg16",
    (2, 2, 3, 3, 3),
    ("64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
)
preprocess_input = preprocessing("caffe")
__all__ = ["VGG16", "decode_predictions", "preprocess_input"]
