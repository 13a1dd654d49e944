"""Homework: `python -m minidl.homework list | start hw02 | check hw02 | build | check build | grade
FOLDER | export hw02 | solutions`; in a notebook `minidl.homework.check("hw02")`.

An assignment is a folder with `stub.py`, which the student completes, and `tasks.py`, which defines
the tasks and how answers are judged.
`check` runs the student's code in child processes that only compute. The judging happens in this
process, where the student's code never runs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .notebook import check

__all__ = ["check"]


def __getattr__(name) -> Any:
    # later, because the student's process loads this package without the rest of minidl
    if name == "check":
        return importlib.import_module(".notebook", __name__).check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}.")
