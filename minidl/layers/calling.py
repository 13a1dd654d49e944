"""How a layer is called: what its inputs become, and where its methods take what."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import symbolic
from ..support.structures import leaves, tree_map
from ..tensor import Operators, Tensor, wrap

NO_DATA = (str, bytes, type(None), bool)  # arguments of a call that are options
_BY_NAME_ONLY = 1 << 30  # the place of an argument that can only be given by name


def to_input(x, dtype) -> Any:
    """Arrays as tensors, floats in this dtype (None leaves them alone); options as they are."""
    if type(x) is Tensor and (x.array.dtype == dtype or dtype is None):
        return x
    nested = isinstance(x, (dict, list, tuple))
    if nested and any(isinstance(v, (Operators, np.ndarray)) for v in leaves(x)):
        return tree_map(lambda part: to_input(part, dtype), x)
    if isinstance(x, (*NO_DATA, dict)):
        return x
    x = x if isinstance(x, Tensor) else Tensor(x)
    if dtype is None or x.dtype.kind != "f" or x.dtype == dtype:
        return x
    converted = x.astype(dtype) if x.requires_grad else wrap(x.array.astype(dtype))
    converted.mask = x.mask
    return converted


def shape_of_batch(x) -> tuple:
    """The shape of an input with None for the number of samples."""
    shape = x.shape if isinstance(x, Operators) else np.shape(x)
    return (None, *shape[1:]) if shape else ()


def has_unknown_sizes(args) -> bool:
    """Whether a symbol among the arguments has an axis of unknown size beside the batch's."""
    symbols = [s for s in leaves(args) if isinstance(s, symbolic.Symbol)]
    return any(None in s.shape[1:] for s in symbols)


def shape_of_result(layer, input_shape):
    """The shape of what the layer gives for inputs of this shape, or of these shapes."""
    if any(isinstance(n, (tuple, list)) for n in input_shape):
        symbols: Any = [symbolic.Symbol(s, layer.dtype) for s in input_shape]
    else:
        symbols = symbolic.Symbol(input_shape, layer.dtype)
    return tree_map(lambda s: s.shape, symbolic.record(layer, (symbols,), {}, layer.name))


def flag_apart(place: int | None, args, training):
    """The inputs, and the training flag, which may stand among them here: layer(x, True)."""
    if place is None or len(args) <= place:
        return args, training
    return args[:place], args[place]


def penalise(layer, result) -> None:
    """Add the layer's penalty on its output to the losses, a sample."""
    for x in leaves(result):
        if np.size(x):
            layer.add_loss(layer.activity_regularizer(x) / (len(x) if x.shape else 1))


def place_of_training(call) -> int | None:
    """The position of the argument `training`; None if `call` does not take it."""
    code = getattr(call, "__code__", None)
    if code is None:
        return None
    places = code.co_varnames[1 : code.co_argcount]
    by_name = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    if "training" in places:
        return places.index("training")
    return _BY_NAME_ONLY if "training" in by_name else None


def build_once(build):
    """The method, which does nothing for a layer that is built: the first weights would be lost."""

    def once(self, *args, **kwargs):
        if self.built:
            return
        build(self, *args, **kwargs)
        self.built = True
        if self.first_weights is not None and type(self).build is once:
            self.set_weights(self.first_weights)

    once.__doc__ = build.__doc__
    return once
