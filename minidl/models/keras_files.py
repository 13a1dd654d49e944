"""Keras 3's own files, so that a model can leave for Keras and come back: `.keras`, `.weights.h5`, and whole models in `.h5`.

A `.keras` file is a zip archive of metadata.json, config.json (the architecture) and model.weights.h5 (HDF5: for each layer a group
layers/<class>_<number>/vars with its weights by number). h5py reads and writes HDF5; it comes with the extra `keras`.
What Keras does not take from ours: compile's arguments and the optimizer's memory, which stand in the file for minidl alone, and
random state. Steps that are operators (x + y) become Keras's layers of the same effect.
"""

from __future__ import annotations

import io
import json
import os
import time
import warnings
from typing import Any

import numpy as np

from ..configs import custom_object_scope, deserialize, serialize
from ..files import write_atomically
from ..layers import InputLayer, Layer, weight_budget
from ..recording import quiet
from ..registry import snake_case
from .architecture import checked, described_model
from .native import file_error
from .translation import from_keras, to_keras

_MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
_MOST_TEXT = 1 << 26            # bytes of JSON
_EXPANSION = 20                 # how many times larger than the file a member may be that somebody compressed


def _h5py() -> Any:
    try:
        import h5py
    except ImportError:
        raise ImportError("Files of Keras ('.keras', '.h5') need h5py: pip install 'minidl[keras]'. minidl's own kind needs nothing: "
                          "model.save('model.npz').") from None
    return h5py


