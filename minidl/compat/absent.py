"""The answers to names that Keras has and minidl has not. The table is in absent_names.py."""

from __future__ import annotations

import sys
from types import ModuleType

from ..support.registry import ANSWERS, did_you_mean
from .absent_names import ABSENT

_LIBRARY = __name__.partition(".")[0]
_ANSWERS = {
    (room, name): (what, cure)
    for room, rows in ABSENT.items()
    for names, what, cure in rows
    for name in names.split()
}


def answer(room: str, name: str) -> str | None:
    """The sentence for a name that Keras has in this room and minidl has not; None for others."""
    if (room, name) not in _ANSWERS:
        return None
    what, cure = _ANSWERS[room, name]
    path = f"{room}.{name}" if room else name
    return f"Keras has {path}, {what}; minidl does not have it. {cure}"


ANSWERS.append(answer)  # for modules that open later


def hint(name: str, known) -> str:
    """What follows `module 'minidl' has no attribute ...`: that sentence, or a similar name."""
    said = answer("", name)
    return f" {said}" if said else did_you_mean(name, known)


class AbsentRoom(ModuleType):
    """A module of Keras of which minidl has nothing, or a few names of other modules."""

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        room = self.__name__.partition(".")[2]
        known = [n for r, n in _ANSWERS if r == room]
        raise AttributeError(
            answer(room, name) or f"Keras has no {room}.{name}.{did_you_mean(name, known)}"
        )


def open_rooms() -> None:
    """Make the modules that minidl does not have importable, so that their names are explained."""
    for room in sorted({part for path in ABSENT if path for part in (path, path.split(".")[0])}):
        full = f"{_LIBRARY}.{room}"
        parent, _, last = full.rpartition(".")
        around = sys.modules.get(parent)  # None: a room that opens later, and then finds the module
        if full in sys.modules or last in {*dir(around), *getattr(around, "__all__", ())}:
            continue
        module = sys.modules[full] = AbsentRoom(full, f"keras.{room}, which minidl has not.")
        module.__path__ = []  # Python asks imports.py for the names in it
        if around is not None:
            setattr(around, last, module)
