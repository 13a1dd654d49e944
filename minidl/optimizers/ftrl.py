"""FTRL, follow the regularized leader: it sets weights of uninformative features to exactly 0."""

import numpy as np

from ..guards.optimizer import Rate
from ..support.checks import check_number
from .base import Optimizer, registry


@registry.register()
class Ftrl(Optimizer):
    """n' = n + g²;  z ← z + g + 2·s·w − (n'ᵖ − nᵖ)/η·w;  n ← n'
    w ← (clip(z, −λ₁, λ₁) − z) / (nᵖ/η + 2·(λ₂ + β/(2η)))
    McMahan et al. 2013, algorithm 1, in Keras's letters: p = −learning_rate_power, ½ in the paper

    n is the sum of the squares (it starts at initial_accumulator_value), z that of the gradients.
    While |z| ≤ λ₁ (l1_regularization_strength), the weight is 0. λ₂: l2_regularization_strength; s:
    l2_shrinkage_regularization_strength. The weights are computed from n and z alone, so the first
    step replaces their initial values. FTRL is made for models with millions of weights of which
    most are 0, as in advertising.
    """

    memory_names = ({"n": "accumulator", "z": "linear"},)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        *shared,
        **options,
    ):
        super().__init__(learning_rate, *shared, **options)
        self.learning_rate_power = check_number("learning_rate_power", learning_rate_power)
        if self.learning_rate_power > 0:
            raise ValueError(
                f"learning_rate_power must be a number of at most 0; received "
                f"{learning_rate_power!r}."
            )
        self.initial_accumulator_value = check_number(
            "initial_accumulator_value", initial_accumulator_value, 0
        )
        self.l1_regularization_strength = check_number(
            "l1_regularization_strength", l1_regularization_strength, 0
        )
        self.l2_regularization_strength = check_number(
            "l2_regularization_strength", l2_regularization_strength, 0
        )
        self.l2_shrinkage_regularization_strength = check_number(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, 0
        )
        self.beta = check_number("beta", beta, 0)

    def slots(self):
        return ("n", "z")

    def initial(self, slot, w):
        return np.full_like(w, self.initial_accumulator_value if slot == "n" else 0.0)

    def update(self, w, g, lr, n, z):
        if not lr:  # the formula divides by it
            return
        power, l1 = -self.learning_rate_power, self.l1_regularization_strength
        before = n**power
        n += np.square(g)
        now = n**power
        z += g + 2 * self.l2_shrinkage_regularization_strength * w
        z -= (now - before) / lr * w
        l2 = self.l2_regularization_strength + self.beta / (2 * lr)
        w[...] = (np.clip(z, -l1, l1) - z) / (now / lr + 2 * l2)
