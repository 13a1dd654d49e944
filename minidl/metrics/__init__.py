"""Metrics to watch in training. core/metrics.py has the mean and the accuracy, `base.py` the base
class of all metrics; every other file has one family. `__init__.pyi` lists all names, each with its
file, which is imported at first use.
"""

from ..support.later import Later
from .base import Metric, registry

_later = Later(__name__)
__all__, __getattr__ = _later.names, _later.open  # pyright: ignore[reportUnsupportedDunderAll]
registry.rooms.update(_later.files)
