"""Many numbers to fewer, running totals, order, and the places where something is found."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..core.derivatives import reductions, shaping
from ..support import backend
from ..support.arrays import as_array
from ..symbolic import has_symbol
from ..tensor import Tensor, apply
from .arranging import moveaxis, take, take_along_axis, transpose
from .base import axes_of, convert_to_tensor, floats, on_symbols, step, whole
from .elementwise import (
    absolute,
    equal,
    greater,
    isclose,
    isfinite,
    isnan,
    logical_and,
    logical_not,
    maximum,
    power,
    sqrt,
    square,
    where,
)

__all__ = [
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "average",
    "bincount",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "digitize",
    "histogram",
    "in_top_k",
    "isin",
    "logsumexp",
    "max",
    "mean",
    "median",
    "min",
    "moments",
    "nanmax",
    "nanmean",
    "nanmin",
    "nansum",
    "norm",
    "normalize",
    "percentile",
    "prod",
    "quantile",
    "searchsorted",
    "segment_sum",
    "sort",
    "std",
    "sum",
    "top_k",
    "unique",
    "var",
]


def sum(x, axis=None, keepdims=False):
    return convert_to_tensor(x).sum(axis, keepdims)


def mean(x, axis=None, keepdims=False):
    return convert_to_tensor(x).mean(axis, keepdims)


def max(x, axis=None, keepdims=False):
    return convert_to_tensor(x).max(axis, keepdims)


def min(x, axis=None, keepdims=False):
    return convert_to_tensor(x).min(axis, keepdims)


def prod(x, axis=None, keepdims=False, dtype=None):
    return convert_to_tensor(x, dtype).prod(axis, keepdims)


def var(x, axis=None, keepdims=False):
    return convert_to_tensor(x).var(axis, keepdims)


def std(x, axis=None, keepdims=False):
    return convert_to_tensor(x).std(axis, keepdims)


def logsumexp(x, axis=None, keepdims=False):
    return apply(reductions.logsumexp, x, axis=axes_of(axis), keepdims=keepdims)


def any(x, axis=None, keepdims=False):
    return step(partial(np.any, axis=axes_of(axis), keepdims=keepdims), x)


def all(x, axis=None, keepdims=False):
    return step(partial(np.all, axis=axes_of(axis), keepdims=keepdims), x)


def count_nonzero(x, axis=None):
    return step(partial(np.count_nonzero, axis=axes_of(axis)), x).astype("int32")


amax, amin = max, min


def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| <= atol + rtol·|x2| holds everywhere."""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


def cumsum(x, axis=None, dtype=None):
    return convert_to_tensor(x, dtype).cumsum(axis)


def cumprod(x, axis=None, dtype=None):
    """zᵢ = x₁·...·xᵢ along `axis`; without one, of the flattened x."""
    x = convert_to_tensor(x, dtype)
    return apply(reductions.cumprod, x.ravel() if axis is None else x, axis=axis or 0)


def moments(x, axes, keepdims=False):
    return mean(floats(x), axes, keepdims), var(floats(x), axes, keepdims)


@on_symbols
def average(x, axis=None, weights=None):
    """The mean, each entry counting as much as its weight. weights: of x's shape, or one number a
    place along `axis`.
    """
    x = floats(x)
    if weights is None:
        return x.mean(axis)
    weights = convert_to_tensor(weights, x.dtype)
    if weights.shape != x.shape:
        if not isinstance(axis, int) or weights.shape != (x.shape[axis],):
            raise ValueError(
                f"average: weights have x's shape {x.shape}, or are one number a place along one "
                f"axis; received shape "
                f"{weights.shape} with axis={axis}."
            )
        weights = weights.reshape([-1 if i == range(x.ndim)[axis] else 1 for i in range(x.ndim)])
    return (x * weights).sum(axis) / (weights + 0 * x.detach()).sum(axis)


def norm(x, ord=None, axis=None, keepdims=False):
    """The length √Σ x² along one axis, and other measures of size. At 0 the gradient is 0.

    ord: None or 2 (the length), 1 (Σ |x|), inf and -inf (largest and smallest |x|), 0 (how many are
    not 0), p: (Σ |x|ᵖ)^(1/p).
    Along two axes, or of a matrix if no axis is given: None or 'fro' (√Σ x²), 1 and inf (the
    largest sum of a column, of a row).
    """
    x = floats(x)
    axes = tuple(range(len(x.shape)) if axis is None else np.atleast_1d(axis).tolist())
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return sqrt(sum(square(x), axes, keepdims))
    if len(axes) == 2 and ord in (1, -1, np.inf, -np.inf):
        sums, across = axes if np.abs(ord) == 1 else axes[::-1]
        totals = sum(absolute(x), sums, True)
        largest = max(totals, across, True) if ord > 0 else min(totals, across, True)
        return largest if keepdims else largest.squeeze(axes)
    if len(axes) != 1 or isinstance(ord, str):
        raise ValueError(
            f"norm: along one axis ord is None or a number, along two None, 'fro', 1, -1, inf or "
            f"-inf; received {ord!r} "
            f"for {len(axes)} axes. (Other norms of matrices need singular values.)"
        )
    size = absolute(x)
    if ord in (np.inf, -np.inf):
        return max(size, axes, keepdims) if ord > 0 else min(size, axes, keepdims)
    if ord == 0:
        return sum(step(np.sign, size), axes, keepdims)
    if ord == 1:
        return sum(size, axes, keepdims)
    total = sum(power(size, ord), axes, keepdims)
    nothing = equal(total, 0)  # there the root's slope is infinite
    return where(nothing, 0.0, power(where(nothing, 1.0, total), 1 / ord))


