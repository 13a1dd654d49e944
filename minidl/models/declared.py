"""Inputs as a model was declared for them, and the names of its inputs and outputs."""

from __future__ import annotations

from typing import Any

from ..guards.shapes import fits, input_advice
from ..support.structures import is_nested
from ..symbolic import Symbol, replace
from .graph import match


def as_declared(x, declared, name: str) -> Any:
    """x, checked against the symbols that the model was declared with. name: of the model."""
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
    """x in the declared shape: (n,) for one feature a sample, grey images without a channel."""
    if not hasattr(x, "shape") or fits(x.shape, declared):
        return x
    if fits((*x.shape, 1), declared):
        return x.reshape(*x.shape, 1)
    if x.shape[-1:] == (1,) and fits(x.shape[:-1], declared):
        return x.reshape(x.shape[:-1])
    raise ValueError(input_advice(title, declared[1:], x.shape))


def only_one(symbols):
    """[x] as x, as Keras takes it: one input or output is no list of them."""
    is_list = isinstance(symbols, (list, tuple)) and len(symbols) == 1
    return symbols[0] if is_list and isinstance(symbols[0], Symbol) else symbols


def names_of(structure) -> list[str]:
    """Names for inputs or outputs: the keys of a dict without others inside, else those of the
    layers they come from, each once.
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
