"""Masks and how layers pass them on. A mask says which steps of a sequence are data and which are
padding: booleans (n, steps), True for data. It is an attribute of its tensor, `x.mask`, and a
layer computes the mask of its output from that of its input.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support.structures import is_nested, leaves, tree_map
from ..support.warning import warn
from ..tensor import Operators, Tensor


def mask_of(x) -> Any:
    """Return the mask of a tensor, or None. For nested inputs, return their masks in the same
    structure.
    """
    if is_nested(x):
        return tree_map(mask_of, x)
    return x.mask if isinstance(x, Operators) else None


def with_mask(x, mask) -> Any:
    """Return a new tensor of the same numbers with this mask. Gradients pass through it."""
    if mask is None:
        return x
    x = x.reshape(x.shape)
    x.mask = as_mask(mask)
    return x


def as_mask(mask) -> Tensor:
    """Convert a mask to a tensor of booleans. Numbers are True where they are not 0."""
    is_mask = isinstance(mask, Tensor) and mask.dtype == bool
    return mask if is_mask else Tensor(mask, dtype=bool)


def arguments_with_masks(call) -> tuple:
    """Return the names of the arguments of `call` if some of them are masks, else ()."""
    code = getattr(call, "__code__", None)
    names = () if code is None else code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return names if any(name == "mask" or name.endswith("_mask") for name in names) else ()


def take_masks(layer, args, kwargs: dict) -> tuple[Any, Any]:
    """Return (the inputs of `call`, the mask of the first of them), and add missing mask arguments
    to kwargs: `mask` for a single input, else `value_mask` for an input `value`.

    If `call` takes no `mask`, an explicit `mask` becomes the mask of the input tensor.
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
    """Whether a value, or everything inside it, is an array, a tensor or None."""
    values = [v for v in leaves(value) if v is not None]
    return bool(values) and all(isinstance(v, (Tensor, np.ndarray)) for v in values)


def hand_on(layer, inputs, mask, result) -> Any:
    """Return the result of a call, with the mask that the layer computes for it. mask: of the
    inputs.

    A result that already has a mask keeps it. Warns if a mask is lost because the layer does not
    support masks.
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
    """Set the mask of a tensor. If the tensor is one of the inputs, a copy is returned instead."""
    if mask is None or type(x) is not Tensor or x.mask is not None:
        return x
    if any(x is known for known in inputs):
        return with_mask(x, mask)
    x.mask = as_mask(mask)
    return x
