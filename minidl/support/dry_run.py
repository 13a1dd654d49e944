"""Dry runs: computations that only show shapes, and restore everything that they change.

Before an object is changed, `keep(thing, snapshot)` is called. snapshot(thing) returns a function
that restores the object. At the end of the outermost dry run all these functions are called.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any


class State(threading.local):
    """The state of this thread's dry run."""

    kept: dict | None = None  # id of an object -> function that restores it; None: no dry run
    room: float | None = None  # while a file is read: how many numbers it may still ask for
    weights: float = math.inf  # while a file is read: how many numbers new weights may still hold
    unknown = 0  # sizes that are only guessed: 0 none, 1 the batch's, 2 others too
    for_show = False  # whether even `with real():` changes nothing for good


state = State()


def dry_run(work: Callable[[], Any], for_show: bool = False) -> Any:
    """Call work() and restore everything that it changed, also after an error or Ctrl-C.

    for_show: restore also what is created inside `with real():`, such as new weights.
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
        put_back()  # again: Ctrl-C may have interrupted the first call


class real:
    """`with real():` inside a dry run, changes are permanent: the weights of a layer are
    created.
    """

    def __enter__(self):
        self.kept = state.kept
        if not state.for_show:
            state.kept = None

    def __exit__(self, *error):
        state.kept = self.kept


class reading_of:
    """`with reading_of(numbers):` limits the size of objects created from a file of that many
    numbers. A damaged file therefore cannot use up the memory.

    New weights hold at most as many numbers as the file. Dry runs use batches without samples,
    which take no memory. Other arrays that they create are counted. ValueError if the file asks for
    more than a file of its size reasonably can.
    """

    def __init__(self, numbers: int):
        self.limits = _FREE + 16 * numbers, numbers

    def __enter__(self):
        self.before = state.room, state.weights
        state.room, state.weights = self.limits

    def __exit__(self, *error):
        state.room, state.weights = self.before


_FREE = 1 << 22  # numbers that any file may ask for


def take_room(numbers: int, what: str) -> None:
    """Count these numbers while a file is read. ValueError if the file asks for too many in all."""
    if state.room is not None:
        state.room -= numbers
        if state.room < 0:
            raise ValueError(f"{what} asks for more numbers than the file can mean.")


def take_weights(numbers: int, name: str, shape: tuple) -> None:
    """Count the numbers of a new weight while a file is read. ValueError if the file holds fewer.

    name: of the layer, for the error.
    """
    state.weights -= numbers
    if state.weights < 0:
        raise ValueError(f"{name}: a weight of shape {shape} is more than the file holds.")


class guessing:
    """`with guessing(2):` the sizes of computed arrays are guesses; see State.unknown."""

    def __init__(self, unknown: int):
        self.unknown = unknown

    def __enter__(self):
        self.before, state.unknown = state.unknown, self.unknown

    def __exit__(self, *error):
        state.unknown = self.before


def guessed(present: tuple, wanted: tuple) -> tuple | None:
    """Return the shape to use instead if a reshape fails only because a size is a guess. None if
    the sizes are known, so that the reshape is a mistake.

    An axis of -1 gets the number of entries as its size. This differs between guesses, so the size
    stays unknown.
    """
    keeps_batch = wanted[:1] == present[:1]
    if state.unknown < (2 if keeps_batch else 1) or wanted.count(-1) > 1 or min(wanted) < -1:
        return None
    return tuple(math.prod(present) if n == -1 else n for n in wanted)


def is_dry() -> bool:
    """Whether this thread is in a dry run."""
    return state.kept is not None


def keep(thing, snapshot: Callable[[Any], Callable[[], None]]) -> None:
    """Take a snapshot of an object, once, so that the dry run restores it at its end."""
    if state.kept is not None and id(thing) not in state.kept:
        # the function refers to the object, so its id is not reused
        state.kept[id(thing)] = snapshot(thing)


def numbers_of(tensor) -> Callable[[], None]:
    """Copy the numbers of a tensor. Returns a function that restores them."""
    array, numbers, version = tensor.array, tensor.array.copy(), tensor.version[0]

    def put_back() -> None:
        array[...] = numbers
        tensor.array = array
        tensor.version[0] = version  # a graph that waits for these numbers finds them

    return put_back


def entries_of(array) -> Callable[[], None]:
    """Copy the entries of an array. Returns a function that restores them."""
    entries = array.copy()

    def put_back() -> None:
        if array.flags.writeable:
            array[...] = entries

    return put_back


def place_of(generator) -> Callable[[], None]:
    """Copy the state of a random generator. Returns a function that restores it."""
    place = generator.bit_generator.state

    def put_back() -> None:
        generator.bit_generator.state = place

    return put_back
