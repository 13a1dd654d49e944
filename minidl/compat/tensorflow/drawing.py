"""tf.random: what minidl.random, which has Keras's names, lacks; first values of weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ... import initializers, random
from .doors import generator_of, sizes

_DRAWN = ("normal", "truncated_normal", "uniform")


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
        return random.randint((2, int(count)), 0, 2**31 - 1, "int64", self._seeds)

    def __getattr__(self, name: str) -> Callable:
        """Return normal, uniform or truncated_normal, which draw from this generator."""
        if name not in _DRAWN:
            raise AttributeError(f"tf.random.Generator has no method {name!r}.")
        return lambda shape, *how, **given: getattr(random, name)(
            sizes(shape), *how, seed=self._seeds, **given
        )


def _stateless(name: str, shape, seed, *how, **given):
    """The same numbers for the same seed; the other arguments are those of minidl.random."""
    return getattr(random, name)(sizes(shape), *how, seed=generator_of(seed), **given)


NAMES: dict[str, Any] = {f"random.stateless_{n}": partial(_stateless, n) for n in _DRAWN}
# Initial values of weights, under TensorFlow's own names.
for _words in ("constant", "ones", "random normal", "random uniform", "zeros"):
    _class = getattr(initializers, _words.title().replace(" ", ""))
    NAMES[f"{_words.replace(' ', '_')}_initializer"] = _class
NAMES |= {"random.Generator": Generator, "random.set_seed": random.set_random_seed}
