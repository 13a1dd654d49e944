"""The memory of an optimizer, as variables with Keras's names and in Keras's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..guards.optimizer import checked_initial
from ..support.checks import check_count, check_number, is_ours
from ..tensor import Variable

SMALL, TOGETHER = 1 << 13, 1 << 15  # numbers in an array, and in arrays that are moved together
FADINGS = ("beta_1", "beta_2", "rho", "momentum")  # settings by which slots shrink each step


class Memory:
    """The number of steps, the learning rate, and the slots of each trained variable.

    groups: the slots in Keras's order. Each group is a dict from the slot's name to Keras's name.
    Within a group, all slots of the first variable come before those of the second. Slots that are
    in no group come last.
    """

    def __init__(self, owner: str, groups: tuple[dict[str, str], ...]):
        self.owner, self.groups = owner, groups
        self.counter = Variable(0, dtype="int64", trainable=False, name="iteration")
        self.rate = Variable(0, dtype="float64", trainable=False, name="learning_rate")
        self.trained: list[Variable] = []
        self.names: tuple[str, ...] = ()  # of the slots
        self.rows: list[list[Any]] = []  # for each trained variable its slots, None for none
        self.averages: list[Variable] = []  # of the weights, if they are averaged
        self.sums: list[Variable] = []  # of the gradients, if several batches make one update
        self.others: list[Variable] = []  # of optimizers inside, or what one written for Keras adds
        self.joined: list[Joined] = []  # small variables that are moved together

    def build(self, variables, names: Iterable[str], initial: Callable, averages, sums) -> None:
        """Create the slots of these variables. initial(slot, w): the initial value of a slot for
        the array w. averages, sums: whether an average, or a sum of gradients, is kept for each
        variable.
        """
        called: dict[str, str] = {
            slot: name for group in self.groups for slot, name in group.items()
        }
        self.rows = [
            [_kept(v, called.get(slot) or slot, self._first(v, slot, initial)) for slot in names]
            for v in variables
        ]
        self.trained, self.names = list(variables), tuple(names)
        if averages:
            self.averages = [_kept(v, "average", v.array) for v in variables]
        if sums:
            zeros = [np.zeros_like(v.array) for v in variables]
            self.sums = [_kept(v, "gradient_accumulator", z) for v, z in zip(variables, zeros)]

    def join(self) -> None:
        """Join the small variables, of one dtype each, to be moved together."""
        sets: dict = {}
        for i, v in enumerate(self.trained):
            if v.size <= SMALL:
                full = sets.setdefault(v.dtype, [[]])
                if sum(self.trained[k].size for k in full[-1]) + v.size > TOGETHER:
                    full.append([])
                full[-1].append(i)
        for places in (places for full in sets.values() for places in full if len(places) > 1):
            variables, rows = [self.trained[i] for i in places], [self.rows[i] for i in places]
            self.joined.append(Joined(places, variables, rows))

    def _first(self, v, slot: str, initial: Callable) -> Any:
        if is_ours(initial):  # may be of any shape, or None
            return initial(slot, v.array)
        return checked_initial(self.owner, slot, initial(slot, v.array), v.shape, v.dtype)

    @property
    def steps(self) -> int:
        """The number of steps made, including those that only summed gradients."""
        return self.counter.array.item()

    def variables(self) -> list[Variable]:
        """List the slots of all trained variables in Keras's order."""
        grouped = {name for group in self.groups for name in group}
        groups = [*self.groups, [name for name in self.names if name not in grouped]]
        slots = [
            row[self.names.index(name)]
            for group in groups
            for row in self.rows
            for name in group
            if name in self.names
        ]
        slots = [slot for slot in slots if slot is not None]
        return [*self.averages, *self.sums, *slots, *self.others]

    def named(self) -> dict[str, np.ndarray]:
        """Return the arrays of all slots by 'position/variable/slot'."""
        columns = [(slot, [row[k] for row in self.rows]) for k, slot in enumerate(self.names)]
        columns += [("average", self.averages), ("gradient_sum", self.sums)]
        rows = {
            f"{i}/{v.name}/{slot}": one.array
            for slot, column in columns
            for i, (v, one) in enumerate(zip(self.trained, column))
            if one is not None
        }
        return rows | {f"{i}/{v.name}": v.array for i, v in enumerate(self.others)}

    def set(self, state, with_rate: bool) -> None:
        """Restore a state. ValueError if it does not fit; then nothing is changed."""
        own = self.named()
        given, steps, rate = checked_state(self.owner, own, state)
        for name, array in given.items():
            own[name][...] = array
        self.counter.array[...] = steps
        if rate is not None and with_rate:
            self.rate.array[...] = rate


