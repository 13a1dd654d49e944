"""Optimizers, by Keras's names. `base.py` has the loop they share; each file after it is one family of papers."""

from . import schedules
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam, Adamax, AdamW, Nadam, RAdam
from .base import Optimizer, optimizers
from .lion import Lion
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Lion", "Nadam", "Optimizer", "RAdam", "RMSprop", "get", "optimizers",
           "register", "schedules"]

register = optimizers.register
_VARIANTS = {"momentum": "SGD(learning_rate=0.01, momentum=0.9)", "nesterov": "SGD(learning_rate=0.01, momentum=0.9, nesterov=True)",
             "amsgrad": "Adam(amsgrad=True)"}


def get(identifier) -> Optimizer:
    """An optimizer from a name ('adam', 'sgd', ...), a class or an instance."""
    if isinstance(identifier, str):
        if identifier not in optimizers and identifier.lower() in _VARIANTS:
            variant = _VARIANTS[identifier.lower()]
            raise ValueError(f"{identifier!r} is an option of another optimizer: pass optimizer=minidl.optimizers.{variant}.")
        identifier = optimizers[identifier]
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        identifier = identifier()
    if not isinstance(identifier, Optimizer):
        raise ValueError(f"An optimizer is a name, an Optimizer class or an instance; received {identifier!r}.")
    return identifier
