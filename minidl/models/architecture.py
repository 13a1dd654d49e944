"""A model's structure as plain data and back: layers, how they are connected, and the functions of
one layer each.

The layout is Keras's: each layer with the symbols it was called on, which are named by (layer,
number of its call, number of its result). Operators on symbols, `x + y`, are steps without a layer;
they stand in the list by the name of their op.
"""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any

import numpy as np

from .. import ops
from ..core import derivatives
from ..layers import InputLayer, Layer
from ..random import SeedGenerator
from ..support.configs import (
    custom_object_scope,
    deserialize,
    register_keras_serializable,
    serialize,
)
from ..support.registry import REGISTRIES, Registry
from ..support.structures import leaves, paths
from ..symbolic import Symbol, record, replace
from ..tensor import apply
from .training import Trainer

models = Registry("model")
_LIBRARY = __name__.partition(".")[0]
register_keras_serializable("minidl")(
    SeedGenerator
)  # Dropout(seed=SeedGenerator(...)) has one in its config
# The steps without a layer that a file may name: the ops of the table, and the doors to them that
# look at shapes or values.
_TABLE = {
    f.__name__: f
    for table in (getattr(derivatives, name) for name in derivatives.__all__)
    for f in vars(table).values()
    if callable(f)
    and getattr(f, "__module__", "") == table.__name__
    and not f.__name__.startswith("_")
}
_STEPS = {
    **{("minidl.derivatives", name): partial(apply, f) for name, f in _TABLE.items()},
    **{
        ("minidl.ops", name): getattr(ops, name)
        for name in ops.__all__
        if hasattr(getattr(ops, name), "__wrapped__")
    },
    ("minidl.ops", "detach"): ops.stop_gradient,
}
# What ops.step wraps: comparisons and the like, which have no derivative. By name, and nothing
# else.
_COMPARISONS = {
    name: getattr(np, name)
    for name in (
        "sign",
        "floor",
        "ceil",
        "round",
        "floor_divide",
        "isnan",
        "isfinite",
        "isinf",
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "logical_and",
        "logical_or",
        "logical_xor",
        "logical_not",
        "isclose",
        "any",
        "all",
        "count_nonzero",
        "argmax",
        "argmin",
        "argsort",
        "searchsorted",
    )
}
_MOST = 1 << 24  # numbers in a sample, or in any other array that a description asks for
_SIZES = (
    "shape",
    "target_shape",
    "batch_shape",
    "input_shape",
    "build_input_shape",
    "batch_input_shape",
    "build_shape",
)
_GROWING = (
    "broadcast_to",
    "tile",
    "repeat",
    "pad",
    "put",
    "one_hot",
    "multi_hot",
    "diag",
    "bincount",
    "histogram",
)  # told a size


# --- a graph as data
# ---


def graph_config(model) -> dict:
    """The layers of a functional model in Keras's layout, each with the calls that led to the
    outputs.
    """
    graph, names, calls = model.symbol_graph, {}, {}
    for layer in graph.layers:
        names[id(layer)] = layer.name
    for node in graph.steps:  # steps without a layer get names too: add, add_1, ...
        if not isinstance(node.function, Layer):
            names[id(node)] = _free_name(_op_name(node), set(names.values()))
    where: dict[int, tuple] = {}
    entries: dict[str, dict] = {}
    for symbol in graph.starts:
        maker = (
            symbol.maker
            if symbol.node is None
            else InputLayer(batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name)
        )
        where[id(symbol)] = (maker.name, 0)
        entries[maker.name] = {**serialize(maker), "name": maker.name, "inbound_nodes": []}
    for node in graph.steps:
        is_layer = isinstance(node.function, Layer)
        name = names[id(node.function) if is_layer else id(node)]
        calls[name] = calls.get(name, -1) + 1
        where[id(node)] = (name, calls[name])
        entry = entries.get(name) or entries.setdefault(
            name, {**_described(node, name), "name": name, "inbound_nodes": []}
        )
        entry["inbound_nodes"].append(
            {
                "args": _with_history(list(node.args), where),
                "kwargs": _with_history(node.kwargs, where),
            }
        )
    order = [layer.name for layer in graph.layers]
    ordered = [
        entries[name]
        for name in [*[n for n in order if n in entries], *[n for n in entries if n not in order]]
    ]
    ends = {"input_layers": model.symbols_in, "output_layers": model.symbols_out}
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": ordered,
        **{key: _with_history(symbols, where, plain=True) for key, symbols in ends.items()},
    }


def _op_name(node) -> str:
    function = node.function
    return function.args[0].__name__ if isinstance(function, partial) else function.__name__


