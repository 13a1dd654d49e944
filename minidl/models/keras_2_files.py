"""Reads and writes whole models as one '.h5' file, the format of Keras until 2023."""

from __future__ import annotations

from ..files import keras_2
from ..files.descriptions import checked
from ..files.from_keras import from_keras
from ..files.to_keras import to_keras
from ..layers import InputLayer
from ..support.configs import custom_object_scope, serialize
from ..support.dry_run import reading_of
from ..tensor import quiet
from . import state
from .keras_compiling import (
    compile_again,
    compile_as_in_keras,
    compiled_with,
    memory_in,
    memory_of,
)
from .rebuilding import described_model


def write_model(path: str, model, include_optimizer: bool = True) -> None:
    """Write a whole model as '.h5', which Keras still reads. The current format is '.keras'."""
    state.check_built(model, model.built)
    described = checked(to_keras(serialize(model)))
    config = {key: described[key] for key in ("class_name", "config")}
    config["build_config"] = {"input_shape": serialize(state.build_shape(model))}
    config["minidl_shared_generators"] = state.shared_generators(model)
    is_kept = include_optimizer and model.optimizer is not None
    compiled = compiled_with(model) if is_kept else None
    layers = {
        layer.name: {f"{layer.name}/{i}/{v.name}": v.data for i, v in enumerate(_in_order(layer))}
        for layer in model.layers
        if not isinstance(layer, InputLayer)
    }
    memory = memory_of(model)["optimizer/vars"] if is_kept else []
    keras_2.write(path, config, compiled, layers, memory)


def read_model(path: str, custom_objects: dict | None = None, compile: bool = True):
    """Read the model in a whole-model '.h5' file of Keras or minidl, and compile it as before.

    The optimizer's memory is restored if minidl or Keras 3 wrote the file.
    """
    with (
        keras_2.opened(path) as (config, settings, ours, arrays),
        custom_object_scope(custom_objects or {}),
        quiet(),
    ):
        with reading_of(arrays.total()):
            model = described_model(from_keras(config))
            state.build_to(model, (config.get("build_config") or {}).get("input_shape"))
        state.assign(layer_pairs(arrays, model))
        state.share_generators(model, config.get("minidl_shared_generators", []))
        if compile and ours:
            compile_again(model, settings, memory_in(arrays, keras_2.MEMORY))
        memory = [] if ours or not compile else keras_2.memory_of(arrays)
    if compile and settings and not ours:
        settings = {**settings, "optimizer": settings.get("optimizer_config")}
        compile_as_in_keras(model, settings, memory, custom_objects)
    return model


def layer_pairs(arrays, model, skip_mismatch: bool = False) -> list:
    """Pair each variable with its array in the file. ValueError if the file holds other weights.

    The file's layers are found by name if it has all names, else by their order: automatic names
    count from another number there, so single ones that agree mean nothing.
    """
    stored = keras_2.layers_of(arrays)
    own = [layer for layer in model.layers if layer.weights]
    by_place = [datasets for datasets in stored.values() if datasets]
    if len(own) != len(by_place) and not skip_mismatch:
        raise ValueError(
            f"it holds the weights of {len(by_place)} layers, and model '{model.name}' has "
            f"{len(own)} layers with weights"
        )
    pairs, named = [], skip_mismatch or all(layer.name in stored for layer in own)
    for place, layer in enumerate(own):
        datasets = stored.get(layer.name) if named else None
        datasets = datasets or (by_place[place] if place < len(by_place) else [])
        variables = _in_order(layer)
        shapes, found = [v.shape for v in variables], [d.shape for d in datasets]
        if found == shapes:
            pairs += [(v, d[()]) for v, d in zip(variables, datasets)]
        elif not skip_mismatch:
            raise ValueError(
                f"layer '{layer.name}' has weights of shapes {shapes}, and the file holds {found}"
            )
    return pairs


def _in_order(layer) -> list:
    """List the weights in the order of this format: all trainable ones, also of nested models, come
    first.
    """
    return [*layer.trainable_weights, *layer.non_trainable_weights]
