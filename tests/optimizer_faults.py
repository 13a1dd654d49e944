"""Optimizers of one's own with a mistake in each."""

from minidl.optimizers import Optimizer


def faulty(**methods):
    """An optimizer class with these methods, and a correct rest."""

    def update(self, w, g, lr, velocity):
        velocity += g
        w -= lr * velocity

    return type(
        "Faulty", (Optimizer,), {"slots": lambda self: ("velocity",), "update": update, **methods}
    )
