"""RMSprop: a step size for each weight; the gradient is divided by its recent size."""

import numpy as np

from ..guards.optimizer import Rate, check_epsilon
from ..support.checks import check_flag, check_number
from .base import Optimizer, registry


@registry.register()
class RMSprop(Optimizer):
    """v ← ρ·v + (1−ρ)·g²; w ← w − η·g/√(v + ε).
    Hinton, lecture 6e, 2012, with ε inside the root as in Keras

    momentum: b ← μ·b + η·g/√(v + ε); w ← w − b.
    centered: mean ← ρ·mean + (1−ρ)·g, and v − mean² is used instead of v (Graves 2013, eq. 38-45).
    """

    elementwise = True
    memory_names = ({"v": "velocity"}, {"b": "momentum"}, {"mean": "average_gradient"})

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
        *shared,
        **options,
    ):
        centered = check_flag(f"{type(self).__name__}: centered", centered)
        super().__init__(learning_rate, *shared, **options)
        self.rho = check_number("rho", rho, 0, 1)
        self.momentum = check_number("momentum", momentum, 0, 1)
        self.epsilon = check_epsilon(epsilon)
        self.centered = centered

    def slots(self):
        return ("v",) + ("mean",) * self.centered + ("b",) * (self.momentum > 0)

    def update(self, w, g, lr, v, *more):
        d = np.square(g, out=self.scratch(w))
        d *= 1 - self.rho
        v *= self.rho
        v += d  # v ← ρ·v + (1−ρ)·g²
        size = self.variance(g, v, more[0]) if self.centered else v
        np.add(size, self.epsilon, out=d)
        np.sqrt(d, out=d)
        np.divide(g, d, out=d)
        d *= lr  # d = η·g/√(v + ε)
        if self.momentum > 0:
            b = more[-1]
            b *= self.momentum
            b += d  # b ← μ·b + η·g/√(v + ε)
            d = b
        w -= d

    def variance(self, g, v, mean):
        """mean ← ρ·mean + (1−ρ)·g;  v − mean²"""
        d = np.multiply(1 - self.rho, g, out=self.scratch(g, 1))
        mean *= self.rho
        mean += d
        np.square(mean, out=d)
        np.subtract(v, d, out=d)
        return np.maximum(d, 0, out=d)  # never below 0, though rounding may say so
