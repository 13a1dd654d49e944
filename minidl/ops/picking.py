"""Functions that select, repeat or shift entries; diagonals and triangles."""

from __future__ import annotations

import numpy as np

from ..core.derivatives import arithmetic, shaping
from ..tensor import apply
from .arranging import broadcast_to, concatenate, moveaxis, ravel
from .base import convert_to_tensor, from_front, on_symbols, shape, whole

__all__ = [
    "diag",
    "diagonal",
    "pad",
    "repeat",
    "roll",
    "take",
    "take_along_axis",
    "tile",
    "trace",
    "tril",
    "triu",
]


@on_symbols
def take(x, indices, axis=None):
    """Take the entries at these positions along `axis`; without an axis, of the flattened x."""
    positions = whole(indices, "take: positions")
    x = convert_to_tensor(x)
    x = x.ravel() if axis is None else x
    return apply(shaping.take, x, indices=positions, axis=from_front(axis or 0, len(x.shape)))


@on_symbols
def take_along_axis(x, indices, axis=None):
    """Take the entries along `axis` at positions that differ for each row. With argsort(x) it sorts
    x.
    """
    x, positions = convert_to_tensor(x), whole(indices, "take_along_axis: positions")
    if axis is None:
        return x.ravel()[positions.ravel()]
    if positions.ndim != x.ndim:
        raise ValueError(
            f"take_along_axis: positions have as many axes as x, {x.ndim}; received shape "
            f"{positions.shape}."
        )
    axis = from_front(axis, x.ndim)
    rows = np.ogrid[tuple(slice(n) for n in x.shape)]
    return x[tuple(positions if i == axis else row for i, row in enumerate(rows))]


@on_symbols
def repeat(x, repeats, axis=None):
    """Repeat each entry along `axis`. repeats: one number, or one for each entry."""
    x = ravel(x) if axis is None else convert_to_tensor(x)
    axis = from_front(axis or 0, x.ndim)
    return take(x, np.repeat(np.arange(x.shape[axis]), whole(repeats, "repeat: repeats")), axis)


@on_symbols
def tile(x, repeats):
    """Repeat the whole x along each axis: (2, 3) tiled (2, 1) is (4, 3)."""
    x = convert_to_tensor(x)
    repeats = np.atleast_1d(whole(repeats, "tile: repeats"))
    ndim = max(len(repeats), x.ndim)
    sizes, times = (
        (1,) * (ndim - x.ndim) + x.shape,
        (1,) * (ndim - len(repeats)) + tuple(repeats.tolist()),
    )
    between = [n for pair in zip(times, sizes) for n in pair]
    copies = broadcast_to(x.reshape([n for size in sizes for n in (1, size)]), between)
    return copies.reshape([a * b for a, b in zip(times, sizes)])


@on_symbols
def roll(x, shift, axis=None):
    """Shift entries by `shift` along `axis`; entries beyond the end come back at the beginning.
    Without an axis, shift the flattened x.
    """
    x = convert_to_tensor(x)
    if axis is None:
        return roll(x.ravel(), shift, 0).reshape(x.shape)
    for s, a in np.broadcast(shift, axis):
        front = (slice(None),) * from_front(a, x.ndim)
        cut = (x.shape[a] - s) % x.shape[a] if x.shape[a] else 0
        x = concatenate([x[(*front, slice(cut, None))], x[(*front, slice(cut))]], a)
    return x


def pad(x, pad_width, mode="constant", constant_values=None):
    """Add entries around x. pad_width: ((before, after), ...) one pair for each axis, one pair or
    one number for all.

    mode: 'constant' (constant_values, 0 if left out), 'reflect' or 'symmetric' (x mirrored without
    or with its edge), 'edge'.
    """
    x = convert_to_tensor(x)
    widths = [
        (int(a), int(b)) for a, b in np.broadcast_to(np.asarray(pad_width), (len(x.shape), 2))
    ]
    if mode == "constant":
        return apply(
            shaping.pad,
            x,
            widths=tuple(widths),
            value=0.0 if constant_values is None else constant_values,
        )
    if mode not in ("reflect", "symmetric", "edge"):
        raise ValueError(
            f"pad: mode is 'constant', 'reflect', 'symmetric' or 'edge'; received {mode!r}."
        )
    if constant_values is not None:
        raise ValueError(
            f"pad: constant_values belong to mode='constant'; received them with mode={mode!r}."
        )
    for axis, pair in enumerate(widths):
        if pair != (0, 0):
            x = take(x, np.pad(np.arange(x.shape[axis]), pair, mode), axis)
    return x


def _lower(x, k) -> np.ndarray:
    """True on and below the diagonal number k of the last two axes."""
    rows, columns = shape(x)[-2:]
    return np.tri(rows, columns, k, dtype=bool)


@on_symbols
def tril(x, k=0):
    return apply(arithmetic.where, x, 0.0, condition=_lower(x, k))


@on_symbols
def triu(x, k=0):
    return apply(arithmetic.where, 0.0, x, condition=_lower(x, k - 1))


@on_symbols
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The diagonal of the matrices in two axes, as the last axis. offset: the number of diagonals
    above (or below, if negative) the main one.
    """
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    rows = np.arange(max(-offset, 0), max(min(x.shape[-2], x.shape[-1] - offset), max(-offset, 0)))
    return x[..., rows, rows + offset]


def trace(x, offset=0, axis1=0, axis2=1):
    return diagonal(x, offset, axis1, axis2).sum(axis=-1)


@on_symbols
def diag(x, k=0):
    """Return a square matrix with this vector as its diagonal, or the diagonal of this matrix as a
    vector.
    """
    x = convert_to_tensor(x)
    if x.ndim != 1:
        return diagonal(x, k)
    rows, n = np.arange(len(x)) + max(-k, 0), len(x) + int(np.abs(k))
    return apply(shaping.put, x, index=(rows, rows + k), shape=(n, n))
