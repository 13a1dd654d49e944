"""Slices of a tensor, and functions that put values at given positions."""

from __future__ import annotations

import builtins

import numpy as np

from ..core.derivatives import shaping
from ..tensor import apply
from .base import convert_to_tensor, on_symbols, whole, without_derivative

__all__ = ["scatter", "scatter_update", "slice", "slice_update"]


def _window(start_indices, sizes) -> tuple:
    starts = whole(start_indices, "slice: start_indices").tolist()
    return tuple(builtins.slice(start, start + size) for start, size in zip(starts, sizes))


REDUCTIONS = {"max": np.maximum, "min": np.minimum, "mul": np.multiply}


@on_symbols
def slice(inputs, start_indices, shape):
    """The part of this shape that begins at start_indices, one number for each axis. A size of -1
    reaches to the end of its axis.
    """
    x = convert_to_tensor(inputs)
    if not len(start_indices) == len(shape) == x.ndim:
        raise ValueError(
            f"slice: start_indices and shape have a number for each axis of {x.shape}; received "
            f"{list(start_indices)} and {tuple(shape)}."
        )
    ends = zip(x.shape, whole(start_indices, "slice: start_indices").tolist(), shape)
    shape = [n - start if size == -1 else size for n, start, size in ends]
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
    old entry, or together with it ('add', 'mul', 'max' or 'min'; all but 'add' without derivative).

    If several updates have the same position, the last one is used; with a reduction all are.
    """
    x, where = convert_to_tensor(inputs), _positions(indices, "scatter_update")
    updates = convert_to_tensor(updates, x.dtype)
    if reduction == "add":
        return x + apply(shaping.put, updates, index=where, shape=x.shape)
    if reduction in REDUCTIONS:
        result = x.data.copy()
        REDUCTIONS[reduction].at(result, where, updates.data)
        door = f"scatter_update(reduction={reduction!r})"
        return apply(without_derivative, x, updates, result=result, door=door)
    if reduction is not None:
        raise ValueError(
            f"scatter_update: reduction is None, 'add', 'mul', 'max' or 'min'; received "
            f"{reduction!r}."
        )
    return apply(shaping.update, x, updates, index=where)
