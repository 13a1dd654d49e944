"""Lookup of losses by name."""

from __future__ import annotations

from ..support.configs import custom_object_scope
from ..support.registry import custom_object
from .base import registry
from .functions import FUNCTIONS


def get(identifier):
    """Return the function or loss for a name: 'mse', 'huber', ... for a function that returns one
    loss per sample, 'MeanSquaredError' for a loss with a reduction. Also takes the class of a loss,
    or the result of `serialize`. Losses and functions are returned unchanged.
    """
    if isinstance(identifier, str) and custom_object(identifier) is None:
        identifier = FUNCTIONS.get(identifier, identifier)
    return registry.get(identifier)


def deserialize(name, custom_objects: dict | None = None):
    """Return the loss for a name or for the result of `serialize`. A loss of your own is found in
    custom_objects, or under the name it was registered with.
    """
    with custom_object_scope(custom_objects or {}):
        return get(name) if isinstance(name, str) else registry.described(name)
