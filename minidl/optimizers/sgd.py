"""Gradient descent, with a memory of its direction."""

import numpy as np

from .base import Optimizer, Rate, check_number, optimizers
from .legacy import check_flag


@optimizers.register()
class SGD(Optimizer):
    """w ← w − η·g; with momentum v ← μ·v − η·g; w ← w + v; with nesterov w ← w + μ·v − η·g.

    Robbins & Monro 1951; Polyak 1964 (the 'heavy ball'); Nesterov 1983 in the form of Sutskever et
    al. 2013.
    """

    def __init__(
        self, learning_rate: Rate = 0.01, momentum=0.0, nesterov=False, *shared, **options
    ):
        check_flag(
            "SGD",
            "nesterov",
            nesterov,
            old_order="SGD(lr, momentum, decay, nesterov)",
            by_name="SGD(learning_rate=..., momentum=..., nesterov=...)",
        )
        super().__init__(learning_rate, *shared, **options)
        self.momentum, self.nesterov = check_number("momentum", momentum, 0, 1), nesterov

    def slots(self):
        return ("velocity",) if self.momentum else ()

    def update(self, w, g, lr, velocity=None):
        step = np.multiply(lr, g, out=self.scratch(w))
        if velocity is not None:
            velocity *= self.momentum
            velocity -= step  # v ← μ·v − η·g
            if self.nesterov:
                w += np.multiply(self.momentum, velocity, out=self.scratch(w, 1))
            else:
                w += velocity
                return
        w -= step
