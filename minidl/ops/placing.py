"""Slices of a tensor, and functions that put values at given positions."""

from __future__ import annotations

import builtins

import numpy as np

from ..core.derivatives import shaping
from ..tensor import apply
from .base import convert_to_tensor, on_symbols, whole

__all__ = ["scatter", "scatter_update", "slice", "slice_update"]


def _window(start_indices, sizes) -> tuple:
    starts = whole(start_indices, "slice: start_indices").tolist()
    return tuple(builtins.slice(start, start + size) for start, size in zip(starts, sizes))


@on_symbols
def slice(inputs, start_indices, shape):
    """The part of this shape that begins at start_indices, one number for each axis."""
    x = convert_to_tensor(inputs)
    part = x[_window(start_indices, shape)]
    if part.shape != tuple(shape):
        raise ValueError(
            f"slice: from {list(start_indices)} a window of shape {tuple(shape)} reaches beyond "
            f"the shape {x.shape}."
        )
    return part


@on_symbols
def slice_update(inputs, start_indices, updates):
    """Return inputs with the part that begins at start_indices replaced by `updates`."""
    x = convert_to_tensor(inputs)
    updates = convert_to_tensor(updates, x.dtype)
    window = _window(start_indices, updates.shape)
    if np.shape(x.data[window]) != updates.shape:
        raise ValueError(
            f"slice_update: from {list(start_indices)} updates of shape {updates.shape} reach "
            f"beyond the shape {x.shape}."
        )
    return apply(shaping.update, x, updates, index=window)


def _positions(indices, name) -> tuple:
    """Convert rows of positions (n, axes) to one array for each axis."""
    return tuple(np.moveaxis(whole(indices, f"{name}: indices"), -1, 0))


@on_symbols
def scatter(indices, values, shape):
    """Return zeros of this shape with values[i] added at the position indices[i] on the
    first axes.
    """
    return apply(
        shaping.put,
        convert_to_tensor(values),
        index=_positions(indices, "scatter"),
        shape=tuple(shape),
    )


@on_symbols
def scatter_update(inputs, indices, updates, reduction=None):
    """Return inputs with updates[i] at the position indices[i] on the first axes: instead of the
    old entry, or added to it ('add').

    If several updates have the same position, the last one is used; with 'add' all are added.
    """
    x, where = convert_to_tensor(inputs), _positions(indices, "scatter_update")
    updates = convert_to_tensor(updates, x.dtype)
    if reduction == "add":
        return x + apply(shaping.put, updates, index=where, shape=x.shape)
    if reduction is not None:
        raise ValueError(f"scatter_update: reduction is None or 'add'; received {reduction!r}.")
    return apply(shaping.update, x, updates, index=where)
