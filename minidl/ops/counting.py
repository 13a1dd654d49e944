"""Functions that count entries, and sums over groups of rows."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..core.derivatives import shaping
from ..support.arrays import as_array
from ..symbolic import has_symbol
from ..tensor import Tensor, apply
from .base import along_axis, convert_to_tensor, floats, on_symbols, step, whole
from .comparing import where
from .picking import take

__all__ = [
    "bincount",
    "digitize",
    "histogram",
    "isin",
    "segment_sum",
    "unique",
]


@on_symbols
def digitize(x, bins):
    """Return the index of the bin of each entry. bins: the edges, ascending (an edge belongs to the
    bin above it) or descending (below).
    """
    return step(np.digitize, x, bins).astype("int32")


@on_symbols
def histogram(x, bins=10, range=None) -> tuple:
    """Count the entries in each of `bins` bins of equal width. Returns (counts, edges), with one
    more edge than bins. Neither has a gradient.

    bins may also be the edges. range: (lowest edge, highest edge), by default the smallest and
    largest entry.
    """
    x = convert_to_tensor(x)
    counts, edges = np.histogram(
        x.data, as_array(bins, keep_ints=True) if np.ndim(bins) else bins, range
    )
    return Tensor(counts, dtype="int32"), Tensor(edges, dtype=floats(x).dtype)


@on_symbols
def isin(x1, x2, assume_unique=False, invert=False):
    """Whether each entry of x1 occurs in x2; invert: whether it does not. assume_unique has no
    effect.
    """
    return step(partial(np.isin, assume_unique=assume_unique, invert=invert), x1, x2)


def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    """Return the distinct entries in ascending order, or the distinct slices along `axis`. A nan
    differs from every number, also from another nan.

    return_index, return_inverse, return_counts: also return the first position of each, the
    position in the result of each entry of x, and the count of each. size: cut or pad the result to
    this size, with fill_value or the first entry; required for a symbol.
    """
    if size is None and has_symbol(x):
        raise ValueError(
            "unique: how many different entries a symbol will have is not known; pass size=."
        )
    found = _unique(x, axis, size, fill_value)
    wanted = [
        part
        for part, want in zip(found, (True, return_index, return_inverse, return_counts))
        if want
    ]
    return tuple(wanted) if len(wanted) > 1 else wanted[0]


@on_symbols
def _unique(x, axis, size, fill_value) -> tuple:
    x = convert_to_tensor(x)
    _, index, inverse, counts = np.unique(x.data, True, True, True, axis=axis, equal_nan=False)
    inverse = inverse.reshape(x.shape if axis is None else -1)
    n = len(index)
    if size is not None:
        more = max(size - n, 0)
        index, counts = (
            np.append(index, index[:1].repeat(more))[:size],
            np.append(counts, np.zeros(more, int))[:size],
        )
    values = take(x, index, axis)
    if fill_value is not None and len(index) > n:
        place = along_axis(np.arange(len(index)), axis or 0, values.ndim)
        values = where(place < n, values, fill_value)
    return values, *(Tensor(part, dtype="int32") for part in (index, inverse, counts))


def how_many(numbers: np.ndarray, given) -> int:
    """Return how many different numbers 0, 1, 2, ... there may be: `given`, or one more than the
    largest.
    """
    return int(numbers.max(initial=-1)) + 1 if given is None else int(given)


@on_symbols
def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """Sum the rows of each segment: row i of the result is the sum of the rows whose segment_ids is
    i.
    """
    data, ids = convert_to_tensor(data), whole(segment_ids, "segment_sum: segment_ids")
    n = how_many(ids, num_segments)
    inside = np.flatnonzero((ids >= 0) & (ids < n))  # the others belong to no segment
    return apply(
        shaping.put,
        data if len(inside) == len(ids) else data[inside],
        index=ids[inside],
        shape=(n, *data.shape[1:]),
    )


@on_symbols
def bincount(x, weights=None, minlength=0):
    """Count how often 0, 1, 2, ... occur in x, or sum the weights there. For a matrix, do so in
    each row.
    """
    numbers = whole(x, "bincount: x")
    if numbers.size and numbers.min() < 0:
        raise ValueError(f"bincount: x counts from 0; received {numbers.min()}.")
    n = max(int(minlength), how_many(numbers, None))
    weights = np.ones(numbers.shape, np.int32) if weights is None else convert_to_tensor(weights)
    rows = np.ogrid[tuple(slice(m) for m in numbers.shape[:-1])]
    index = (*(np.expand_dims(r, -1) for r in rows), numbers)
    return apply(shaping.put, weights, index=index, shape=(*numbers.shape[:-1], n))
