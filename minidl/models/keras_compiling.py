"""Stores compile's arguments and the optimizer's memory in files of Keras's formats."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ..files.descriptions import believable, checked
from ..files.from_keras import from_keras
from ..optimizers import converted
from ..support.configs import deserialize, serialize
from ..support.custom import custom_object_scope, get_registered_object
from ..support.registry import REGISTRIES
from ..support.warning import warn
from .memory import memory_groups, set_memory

_FIRST = "minidl_optimizer"  # where the first version of minidl kept the memory, in its own units


def compiled_with(model) -> dict:
    """Return compile's arguments as plain data."""
    return checked(serialize(model.compile_arguments))


def memory_of(model) -> dict[str, list[np.ndarray]]:
    """Return the optimizer's arrays for the trainable weights, by their group in a file; none if it
    trains other variables.
    """
    optimizer, trainable = model.optimizer, model.trainable_weights
    if not optimizer.trainable_variables:
        optimizer = copy.deepcopy(optimizer)
        optimizer.build(trainable)
    same = [id(v) for v in trainable] == [id(v) for v in optimizer.trainable_variables]
    return memory_groups(optimizer) if same else {"optimizer/vars": []}


def memory_in(arrays, path: str) -> list | dict:
    """Read the optimizer's arrays from a file, in the form of `memory_groups`. A file of minidl's
    first version gives a dict by name.
    """
    if arrays.find(f"{_FIRST}/iterations") is None:
        return arrays.numbered(path)
    found = {}

    def note(name, thing):
        if hasattr(thing, "dtype"):
            found[name] = arrays.find(f"{_FIRST}/{name}")[()]

    arrays.find(_FIRST).visititems(note)
    return found


def compile_again(model, config: dict, memory: list | dict) -> None:
    """Compile with the data of `compiled_with`, and restore the optimizer's memory."""
    model.compile(**deserialize(believable(config)))
    _set_memory(model, memory)


def _set_memory(model, memory: list | dict) -> None:
    if not memory:
        return
    optimizer = model.optimizer
    optimizer.build(model.trainable_weights)
    if isinstance(memory, dict):
        optimizer.set_state(converted(optimizer, memory))
    else:
        set_memory(optimizer, memory)


def compile_as_in_keras(model, config: dict, memory, custom_objects) -> None:
    """Compile with the arguments that Keras stored, and restore the optimizer's memory. Warns if an
    argument is unknown here, or if the memory does not fit.
    """
    names = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
    options = {k: v for k, v in config.items() if k in names}
    try:
        with custom_object_scope(custom_objects or {}):
            model.compile(**deserialize(_functions_by_name(from_keras(believable(options)))))
    except Exception as error:  # any class may raise; the weights are still usable
        warn(
            f"What compile() was given could not be restored ({error}). Call compile() again "
            f"before training."
        )
        return
    try:
        _set_memory(model, memory)
    except ValueError as error:
        warn(f"What the optimizer remembered could not be restored ({error}). It begins anew.")


def _functions_by_name(data) -> Any:
    """Replace each of Keras's own loss and metric functions by its name. A function of the user
    with the same name stays.
    """
    if isinstance(data, list):
        return [_functions_by_name(v) for v in data]
    if not isinstance(data, dict):
        return data
    name = data.get("config")
    if data.get("class_name") == "function" and isinstance(name, str):
        ours = name in REGISTRIES["loss"] or name in REGISTRIES["metric"]
        return name if ours and get_registered_object(name) is None else data
    return {k: _functions_by_name(v) for k, v in data.items()}
