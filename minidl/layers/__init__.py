"""The layers, by Keras's names. `base.py` defines the class Layer; `basic.py` has the layers of a
first network. `__init__.pyi` lists all names, each with its file, which is imported at first use.
"""

from ..support.later import Later
from .base import Layer, layer_classes
from .basic import Dense, Dropout, Flatten
from .inputs import Input, InputLayer

_later = Later(__name__)
__all__, __getattr__ = _later.names, _later.open  # pyright: ignore[reportUnsupportedDunderAll]
layer_classes.rooms.update(_later.files)