def normalize(x, axis=-1, order=2, epsilon=None):
    """x divided by its norm along `axis`, so that the norm becomes 1; a norm below epsilon counts
    as epsilon.
    """
    x = floats(x)
    return x / maximum(
        norm(x, order, axis, True), backend.epsilon() if epsilon is None else epsilon
    )


# --- past what is missing (NaN)
def nansum(x, axis=None, keepdims=False):
    return sum(where(isnan(x), 0, x), axis, keepdims)


@on_symbols
def nanmax(x, axis=None, keepdims=False):
    return _extreme_past_nan(max, -np.inf, x, axis, keepdims)


@on_symbols
def nanmin(x, axis=None, keepdims=False):
    return _extreme_past_nan(min, np.inf, x, axis, keepdims)


def nanmean(x, axis=None, keepdims=False):
    """The mean of what is not NaN; NaN where nothing is left."""
    x = floats(x)
    return nansum(x, axis, keepdims) / sum(logical_not(isnan(x)).astype(x.dtype), axis, keepdims)


def _extreme_past_nan(extreme, stand_in, x, axis, keepdims):
    x = convert_to_tensor(x)
    if x.dtype.kind != "f":
        return extreme(x, axis, keepdims)
    missing = isnan(x)
    return where(
        all(missing, axis, keepdims), np.nan, extreme(where(missing, stand_in, x), axis, keepdims)
    )


# --- order
@on_symbols
def argmax(x, axis=None, keepdims=False):
    """The position of the largest entry along `axis` (the first of several); without one, in the
    flattened x.
    """
    return step(partial(np.argmax, axis=axis, keepdims=keepdims), x).astype("int32")


@on_symbols
def argmin(x, axis=None, keepdims=False):
    """The position of the smallest entry along `axis` (the first of several); without one, in the
    flattened x.
    """
    return step(partial(np.argmin, axis=axis, keepdims=keepdims), x).astype("int32")


def argsort(x, axis=-1):
    """The positions of the entries from the smallest to the largest; equal ones keep their order.
    axis=None: of the flattened x.
    """
    return step(partial(np.argsort, axis=axis, kind="stable"), x).astype("int32")


def sort(x, axis=-1):
    """The entries from the smallest to the largest; each keeps its gradient."""
    x = convert_to_tensor(x)
    return take_along_axis(x, argsort(x, axis), axis)


@on_symbols
def top_k(x, k, sorted=True) -> tuple:
    """The k largest entries of each row and their positions, the largest first (sorted is accepted:
    they always are).
    """
    x = convert_to_tensor(x)
    if not 0 <= k <= x.shape[-1]:
        raise ValueError(
            f"top_k: k is between 0 and the {x.shape[-1]} entries of a row; received {k}."
        )
    positions = argsort(x[..., ::-1])[..., ::-1][
        ..., :k
    ]  # reversed twice: of equal entries the first comes first
    positions = x.shape[-1] - 1 - positions
    return take_along_axis(x, positions, -1), positions


@on_symbols
def in_top_k(targets, predictions, k):
    """For each row of predictions whether the target's is among the k largest; ties with the k-th
    count as inside.
    """
    predictions, targets = (
        convert_to_tensor(predictions).detach(),
        whole(targets, "in_top_k: targets"),
    )
    own = take_along_axis(predictions, targets[..., None], -1)
    ahead = greater(predictions, own)
    return logical_and(step(np.less, count_nonzero(ahead, -1), k), all(isfinite(own), -1))


def median(x, axis=None, keepdims=False):
    return quantile(x, 0.5, axis, keepdims=keepdims)


