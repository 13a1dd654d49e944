"""Saving and registration, under the names of keras.saving."""

from .models import SaveFormatError, load_model, save_model
from .models.saving import load_weights, save_weights
from .support.configs import deserialize as deserialize_keras_object
from .support.configs import serialize as serialize_keras_object
from .support.custom import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

__all__ = [
    "CustomObjectScope",
    "SaveFormatError",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
