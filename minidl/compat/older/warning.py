"""The warning for an old name."""

from __future__ import annotations

import sys
import warnings


def older(spelling: str, today: str) -> None:
    """Warn (FutureWarning) at the user's line that this old name still works, and give the current
    one.
    """
    level, frame, library = 2, sys._getframe(1), __name__.partition(".")[0]
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == library:
        level, frame = level + 1, frame.f_back
    warnings.warn(f"{spelling} is today {today}.", FutureWarning, stacklevel=level)
