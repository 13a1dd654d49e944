"""Muon: steps for matrices, in which all directions of a gradient get the same length."""

import math
import re

import numpy as np

from ..core import optimizer as core
from ..guards.optimizer import Rate, check_epsilon
from ..support.checks import check_count, check_flag, check_number
from . import around
from .base import Optimizer, registry


@registry.register()
class Muon(Optimizer, core.Adam):
    """m ← μm + g;  d = g + μm;  w ← w − η·0.2·√max(rows, columns)·orthogonal(d)
    Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks". The factor is
    equation 4 of Liu et al. 2025; with it, Adam's learning rates and decays fit.

    orthogonal(d) is about U·Vᵀ, where U·S·Vᵀ is the singular value decomposition of d. Weak
    directions of the gradient therefore count as much as the strong ones. See `orthogonal`.
    nesterov=False uses d = m. rms_rate: the 0.2; None for no factor at all.

    Only matrices have such directions. Variables with another number of axes move as in AdamW. So
    does every variable whose path contains one of the expressions in exclude_layers (give it the
    name of the output layer), and so do embeddings, unless exclude_embeddings=False. Their learning
    rate is adam_lr_ratio·learning_rate, their decay adam_weight_decay.
    """

    memory_names = ({"m": "momentum", "v": "velocity"},)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon=1e-7,
        weight_decay: float | None = 0.004,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.7750,
        muon_c=2.0315,
        adam_lr_ratio: float = 1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate: float | None = 0.2,
        **options,
    ):
        around_steps = (weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum)
        others = (ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name)
        Optimizer.__init__(self, learning_rate, *around_steps, *others, **options)
        self.beta_1 = self.adam_beta_1 = check_number("adam_beta_1", adam_beta_1, 0, 1)
        self.beta_2 = self.adam_beta_2 = check_number("adam_beta_2", adam_beta_2, 0, 1)
        self.epsilon, self.adam_weight_decay = check_epsilon(epsilon), adam_weight_decay
        if adam_weight_decay is not None:
            self.adam_weight_decay = check_number("adam_weight_decay", adam_weight_decay, 0)
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = check_flag("exclude_embeddings", exclude_embeddings)
        coefficients = (("muon_a", muon_a), ("muon_b", muon_b), ("muon_c", muon_c))
        self.muon_a, self.muon_b, self.muon_c = (check_number(k, v) for k, v in coefficients)
        self.adam_lr_ratio = check_number("adam_lr_ratio", adam_lr_ratio, 0)
        self.momentum = check_number("momentum", momentum, 0, 1)
        self.ns_steps = check_count("ns_steps", ns_steps)
        self.nesterov = check_flag("nesterov", nesterov)
        self.rms_rate = None if rms_rate is None else check_number("rms_rate", rms_rate, 0)

    def is_for_adam(self, variable) -> bool:
        """Whether this variable moves as in AdamW."""
        path = variable.path
        embedding = self.exclude_embeddings and "embedding" in path.lower()
        named = any(re.search(word, path) for word in self.exclude_layers)
        return len(variable.shape) != 2 or embedding or named

    def decay_of(self, variable) -> float | None:
        """The weight decay of this variable."""
        return self.adam_weight_decay if self.is_for_adam(variable) else self.weight_decay

    def slots(self):
        return ("m", "v")

    def build(self, variables):
        variables = list(variables)
        self.numbers_for_adam = [v.array for v in variables if self.is_for_adam(v)]
        super().build(variables)

    def initial(self, slot, w):
        for_adam = any(w is numbers for numbers in self.numbers_for_adam)
        return np.zeros_like(w) if slot == "m" or for_adam else None

    def shrink(self, grads, by):
        """Do nothing: `move` decays the weights, because the two kinds of variables have different
        decays.
        """

    def move(self, grads, lr, t):
        for variable, g in zip(self.trainable_variables, grads):
            own = self.decay_of(variable)
            if own:
                around.decay([variable], [g], 1 - own * lr, *self.not_decayed)
        super().move(grads, lr, t)

    def update(self, w, g, lr, m, v):
        if v is not None:
            super().update(w, g, lr * self.adam_lr_ratio, m, v)
            return
        m *= self.momentum
        m += g
        d = g + self.momentum * m if self.nesterov else m
        w -= lr * self.lr_adjust(self.zeropower_via_newtonschulz5(d, self.ns_steps))

    def zeropower_via_newtonschulz5(self, x, steps: int):
        """Return `orthogonal` of x with this optimizer's coefficients."""
        return orthogonal(x, steps, self.muon_a, self.muon_b, self.muon_c)

    def lr_adjust(self, x):
        """Return x·0.2·√max(rows, columns), where 0.2 is rms_rate. For None, return x."""
        return x if self.rms_rate is None else x * (self.rms_rate * math.sqrt(max(x.shape)))


def orthogonal(d, steps: int, a: float, b: float, c: float) -> np.ndarray:
    """x = d/‖d‖;  `steps` times x ← a·x + (b·x·xᵀ + c·(x·xᵀ)²)·x      (Newton and Schulz)

    An odd polynomial of a matrix applies the same polynomial to its singular values. With Muon's
    coefficients each singular value moves from (0, 1] to about 1 (0.7 to 1.2) within five steps.
    The result is about U·Vᵀ, and only matrix products are needed. Jordan et al. 2024
    """
    is_tall = d.shape[0] > d.shape[1]
    x = d.T if is_tall else d  # x·xᵀ is the smaller one
    x = x / (math.sqrt(float(np.sum(np.square(x)))) + 1e-7)
    for _ in range(steps):
        s = x @ x.T
        x = a * x + (b * s + c * (s @ s)) @ x
    return x.T if is_tall else x
