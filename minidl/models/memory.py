"""Lists the arrays that an optimizer keeps, as Keras's files store them: `optimizer.variables`, and
for Nadam also the product of its momenta, which minidl computes instead of storing.
"""

from __future__ import annotations

import numpy as np

from .. import optimizers
from ..support.checks import check_count, check_number

_NUMBERS = {"iteration": np.int32, "learning_rate": np.float32}  # in Keras's dtypes


def memory(optimizer) -> list[np.ndarray]:
    """Return the optimizer's arrays in Keras's order: iterations, the learning rate unless it
    follows a schedule, then the slots.
    """
    return [_array(thing) for thing in _kept(optimizer)]


def memory_groups(optimizer, place: str = "optimizer") -> dict[str, list[np.ndarray]]:
    """The same by their places in a file, those of optimizers inside once more for themselves, as
    Keras has it.
    """
    groups = {f"{place}/vars": memory(optimizer)}
    for where, one in _inside(optimizer).items():
        groups |= memory_groups(one, f"{place}/{where}")
    return groups


def _inside(optimizer) -> dict:
    """The optimizers of which one is made, by their places in Keras's files."""
    return getattr(optimizer, "inside", dict)()


def _kept(optimizer) -> list:
    """The variables of `memory`, and Nadam itself where its product stands."""
    inside = list(_inside(optimizer).values())
    own = len(optimizer.variables) - sum(len(one.variables) for one in inside)
    product = [optimizer] if isinstance(optimizer, optimizers.Nadam) else []
    return [*optimizer.variables[:own], *product, *[v for one in inside for v in _kept(one)]]


def _array(thing) -> np.ndarray:
    if isinstance(thing, optimizers.Nadam):
        return np.asarray(thing.product(thing.iterations), np.float32)
    return thing.numpy().astype(_NUMBERS.get(thing.name, thing.dtype))


def set_memory(optimizer, arrays: list) -> None:
    """Restore the arrays that `memory` returned, here or in Keras. ValueError if they belong to
    another optimizer or model; then nothing is changed.
    """
    own, given = _kept(optimizer), [np.asarray(array) for array in arrays]
    numbers = [v for v in own if v.name in _NUMBERS]
    if len(given) not in (len(numbers), len(own)):  # Keras keeps no slots before the first step
        raise ValueError(
            f"{type(optimizer).__name__} remembers {len(own)} arrays for this model, and the file "
            f"holds {len(given)}"
        )
    known = own if len(given) == len(own) else numbers
    pairs = [(v, array) for v, array in zip(known, given) if not isinstance(v, optimizers.Nadam)]
    checked = [(v, _fitting(optimizer, v, array)) for v, array in pairs]
    for variable, array in checked:
        if array is not None:
            variable.assign(array)


def _fitting(optimizer, variable, array: np.ndarray):
    """Return the array for this variable, or None if the variable already has this value."""
    if variable.name == "iteration":
        return check_count("iterations", array.item() if array.size == 1 else array, 0)
    if variable.name == "learning_rate":
        rate = check_number("learning_rate", array.item() if array.size == 1 else array, 0)
        exact = np.float32(variable.numpy()) == np.float32(rate)  # compile's rate, rounded
        return None if exact else rate
    if array.shape == variable.shape == () and array == variable.numpy():
        return None  # of another dtype: what Keras's Adafactor keeps for a vector
    same = array.shape == variable.shape and array.dtype.kind == variable.dtype.kind
    if not (same and np.isfinite(array).all()):
        raise ValueError(
            f"{type(optimizer).__name__}: '{variable.name}' must be finite numbers of shape "
            f"{variable.shape}; received {array.dtype} of shape {array.shape}."
        )
    return array
