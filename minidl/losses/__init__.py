"""Losses: one number that says how wrong the network is. Training makes it smaller.

core/losses.py has the formulas of the most common losses. `base.py` has what all losses of the
library share. Each other file holds one family. `__init__.pyi` lists all names, each with its file,
which is imported at first use.
"""

from ..support.later import Later
from .base import Loss, registry

_later = Later(__name__)
__all__, __getattr__ = _later.names, _later.open  # pyright: ignore[reportUnsupportedDunderAll]
registry.rooms.update(_later.files)
