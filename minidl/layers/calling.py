"""Functions for the call of a layer: they convert its inputs, find their shapes, and find its
arguments `training` and `mask`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import symbolic
from ..core.layer import Layer
from ..guards.shapes import for_any_batch
from ..support.structures import leaves, tree_map
from ..tensor import Operators, Tensor, wrap

NO_DATA = (str, bytes, type(None), bool)  # arguments of a call that are options
_BY_NAME_ONLY = 1 << 30  # the place of an argument that can only be given by name


def to_input(x, dtype, layer=None) -> Any:
    """Convert arrays to tensors, and floats to this dtype (None does not convert). Options stay
    unchanged.

    layer: the layer that receives the input. If it takes strings, arrays of strings stay arrays.
    """
    if type(x) is Tensor and (x.array.dtype == dtype or dtype is None):
        return x
    nested = isinstance(x, (dict, list, tuple))
    if nested and any(isinstance(v, (Operators, np.ndarray)) for v in leaves(x)):
        return tree_map(lambda part: to_input(part, dtype, layer), x)
    if isinstance(x, (*NO_DATA, dict)):
        return x
    if not isinstance(x, Tensor) and getattr(layer, "takes_texts", False):
        texts = np.asarray(x)
        if texts.dtype.kind in "OUST":
            return texts
    x = x if isinstance(x, Tensor) else _as_tensor(x, layer)
    if dtype is None or x.dtype.kind != "f" or x.dtype == dtype:
        return x
    converted = x.astype(dtype) if x.requires_grad else wrap(x.array.astype(dtype))
    converted.mask = x.mask
    return converted


def _as_tensor(x, layer) -> Tensor:
    """Convert data to a tensor. TypeError that shows the cure if it is a layer."""
    try:
        return Tensor(x)
    except TypeError as error:
        if not isinstance(x, Layer):
            raise
        first, second = (f"{type(one).__name__}(...)" for one in (layer, x))
        raise TypeError(
            f"{first} was called on another layer. In a list of layers a comma may be missing: "
            f"{first}, {second}. In a functional model call it on a result: {first}(x)."
        ) from error


def shape_of_batch(x) -> tuple:
    """Return the shape of an input, with None for the number of samples."""
    shape = x.shape if isinstance(x, Operators) else np.shape(x)
    return (None, *shape[1:]) if shape else ()


def shape_of_one_sample(shape, name: str) -> tuple:
    """Return the shape of a sample as a tuple. ValueError, which names the layer, if it is no
    shape.
    """
    if not isinstance(shape, (tuple, list, np.ndarray)):
        shape = (shape,)
    shape = tuple(shape)
    if not all(n is None or (isinstance(n, (int, np.integer)) and n > 0) for n in shape):
        raise ValueError(
            f"{name}: input_shape holds the sizes of one sample, without the batch axis; received "
            f"{shape}."
        )
    return shape


def has_unknown_sizes(args) -> bool:
    """Whether a symbol among the arguments has an axis of unknown size besides the batch axis."""
    symbols = [s for s in leaves(args) if isinstance(s, symbolic.Symbol)]
    return any(None in s.shape[1:] for s in symbols)


def shape_of_result(layer, input_shape):
    """Return the shape of the layer's output for inputs of this shape, or of these shapes."""
    if any(isinstance(n, (tuple, list)) for n in input_shape):
        symbols: Any = [symbolic.Symbol(s, layer.dtype) for s in input_shape]
    else:
        symbols = symbolic.Symbol(input_shape, layer.dtype)
    return tree_map(lambda s: s.shape, symbolic.record(layer, (symbols,), {}, layer.name))


def better_error(layer, error: Exception, args) -> Exception:
    """Return the error to raise instead of one that the layer's `call` raised; it names
    the cure.
    """
    if isinstance(error, ValueError):
        return layer.explained(error, *args)
    given = args[0] if args else None
    missing = isinstance(given, NO_DATA) or any(v is None for v in leaves(given))
    if missing or (isinstance(given, (dict, list, tuple)) and len(given) > 1):
        return TypeError(
            f"{type(layer).__name__} '{layer.name}' takes a batch of samples, an array or a "
            f"tensor; received {_kinds(given)}."
        )
    return error


def _kinds(value) -> str:
    """Describe the kinds of values that were passed, without the data: [Tensor, None]."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_kinds(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_kinds, value)) + "]"
    return repr(value) if isinstance(value, NO_DATA) else type(value).__name__


def flag_apart(place: int | None, args, training):
    """Return (the inputs, the training flag), also if the flag is passed by position: layer(x,
    True).
    """
    if place is None or len(args) <= place:
        return args, training
    return args[:place], args[place]


def penalise(layer, result) -> None:
    """Add the layer's penalty on its output, divided by the number of samples, to the losses."""
    for x in leaves(result):
        if np.size(x):
            layer.add_loss(layer.activity_regularizer(x) / (len(x) if x.shape else 1))


def first_by_name(layer, args, kwargs: dict):
    """Return the arguments of a call, the first one also if it was passed as `inputs`, which is its
    name in Keras.
    """
    code = getattr(layer.call, "__code__", None)
    other = code is not None and "inputs" in code.co_varnames[2 : code.co_argcount]
    return args if args or other or "inputs" not in kwargs else (kwargs.pop("inputs"),)


def place_of_training(call) -> int | None:
    """Return the position of the argument `training`; None if `call` does not take it."""
    code = getattr(call, "__code__", None)
    if code is None:
        return None
    places = code.co_varnames[1 : code.co_argcount]
    by_name = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    if "training" in places:
        return places.index("training")
    return _BY_NAME_ONLY if "training" in by_name else None


def build_once(build):
    """Wrap `build` so that it does nothing for a built layer. A second build would replace the
    weights.
    """

    def once(self, *args, **kwargs):
        if self.built:
            return
        before, given = self.build_shape, [*args, *kwargs.values()]
        if before is None and given:
            self.build_shape = given[0]  # for files
        try:
            build(self, *args, **kwargs)
        except (TypeError, AttributeError, IndexError, ValueError) as error:
            self.build_shape = before
            for_any_batch(error)
            shape = args[0] if args else None
            shape = list(shape.values()) if isinstance(shape, dict) else shape
            sizes = list(shape) if isinstance(shape, (tuple, list)) else []
            several = any(isinstance(n, (tuple, list)) for n in sizes)
            clear = isinstance(error, ValueError) and not (several and "inhomog" in str(error))
            if kwargs or clear or (sizes and not several):
                raise
            raise _no_shape(self, args) from error
        self.built = True
        if self.first_weights is not None and type(self).build is once:
            self.set_weights(self.first_weights)

    once.__doc__ = build.__doc__
    return once


def _no_shape(layer, args: tuple) -> TypeError:
    """Return the error for a `build` that failed because it did not receive the shape of the
    inputs.
    """
    received = repr(args[0]) if args else "nothing"
    return TypeError(
        f"{type(layer).__name__}.build takes the shape of the inputs, the batch axis first: "
        f"layer.build((None, 784)); received {received}. (Called as a function a layer takes a "
        "batch of samples, an array or a tensor.)"
    )
