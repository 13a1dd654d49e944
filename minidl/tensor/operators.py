"""NumPy's methods for tensors and symbols. Each is one line that calls an op of
core/derivatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core import operators as core
from ..core.derivatives import arithmetic, reductions, shaping
from ..support.dry_run import guessed
from .numpy_functions import NumpyFunctions


class Operators(NumpyFunctions, core.Operators):
    """Operators and methods of a tensor or of a symbol, whose value comes later."""

    shape: Any
    dtype: Any
    plain: Any
    mask: Any = None  # which steps of a sequence count: layers hand it on, see layers/masks.py

    def __floordiv__(self, other):
        return self._apply(arithmetic.step, self, other, function=np.floor_divide)

    def __rfloordiv__(self, other):
        return self._apply(arithmetic.step, other, self, function=np.floor_divide)

    def __mod__(self, other):
        return self._apply(arithmetic.mod, self, other)

    def __rmod__(self, other):
        return self._apply(arithmetic.mod, other, self)

    def __pow__(self, other):
        if type(other) in (int, float) and other == 2:  # the commonest power: one multiplication
            return self._apply(arithmetic.square, self)
        return super().__pow__(other)

    def __pos__(self):
        return self

    def __abs__(self):
        return self._apply(arithmetic.absolute, self)

    def __getitem__(self, index):
        return self._apply(shaping.getitem, self, index=plain_index(index))

    def sum(self, axis=None, keepdims=False):
        return super().sum(as_tuple(axis), keepdims)

    def mean(self, axis=None, keepdims=False):
        return super().mean(as_tuple(axis), keepdims)

    def max(self, axis=None, keepdims=False):
        return self._apply(reductions.max, self, axis=as_tuple(axis), keepdims=keepdims)

    def min(self, axis=None, keepdims=False):
        return self._apply(reductions.min, self, axis=as_tuple(axis), keepdims=keepdims)

    def prod(self, axis=None, keepdims=False):
        return self._apply(reductions.prod, self, axis=as_tuple(axis), keepdims=keepdims)

    def var(self, axis=None, keepdims=False):
        return self._apply(reductions.var, self, axis=as_tuple(axis), keepdims=keepdims)

    def std(self, axis=None, keepdims=False):
        return self._apply(arithmetic.sqrt, self.var(axis, keepdims))

    def cumsum(self, axis=None):
        numbers = self.ravel() if axis is None else self
        return self._apply(reductions.cumsum, numbers, axis=axis or 0)

    def clip(self, min=None, max=None):
        return self._apply(arithmetic.clip, self, low=min, high=max)

    def astype(self, dtype):
        return self._apply(arithmetic.cast, self, dtype=np.dtype(dtype))

    def ravel(self):
        return self.reshape(-1)

    def flatten(self):
        return self.ravel()

    def reshape(self, *shape):
        shape = tuple(shape[0]) if len(shape) == 1 and np.iterable(shape[0]) else shape
        try:
            return super().reshape(*shape)
        except ValueError:
            if (fitting := guessed(self.shape, shape)) is None:
                raise
            return self.plain.of(np.zeros(fitting, self.dtype))

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 and (axes[0] is None or np.iterable(axes[0])) else axes
        order = () if axes is None else tuple(axes)
        return self._apply(shaping.transpose, self, axes=order or None)

    def swapaxes(self, axis1, axis2):
        axes = list(range(len(self.shape)))
        axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
        return self.transpose(axes)

    def squeeze(self, axis=None):
        places = range(len(self.shape))
        axes = [i for i in places if self.shape[i] == 1]
        if axis is not None:
            axes = [places[a] for a in np.atleast_1d(axis)]
        if any(self.shape[a] != 1 for a in axes):
            raise ValueError(
                f"squeeze(axis={axis}) needs axes of size 1; the shape is {self.shape}."
            )
        return self[tuple([0 if i in axes else slice(None) for i in places])]

    def dot(self, other):
        """Compute NumPy's dot if it is a matrix product or a product with a number."""
        if not self.shape or not np.shape(other):
            return self * other
        if len(np.shape(other)) > 2:
            raise ValueError(
                f"dot of {self.shape} and {np.shape(other)} is not defined here; for stacks of "
                "matrices write a @ b."
            )
        return self @ other

    @property
    def T(self):
        return self.transpose()


def as_tuple(axis):
    """Convert a list of axes to a tuple, which NumPy needs."""
    return tuple(axis) if isinstance(axis, list) else axis


def plain_index(index):
    """Convert an index for NumPy: tensors and lists in it become arrays."""
    if isinstance(index, tuple):
        return tuple([plain_index(part) for part in index])
    if isinstance(index, list):
        return np.asarray(index, dtype=None if index else np.intp)
    if not isinstance(index, Operators):
        return index
    index = np.asarray(index)
    if index.dtype.kind != "f":
        return index
    if not np.array_equal(index, np.floor(index)):
        raise IndexError("A tensor of fractions cannot be an index.")
    return index.astype(np.intp)
