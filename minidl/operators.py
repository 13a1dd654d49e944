"""Python's operators and NumPy's names for tensors, each one line to the table of derivatives.

Tensors and the functional API's symbols share this class. `self._apply` is `apply` of tensor.py,
which computes and records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .core.derivatives import arithmetic, linear, nonlinear, reductions, shaping


class Operators:
    """What can be done with a value, known or still to come."""

    shape: Any
    dtype: Any
    _apply: Callable

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

    def __floordiv__(self, other):
        return self._apply(arithmetic.step, self, other, function=np.floor_divide)

    def __rfloordiv__(self, other):
        return self._apply(arithmetic.step, other, self, function=np.floor_divide)

    def __mod__(self, other):
        return self._apply(arithmetic.mod, self, other)

    def __rmod__(self, other):
        return self._apply(arithmetic.mod, other, self)

    def __pow__(self, other):
        return (
            self._apply(arithmetic.square, self)
            if _is_two(other)
            else self._apply(arithmetic.power, self, other)
        )

    def __rpow__(self, other):
        return self._apply(arithmetic.power, other, self)

    def __matmul__(self, other):
        return self._apply(linear.matmul, self, other)

    def __rmatmul__(self, other):
        return self._apply(linear.matmul, other, self)

    def __neg__(self):
        return self._apply(arithmetic.neg, self)

    def __pos__(self):
        return self

    def __abs__(self):
        return self._apply(arithmetic.absolute, self)

    def __getitem__(self, index):
        return self._apply(shaping.getitem, self, index=_plain_index(index))

    def sum(self, axis=None, keepdims=False):
        return self._apply(reductions.sum, self, axis=_axis(axis), keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        return self._apply(reductions.mean, self, axis=_axis(axis), keepdims=keepdims)

    def max(self, axis=None, keepdims=False):
        return self._apply(reductions.max, self, axis=_axis(axis), keepdims=keepdims)

    def min(self, axis=None, keepdims=False):
        return self._apply(reductions.min, self, axis=_axis(axis), keepdims=keepdims)

    def prod(self, axis=None, keepdims=False):
        return self._apply(reductions.prod, self, axis=_axis(axis), keepdims=keepdims)

    def var(self, axis=None, keepdims=False):
        return self._apply(reductions.var, self, axis=_axis(axis), keepdims=keepdims)

    def std(self, axis=None, keepdims=False):
        return self._apply(arithmetic.sqrt, self.var(axis, keepdims))

    def cumsum(self, axis=None):
        return self._apply(
            reductions.cumsum, self.ravel() if axis is None else self, axis=axis or 0
        )

    def clip(self, min=None, max=None):
        return self._apply(arithmetic.clip, self, low=min, high=max)

    def astype(self, dtype):
        return self._apply(arithmetic.cast, self, dtype=np.dtype(dtype))

    def ravel(self):
        return self.reshape(-1)

    def flatten(self):
        return self.reshape(-1)

    def reshape(self, *shape):
        return self._apply(
            shaping.reshape,
            self,
            shape=tuple(shape[0]) if len(shape) == 1 and np.iterable(shape[0]) else shape,
        )

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 and (axes[0] is None or np.iterable(axes[0])) else axes
        return self._apply(shaping.transpose, self, axes=tuple(axes) if axes else None)

    def swapaxes(self, axis1, axis2):
        axes = list(range(len(self.shape)))
        axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
        return self.transpose(axes)

    def squeeze(self, axis=None):
        ndim = len(self.shape)
        axes = (
            [i for i, n in enumerate(self.shape) if n == 1]
            if axis is None
            else [range(ndim)[a] for a in np.atleast_1d(axis)]
        )
        if any(self.shape[a] != 1 for a in axes):
            raise ValueError(
                f"squeeze(axis={axis}) needs axes of size 1; the shape is {self.shape}."
            )
        return self[tuple(0 if i in axes else slice(None) for i in range(ndim))]

    def dot(self, other):
        """NumPy's dot as far as it is a matrix product or a product with a number."""
        if not self.shape or not np.shape(other):
            return self * other
        if len(np.shape(other)) > 2:
            raise ValueError(
                f"dot of {self.shape} and {np.shape(other)} is not defined here; for stacks of "
                f"matrices write a @ b."
            )
        return self @ other

    @property
    def T(self):
        return self.transpose()

    # -- NumPy's functions, called on us
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """np.exp(t), np.maximum(t, 0), array * t: NumPy hands over to the table."""
        if method == "__call__" and not kwargs and ufunc in _UFUNCS:
            return self._apply(_UFUNCS[ufunc], *inputs)
        if method == "__call__" and not kwargs and ufunc.__name__ in _PIECEWISE_CONSTANT:
            return ufunc(
                *[np.asarray(x).item() if np.ndim(x) == 0 else x for x in _as_plain(inputs, [])]
            )
        asked = (
            f"np.{ufunc.__name__}"
            + (f".{method}" if method != "__call__" else "")
            + "".join(f"({k}=)" for k in kwargs)
        )
        raise TypeError(
            f"{asked} has no derivative in minidl. Use the functions of minidl.ops or the "
            f"tensor's methods, "
            "or t.numpy() where no gradient is needed."
        )

    def __array_function__(self, function, types, args, kwargs):
        """np.mean(t), np.concatenate([t, u]): our method of that name, or plain NumPy where no
        gradient is at stake.
        """
        name = (
            function.__name__.removeprefix("a")
            if function.__name__ in ("amax", "amin")
            else function.__name__
        )
        if (
            name in _METHODS
            and (args or "a" in kwargs)
            and isinstance(first := args[0] if args else kwargs.pop("a"), Operators)
        ):
            named: dict[Any, Any] = {
                _RENAMED.get(k, k): v for k, v in kwargs.items() if v is not None
            }
            places = [named.pop(k) for k in ("shape", "newshape", "axes") if k in named]
            return getattr(first, name)(*args[1:], *places, **named)
        if name in ("concatenate", "stack") and args:
            return self._apply(
                getattr(shaping, name),
                *args[0],
                axis=args[1] if len(args) > 1 else kwargs.get("axis", 0),
            )
        if name == "where" and len(args) == 3:
            return self._apply(arithmetic.where, *args[1:], condition=np.asarray(args[0]))
        tensors: list[Operators] = []
        args, kwargs = (
            _as_plain(args, tensors),
            {k: _as_plain(v, tensors) for k, v in kwargs.items()},
        )
        if name not in _PIECEWISE_CONSTANT and any(
            getattr(t, "requires_grad", False) for t in tensors
        ):
            raise TypeError(
                f"np.{name} has no derivative in minidl, so the gradient would be lost. Use the "
                f"functions of "
                "minidl.ops or the tensor's methods, or t.numpy() where no gradient is needed."
            )
        return function(*args, **kwargs)


