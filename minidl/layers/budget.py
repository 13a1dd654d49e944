"""How many numbers new weights may hold: a file that asks for more than it holds is refused."""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager


class _Budget(threading.local):
    left: float = math.inf


_budget = _Budget()


@contextmanager
def weight_budget(numbers: int):
    """Inside, layers may make weights of so many numbers in all, and ValueError beyond."""
    _budget.left = numbers
    try:
        yield
    finally:
        _budget.left = math.inf


def spend(numbers: int, name: str, shape: tuple) -> None:
    """Take the numbers of a new weight off the budget; ValueError if they are not there."""
    _budget.left -= numbers
    if _budget.left < 0:
        raise ValueError(f"{name}: a weight of shape {shape} is more than the file holds.")
