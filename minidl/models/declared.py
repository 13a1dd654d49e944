"""Converts inputs to the shapes that a model was declared with, and names its inputs and
outputs.
"""

from __future__ import annotations

from typing import Any

from ..guards.shapes import fits, input_advice
from ..layers import InputLayer
from ..support.structures import is_nested
from ..symbolic import Symbol, replace
from .graph import match


def as_declared(x, declared, name: str) -> Any:
    """Check x against the input symbols of the model, and return it in their structure and shapes.

    name: the model's name, for errors.
    """
    if isinstance(declared, Symbol):
        if is_nested(x) and len(x) == 1:  # [x] or {'name': x} for the one input
            x = match(declared, x)[0]
        return _fitting(x, declared.shape, f"'{name}'")
    if declared is None:
        return x
    symbols: list = []
    replace(declared, symbols.append)
    return [
        _fitting(value, symbol.shape, f"'{name}' (input '{symbol.name}')")
        for value, symbol in zip(match(declared, x), symbols)
    ]


def _fitting(x, declared: tuple, title: str):
    """Return x in the declared shape: (n,) becomes (n, 1) for one feature a sample, and grey images
    get a channel axis.
    """
    if not hasattr(x, "shape") or fits(x.shape, declared):
        return x
    if fits((*x.shape, 1), declared):
        return x.reshape(*x.shape, 1)
    if x.shape[-1:] == (1,) and fits(x.shape[:-1], declared):
        return x.reshape(x.shape[:-1])
    raise ValueError(input_advice(title, declared[1:], x.shape))


def only_one(symbols):
    """Return x for [x], as Keras does: one input or output is not a list."""
    is_list = isinstance(symbols, (list, tuple)) and len(symbols) == 1
    return symbols[0] if is_list and isinstance(symbols[0], Symbol) else symbols


def names_of(structure) -> list[str]:
    """Names for inputs or outputs, without repetition: the keys of a flat dict, else the names of
    the layers that the symbols come from.
    """
    if isinstance(structure, dict) and not any(map(is_nested, structure.values())):
        return sorted(structure)
    symbols: list = []
    replace(structure, symbols.append)
    names: list[str] = []
    for symbol in symbols:
        name, number = symbol.name, 0
        while name in names:
            number += 1
            name = f"{symbol.name}_{number}"
        names.append(name)
    return names


def augments(layers) -> bool:
    """Whether layers only prepare data, and change them at random, as in `augment(images)`."""
    layers = [layer for layer in layers if not isinstance(layer, InputLayer)]
    prepares = all(layer.takes_raw_input for layer in layers)
    return prepares and any(layer.trains_when_called for layer in layers)


def with_gaps(y, losses) -> Any:
    """Return the targets with None for those left out: they belong to outputs without a loss.

    y: a list, or the one array, for the outputs that have a loss. losses: of all outputs.
    """
    count = sum(loss is not None for loss in losses)
    parts = y if isinstance(y, (list, tuple)) else [y]
    if y is None or isinstance(y, dict) or count == len(losses) or len(parts) != count:
        return y
    rest = iter(parts)
    return [None if loss is None else next(rest) for loss in losses]
