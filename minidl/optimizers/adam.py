"""RMSprop's step sizes along momentum's direction, both corrected for having started at zero."""

import math

import numpy as np

from .. import backend
from .base import Optimizer, check_number, optimizers


@optimizers.register()
class Adam(Optimizer):
    """m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)

    Kingma & Ba 2015, the 'ε-hat' form at the end of their section 2. amsgrad: v is replaced by the largest v so far (Reddi et al. 2018).
    Below, m and v are kept without their factors (1−β₁) and (1−β₂), which move into the step size and ε: the same numbers from
    fewer passes over memory, which is what an update costs.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, *shared, **options):
        super().__init__(learning_rate, *shared, **options)
        self.beta_1, self.beta_2 = check_number("beta_1", beta_1, 0, 1), check_number("beta_2", beta_2, 0, 1)
        self.epsilon = check_number("epsilon", backend.epsilon() if epsilon is None else epsilon, 0)
        self.amsgrad = amsgrad

    def slots(self):
        return ("m", "v", "v_max") if self.amsgrad else ("m", "v")

    def begin_step(self, t):
        root = math.sqrt(1 - self.beta_2)
        self.scale = math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t) * (1 - self.beta_1) / root
        self.fuzz = self.epsilon / root

    def update(self, w, g, lr, m, v, v_max=None):
        m *= self.beta_1
        m += g                                          # m ← β₁m + g
        v *= self.beta_2
        d = np.multiply(g, g, out=self.scratch(w))
        v += d                                          # v ← β₂v + g²
        if v_max is not None:
            v = np.maximum(v_max, v, out=v_max)
        np.sqrt(v, out=d)
        d += self.fuzz
        np.divide(m, d, out=d)
        d *= lr * self.scale
        w -= d                                          # w ← w − η·scale·m/(√v + fuzz)
