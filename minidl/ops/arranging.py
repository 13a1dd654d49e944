"""The same numbers in another arrangement: shapes, axes, joining, cutting and picking."""

from __future__ import annotations

import math

import numpy as np

from ..core.derivatives import arithmetic, shaping
from ..tensor import apply
from .base import convert_to_tensor, on_symbols, shape, whole
from .elementwise import not_equal

__all__ = [
    "append",
    "broadcast_to",
    "concatenate",
    "diag",
    "diagonal",
    "diff",
    "expand_dims",
    "flip",
    "hstack",
    "meshgrid",
    "moveaxis",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "take_along_axis",
    "tile",
    "trace",
    "transpose",
    "tril",
    "triu",
    "unstack",
    "vstack",
]


def reshape(x, newshape):
    return convert_to_tensor(x).reshape(_known(newshape, shape(x)))


def ravel(x):
    return convert_to_tensor(x).ravel()


def transpose(x, axes=None):
    return convert_to_tensor(x).transpose(axes)


def swapaxes(x, axis1, axis2):
    return convert_to_tensor(x).swapaxes(axis1, axis2)


def squeeze(x, axis=None):
    return convert_to_tensor(x).squeeze(axis)


def broadcast_to(x, shape):
    return apply(shaping.broadcast_to, x, shape=tuple(shape))


def flip(x, axis=None):
    return convert_to_tensor(x)[_flip_index(len(shape(x)), axis)]


def _known(wanted, present):
    """The None that ops.shape(symbol) has for the batch, as the -1 of reshape; a -1 beside it is
    what is left of a sample.
    """
    if not isinstance(wanted, (tuple, list)) or None not in wanted:
        return wanted
    if -1 in wanted and None not in present[1:]:
        left = math.prod(present[1:]) // math.prod([n for n in wanted if n is not None and n >= 0])
        wanted = [left if n == -1 else n for n in wanted]
    return [-1 if n is None else n for n in wanted]


def _flip_index(ndim, axis):
    axes = range(ndim) if axis is None else [range(ndim)[a] for a in np.atleast_1d(axis)]
    return tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(ndim))


def expand_dims(x, axis):
    """A new axis of size 1 at `axis`: (3,) becomes (1, 3) with 0, (3, 1) with 1 or -1. A tuple of
    axes: one at each.
    """
    x = convert_to_tensor(x)
    if isinstance(axis, (tuple, list)):
        new = [range(len(x.shape) + len(axis))[a] for a in axis]
        return x[tuple(None if i in new else slice(None) for i in range(len(x.shape) + len(axis)))]
    return x[(slice(None),) * range(len(x.shape) + 1)[axis] + (None,)]


def moveaxis(x, source, destination):
    """The axes `source` at the places `destination`, the others in their old order."""
    n = len(shape(x))
    source, destination = (
        [range(n)[a] for a in np.atleast_1d(axes)] for axes in (source, destination)
    )
    order = [a for a in range(n) if a not in source]
    for place, axis in sorted(zip(destination, source)):
        order.insert(place, axis)
    return transpose(x, order)


def rot90(array, k=1, axes=(0, 1)):
    """Quarter turns in the plane of two axes, from the first towards the second."""
    a, b = axes
    if k % 4 == 2:
        return flip(array, axes)
    if k % 2:
        return swapaxes(flip(array, b), a, b) if k % 4 == 1 else flip(swapaxes(array, a, b), b)
    return convert_to_tensor(array)


# --- joining and cutting
def concatenate(xs, axis=0):
    return apply(shaping.concatenate, *xs, axis=axis)


def stack(x, axis=0):
    return apply(shaping.stack, *x, axis=axis)


def vstack(xs):
    return concatenate([x if len(shape(x)) > 1 else reshape(x, (1, -1)) for x in xs], 0)


def hstack(xs):
    """Side by side: along the second axis, of vectors along their only one."""
    xs = [x if len(shape(x)) else reshape(x, (1,)) for x in xs]
    return concatenate(xs, 0 if len(shape(xs[0])) == 1 else 1)


def append(x1, x2, axis=None):
    """x2 behind x1 along `axis`; without one, both flattened."""
    return concatenate([ravel(x1), ravel(x2)] if axis is None else [x1, x2], axis or 0)


