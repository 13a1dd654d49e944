"""Steps of one size for every weight: only the sign of the direction counts."""

import numpy as np

from .base import Optimizer, Rate, check_number, optimizers


@optimizers.register()
class Lion(Optimizer):
    """w ← w − η·sign(β₁m + (1−β₁)g);  m ← β₂m + (1−β₂)g     Chen et al. 2023, algorithm 2

    Found by a program that searched among programs. Every weight moves by η each step, so η wants
    to be 3 to 10 times smaller than Adam's.
    """

    def __init__(self, learning_rate: Rate = 0.001, beta_1=0.9, beta_2=0.99, *shared, **options):
        super().__init__(learning_rate, *shared, **options)
        self.beta_1, self.beta_2 = (
            check_number("beta_1", beta_1, 0, 1),
            check_number("beta_2", beta_2, 0, 1),
        )

    def slots(self):
        return ("m",)

    def update(self, w, g, lr, m):
        d, e = self.scratch(w), self.scratch(w, 1)
        np.multiply(m, self.beta_1, out=d)
        d += np.multiply(g, 1 - self.beta_1, out=e)
        np.sign(d, out=e)  # not in place, which NumPy does ten times as slowly
        e *= lr
        w -= e  # w ← w − η·sign(β₁m + (1−β₁)g)
        m *= self.beta_2
        m += np.multiply(g, 1 - self.beta_2, out=e)  # m ← β₂m + (1−β₂)g
