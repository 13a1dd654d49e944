"""An optimizer's two numbers as Keras has them: variables, which answer to `.numpy()` and
`.assign()`. Here they are an int and a float that answer to these as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import optimizers
from ..support.arrays import Number


class Iterations(int):
    """How many updates were made: an int, which also answers to `.numpy()`."""

    def numpy(self) -> np.int64:
        """The same number as a NumPy scalar."""
        return np.int64(self)

    @property
    def value(self) -> Iterations:
        """Itself: in Keras a variable and its value are two things."""
        return self


class LearningRate(Number):
    """The rate of an optimizer's coming step: a float, whose `.assign(x)` does what
    `optimizer.learning_rate = x` does.
    """

    _optimizer: Any = None

    def __new__(cls, value: float, optimizer):
        rate = super().__new__(cls, value)
        rate._optimizer = optimizer
        return rate

    def assign(self, value) -> None:
        """Set the rate; TypeError if it follows a schedule."""
        self._optimizer.learning_rate = value

    @property
    def value(self) -> LearningRate:
        """Itself: in Keras a variable and its value are two things."""
        return self

    def __reduce__(self):
        return Number, (float(self),)  # a copy is the number alone, without the optimizer


def wrap() -> None:
    """Let every optimizer show its numbers so."""
    plain, counted = optimizers.Optimizer.learning_rate, optimizers.Optimizer.iterations

    def learning_rate(self) -> LearningRate:
        """The rate of the coming step, as a number; `.assign(x)` sets it."""
        return LearningRate(plain.__get__(self), self)

    def iterations(self) -> Iterations:
        """How many updates were made: one a step, or one in gradient_accumulation_steps."""
        return Iterations(counted.__get__(self))

    optimizers.Optimizer.learning_rate = property(learning_rate, plain.fset)
    optimizers.Optimizer.iterations = property(iterations, counted.fset)
