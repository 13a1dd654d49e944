"""minidl's own file: an .npz archive of plain arrays, one of which holds the description of the model as JSON.

    config                  the description, UTF-8 bytes
    weights/0000/kernel     the weights, in the order of model.weights
    optimizer/...           what the optimizer remembers
    sha256                  of all the others: names, types, shapes and bytes

NumPy alone reads it: `np.load(path)["weights/0000/kernel"]`, `bytes(np.load(path)["config"])`. Nothing in it is code: classes come from the
library's registries by name. A reader trusts nothing: sizes are compared with the file's before memory is taken, everything is
checked before anything is changed, and whatever is wrong is a SaveFormatError that names the file.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import zipfile
from typing import Any

import numpy as np
from numpy.lib import format as npy

from ..configs import custom_object_scope, deserialize, serialize
from ..files import write_atomically
from ..layers import weight_budget
from ..structures import leaves
from .architecture import checked

FORMAT, VERSION = "minidl model", 1
_DEPTH = 200            # brackets inside brackets, in a description


class SaveFormatError(ValueError):
    """A file is no model, is damaged, or names what is not there. The message says which file and why."""


# What reading a damaged or hostile file can raise, in the standard library and in ours: all of it becomes SaveFormatError.
BAD_FILE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, MemoryError, RecursionError, EOFError,
            NotImplementedError, RuntimeError, AssertionError, zipfile.BadZipFile, zipfile.LargeZipFile, OSError)


# --- writing ---------------------------------------------------------------------------------------------------------

def write(path, kind: str, description: dict, arrays: dict[str, np.ndarray]) -> None:
    """One file of this kind ('model', 'weights', ...), written whole or not at all."""
    text = json.dumps({"format": FORMAT, "version": VERSION, "kind": kind, **checked(description)}, indent=1)
    arrays = {"config": np.frombuffer(text.encode(), np.uint8), **arrays}
    arrays = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()}
    with write_atomically(path) as file:
        np.savez(file, **arrays, sha256=_digest(arrays))  # pyright: ignore[reportArgumentType]


def _digest(arrays: dict[str, np.ndarray]) -> np.ndarray:
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        total.update(np.ascontiguousarray(array).data if array.size else b"")
    return np.frombuffer(total.digest(), np.uint8)


# --- reading ---------------------------------------------------------------------------------------------------------

def read(path, kinds: tuple[str, ...]) -> tuple[dict, dict[str, np.ndarray]]:
    """(description, arrays) of a file, checked. SaveFormatError if anything about it is not as `write` leaves it."""
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        arrays = _arrays(path)
        if "sha256" not in arrays or not np.array_equal(arrays.pop("sha256"), _digest(arrays)):
            raise SaveFormatError("its checksum does not fit its contents")
        text = arrays.pop("config").tobytes().decode()
        if _nesting(text) > _DEPTH:
            raise SaveFormatError("its description is nested too deeply")
        description = json.loads(text, parse_constant=_refuse_constant)
        if not isinstance(description, dict) or description.get("format") != FORMAT:
            raise SaveFormatError("it holds no description of a minidl model")
        if description.get("version") != VERSION:
            raise SaveFormatError(f"it has version {description.get('version')} of the format, and this minidl reads version {VERSION}")
        if description.get("kind") not in kinds:
            raise SaveFormatError(f"it holds {description.get('kind')!r}, where {' or '.join(kinds)} is expected")
    except BAD_FILE as error:
        raise file_error(path, error) from None
    return description, arrays


def file_error(path, error: BaseException) -> SaveFormatError:
    """Whatever went wrong while reading, as the one error that names the file."""
    reason = str(error).rstrip(".") or type(error).__name__
    return SaveFormatError(f"{os.fspath(path)} cannot be loaded: {reason}.")


def _arrays(path: str) -> dict[str, np.ndarray]:
    """The arrays of an uncompressed archive. No array is made before its size is found in the file."""
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if sum(m.file_size for m in members) > os.path.getsize(path) or len({m.filename for m in members}) < len(members):
            raise SaveFormatError("its table of contents is not true")
        for member in members:
            stored = member.compress_type == zipfile.ZIP_STORED and member.file_size == member.compress_size
            if not stored or not member.filename.endswith(".npy"):
                raise SaveFormatError(f"'{member.filename}' is not an uncompressed array")
            with archive.open(member) as file:
                version = npy.read_magic(file)
                if version not in ((1, 0), (2, 0)):
                    raise SaveFormatError(f"'{member.filename}' has an unknown header")
                shape, fortran, dtype = (npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0)(file)
                if dtype.kind not in "biuf" or fortran or math.prod(shape) * dtype.itemsize != member.file_size - file.tell():
                    raise SaveFormatError(f"'{member.filename}' is not the array that its header declares")
                arrays[member.filename.removesuffix(".npy")] = np.frombuffer(bytearray(file.read()), dtype).reshape(shape)
    return arrays


def _nesting(text: str) -> int:
    depth = deepest = 0
    for letter in text:
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _refuse_constant(name):
    raise SaveFormatError(f"its description holds {name}")


# --- models ----------------------------------------------------------------------------------------------------------

def named_weights(model) -> dict[str, np.ndarray]:
    """The weights under the names they have in a file."""
    return {f"weights/{i:04d}/{v.name}": v.data for i, v in enumerate(model.weights)}


def write_model(path, model, include_optimizer: bool = True) -> None:
    """Architecture, weights, compile's arguments, the optimizer's memory and the random state."""
    if not model.weights and not model.built:
        raise ValueError(f"Model '{model.name}' has no weights yet: call it on data, or fit it, before saving.")
    description: dict[str, Any] = {"model": serialize(model), "build_shape": serialize(model._build_shape), "random": random_state(model)}
    arrays = named_weights(model)
    if model.optimizer is not None and include_optimizer:
        description["compile"] = _by_name(serialize(model._compiled_with))
        if model.optimizer.variables:
            arrays |= {f"optimizer/{name}": array for name, array in model.optimizer.get_state().items() if name != "optimizer"}
    write(path, "model", description, arrays)


def _by_name(data):
    """Functions of the user as their names, which custom_objects must then explain when the file is loaded."""
    if callable(data):
        name = getattr(data, "__name__", "<lambda>")
        if name == "<lambda>":
            raise ValueError("compile() was given a lambda, which has no name to be saved under. Write it as a function, or save with "
                             "include_optimizer=False.")
        return {"module": "builtins", "class_name": "function", "config": name, "registered_name": name}
    if isinstance(data, dict):
        return {k: _by_name(v) for k, v in data.items()}
    return [_by_name(v) for v in data] if isinstance(data, list) else data


def read_model(path, custom_objects: dict | None = None, compile: bool = True):
    """The model that write_model wrote. Nothing half-made is ever returned."""
    description, arrays = read(path, ("model",))
    try:
        with custom_object_scope(custom_objects or {}):
            weights = {k: v for k, v in arrays.items() if k.startswith("weights/")}
            with weight_budget(sum(a.size for a in weights.values())):
                model = deserialize(description["model"])
                shape = description.get("build_shape")
                if shape is not None and not model.weights and weights:
                    model.build(_shapes(shape))
            set_named_weights(model, weights)
            set_random_state(model, description["random"])
            if compile and description.get("compile"):
                model.compile(**deserialize(description["compile"]))
                _set_optimizer_state(model, arrays)
    except BAD_FILE as error:
        raise file_error(path, error) from None
    return model


def restore(path, model) -> None:
    """Weights, optimizer memory and random state from a file, into a model of the same architecture. Nothing changes if they do not fit."""
    description, arrays = read(path, ("model",))
    before, randomness = model.get_weights(), random_state(model)
    try:
        set_named_weights(model, {k: v for k, v in arrays.items() if k.startswith("weights/")})
        set_random_state(model, description["random"])
        if model.optimizer is not None:
            _set_optimizer_state(model, arrays)
    except BAD_FILE as error:
        model.set_weights(before)
        set_random_state(model, randomness)
        raise file_error(path, error) from None


def _set_optimizer_state(model, arrays: dict[str, np.ndarray]) -> None:
    state = {k.removeprefix("optimizer/"): v for k, v in arrays.items() if k.startswith("optimizer/")}
    if state:
        model.optimizer.build(model.trainable_weights)
        model.optimizer.set_state(state)


def _shapes(shape):
    if isinstance(shape, dict):
        return {k: _shapes(v) for k, v in shape.items()}
    return [_shapes(s) for s in shape] if any(isinstance(n, (list, dict)) for n in shape) else tuple(shape)


def set_named_weights(model, arrays: dict[str, np.ndarray], skip_mismatch: bool = False) -> None:
    """Give the weights the values of a file. ValueError, and nothing changed, if names or shapes differ."""
    own = dict(zip(named_weights(model), model.weights))
    if not own and arrays:
        raise ValueError(f"model '{model.name}' has no weights yet: call it on data once, then load")
    if [n.rsplit("/", 1)[0] for n in own] != [n.rsplit("/", 1)[0] for n in arrays] and not skip_mismatch:
        raise ValueError(f"it holds {len(arrays)} weights, and model '{model.name}' has {len(own)}")
    by_place = {n.rsplit("/", 1)[0]: (n, a) for n, a in arrays.items()}
    fitting = {}
    for name, variable in own.items():
        stored, array = by_place.get(name.rsplit("/", 1)[0], (name, None))
        if array is not None and array.shape == variable.shape and stored.rsplit("/", 1)[1] == name.rsplit("/", 1)[1]:
            fitting[name] = array
        elif not skip_mismatch:
            received = f"'{stored.rsplit('/', 1)[1]}' of shape {array.shape}" if array is not None else "nothing"
            raise ValueError(f"weight '{variable.name}' of model '{model.name}' has shape {variable.shape}, and the file holds {received}")
    for name, array in fitting.items():
        own[name].assign(array)


# --- random state ----------------------------------------------------------------------------------------------------

def _generators(model) -> dict[str, np.random.Generator]:
    """The random generators of the layers (dropout) and of fit's shuffles, by place."""
    found = {}
    for i, layer in enumerate(model._all_layers()):
        for name, value in vars(layer).items():
            generator = getattr(value, "generator", value)          # a SeedGenerator holds one
            if isinstance(generator, np.random.Generator):
                found[f"{i}/{name}"] = generator
    return found


def random_state(model) -> dict:
    """Where each generator stands, so that training goes on as if it had not stopped."""
    return {place: generator.bit_generator.state for place, generator in _generators(model).items()}


def set_random_state(model, states: dict) -> None:
    """Put the generators where a file says; ValueError for what is no such state."""
    for place, state in states.items():
        plain = isinstance(state, dict) and all(isinstance(v, (int, str)) for v in leaves(state))
        if not plain or state.get("bit_generator") != "PCG64":
            raise ValueError(f"'{place}' is no state of a random generator")
    own = _generators(model)
    for place in states:
        if place.endswith("/_shuffling") and place not in own:
            model._shuffling = own[place] = np.random.default_rng(0)
        if place not in own:
            raise ValueError(f"there is no random generator at '{place}'")
    for place, state in states.items():
        own[place].bit_generator.state = state
