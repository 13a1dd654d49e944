"""Builds models from descriptions, and copies models."""

from __future__ import annotations

from typing import Any

from ..files.descriptions import believable
from ..layers import InputLayer, Layer
from ..metrics import Metric
from ..optimizers import Optimizer
from ..support.configs import custom_object_scope, deserialize
from ..support.structures import leaves, tree_map
from ..symbolic import Symbol, record, replace
from .architecture import model_classes, result_number


def described_model(data) -> Any:
    """Build the model that a description from a file describes, with fresh weights. ValueError if
    it describes something else or is inconsistent.
    """
    model = deserialize(believable(data))
    if not isinstance(model, model_classes.filed("Model")):
        raise ValueError(f"it describes a {type(model).__name__}, not a model")
    if not model.layers_inside and not isinstance(model, model_classes.filed("Sequential")):
        raise ValueError(f"it describes a {type(model).__name__} without layers")
    return model


def model_from_json(json_string: str, custom_objects: dict | None = None):
    """Build a model with fresh weights from the JSON text of `to_json`."""
    import json  # slow to load

    try:
        described = json.loads(json_string)
    except (TypeError, ValueError) as error:
        raise ValueError(f"model_from_json takes the text that to_json gave: {error}.") from None
    with custom_object_scope(custom_objects or {}):
        model = deserialize(described)
    if not isinstance(model, model_classes.filed("Model")):
        raise ValueError(f"This JSON describes a {type(model).__name__}, not a model.")
    return model


# --- copies


def clone_model(model, input_tensors=None, clone_function=None):
    """Create a model of the same architecture with fresh weights, compiled with the same arguments
    and a fresh optimizer.

    clone_function: a function layer -> layer that creates the copy of each layer.
    """
    clone = _clone(model, clone_function)
    if model.compiled:
        again = tree_map(_fresh, model.compile_arguments)
        clone.compile(**again, stop_on_nan=model.stop_on_nan)
    return clone


def _fresh(thing):
    """Return a new copy of an object whose state changes during training; return other objects
    unchanged.
    """
    if isinstance(thing, (Optimizer, Metric)):
        return type(thing).from_config(thing.get_config())
    return thing


def _clone(model, clone_function):
    if clone_function is None:
        if not hasattr(model, "get_config"):
            raise TypeError(f"clone_model takes a model; received {model!r}.")
        return type(model).from_config(model.get_config())
    if isinstance(model, model_classes.filed("Sequential")):
        return _cloned_stack(model, clone_function)
    known = {
        id(symbol): InputLayer(
            batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name
        ).output
        for symbol in model.symbol_graph.starts
    }
    made: dict[int, Layer] = {}
    results: dict[int, list] = {}

    def clone_of(symbol):
        if id(symbol) in known:
            return known[id(symbol)]
        return results[id(symbol.node)][result_number(symbol)]

    for node in model.symbol_graph.steps:
        results[id(node)] = leaves(_cloned_step(node, clone_of, made, clone_function))
    inputs, outputs = (replace(s, clone_of) for s in (model.input, model.output))
    return type(model)(inputs, outputs, name=model.name)


def _cloned_step(node, clone_of, made: dict[int, Layer], clone_function):
    """Compute the results of a step with the copy of its layer."""
    function = node.function
    args, kwargs = replace((node.args, node.kwargs), clone_of)
    if not isinstance(function, Layer):
        return record(function, args, kwargs, node.name)
    if id(function) not in made:
        made[id(function)] = clone_function(function)
    return made[id(function)](*args, **kwargs)


def _cloned_stack(model, clone_function):
    first = []
    if isinstance(model.symbols_in, Symbol):
        first = [InputLayer.from_config(model.symbols_in.maker.get_config()).output]
    clones = [
        layer.output if isinstance(layer, InputLayer) else clone_function(layer)
        for layer in model.layers
    ]
    return type(model)([*first, *clones], name=model.name)
