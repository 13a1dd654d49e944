"""Converts the memory of optimizers in files of minidl's first version to today's units.

The first version left the factors (1−β) out of its fading means and included them in the step size.
Its sum of Adagrad contained ε. Today the slots hold the numbers of the papers.
"""

from __future__ import annotations

import numpy as np

from .adagrad import Adagrad
from .adam import TwoMoments
from .base import Optimizer
from .rmsprop import RMSprop


def converted(optimizer: Optimizer, state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return a state of the first version in today's units, for `set_state`. Names and shapes are
    the same.

    optimizer: an optimizer of the same class with the same settings; it need not be built.
    """
    factors = _factors(optimizer)
    hidden = optimizer.epsilon if isinstance(optimizer, Adagrad) else 0.0
    result = {}
    for name, array in state.items():
        slot = name.rpartition("/")[2]
        if slot in factors:
            array = array * factors[slot]
        if slot == "s" and hidden:
            array = np.maximum(array - hidden, 0)
        result[name] = np.asarray(array, np.asarray(state[name]).dtype)
    return result


def _factors(optimizer) -> dict[str, float]:
    """Return for each slot the factor that its numbers are multiplied by."""
    if isinstance(optimizer, TwoMoments):
        new_m, new_v = 1 - optimizer.beta_1, 1 - optimizer.beta_2
        return {"m": new_m, "v": new_v, "v_max": new_v}
    if isinstance(optimizer, RMSprop):
        return {"v": 1 - optimizer.rho, "mean": 1 - optimizer.rho}
    return {}
