"""LAMB: Adam for very large batches. Each variable moves by a fraction of its own norm."""

import math

import numpy as np

from .adam import TwoMoments
from .around import norm
from .base import registry


@registry.register()
class Lamb(TwoMoments):
    """m, v as Adam;  u = m̂/(√v̂ + ε);  w ← w − η·(‖w‖/‖u‖)·u      You et al. 2020, algorithm 2

    m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ). If ‖w‖ or ‖u‖ is 0, the ratio is 1. The paper adds λ·w to u.
    Here `weight_decay` shrinks w before the update, as in AdamW and in Keras.
    """

    def begin_step(self, t):
        self.of_m, self.root = 1 / (1 - self.beta_1**t), math.sqrt(1 - self.beta_2**t)

    def update(self, w, g, lr, m, v):
        u = self.scratch(w)
        self.remember(g, m, v, u)
        size = np.sqrt(v, out=u)
        size /= self.root
        size += self.epsilon
        np.divide(m, size, out=u)
        u *= self.of_m
        length, longest = norm([w]), norm([u])
        u *= lr * (length / longest if length and longest else 1.0)
        w -= u
