"""Schedule-Free: AdamW without a schedule. The mean over all steps replaces a falling rate."""

import math

import numpy as np

from ..guards.optimizer import Rate, check_epsilon
from ..support.checks import check_count, check_number
from . import around
from .base import Optimizer, registry


@registry.register()
class ScheduleFreeAdamW(Optimizer):
    """v ← β₂v + (1−β₂)g²;  γ = η·min(1, t/T);  z ← z − γ·g/(√v̂ + ε) − γ·λ·y;
    c = γ²/Σγ²;  x ← (1−c)·x + c·z;  y = (1−β₁)·z + β₁·x
    Defazio et al. 2024, algorithm 1

    v̂ = v/(1−β₂ᵗ). A falling learning rate makes the last steps small, but then the number of steps
    must be known in advance. Here z always takes large steps, and x, the mean of all z, is the
    result. Gradients are computed at y, which lies between the two; this has the effect of Adam's
    momentum. During training the weights are y. At the end of `fit`, or after
    `finalize_variable_values()`, they are x: evaluate the model then. A later fit continues as if
    training had not been interrupted.

    warmup_steps: T. weight_decay: λ. Keras's class of this name uses c = 1/t, also during the
    warmup, and shrinks y itself by γ·λ. Both are the same only without warmup and decay.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.0025,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        warmup_steps=0,
        *shared,
        **options,
    ):
        super().__init__(learning_rate, *shared, **options)
        self.beta_1 = check_number("beta_1", beta_1, 0, 1)
        self.beta_2 = check_number("beta_2", beta_2, 0, 1)
        self.epsilon = check_epsilon(epsilon)
        self.warmup_steps = check_count("warmup_steps", warmup_steps, 0)

    def slots(self):
        return ("z", "x", "v", "total")

    def initial(self, slot, w):
        if slot == "total":  # Σγ², one number
            return np.zeros((), w.dtype)
        return np.zeros_like(w) if slot == "v" else w.copy()

    def rate(self, lr: float, t: int) -> float:
        """Return γ, the learning rate of update t."""
        return lr * min(1.0, t / self.warmup_steps) if self.warmup_steps else lr

    def shrink(self, grads, by):
        """z ← z − γ·λ·y, where `by` is η·λ"""
        by = self.rate(by, self.iterations + 1)
        for v, g, row in zip(self.trainable_variables, grads, self.memory):
            if around.decays(v, g, *self.not_decayed):
                z = row[0]
                z -= by * v.array

    def move(self, grads, lr, t):
        super().move(grads, self.rate(lr, t), t)

    def begin_step(self, t):
        self.root = math.sqrt(1 - self.beta_2**t)

    def update(self, w, g, lr, z, x, v, total):
        v *= self.beta_2
        v += (1 - self.beta_2) * np.square(g)
        z -= lr * g / (np.sqrt(v) / self.root + self.epsilon)
        total += lr * lr
        c = lr * lr / float(total) if lr else 0.0
        x += c * (z - x)
        w[...] = (1 - self.beta_1) * z + self.beta_1 * x

    def finalize_variable_values(self, variables=None):
        """Replace the weights by x, the result of training. `fit` calls it at its end."""
        for variable, row in zip(self.trainable_variables, self.memory):
            variable.assign(row[1])
        super().finalize_variable_values(variables)
