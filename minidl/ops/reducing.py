"""Reductions and cumulative sums and products."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..core.derivatives import linear, reductions
from ..support import backend
from ..tensor import apply
from .arranging import broadcast_to, expand_dims, moveaxis
from .base import along_axis, axes_of, convert_to_tensor, floats, on_symbols, step
from .comparing import equal, isclose, isnan, logical_not, where
from .elementwise import absolute, maximum, minimum, power, sqrt, square

__all__ = [
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "average",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "logsumexp",
    "max",
    "mean",
    "min",
    "moments",
    "nanmax",
    "nanmean",
    "nanmin",
    "nansum",
    "norm",
    "normalize",
    "prod",
    "std",
    "sum",
    "var",
]


def sum(x, axis=None, keepdims=False):
    return convert_to_tensor(x).sum(axis, keepdims)


def mean(x, axis=None, keepdims=False):
    return floats(x).mean(axis, keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    """The largest entry, and at least `initial`, if it is given."""
    largest = convert_to_tensor(x).max(axis, keepdims)
    return largest if initial is None else maximum(largest, initial)


def min(x, axis=None, keepdims=False, initial=None):
    """The smallest entry, and at most `initial`, if it is given."""
    smallest = convert_to_tensor(x).min(axis, keepdims)
    return smallest if initial is None else minimum(smallest, initial)


def prod(x, axis=None, keepdims=False, dtype=None):
    return _as_asked(convert_to_tensor(x, dtype).prod(axis, keepdims), dtype)


def var(x, axis=None, keepdims=False):
    return floats(x).var(axis, keepdims)


def std(x, axis=None, keepdims=False):
    return floats(x).std(axis, keepdims)


def logsumexp(x, axis=None, keepdims=False):
    return apply(reductions.logsumexp, floats(x), axis=axes_of(axis), keepdims=keepdims)


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
    return _as_asked(convert_to_tensor(x, dtype).cumsum(axis), dtype)


def cumprod(x, axis=None, dtype=None):
    """zᵢ = x₁·...·xᵢ along `axis`; without one, of the flattened x."""
    x = convert_to_tensor(x, dtype)
    z = apply(reductions.cumprod, x.ravel() if axis is None else x, axis=axis or 0)
    return _as_asked(z, dtype)


def _as_asked(z, dtype):
    """Return z in the dtype that was asked for: NumPy adds small whole numbers as large ones."""
    return z if dtype is None else z.astype(dtype)


def moments(x, axes, keepdims=False):
    return mean(floats(x), axes, keepdims), var(floats(x), axes, keepdims)


@on_symbols
def average(x, axis=None, weights=None):
    """The weighted mean. weights: of x's shape, or one number for each entry along `axis`."""
    x = floats(x)
    if weights is None:
        return x.mean(axis)
    weights = convert_to_tensor(weights, x.dtype)
    if isinstance(axis, (tuple, list)) and len(axis) == 1:
        axis = axis[0]
    if weights.shape != x.shape:
        if not isinstance(axis, int) or weights.shape != (x.shape[axis],):
            raise ValueError(
                f"average: weights have x's shape {x.shape}, or are one number a place along one "
                f"axis; received shape "
                f"{weights.shape} with axis={axis}."
            )
        weights = along_axis(weights, axis, x.ndim)
    return (x * weights).sum(axis) / broadcast_to(weights, x.shape).sum(axis)


def norm(x, ord=None, axis=None, keepdims=False):
    """The length √Σ x² along one axis, and other measures of size. At 0 the gradient is 0.

    ord: None or 2 (the length), 1 (Σ |x|), inf and -inf (largest and smallest |x|), 0 (how many are
    not 0), p: (Σ |x|ᵖ)^(1/p).
    Along two axes, or of a matrix if no axis is given: None or 'fro' (√Σ x²), 1 and inf (the
    largest sum of a column, of a row), 2, -2 and 'nuc' (largest, smallest and sum of the singular
    values).
    """
    x = floats(x)
    axes = tuple(range(len(x.shape)) if axis is None else np.atleast_1d(axis).tolist())
    names_of_the_length = {1: (None, 2), 2: (None, "fro")}.get(len(axes), (None,))
    if ord in names_of_the_length:
        return sqrt(sum(square(x), axes, keepdims))
    if len(axes) == 1 and not isinstance(ord, str):
        return _norm_of_sizes(absolute(x), ord, axes, keepdims)
    if len(axes) != 2 or ord not in (1, -1, 2, -2, np.inf, -np.inf, "nuc"):
        raise ValueError(
            f"norm: along one axis ord is None or a number, along two None, 'fro', 'nuc', 1, -1, "
            f"2, -2, inf or -inf; received {ord!r} for {len(axes)} axes."
        )
    if ord in (2, -2, "nuc"):
        return _of_singular_values(x, {2: max, -2: min, "nuc": sum}[ord], axes, keepdims)
    return _extreme_of_sums(x, ord, axes, keepdims)


def _of_singular_values(x, reduce, axes, keepdims):
    found = reduce(apply(linear.singular_values, moveaxis(x, axes, (-2, -1))), -1)
    return expand_dims(found, axes) if keepdims else found


def _extreme_of_sums(x, ord, axes, keepdims):
    """The largest (ord > 0) or smallest sum of |x| of a column (1) or of a row (inf)."""
    sums, across = axes if np.abs(ord) == 1 else axes[::-1]
    extreme = max if ord > 0 else min
    found = extreme(sum(absolute(x), sums, True), across, True)
    return found if keepdims else found.squeeze(axes)


def _norm_of_sizes(size, ord, axes, keepdims):
    """The norms along one axis, of the numbers' sizes."""
    if ord in (np.inf, -np.inf):
        return {np.inf: max, -np.inf: min}[ord](size, axes, keepdims)
    if ord == 0:
        return sum(step(np.sign, size), axes, keepdims)
    total = sum(power(size, ord), axes, keepdims)
    return where(equal(total, 0), 0.0, power(total, 1 / ord))  # at 0 the root's slope is infinite


def normalize(x, axis: Any = -1, order=2, epsilon=None):
    """Divide x by its norm along `axis`, so that the norm becomes 1. A norm below epsilon counts as
    epsilon.
    """
    x = floats(x)
    if order == 2 and isinstance(axis, (tuple, list)):  # of all numbers there, not of a matrix
        size = sqrt(sum(square(x), axis, True))
    else:
        size = norm(x, order, axis, True)
    return x / maximum(size, backend.epsilon() if epsilon is None else epsilon)


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
    """The mean of the numbers that are not NaN; NaN if all are."""
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
