"""Descriptions of models as plain data: what a file can store, and which sizes a reader accepts."""

from __future__ import annotations

import math
import os
from contextlib import contextmanager
from typing import Any

from ..support.registry import REGISTRIES
from ..support.structures import paths

_LIBRARY = __name__.partition(".")[0]
_MOST = 1 << 24  # numbers in a sample, or in any other array that a description asks for
# The most that a file may ask for of what is made with the object that has such a setting.
_MOST_OF = {"num_thresholds": 1 << 20, "num_classes": 1 << 12, "target_class_ids": 1 << 12}
_SIZES = (
    "shape",
    "target_shape",
    "batch_shape",
    "input_shape",
    "build_input_shape",
    "batch_input_shape",
    "build_shape",
)


class SaveFormatError(ValueError):
    """Raised if a file is not a model, is damaged, or names unknown classes. The message gives the
    file and the reason.
    """


@contextmanager
def reading(path):
    """Convert every error inside a with-block that reads a file to a SaveFormatError that names the
    file.

    A damaged file, or a class of the user, can raise almost any error. The traceback shows the
    original error above.
    """
    try:
        yield
    except SaveFormatError:
        raise
    except Exception as error:  # nearly anything, as said above
        raise SaveFormatError(f"{os.fspath(path)} cannot be loaded: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "its description is nested too deeply"
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    said = str(error).rstrip(".") or type(error).__name__
    return f"its description lacks {said}" if isinstance(error, KeyError) else said


# --- what a file can keep


def checked(data, what: str = "model") -> Any:
    """Return `data` as JSON can store it, functions by their names. ValueError names what cannot be
    saved.
    """
    for path, value in paths(data):
        if value is None or isinstance(value, (bool, int, str)):
            continue
        if isinstance(value, float) and math.isfinite(value):
            continue
        if callable(value) and getattr(value, "__name__", "<lambda>").isidentifier():
            continue
        place = ".".join(str(p) for p in path if not isinstance(p, int))
        raise ValueError(f"The {what} holds {_unfit(value, place)}")
    return _functions_by_name(data)


def _unfit(value, place: str) -> str:
    """Return the message why a value cannot be saved, with the cure."""
    if isinstance(value, float):
        return f"{value} at {place}, which no file keeps."
    if callable(value):
        return (
            f"a function without a name, a lambda, at {place}. To save it, write it with def, and "
            f"decorate it with @minidl.saving.register_keras_serializable(). (What compile() was "
            f"given is left out by save(..., include_optimizer=False).)"
        )
    return (
        f"a {type(value).__name__} at {place}, which cannot be saved: in get_config return "
        f"numbers, strings, lists and dicts."
    )


def _functions_by_name(value) -> Any:
    """Replace unregistered functions by their names. load_model then needs them in
    custom_objects.
    """
    if isinstance(value, dict):
        return {k: _functions_by_name(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_functions_by_name(v) for v in value]
    if not callable(value):
        return value
    name = value.__name__
    ours = str(getattr(value, "__module__", "")).startswith(f"{_LIBRARY}.")
    if ours and any(name in REGISTRIES[kind] for kind in ("loss", "metric")):
        return name  # losses.mean_squared_error: the name alone means the same
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


# --- what a reader believes


def believable(data):
    """Return a description from a file if its sizes are plausible. ValueError names the first one
    that is not.

    Weights are checked against the size of the file (support/dry_run.py). This function checks
    other sizes: inputs, and the results of reshapes and repeats.
    """
    for path, value in paths(data):
        keys = [p for p in path if isinstance(p, str)]
        if isinstance(value, int) and abs(value) >= 1 << 31 and "seed" not in keys:
            raise ValueError(f"A size of {value} at {'.'.join(keys)} is not believable.")
    waiting = [data]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict):
            for key, most in _MOST_OF.items():
                if isinstance(thing.get(key), int) and thing[key] > most:
                    raise ValueError(f"{key}={thing[key]} is not believable.")
            for key in thing.keys() & set(_SIZES):
                if not all(map(is_believable, _each_shape(thing[key]))):
                    raise ValueError(f"The {key} {thing[key]} is not believable.")
            thing = thing.values()
        waiting += [v for v in thing if isinstance(v, (dict, list))]
    return data


def _each_shape(value) -> list[list]:
    """List the shapes in a value: of [[None, 4, 4], [None, 2]], the inputs of a sum, both."""
    parts = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(parts, (list, tuple)):
        return [[parts]]
    inside = [p for p in parts if isinstance(p, (list, tuple, dict))]
    return [s for p in inside for s in _each_shape(p)] + [[p for p in parts if p not in inside]]


def is_believable(sizes) -> bool:
    """Whether an array with these sizes is plausible. Other values among the sizes are ignored."""
    return math.prod(abs(n) for n in sizes if isinstance(n, int) and n) <= _MOST


def shapes(shape) -> Any:
    """Return a shape from a file as a tuple, since JSON stores tuples as lists; also lists and
    dicts of shapes.
    """
    if isinstance(shape, dict):
        return {k: shapes(v) for k, v in shape.items()}
    nested = any(isinstance(n, (list, dict)) for n in shape)
    return [shapes(s) for s in shape] if nested else tuple(shape)
