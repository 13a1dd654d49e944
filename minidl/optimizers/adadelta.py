"""Adadelta: Adagrad with a memory that fades, and with steps in the unit of the weights."""

import numpy as np

from ..guards.optimizer import Rate, check_epsilon
from ..support.checks import check_number
from .base import Optimizer, registry


@registry.register()
class Adadelta(Optimizer):
    """E[g²] ← ρ·E[g²] + (1−ρ)g²;  Δ = −√(E[Δ²]+ε)/√(E[g²]+ε)·g;  E[Δ²] ← ρ·E[Δ²] + (1−ρ)Δ²;
    w ← w + η·Δ     Zeiler 2012

    The paper has no η, which means η = 1. Keras's default, 0.001, hardly moves a weight; pass
    learning_rate=1.0.
    The fading mean replaces the paper's first idea, a sum over a window of the last gradients. Such
    a sum would have to keep all these gradients.
    """

    elementwise = True
    memory_names = ({"mean_g2": "accumulated_grad", "mean_d2": "accumulated_delta_var"},)

    def __init__(self, learning_rate: Rate = 0.001, rho=0.95, epsilon=1e-7, *shared, **options):
        super().__init__(learning_rate, *shared, **options)
        self.rho, self.epsilon = check_number("rho", rho, 0, 1), check_epsilon(epsilon)

    def slots(self):
        return ("mean_g2", "mean_d2")

    def update(self, w, g, lr, mean_g2, mean_d2):
        d, e = self.scratch(w), self.scratch(w, 1)
        np.square(g, out=d)
        d *= 1 - self.rho
        mean_g2 *= self.rho
        mean_g2 += d  # E[g²] ← ρ·E[g²] + (1−ρ)g²
        np.add(mean_d2, self.epsilon, out=d)
        d /= np.add(mean_g2, self.epsilon, out=e)
        np.sqrt(d, out=d)
        d *= g  # −Δ = √(E[Δ²]+ε)/√(E[g²]+ε)·g
        w -= np.multiply(lr, d, out=e)
        d *= d
        d *= 1 - self.rho
        mean_d2 *= self.rho
        mean_d2 += d  # E[Δ²] ← ρ·E[Δ²] + (1−ρ)Δ²
