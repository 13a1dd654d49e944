"""minidl's own file: an .npz archive of plain arrays, one of which holds the description of the
model as JSON.

    config                  the description, UTF-8 bytes
    weights/0000/kernel     the weights, in the order of model.weights
    optimizer/...           what the optimizer remembers
    sha256                  of all the others: names, types, shapes and bytes

NumPy alone reads it: `np.load(path)["weights/0000/kernel"]`, `bytes(np.load(path)["config"])`.
Nothing in it is code: classes come from the library's registries by name. A reader trusts nothing:
sizes are compared with the file's before memory is taken, everything is checked before anything is
changed, and whatever is wrong is a SaveFormatError that names the file.
"""

from __future__ import annotations

import json
import math
import os
import re
from typing import Any

import numpy as np

from ...layers import weight_budget
from ...support.configs import custom_object_scope, deserialize, serialize
from ...support.disk import write_atomically
from ...tensor import quiet
from ..architecture import believable, checked, described_model

FORMAT, VERSION = "minidl model", 1
_LIBRARY = __name__.split(".")[0] + "."
# The header of an array as np.savez writes it for numbers: no other text is looked at, let alone
# evaluated.
_HEADER = re.compile(
    rb"\{'descr': '([<>|][biuf]\d{1,2})', 'fortran_order': False, 'shape': \(((?:\d{1,19}(?:, ?)?)*)\), \} *\n"
)


class SaveFormatError(ValueError):
    """A file is no model, is damaged, or names what is not there. The message says which file and
    why.
    """


# --- writing


def write(path, kind: str, description: dict, arrays: dict[str, np.ndarray]) -> None:
    """One file of this kind ('model', 'weights', ...), written whole or not at all."""
    description = {"format": FORMAT, "version": VERSION, "kind": kind, **checked(description)}
    text = json.dumps(description, indent=1)
    if json.loads(text) != description:
        raise ValueError(
            "The model's get_config has a dict whose keys are not all strings, which a file would "
            "not keep."
        )
    arrays = {"config": np.frombuffer(text.encode(), np.uint8), **arrays}
    arrays = {
        name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()
    }
    with write_atomically(path) as file:
        np.savez(file, **arrays, sha256=_digest(arrays))  # pyright: ignore[reportArgumentType]


def _digest(arrays: dict[str, np.ndarray]) -> np.ndarray:
    import hashlib

    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        total.update(np.ascontiguousarray(array).data if array.size else b"")
    return np.frombuffer(total.digest(), np.uint8)


# --- reading