def _is_two(y) -> bool:
    """Squares are the commonest powers by far, and one multiplication computes them."""
    return isinstance(y, (int, float)) and y == 2


def _axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def _plain_index(index):
    """An index NumPy understands; tensors and lists in it become arrays."""
    if isinstance(index, tuple):
        return tuple([_plain_index(part) for part in index])
    if isinstance(index, Operators):
        index = np.asarray(index)
        if index.dtype.kind == "f" and not np.array_equal(index, np.floor(index)):
            raise IndexError("A tensor of fractions cannot be an index.")
        return index.astype(np.intp) if index.dtype.kind == "f" else index
    return np.asarray(index, dtype=None if index else np.intp) if isinstance(index, list) else index


def _as_plain(value, tensors: list[Operators]):
    """The same arguments with each tensor in lists and tuples replaced by its array; the tensors
    are noted.
    """
    if isinstance(value, Operators):
        tensors.append(value)
        return np.asarray(value)
    return (
        type(value)([_as_plain(v, tensors) for v in value])
        if type(value) in (list, tuple)
        else value
    )


_UFUNCS = {
    np.add: arithmetic.add,
    np.subtract: arithmetic.sub,
    np.multiply: arithmetic.mul,
    np.divide: arithmetic.div,
    np.negative: arithmetic.neg,
    np.power: arithmetic.power,
    np.exp: arithmetic.exp,
    np.expm1: arithmetic.expm1,
    np.log: arithmetic.log,
    np.log1p: arithmetic.log1p,
    np.sqrt: arithmetic.sqrt,
    np.square: arithmetic.square,
    np.absolute: arithmetic.absolute,
    np.sin: arithmetic.sin,
    np.cos: arithmetic.cos,
    np.tanh: nonlinear.tanh,
    np.maximum: arithmetic.maximum,
    np.minimum: arithmetic.minimum,
    np.matmul: linear.matmul,
}
_RENAMED = {"a_min": "min", "a_max": "max"}
_METHODS = {
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "var",
    "std",
    "cumsum",
    "clip",
    "reshape",
    "transpose",
    "swapaxes",
    "squeeze",
    "ravel",
    "dot",
}
# These step from value to value, so their derivative is 0 wherever there is one: the plain answer
# loses nothing.
_PIECEWISE_CONSTANT = {
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "isnan",
    "isfinite",
    "isinf",
    "sign",
    "signbit",
    "floor",
    "ceil",
    "rint",
    "trunc",
    "logical_and",
    "logical_or",
    "logical_not",
    "logical_xor",
    "argmax",
    "argmin",
    "argsort",
    "allclose",
    "isclose",
    "array_equal",
    "array_equiv",
    "shape",
    "ndim",
    "size",
    "any",
    "all",
    "count_nonzero",
    "nonzero",
    "round",
    "around",
    "unique",
    "searchsorted",
    "digitize",
    "histogram",
    "array2string",
    "array_repr",
    "array_str",
    "save",
    "savez",
    "savetxt",
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "iscomplexobj",
    "may_share_memory",
    "shares_memory",
    "bincount",
    "isin",
}
