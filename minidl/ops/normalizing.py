"""Normalization: the functions that the layers of these names compute."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import normalizing
from ..support import backend
from ..tensor import apply
from .base import convert_to_tensor, floats, from_front, on_symbols
from .elementwise import rsqrt

__all__ = ["batch_normalization", "layer_normalization"]


@on_symbols
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """(x - mean)/√(variance + epsilon), times `scale`, plus `offset`. Each of these has one number
    for each entry along `axis`.
    """
    x = floats(x)
    axes = (from_front(axis, x.ndim),)
    factor = rsqrt(convert_to_tensor(variance) + epsilon)
    z = (x - along(axes, mean, x.shape)) * along(axes, factor, x.shape)
    return scaled(z, scale, offset, axes)


@on_symbols
def layer_normalization(x, gamma=None, beta=None, axis: Any = -1, epsilon=None):
    """Scale each sample to mean 0 and variance 1 along `axis` (or axes), then multiply by gamma and
    add beta. Ba et al. 2016.
    """
    x = floats(x)
    axes = tuple(sorted([from_front(a, x.ndim) for a in (axis if np.ndim(axis) else [axis])]))
    epsilon = backend.epsilon() if epsilon is None else epsilon
    return standardized(x, gamma, beta, axes, axes, epsilon)


def standardized(x, scale, offset, kept, axes, epsilon, moments=None):
    """Scale x to mean 0 and variance 1 along `axes`, then multiply by `scale` and add `offset`, in
    one op if there are both. Each is None, or has one number for each entry along the axes in kept.
    """
    how = {"axes": axes, "epsilon": epsilon, "moments": moments}
    if scale is None or offset is None:
        return scaled(apply(normalizing.standardize, x, **how), scale, offset, kept)
    scale, offset = along(kept, scale, x.shape), along(kept, offset, x.shape)
    return apply(normalizing.normalize, x, scale, offset, **how)


def scaled(z, scale, offset, axes):
    """scale·z + offset. Each is None, or has one number for each entry along the axes of z."""
    z = z if scale is None else z * along(axes, scale, z.shape)
    return z if offset is None else z + along(axes, offset, z.shape)


def along(axes, numbers, shape):
    """Reshape numbers, one for each entry along these axes (counted from 0), so that they broadcast
    with `shape`.
    """
    numbers = convert_to_tensor(numbers)
    form = tuple([n if i in axes else 1 for i, n in enumerate(shape)])
    return numbers if form[-len(numbers.shape) :] == numbers.shape else numbers.reshape(form)