class Joined:
    """Small variables that one update moves together.

    NumPy needs about a microsecond for an operation on however few numbers, and an update makes ten
    of them for each variable. Here the numbers of several variables lie side by side in one array,
    and so do their gradients and each of their slots. `array` and `version` are as in a variable.

    places: the positions of the variables. rows: for each variable its slots; their arrays become
    parts of one array for each slot.
    """

    def __init__(self, places: list[int], variables: list[Variable], rows: list[list[Variable]]):
        self.places, self.variables, self.rows = places, variables, rows
        self.version = [0]
        self.array, self.parts = side_by_side([v.array for v in variables])
        self.gradient = np.empty_like(self.array)
        self.slots = []
        for column in zip(*rows):
            array, parts = side_by_side([slot.array for slot in column])
            self.slots.append(array)
            for slot, part in zip(column, parts):
                slot.array = part

    def __reduce__(self):
        return Joined, (self.places, self.variables, self.rows)  # copies of parts are not parts


def side_by_side(arrays: list) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return one flat array with the numbers of all, and its parts in their shapes."""
    flat = np.concatenate([a.ravel() for a in arrays])
    ends = np.cumsum([a.size for a in arrays])
    return flat, [flat[end - a.size : end].reshape(a.shape) for a, end in zip(arrays, ends)]


def _kept(variable, name: str, array) -> Any:
    """Create the variable for a slot. The momentum of 'dense/kernel' is called
    'dense_kernel_momentum'.
    """
    if array is None:
        return None
    whose = variable.path.replace("/", "_")
    return Variable(array, dtype=array.dtype, trainable=False, name=f"{whose}_{name}")


def clears_every(settings: dict) -> int:
    """Return after how many updates tiny entries are set to 0. Returns 0 if no slot fades."""
    fadings = [settings.get(name, 0) for name in FADINGS]
    fastest = min([f for f in fadings if f > 0], default=None)
    if fastest is None:
        return 0
    return 50 if fastest < 0.8 else 100


def checked_state(owner: str, own: dict, state) -> tuple[dict, int, float | None]:
    """Return (arrays by name, steps, learning rate or None) of a state. ValueError if it does not
    fit the optimizer's arrays.
    """
    given = {k: np.asarray(v) for k, v in state.items()}
    numbers = {k: given.pop(k) for k in ("optimizer", "iterations", "learning_rate") if k in given}
    if given.keys() != own.keys() or "iterations" not in numbers:
        differing = sorted(given.keys() ^ own.keys()) or ["iterations"]
        raise ValueError(
            f"This state is not of this {owner} (call build first if it is new): "
            f"{differing[0]!r} is on one side only."
        )
    if numbers.get("optimizer", owner) != owner:
        raise ValueError(f"This state is not of this {owner} but of {numbers['optimizer']}.")
    for name, array in given.items():
        _check_fits(owner, name, array, own[name])
    count = numbers["iterations"]
    steps = check_count("iterations", count.item() if count.size == 1 else count, 0)
    rate = numbers.get("learning_rate")
    return given, steps, None if rate is None else check_number("learning_rate", rate, 0)


def _check_fits(owner: str, name: str, array: np.ndarray, own: np.ndarray) -> None:
    """Raise ValueError for another shape, another kind of numbers, numbers that are not finite, or
    a count below 0.
    """
    same = array.shape == own.shape and array.dtype.kind == own.dtype.kind
    below = same and own.dtype.kind == "i" and (array < 0).any()
    if not same or below or not np.isfinite(array).all():
        raise ValueError(
            f"{owner}: '{name}' must be finite numbers of shape {own.shape}; received "
            f"{array.dtype} of shape {array.shape}."
        )
