"""Models: `Model` (compile, fit, evaluate, predict) and `Sequential`."""

from .diagnosis import NonFiniteLossError
from .model import Model
from .sequential import Sequential

__all__ = ["Model", "NonFiniteLossError", "Sequential"]