def _free_name(name: str, taken: set) -> str:
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _described(node, name) -> dict:
    if isinstance(node.function, Layer):
        layer = node.function
        build = (
            {"build_config": {"input_shape": serialize(layer.build_shape)}}
            if layer.build_shape is not None
            else {}
        )
        return {**serialize(layer), **build}
    op = _op_name(node)
    module = "minidl.derivatives" if isinstance(node.function, partial) else "minidl.ops"
    if (module, op) not in _STEPS:
        raise ValueError(
            f"The step '{op}' is no layer and no op of minidl, so it has no name to be saved "
            f"under. Make it a Layer."
        )
    return {"module": module, "class_name": op, "config": {"name": name}, "registered_name": None}


def _with_history(structure, where, plain=False):
    """The same structure as data; each symbol by the name of what made it."""
    if isinstance(structure, Symbol):
        name, call = where[id(structure)] if id(structure) in where else where[id(structure.node)]
        history = [name, call, _result_number(structure)]
        shape = {
            "shape": list(structure.shape),
            "dtype": structure.dtype.name,
            "keras_history": history,
        }
        return history if plain else {"class_name": "__keras_tensor__", "config": shape}
    if isinstance(structure, dict):
        return {k: _with_history(v, where, plain) for k, v in structure.items()}
    if isinstance(structure, tuple) and not plain:
        return {"class_name": "__tuple__", "config": [_with_history(v, where) for v in structure]}
    if isinstance(structure, (list, tuple)):
        return [_with_history(v, where, plain) for v in structure]
    if callable(structure):
        function, options = (
            (structure.func, structure.keywords)
            if isinstance(structure, partial)
            else (structure, {})
        )
        if name := next((name for name, known in _COMPARISONS.items() if known is function), None):
            return {
                "class_name": "__step__",
                "config": {"name": name, "options": _with_history(options, where)},
            }
    return serialize(structure)


def _result_number(symbol) -> int:
    """Which of the results of its step a symbol is."""
    return symbol.node.places.index(symbol.path) if symbol.node is not None and symbol.path else 0


# --- and back


def graph_from_config(cls, config: dict, custom_objects: dict | None = None):
    """A functional model from `graph_config`'s data. ValueError if it is not consistent."""
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
        inputs, outputs = (
            _found(config[key], symbols) for key in ("input_layers", "output_layers")
        )
    trainable = config.get("trainable", True)
    return cls(inputs, outputs, name=config.get("name"), trainable=trainable)


def _place(name, number, entries, things, symbols) -> bool:
    """Make one call, if what it needs is there."""
    entry = entries[name]
    is_op = entry.get("module") in ("minidl.ops", "minidl.derivatives")
    if name not in things:
        key = entry.get("module"), entry["class_name"]
        if is_op and key not in _STEPS:
            raise ValueError(f"There is no op {entry['class_name']!r} here.")
        things[name] = _STEPS[key] if is_op else deserialize(entry)
    thing = things[name]
    if isinstance(thing, InputLayer):
        symbols[name, 0] = [thing.output]
        return True
    if not is_op and not isinstance(thing, Layer):
        raise ValueError(f"'{name}' is a {type(thing).__name__}, not a layer.")
    node = entry["inbound_nodes"][number]
    arguments = [node["args"], node["kwargs"]]
    histories = _histories(arguments)
    if not histories:
        raise ValueError(f"'{name}' is called on nothing.")
    if any(tuple(h[:2]) not in symbols for h in histories):
        return False
    args, kwargs = (_restored(a, symbols) for a in arguments)
    if (
        is_op
        and entry["class_name"] in _GROWING
        and math.prod(abs(n) for n in leaves([args, kwargs]) if isinstance(n, int) and n) > _MOST
    ):
        raise ValueError(f"The sizes that '{name}' asks for are not believable.")
    result = leaves(thing(*args, **kwargs))
    if not all(
        isinstance(x, Symbol) and math.prod(n for n in x.shape if n is not None) <= _MOST
        for x in result
    ):
        raise ValueError(
            f"'{name}' gives results of shapes {[getattr(x, 'shape', x) for x in result]}, which "
            f"is not believable."
        )
    symbols[name, number] = result
    return True


def _histories(data) -> list:
    if isinstance(data, dict):
        if data.get("class_name") == "__keras_tensor__":
            return [data["config"]["keras_history"]]
        return [h for v in data.values() for h in _histories(v)]
    return [h for v in data for h in _histories(v)] if isinstance(data, list) else []


