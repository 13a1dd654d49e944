"""Warnings that refer to the line of the user's program that caused them."""

from __future__ import annotations

import sys
import warnings

_INSIDE = (__name__.partition(".")[0], "contextlib")  # a context manager is entered from there


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, with the nearest line of the call stack outside the library as the location."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _INSIDE:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
