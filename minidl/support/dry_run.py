"""A computation whose only purpose is to show shapes: it leaves no trace in what it touches.

Whoever is about to be changed by a dry run calls `keep(key, snapshot)`. snapshot() returns a
function that puts things back, and at the end of the outermost `dry_run` all of these are called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class State(threading.local):
    """What this thread's dry run has to put back."""

    kept: dict | None = None  # key -> the function that puts things back; None outside a dry run


state = State()


class dry_run:
    """`with dry_run():` what is computed inside changes nothing for good."""

    def __enter__(self):
        self.is_outermost = state.kept is None
        if self.is_outermost:
            state.kept = {}

    def __exit__(self, *error):
        if self.is_outermost:
            kept, state.kept = state.kept or {}, None
            for put_back in kept.values():
                put_back()


class real:
    """`with real():` inside a dry run, what happens here is meant to last: weights are made."""

    def __enter__(self):
        self.kept, state.kept = state.kept, None

    def __exit__(self, *error):
        state.kept = self.kept


def is_dry() -> bool:
    """Whether a dry run is going on in this thread."""
    return state.kept is not None


def keep(key, snapshot: Callable[[], Callable[[], None]]) -> None:
    """Put back at the end of the dry run what snapshot() looks at now. Once for each key."""
    if state.kept is not None and key not in state.kept:
        state.kept[key] = snapshot()
