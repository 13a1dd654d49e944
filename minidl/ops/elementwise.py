"""Element by element, and the choice between elements."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..core.derivatives import arithmetic
from ..support.arrays import as_array
from ..tensor import Tensor, apply
from .base import convert_to_tensor, floats, on_symbols, step

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
    "ceil",
    "clip",
    "cos",
    "cosh",
    "divide",
    "equal",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "fmod",
    "greater",
    "greater_equal",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nan_to_num",
    "negative",
    "nonzero",
    "not_equal",
    "power",
    "reciprocal",
    "round",
    "rsqrt",
    "select",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "true_divide",
    "trunc",
    "where",
]


def add(x1, x2):
    return apply(arithmetic.add, x1, x2)


def subtract(x1, x2):
    return apply(arithmetic.sub, x1, x2)


def multiply(x1, x2):
    return apply(arithmetic.mul, x1, x2)


def divide(x1, x2):
    return apply(arithmetic.div, x1, x2)


def true_divide(x1, x2):
    return apply(arithmetic.div, x1, x2)


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
    return apply(arithmetic.exp, x)


def exp2(x):
    return 2 ** floats(x)


def expm1(x):
    return apply(arithmetic.expm1, x)


def log(x):
    return apply(arithmetic.log, x)


def log1p(x):
    return apply(arithmetic.log1p, x)


def log2(x):
    return apply(arithmetic.log2, floats(x))


def log10(x):
    return apply(arithmetic.log10, floats(x))


def logaddexp(x1, x2):
    return apply(arithmetic.logaddexp, floats(x1), x2)


def sqrt(x):
    return apply(arithmetic.sqrt, x)


def rsqrt(x):
    return 1 / sqrt(floats(x))


def square(x):
    return apply(arithmetic.square, x)


def absolute(x):
    return apply(arithmetic.absolute, x)


def erf(x):
    return apply(arithmetic.erf, floats(x))


def sin(x):
    return apply(arithmetic.sin, x)


def cos(x):
    return apply(arithmetic.cos, x)


def tan(x):
    return apply(arithmetic.tan, floats(x))


def arcsin(x):
    return apply(arithmetic.arcsin, floats(x))


def arccos(x):
    return apply(arithmetic.arccos, floats(x))


def arctan(x):
    return apply(arithmetic.arctan, floats(x))


def arctan2(x1, x2):
    return apply(arithmetic.arctan2, floats(x1), x2)


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


# --- from step to step: floats get gradient 0, truth values and whole numbers none
def sign(x):
    return step(np.sign, x)


def floor(x):
    return step(np.floor, floats(x))


def ceil(x):
    return step(np.ceil, floats(x))


def round(x, decimals=0):
    return step(partial(np.round, decimals=decimals), x)


def floor_divide(x1, x2):
    return step(np.floor_divide, x1, x2)


def isnan(x):
    return step(np.isnan, x)


def isfinite(x):
    return step(np.isfinite, x)


def isinf(x):
    return step(np.isinf, x)


def equal(x1, x2):
    return step(np.equal, x1, x2)


def not_equal(x1, x2):
    return step(np.not_equal, x1, x2)


def less(x1, x2):
    return step(np.less, x1, x2)


def less_equal(x1, x2):
    return step(np.less_equal, x1, x2)


def greater(x1, x2):
    return step(np.greater, x1, x2)


def greater_equal(x1, x2):
    return step(np.greater_equal, x1, x2)


def logical_and(x1, x2):
    return step(np.logical_and, x1, x2)


def logical_or(x1, x2):
    return step(np.logical_or, x1, x2)


def logical_xor(x1, x2):
    return step(np.logical_xor, x1, x2)


def logical_not(x):
    return step(np.logical_not, x)


@on_symbols
def trunc(x):
    return step(np.trunc, x)


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| <= atol + rtol·|x2|, element by element."""
    return step(partial(np.isclose, rtol=rtol, atol=atol, equal_nan=equal_nan), x1, x2)


# --- choosing
@on_symbols
def where(condition, x1=None, x2=None):
    """x1 where the condition holds, else x2. Without x1 and x2: the positions where it holds, as
    `nonzero` gives them.
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    if x1 is None or x2 is None:
        raise ValueError("where: pass both x1 and x2, or neither; received only one of them.")
    return apply(arithmetic.where, x1, x2, condition=np.asarray(condition))


def nonzero(x) -> tuple:
    """The positions of what is not 0 (or not False): one tensor of whole numbers an axis."""
    return tuple(Tensor(positions.astype(np.int32)) for positions in np.nonzero(as_array(x)))


def select(condlist, choicelist, default=0):
    """From each place the choice whose condition is the first to hold there, or `default`."""
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            f"select: as many choices as conditions, at least one; received {len(choicelist)} and "
            f"{len(condlist)}."
        )
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist)):
        result = where(condition, choice, result)
    return result


@on_symbols
def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """x with NaN and the infinities replaced; None: the largest number of the dtype. What is
    replaced gets gradient 0.
    """
    numbers = as_array(x)
    return apply(
        arithmetic.where,
        x,
        np.nan_to_num(numbers, nan=nan, posinf=posinf, neginf=neginf),
        condition=np.isfinite(numbers),
    )