def read(path, kinds: tuple[str, ...]) -> tuple[dict, dict[str, np.ndarray]]:
    """(description, arrays) of a file, checked. SaveFormatError if anything about it is not as
    `write` leaves it.
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        arrays = _arrays(path)
        if "sha256" not in arrays or "config" not in arrays:
            raise ValueError("it is an archive of arrays, but not one that minidl wrote")
        if not np.array_equal(arrays.pop("sha256"), _digest(arrays)):
            raise ValueError("its checksum does not fit its contents")
        description = checked(json.loads(arrays.pop("config").tobytes().decode()), "description")
        if not isinstance(description, dict) or description.get("format") != FORMAT:
            raise ValueError("it holds no description of a minidl model")
        if description.get("version") != VERSION:
            raise ValueError(
                f"it has version {description.get('version')} of the format, and this minidl "
                f"reads version {VERSION}"
            )
        if description.get("kind") not in kinds:
            raise ValueError(
                f"it holds {description.get('kind')!r}, where {' or '.join(kinds)} is expected"
            )
    except Exception as error:  # a damaged file can make the standard library raise nearly anything
        raise file_error(path, error) from error
    return description, arrays


def file_error(path, error: BaseException) -> SaveFormatError:
    """Whatever went wrong while reading, as the one error that names the file."""
    reason = str(error).rstrip(".") or type(error).__name__
    if isinstance(error, KeyError):
        reason = f"its description lacks {reason}"
    elif isinstance(error, RecursionError):
        reason = "its description is nested too deeply"
    elif isinstance(error, MemoryError):
        reason = "it asks for more memory than there is"
    return SaveFormatError(f"{os.fspath(path)} cannot be loaded: {reason}.")


def _arrays(path: str) -> dict[str, np.ndarray]:
    """The arrays of an uncompressed archive. No array is made before its size is found in the
    file.
    """
    import zipfile

    arrays = {}
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if sum(m.file_size for m in members) > os.path.getsize(path) or len(
            {m.filename for m in members}
        ) < len(members):
            raise ValueError("its table of contents is not true")
        for member in members:
            stored = (
                member.compress_type == zipfile.ZIP_STORED
                and member.file_size == member.compress_size
            )
            if not stored or not member.filename.endswith(".npy"):
                raise ValueError(f"'{member.filename}' is not an uncompressed array")
            with archive.open(member) as file:
                data = file.read()
            arrays[member.filename.removesuffix(".npy")] = _array(data, member.filename)
    return arrays


def _array(data: bytes, name: str) -> np.ndarray:
    """The array in the bytes of an .npy file, of which version 1.0 is the one for short headers."""
    end = 10 + int.from_bytes(data[8:10], "little")
    header = _HEADER.fullmatch(data[10:end])
    if data[:8] != b"\x93NUMPY\x01\x00" or header is None:
        raise ValueError(f"'{name}' is no array of numbers")
    dtype, shape = (
        np.dtype(header[1].decode()),
        tuple(int(n) for n in header[2].decode().split(",") if n.strip()),
    )
    if math.prod(shape) * dtype.itemsize != len(data) - end:
        raise ValueError(f"'{name}' is not the array that its header declares")
    return np.frombuffer(bytearray(data[end:]), dtype).reshape(shape)


# --- models


def named_weights(model) -> dict[str, np.ndarray]:
    """The weights under the names they have in a file."""
    return {f"weights/{i:04d}/{v.name}": v.data for i, v in enumerate(model.weights)}


def write_model(path, model, include_optimizer: bool = True) -> None:
    """Architecture, weights, compile's arguments, the optimizer's memory and the random state."""
    if not model.weights and not model.built:
        raise ValueError(
            f"Model '{model.name}' has no weights yet: call it on data, or fit it, before saving."
        )
    description: dict[str, Any] = {
        "model": serialize(model),
        "build_shape": serialize(build_shape(model)),
        "random": random_state(model),
    }
    arrays = named_weights(model)
    optimizer = model.optimizer
    if optimizer is not None and include_optimizer:
        description["compile"] = {
            **serialize(model.compile_arguments),
            "stop_on_nan": model.stop_on_nan,
        }
        if optimizer.variables:
            places = {id(v): i for i, v in enumerate(model.weights)}
            if not all(id(v) in places for v in optimizer.variables):
                raise ValueError(
                    "The optimizer trains variables that are no weights of the model, so what it "
                    "remembers cannot be saved "
                    "with it: save with include_optimizer=False."
                )
            description["trained"] = [places[id(v)] for v in optimizer.variables]
            arrays |= {
                f"optimizer/{name}": array
                for name, array in optimizer.get_state().items()
                if name != "optimizer"
            }
    write(path, "model", description, arrays)


def build_shape(model):
    """What build needs to make the weights: the shape that the model met first, or a Sequential's
    first layer.
    """
    if (
        model.build_shape is None
        and hasattr(model, "_layers")
        and model.symbols_in is None
        and model.layers
    ):
        return model.layers[0].build_shape
    return model.build_shape


def build_to(model, shape) -> None:
    """Make the weights of a model that has none yet, for inputs of the shape that `build_shape`
    gave; None if it gave none.
    """
    shape = believable({"shape": shape})["shape"]
    if shape is not None and not model.weights:
        model.build(_shapes(shape))


def read_model(path, custom_objects: dict | None = None, compile: bool = True):
    """The model that write_model wrote. Nothing half-made is ever returned."""
    description, arrays = read(path, ("model",))
    try:
        with custom_object_scope(custom_objects or {}), quiet():
            weights = {k: v for k, v in arrays.items() if k.startswith("weights/")}
            with weight_budget(sum(a.size for a in weights.values())):
                model = described_model(description["model"])
                build_to(model, description.get("build_shape"))
            set_named_weights(model, weights)
            set_random_state(model, description["random"])
            if compile and description.get("compile"):
                model.compile(**deserialize(description["compile"]))
                _set_optimizer_state(model, description, arrays)
    except Exception as error:  # of classes of the user too: the cause is shown above
        raise file_error(path, error) from error
    return model


def restore(path, model) -> None:
    """Weights, optimizer memory and random state from a file, into a model of the same
    architecture. Nothing changes if they do not fit.
    """
    description, arrays = read(path, ("model",))
    before, states, shuffling, memory = (
        model.get_weights(),
        random_state(model),
        model.shuffle_generator,
        None,
    )
    if model.optimizer is not None:
        memory = dict(vars(model.optimizer))
    try:
        set_named_weights(model, {k: v for k, v in arrays.items() if k.startswith("weights/")})
        set_random_state(model, description["random"])
        if model.optimizer is not None:
            _set_optimizer_state(model, description, arrays)
    except Exception as error:
        model.set_weights(before)
        model.shuffle_generator = shuffling
        set_random_state(model, states)
        if memory is not None:
            vars(model.optimizer).clear()
            vars(model.optimizer).update(memory)
        raise file_error(path, error) from error


def _set_optimizer_state(model, description: dict, arrays: dict[str, np.ndarray]) -> None:
    """What the optimizer remembered, for the weights that it trained. It is set all at once or not
    at all.
    """
    state = {
        k.removeprefix("optimizer/"): v for k, v in arrays.items() if k.startswith("optimizer/")
    }
    optimizer, own = model.optimizer, model.weights
    if not state:
        if optimizer.variables:
            raise ValueError(
                "it holds no memory of an optimizer; load_weights takes the weights alone"
            )
        return
    kind, saved = type(optimizer).__name__, description["compile"]["optimizer"]["class_name"]
    if saved != kind:
        raise ValueError(f"it holds the memory of {saved}, and the model is compiled with {kind}")
    places = description["trained"]
    if not all(type(i) is int and 0 <= i < len(own) for i in places) or len(set(places)) < len(
        places
    ):
        raise ValueError("the weights that its optimizer trained are not those of the model")
    optimizer.build([own[i] for i in places])
    optimizer.set_state(state)


def _shapes(shape):
    if isinstance(shape, dict):
        return {k: _shapes(v) for k, v in shape.items()}
    return (
        [_shapes(s) for s in shape]
        if any(isinstance(n, (list, dict)) for n in shape)
        else tuple(shape)
    )


def set_named_weights(model, arrays: dict[str, np.ndarray], skip_mismatch: bool = False) -> None:
    """Give the weights the values of a file. ValueError, and nothing changed, if names or shapes
    differ.
    """
    own = dict(zip(named_weights(model), model.weights))
    if not own and arrays:
        raise ValueError(
            f"model '{model.name}' has no weights yet: call it on data once, then load"
        )
    if [n.rsplit("/", 1)[0] for n in own] != [
        n.rsplit("/", 1)[0] for n in arrays
    ] and not skip_mismatch:
        raise ValueError(f"it holds {len(arrays)} weights, and model '{model.name}' has {len(own)}")
    by_place = {n.rsplit("/", 1)[0]: (n, a) for n, a in arrays.items()}
    fitting = {}
    for name, variable in own.items():
        stored, array = by_place.get(name.rsplit("/", 1)[0], (name, None))
        if (
            array is not None
            and array.shape == variable.shape
            and stored.rsplit("/", 1)[1] == name.rsplit("/", 1)[1]
        ):
            fitting[name] = array
        elif not skip_mismatch:
            received = (
                f"'{stored.rsplit('/', 1)[1]}' of shape {array.shape}"
                if array is not None
                else "nothing"
            )
            raise ValueError(
                f"weight '{variable.name}' of model '{model.name}' has shape {variable.shape}, "
                f"and the file holds {received}"
            )
    for name, array in fitting.items():
        own[name].assign(array)


# --- random state

_GENERATORS = ("PCG64", "PCG64DXSM")  # of numpy.random


def _generators(model) -> dict[str, np.random.Generator]:
    """The random generators of the layers (dropout) and of fit's shuffles, by place."""
    found = {}
    for i, layer in enumerate(model.all_layers()):
        for name, value in vars(layer).items():
            generator = getattr(value, "generator", value)  # a SeedGenerator holds one
            if isinstance(generator, np.random.Generator):
                found[f"{i}/{name}"] = generator
    return found


def random_state(model) -> dict:
    """Where each generator stands, so that training goes on as if it had not stopped."""
    states = {
        place: generator.bit_generator.state for place, generator in _generators(model).items()
    }
    for place, state in states.items():
        if state["bit_generator"] not in _GENERATORS:
            raise ValueError(
                f"The generator at '{place}' is a {state['bit_generator']}, whose state cannot be "
                f"saved. Make one with "
                "np.random.default_rng(seed)."
            )
    return states


def set_random_state(model, states: dict) -> None:
    """Put the generators where a file says; ValueError for what is no such state."""
    for place, state in states.items():
        if not isinstance(state, dict) or state.get("bit_generator") not in _GENERATORS:
            raise ValueError(f"'{place}' is no state of a random generator")
        getattr(np.random, state["bit_generator"])(
            0
        ).state = state  # one that does not fit raises here
    own = _generators(model)
    for place in states:
        if place.endswith("/shuffle_generator") and place not in own:
            model.shuffle_generator = own[place] = np.random.default_rng(0)
        if place not in own:
            raise ValueError(f"there is no random generator at '{place}'")
    for place, state in states.items():
        own[place].bit_generator.state = state
