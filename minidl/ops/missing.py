"""Reductions that ignore missing numbers (NaN). `reducing.py` has nansum, nanmean, nanmax and
nanmin.
"""

from __future__ import annotations

import numpy as np

from .base import convert_to_tensor, floats, on_symbols
from .comparing import isnan, logical_not, where
from .elementwise import sqrt, square
from .reducing import cumprod, cumsum, nanmean, nansum, prod
from .reducing import sum as total

__all__ = [
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanprod",
    "nanstd",
    "nanvar",
]


def nanprod(x, axis=None, keepdims=False):
    return prod(where(isnan(x), 1, x), axis, keepdims)


def nancumsum(x, axis=None, dtype=None):
    return cumsum(where(isnan(x), 0, x), axis, dtype)


def nancumprod(x, axis=None, dtype=None):
    return cumprod(where(isnan(x), 1, x), axis, dtype)


def nanvar(x, axis=None, keepdims=False):
    """The mean squared distance from nanmean; NaN if all numbers are NaN."""
    x = floats(x)
    away = square(x - nanmean(x, axis, True))
    return nansum(away, axis, keepdims) / total(
        logical_not(isnan(x)).astype(x.dtype), axis, keepdims
    )


def nanstd(x, axis=None, keepdims=False):
    return sqrt(nanvar(x, axis, keepdims))


def nanargmax(x, axis=None, keepdims=False):
    """The position of the largest number; -1 if all are NaN."""
    return _place(x, axis, keepdims, np.argmax, -np.inf)


def nanargmin(x, axis=None, keepdims=False):
    """The position of the smallest number; -1 if all are NaN."""
    return _place(x, axis, keepdims, np.argmin, np.inf)


@on_symbols
def _place(x, axis, keepdims, place, stand_in):
    x = floats(x)
    missing = np.isnan(x.data)
    found = place(np.where(missing, stand_in, x.data), axis=axis, keepdims=keepdims)
    nothing = missing.all(axis=axis, keepdims=keepdims)
    return convert_to_tensor(np.where(nothing, -1, found).astype(np.int32))
