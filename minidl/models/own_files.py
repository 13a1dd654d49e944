"""Reads and writes models in minidl's own file format."""

from __future__ import annotations

from typing import Any

from ..files import native
from ..files.descriptions import believable, reading
from ..support.configs import custom_object_scope, deserialize, serialize
from ..support.dry_run import reading_of
from ..tensor import quiet
from . import state
from .rebuilding import described_model


def write_model(path, model, include_optimizer: bool = True) -> None:
    """Write the architecture, weights, compile's arguments, the optimizer's memory and the random
    state.
    """
    state.check_built(model, model.built or model.weights)
    description: dict[str, Any] = {
        "model": serialize(model),
        "build_shape": serialize(state.build_shape(model)),
        "random": state.random_state(model),
        "shared": state.shared_generators(model),
    }
    arrays = state.named_weights(model)
    if model.optimizer is not None and include_optimizer:
        settings = serialize(model.compile_arguments)
        description["compile"] = {**settings, "stop_on_nan": model.stop_on_nan}
        if model.optimizer.trainable_variables:
            description["trained"], memory = state.optimizer_state(model)
            arrays |= memory
    native.write(path, "model", description, arrays)


def read_model(path, custom_objects: dict | None = None, compile: bool = True):
    """Read the model that write_model wrote. Raises an error rather than return an incomplete
    model.
    """
    description, arrays = native.read(path, ("model",))
    with reading(path), custom_object_scope(custom_objects or {}), quiet():
        weights = _weights(arrays)
        with reading_of(sum(a.size for a in weights.values())):
            model = described_model(description["model"])
            state.build_to(model, description.get("build_shape"))
        state.set_named_weights(model, weights)
        state.share_generators(model, description.get("shared", []))
        state.set_random_state(model, description["random"])
        if compile and description.get("compile"):
            model.compile(**deserialize(believable(description["compile"])))
            state.set_optimizer_state(model, description, arrays)
    return model


def restore(path, model) -> None:
    """Load weights, optimizer memory and random state from a file into a model of the same
    architecture. The model stays unchanged if they do not fit.
    """
    description, arrays = native.read(path, ("model",))
    weights, random, shuffling = (
        model.get_weights(),
        state.random_state(model),
        model.shuffle_generator,
    )
    memory = None if model.optimizer is None else dict(vars(model.optimizer))
    with reading(path):
        try:
            state.set_named_weights(model, _weights(arrays))
            state.set_random_state(model, description["random"])
            if model.optimizer is not None:
                state.set_optimizer_state(model, description, arrays)
        except Exception:  # a damaged file may raise any error; raised again below
            model.set_weights(weights)
            model.shuffle_generator = shuffling
            state.set_random_state(model, random)
            if memory is not None:
                vars(model.optimizer).clear()
                vars(model.optimizer).update(memory)
            raise


def write_weights(path, model) -> None:
    """Write the weights only."""
    native.write(path, "weights", {}, state.named_weights(model))


def read_weights(path, model, skip_mismatch: bool = False) -> None:
    """Read weights from a file of write_weights or write_model. The model stays unchanged if they
    do not fit.
    """
    _, arrays = native.read(path, ("weights", "model"))
    with reading(path):
        state.set_named_weights(model, _weights(arrays), skip_mismatch)


def _weights(arrays: dict) -> dict:
    return {k: v for k, v in arrays.items() if k.startswith("weights/")}
