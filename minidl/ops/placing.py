"""Windows of a tensor, and values put where positions say."""

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
    """The window of the given shape that begins at start_indices, one number an axis each."""
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
    """inputs with the window that begins at start_indices replaced by `updates`."""
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
    """One array of positions an axis, from rows of positions (n, axes)."""
    return tuple(np.moveaxis(whole(indices, f"{name}: indices"), -1, 0))


@on_symbols
def scatter(indices, values, shape):
    """Zeros of the given shape with values[i] added at indices[i], a row of positions on the first
    axes.
    """
    return apply(
        shaping.put,
        convert_to_tensor(values),
        index=_positions(indices, "scatter"),
        shape=tuple(shape),
    )


@on_symbols
def scatter_update(inputs, indices, updates, reduction=None):
    """inputs with updates[i] at indices[i], a row of positions on the first axes: in place of what
    is there, or added ('add').

    Where several updates go to one place, the last one stays; with 'add' all are added.
    """
    x, where = convert_to_tensor(inputs), _positions(indices, "scatter_update")
    updates = convert_to_tensor(updates, x.dtype)
    if reduction == "add":
        return x + apply(shaping.put, updates, index=where, shape=x.shape)
    if reduction is not None:
        raise ValueError(f"scatter_update: reduction is None or 'add'; received {reduction!r}.")
    return apply(shaping.update, x, updates, index=where)
