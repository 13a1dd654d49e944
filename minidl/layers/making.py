"""Helpers for the creation of layers: automatic names, the shape of a sample, a limit on the size
of weights.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from contextlib import contextmanager

import numpy as np

from ..support.dry_run import reading_of
from ..support.registry import snake_case

_counts: Counter = Counter()


def automatic_name(class_name: str) -> str:
    """Return a free name: dense, dense_1, dense_2, ... counted over the process, as in Keras."""
    name = snake_case(class_name)
    _counts[name] += 1
    return name if _counts[name] == 1 else f"{name}_{_counts[name] - 1}"


def reset_names() -> None:
    """Restart the counting of automatic names."""
    _counts.clear()


def shape_of_one_sample(shape, name: str) -> tuple:
    """Return the shape of a sample as a tuple. ValueError, which names the layer, if it is no
    shape.
    """
    if not isinstance(shape, (tuple, list, np.ndarray)):
        shape = (shape,)
    shape = tuple(shape)
    if not all(n is None or (isinstance(n, (int, np.integer)) and n > 0) for n in shape):
        raise ValueError(
            f"{name}: input_shape holds the sizes of one sample, without the batch axis; received "
            f"{shape}."
        )
    return shape


class _Budget(threading.local):
    left: float = math.inf


_budget = _Budget()


@contextmanager
def weight_budget(numbers: int):
    """Limit the weights that layers create inside this with-block to `numbers` numbers in all,
    those in the file that is read. ValueError beyond. A damaged file therefore cannot use up the
    memory.
    """
    _budget.left = numbers
    try:
        with reading_of(numbers):
            yield
    finally:
        _budget.left = math.inf


def spend(numbers: int, name: str, shape: tuple) -> None:
    """Subtract the size of a new weight from the budget. ValueError if too little is left."""
    _budget.left -= numbers
    if _budget.left < 0:
        raise ValueError(f"{name}: a weight of shape {shape} is more than the file holds.")
