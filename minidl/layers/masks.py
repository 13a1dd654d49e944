"""How masks travel. A mask says which steps of a sequence count: booleans (n, steps), True where a
step counts. It stands on the tensor that it belongs to, as `x.mask`, and a layer hands it on from
its input to its result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support.structures import is_nested, leaves, tree_map
from ..support.warning import warn
from ..tensor import Operators, Tensor


def mask_of(x) -> Any:
    """The mask of a tensor, None for what has none; of nested inputs the masks, nested alike."""
    if is_nested(x):
        return tree_map(mask_of, x)
    return x.mask if isinstance(x, Operators) else None


def with_mask(x, mask) -> Any:
    """The same numbers with this mask, as a tensor of its own; gradients flow through."""
    if mask is None:
        return x
    x = x.reshape(x.shape)
    x.mask = as_mask(mask)
    return x


def as_mask(mask) -> Tensor:
    """A mask as a tensor of booleans; numbers count where they are not 0."""
    is_mask = isinstance(mask, Tensor) and mask.dtype == bool
    return mask if is_mask else Tensor(mask, dtype=bool)


def arguments_with_masks(call) -> tuple:
    """The names of the arguments of `call`, if some of them are masks; () if none is."""
    code = getattr(call, "__code__", None)
    names = () if code is None else code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return names if any(name == "mask" or name.endswith("_mask") for name in names) else ()


def take_masks(layer, args, kwargs: dict) -> tuple[Any, Any]:
    """(the inputs of `call`, the mask of the first of them). Fills in the masks that `call` takes
    and was not given: for one input `mask`, for several `value_mask` for an input `value`.

    An explicit `mask` that `call` does not take stands on the input from here on.
    """
    names = layer.mask_arguments
    if kwargs.get("mask") is not None and "mask" not in names:
        args = [tree_map(with_mask, args[0], kwargs.pop("mask")), *args[1:]]
    given = {**dict(zip(names, args)), **kwargs}
    inputs = {k: v for k, v in given.items() if k in names and _are_tensors(v)}
    places = dict.fromkeys(inputs, "mask") if len(inputs) == 1 else {k: f"{k}_mask" for k in inputs}
    for name, place in places.items():
        if place in names and given.get(place) is None:
            kwargs[place] = mask_of(inputs[name])
    mask = kwargs.get("mask", given.get("mask"))
    return args, mask_of(args[0]) if mask is None and args else mask


def _are_tensors(value) -> bool:
    """Whether a value, or all that is in it, are arrays or tensors, or None among them."""
    values = [v for v in leaves(value) if v is not None]
    return bool(values) and all(isinstance(v, (Tensor, np.ndarray)) for v in values)


def hand_on(layer, inputs, mask, result) -> Any:
    """The result of a call with the mask that the layer computes for it. mask: of the inputs. A
    result that has a mask keeps it. Warns where a mask ends at a layer that does not know masks.
    """
    marked = [mask_of(x) is not None for x in leaves(result)]
    if all(marked):
        return result
    if layer.supports_masking:
        masks = iter(leaves(layer.compute_mask(inputs, mask)))
        known = leaves(inputs)
        return tree_map(lambda x: _marked(x, next(masks, None), known), result)
    if not any(marked) and any(m is not None for m in leaves(mask)):
        warn(
            f"{type(layer).__name__} '{layer.name}' does not hand masks on: after it, the steps "
            "that its input's mask leaves out count like all others. In a layer of your own, set "
            "self.supports_masking = True if the mask of the input fits the output too."
        )
    return result


def _marked(x, mask, inputs) -> Any:
    """A tensor with its mask. An input that was passed on is not changed for its owner."""
    if mask is None or type(x) is not Tensor or x.mask is not None:
        return x
    if any(x is known for known in inputs):
        return with_mask(x, mask)
    x.mask = as_mask(mask)
    return x
