"""An optimizer's iterations and learning rate as Keras has them, with `.numpy()` and `.assign()`.
Here they are an int and a float with these methods.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import optimizers
from ..support.arrays import Number


class Iterations(int):
    """The number of updates: an int with the method `.numpy()`."""

    def numpy(self) -> np.int64:
        """The same number as a NumPy scalar."""
        return np.int64(self)

    @property
    def value(self) -> Iterations:
        """The number itself. In Keras a variable and its value are different objects."""
        return self


class LearningRate(Number):
    """The learning rate of an optimizer's next step: a float whose method `.assign(x)` sets
    `optimizer.learning_rate`.
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
        """The number itself. In Keras a variable and its value are different objects."""
        return self

    def __reduce__(self):
        return Number, (float(self),)  # a copy is the number alone, without the optimizer


def wrap() -> None:
    """Let every optimizer return these classes for iterations and learning_rate."""
    plain: Any = optimizers.Optimizer.learning_rate
    counted: Any = optimizers.Optimizer.iterations

    def learning_rate(self) -> LearningRate:
        """The rate of the coming step, as a number; `.assign(x)` sets it."""
        return LearningRate(plain.__get__(self), self)

    def iterations(self) -> Iterations:
        """How many updates were made: one a step, or one in gradient_accumulation_steps."""
        return Iterations(counted.__get__(self))

    optimizers.Optimizer.learning_rate = property(learning_rate, plain.fset)
    optimizers.Optimizer.iterations = property(iterations, counted.fset)
