"""Whole models in one '.h5' file, the kind of Keras 2 and of the tutorials until 2023. Today's is
'.keras'.
"""

from __future__ import annotations

import io
import json
import os

import numpy as np

from ...layers import InputLayer, weight_budget
from ...support.configs import custom_object_scope, serialize
from ...support.disk import write_atomically
from ...tensor import quiet
from ..architecture import checked, described_model
from .hdf5 import (
    assign,
    compile_again,
    compile_as_in_keras,
    compile_config,
    get,
    h5py_or_cure,
    numbers_in,
    write_memory,
)
from .native import build_shape, build_to, file_error
from .translation import from_keras, to_keras


def write_model(path: str, model, include_optimizer: bool = True) -> None:
    """A whole model as '.h5', which Keras still reads. Today's kind is '.keras'."""
    if not model.built:
        raise ValueError(
            f"Model '{model.name}' has no weights yet: call it on data, or fit it, before saving."
        )
    config, compiled = (
        checked(to_keras(serialize(model))),
        compile_config(model) if include_optimizer else None,
    )
    shape = {"input_shape": serialize(build_shape(model))}
    buffer = io.BytesIO()
    with h5py_or_cure().File(buffer, "w") as file:
        file.attrs["model_config"] = json.dumps(
            {"class_name": config["class_name"], "config": config["config"], "build_config": shape}
        )
        file.attrs["keras_version"], file.attrs["backend"] = "3.5.0", "numpy"
        group = file.create_group("model_weights")
        layers = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
        group.attrs["layer_names"] = [layer.name.encode() for layer in layers]
        for layer in [*layers, None]:
            inner = group.create_group(
                layer.name if layer is not None else "top_level_model_weights"
            )
            weights = _in_order(layer) if layer is not None else []
            names = (
                [f"{layer.name}/{i}/{v.name}" for i, v in enumerate(weights)]
                if layer is not None
                else []
            )
            inner.attrs["weight_names"] = [n.encode() for n in names] if names else np.zeros(0)
            for name, variable in zip(names, weights):
                inner.create_dataset(name, data=variable.data)
        if compiled is not None:
            file.attrs["minidl_compile_config"] = json.dumps(compiled)
            write_memory(file, model)
    with write_atomically(path) as file:
        file.write(buffer.getvalue())


def read_model(path: str, custom_objects: dict | None = None, compile: bool = True):
    """The model in a whole-model '.h5' file of Keras or minidl, compiled as it was. The optimizer
    remembers only what minidl wrote.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    try:
        with h5py.File(path, "r") as file, custom_object_scope(custom_objects or {}), quiet():
            if "model_config" not in file.attrs:
                raise ValueError(
                    "it holds weights alone: build the model and call model.load_weights"
                )
            with weight_budget(numbers_in(file, h5py)):
                config = json.loads(file.attrs["model_config"])
                model = described_model(from_keras(config))
                build_to(model, (config.get("build_config") or {}).get("input_shape"))
            assign(collect(file, model, h5py))
            theirs = json.loads(file.attrs.get("training_config", "null"))
            if compile and "minidl_compile_config" in file.attrs:
                compile_again(model, json.loads(file.attrs["minidl_compile_config"]), file, h5py)
    except Exception as error:
        raise file_error(path, error) from error
    if compile and model.optimizer is None and theirs:
        compile_as_in_keras(
            model, {**theirs, "optimizer": theirs.get("optimizer_config")}, custom_objects
        )
    return model


def collect(file, model, h5py, skip_mismatch: bool = False) -> list:
    """(variable, array) for all weights; ValueError if the file has others."""
    group = get(file, "model_weights", h5py) if "model_weights" in file else file
    stored = {}
    for name in group.attrs["layer_names"]:
        name = name.decode() if isinstance(name, bytes) else str(name)
        inner = get(group, name, h5py)
        stored[name] = [
            get(inner, n.decode() if isinstance(n, bytes) else str(n), h5py)
            for n in inner.attrs["weight_names"]
        ]
    own = [layer for layer in model.layers if layer.weights]
    by_place = [datasets for datasets in stored.values() if datasets]
    if len(own) != len(by_place) and not skip_mismatch:
        raise ValueError(
            f"it holds the weights of {len(by_place)} layers, and model '{model.name}' has "
            f"{len(own)} layers with weights"
        )
    pairs = []
    for place, layer in enumerate(own):
        datasets = stored.get(layer.name) or (by_place[place] if place < len(by_place) else [])
        variables = _in_order(layer)
        if [d.shape for d in datasets] == [v.shape for v in variables]:
            pairs += [(v, d[()]) for v, d in zip(variables, datasets)]
        elif not skip_mismatch:
            raise ValueError(
                f"layer '{layer.name}' has weights of shapes {[v.shape for v in variables]}, and "
                f"the file holds "
                f"{[d.shape for d in datasets]}"
            )
    return pairs


def _in_order(layer) -> list:
    """In this kind of file all that a layer trains, nested models included, stands before the
    rest.
    """
    return [*layer.trainable_weights, *layer.non_trainable_weights]
