"""Cross-entropies, one number for each element or sample. core/derivatives has faster ones of
logits; here the targets may need a gradient too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import losses
from ..support import backend
from ..tensor import Tensor, apply
from .arranging import moveaxis
from .base import convert_to_tensor, floats, on_symbols, shape, whole
from .elementwise import clip, log
from .networks import log_softmax, softplus
from .picking import take_along_axis

__all__ = ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]


@on_symbols
def binary_crossentropy(target, output, from_logits=False):
    """-t·ln p - (1 - t)·ln(1 - p), element by element. from_logits: p = sigmoid(output)."""
    t, x = _pair("binary_crossentropy", target, output)
    if from_logits:  # ln sigmoid(x) = -softplus(-x): no rounding, no overflow
        return t * softplus(-x) + (1 - t) * softplus(x)
    p = clip(x, backend.epsilon(), 1 - backend.epsilon())
    return -(t * log(p) + (1 - t) * log(1 - p))


@on_symbols
def categorical_crossentropy(target, output, from_logits=False, axis: Any = -1):
    """-Σ t·ln p over the classes on `axis`, one number a sample. from_logits: p =
    softmax(output).
    """
    t, x = _pair("categorical_crossentropy", target, output)
    if from_logits and not t.requires_grad:
        rows, targets = moveaxis(x, axis, -1), np.moveaxis(t.data, axis, -1)
        return apply(losses.softmax_cross_entropy, rows, targets=targets)
    log_p = log_softmax(x, axis) if from_logits else log(_probabilities(x, axis))
    return -(t * log_p).sum(axis)


@on_symbols
def sparse_categorical_crossentropy(target, output, from_logits=False, axis: Any = -1):
    """-ln p of the right class, one number a sample. target: its index, 0 .. C-1. from_logits: p =
    softmax(output).
    """
    x = floats(output)
    labels = _labels(target, x.shape, axis)
    if from_logits:
        rows = moveaxis(x, axis, -1).reshape(labels.size, x.shape[axis])
        each = apply(losses.sparse_softmax_cross_entropy, rows, labels=labels.ravel())
        return each.reshape(labels.shape)
    places = np.expand_dims(labels, axis)
    return -log(take_along_axis(_probabilities(x, axis), places, axis)).squeeze(axis)


def _pair(name, target, output) -> tuple[Tensor, Tensor]:
    x = floats(output)
    if shape(target) != x.shape:
        raise ValueError(
            f"{name}: target and output have the same shape; received {shape(target)} and "
            f"{x.shape}."
        )
    return convert_to_tensor(target, x.dtype), x


def _labels(target, outputs: tuple, axis: int) -> np.ndarray:
    """Return the targets as valid class indices, with the shape of the outputs without the axis."""
    name = "sparse_categorical_crossentropy"
    labels: Any = whole(target, f"{name}: targets")
    if labels.ndim == len(outputs) and labels.shape[-1] == 1:
        labels = labels.reshape(labels.shape[:-1])
    expected = tuple(n for i, n in enumerate(outputs) if i != range(len(outputs))[axis])
    if labels.shape != expected:
        raise ValueError(
            f"{name}: outputs of shape {outputs} need targets of shape {expected}; received "
            f"{labels.shape}."
        )
    if labels.size and not 0 <= labels.min() <= labels.max() < outputs[axis]:
        raise ValueError(
            f"{name}: targets run from 0 to {outputs[axis] - 1}, one less than the classes on "
            f"axis {axis}; received {labels.min()} .. {labels.max()}."
        )
    return labels


def _probabilities(x, axis):
    """Divide x by its sum and clip it: at 0 and 1 logarithms or slopes are infinite."""
    return clip(x / x.sum(axis, keepdims=True), backend.epsilon(), 1 - backend.epsilon())
