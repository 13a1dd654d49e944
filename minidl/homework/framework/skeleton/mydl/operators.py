"""Python's operators and a few NumPy methods. Each is one line that calls an op of
derivatives/.

This file is given. `x * y` becomes `x._apply(arithmetic.mul, x, y)`, and the `_apply` of
a Tensor is the function `apply` that you write in tensor.py.
"""

from .derivatives import arithmetic, linear, reductions, shaping


class Operators:
    """Operators and methods of a value. `_apply(op, *inputs, **settings)` computes an op."""

    _apply = None
    __array_ufunc__ = None  # array - tensor must call __rsub__, not loop in NumPy

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

    def sum(self, axis=None, keepdims=False):
        return self._apply(reductions.sum, self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        return self._apply(reductions.mean, self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape):
        return self._apply(shaping.reshape, self, shape=shape)
