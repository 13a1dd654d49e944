"""Conversion of arguments and results, and helpers for all other files of this package."""

from __future__ import annotations

from functools import wraps
from typing import Any

import numpy as np

from ..core.derivatives import arithmetic, shaping
from ..support import backend
from ..support.arrays import as_array
from ..support.structures import leaves
from ..support.texts import as_texts, is_text
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
    """Decorator for functions that use shapes or values of their arguments. If an argument is a
    symbol, the whole call is recorded and computed later.

    A function that only calls `apply` does not need it: `apply` accepts symbols.
    """

    @wraps(function)
    def door(*args, **kwargs):
        if has_symbol((args, kwargs)):
            return record(door, args, kwargs, function.__name__)
        return function(*args, **kwargs)

    return door


def step(function, *xs):
    """Compute a piecewise constant function of the values. Float results get gradient 0, others
    none.
    """
    return apply(arithmetic.step, *xs, function=function)


def without_derivative(*xs, result, door):
    """An op without a derivative: returns the result, and vjps that raise NotImplementedError.

    door: the name of the public function, for the error. xs: its arguments. result: computed from
    xs.
    """

    def refuse(g):
        raise NotImplementedError(
            f"{door} has no derivative here. If none is needed, pass it ops.stop_gradient(x)."
        )

    return np.asarray(result), (refuse,) * len(xs)


def from_front(axis, n: int) -> int:
    """Return the axis counted from the front: -1 of n axes is n - 1. AxisError if there is none."""
    if not -n <= axis < n:
        raise np.exceptions.AxisError(axis, n)
    return int(axis) % n


def along_axis(vector, axis: int, ndim: int):
    """Return a vector as an array that broadcasts along this axis of arrays with ndim axes."""
    return vector[(..., *(None,) * (ndim - 1 - from_front(axis, ndim)))]


def axes_of(axis):
    """Convert a list of axes to a tuple, which NumPy needs."""
    return tuple(axis) if isinstance(axis, list) else axis


def whole(x, what: str) -> np.ndarray:
    """Return x as an array of whole numbers. what: the function and argument to name in
    the error.
    """
    numbers = as_array(x, keep_ints=True)
    if numbers.dtype.kind == "f" and not np.array_equal(numbers, np.floor(numbers)):
        raise TypeError(
            f"{what} are whole numbers; received fractions. Round them, or cast to 'int32' to cut "
            f"them off."
        )
    return numbers.astype(np.intp)


def convert_to_tensor(x, dtype=None) -> Any:
    """Convert x to a tensor. A tensor of that dtype is returned unchanged, so that gradients still
    pass. A list of tensors is stacked. Texts become an array of texts.
    """
    if dtype in (None, "string") and is_text(x):
        return as_texts(x)
    if isinstance(x, (list, tuple)) and any([isinstance(part, Operators) for part in leaves(x)]):
        x = apply(shaping.stack, *[convert_to_tensor(part) for part in x])
    if isinstance(x, Operators):
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)
    return Tensor(x, dtype=dtype)


def convert_to_numpy(x) -> np.ndarray:
    """Return x as a new array."""
    return np.array(as_array(x))


def floats(x):
    """Return x as a tensor of floats: whole numbers could overflow, and cannot hold a
    slope of 0.2.
    """
    x = convert_to_tensor(x)
    return x if x.dtype.kind == "f" else x.astype(backend.floatx())


def both_floats(x1, x2) -> tuple:
    """Return x1 and x2 unchanged if one of them is an array of floats; otherwise convert whole
    numbers to floats.
    """
    kinds = [x.dtype.kind for x in (x1, x2) if hasattr(x, "dtype")]
    if "f" in kinds:
        return x1, x2
    return floats(x1), (floats(x2) if hasattr(x2, "dtype") else x2)


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
    """Return the number of entries of x; for a symbol with an unknown batch size, a symbol."""
    return _size(x) if has_symbol(x) and None in x.shape else int(np.prod(shape(x)))


@on_symbols
def _size(x):
    return Tensor(np.array(x.size, np.int32))
