"""Piecewise constant functions (comparisons, rounding, tests), and selection of elements. Float
results get gradient 0, booleans and whole numbers none.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ..core.derivatives import arithmetic
from ..support.arrays import as_array
from ..tensor import Tensor, apply
from .base import convert_to_tensor, floats, on_symbols, step

__all__ = [
    "ceil",
    "equal",
    "floor",
    "floor_divide",
    "greater",
    "greater_equal",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "nan_to_num",
    "nonzero",
    "not_equal",
    "round",
    "select",
    "sign",
    "trunc",
    "where",
]


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
    """Return x without its fraction: 1.7 becomes 1, -1.7 becomes -1. Whole numbers stay as they are
    (NumPy 1 makes floats of them).
    """
    x = convert_to_tensor(x)
    return step(np.trunc, x) if x.dtype.kind == "f" else x


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| <= atol + rtol·|x2|, element by element."""
    return step(partial(np.isclose, rtol=rtol, atol=atol, equal_nan=equal_nan), x1, x2)


@on_symbols
def where(condition, x1=None, x2=None):
    """Select x1 where the condition is True, else x2. Without x1 and x2: the positions where it is
    True, as `nonzero` returns them.
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    if x1 is None or x2 is None:
        raise ValueError("where: pass both x1 and x2, or neither; received only one of them.")
    return apply(arithmetic.where, x1, x2, condition=np.asarray(condition))


def nonzero(x) -> tuple:
    """Return the positions of the entries that are not 0 (or False): one tensor of whole numbers
    for each axis.
    """
    return tuple(Tensor(positions.astype(np.int32)) for positions in np.nonzero(as_array(x)))


def select(condlist, choicelist, default=0):
    """Take each entry from the choice whose condition is the first to be True there, or use
    `default`.
    """
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
    """Replace NaN and infinities in x; None: by the largest number of the dtype. Replaced entries
    get gradient 0.
    """
    numbers = as_array(x)
    return apply(
        arithmetic.where,
        x,
        np.nan_to_num(numbers, nan=nan, posinf=posinf, neginf=neginf),
        condition=np.isfinite(numbers),
    )
