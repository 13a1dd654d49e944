"""Lion: each weight moves by the same amount, because only the sign of the direction is used."""

import numpy as np

from ..guards.optimizer import Rate
from ..support.checks import check_number
from .base import Optimizer, registry


@registry.register()
class Lion(Optimizer):
    """w ← w − η·sign(β₁m + (1−β₁)g);  m ← β₂m + (1−β₂)g     Chen et al. 2023, algorithm 2

    The rule was found by a program that searches for optimizers. Every weight moves by η in each
    step, so η should be 3 to 10 times smaller than for Adam.
    """

    elementwise = True
    memory_names = ({"m": "momentum"},)

    def __init__(self, learning_rate: Rate = 0.001, beta_1=0.9, beta_2=0.99, *shared, **options):
        super().__init__(learning_rate, *shared, **options)
        self.beta_1 = check_number("beta_1", beta_1, 0, 1)
        self.beta_2 = check_number("beta_2", beta_2, 0, 1)

    def slots(self):
        return ("m",)

    def update(self, w, g, lr, m):
        d, e = self.scratch(w), self.scratch(w, 1)
        np.multiply(self.beta_1, m, out=d)
        d += np.multiply(1 - self.beta_1, g, out=e)
        step = np.sign(d, out=e)  # not in place, which NumPy does ten times as slowly
        step *= lr
        w -= step
        m *= self.beta_2
        m += np.multiply(1 - self.beta_2, g, out=d)
