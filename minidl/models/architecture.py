"""Converts the structure of a functional model, its layers and their connections, to plain data and
back.

The layout is Keras's. Each layer is listed with the symbols it was called on, named by (layer,
number of its call, number of its result). Operators on symbols, such as `x + y`, are steps without
a layer. They are listed under the name of their op.
"""

from __future__ import annotations

from typing import Any

from ..files.descriptions import checked, is_believable
from ..layers import InputLayer, Layer
from ..random import SeedGenerator
from ..support.configs import deserialize, serialize
from ..support.custom import custom_object_scope, register_keras_serializable
from ..support.registry import Registry
from ..support.structures import leaves
from ..symbolic import Symbol
from .steps import (
    GROWING,
    comparison,
    described_comparison,
    described_step,
    is_step,
    op_name,
    step_of,
)

__all__ = ["checked", "graph_config", "graph_from_config", "model_classes", "result_number"]

model_classes = Registry("model")
model_classes.rooms.update(
    {
        "FeatureSpace": f"{__package__}.feature_space",
        "Feature": f"{__package__}.features",
        "Cross": f"{__package__}.features",
    }
)
# the config of Dropout(seed=SeedGenerator(...)) contains one
register_keras_serializable("minidl")(SeedGenerator)


# --- a graph as data


def graph_config(model) -> dict:
    """Describe the layers of a functional model in Keras's layout, each with the calls that lead to
    the outputs.
    """
    graph, where, calls = model.symbol_graph, {}, {}
    names = _names(graph)
    entries: dict[str, dict] = {}
    for symbol in graph.starts:
        maker = symbol.maker if symbol.node is None else _input_like(symbol)
        where[id(symbol)] = (maker.name, 0)
        entries[maker.name] = {**serialize(maker), "name": maker.name, "inbound_nodes": []}
    for node in graph.steps:
        name = names[id(node.function) if isinstance(node.function, Layer) else id(node)]
        calls[name] = calls.get(name, -1) + 1
        where[id(node)] = (name, calls[name])
        if name not in entries:
            entries[name] = {**_described(node, name), "name": name, "inbound_nodes": []}
        args, kwargs = (_with_history(a, where) for a in (list(node.args), node.kwargs))
        entries[name]["inbound_nodes"].append({"args": args, "kwargs": kwargs})
    order = {layer.name: place for place, layer in enumerate(graph.layers)}
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": [
            entries[name] for name in sorted(entries, key=lambda n: order.get(n, len(order)))
        ],
        "input_layers": _with_history(model.input, where, plain=True),
        "output_layers": _with_history(model.output, where, plain=True),
    }


def _names(graph) -> dict[int, str]:
    """Map the id of each layer, and of each step without a layer, to its name: add, add_1, ..."""
    names = {id(layer): layer.name for layer in graph.layers}
    taken = set(names.values())
    for node in graph.steps:
        if not isinstance(node.function, Layer):
            names[id(node)] = _free_name(op_name(node), taken)
            taken.add(names[id(node)])
    return names


def _free_name(name: str, taken: set) -> str:
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _input_like(symbol) -> InputLayer:
    return InputLayer(batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name)


def _described(node, name) -> dict:
    if not isinstance(node.function, Layer):
        return described_step(node, name)
    layer = node.function
    if layer.build_shape is None:
        return serialize(layer)
    return {**serialize(layer), "build_config": {"input_shape": serialize(layer.build_shape)}}


def _with_history(structure, where, plain=False):
    """Convert a structure of symbols to data: each symbol becomes the name of the step that made
    it.
    """
    if isinstance(structure, Symbol):
        return _history(structure, where, plain)
    if isinstance(structure, dict):
        return {k: _with_history(v, where, plain) for k, v in structure.items()}
    if isinstance(structure, (list, tuple)):
        inside = [_with_history(v, where, plain) for v in structure]
        is_list = plain or isinstance(structure, list)
        return inside if is_list else {"class_name": "__tuple__", "config": inside}
    found = described_comparison(structure) if callable(structure) else None
    if found is None:
        return serialize(structure)
    name, options = found
    config = {"name": name, "options": _with_history(options, where)}
    return {"class_name": "__step__", "config": config}


def _history(symbol, where, plain: bool):
    name, call = where[id(symbol)] if id(symbol) in where else where[id(symbol.node)]
    history = [name, call, result_number(symbol)]
    if plain:
        return history
    dtype = "string" if symbol.dtype.kind == "U" else symbol.dtype.name
    config = {"shape": list(symbol.shape), "dtype": dtype, "keras_history": history}
    return {"class_name": "__keras_tensor__", "config": config}


