"""A step size for each weight, which shrinks with every gradient that the weight has ever seen."""

import numpy as np

from .base import Optimizer, Rate, check_epsilon, check_number, optimizers
from .legacy import check_flag


@optimizers.register()
class Adagrad(Optimizer):
    """s ← s + g²;  w ← w − η·g/√(s + ε)     Duchi, Hazan & Singer 2011

    Weights with small or rare gradients take large steps, the others small ones. s only grows, so
    all steps shrink for good.
    initial_accumulator_value: where s begins, so that the first steps are not the largest. (ε is
    put into s with it, once for all.)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value=0.1,
        epsilon=1e-7,
        *shared,
        **options,
    ):
        if initial_accumulator_value is None or (
            isinstance(initial_accumulator_value, float) and 0 < initial_accumulator_value < 1e-5
        ):
            check_flag(
                "Adagrad",
                "initial_accumulator_value",
                initial_accumulator_value,
                expected="0, or a number like 0.1",
                old_order="Adagrad(lr, epsilon, decay)",
                by_name="Adagrad(learning_rate=..., epsilon=...)",
            )
        super().__init__(learning_rate, *shared, **options)
        self.initial_accumulator_value = check_number(
            "initial_accumulator_value", initial_accumulator_value, 0
        )
        self.epsilon = check_epsilon(epsilon)

    def slots(self):
        return ("s",)

    def initial(self, slot, w):
        return np.full_like(w, self.initial_accumulator_value + self.epsilon)

    def as_in_paper(self, slot, array):
        return array - self.epsilon if slot == "s" else array

    def update(self, w, g, lr, s):
        d = np.square(g, out=self.scratch(w))
        s += d  # s ← s + g²
        np.sqrt(s, out=d)
        np.divide(g, d, out=d)
        d *= lr
        w -= d  # w ← w − η·g/√(s + ε)
