"""Adafactor: RMSprop with the mean squares of a matrix stored by its rows and columns."""

import math

import numpy as np

from ..guards.optimizer import Rate
from ..support.checks import check_flag, check_number
from .base import Optimizer, registry


@registry.register()
class Adafactor(Optimizer):
    """β̂ = 1 − tᵈ;  r ← β̂r + (1−β̂)·mean_columns(g² + ε₁);  c ← β̂c + (1−β̂)·mean_rows(g² + ε₁)
    v = r·c/mean(r);  u = g/√v;  û = u/max(1, rms(u)/threshold)
    w ← w − max(ε₂, rms(w))·min(η, 1/√t)·û       Shazeer & Stern 2018, algorithms 4 and 5

    d is beta_2_decay. Vectors have no rows: for them v ← β̂v + (1−β̂)(g² + ε₁). rms(x) = √mean(x²).
    The paper keeps only r and c, n + m numbers for n·m weights; as in Keras, v is kept too.
    relative_step has no effect: here, as in Keras, the step is never above 1/√t.
    """

    memory_names = ({"r": "r", "c": "c", "v": "velocity"},)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        *shared,
        **options,
    ):
        super().__init__(learning_rate, *shared, **options)
        self.beta_2_decay = check_number("beta_2_decay", beta_2_decay)
        self.epsilon_1 = check_number("epsilon_1", epsilon_1, 0)
        self.epsilon_2 = check_number("epsilon_2", epsilon_2, 0)
        self.clip_threshold = check_number("clip_threshold", clip_threshold, 0, open_below=True)
        self.relative_step = check_flag("relative_step", relative_step)

    def slots(self):
        return ("r", "c", "v")

    def initial(self, slot, w):
        if slot == "v":
            return np.zeros_like(w)
        if w.ndim < 2:
            return np.zeros((), w.dtype)  # as in Keras, which has no use for it
        return np.zeros_like(w.mean(axis=-1 if slot == "r" else -2))

    def begin_step(self, t):
        self.keep, self.longest = 1 - t**self.beta_2_decay, 1 / math.sqrt(t)

    def update(self, w, g, lr, r, c, v):
        squares, keep = np.square(g) + self.epsilon_1, self.keep
        if w.ndim < 2:
            v[...] = keep * v + (1 - keep) * squares
        else:
            r[...] = keep * r + (1 - keep) * squares.mean(axis=-1)
            c[...] = keep * c + (1 - keep) * squares.mean(axis=-2)
            v[...] = (r / r.mean(axis=-1, keepdims=True))[..., None] * c[..., None, :]
        # in a row and a column without any gradient v may be too small for a float
        u = np.divide(g, np.sqrt(v), out=np.zeros_like(g), where=v > 0)
        u /= max(1.0, rms(u) / self.clip_threshold)
        w -= max(self.epsilon_2, rms(w)) * min(lr, self.longest) * u


def rms(x) -> float:
    """√mean(x²)"""
    return math.sqrt(float(np.mean(np.square(x))))