def result_number(symbol) -> int:
    """The index of a symbol among the results of its step."""
    return symbol.node.places.index(symbol.path) if symbol.node is not None and symbol.path else 0


# --- and back


def graph_from_config(cls, config: dict, custom_objects: dict | None = None):
    """Build a functional model from the data of `graph_config`. ValueError if the data are
    inconsistent.
    """
    with custom_object_scope(custom_objects or {}):
        entries = {entry["name"]: entry for entry in config["layers"]}
        things: dict[str, Any] = {}
        symbols: dict[tuple, list] = {}  # (name, call) -> the symbols of its results
        waiting = [
            (name, number)
            for name, entry in entries.items()
            for number in range(max(1, len(entry["inbound_nodes"])))
        ]
        while waiting:
            left = [step for step in waiting if not _place(*step, entries, things, symbols)]
            if len(left) == len(waiting):
                raise ValueError(
                    f"The layers {', '.join(sorted({name for name, _ in left}))} wait for inputs "
                    f"that no layer gives."
                )
            waiting = left
    inputs, outputs = (_found(config[key], symbols) for key in ("input_layers", "output_layers"))
    frozen = {} if config.get("trainable", True) else {"trainable": False}
    return cls(inputs, outputs, name=config.get("name"), **frozen)


def _place(name, number, entries, things, symbols) -> bool:
    """Make one call if all its inputs exist already. Returns whether it was made."""
    entry = entries[name]
    if name not in things:
        things[name] = step_of(entry) if is_step(entry) else deserialize(entry)
    thing = things[name]
    if isinstance(thing, InputLayer):
        symbols[name, 0] = [thing.output]
        return True
    if not is_step(entry) and not isinstance(thing, Layer):
        raise ValueError(f"'{name}' is a {type(thing).__name__}, not a layer.")
    node = entry["inbound_nodes"][number]
    arguments = [node["args"], node["kwargs"]]
    histories = _histories(arguments)
    if not histories:
        raise ValueError(f"'{name}' is called on nothing.")
    if any(tuple(h[:2]) not in symbols for h in histories):
        return False
    args, kwargs = (_restored(a, symbols) for a in arguments)
    if entry["class_name"] in GROWING and not is_believable(leaves([args, kwargs])):
        raise ValueError(f"The sizes that '{name}' asks for are not believable.")
    symbols[name, number] = _result(thing(*args, **kwargs), name)
    return True


def _result(result, name: str) -> list:
    """The symbols of a call's results."""
    found = leaves(result)
    if not all(isinstance(x, Symbol) and is_believable(x.shape) for x in found):
        raise ValueError(
            f"'{name}' gives results of shapes {[getattr(x, 'shape', x) for x in found]}, which "
            f"is not believable."
        )
    return found


def _histories(data) -> list:
    if isinstance(data, dict):
        if data.get("class_name") == "__keras_tensor__":
            return [data["config"]["keras_history"]]
        return [h for v in data.values() for h in _histories(v)]
    return [h for v in data for h in _histories(v)] if isinstance(data, list) else []


def _restored(data, symbols) -> Any:
    """Restore the arguments of a call: descriptions become symbols, tuples, slices and arrays
    again.
    """
    if isinstance(data, list):
        return [_restored(v, symbols) for v in data]
    if not isinstance(data, dict):
        return data
    kind = data.get("class_name")
    if kind == "__keras_tensor__":
        name, call, result = data["config"]["keras_history"]
        return symbols[name, call][result]
    if kind == "__tuple__":
        return tuple(_restored(data.get("items", data.get("config")), symbols))
    if kind == "__step__":
        return comparison(data["config"]["name"], _restored(data["config"]["options"], symbols))
    return deserialize(data) if kind else {k: _restored(v, symbols) for k, v in data.items()}


def _found(places, symbols):
    """Look up input or output symbols by triples [name, call, result], alone or in lists
    and dicts.
    """
    if isinstance(places, dict):
        return {k: _found(v, symbols) for k, v in places.items()}
    if len(places) == 3 and isinstance(places[0], str):
        name, call, result = places
        if (name, call) not in symbols:
            raise ValueError(
                f"The model names '{name}' as an input or output, and there is no such layer."
            )
        return symbols[name, call][result]
    return [_found(v, symbols) for v in places]
