"""Names and shapes that layers get by themselves."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ..support.registry import snake_case

_counts: Counter = Counter()


def automatic_name(class_name: str) -> str:
    """dense, dense_1, dense_2, ... counted over the process, as Keras does."""
    name = snake_case(class_name)
    _counts[name] += 1
    return name if _counts[name] == 1 else f"{name}_{_counts[name] - 1}"


def reset_names() -> None:
    """Begin counting the automatic names anew."""
    _counts.clear()


def shape_of_one_sample(shape, name: str) -> tuple:
    """The sizes of a sample as a tuple; ValueError, naming the layer, for what is none."""
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if not all(n is None or (isinstance(n, (int, np.integer)) and n > 0) for n in shape):
        raise ValueError(
            f"{name}: input_shape holds the sizes of one sample, without the batch axis; received "
            f"{shape}."
        )
    return shape
