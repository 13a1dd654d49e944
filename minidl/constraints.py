"""Constraints: limits on weights that are enforced after each step of the optimizer."""

from __future__ import annotations

import numpy as np

from .support import backend
from .support.arrays import as_array
from .support.checks import check_number
from .support.configs import Catalogue, Configurable
from .support.configs import deserialize as deserialize
from .support.configs import serialize as serialize

registry = Catalogue("constraint", "A constraint is a name, a Constraint or a function of an array")
register = registry.register
get = registry.get


class Constraint(Configurable):
    """Base class of constraints. Subclasses define `__call__(w)`, which returns an allowed array
    near w; this one allows everything.
    """

    def __call__(self, w) -> np.ndarray:
        return w


def _length(w: np.ndarray, axis) -> np.ndarray:
    return np.sqrt(
        np.sum(np.square(w), axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True)
    )


@registry.register()
class MaxNorm(Constraint):
    """Limits the norm of each unit's weights to max_value: w·clip(|w|, 0, max)/(ε + |w|), |w| along
    `axis` (0: the inputs of a Dense unit).
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = check_number("max_value", max_value, 0), axis

    def __call__(self, w):
        w = as_array(w)
        length = _length(w, self.axis)
        return w * (np.clip(length, 0, self.max_value) / (backend.epsilon() + length)).astype(
            w.dtype
        )


@registry.register()
class NonNeg(Constraint):
    """Sets negative weights to 0."""

    def __call__(self, w):
        return np.maximum(as_array(w), 0)


@registry.register()
class UnitNorm(Constraint):
    """Scales each unit's weights to norm 1 along `axis`: w/(ε + |w|)."""

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        w = as_array(w)
        return w / (backend.epsilon() + _length(w, self.axis))


@registry.register()
class MinMaxNorm(Constraint):
    """Keeps the norm of each unit's weights between min_value and max_value. One step moves it by
    the fraction `rate` of the distance.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value, self.max_value = (
            check_number("min_value", min_value, 0),
            check_number("max_value", max_value, 0),
        )
        self.rate, self.axis = check_number("rate", rate, 0), axis

    def __call__(self, w):
        w = as_array(w)
        length = _length(w, self.axis)
        wanted = (
            self.rate * np.clip(length, self.min_value, self.max_value) + (1 - self.rate) * length
        )
        return w * (wanted / (backend.epsilon() + length)).astype(w.dtype)


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm
