"""Functions that are computed from other functions, from which their derivatives follow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.derivatives import normalizing
from ..support import backend
from ..support.arrays import as_array
from ..tensor import Tensor, apply
from .arranging import expand_dims
from .base import along_axis, floats, from_front, on_symbols
from .comparing import equal, isnan, sign, where
from .elementwise import absolute, erf, logaddexp, maximum, minimum, power, sin, sqrt, square
from .normalizing import scaled
from .reducing import max as largest
from .reducing import min as smallest
from .reducing import sum as total

__all__ = [
    "cbrt",
    "cdist",
    "deg2rad",
    "divide_no_nan",
    "erfc",
    "erfinv",
    "fabs",
    "fmax",
    "fmin",
    "hypot",
    "ldexp",
    "logaddexp2",
    "ptp",
    "rad2deg",
    "rms_normalization",
    "sinc",
    "trapezoid",
]


def fabs(x):
    return absolute(floats(x))


def cbrt(x):
    """The real cube root; its gradient at 0, where the slope is infinite, is 0."""
    x = floats(x)
    return sign(x) * power(absolute(x), 1 / 3)


def hypot(x1, x2):
    """√(x1² + x2²)"""
    return sqrt(square(floats(x1)) + square(floats(x2)))


def deg2rad(x):
    return floats(x) * (math.pi / 180)


def rad2deg(x):
    return floats(x) * (180 / math.pi)


def logaddexp2(x1, x2):
    """log₂(2^x1 + 2^x2)"""
    return logaddexp(floats(x1) * math.log(2), floats(x2) * math.log(2)) / math.log(2)


def sinc(x):
    """sin(πx)/(πx), and 1 at 0."""
    x = floats(x) * math.pi
    return where(equal(x, 0), 1.0, sin(x) / x)


def fmax(x1, x2):
    """The larger of two numbers. If one of them is NaN, the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, maximum(x1, x2)))


def fmin(x1, x2):
    """The smaller of two numbers. If one of them is NaN, the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, minimum(x1, x2)))


def divide_no_nan(x1, x2):
    """x1/x2, and 0 where x2 is 0."""
    return where(equal(x2, 0), 0.0, floats(x1) / floats(x2))


def ldexp(x1, x2):
    """x1·2^x2"""
    return floats(x1) * power(2.0, floats(x2))


def ptp(x, axis=None, keepdims=False):
    """The largest number minus the smallest."""
    return largest(x, axis, keepdims) - smallest(x, axis, keepdims)


def erfc(x):
    """1 - erf x"""
    return 1.0 - erf(floats(x))


@on_symbols
def erfinv(x):
    """The inverse of erf for x in (-1, 1); ±inf at ±1, NaN beyond. Its derivative is √π/2·e^z².

    It is computed by Newton's method from an approximation (Winitzki 2008). Only the last step is
    recorded, since its derivative is that of the function.
    """
    x = floats(x)
    y = as_array(x).astype(np.float64)
    inside = np.abs(y) < 1
    y = np.where(inside, y, 0.0)
    a, log = 0.147, np.log1p(-y * y)
    b = 2 / (math.pi * a) + log / 2
    z = np.sign(y) * np.sqrt(np.sqrt(b * b - log / a) - b)
    for _ in range(2):
        z = z - (as_array(erf(Tensor(z))) - y) * _inverse_slope(z)
    start, at = Tensor(z, dtype=x.dtype), Tensor(as_array(erf(Tensor(z))), dtype=x.dtype)
    found = start + (x - at) * Tensor(_inverse_slope(z), dtype=x.dtype)
    outside = np.where(np.abs(as_array(x)) == 1, np.copysign(np.inf, as_array(x)), np.nan)
    return where(inside, found, Tensor(outside, dtype=x.dtype))


def _inverse_slope(z):
    return math.sqrt(math.pi) / 2 * np.exp(z * z)


def cdist(x, y):
    """The Euclidean distance of each row of x from each row of y: (..., n, d), (..., m, d) gives
    (..., n, m).
    """
    return sqrt(total(square(expand_dims(floats(x), -2) - expand_dims(floats(y), -3)), axis=-1))


@on_symbols
def trapezoid(y, x=None, dx=1.0, axis: Any = -1):
    """The integral by the trapezoidal rule. x: the positions of the values; otherwise they are dx
    apart.
    """
    y = floats(y)
    front = (slice(None),) * from_front(axis, y.ndim)
    after, before = (*front, slice(1, None)), (*front, slice(None, -1))
    width = dx
    if x is not None:
        x = floats(x)
        width = along_axis(x[1:] - x[:-1], axis, y.ndim) if x.ndim == 1 else x[after] - x[before]
    return total((y[after] + y[before]) / 2 * width, axis=axis)


@on_symbols
def rms_normalization(x, scale=None, axis: Any = -1, epsilon=None):
    """scale·x/√(mean(x²) + epsilon) along `axis`, or several axes. Zhang & Sennrich 2019"""
    x = floats(x)
    axes = tuple(sorted([from_front(a, x.ndim) for a in (axis if np.ndim(axis) else [axis])]))
    epsilon = backend.epsilon() if epsilon is None else epsilon
    z = apply(normalizing.divide_by_rms, x, axes=axes, epsilon=epsilon)
    return scaled(z, scale, None, axes)
