"""A step size for each weight: the gradient divided by the size it has lately had."""

import numpy as np

from .. import backend
from .base import Optimizer, check_number, optimizers


@optimizers.register()
class RMSprop(Optimizer):
    """v ← ρ·v + (1−ρ)·g²; w ← w − η·g/√(v + ε).     Hinton, lecture 6e, 2012, with ε inside the root as in Keras

    momentum: b ← μ·b + η·g/√(v + ε); w ← w − b. centered: the mean of g, squared, is taken off v (Graves 2013, eq. 38-45).
    """

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.rho, self.momentum = check_number("rho", rho, 0, 1), check_number("momentum", momentum, 0, 1)
        self.epsilon = check_number("epsilon", backend.epsilon() if epsilon is None else epsilon, 0)
        self.centered = centered

    def slots(self):
        return ("v",) + ("mean",) * self.centered + ("b",) * (self.momentum > 0)

    def update(self, w, g, lr, v, *more):
        d = g * g
        d -= v
        d *= 1 - self.rho
        v += d                                          # v ← ρ·v + (1−ρ)·g²
        d[...] = v
        if self.centered:
            mean = more[0]
            mean += (1 - self.rho) * (g - mean)
            d -= mean * mean
        d += self.epsilon
        np.sqrt(d, out=d)
        np.divide(g, d, out=d)
        d *= lr                                         # d = η·g/√(v + ε)
        if self.momentum > 0:
            b = more[-1]
            b *= self.momentum
            b += d
            d = b
        w -= d
