"""A computation whose only purpose is to show shapes: it leaves no trace in what it touches.

Before a thing is changed, `keep(thing, snapshot)` is called. snapshot(thing) returns a function
that puts it back, and at the end of the outermost dry run all these functions are called.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any


class State(threading.local):
    """What this thread's dry run has to put back."""

    kept: dict | None = None  # id of a thing -> what puts it back; None outside a dry run
    room: float | None = None  # while a file is read: how many numbers it may still ask for
    unknown = 0  # sizes that are only guessed: 0 none, 1 the batch's, 2 others too
    for_show = False  # whether even `with real():` changes nothing for good


state = State()


def dry_run(work: Callable[[], Any], for_show: bool = False) -> Any:
    """work(): what it computes changes nothing for good, also if an error or Ctrl-C ends it.

    for_show: not even the weights that are made are meant to last.
    """
    before = state.kept, state.for_show
    if state.kept is not None and state.for_show >= for_show:
        return work()  # a part of the dry run around
    kept: dict = {}

    def put_back() -> None:
        state.kept, state.for_show = before
        for restore in kept.values():
            restore()
        kept.clear()

    try:
        try:
            state.for_show, state.kept = for_show, kept
            return work()
        finally:
            put_back()
    finally:
        put_back()  # again: Ctrl-C may have fallen into the first


class real:
    """`with real():` inside a dry run, what happens here is meant to last: weights are made."""

    def __enter__(self):
        self.kept = state.kept
        if not state.for_show:
            state.kept = None

    def __exit__(self, *error):
        state.kept = self.kept


class reading_of:
    """`with reading_of(numbers):` what is made here is described by a file that holds so many
    numbers. Dry runs have batches without samples, which cost nothing; what they show in spite of
    that is counted, and ValueError ends a file that asks for more than files of its size do.
    """

    def __init__(self, numbers: int):
        self.room = _FREE + 16 * numbers

    def __enter__(self):
        self.before, state.room = state.room, self.room

    def __exit__(self, *error):
        state.room = self.before


_FREE = 1 << 22  # numbers that any file may ask for


def take_room(numbers: int, what: str) -> None:
    """Count these numbers, if a file is being read; ValueError if it asks for too many in all."""
    if state.room is not None:
        state.room -= numbers
        if state.room < 0:
            raise ValueError(f"{what} asks for more numbers than the file can mean.")


class guessing:
    """`with guessing(2):` the sizes of what is computed are guesses; see State.unknown."""

    def __init__(self, unknown: int):
        self.unknown = unknown

    def __enter__(self):
        self.before, state.unknown = state.unknown, self.unknown

    def __exit__(self, *error):
        state.unknown = self.before


def guessed(present: tuple, wanted: tuple) -> tuple | None:
    """The shape to go on with where zeros of a guessed size do not fit into the wanted shape, which
    the data may fit well; None if the sizes are known, and the reshape is a mistake.

    -1 becomes the number of entries: it differs from guess to guess, so its size stays unknown.
    """
    keeps_batch = wanted[:1] == present[:1]
    if state.unknown < (2 if keeps_batch else 1) or wanted.count(-1) > 1 or min(wanted) < -1:
        return None
    return tuple(math.prod(present) if n == -1 else n for n in wanted)


def is_dry() -> bool:
    """Whether a dry run is going on in this thread."""
    return state.kept is not None


def keep(thing, snapshot: Callable[[Any], Callable[[], None]]) -> None:
    """Put back at the end of the dry run what snapshot(thing) looks at now. Once for each thing."""
    if state.kept is not None and id(thing) not in state.kept:
        # which holds the thing, so that its id stays its own
        state.kept[id(thing)] = snapshot(thing)


def numbers_of(tensor) -> Callable[[], None]:
    """The numbers of a tensor as they are now; what is returned puts them back."""
    array, numbers, version = tensor.array, tensor.array.copy(), tensor.version[0]

    def put_back() -> None:
        array[...] = numbers
        tensor.array = array
        tensor.version[0] = version  # a graph that waits for these numbers finds them

    return put_back


def entries_of(array) -> Callable[[], None]:
    """The same for the entries of a bare array."""
    entries = array.copy()

    def put_back() -> None:
        if array.flags.writeable:
            array[...] = entries

    return put_back


def place_of(generator) -> Callable[[], None]:
    """Where a random generator stands now; what is returned puts it back there."""
    place = generator.bit_generator.state

    def put_back() -> None:
        generator.bit_generator.state = place

    return put_back
