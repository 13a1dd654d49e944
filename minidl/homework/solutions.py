"""Writes the solved assignments, for teachers. Those of hw01 to hw10 are no part of the installed
package, where students would find them; they are in the tests of a checkout.
"""

from __future__ import annotations

from pathlib import Path

from .assignments import SHIPPED
from .framework import starting

SOURCES = SHIPPED.parents[1] / "tests" / "homework"


def write(folder: Path) -> None:
    """Make a folder with all solutions. ValueError if they are not there, or if the folder exists
    and is not empty.
    """
    solved = {
        path.name: without_markers(path) for path in sorted(SOURCES.glob("hw[0-9][0-9]_*.py"))
    }
    if not solved:
        raise ValueError(
            "The solutions are not installed with minidl, where students would find them. They are "
            "in its source, in tests/homework: get the source, and run this command there."
        )
    framework = {f"my_framework/{path}": data for path, data in starting.solution().items()}
    starting.lay_out({**solved, **framework}, folder)


def without_markers(path: Path) -> bytes:
    """Return a marked source without the lines that say where a solution begins and ends."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.strip().startswith("### ")).encode("utf-8")
