"""Adagrad: a step size for each weight, which shrinks with every gradient of that weight."""

import numpy as np

from ..guards.optimizer import Rate, check_epsilon
from ..support.checks import check_number
from .base import Optimizer, registry


@registry.register()
class Adagrad(Optimizer):
    """s ← s + g²;  w ← w − η·g/√(s + ε)     Duchi, Hazan & Singer 2011, with Keras's place of ε

    Weights with small or rare gradients take large steps, the others take small steps. s only
    grows, so all steps shrink for ever.
    initial_accumulator_value: the initial value of s, which keeps the first steps from being the
    largest.
    """

    elementwise = True
    memory_names = ({"s": "accumulator"},)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value=0.1,
        epsilon=1e-7,
        *shared,
        **options,
    ):
        super().__init__(learning_rate, *shared, **options)
        self.initial_accumulator_value = check_number(
            "initial_accumulator_value", initial_accumulator_value, 0
        )
        self.epsilon = check_epsilon(epsilon)

    def slots(self):
        return ("s",)

    def initial(self, slot, w):
        return np.full_like(w, self.initial_accumulator_value)

    def update(self, w, g, lr, s):
        spare = self.scratch(w)
        s += np.square(g, out=spare)
        size = np.add(s, self.epsilon, out=spare)
        np.sqrt(size, out=size)
        step = np.divide(g, size, out=spare)
        step *= lr
        w -= step
