"""tf.random: what minidl.random, which has Keras's names, lacks; first values of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import initializers, random
from .doors import generator_of, shelf, sizes


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

    def make_seeds(self, count=1):
        """Seeds for the stateless functions, one a column of two."""
        return random.randint((2, int(count)), 0, np.iinfo("int32").max, "int64", self._seeds)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32"):
        return random.normal(sizes(shape), mean, stddev, dtype, self._seeds)

    def uniform(self, shape, minval=0, maxval=1, dtype="float32"):
        return random.uniform(sizes(shape), minval, maxval, dtype, self._seeds)


def stateless_normal(shape, seed, mean=0.0, stddev=1.0, dtype="float32"):
    """The same normal numbers for the same seed."""
    return random.normal(sizes(shape), mean, stddev, dtype, generator_of(seed))


def stateless_truncated_normal(shape, seed, mean=0.0, stddev=1.0, dtype="float32"):
    """The same numbers for the same seed, at most two stddev from the mean."""
    return random.truncated_normal(sizes(shape), mean, stddev, dtype, generator_of(seed))


def stateless_uniform(shape, seed, minval=0, maxval=1, dtype="float32"):
    """The same numbers for the same seed, all equally likely."""
    return random.uniform(sizes(shape), minval, maxval, dtype, generator_of(seed))


NAMES: dict[str, Any] = shelf(globals(), "random.")
# Initial values of weights, under TensorFlow's own names.
for _words in ("constant", "ones", "random normal", "random uniform", "zeros"):
    _class = getattr(initializers, _words.title().replace(" ", ""))
    NAMES[f"{_words.replace(' ', '_')}_initializer"] = _class
NAMES |= {"random.Generator": Generator, "random.set_seed": random.set_random_seed}
