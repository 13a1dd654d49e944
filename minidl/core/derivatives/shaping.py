"""Ops that rearrange numbers. The gradient of each number goes back to its place."""

from __future__ import annotations

import numpy as np

from ..backward import Placed


def reshape(x, *, shape):
    """z = x in a new shape, its numbers in the same order"""
    return x.reshape(shape), (lambda g: g.reshape(x.shape),)


def transpose(x, *, axes=None):
    """z = x with its axes in another order (None: reversed)"""
    back = None if axes is None else np.argsort([a % x.ndim for a in axes])
    return np.transpose(x, axes), (lambda g: np.transpose(g, back),)


def broadcast_to(x, *, shape):
    """z = x repeated to a larger shape      the engine sums g back down"""
    return np.broadcast_to(x, shape), (lambda g: g,)


def getitem(x, *, index):
    """z = x[index]   g is put back at index; an entry that was selected twice gets both parts"""
    return x[index], (lambda g: Placed(index, g, _may_repeat(index)),)


def _may_repeat(index) -> bool:
    """Whether an index may select an entry twice. Single positions, slices and masks do not; lists
    of positions may.
    """
    parts = index if isinstance(index, tuple) else (index,)
    return not all(
        p is None
        or p is Ellipsis
        or isinstance(p, (int, np.integer, slice))
        or getattr(p, "dtype", None) == np.bool_
        for p in parts
    )


def take(x, *, indices, axis):
    """z = x at whole-number positions along one axis, for example the rows of an embedding"""
    index = (slice(None),) * range(x.ndim)[axis] + (indices,)
    return getitem(x, index=index)


def concatenate(*xs, axis=0):
    """z = the xs one after another along an axis      each x gets its own slice of g"""
    z = np.concatenate(xs, axis)
    ends = np.cumsum([x.shape[axis] for x in xs])

    def part(end, size):
        window = [slice(None)] * z.ndim
        window[axis] = slice(end - size, end)
        return lambda g: g[tuple(window)]

    return z, tuple(part(end, x.shape[axis]) for end, x in zip(ends, xs))


def stack(*xs, axis=0):
    """z = the xs side by side along a new axis      each x gets its own slice of g"""
    return np.stack(xs, axis), tuple(lambda g, i=i: np.take(g, i, axis) for i in range(len(xs)))


def pad(x, *, widths, value=0.0):
    """z = x with `value` around it; widths is ((before, after), ...) per axis
    ∂L/∂x = g without its border
    """
    inner = tuple(slice(before, before + n) for (before, _), n in zip(widths, x.shape))
    return np.pad(x, widths, constant_values=value), (lambda g: g[inner],)


def put(x, *, index, shape):
    """z = zeros of a shape, with z[index] += x; if index names a place twice, both are added
    ∂L/∂x = g[index]
    """
    z = np.zeros(shape, x.dtype)
    np.add.at(z, index, x)
    return z, (lambda g: g[index],)


def update(x, y, *, index):
    """z = x, but z[index] = y      ∂L/∂x = g, and 0 at index
    ∂L/∂y = g[index], and 0 for a value that a later one replaced
    """
    z = x.copy()
    z[index] = y

    def vjp_x(g):
        dx = g.copy()
        dx[index] = 0
        return dx

    def vjp_y(g):
        kept = g[index]
        turn, writer = np.arange(kept.size).reshape(kept.shape), np.zeros(x.shape, int)
        writer[index] = turn
        return np.where(writer[index] == turn, kept, 0)

    return z, (vjp_x, vjp_y)
