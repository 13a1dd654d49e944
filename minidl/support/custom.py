"""Registers your own classes and functions, so that files may name them.

>>> @register_keras_serializable()
... class MyLayer(Layer): ...
"""

from __future__ import annotations

from .registry import REGISTERED, SCOPE


def register_keras_serializable(package: str = "Custom", name: str | None = None):
    """Decorator: let files name this class or function, as 'package>name'."""

    def file(thing):
        if isinstance(thing, type) and not hasattr(thing, "get_config"):
            raise ValueError(
                f"{thing.__name__} cannot be saved: it needs a method get_config(self)."
            )
        REGISTERED[f"{package}>{name or thing.__name__}"] = thing
        return thing

    return file


class custom_object_scope:
    """`with custom_object_scope({'MyLayer': MyLayer}):` files loaded inside may name these."""

    def __init__(self, *custom_objects: dict):
        for some in custom_objects:
            if some is not None and not isinstance(some, dict):
                raise TypeError(
                    "custom_objects is a dict, {'MyLayer': MyLayer}; received "
                    f"{type(some).__name__}."
                )
        self._objects = {k: v for some in custom_objects for k, v in (some or {}).items()}

    def __enter__(self):
        self._before = SCOPE.objects
        SCOPE.objects = {**self._before, **self._objects}
        return self

    def __exit__(self, *error):
        SCOPE.objects = self._before


CustomObjectScope = custom_object_scope


def get_custom_objects() -> dict:
    """Return the dict of registered objects by 'package>name'. You may add to it."""
    return REGISTERED


def get_registered_name(thing) -> str:
    """Return 'package>name' of a registered class or function, otherwise its own name."""
    return next((key for key, known in REGISTERED.items() if known is thing), thing.__name__)


def get_registered_object(name: str, custom_objects: dict | None = None):
    """Return the object registered as 'package>name', or None."""
    return {**REGISTERED, **SCOPE.objects, **(custom_objects or {})}.get(name)
