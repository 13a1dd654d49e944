"""Functions that change the shape or the axes of a tensor, or join and split tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.derivatives import shaping
from ..tensor import apply
from .base import along_axis, convert_to_tensor, from_front, is_tensor, on_symbols, shape, whole
from .comparing import not_equal

__all__ = [
    "append",
    "broadcast_to",
    "concatenate",
    "diff",
    "expand_dims",
    "flip",
    "hstack",
    "meshgrid",
    "moveaxis",
    "ravel",
    "reshape",
    "rot90",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "transpose",
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
    """Convert None for the batch, from ops.shape(symbol), to the -1 of reshape. A -1 besides it is
    replaced by the number of the remaining entries of a sample.
    """
    if not isinstance(wanted, (tuple, list)) or None not in wanted:
        return wanted
    left = -1
    if -1 in wanted and None not in present[1:]:
        given = math.prod([n for n in wanted if n not in (None, -1)])
        left = math.prod(present[1:]) // given
    return [{None: -1, -1: left}.get(n, n) for n in wanted]


def _flip_index(ndim, axis):
    axes = range(ndim) if axis is None else [from_front(a, ndim) for a in np.atleast_1d(axis)]
    return tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(ndim))


def expand_dims(x, axis):
    """Insert a new axis of size 1 at `axis`: (3,) becomes (1, 3) with 0, (3, 1) with 1 or -1. A
    tuple of axes inserts one at each.
    """
    x = convert_to_tensor(x)
    if isinstance(axis, (tuple, list)):
        new = [from_front(a, len(x.shape) + len(axis)) for a in axis]
        return x[tuple(None if i in new else slice(None) for i in range(len(x.shape) + len(axis)))]
    return x[(slice(None),) * from_front(axis, len(x.shape) + 1) + (None,)]


def moveaxis(x, source, destination):
    """Move the axes `source` to the positions `destination`; the others keep their order."""
    n = len(shape(x))
    source, destination = (
        [from_front(a, n) for a in np.atleast_1d(axes)] for axes in (source, destination)
    )
    order = [a for a in range(n) if a not in source]
    for place, axis in sorted(zip(destination, source)):
        order.insert(place, axis)
    return transpose(x, order)


def rot90(array, k=1, axes: Any = (0, 1)):
    """Rotate by k·90 degrees in the plane of two axes, from the first towards the second."""
    a, b = axes
    if len({from_front(axis, len(shape(array))) for axis in axes}) < 2:
        raise ValueError(f"rot90: axes are two different ones; received {tuple(axes)}.")
    if k % 4 == 2:
        return flip(array, axes)
    if k % 2:
        return swapaxes(flip(array, b), a, b) if k % 4 == 1 else flip(swapaxes(array, a, b), b)
    return convert_to_tensor(array)


# --- joining and cutting
def concatenate(xs, axis: Any = 0):
    return apply(shaping.concatenate, *xs, axis=axis)


def stack(x, axis: Any = 0):
    return apply(shaping.stack, *x, axis=axis)


def vstack(xs):
    return concatenate([x if len(shape(x)) > 1 else ravel(x)[None] for x in xs], 0)


def hstack(xs):
    """Join tensors along the second axis; vectors along their only axis."""
    xs = [x if len(shape(x)) > 1 else ravel(x) for x in xs]
    return concatenate(xs, 0 if len(shape(xs[0])) == 1 else 1)


def append(x1, x2, axis=None):
    """Join x1 and x2 along `axis`; without an axis, flatten both first."""
    return concatenate([ravel(x1), ravel(x2)] if axis is None else [x1, x2], axis or 0)


def split(x, indices_or_sections, axis: Any = 0) -> list:
    """Split into a number of equal parts along `axis`, or before each of the given positions."""
    x = convert_to_tensor(x)
    place, cuts = from_front(axis, len(x.shape)), indices_or_sections
    size = x.shape[place]
    if is_tensor(cuts):
        cuts = whole(cuts, "split: indices_or_sections").tolist()
    if isinstance(cuts, (int, np.integer)):
        if cuts < 1 or size % cuts:
            raise ValueError(
                f"split: {size} entries along axis {axis} do not divide into {cuts} equal parts."
            )
        cuts = [size // int(cuts) * i for i in range(1, int(cuts))]
    front = (slice(None),) * place
    return [x[(*front, slice(a, b))] for a, b in zip([0, *cuts], [*cuts, size])]


def unstack(x, num=None, axis: Any = 0) -> list:
    """Return the slices along `axis`, without that axis. num: their number, if x is a symbol of
    unknown size.
    """
    x = convert_to_tensor(x)
    front = (slice(None),) * from_front(axis, len(x.shape))
    n = x.shape[axis] if num is None else num
    if n is None or x.shape[axis] not in (None, n):
        raise ValueError(
            f"unstack: num must be the size of axis {axis}, {x.shape[axis]}; received {num}."
        )
    return [x[(*front, i)] for i in range(n)]


@on_symbols
def meshgrid(*x, indexing="xy") -> list:
    """Return the coordinates of a grid: each vector repeated along the axes of the others. With
    'xy' the first two axes are exchanged, as in plots.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is 'xy' or 'ij'; received {indexing!r}.")
    vectors = [ravel(v) for v in x]
    sizes = tuple(v.size for v in vectors)
    grids = [broadcast_to(along_axis(v, i, len(vectors)), sizes) for i, v in enumerate(vectors)]
    return [g.swapaxes(0, 1) for g in grids] if indexing == "xy" and len(x) > 1 else grids


def diff(a, n=1, axis: Any = -1):
    """Subtract from each entry along `axis` the one before it, n times. For booleans: whether the
    two differ.
    """
    if n < 0:
        raise ValueError(f"diff: n is how often to subtract, 0 or more; received {n}.")
    a = convert_to_tensor(a)
    front = (slice(None),) * from_front(axis, len(a.shape))
    for _ in range(n):
        later, earlier = a[(*front, slice(1, None))], a[(*front, slice(None, -1))]
        a = not_equal(later, earlier) if a.dtype.kind == "b" else later - earlier
    return a
