"""New tensors from sizes, ranges and labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support import backend
from ..support.arrays import as_array
from ..tensor import Tensor
from .base import on_symbols

__all__ = [
    "arange",
    "empty",
    "eye",
    "full",
    "full_like",
    "identity",
    "linspace",
    "multi_hot",
    "one_hot",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]


def zeros(shape, dtype=None):
    return Tensor(np.zeros(shape, dtype or backend.floatx()))


def ones(shape, dtype=None):
    return Tensor(np.ones(shape, dtype or backend.floatx()))


def empty(shape, dtype=None):
    return zeros(shape, dtype)


def full(shape, fill_value, dtype=None):
    return Tensor(np.full(shape, as_array(fill_value), dtype or backend.floatx()))


def eye(N, M=None, k=0, dtype=None):
    return Tensor(np.eye(N, M, k, dtype or backend.floatx()))


def identity(n, dtype=None):
    return eye(n, dtype=dtype)


@on_symbols
def zeros_like(x, dtype=None):
    return Tensor(np.zeros_like(as_array(x), dtype))


@on_symbols
def ones_like(x, dtype=None):
    return Tensor(np.ones_like(as_array(x), dtype))


@on_symbols
def full_like(x, fill_value, dtype=None):
    return Tensor(np.full_like(as_array(x), as_array(fill_value), dtype))


def arange(start, stop=None, step: Any = 1, dtype=None) -> Tensor:
    """Return start, start + step, ... below stop; arange(stop) begins at 0. Whole numbers are
    int32, fractions the default float type.
    """
    values = np.arange(start) if stop is None else np.arange(start, stop, step)
    return Tensor(
        values, dtype=dtype or (backend.floatx() if values.dtype.kind == "f" else "int32")
    )


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis: Any = 0) -> Any:
    """Return num evenly spaced numbers from start to stop, which is included if endpoint. retstep:
    return (numbers, the distance).
    """
    values, distance = np.linspace(
        as_array(start), as_array(stop), int(num), endpoint, retstep=True, axis=axis
    )  # pyright: ignore
    values = Tensor(values, dtype=dtype or backend.floatx())
    return (values, Tensor(distance, dtype=values.dtype)) if retstep else values


@on_symbols
def one_hot(x, num_classes, axis: Any = -1, dtype=None) -> Tensor:
    """Encode whole numbers 0 .. num_classes-1 as rows with a single 1. Any other number gives a row
    of zeros.
    """
    hot = as_array(x)[..., None] == np.arange(num_classes)
    return Tensor(np.moveaxis(hot, -1, axis), dtype=dtype or backend.floatx())


@on_symbols
def multi_hot(inputs, num_classes, axis: Any = -1, dtype=None) -> Tensor:
    """Encode each row of whole numbers as one row of num_classes zeros, with a 1 for every number
    that occurs.
    """
    hot = as_array(inputs)[..., None] == np.arange(num_classes)
    hot = np.moveaxis(hot, -1, axis).max(axis=1 if hot.ndim > 2 else 0)
    return Tensor(hot, dtype=dtype or backend.floatx())