def split(x, indices_or_sections, axis=0) -> list:
    """Equal parts along `axis` if given a number, or cut before each of the given positions."""
    x = convert_to_tensor(x)
    size, cuts = x.shape[axis], indices_or_sections
    if isinstance(cuts, (int, np.integer)):
        if cuts < 1 or size % cuts:
            raise ValueError(
                f"split: {size} entries along axis {axis} do not divide into {cuts} equal parts."
            )
        cuts = range(size // int(cuts), size, size // int(cuts))
    front = (slice(None),) * range(len(x.shape))[axis]
    return [x[(*front, slice(a, b))] for a, b in zip([0, *cuts], [*cuts, size])]


def unstack(x, num=None, axis=0) -> list:
    """The layers along `axis`, each without that axis. num: how many, where x is a symbol that does
    not know.
    """
    x = convert_to_tensor(x)
    n = x.shape[axis] if num is None else num
    if n is None or x.shape[axis] not in (None, n):
        raise ValueError(
            f"unstack: num must be the size of axis {axis}, {x.shape[axis]}; received {num}."
        )
    front = (slice(None),) * range(len(x.shape))[axis]
    return [x[(*front, i)] for i in range(n)]


@on_symbols
def meshgrid(*x, indexing="xy") -> list:
    """The coordinates of a grid: each vector repeated along the axes of the others ('xy': the first
    two swapped, as in plots).
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is 'xy' or 'ij'; received {indexing!r}.")
    vectors = [ravel(v) for v in x]
    sizes = tuple(v.size for v in vectors)
    grids = [
        broadcast_to(v.reshape([-1 if i == j else 1 for j in range(len(x))]), sizes)
        for i, v in enumerate(vectors)
    ]
    return [g.swapaxes(0, 1) for g in grids] if indexing == "xy" and len(x) > 1 else grids


def diff(a, n=1, axis=-1):
    """Each entry along `axis` minus the one before it, n times over; of truth values: whether they
    differ.
    """
    if n < 0:
        raise ValueError(f"diff: n is how often to subtract, 0 or more; received {n}.")
    a = convert_to_tensor(a)
    front = (slice(None),) * range(len(a.shape))[axis]
    for _ in range(n):
        later, earlier = a[(*front, slice(1, None))], a[(*front, slice(None, -1))]
        a = not_equal(later, earlier) if a.dtype.kind == "b" else later - earlier
    return a


# --- picking and repeating
@on_symbols
def take(x, indices, axis=None):
    """The entries at whole-number positions along `axis`; without one, of the flattened x."""
    positions = whole(indices, "take: positions")
    x = convert_to_tensor(x)
    return apply(shaping.take, x.ravel() if axis is None else x, indices=positions, axis=axis or 0)


@on_symbols
def take_along_axis(x, indices, axis=None):
    """From each row along `axis` the entries at that row's own positions: sorts x, if given
    argsort(x).
    """
    x, positions = convert_to_tensor(x), whole(indices, "take_along_axis: positions")
    if axis is None:
        return x.ravel()[positions.ravel()]
    if positions.ndim != x.ndim:
        raise ValueError(
            f"take_along_axis: positions have as many axes as x, {x.ndim}; received shape "
            f"{positions.shape}."
        )
    axis = range(x.ndim)[axis]
    rows = np.ogrid[tuple(slice(n) for n in x.shape)]
    return x[tuple(positions if i == axis else row for i, row in enumerate(rows))]


@on_symbols
def repeat(x, repeats, axis=None):
    """Each entry along `axis` several times in a row; repeats: one number, or one an entry."""
    x = ravel(x) if axis is None else convert_to_tensor(x)
    return take(
        x, np.repeat(np.arange(x.shape[axis or 0]), whole(repeats, "repeat: repeats")), axis or 0
    )


@on_symbols
def tile(x, repeats):
    """The whole x several times in a row along each axis: (2, 3) tiled (2, 1) is (4, 3)."""
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
    """Entries moved on by `shift` along `axis`; what falls out at the end comes in at the
    beginning. No axis: of the flattened x.
    """
    x = convert_to_tensor(x)
    if axis is None:
        return roll(x.ravel(), shift, 0).reshape(x.shape)
    for s, a in np.broadcast(shift, axis):
        cut = (x.shape[a] - s) % x.shape[a] if x.shape[a] else 0
        front = (slice(None),) * range(x.ndim)[a]
        x = concatenate([x[(*front, slice(cut, None))], x[(*front, slice(cut))]], a)
    return x


def pad(x, pad_width, mode="constant", constant_values=None):
    """A frame around x. pad_width: ((before, after), ...) one pair an axis, one pair or one number
    for all.

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


# --- diagonals and triangles
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
    """The diagonal of the matrices in two axes, as the last axis; offset: how far above (or below,
    negative) the main one.
    """
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    rows = np.arange(max(-offset, 0), max(min(x.shape[-2], x.shape[-1] - offset), max(-offset, 0)))
    return x[..., rows, rows + offset]


def trace(x, offset=0, axis1=0, axis2=1):
    return diagonal(x, offset, axis1, axis2).sum(axis=-1)


@on_symbols
def diag(x, k=0):
    """A vector as the diagonal of a square of zeros, or a matrix's diagonal as a vector."""
    x = convert_to_tensor(x)
    if x.ndim != 1:
        return diagonal(x, k)
    rows, n = np.arange(len(x)) + max(-k, 0), len(x) + int(np.abs(k))
    return apply(shaping.put, x, index=(rows, rows + k), shape=(n, n))
