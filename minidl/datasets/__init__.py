"""Data sets with Keras's names and arrays: digits, clothes, photographs, houses, reviews and news.
Also toy problems and texts that are computed by formulas. `__init__.pyi` lists them; each one is
imported at first use.
"""

from ..support.later import Later

_later = Later(__name__)
__all__, __getattr__ = _later.names, _later.open  # pyright: ignore[reportUnsupportedDunderAll]
