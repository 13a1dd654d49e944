"""What makes networks more than matrix products: activations, normalisation, cross-entropies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.derivatives import nonlinear
from ..support import backend
from ..tensor import apply
from .arranging import split, take_along_axis
from .base import axes_of, convert_to_tensor, floats, on_symbols, shape, whole
from .elementwise import absolute, clip, erf, log, rsqrt, sqrt, square, where
from .reducing import cumsum, sort, sum

__all__ = [
    "batch_normalization",
    "binary_crossentropy",
    "categorical_crossentropy",
    "celu",
    "elu",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "layer_normalization",
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
    "sparse_categorical_crossentropy",
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
    return clip(x, 0, 6)


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


def softmax(x, axis=-1):
    return apply(nonlinear.softmax, floats(x), axis=axes_of(axis))


def log_softmax(x, axis=-1):
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
    """x·Φ(x), with Φ the normal distribution's share below x; approximate: Φ by a tanh. Hendrycks
    and Gimpel 2016.
    """
    x = floats(x)
    inner = (
        tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
        if approximate
        else erf(x / math.sqrt(2))
    )
    return 0.5 * x * (1 + inner)


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
    """x moved towards 0 by the threshold, and 0 where it is not larger."""
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


def glu(x, axis=-1):
    """The first half along `axis` times the sigmoid of the second. Dauphin et al. 2016."""
    x = floats(x)
    if x.shape[axis] is not None and x.shape[axis] % 2:
        raise ValueError(
            f"glu: axis {axis} is cut into halves, so its size must be even; the shape is "
            f"{x.shape}."
        )
    a, b = split(x, 2, axis)
    return a * sigmoid(b)


@on_symbols
def sparsemax(x, axis=-1):
    """The nearest probabilities to x: like softmax, but small entries become exactly 0. Martins and
    Astudillo 2016.
    """
    x = floats(x)
    ordered = np.flip(sort(x.detach(), axis).data, axis)
    places = np.arange(1, x.shape[axis] + 1, dtype=x.dtype).reshape(
        [-1 if i == range(x.ndim)[axis] else 1 for i in range(x.ndim)]
    )
    count = sum(1 + places * ordered > cumsum(ordered, axis).data, axis, True).data
    kept = np.take_along_axis(ordered, count.astype(int) - 1, axis)
    inside = x.data >= kept
    level = (sum(where(inside, x, 0.0), axis, True) - 1) / np.sum(
        inside, axis, keepdims=True
    ).astype(x.dtype)
    return relu(x - level)


# --- normalisation
@on_symbols
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """(x - mean)/√(variance + epsilon), then times `scale` plus `offset`. Each of these: one number
    a place along `axis`.
    """
    x = floats(x)
    places = [-1 if i == range(x.ndim)[axis] else 1 for i in range(x.ndim)]
    mean, variance = (convert_to_tensor(v).reshape(places) for v in (mean, variance))
    offset, scale = (
        None if v is None else convert_to_tensor(v).reshape(places) for v in (offset, scale)
    )
    factor = rsqrt(variance + epsilon) if scale is None else rsqrt(variance + epsilon) * scale
    return (x - mean) * factor if offset is None else (x - mean) * factor + offset


@on_symbols
def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    """Each sample with mean 0 and variance 1 along `axis` (or axes), then times gamma plus beta. Ba
    et al. 2016.
    """
    x = floats(x)
    axes = sorted(range(x.ndim)[a] for a in np.atleast_1d(axis))
    places = [n if i in axes else 1 for i, n in enumerate(x.shape)]
    variance = x.var(tuple(axes), True) + (backend.epsilon() if epsilon is None else epsilon)
    result = (x - x.mean(tuple(axes), True)) * rsqrt(variance)
    result = result if gamma is None else result * convert_to_tensor(gamma).reshape(places)
    return result if beta is None else result + convert_to_tensor(beta).reshape(places)


# --- cross-entropies, one number an element or a sample
@on_symbols
def binary_crossentropy(target, output, from_logits=False):
    """-t·ln p - (1 - t)·ln(1 - p), element by element. from_logits: output is what sigmoid would
    make p.
    """
    t, x = _pair("binary_crossentropy", target, output)
    if from_logits:
        return t * softplus(-x) + (1 - t) * softplus(
            x
        )  # ln sigmoid(x) = -softplus(-x): no rounding, no overflow
    p = clip(x, backend.epsilon(), 1 - backend.epsilon())
    return -(t * log(p) + (1 - t) * log(1 - p))


@on_symbols
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-Σ t·ln p over the classes on `axis`, one number a sample. from_logits: output is what
    softmax would make p.
    """
    t, x = _pair("categorical_crossentropy", target, output)
    return -(t * _log_probabilities(x, from_logits, axis)).sum(axis)


@on_symbols
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-ln p of the right class, one number a sample. target: its number, 0 .. C-1. from_logits:
    output before softmax.
    """
    x = floats(output)
    labels: Any = whole(target, "sparse_categorical_crossentropy: targets")
    labels = (
        labels.reshape(labels.shape[:-1])
        if labels.ndim == x.ndim and labels.shape[-1] == 1
        else labels
    )
    expected = tuple(n for i, n in enumerate(x.shape) if i != range(x.ndim)[axis])
    if labels.shape != expected:
        raise ValueError(
            f"sparse_categorical_crossentropy: outputs of shape {x.shape} need targets of shape "
            f"{expected}; "
            f"received {labels.shape}."
        )
    if labels.size and not 0 <= labels.min() <= labels.max() < x.shape[axis]:
        raise ValueError(
            f"sparse_categorical_crossentropy: targets run from 0 to {x.shape[axis] - 1}, one "
            f"less than the classes on axis "
            f"{axis}; received {labels.min()} .. {labels.max()}."
        )
    picked = take_along_axis(
        _log_probabilities(x, from_logits, axis), np.expand_dims(labels, axis), axis
    )
    return -picked.squeeze(axis)


def _pair(name, target, output):
    x = floats(output)
    if shape(target) != x.shape:
        raise ValueError(
            f"{name}: target and output have the same shape; received {shape(target)} and "
            f"{x.shape}."
        )
    return convert_to_tensor(target, x.dtype), x


def _log_probabilities(x, from_logits, axis):
    if from_logits:
        return log_softmax(x, axis)
    return log(clip(x / x.sum(axis, keepdims=True), backend.epsilon(), 1 - backend.epsilon()))
