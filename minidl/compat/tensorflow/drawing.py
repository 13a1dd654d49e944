"""tf.random: what minidl.random, which has Keras's names, lacks; first values of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import initializers, random
from ...tensor import wrap
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


def log_uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None
):
    """Classes drawn by chance, small numbers more often than large ones, as words that are sorted
    by how often they occur: (classes, how often each of true_classes is expected among them, the
    same for the classes). unique: no class twice.
    """
    edges = np.log(np.arange(1.0, int(range_max) + 2))
    return _candidates(true_classes, num_sampled, unique, np.diff(edges) / edges[-1], seed)


def uniform_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None):
    """Like log_uniform_candidate_sampler, with the same probability for each class."""
    p = np.full(int(range_max), 1 / int(range_max))
    return _candidates(true_classes, num_sampled, unique, p, seed)


def _candidates(true_classes, num_sampled, unique, p: np.ndarray, seed) -> tuple:
    """num_sampled classes with the probabilities p, and how often classes are expected. Without
    repetition that is 1 - (1 - p)^tries, where tries counts what was drawn until all differed.
    """
    count, rng = int(num_sampled), generator_of(seed)
    if unique and count > len(p):
        raise ValueError(f"{count} different classes do not fit below range_max={len(p)}.")
    drawn: list[int] = rng.choice(len(p), count, p=p).tolist()
    tries, seen = count, dict.fromkeys(drawn)
    while unique and len(seen) < count:
        seen[int(rng.choice(len(p), p=p))] = None
        tries += 1
    chosen = np.array(list(seen) if unique else drawn, np.int64)
    rejected = unique and tries > count
    expected = -np.expm1(tries * np.log1p(-p)) if rejected else count * p
    true = np.asarray(true_classes).astype(np.int64)
    return wrap(chosen), *[wrap(expected[c].astype(np.float32)) for c in (true, chosen)]


NAMES: dict[str, Any] = shelf(globals(), "random.")
# Initial values of weights, under TensorFlow's own names.
for _words in ("constant", "ones", "random normal", "random uniform", "zeros"):
    _class = getattr(initializers, _words.title().replace(" ", ""))
    NAMES[f"{_words.replace(' ', '_')}_initializer"] = _class
NAMES |= {"random.Generator": Generator, "random.set_seed": random.set_random_seed}