def is_keras(path: str) -> bool:
    """Whether this is a .keras file: by its contents, or by its name if it is not there."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except Exception:                   # not there, or no zip archive, or a damaged one
        return path.lower().endswith(".keras")


# --- .keras ----------------------------------------------------------------------------------------------------------

def write_model(path: str, model, include_optimizer: bool = True) -> None:
    """One .keras file that Keras 3 opens: `keras.models.load_model(path)`. Compile there again: the rest is for minidl alone."""
    import zipfile

    if not model.built:
        raise ValueError(f"Model '{model.name}' has no weights yet: call it on data, or fit it, before saving.")
    config = checked(to_keras(serialize(model)))
    if model.optimizer is not None and include_optimizer:       # for minidl alone: Keras passes over what it does not know
        config["minidl_compile_config"] = checked(serialize(model._compiled_with))
    metadata = {"keras_version": "3.5.0", "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    weights = _weights_file(model, include_optimizer)
    contents = {"metadata.json": json.dumps(metadata), "config.json": json.dumps(config), "model.weights.h5": weights}
    with write_atomically(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)


def read_model(path: str, custom_objects: dict | None = None, compile: bool = True):
    """The model in a .keras file, with its weights. SaveFormatError for whatever is wrong."""
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = _h5py()
    try:
        contents = _unzip(path)
        config = json.loads(contents["config.json"])
        with custom_object_scope(custom_objects or {}), quiet(), h5py.File(io.BytesIO(contents["model.weights.h5"]), "r") as file:
            with weight_budget(_numbers_in(file, h5py)):
                model = described_model(from_keras(config))
                shape = (config.get("build_config") or {}).get("input_shape")
                if not model.built and shape:
                    model.build(shape)
            _assign(_collect(file, model, h5py))
            if compile and "minidl_compile_config" in config:
                model.compile(**deserialize(config["minidl_compile_config"]))
                _set_memory(model.optimizer, model, file, h5py)
    except Exception as error:
        raise file_error(path, error) from error
    if compile and model.optimizer is None and config.get("compile_config"):
        _compile(model, config["compile_config"], custom_objects)
    return model


def _set_memory(optimizer, model, file, h5py) -> None:
    """What our own optimizer remembered, from the group that Keras passes over."""
    if "minidl_optimizer" not in file:
        return
    optimizer.build(model.trainable_weights)
    state = {}
    for name, now in optimizer.get_state().items():
        dataset = _get(file, f"minidl_optimizer/{name}", h5py) if name != "optimizer" else None
        if dataset is not None and dataset.shape == now.shape:
            state[name] = dataset[()]
    optimizer.set_state(state)


def _compile(model, config: dict, custom_objects) -> None:
    options = {k: v for k, v in config.items() if k in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")}
    try:
        with custom_object_scope(custom_objects or {}):
            model.compile(**deserialize(from_keras(options)))
    except Exception as error:
        warnings.warn(f"What compile() was given could not be restored ({error}). Call compile() again before training.", stacklevel=4)


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
            if infos[name].file_size > (min(_MOST_TEXT, _EXPANSION * size) if name.endswith("json") else _EXPANSION * size):
                raise ValueError(f"'{name}' declares {infos[name].file_size:,} bytes, in a file of {size:,}")
        return {name: archive.read(name) for name in _MEMBERS}


# --- weights ---------------------------------------------------------------------------------------------------------

def _groups(layer: Layer, path: str = "", seen: set | None = None):
    """(group, its own variables) for a layer and all inside, in the order and under the names that Keras gives them.

    A layer is found once: under the first of its holder's attributes, in alphabetical order, that leads to it, those that begin with _
    last; a model's `layers` is such an attribute. In a list or dict it is called after its class, with a number.
    """
    seen = set() if seen is None else seen
    if id(layer) in seen:
        return
    seen.add(id(layer))
    beneath = {id(v) for x in layer.layers_inside for v in x.weights}
    yield f"{path}vars", [v for v in layer.weights if id(v) not in beneath]
    held = {name: value for name, value in vars(layer).items() if name not in ("_layers", "_graph_layers")}
    if hasattr(layer, "layers"):
        held["layers"] = layer.layers  # pyright: ignore[reportAttributeAccessIssue]
    whole = "layers" if hasattr(layer, "_layers") or getattr(layer, "_graph", None) is not None else ""     # these come first
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
            functional = type(child).__name__ == "Model" and getattr(child, "_graph", None) is not None
            kind = "functional" if functional else snake_case(type(child).__name__) if isinstance(child, Layer) else "container"
            number = counts[kind] = counts.get(kind, -1) + 1
            inside = f"{path}{kind}{f'_{number}' if number else ''}/"
            yield from _groups(child, inside, seen) if isinstance(child, Layer) else _groups_in(child, inside, seen)


def _weights_file(model, with_optimizer: bool = False) -> bytes:
    buffer = io.BytesIO()
    with _h5py().File(buffer, "w") as file:
        for path, variables in _groups(model):
            group = file.create_group(path)
            for number, variable in enumerate(variables):
                group.create_dataset(str(number), data=variable.data)
        optimizer = model.optimizer if with_optimizer else None
        trained = [id(v) for v in model.trainable_weights]
        if optimizer is not None and trained == [id(v) for v in optimizer.variables]:
            for name, array in optimizer.get_state().items():
                if name != "optimizer":
                    file.create_dataset(f"minidl_optimizer/{name}", data=array)
    return buffer.getvalue()


def write_weights(path: str, model) -> None:
    """The weights as a '.weights.h5' file, which Keras 3 reads into the same architecture."""
    data = _weights_file(model)
    with write_atomically(path) as file:
        file.write(data)


def read_weights(path: str, model, skip_mismatch: bool = False) -> None:
    """Weights from a '.weights.h5', '.keras' or whole-model '.h5' file. Nothing changes if they do not fit."""
    import zipfile

    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = _h5py()
    try:
        source = io.BytesIO(_unzip(path)["model.weights.h5"]) if zipfile.is_zipfile(path) else path
        with h5py.File(source, "r") as file:
            old = "model_weights" in file or "layer_names" in file.attrs
            _assign(_collect_legacy(file, model, h5py, skip_mismatch) if old else _collect(file, model, h5py, skip_mismatch))
    except Exception as error:
        raise file_error(path, error) from error


def _collect(file, model, h5py, skip_mismatch: bool = False) -> list:
    """(variable, array) for all weights; ValueError if the file does not have just these."""
    pairs = []
    for path, variables in _groups(model):
        group = _get(file, path, h5py)
        count = 0 if group is None else sum(name.isdigit() for name in group)
        if count != len(variables) and not skip_mismatch:
            raise ValueError(f"'{path.removesuffix('/vars')}' holds {count} weights, and the model's layer there has {len(variables)}")
        for number, variable in enumerate(variables):
            dataset = None if group is None else _get(group, str(number), h5py)
            if dataset is not None and dataset.shape == variable.shape:
                pairs.append((variable, dataset[()]))
            elif not skip_mismatch:
                shape = None if dataset is None else dataset.shape
                raise ValueError(f"weight '{variable.name}' at '{path}' has shape {variable.shape}, and the file holds {shape}")
    return pairs


def _get(group, path: str, h5py) -> Any:
    """What stands at a path inside the file itself: no links to other files, no datasets that live elsewhere."""
    for name in path.split("/"):
        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"'{path}' points out of the file")
        group = group[name]
        if isinstance(group, h5py.Dataset):
            _size_of(group)
    return group


def _size_of(dataset) -> int:
    """How many numbers a dataset holds. ValueError if it declares more than the file has: HDF5 can, and fills up when asked."""
    if dataset.is_virtual or dataset.external or dataset.dtype.kind not in "biuf" or dataset.shape is None:
        raise ValueError(f"'{dataset.name}' is no plain array of numbers")
    stored = dataset.id.get_storage_size()
    most = stored if dataset.compression is None else 100 * stored + 4096
    if dataset.size * dataset.dtype.itemsize > most:
        raise ValueError(f"'{dataset.name}' declares {dataset.size:,} numbers, and the file holds {stored:,} bytes of them")
    return dataset.size


def _numbers_in(file, h5py) -> int:
    """How many numbers the file holds."""
    total = 0

    def count(name, thing):
        nonlocal total
        if isinstance(thing, h5py.Dataset) and thing.dtype.kind in "biuf":
            total += _size_of(thing)

    file.visititems(count)
    return total


def _assign(pairs) -> None:
    for variable, array in pairs:
        variable.assign(array)


# --- whole models in .h5, the kind of Keras 2 ------------------------------------------------------------------------

def write_legacy(path: str, model) -> None:
    """A whole model as '.h5', which Keras still reads. Today's kind is '.keras'."""
    if not model.built:
        raise ValueError(f"Model '{model.name}' has no weights yet: call it on data, or fit it, before saving.")
    config = checked(to_keras(serialize(model)))
    buffer = io.BytesIO()
    with _h5py().File(buffer, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": config["class_name"], "config": config["config"]})
        file.attrs["keras_version"], file.attrs["backend"] = "3.5.0", "numpy"
        group = file.create_group("model_weights")
        layers = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
        group.attrs["layer_names"] = [layer.name.encode() for layer in layers]
        for layer in [*layers, None]:
            inner = group.create_group(layer.name if layer is not None else "top_level_model_weights")
            weights = _legacy_weights(layer) if layer is not None else []
            names = [f"{layer.name}/{i}/{v.name}" for i, v in enumerate(weights)] if layer is not None else []
            inner.attrs["weight_names"] = [n.encode() for n in names] if names else np.zeros(0)
            for name, variable in zip(names, weights):
                inner.create_dataset(name, data=variable.data)
    with write_atomically(path) as file:
        file.write(buffer.getvalue())


def read_legacy(path: str, custom_objects: dict | None = None):
    """The model in a whole-model '.h5' file of Keras, Sequential or functional. Compile it again before training."""
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = _h5py()
    try:
        with h5py.File(path, "r") as file, custom_object_scope(custom_objects or {}), quiet():
            if "model_config" not in file.attrs:
                raise ValueError("it holds weights alone: build the model and call model.load_weights")
            with weight_budget(_numbers_in(file, h5py)):
                model = described_model(from_keras(json.loads(file.attrs["model_config"])))
            _assign(_collect_legacy(file, model, h5py))
    except Exception as error:
        raise file_error(path, error) from error
    return model


def _collect_legacy(file, model, h5py, skip_mismatch: bool = False) -> list:
    group = _get(file, "model_weights", h5py) if "model_weights" in file else file
    stored = {}
    for name in group.attrs["layer_names"]:
        name = name.decode() if isinstance(name, bytes) else str(name)
        inner = _get(group, name, h5py)
        stored[name] = [_get(inner, n.decode() if isinstance(n, bytes) else str(n), h5py) for n in inner.attrs["weight_names"]]
    own = [layer for layer in model.layers if layer.weights]
    by_place = [datasets for datasets in stored.values() if datasets]
    pairs = []
    for place, layer in enumerate(own):
        datasets = stored.get(layer.name) or (by_place[place] if place < len(by_place) else [])
        variables = _legacy_weights(layer)
        if [d.shape for d in datasets] == [v.shape for v in variables]:
            pairs += [(v, d[()]) for v, d in zip(variables, datasets)]
        elif not skip_mismatch:
            raise ValueError(f"layer '{layer.name}' has weights of shapes {[v.shape for v in variables]}, and the file holds "
                             f"{[d.shape for d in datasets]}")
    return pairs


def _legacy_weights(layer) -> list:
    """In this kind of file all that a layer trains, nested models included, stands before the rest."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]
