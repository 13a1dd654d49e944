"""Lists the arrays that an optimizer keeps, as Keras's files store them: `optimizer.variables`, and
for Nadam also the product of its momenta, which minidl computes instead of storing.
"""

from __future__ import annotations

import numpy as np

from ..optimizers import Nadam
from ..support.checks import check_count, check_number

_NUMBERS = {"iteration": np.int32, "learning_rate": np.float32}  # in Keras's dtypes


def memory(optimizer) -> list[np.ndarray]:
    """Return the optimizer's arrays in Keras's order: iterations, the learning rate unless it
    follows a schedule, then the slots.
    """
    arrays = [v.numpy().astype(_NUMBERS.get(v.name, v.dtype)) for v in optimizer.variables]
    if isinstance(optimizer, Nadam):
        arrays.append(np.asarray(optimizer.product(optimizer.iterations), np.float32))
    return arrays


def set_memory(optimizer, arrays: list) -> None:
    """Restore the arrays that `memory` returned, here or in Keras. ValueError if they belong to
    another optimizer or model; then nothing is changed.
    """
    own, given = optimizer.variables, [np.asarray(array) for array in arrays]
    numbers = [v for v in own if v.name in _NUMBERS]
    if isinstance(optimizer, Nadam):
        given = given[: len(own)]  # the rest is the product
    if len(given) not in (len(numbers), len(own)):  # Keras keeps no slots before the first step
        raise ValueError(
            f"{type(optimizer).__name__} remembers {len(own)} arrays for this model, and the file "
            f"holds {len(given)}"
        )
    checked = [_fitting(optimizer, v, array) for v, array in zip(own, given)]
    for variable, array in zip(own, checked):
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
    if array.shape != variable.shape or array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ValueError(
            f"{type(optimizer).__name__}: '{variable.name}' must be finite numbers of shape "
            f"{variable.shape}; received {array.dtype} of shape {array.shape}."
        )
    return array
