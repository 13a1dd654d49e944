"""Builds models from descriptions, and copies models."""

from __future__ import annotations

from typing import Any

from ..files.descriptions import believable
from ..layers import InputLayer, Layer
from ..metrics import Metric
from ..optimizers import Optimizer
from ..support.configs import custom_object_scope, deserialize
from ..support.structures import leaves, paths, tree_map
from ..symbolic import Symbol, record, replace
from .architecture import model_classes, result_number


def described_model(data) -> Any:
    """Build the model that a description from a file describes, with fresh weights. ValueError if
    it describes something else or is inconsistent.
    """
    model = deserialize(believable(data))
    if not _is_model(model):
        raise ValueError(f"it describes a {type(model).__name__}, not a model")
    if not model.layers_inside and not isinstance(model, model_classes.filed("Sequential")):
        raise ValueError(f"it describes a {type(model).__name__} without layers")
    return model


def _is_model(thing) -> bool:
    """Whether files may hold this as a whole."""
    return any(isinstance(thing, model_classes.filed(kind)) for kind in ("Model", "FeatureSpace"))


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


def clone_model(
    model, input_tensors=None, clone_function=None, call_function=None, recursive: bool = False
):
    """Create a model of the same architecture with fresh weights, compiled with the same arguments
    and a fresh optimizer.

    input_tensors: symbols to use as its inputs, in the structure of model.input. clone_function: a
    function layer -> layer that creates the copy of each layer. call_function: a function (layer,
    *args, **kwargs) that calls a copy; it may add layers. recursive: whether both are also used
    inside models that are layers of this one.
    """
    if input_tensors is None and clone_function is None and call_function is None:
        clone = _copied(model)
    else:
        clone = _clone(model, input_tensors, clone_function or _copied, call_function, recursive)
    if model.compiled:
        again = tree_map(_fresh, model.compile_arguments)
        clone.compile(**again, stop_on_nan=model.stop_on_nan)
    return clone


def _copied(layer):
    if not hasattr(layer, "get_config"):
        raise TypeError(f"clone_model takes a model; received {layer!r}.")
    return type(layer).from_config(layer.get_config())


def _fresh(thing):
    """Return a new copy of an object whose state changes during training; return other objects
    unchanged.
    """
    if isinstance(thing, (Optimizer, Metric)):
        return type(thing).from_config(thing.get_config())
    return thing


def _clone(model, input_tensors, clone_function, call_function, recursive: bool):
    def copy_of(layer):
        if recursive and isinstance(layer, model_classes.filed("Model")):
            return _clone(layer, None, clone_function, call_function, recursive)
        return clone_function(layer)

    if isinstance(model, model_classes.filed("Sequential")):
        if input_tensors is not None or call_function is not None:
            raise ValueError(
                "clone_model: input_tensors and call_function are for models made of symbols, "
                "Model(inputs, outputs); a Sequential takes clone_function."
            )
        return _cloned_stack(model, copy_of)
    known = _inputs_of_clone(model, input_tensors)
    made: dict[int, Layer] = {}
    results: dict[int, list] = {}

    def clone_of(symbol):
        if id(symbol) in known:
            return known[id(symbol)]
        return results[id(symbol.node)][result_number(symbol)]

    for node in model.symbol_graph.steps:
        results[id(node)] = leaves(_cloned_step(node, clone_of, made, copy_of, call_function))
    inputs, outputs = (replace(s, clone_of) for s in (model.input, model.output))
    return type(model)(inputs, outputs, name=model.name)


def _inputs_of_clone(model, given) -> dict[int, Any]:
    """Return the symbols to use instead of the model's inputs, by the inputs' ids."""
    if given is None:
        return {
            id(s): InputLayer(batch_shape=s.shape, dtype=s.dtype, name=s.name).output
            for s in model.symbol_graph.starts
        }
    if [path for path, _ in paths(given)] != [path for path, _ in paths(model.input)]:
        raise ValueError(
            f"clone_model: input_tensors must have the structure of model.input, {model.input!r}; "
            f"received {given!r}."
        )
    return {id(s): new for s, new in zip(leaves(model.input), leaves(given))}


def _cloned_step(node, clone_of, made: dict[int, Layer], copy_of, call_function):
    """Compute the results of a step with the copy of its layer."""
    function = node.function
    args, kwargs = replace((node.args, node.kwargs), clone_of)
    if not isinstance(function, Layer):
        return record(function, args, kwargs, node.name)
    if id(function) not in made:
        made[id(function)] = copy_of(function)
    copy = made[id(function)]
    return call_function(copy, *args, **kwargs) if call_function else copy(*args, **kwargs)


def _cloned_stack(model, copy_of):
    first = []
    if isinstance(model.symbols_in, Symbol):
        first = [InputLayer.from_config(model.symbols_in.maker.get_config()).output]
    return type(model)([*first, *map(copy_of, model.layers)], name=model.name)
