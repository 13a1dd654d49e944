"""Values in and out, and the help that every other file of this package uses."""

from __future__ import annotations

from functools import wraps
from typing import Any

import numpy as np

from ..core.derivatives import arithmetic, shaping
from ..support import backend
from ..support.arrays import as_array
from ..support.structures import leaves
from ..symbolic import has_symbol, record
from ..tensor import Operators, Tensor, apply

__all__ = [
    "array",
    "cast",
    "convert_to_numpy",
    "convert_to_tensor",
    "copy",
    "floats",
    "is_tensor",
    "ndim",
    "shape",
    "size",
    "stop_gradient",
]


def on_symbols(function):
    """Decorator for doors that must look at shapes or values: called with a symbol, the whole call
    is noted and made later.

    A door that only leads to `apply` does without: `apply` knows symbols itself.
    """

    @wraps(function)
    def door(*args, **kwargs):
        if has_symbol((args, kwargs)):
            return record(door, args, kwargs, function.__name__)
        return function(*args, **kwargs)

    return door


def step(function, *xs):
    """A function of the values that steps from value to value: its float results have gradient 0,
    its others none.
    """
    return apply(arithmetic.step, *xs, function=function)


def axes_of(axis):
    """An axis as NumPy takes it: a list becomes a tuple."""
    return tuple(axis) if isinstance(axis, list) else axis


def whole(x, what: str) -> np.ndarray:
    """x as an array of whole numbers; what: the door and argument to name if it is not."""
    numbers = as_array(x, keep_ints=True)
    if numbers.dtype.kind == "f" and not np.array_equal(numbers, np.floor(numbers)):
        raise TypeError(
            f"{what} are whole numbers; received fractions. Round them, or cast to 'int32' to cut "
            f"them off."
        )
    return numbers.astype(np.intp)


def convert_to_tensor(x, dtype=None) -> Any:
    """x as a tensor; a tensor of that dtype comes back as it is, so that gradients still flow. A
    list of tensors is stacked.
    """
    if isinstance(x, (list, tuple)) and any([isinstance(part, Operators) for part in leaves(x)]):
        x = apply(shaping.stack, *[convert_to_tensor(part) for part in x])
    if isinstance(x, Operators):
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)
    return Tensor(x, dtype=dtype)


def convert_to_numpy(x) -> np.ndarray:
    """x as a plain array of its own."""
    return np.array(as_array(x))


def floats(x):
    """x as a tensor of floats: whole numbers would wrap around or lose a slope of 0.2."""
    x = convert_to_tensor(x)
    return x if x.dtype.kind == "f" else x.astype(backend.floatx())


def both_floats(x1, x2) -> tuple:
    """x1 and x2, as they are if one of them is an array of floats; else whole numbers of both as
    floats.
    """
    kinds = [x.dtype.kind for x in (x1, x2) if hasattr(x, "dtype")]
    return (x1, x2) if "f" in kinds else (floats(x1), floats(x2) if hasattr(x2, "dtype") else x2)


def array(x, dtype=None):
    return copy(convert_to_tensor(x, dtype))


def copy(x):
    return cast(x, convert_to_tensor(x).dtype)


def cast(x, dtype):
    return convert_to_tensor(x).astype(dtype)


def is_tensor(x) -> bool:
    return isinstance(x, Operators)


def shape(x) -> tuple:
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def ndim(x) -> int:
    return len(shape(x))


def stop_gradient(variable):
    return convert_to_tensor(variable).detach()


def size(x) -> Any:
    """How many numbers x holds; of a symbol whose batch is not known yet, a symbol too."""
    return _size(x) if has_symbol(x) and None in x.shape else int(np.prod(shape(x)))


@on_symbols
def _size(x):
    return Tensor(np.array(x.size, np.int32))
