"""What the tests of the core share: networks, data by rule, and slopes by differences."""

from functools import partial

import numpy as np

from minidl.core.derivatives import nonlinear
from minidl.core.layer import Dense, Dropout, Flatten, Sequential
from minidl.core.tensor import Tensor, apply
from minidl.core.training import Trainer

relu = partial(apply, nonlinear.relu)

# Which of the seven strokes of a pocket calculator each digit has: top, upper left, upper right,
# middle, lower left, lower right, bottom.
STROKES = [
    *("1110111", "0010010", "1011101", "1011011", "0111010"),
    *("1101011", "1101111", "1010010", "1111111", "1111011"),
]
PLACES = [
    np.s_[0, 1:4],
    np.s_[1:3, 0],
    np.s_[1:3, 4],
    np.s_[3, 1:4],
    np.s_[4:6, 0],
    np.s_[4:6, 4],
    np.s_[6, 1:4],
]


class Network(Trainer, Sequential):
    """Layers, each fed by the one before, that can be trained."""


def digits(count: int, seed: int):
    """(images, labels): the digits of a pocket calculator on 8 x 8 points, moved and noisy."""
    rng = np.random.default_rng(seed)
    images = rng.normal(0, 0.1, (count, 8, 8)).astype(np.float32)
    labels = rng.integers(10, size=count)
    for image, label in zip(images, labels):
        down, right = rng.integers(2), rng.integers(4)
        room = image[down : down + 7, right : right + 5]
        for stroke, place in zip(STROKES[label], PLACES):
            room[place] += int(stroke)
    return images, labels


def network(*widths, seed: int = 0, rate: float = 0.0) -> Network:
    """Flatten, a Dense with relu for each width but the last, Dropout, and a bare Dense."""
    rng = np.random.default_rng(seed)
    stack = [dense(width, rng, relu) for width in widths[:-1]]
    return Network([Flatten(), *stack, Dropout(rate, rng=rng), dense(widths[-1], rng)])


def dense(units, rng, activation=None) -> Dense:
    """A Dense whose kernel comes from this generator."""
    layer = Dense(units, activation)
    layer.kernel_initializer = partial(Dense.kernel_initializer, rng=rng)
    return layer


def leaf(value) -> Tensor:
    """A tensor of float64 whose gradient is wanted."""
    return Tensor(value, requires_grad=True, dtype=np.float64)


def slopes(function, x: Tensor, step: float = 1e-6) -> np.ndarray:
    """∂(function's number)/∂x by central differences."""
    result = np.empty_like(x.array)
    for place in np.ndindex(x.shape):
        ends = []
        for side in (step, -step):
            moved = x.array.copy()
            moved[place] += side
            ends.append(function(Tensor(moved, dtype=moved.dtype)).array.item())
        result[place] = (ends[0] - ends[1]) / (2 * step)
    return result