def _restored(data, symbols) -> Any:
    """Arguments as they were: symbols, tuples, slices and arrays in the place of their
    descriptions.
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
        return partial(
            _COMPARISONS[data["config"]["name"]], **_restored(data["config"]["options"], symbols)
        )
    if kind:
        return deserialize(data)
    return {k: _restored(v, symbols) for k, v in data.items()}


def _found(places, symbols):
    """Input or output symbols from [name, call, result] triples, alone or in lists and dicts."""
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


# --- checks and copies
# ---


def checked(data, what: str = "model") -> Any:
    """`data` as JSON can hold it, functions by their names; ValueError naming what cannot be
    saved.
    """
    for path, value in paths(data):
        place = ".".join(str(p) for p in path if not isinstance(p, int))
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"The {what} holds {value} at {place}, which no file keeps.")
        if value is not None and not isinstance(value, (bool, int, float, str)):
            if callable(value) and getattr(value, "__name__", "<lambda>").isidentifier():
                continue
            if callable(value):
                raise ValueError(
                    f"The {what} holds a function without a name, a lambda, at {place}. To save "
                    f"it, write it with def, and "
                    "decorate it with @minidl.saving.register_keras_serializable(). (What "
                    "compile() was given is left out by "
                    "save(..., include_optimizer=False).)"
                )
            raise ValueError(
                f"The {what} holds a {type(value).__name__} at {place}, which cannot be saved: in "
                f"get_config return numbers, "
                "strings, lists and dicts."
            )
    return _functions_by_name(data)


def _functions_by_name(value) -> Any:
    """The same, with the name in the place of a function that was not registered; custom_objects
    must explain it to load_model.
    """
    if isinstance(value, dict):
        return {k: _functions_by_name(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_functions_by_name(v) for v in value]
    if not callable(value):
        return value
    ours = str(getattr(value, "__module__", "")).startswith(f"{_LIBRARY}.")
    if ours and any(value.__name__ in REGISTRIES[kind] for kind in ("loss", "metric")):
        return value.__name__  # losses.mean_squared_error: the name alone means the same
    return {
        "module": "builtins",
        "class_name": "function",
        "config": value.__name__,
        "registered_name": value.__name__,
    }


def believable(data):
    """A description from a file, if no size in it is out of all proportion; ValueError naming the
    first that is.

    Weights are counted against the file (weight_budget). This is about the rest: inputs, and what
    reshapes and repeats make of them.
    """
    for path, value in paths(data):
        keys = [p for p in path if isinstance(p, str)]
        if isinstance(value, int) and abs(value) >= 1 << 31 and "seed" not in keys:
            raise ValueError(f"A size of {value} at {'.'.join(keys)} is not believable.")
    waiting = [data]
    while waiting:
        thing = waiting.pop()
        for key, value in thing.items() if isinstance(thing, dict) else ():
            numbers = (
                [abs(n) for n in leaves(value) if isinstance(n, int) and n] if key in _SIZES else []
            )
            if math.prod(numbers) > _MOST:
                raise ValueError(f"The {key} {value} is not believable.")
        waiting += [
            v
            for v in (thing.values() if isinstance(thing, dict) else thing)
            if isinstance(v, (dict, list))
        ]
    return data


def described_model(data) -> Any:
    """The model that a description from a file is of, with fresh weights. ValueError if it is of
    something else, or not believable.
    """
    model = deserialize(believable(data))
    if not isinstance(model, Trainer) or (
        not hasattr(model, "_layers") and not model.layers_inside and not model._graph_layers
    ):
        raise ValueError(
            f"it describes a {type(model).__name__}{' without layers' if isinstance(model, Trainer) else ', not a model'}"
        )
    return model


def model_from_json(json_string: str, custom_objects: dict | None = None):
    """A model with fresh weights from what `to_json` gave."""
    with custom_object_scope(custom_objects or {}):
        return deserialize(json.loads(json_string))


def clone_model(model, input_tensors=None, clone_function=None):
    """A model of the same architecture with fresh weights. clone_function: what to make of each
    layer, layer -> layer.
    """
    if clone_function is None:
        return type(model).from_config(model.get_config())
    if hasattr(model, "_layers"):
        clones = [
            layer.output if isinstance(layer, InputLayer) else clone_function(layer)
            for layer in model.layers
        ]
        first = (
            [InputLayer.from_config(model.symbols_in.maker.get_config()).output]
            if isinstance(model.symbols_in, Symbol)
            else []
        )
        return type(model)([*first, *clones], name=model.name)
    known, made = {}, {}
    for symbol in model.symbol_graph.starts:
        known[id(symbol)] = InputLayer(
            batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name
        ).output
    results: dict[int, list] = {}
    for node in model.symbol_graph.steps:
        function = node.function
        if isinstance(function, Layer):
            if id(function) not in made:
                made[id(function)] = clone_function(function)
            function = made[id(function)]
        args, kwargs = replace((node.args, node.kwargs), lambda s: _clone_of(s, known, results))
        result = (
            function(*args, **kwargs)
            if isinstance(function, Layer)
            else record(function, args, kwargs, node.name)
        )
        results[id(node)] = leaves(result)
    inputs, outputs = (
        replace(s, lambda s: _clone_of(s, known, results))
        for s in (model.symbols_in, model.symbols_out)
    )
    return type(model)(inputs, outputs, name=model.name)


def _clone_of(symbol, known, results):
    return (
        known[id(symbol)]
        if id(symbol) in known
        else results[id(symbol.node)][_result_number(symbol)]
    )
