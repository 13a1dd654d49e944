"""A step size for each weight: the gradient divided by the size it has lately had."""

import math

import numpy as np

from .base import Optimizer, Rate, check_epsilon, check_number, optimizers
from .legacy import check_flag


@optimizers.register()
class RMSprop(Optimizer):
    """v ← ρ·v + (1−ρ)·g²; w ← w − η·g/√(v + ε).
    Hinton, lecture 6e, 2012, with ε inside the root as in Keras

    momentum: b ← μ·b + η·g/√(v + ε); w ← w − b. centered: the mean of g, squared, is taken off v
    (Graves 2013, eq. 38-45).
    """

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
        order = {
            "old_order": "RMSprop(lr, rho, epsilon, decay)",
            "by_name": "RMSprop(learning_rate=..., rho=..., epsilon=...)",
        }
        check_flag("RMSprop", "centered", centered, **order)
        if momentum is None or (isinstance(momentum, float) and 0 < momentum < 1e-3):
            check_flag("RMSprop", "momentum", momentum, expected="0, or a number like 0.9", **order)
        super().__init__(learning_rate, *shared, **options)
        self.rho, self.momentum = (
            check_number("rho", rho, 0, 1),
            check_number("momentum", momentum, 0, 1),
        )
        self.epsilon, self.centered = check_epsilon(epsilon), centered

    def slots(self):
        return ("v",) + ("mean",) * self.centered + ("b",) * (self.momentum > 0)

    def as_in_paper(self, slot, array):
        return array * (1 - self.rho) if slot in ("v", "mean") else array

    def update(self, w, g, lr, v, *more):
        keep = 1 - self.rho  # kept out of v and of the mean, like Adam's (1−β): fewer passes
        v *= self.rho
        d = np.square(g, out=self.scratch(w))
        v += d  # v ← ρ·v + g²
        if self.centered:
            mean = more[0]
            mean *= self.rho
            mean += g
            np.square(mean, out=d)
            d *= -keep
            d += v
            np.maximum(d, 0, out=d)  # a variance is never below 0, though rounding may say so
            d += self.epsilon / keep
        else:
            np.add(v, self.epsilon / keep, out=d)
        np.sqrt(d, out=d)
        np.divide(g, d, out=d)
        d *= lr / math.sqrt(keep)  # d = η·g/√(v + ε)
        if self.momentum > 0:
            b = more[-1]
            b *= self.momentum
            b += d
            d = b
        w -= d
