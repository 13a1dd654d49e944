"""Element by element: z[i] depends on x[i] (and y[i]) alone. g stands for ∂L/∂z throughout.

Some slopes can be infinite or undefined: 1/x at 0, y where y is infinite. Above those ops stands
`@guarded`: where g is 0, backward sets their gradients to 0 whatever the slope. A branch that
`where` threw away therefore cannot send NaN back, and the gradient of where(p > 0, p·ln p, 0) is
finite everywhere.
"""

from __future__ import annotations

import math

import numpy as np


def _zero_where_zero(g, d):
    """The gradient d = ∂L/∂x, but 0 wherever g is 0: 0 times an infinite slope counts as 0."""
    all_finite = math.isfinite(np.vdot(d, d))  # Σ d²: the quickest way to ask all of them
    return d if all_finite else np.where(g == 0, 0, d)


def guarded(op):
    """Let backward repair what the vjps of this op return."""
    op.repair = _zero_where_zero
    return op


def add(x, y):
    """z = x + y      ∂L/∂x = g        ∂L/∂y = g"""
    return x + y, (lambda g: g, lambda g: g)


def sub(x, y):
    """z = x - y      ∂L/∂x = g        ∂L/∂y = -g"""
    return x - y, (lambda g: g, lambda g: -g)


@guarded
def mul(x, y):
    """z = x·y        ∂L/∂x = g·y      ∂L/∂y = g·x"""
    return x * y, (lambda g: g * y, lambda g: g * x)


@guarded
def div(x, y):
    """z = x/y        ∂L/∂x = g/y      ∂L/∂y = -g·z/y"""
    z = x / y
    return z, (lambda g: g / y, lambda g: -g * z / y)


def neg(x):
    """z = -x         ∂L/∂x = -g"""
    return -x, (lambda g: -g,)


@guarded
def power(x, y):
    """z = xʸ         ∂L/∂x = g·y·xʸ⁻¹      ∂L/∂y = g·z·ln x
    the latter is 0 at x = 0, and NaN where x < 0: there xʸ has no derivative in y
    """
    z = np.power(x, y)
    return z, (
        lambda g: g * np.where(y == 0, 0, y * np.power(x, y - 1)),
        lambda g: g * z * np.log(np.where(x == 0, 1, x)),
    )


@guarded
def exp(x):
    """z = eˣ         ∂L/∂x = g·z"""
    z = np.exp(x)
    return z, (lambda g: g * z,)


@guarded
def expm1(x):
    """z = eˣ - 1     ∂L/∂x = g·(z + 1)       exact near 0, where exp(x) - 1 loses digits"""
    z = np.expm1(x)
    return z, (lambda g: g * (z + 1),)


@guarded
def log(x):
    """z = ln x       ∂L/∂x = g/x"""
    return np.log(x), (lambda g: g / x,)


@guarded
def log1p(x):
    """z = ln(1 + x)  ∂L/∂x = g/(1 + x)       exact near 0"""
    return np.log1p(x), (lambda g: g / (1 + x),)


@guarded
def sqrt(x):
    """z = √x         ∂L/∂x = g/(2z), and 0 at x = 0
    the slope at 0 is infinite; with 0 instead, norms and std remain usable
    """
    z = np.sqrt(x)
    return z, (lambda g: g * np.where(z == 0, 0, 0.5 / z),)


@guarded
def square(x):
    """z = x²         ∂L/∂x = 2g·x"""
    return x * x, (lambda g: 2 * g * x,)


def absolute(x):
    """z = |x|        ∂L/∂x = g·sign(x), which is 0 at 0"""
    return np.abs(x), (lambda g: g * np.sign(x),)


@guarded
def sin(x):
    """z = sin x      ∂L/∂x = g·cos x"""
    return np.sin(x), (lambda g: g * np.cos(x),)


@guarded
def cos(x):
    """z = cos x      ∂L/∂x = -g·sin x"""
    return np.cos(x), (lambda g: -g * np.sin(x),)


@guarded
def tan(x):
    """z = tan x      ∂L/∂x = g(1 + z²)"""
    z = np.tan(x)
    return z, (lambda g: g * (1 + z * z),)


@guarded
def arcsin(x):
    """z = arcsin x   ∂L/∂x = g/√(1 - x²)"""
    return np.arcsin(x), (lambda g: g / np.sqrt((1 - x) * (1 + x)),)


@guarded
def arccos(x):
    """z = arccos x   ∂L/∂x = -g/√(1 - x²)"""
    return np.arccos(x), (lambda g: -g / np.sqrt((1 - x) * (1 + x)),)


