"""Lookup of optimizers by name, and their descriptions as plain data."""

from __future__ import annotations

from typing import Any

from ..support import configs
from .base import Optimizer, registry


def get(identifier) -> Any:
    """Return an optimizer for a name ('adam', 'sgd', ...), a class, an instance, or the result of
    `serialize`. None stays None.
    """
    return deserialize(identifier) if isinstance(identifier, dict) else registry.get(identifier)


def serialize(optimizer: Optimizer) -> dict:
    """Return the optimizer's settings as plain data, {'class_name': ..., 'config': ...}.
    `deserialize` makes a new optimizer from them.
    """
    if not isinstance(optimizer, Optimizer):
        raise ValueError(
            f"serialize takes an optimizer, like optimizers.SGD(0.1); received {optimizer!r}."
        )
    return configs.serialize(optimizer)


def deserialize(config: dict, custom_objects: dict | None = None) -> Optimizer:
    """Return the optimizer that `serialize` described, here or in Keras. A class of your own must
    be registered, or given by its name in custom_objects.
    """
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ValueError(
            "An optimizer's description is {'class_name': 'SGD', 'config': {'learning_rate': "
            "0.1}}; "
            f"received {config!r}."
        )
    described = {"config": {}, **config, "module": config.get("module") or "minidl.optimizers"}
    with configs.custom_object_scope(custom_objects or {}):
        made = configs.deserialize(described)
    if not isinstance(made, Optimizer):
        raise ValueError(
            f"{config['class_name']!r} is not an optimizer. Available: "
            f"{', '.join(sorted(registry.names))}."
        )
    return made
