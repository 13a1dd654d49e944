"""tf.random: what minidl.random, which has Keras's names, lacks; first values of weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import initializers, random
from .doors import door, sizes

NAMES: dict[str, Any] = {}
# Initial values of weights, under TensorFlow's own names.
_CLASSES = {
    "constant": "Constant",
    "ones": "Ones",
    "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform",
    "zeros": "Zeros",
}
NAMES |= {f"{name}_initializer": getattr(initializers, c) for name, c in _CLASSES.items()}


class Generator:
    """Random numbers that follow from one seed: Generator.from_seed(1).normal((2, 3))."""

    def __init__(self, seed=None):
        self._seeds = random.SeedGenerator(seed)

    @classmethod
    def from_seed(cls, seed, alg=None) -> Generator:
        return cls(int(seed))

    @classmethod
    def from_non_deterministic_state(cls, alg=None) -> Generator:
        return cls()

    def normal(self, shape, mean=0.0, stddev=1.0, dtype: Any = "float32"):
        return random.normal(sizes(shape), mean, stddev, np.dtype(dtype), self._seeds)

    def uniform(self, shape, minval=0, maxval=1, dtype: Any = "float32"):
        return random.uniform(sizes(shape), minval, maxval, np.dtype(dtype), self._seeds)


def stateless(seed) -> np.random.Generator:
    """A generator from the two whole numbers that stateless functions take."""
    return np.random.default_rng(sizes(seed))


def _stateless(function: Callable) -> Callable:
    """Draw the same numbers for the same seed, two whole numbers."""

    def drawn(shape, seed, low=0.0, high=1.0, dtype: Any = "float32"):
        return function(sizes(shape), low, high, np.dtype(dtype), stateless(seed))

    return drawn


_ENDS = {"normal": "mean stddev", "truncated_normal": "mean stddev", "uniform": "minval maxval"}
for _name, _ends in _ENDS.items():
    _draw = _stateless(getattr(random, _name))
    NAMES[f"random.stateless_{_name}"] = door(_draw, f"| shape seed {_ends} dtype")
NAMES |= {"random.Generator": Generator, "random.set_seed": random.set_random_seed}
