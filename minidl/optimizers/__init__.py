"""Optimizers, under Keras's names.

The loop, SGD and Adam are in core/optimizer.py. base.py adds the other abilities of Keras's
optimizers, with the help of around.py, memory.py and settings.py. Each other file holds one family
of papers. `__init__.pyi` lists all names, each with its file, which is imported at first use.
"""

from ..support.later import Later
from . import schedules
from .base import Optimizer, registry, wrappers

_later = Later(__name__)
__all__, __getattr__ = _later.names, _later.open  # pyright: ignore[reportUnsupportedDunderAll]
registry.rooms.update(_later.files)
wrappers.rooms.update(_later.files)
registry.options |= {
    "momentum": "SGD(learning_rate=0.01, momentum=0.9)",
    "nesterov": "SGD(learning_rate=0.01, momentum=0.9, nesterov=True)",
    "amsgrad": "Adam(amsgrad=True)",
}