@on_symbols
def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a share q of the entries lies; several q make a new first axis.

    method: between two entries 'linear' interpolates, 'lower', 'higher', 'nearest' and 'midpoint'
    take what they say.
    """
    x, q = floats(x), np.asarray(q, np.float64)
    if q.ndim > 1 or np.any(q < 0) or np.any(q > 1):
        raise ValueError(
            f"quantile: q is a number between 0 and 1, or a list of them; received {q.tolist()}."
        )
    axes = [range(x.ndim)[a] for a in (range(x.ndim) if axis is None else np.atleast_1d(axis))]
    kept = [a for a in range(x.ndim) if a not in axes]
    rows = sort(transpose(x, [*kept, *axes]).reshape([*(x.shape[a] for a in kept), -1]))
    place = q * (rows.shape[-1] - 1)
    low, high = (f(place).astype(int) for f in (np.floor, np.ceil))
    shares = {
        "linear": place - low,
        "lower": 0 * place,
        "higher": 0 * place + 1,
        "midpoint": 0 * place + 0.5,
        "nearest": np.round(place) - low,
    }
    if method not in shares:
        raise ValueError(f"quantile: method is one of {', '.join(shares)}; received {method!r}.")
    result = rows[..., low] + (rows[..., high] - rows[..., low]) * np.asarray(
        shares[method], x.dtype
    )
    result = moveaxis(result, -1, 0) if q.ndim else result
    return (
        result.reshape([*q.shape, *(1 if a in axes else n for a, n in enumerate(x.shape))])
        if keepdims
        else result
    )


def percentile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which q of 100 parts of the entries lie: `quantile` of q/100."""
    q = np.asarray(q, np.float64)
    if not np.all((q >= 0) & (q <= 100)):
        raise ValueError(
            f"percentile: q is a number between 0 and 100, or a list of them; received "
            f"{q.tolist()}."
        )
    return quantile(x, q / 100, axis, method, keepdims)


def searchsorted(sorted_sequence, values, side="left"):
    """For each value its place in a sorted sequence: how many entries are smaller ('left'), or not
    larger ('right').
    """
    return step(partial(np.searchsorted, side=side), sorted_sequence, values).astype("int32")  # pyright: ignore[reportCallIssue]


@on_symbols
def digitize(x, bins):
    """For each entry the number of its bin; bins: the edges, rising (an edge belongs to the bin
    above it) or falling (below).
    """
    return step(np.digitize, x, bins).astype("int32")


@on_symbols
def histogram(x, bins=10, range=None) -> tuple:
    """How many entries lie in each of `bins` bins of equal width, and the edges of the bins, one
    more. Neither has a gradient.

    bins may also be the edges. range: (lowest edge, highest edge), by default the smallest and
    largest entry.
    """
    x = convert_to_tensor(x)
    counts, edges = np.histogram(
        x.data, as_array(bins, keep_ints=True) if np.ndim(bins) else bins, range
    )
    return Tensor(counts, dtype="int32"), Tensor(edges, dtype=floats(x).dtype)


# --- which there are
@on_symbols
def isin(x1, x2, assume_unique=False, invert=False):
    """For each entry of x1 whether it occurs in x2; invert: whether it does not (assume_unique is
    accepted: a hint for speed).
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
    """Each different entry once, from the smallest to the largest, or each different slice along
    `axis`.

    return_index, return_inverse, return_counts: also where each stands first, for each entry of x
    the position of its like in the result, and how often each occurs. size: cut or filled up to so
    many, with fill_value or the first of them; a symbol needs it.
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
    _, index, inverse, counts = np.unique(x.data, True, True, True, axis=axis)
    inverse = inverse.reshape(x.shape if axis is None else -1)
    n = len(index)
    if size is not None:
        more = np.maximum(size - n, 0)
        index, counts = (
            np.append(index, index[:1].repeat(more))[:size],
            np.append(counts, np.zeros(more, int))[:size],
        )
    values = take(x, index, axis)
    if fill_value is not None and len(index) > n:
        place = np.arange(len(index)).reshape(
            [-1 if i == range(x.ndim)[axis or 0] else 1 for i in range(values.ndim)]
        )
        values = where(place < n, values, fill_value)
    return values, *(Tensor(part, dtype="int32") for part in (index, inverse, counts))


# --- by number of the group
@on_symbols
def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """The sums of the rows with the same number: row i of the result adds the rows whose
    segment_ids is i.
    """
    data, ids = convert_to_tensor(data), whole(segment_ids, "segment_sum: segment_ids")
    n = int(ids.max(initial=-1)) + 1 if num_segments is None else int(num_segments)
    inside = np.flatnonzero((ids >= 0) & (ids < n))  # the others belong to no segment
    return apply(
        shaping.put,
        data if len(inside) == len(ids) else data[inside],
        index=ids[inside],
        shape=(n, *data.shape[1:]),
    )


@on_symbols
def bincount(x, weights=None, minlength=0):
    """How often 0, 1, 2, ... occur in x, or the sums of the weights there. Of a matrix: of each
    row.
    """
    numbers = whole(x, "bincount: x")
    if numbers.size and numbers.min() < 0:
        raise ValueError(f"bincount: x counts from 0; received {numbers.min()}.")
    n = np.maximum(int(minlength), int(numbers.max(initial=-1)) + 1)
    weights = np.ones(numbers.shape, np.int32) if weights is None else convert_to_tensor(weights)
    rows = (*np.ogrid[tuple(slice(m) for m in numbers.shape[:-1])],) if numbers.ndim > 1 else ()
    index = (*(np.expand_dims(r, -1) for r in rows), numbers)
    return apply(shaping.put, weights, index=index, shape=(*numbers.shape[:-1], int(n)))
