"""Creates layers from their descriptions."""

from __future__ import annotations

from ..support.configs import custom_object_scope
from ..support.configs import deserialize as from_data
from .base import Layer


def deserialize(config: dict, custom_objects: dict | None = None) -> Layer:
    """Create the layer that `serialize(layer)` described, with new weights. custom_objects: your
    own classes by name.
    """
    with custom_object_scope(custom_objects or {}):
        layer = from_data(config)
    if not isinstance(layer, Layer):
        raise ValueError(
            "deserialize takes what serialize(layer) gave, {'class_name': ..., 'config': ...}; "
            f"received {config!r}."
        )
    return layer