@guarded
def arctan(x):
    """z = arctan x   ∂L/∂x = g/(1 + x²)"""
    return np.arctan(x), (lambda g: g / (1 + x * x),)


@guarded
def arctan2(x, y):
    """z = the angle of the point (y, x), that is arctan(x/y) in the right quadrant
    ∂L/∂x = g·y/r²      ∂L/∂y = -g·x/r²
    """
    r = np.hypot(x, y)
    r = np.where(r == 0, 1, r)  # at (0, 0), which has no angle, both are 0
    return np.arctan2(x, y), (lambda g: g * (y / r / r), lambda g: -g * (x / r / r))


@guarded
def sinh(x):
    """z = sinh x     ∂L/∂x = g·cosh x"""
    return np.sinh(x), (lambda g: g * np.cosh(x),)


@guarded
def cosh(x):
    """z = cosh x     ∂L/∂x = g·sinh x"""
    return np.cosh(x), (lambda g: g * np.sinh(x),)


@guarded
def arcsinh(x):
    """z = arsinh x   ∂L/∂x = g/√(x² + 1)"""
    return np.arcsinh(x), (lambda g: g / np.hypot(x, 1),)


@guarded
def arccosh(x):
    """z = arcosh x   ∂L/∂x = g/√(x² - 1)"""
    return np.arccosh(x), (lambda g: g / np.sqrt((x - 1) * (x + 1)),)


@guarded
def arctanh(x):
    """z = artanh x   ∂L/∂x = g/(1 - x²)"""
    return np.arctanh(x), (lambda g: g / ((1 - x) * (1 + x)),)


@guarded
def log2(x):
    """z = log₂ x     ∂L/∂x = g/(x·ln 2)"""
    return np.log2(x), (lambda g: g / (x * math.log(2)),)


@guarded
def log10(x):
    """z = log₁₀ x    ∂L/∂x = g/(x·ln 10)"""
    return np.log10(x), (lambda g: g / (x * math.log(10)),)


@guarded
def logaddexp(x, y):
    """z = ln(eˣ + eʸ)      ∂L/∂x = g·eˣ⁻ᶻ      ∂L/∂y = g·eʸ⁻ᶻ
    both shares lie between 0 and 1: no overflow
    """
    z = np.logaddexp(x, y)
    return z, (lambda g: g * np.exp(x - z), lambda g: g * np.exp(y - z))


@guarded
def mod(x, y):
    """z = x - y·⌊x/y⌋      ∂L/∂x = g      ∂L/∂y = -g·⌊x/y⌋
    the remainder, with the sign of y
    """
    return np.mod(x, y), (lambda g: g, lambda g: -g * np.floor_divide(x, y))


@guarded
def fmod(x, y):
    """z = x - y·trunc(x/y)      ∂L/∂x = g      ∂L/∂y = -g·trunc(x/y)
    the remainder, with the sign of x
    """
    return np.fmod(x, y), (lambda g: g, lambda g: -g * np.trunc(x / y))


def step(*xs, function):
    """z = function(*xs), a function that is constant between jumps (floor, sign, >, ...)
    ∂L/∂x = 0
    """
    return np.asarray(function(*xs)), tuple(lambda g, x=x: np.zeros_like(x) for x in xs)


def maximum(x, y):
    """z = max(x, y)  g goes to the larger one; where they are equal, half to each"""
    z = np.maximum(x, y)
    share = np.where(x == y, 0.5, x > y).astype(z.dtype)
    return z, (lambda g: g * share, lambda g: g * (1 - share))


def minimum(x, y):
    """z = min(x, y)  g goes to the smaller one; where they are equal, half to each"""
    z = np.minimum(x, y)
    share = np.where(x == y, 0.5, x < y).astype(z.dtype)
    return z, (lambda g: g * share, lambda g: g * (1 - share))


def clip(x, *, low=None, high=None):
    """z = x, limited to the range from low to high (None: no limit)
    ∂L/∂x = g where low <= x <= high, else 0
    """
    z = np.clip(x, low, high)
    return z.astype(x.dtype, copy=False) if x.dtype.kind == "f" else z, (
        lambda g: g * (z == x).astype(x.dtype),
    )


def where(x, y, *, condition):
    """z = x where condition is True, else y      g goes to the one that was chosen"""
    return np.where(condition, x, y), (
        lambda g: np.where(condition, g, 0),
        lambda g: np.where(condition, 0, g),
    )


def cast(x, *, dtype):
    """z = x in another dtype      ∂L/∂x = g (the engine casts it back)"""
    return x.astype(dtype), (lambda g: g,)
