"""Functions that split, join, mirror or construct arrays; extremes and products of segments of
rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support import backend
from ..support.arrays import as_array
from ..tensor import Tensor
from .arranging import concatenate, flip, split
from .base import convert_to_tensor, from_front, on_symbols, whole
from .counting import how_many
from .creation import zeros_like
from .elementwise import power
from .picking import diag

__all__ = [
    "array_split",
    "diagflat",
    "dsplit",
    "dstack",
    "empty_like",
    "fliplr",
    "flipud",
    "geomspace",
    "hsplit",
    "kron",
    "logspace",
    "segment_max",
    "segment_min",
    "segment_prod",
    "tri",
    "unravel_index",
    "vander",
    "vsplit",
]


def tri(N, M=None, k=0, dtype=None):
    """Ones on and below diagonal k of an N x M matrix, zeros above."""
    return Tensor(np.tri(N, M, k), dtype=dtype or backend.floatx())


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis: Any = 0):
    """Return base^start ... base^stop with evenly spaced exponents."""
    values = np.logspace(as_array(start), as_array(stop), num, endpoint, base, axis=axis)
    return Tensor(values, dtype=dtype or backend.floatx())


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis: Any = 0):
    """Return numbers from start to stop with a constant ratio."""
    values = np.geomspace(as_array(start), as_array(stop), num, endpoint, axis=axis)
    return Tensor(values, dtype=dtype or backend.floatx())


def empty_like(x, dtype=None):
    return zeros_like(x, dtype)


@on_symbols
def unravel_index(indices, shape):
    """Convert positions in the flat array to positions in this shape: one tensor for each axis."""
    places = np.unravel_index(whole(indices, "unravel_index: indices"), tuple(shape))
    return tuple([Tensor(place.astype(np.int32)) for place in places])


def diagflat(x, k=0):
    """Return a matrix of zeros with the entries of x, which may have any shape, on diagonal k."""
    return diag(convert_to_tensor(x).ravel(), k)


def fliplr(x):
    return flip(x, 1)


def flipud(x):
    return flip(x, 0)


@on_symbols
def array_split(x, indices_or_sections, axis: Any = 0):
    """Split as `split` does, but into parts that may differ in size: the first ones are longer by
    one.
    """
    x = convert_to_tensor(x)
    cuts = indices_or_sections
    if np.ndim(cuts) == 0:
        size, longer = divmod(x.shape[from_front(axis, x.ndim)], int(cuts))
        sizes = [size + 1] * longer + [size] * (int(cuts) - longer)
        cuts = np.cumsum(sizes)[:-1].tolist()
    return split(x, cuts, axis)


def hsplit(x, indices_or_sections):
    """Split along the second axis; a vector along its only axis."""
    x = convert_to_tensor(x)
    return split(x, indices_or_sections, 1 if len(x.shape) > 1 else 0)


def vsplit(x, indices_or_sections):
    return split(x, indices_or_sections, 0)


def dsplit(x, indices_or_sections):
    return split(x, indices_or_sections, 2)


@on_symbols
def dstack(xs):
    """Join along the third axis. Matrices get one new axis, vectors two."""
    parts = [convert_to_tensor(x) for x in xs]
    parts = [x if x.ndim > 1 else x.reshape(1, x.size, 1) for x in parts]
    return concatenate([x if x.ndim > 2 else x[..., None] for x in parts], 2)


@on_symbols
def kron(x1, x2):
    """The Kronecker product: a block matrix of each entry of x1 times x2."""
    a, b = convert_to_tensor(x1), convert_to_tensor(x2)
    axes = np.maximum(a.ndim, b.ndim)
    a = a.reshape((1,) * (axes - a.ndim) + a.shape)
    b = b.reshape((1,) * (axes - b.ndim) + b.shape)
    left = a.reshape([n for size in a.shape for n in (size, 1)])
    right = b.reshape([n for size in b.shape for n in (1, size)])
    return (left * right).reshape([m * n for m, n in zip(a.shape, b.shape)])


@on_symbols
def vander(x, N=None, increasing=False):
    """Return for each number of a vector a row of its N powers, the highest first, or last if
    increasing.
    """
    x = convert_to_tensor(x)
    exponents = np.arange(len(x) if N is None else N)
    powers = power(x[:, None], exponents.astype(x.dtype))
    return powers if increasing else powers[:, ::-1]


# --- rows by their segment: row i of the result is of the rows whose segment_ids is i
@on_symbols
def segment_max(data, segment_ids, num_segments=None, sorted=False):
    """The largest number of each segment; the lowest number of the dtype for an empty one."""
    return _extreme(data, segment_ids, num_segments, np.argmax)


@on_symbols
def segment_min(data, segment_ids, num_segments=None, sorted=False):
    """The smallest number of each segment; the highest number of the dtype for an empty one."""
    return _extreme(data, segment_ids, num_segments, np.argmin)


@on_symbols
def segment_prod(data, segment_ids, num_segments=None, sorted=False):
    """The product of each segment; 1 for an empty one."""
    data, rows = _rows(data, segment_ids, num_segments)
    ones = Tensor(np.ones((1, *data.shape[1:]), data.dtype))
    found = [data[i].prod(0, keepdims=True) if len(i) else ones for i in rows]
    return concatenate([*found, data[:0]], 0)  # data[:0]: there may be no segment


def _extreme(data, segment_ids, num_segments, place):
    data, rows = _rows(data, segment_ids, num_segments)
    limits = np.finfo(data.dtype) if data.dtype.kind == "f" else np.iinfo(data.dtype)
    least = -np.inf if data.dtype.kind == "f" else limits.min
    most = np.inf if data.dtype.kind == "f" else limits.max
    nothing = np.full((1, *data.shape[1:]), least if place is np.argmax else most, data.dtype)
    others = (*np.ogrid[tuple(slice(n) for n in data.shape[1:])],)
    found = [
        data[(i[place(data.data[i], axis=0)], *others)][None] if len(i) else Tensor(nothing)
        for i in rows
    ]
    return concatenate([*found, data[:0]], 0)


def _rows(data, segment_ids, num_segments):
    """The data, and for each segment which rows belong to it."""
    data, ids = convert_to_tensor(data), whole(segment_ids, "segment_ids")
    return data, [np.flatnonzero(ids == i) for i in range(how_many(ids, num_segments))]
