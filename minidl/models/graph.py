"""Runs the steps of a functional model in an order in which the inputs of each step are ready. This
file uses nodes and layers, never the class Model.
"""

from __future__ import annotations

from typing import Any

from ..layers import Layer
from ..support.structures import is_nested, parts_of, pick
from ..symbolic import Node, Symbol, replace


class Graph:
    """All steps that lead from the input symbols to the output symbols.

    inputs, outputs: a Symbol, or a list, tuple or dict of them. ValueError if an output depends on
    a symbol that is not among the inputs.
    """

    def __init__(self, inputs, outputs):
        self.inputs, self.outputs = inputs, outputs
        self.starts = _symbols_in(inputs)
        self.ends = _symbols_in(outputs)
        self.steps = self._in_order()
        self.layers = self._by_depth()

    def _in_order(self) -> list[Node]:
        """List every step between inputs and outputs, each after the steps it depends on. The
        search keeps its own stack, so deep models do not reach Python's recursion limit.
        """
        order, seen, started = [], set(), {id(s) for s in self.starts}
        stack: list[tuple[Any, bool]] = [(s, False) for s in reversed(self.ends)]
        while stack:
            thing, parents_done = stack.pop()
            if parents_done:
                order.append(thing)
            elif id(thing) not in started and id(thing.node) not in seen:
                if thing.node is None:
                    raise ValueError(
                        f"The outputs depend on {thing!r}, which is not among the model's inputs."
                    )
                seen.add(id(thing.node))
                stack.append((thing.node, True))
                stack.extend([(parent, False) for parent in reversed(thing.node.parents())])
        return order

    def _by_depth(self) -> list[Layer]:
        """List the layers, each once, those farthest from the outputs first. Keras lists layers and
        their weights in this order.
        """
        makers = {
            id(s): s.maker if s.maker is not None and s.node is None else None for s in self.starts
        }
        depth: dict[int, int] = {}  # of each step, or input symbol: the longest way to an output
        deepest: dict[
            int, int
        ] = {}  # of each function: a layer called twice has the place of its first call
        things: dict[int, Any] = {}
        for node in reversed(self.steps):
            key = id(node.function)
            depth[id(node)] = deepest[key] = max(depth.get(id(node), 0), deepest.get(key, 0))
            things[key] = node.function
            for parent in node.parents():
                reached = id(parent) if id(parent) in makers else id(parent.node)
                depth[reached] = max(depth.get(reached, 0), depth[id(node)] + 1)
        for start in self.starts:
            maker = makers[id(start)]
            if maker is not None:
                things[id(maker)], deepest[id(maker)] = maker, depth.get(id(start), 0)
        first_seen = self._places()
        ordered = sorted(things, key=lambda key: (-deepest[key], first_seen.get(key, 0)))
        return [things[key] for key in ordered if isinstance(things[key], Layer)]

    def _places(self) -> dict[int, int]:
        """Map each layer or function to its position in a walk from the outputs back to
        the inputs.
        """
        places: dict[int, int] = {}
        seen: set[int] = set()
        stack: list[Any] = [*reversed(self.ends)]
        started = {id(s) for s in self.starts}
        while stack:
            symbol = stack.pop()
            if symbol.node is None or id(symbol) in started:
                places.setdefault(id(symbol.maker), len(places))
                continue
            places.setdefault(id(symbol.node.function), len(places))
            if id(symbol.node) not in seen:
                seen.add(id(symbol.node))
                stack.extend(reversed(symbol.node.parents()))
        return places

    def run(self, values):
        """Compute the outputs. values: the inputs, in the structure of the input symbols or as a
        dict by input name.
        """
        known = {id(s): v for s, v in zip(self.starts, match(self.inputs, values))}
        results: dict[int, Any] = {}

        def value_of(symbol):
            if id(symbol) in known:
                return known[id(symbol)]
            return pick(results[id(symbol.node)], symbol.path)

        for node in self.steps:
            results[id(node)] = node.run(value_of)
        return replace(self.outputs, value_of)


def _symbols_in(structure) -> list[Symbol]:
    found: list[Symbol] = []
    replace(structure, found.append)
    if not found:
        raise ValueError(
            f"Expected symbols, as Input() and calling layers on them make; received "
            f"{type(structure).__name__}."
        )
    return found


def match(inputs, values) -> list:
    """List the values in the order of the input symbols. ValueError names the missing ones."""
    symbols = _symbols_in(inputs)
    deep = is_nested(inputs) and any(map(is_nested, parts_of(inputs)))
    if deep and is_nested(values) and any(map(is_nested, parts_of(values))):
        try:
            return _deep(inputs, values)
        except KeyError:
            raise ValueError(
                f"The model's inputs are {_outline(inputs)}; received {_outline(values)}. Pass "
                "the data in the same containers."
            ) from None
    if isinstance(values, dict):
        by_key = isinstance(inputs, dict) and not deep
        return _by_name(sorted(inputs) if by_key else [s.name for s in symbols], values)
    if not is_nested(values):
        values = [values]
    if len(values) != len(symbols):
        raise ValueError(
            f"The model has {len(symbols)} inputs, {', '.join(repr(s.name) for s in symbols)}; "
            f"received {len(values)}."
        )
    return list(values)


def _by_name(names, values: dict) -> list:
    """List the values in the order of these names. ValueError names the missing ones."""
    missing = [name for name in names if name not in values]
    received = f"received {', '.join(map(repr, values))}."
    if missing and len(missing) == len(names) == len(values):
        raise ValueError(f"The model's inputs are named {', '.join(map(repr, names))}; {received}")
    if missing:
        raise ValueError(f"The inputs lack {', '.join(map(repr, missing))}; {received}")
    return [values[name] for name in names]


def _deep(inputs, values) -> list:
    """Like `match`, for inputs in containers inside containers, such as {'a': {'b': x}}."""
    if isinstance(inputs, Symbol):
        return match(inputs, values)
    keys = sorted(inputs) if isinstance(inputs, dict) else range(len(inputs))
    given: Any = range(0)
    if is_nested(values) and isinstance(values, dict) == isinstance(inputs, dict):
        given = sorted(values, key=str) if isinstance(values, dict) else range(len(values))
    if list(given) != list(keys):
        raise KeyError
    return [value for key in keys for value in _deep(inputs[key], values[key])]


def _outline(structure) -> str:
    """Describe the containers and names of inputs or data for an error, without the data."""
    if isinstance(structure, dict):
        return "{" + ", ".join(f"{k!r}: {_outline(v)}" for k, v in structure.items()) + "}"
    if is_nested(structure):
        return "[" + ", ".join(map(_outline, structure)) + "]"
    return structure.name if isinstance(structure, Symbol) else type(structure).__name__
