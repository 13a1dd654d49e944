"""What optimizers of the first version remembered, in today's units.

The first version left the factors (1−β) out of its fading means, and put them into the step size;
and Adagrad's sum contained its ε. Today the slots hold the papers' numbers.
"""

from __future__ import annotations

import numpy as np

from .adagrad import Adagrad
from .adam import TwoMoments
from .base import Optimizer
from .rmsprop import RMSprop


def converted(optimizer: Optimizer, state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A state of the first version, as `set_state` takes it today. Names and shapes are the same.

    optimizer: one of the same class and settings, whether built or not.
    """
    factors = _factors(optimizer)
    hidden = optimizer.epsilon if isinstance(optimizer, Adagrad) else 0.0
    result = {}
    for name, array in state.items():
        slot = name.rpartition("/")[2] if "/" in name else ""
        if slot in factors:
            array = array * factors[slot]
        if slot == "s" and hidden:
            array = np.maximum(array - hidden, 0)
        result[name] = np.asarray(array, np.asarray(state[name]).dtype)
    return result


def _factors(optimizer) -> dict[str, float]:
    """By what the numbers of each slot are to be multiplied."""
    if isinstance(optimizer, TwoMoments):
        new_m, new_v = 1 - optimizer.beta_1, 1 - optimizer.beta_2
        return {"m": new_m, "v": new_v, "v_max": new_v}
    if isinstance(optimizer, RMSprop):
        return {"v": 1 - optimizer.rho, "mean": 1 - optimizer.rho}
    return {}
