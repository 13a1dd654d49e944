"""What an optimizer remembers, as Keras's files hold it: the counter, the rate, and the papers'
numbers, in Keras's order.

(At the merge with the optimizers in the papers' units: `memory` and `set_memory` become one line
each, on `optimizer.variables`; `from_first_version` calls their converter.)
"""

from __future__ import annotations

import numpy as np

_AFTER_THE_OTHERS = ("v_max", "b", "mean")  # slots that Keras keeps in lists of their own


def memory(optimizer) -> list[np.ndarray]:
    """The arrays that the optimizer goes on from: iterations, the learning rate unless it follows a
    schedule, then the slots.
    """
    state = optimizer.get_state()
    numbers: list[np.ndarray] = [np.asarray(state["iterations"], np.int32)]
    if "learning_rate" in state:
        numbers.append(np.asarray(state["learning_rate"], np.float32))
    slots = []
    for name in _in_order(state):
        slot = name.rpartition("/")[2]
        slots.append(optimizer.as_in_paper(slot, state[name].astype(np.float64)))
    if type(optimizer).__name__ == "Nadam":
        slots.append(_nadam_product(optimizer, int(state["iterations"])))
    return [*numbers, *slots]


def set_memory(optimizer, arrays: list) -> None:
    """Go on from what `memory` gave, here or in Keras. ValueError, and nothing changed, if it is of
    another optimizer or model.
    """
    state, given = optimizer.get_state(), [np.asarray(array) for array in arrays]
    numbers = ["iterations", *["learning_rate"] * ("learning_rate" in state)]
    names = [*numbers, *_in_order(state)]
    if type(optimizer).__name__ == "Nadam" and len(given) > len(names):
        given = given[: len(names)]  # the rest is the product
    if len(given) not in (len(numbers), len(names)):  # Keras keeps no slots before the first step
        raise ValueError(
            f"{type(optimizer).__name__} remembers {len(names)} arrays for this model, and the "
            f"file holds {len(given)}"
        )
    for name, array in zip(names, given):
        if name == "iterations":
            state[name] = array
        elif name == "learning_rate":
            exact = np.float32(state[name]) == array  # the rate that compile was given, rounded
            state[name] = state[name] if exact else array.astype(np.float64)
        else:
            slot = name.rpartition("/")[2]
            state[name] = _in_our_units(optimizer, slot, array).astype(state[name].dtype)
    optimizer.set_state(state)


def trained(optimizer) -> list:
    """The variables that the optimizer moves; none before it has met a model.

    (At the merge: `optimizer.trainable_variables`.)
    """
    return optimizer.variables


def from_first_version(optimizer, state: dict) -> dict:
    """The state of an optimizer from a file of the first version, in today's units."""
    return state


def _in_order(state: dict) -> list[str]:
    """The names of all slots in Keras's order: averages, sums of gradients, then most slots
    variable by variable, and some slot by slot.
    """
    names = [name for name in state if "/" in name]

    def place(name):
        slot = name.rpartition("/")[2]
        first = ("average", "gradient_sum", None, *_AFTER_THE_OTHERS)
        return first.index(slot if slot in first else None)

    return sorted(names, key=place)  # in one place they stay as they are: variable by variable


def _in_our_units(optimizer, slot: str, array: np.ndarray) -> np.ndarray:
    """The inverse of `as_in_paper`, which is a scale or a shift."""
    array = array.astype(np.float64)
    zero, one = (optimizer.as_in_paper(slot, np.array(n)) for n in (0.0, 1.0))
    return (array - zero) / (one - zero)


def _nadam_product(optimizer, steps: int) -> np.ndarray:
    """μ₁·μ₂···μₜ, which Keras keeps and we compute."""
    t = np.arange(1, steps // (optimizer.gradient_accumulation_steps or 1) + 1)
    return np.asarray(np.prod(optimizer.beta_1 * (1 - 0.5 * 0.96**t)), np.float32)
