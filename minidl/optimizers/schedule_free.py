"""AdamW that needs no schedule: a mean over all steps in the place of a falling rate."""

import math

import numpy as np

from ..support.checks import check_count, check_number
from . import around
from .base import Optimizer, registry
from .settings import Rate, check_epsilon


@registry.register()
class ScheduleFreeAdamW(Optimizer):
    """v ← β₂v + (1−β₂)g²;  γ = η·min(1, t/T);  z ← z − γ·g/(√v̂ + ε) − γ·λ·y;
    c = γ²/Σγ²;  x ← (1−c)·x + c·z;  y = (1−β₁)·z + β₁·x
    Defazio et al. 2024, algorithm 1

    v̂ = v/(1−β₂ᵗ). A falling rate lets the last steps be small, but one has to know when the last
    one comes. Here z takes large steps for ever and x, the mean of all z, is what is learned;
    gradients are taken at y between the two, which does what momentum does for Adam. While it
    trains, the weights are y. At the end of `fit`, or with `finalize_variable_values()`, they
    become x, so that is when to evaluate; training goes on from there as if nothing had happened.

    warmup_steps: T. weight_decay: λ. Keras's class of this name has c = 1/t, also while the rate
    still rises, and shrinks y itself by γ·λ: the same only without warmup and decay.
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
        """γ: the rate in update t."""
        return lr * min(1.0, t / self.warmup_steps) if self.warmup_steps else lr

    def shrink(self, grads, lr):
        """z ← z − γ·λ·y"""
        by = self.rate(lr, self.iterations + 1) * (self.weight_decay or 0.0)
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
        """Put x, which is what was learned, in the weights' place, as `fit` does at its end."""
        for variable, row in zip(self.trainable_variables, self.memory):
            variable.assign(row[1])
        super().finalize_variable_values(variables)
