"""Activation functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import gaussian, nonlinear
from ..tensor import apply
from .arranging import split
from .base import along_axis, axes_of, floats, from_front, on_symbols
from .comparing import where
from .elementwise import absolute, clip, sqrt, square
from .ordering import sort
from .reducing import cumsum, sum

__all__ = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def relu(x):
    return apply(nonlinear.relu, x)


def relu6(x):
    return clip(floats(x), 0, 6)


def threshold(x, threshold=0.0, default_value=0.0):
    return apply(nonlinear.threshold, x, value=threshold, default=default_value)


def leaky_relu(x, negative_slope=0.2):
    return apply(nonlinear.leaky_relu, floats(x), negative_slope=negative_slope)


def elu(x, alpha=1.0):
    return apply(nonlinear.elu, floats(x), alpha=alpha)


def celu(x, alpha=1.0):
    return alpha * elu(floats(x) / alpha)


def selu(x):
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def tanh(x):
    return apply(nonlinear.tanh, floats(x))


def softplus(x):
    return apply(nonlinear.softplus, floats(x))


def sigmoid(x):
    return apply(nonlinear.sigmoid, floats(x))


def softmax(x, axis: Any = -1):
    return apply(nonlinear.softmax, floats(x), axis=axes_of(axis))


def log_softmax(x, axis: Any = -1):
    return apply(nonlinear.log_softmax, floats(x), axis=axes_of(axis))


def log_sigmoid(x):
    return -softplus(-floats(x))


def hard_sigmoid(x):
    return clip(floats(x) / 6 + 0.5, 0, 1)


def hard_tanh(x):
    return clip(floats(x), -1, 1)


def tanh_shrink(x):
    return floats(x) - tanh(x)


def sparse_sigmoid(x):
    return clip(floats(x) / 2 + 0.5, 0, 1)


def silu(x):
    """x·sigmoid(x)."""
    x = floats(x)
    return x * sigmoid(x)


def hard_silu(x):
    """x·hard_sigmoid(x)."""
    x = floats(x)
    return x * hard_sigmoid(x)


swish, hard_swish = silu, hard_silu


def gelu(x, approximate=True):
    """x·Φ(x), where Φ is the cumulative normal distribution; approximate: Φ by a tanh. Hendrycks
    and Gimpel 2016.
    """
    return apply(gaussian.gelu_tanh if approximate else gaussian.gelu, floats(x))


def softsign(x):
    """x/(1 + |x|)."""
    x = floats(x)
    return x / (1 + absolute(x))


def squareplus(x, b=4):
    """(x + √(x² + b))/2: a softplus without exponentials."""
    x = floats(x)
    return (x + sqrt(square(x) + b)) / 2


def mish(x):
    """x·tanh(softplus(x)). Misra 2019."""
    x = floats(x)
    return x * tanh(softplus(x))


def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by the threshold, and 0 where |x| is at most the threshold."""
    x = floats(x)
    return x - clip(x, -threshold, threshold)


@on_symbols
def hard_shrink(x, threshold=0.5):
    """x where |x| > threshold, else 0."""
    x = floats(x)
    return where(np.abs(x.data) <= threshold, 0.0, x)


def sparse_plus(x):
    """0 below -1, x above 1, and the parabola (x + 1)²/4 between."""
    x = floats(x)
    return square(clip(x, -1, 1) + 1) / 4 + relu(x - 1)


def glu(x, axis: Any = -1):
    """The first half along `axis` times the sigmoid of the second. Dauphin et al. 2016."""
    x = floats(x)
    size = x.shape[from_front(axis, len(x.shape))]
    if size is not None and size % 2:
        raise ValueError(
            f"glu: axis {axis} is cut into halves, so its size must be even; the shape is "
            f"{x.shape}."
        )
    a, b = split(x, 2, axis)
    return a * sigmoid(b)


@on_symbols
def sparsemax(x, axis: Any = -1):
    """The probabilities nearest to x: like softmax, but small entries become exactly 0. Martins and
    Astudillo 2016.
    """
    x = floats(x)
    ordered = np.flip(sort(x.detach(), axis).data, axis)
    places = along_axis(np.arange(1, x.shape[axis] + 1, dtype=x.dtype), axis, x.ndim)
    count = sum(1 + places * ordered > cumsum(ordered, axis).data, axis, True).data
    kept = np.take_along_axis(ordered, count.astype(int) - 1, axis)
    inside = x.data >= kept
    level = (sum(where(inside, x, 0.0), axis, True) - 1) / np.sum(
        inside, axis, keepdims=True
    ).astype(x.dtype)
    return relu(x - level)
