"""Keras 3's own files, so that a model can leave for Keras and come back: `.keras`, `.weights.h5`,
and whole models in `.h5`.

A `.keras` file is a zip archive of metadata.json, config.json (the architecture) and
model.weights.h5 (HDF5: for each layer a group layers/<class>_<number>/vars with its weights by
number). h5py reads and writes HDF5; it comes with the extra `keras`.
What Keras does not take from ours: compile's arguments and the optimizer's memory, which stand in
the file for minidl alone, and random state. Steps that are operators (x + y) become Keras's layers
of the same effect.
"""

from __future__ import annotations

import io
import json
import os
import time

from ...layers import Layer, weight_budget
from ...support.configs import custom_object_scope, serialize
from ...support.disk import write_atomically
from ...support.registry import snake_case
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
from .keras_2 import collect
from .native import build_shape, build_to, file_error
from .translation import from_keras, to_keras

_MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
_MOST_TEXT = 1 << 26  # bytes of JSON
_EXPANSION = 20  # how many times larger than the file a member may be that somebody compressed


def is_keras(path: str) -> bool:
    """Whether this is a .keras file: by its contents, or by its name if it is not there."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except Exception:  # not there, or no zip archive, or a damaged one
        return path.lower().endswith(".keras")


# --- .keras


def write_model(path: str, model, include_optimizer: bool = True) -> None:
    """One .keras file that Keras 3 opens: `keras.models.load_model(path)`. Compile there again: the
    rest is for minidl alone.
    """
    import zipfile

    if not model.built:
        raise ValueError(
            f"Model '{model.name}' has no weights yet: call it on data, or fit it, before saving."
        )
    config = checked(to_keras(serialize(model)))
    if "build_config" not in config and build_shape(model) is not None:
        config["build_config"] = {"input_shape": serialize(build_shape(model))}
    if model.optimizer is not None and include_optimizer:
        config["minidl_compile_config"] = compile_config(model)
    metadata = {"keras_version": "3.5.0", "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    weights = _weights_file(model, include_optimizer)
    contents = {
        "metadata.json": json.dumps(metadata),
        "config.json": json.dumps(config),
        "model.weights.h5": weights,
    }
    with write_atomically(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)


def read_model(path: str, custom_objects: dict | None = None, compile: bool = True):
    """The model in a .keras file, with its weights. SaveFormatError for whatever is wrong."""
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    try:
        contents = _unzip(path)
        config = json.loads(contents["config.json"])
        with (
            custom_object_scope(custom_objects or {}),
            quiet(),
            h5py.File(io.BytesIO(contents["model.weights.h5"]), "r") as file,
        ):
            with weight_budget(numbers_in(file, h5py)):
                model = described_model(from_keras(config))
                build_to(model, (config.get("build_config") or {}).get("input_shape"))
            assign(_collect(file, model, h5py))
            if compile and "minidl_compile_config" in config:
                compile_again(model, config["minidl_compile_config"], file, h5py)
    except Exception as error:
        raise file_error(path, error) from error
    if compile and model.optimizer is None and config.get("compile_config"):
        compile_as_in_keras(model, config["compile_config"], custom_objects)
    return model


def _unzip(path: str) -> dict[str, bytes]:
    """The three members, by name, none larger than a file of this size can honestly hold."""
    import zipfile

    size = os.path.getsize(path)
    with zipfile.ZipFile(path) as archive:
        infos = {m.filename: m for m in archive.infolist()}
        missing = [name for name in _MEMBERS if name not in infos]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        for name in _MEMBERS:
            if infos[name].file_size > (
                min(_MOST_TEXT, _EXPANSION * size) if name.endswith("json") else _EXPANSION * size
            ):
                raise ValueError(
                    f"'{name}' declares {infos[name].file_size:,} bytes, in a file of {size:,}"
                )
        return {name: archive.read(name) for name in _MEMBERS}


# --- weights


def _groups(layer: Layer, path: str = "", seen: set | None = None):
    """(group, its own variables) for a layer and all inside, in the order and under the names that
    Keras gives them.

    A layer is found once: under the first of its holder's attributes, in alphabetical order, that
    leads to it, those that begin with _ last; a model's `layers` is such an attribute. In a list or
    dict it is called after its class, with a number.
    """
    seen = set() if seen is None else seen
    if id(layer) in seen:
        return
    seen.add(id(layer))
    beneath = {id(v) for x in layer.layers_inside for v in x.weights}
    yield f"{path}vars", [v for v in layer.weights if id(v) not in beneath]
    held = {
        name: value
        for name, value in vars(layer).items()
        if name not in ("_layers", "_graph_layers")
    }
    if hasattr(layer, "layers"):
        held["layers"] = layer.layers  # pyright: ignore[reportAttributeAccessIssue]
    whole = (
        "layers" if hasattr(layer, "_layers") or getattr(layer, "_graph", None) is not None else ""
    )  # these come first
    for name in sorted(held, key=lambda name: (name != whole, name.startswith("_"), name)):
        if isinstance(held[name], Layer):
            yield from _groups(held[name], f"{path}{name}/", seen)
        elif isinstance(held[name], (list, tuple, dict)):
            yield from _groups_in(held[name], f"{path}{name}/", seen)


def _groups_in(container, path: str, seen: set):
    """The same for what a list, tuple or dict holds."""
    counts: dict[str, int] = {}
    for child in container.values() if isinstance(container, dict) else container:
        if isinstance(child, (Layer, list, tuple, dict)):
            functional = (
                type(child).__name__ == "Model" and getattr(child, "_graph", None) is not None
            )
            kind = (
                "functional"
                if functional
                else snake_case(type(child).__name__)
                if isinstance(child, Layer)
                else "container"
            )
            number = counts[kind] = counts.get(kind, -1) + 1
            inside = f"{path}{kind}{f'_{number}' if number else ''}/"
            yield from (
                _groups(child, inside, seen)
                if isinstance(child, Layer)
                else _groups_in(child, inside, seen)
            )


def _weights_file(model, with_optimizer: bool = False) -> bytes:
    buffer = io.BytesIO()
    with h5py_or_cure().File(buffer, "w") as file:
        for path, variables in _groups(model):
            group = file.create_group(path)
            for number, variable in enumerate(variables):
                group.create_dataset(str(number), data=variable.data)
        if with_optimizer:
            write_memory(file, model)
    return buffer.getvalue()


def write_weights(path: str, model) -> None:
    """The weights as a '.weights.h5' file, which Keras 3 reads into the same architecture."""
    data = _weights_file(model)
    with write_atomically(path) as file:
        file.write(data)


def read_weights(path: str, model, skip_mismatch: bool = False) -> None:
    """Weights from a '.weights.h5', '.keras' or whole-model '.h5' file. Nothing changes if they do
    not fit.
    """
    import zipfile

    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    try:
        source = io.BytesIO(_unzip(path)["model.weights.h5"]) if zipfile.is_zipfile(path) else path
        with h5py.File(source, "r") as file:
            old = "model_weights" in file or "layer_names" in file.attrs
            assign(
                collect(file, model, h5py, skip_mismatch)
                if old
                else _collect(file, model, h5py, skip_mismatch)
            )
    except Exception as error:
        raise file_error(path, error) from error


def _collect(file, model, h5py, skip_mismatch: bool = False) -> list:
    """(variable, array) for all weights; ValueError if the file does not have just these."""
    pairs = []
    for path, variables in _groups(model):
        group = get(file, path, h5py)
        count = 0 if group is None else sum(name.isdigit() for name in group)
        if count != len(variables) and not skip_mismatch:
            raise ValueError(
                f"'{path.removesuffix('/vars')}' holds {count} weights, and the model's layer "
                f"there has {len(variables)}"
            )
        for number, variable in enumerate(variables):
            dataset = None if group is None else get(group, str(number), h5py)
            if dataset is not None and dataset.shape == variable.shape:
                pairs.append((variable, dataset[()]))
            elif not skip_mismatch:
                shape = None if dataset is None else dataset.shape
                raise ValueError(
                    f"weight '{variable.name}' at '{path}' has shape {variable.shape}, and the "
                    f"file holds {shape}"
                )
    return pairs
