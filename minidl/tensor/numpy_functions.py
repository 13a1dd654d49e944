"""NumPy's functions called on tensors: np.exp(t), np.mean(t), np.maximum(t, 0), array * t."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.derivatives import arithmetic, linear, nonlinear, shaping


class NumpyFunctions:
    """The two methods with which NumPy's functions call an argument's own implementation."""

    _apply: Callable[..., Any]

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """Compute np.exp(t), np.maximum(t, 0) or array * t with the op of core/derivatives."""
        plain = method == "__call__" and not kwargs
        if plain and ufunc in _UFUNCS:
            return self._apply(_UFUNCS[ufunc], *inputs)
        if plain and ufunc.__name__ in _PIECEWISE_CONSTANT:
            arrays = [np.asarray(x) for x in _as_plain(inputs, [])]
            return ufunc(*[x.item() if x.ndim == 0 else x for x in arrays])
        asked = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "")
        raise TypeError(
            f"{asked}{''.join(f'({k}=)' for k in kwargs)} has no derivative in minidl. Use the "
            "functions of minidl.ops or the tensor's methods, or t.numpy() where no gradient is "
            "needed."
        )

    def __array_function__(self, function, types, args, kwargs):
        """Compute np.mean(t) with the method of that name, or with NumPy if no gradient is
        needed.
        """
        name: str = function.__name__
        name = {"amax": "max", "amin": "min"}.get(name, name)
        first = args[0] if args else kwargs.get("a")
        if name in _METHODS and isinstance(first, NumpyFunctions):
            if name == "squeeze" and getattr(first, "logits", _nothing)() is not None:
                # np.random.choice(p=) takes probabilities in float32 only as an array
                return np.squeeze(np.asarray(first), *args[1:], **kwargs)
            return _method(first, name, args[1:], kwargs)
        if name in ("concatenate", "stack") and args:
            axis = args[1] if len(args) > 1 else kwargs.get("axis", 0)
            return self._apply(getattr(shaping, name), *args[0], axis=axis)
        if name == "where" and len(args) == 3:
            return self._apply(arithmetic.where, *args[1:], condition=np.asarray(args[0]))
        return _in_numpy(function, name, args, kwargs)


def _nothing() -> None:
    return None


def _method(tensor, name: str, args, kwargs: dict[str, Any]):
    """Call tensor.name(*args), with NumPy's argument names converted to those of the method."""
    named: dict[str, Any] = {}
    for key, value in kwargs.items():
        if key != "a" and value is not None:
            named[_RENAMED.get(key, key)] = value
    places = [named.pop(key) for key in ("shape", "newshape", "axes") if key in named]
    return getattr(tensor, name)(*args, *places, **named)


def _in_numpy(function, name: str, args, kwargs: dict):
    """Call NumPy's function on arrays. TypeError if a gradient would be lost."""
    found: list[Any] = []
    args = _as_plain(args, found)
    kwargs = {k: _as_plain(v, found) for k, v in kwargs.items()}
    lost = [t for t in found if getattr(t, "requires_grad", False)]
    if lost and name not in _PIECEWISE_CONSTANT:
        raise TypeError(
            f"np.{name} has no derivative in minidl, so the gradient would be lost. Use the "
            "functions of minidl.ops or the tensor's methods, or t.numpy() where no gradient is "
            "needed."
        )
    return function(*args, **kwargs)


def _as_plain(value, found: list):
    """Replace each tensor in the arguments by its array, and append the tensor to `found`."""
    if isinstance(value, NumpyFunctions):
        found.append(value)
        return np.asarray(value)
    if type(value) in (list, tuple):
        return type(value)([_as_plain(v, found) for v in value])
    return value


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
    np.tan: arithmetic.tan,
    np.arcsin: arithmetic.arcsin,
    np.arccos: arithmetic.arccos,
    np.arctan: arithmetic.arctan,
    np.arctan2: arithmetic.arctan2,
    np.sinh: arithmetic.sinh,
    np.cosh: arithmetic.cosh,
    np.tanh: nonlinear.tanh,
    np.arcsinh: arithmetic.arcsinh,
    np.arccosh: arithmetic.arccosh,
    np.arctanh: arithmetic.arctanh,
    np.log2: arithmetic.log2,
    np.log10: arithmetic.log10,
    np.logaddexp: arithmetic.logaddexp,
    np.maximum: arithmetic.maximum,
    np.minimum: arithmetic.minimum,
    np.matmul: linear.matmul,
}
_RENAMED = {"a_min": "min", "a_max": "max"}
_METHODS = set(
    [
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
    ]
)
# These step from value to value, so their derivative is 0 wherever there is one: the plain answer
# loses nothing.
_PIECEWISE_CONSTANT = set(
    [
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
    ]
)
