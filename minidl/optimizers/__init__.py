"""Optimizers, by Keras's names. `base.py` has the loop they share; each file after it is one idea."""

from .adam import Adam
from .base import Optimizer, optimizers
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "get", "optimizers", "register"]

register = optimizers.register


def get(identifier) -> Optimizer:
    """An optimizer from a name ('adam', 'sgd', ...), a class or an instance."""
    if isinstance(identifier, str):
        identifier = optimizers[identifier]
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        identifier = identifier()
    if not isinstance(identifier, Optimizer):
        raise ValueError(f"An optimizer is a name, an Optimizer class or an instance; received {identifier!r}.")
    return identifier
