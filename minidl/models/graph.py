"""A functional model's steps, in an order in which each finds its inputs ready. Knows nodes and layers, no Model."""

from __future__ import annotations

from typing import Any

from ..layers import Layer
from ..symbolic import Symbol, replace


class Graph:
    """What leads from the input symbols to the output symbols.

    inputs, outputs: a Symbol, or a list, tuple or dict of them. ValueError if an output needs something not among the inputs.
    """

    def __init__(self, inputs, outputs):
        self.inputs, self.outputs = inputs, outputs
        self.starts = _symbols_in(inputs)
        self.nodes = self._in_order(_symbols_in(outputs))

    def _in_order(self, wanted: list[Symbol]) -> list[Symbol]:
        """Every symbol between inputs and outputs, each after those it is made from (the walk keeps its own stack)."""
        order, seen, stack = [], {id(s) for s in self.starts}, [(s, False) for s in reversed(wanted)]
        while stack:
            symbol, parents_done = stack.pop()
            if parents_done:
                order.append(symbol)
            elif id(symbol) not in seen:
                if symbol.node is None:
                    raise ValueError(f"The outputs depend on {symbol!r}, which is not among the model's inputs.")
                seen.add(id(symbol))
                stack.append((symbol, True))
                stack.extend([(parent, False) for parent in reversed(symbol.node.parents())])
        return order

    @property
    def layers(self) -> list[Layer]:
        """The layers that are called, each once, in order."""
        called = [s.node.function for s in self.nodes if s.node is not None]
        return list({id(f): f for f in called if isinstance(f, Layer)}.values())

    def run(self, values):
        """The outputs for real inputs, given in the structure of the inputs."""
        known = {id(s): v for s, v in zip(self.starts, _match(self.inputs, values))}
        for symbol in self.nodes:
            node: Any = symbol.node             # never None: the inputs, which have no node, are not among the steps
            known[id(symbol)] = node.run(lambda s: known[id(s)])
        return replace(self.outputs, lambda s: known[id(s)])


def _symbols_in(structure) -> list[Symbol]:
    found: list[Symbol] = []
    replace(structure, found.append)
    if not found:
        raise ValueError(f"Expected symbols, as Input() and calling layers on them make; received {type(structure).__name__}.")
    return found


def _match(inputs, values) -> list:
    """The values in the order of the input symbols."""
    if isinstance(inputs, Symbol):
        return [values[0] if isinstance(values, (list, tuple)) and len(values) == 1 else values]
    if isinstance(inputs, dict):
        return [values[key] for key in inputs]
    return list(values)
