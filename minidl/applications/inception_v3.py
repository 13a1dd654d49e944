"""Inception v3: convolutions of several widths side by side, joined along the channels (Szegedy et
al., Rethinking the Inception Architecture, 2016, table 1 and figures 5, 6, 7 and 10).

The tables below write a row of convolutions as words, "48:1x1 64:5x5": 48 filters of 1 by 1, then
64 of 5 by 5. "/2" means stride 2 without padding, "a|b" two convolutions of one input, joined.
"""

from ..layers import Activation, AveragePooling2D, Concatenate, Conv2D, MaxPooling2D
from .building import KERNELS, Network, channel_axis, network, norm
from .imagenet_utils import decode_predictions, preprocessing

STEM = "32:3x3/2 32:3x3/1 64:3x3 max 80:1x1/1 192:3x3/1 max"


def wide(n):
    """The branches at 35 by 35 places, figure 5. n: filters after the pooling."""
    return "64:1x1", "48:1x1 64:5x5", "64:1x1 96:3x3 96:3x3", f"avg {n}:1x1"


def long(n):
    """The branches at 17 by 17 places, figure 6. n: filters of the inner convolutions."""
    double = f"{n}:1x1 {n}:7x1 {n}:1x7 {n}:7x1 192:1x7"
    return "192:1x1", f"{n}:1x1 {n}:1x7 192:7x1", double, "avg 192:1x1"


LAST = (
    "320:1x1",
    "384:1x1 384:1x3|384:3x1",
    "448:1x1 384:3x3 384:1x3|384:3x1",
    "avg 192:1x1",
)
BLOCKS = (
    *(wide(32), wide(64), wide(64)),
    ("384:3x3/2", "64:1x1 96:3x3 96:3x3/2", "max"),
    *(long(128), long(160), long(160), long(192)),
    ("192:1x1 320:3x3/2", "192:1x1 192:1x7 192:7x1 192:3x3/2", "max"),
    *(LAST, LAST),
)


def step(x, word: str):
    """One word of the tables."""
    if word == "max":
        return MaxPooling2D(3, strides=2)(x)
    if word == "avg":
        return AveragePooling2D(3, strides=1, padding="same")(x)
    word, _, strides = word.partition("/")
    filters, _, window = word.partition(":")
    rows, columns = map(int, window.split("x"))
    padding = "valid" if strides else "same"
    x = Conv2D(int(filters), (rows, columns), int(strides or 1), padding, use_bias=False)(x)
    return Activation("relu")(norm(x, scale=False))


def branch(x, words: str, name):
    """One row of the tables. name: of the first layer that joins."""
    for word in words.split():
        ends = [step(x, end) for end in word.split("|")]
        x = ends[0] if len(ends) == 1 else Concatenate(channel_axis(), name=name)(ends)
    return x


def trunk(x):
    """(n, rows, columns, 3) -> (n, rows/32 - 1, columns/32 - 1, 2048)"""
    x = branch(x, STEM, None)
    for i, rows in enumerate(BLOCKS):
        names = [None, f"mixed9_{i - 9}" if i >= 9 else None, None, None]
        ends = [branch(x, words, name) for words, name in zip(rows, names)]
        x = Concatenate(channel_axis(), name=f"mixed{i}")(ends)
    return x


InceptionV3 = network(
    trunk,
    Network(
        "InceptionV3",
        299,
        75,
        f"tensorflow/keras-applications/inception_v3/inception_v3{KERNELS}{{top}}.h5",
        ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"),
    ),
    "94 convolutions in 11 blocks of parallel branches (Szegedy et al., 2016).",
    "inception_v3",
)
preprocess_input = preprocessing("tf")
__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]
