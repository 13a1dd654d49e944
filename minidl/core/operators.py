"""Python's operators and NumPy's commonest methods, each one line to the table of derivatives.

Whatever has `_apply` can inherit them: tensors here, and values that are not known yet elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .derivatives import arithmetic, linear, reductions, shaping


class Operators:
    """What can be computed from a value. `_apply(op, *inputs, **settings)` computes an op."""

    _apply: Callable[..., Any]
    __array_ufunc__: Any = None  # array - tensor is __rsub__'s: NumPy would take number by number

    def __add__(self, other):
        return self._apply(arithmetic.add, self, other)

    def __radd__(self, other):
        return self._apply(arithmetic.add, other, self)

    def __sub__(self, other):
        return self._apply(arithmetic.sub, self, other)

    def __rsub__(self, other):
        return self._apply(arithmetic.sub, other, self)

    def __mul__(self, other):
        return self._apply(arithmetic.mul, self, other)

    def __rmul__(self, other):
        return self._apply(arithmetic.mul, other, self)

    def __truediv__(self, other):
        return self._apply(arithmetic.div, self, other)

    def __rtruediv__(self, other):
        return self._apply(arithmetic.div, other, self)

    def __pow__(self, other):
        return self._apply(arithmetic.power, self, other)

    def __rpow__(self, other):
        return self._apply(arithmetic.power, other, self)

    def __matmul__(self, other):
        return self._apply(linear.matmul, self, other)

    def __rmatmul__(self, other):
        return self._apply(linear.matmul, other, self)

    def __neg__(self):
        return self._apply(arithmetic.neg, self)

    def __getitem__(self, index):
        return self._apply(shaping.getitem, self, index=index)

    def sum(self, axis=None, keepdims=False):
        return self._apply(reductions.sum, self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        return self._apply(reductions.mean, self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape):
        return self._apply(shaping.reshape, self, shape=shape)
