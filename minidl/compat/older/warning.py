"""What is said of an older spelling."""

from __future__ import annotations

import sys
import warnings


def older(spelling: str, today: str) -> None:
    """A FutureWarning, for the line outside the library that it is about: this spelling still
    works, and what it is today.
    """
    level, frame, library = 2, sys._getframe(1), __name__.partition(".")[0]
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == library:
        level, frame = level + 1, frame.f_back
    warnings.warn(f"{spelling} is today {today}.", FutureWarning, stacklevel=level)
