"""Functions that compute element by element."""

from __future__ import annotations

from ..core.derivatives import arithmetic, gaussian
from ..tensor import apply
from .base import both_floats, convert_to_tensor, floats

__all__ = [
    "abs",
    "absolute",
    "add",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "clip",
    "cos",
    "cosh",
    "divide",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "fmod",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "power",
    "reciprocal",
    "rsqrt",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "true_divide",
]


def add(x1, x2):
    return apply(arithmetic.add, x1, x2)


def subtract(x1, x2):
    return apply(arithmetic.sub, x1, x2)


def multiply(x1, x2):
    return apply(arithmetic.mul, x1, x2)


def divide(x1, x2):
    return apply(arithmetic.div, *both_floats(x1, x2))


def true_divide(x1, x2):
    return apply(arithmetic.div, *both_floats(x1, x2))


def mod(x1, x2):
    return apply(arithmetic.mod, x1, x2)


def fmod(x1, x2):
    return apply(arithmetic.fmod, x1, x2)


def negative(x):
    return apply(arithmetic.neg, x)


def power(x1, x2):
    return convert_to_tensor(x1) ** x2


def reciprocal(x):
    return 1 / floats(x)


def exp(x):
    return apply(arithmetic.exp, floats(x))


def exp2(x):
    return 2 ** floats(x)


def expm1(x):
    return apply(arithmetic.expm1, floats(x))


def log(x):
    return apply(arithmetic.log, floats(x))


def log1p(x):
    return apply(arithmetic.log1p, floats(x))


def log2(x):
    return apply(arithmetic.log2, floats(x))


def log10(x):
    return apply(arithmetic.log10, floats(x))


def logaddexp(x1, x2):
    return apply(arithmetic.logaddexp, *both_floats(x1, x2))


def sqrt(x):
    return apply(arithmetic.sqrt, floats(x))


def rsqrt(x):
    return 1 / sqrt(floats(x))


def square(x):
    return apply(arithmetic.square, x)


def absolute(x):
    return apply(arithmetic.absolute, x)


def erf(x):
    return apply(gaussian.erf, floats(x))


def sin(x):
    return apply(arithmetic.sin, floats(x))


def cos(x):
    return apply(arithmetic.cos, floats(x))


def tan(x):
    return apply(arithmetic.tan, floats(x))


def arcsin(x):
    return apply(arithmetic.arcsin, floats(x))


def arccos(x):
    return apply(arithmetic.arccos, floats(x))


def arctan(x):
    return apply(arithmetic.arctan, floats(x))


def arctan2(x1, x2):
    return apply(arithmetic.arctan2, *both_floats(x1, x2))


def sinh(x):
    return apply(arithmetic.sinh, floats(x))


def cosh(x):
    return apply(arithmetic.cosh, floats(x))


def arcsinh(x):
    return apply(arithmetic.arcsinh, floats(x))


def arccosh(x):
    return apply(arithmetic.arccosh, floats(x))


def arctanh(x):
    return apply(arithmetic.arctanh, floats(x))


def maximum(x1, x2):
    return apply(arithmetic.maximum, x1, x2)


def minimum(x1, x2):
    return apply(arithmetic.minimum, x1, x2)


def clip(x, x_min=None, x_max=None):
    return apply(arithmetic.clip, x, low=x_min, high=x_max)


abs = absolute
