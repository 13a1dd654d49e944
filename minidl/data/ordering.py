"""The same elements in another order or number: the half of a Dataset's methods that change no
element.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ..random import generator
from ..support.disk import path_of
from ..support.warning import warn
from . import caching, lengths, streaming
from .elements import Elements
from .lengths import UNKNOWN_CARDINALITY, count

AUTOTUNE = -1  # where Keras programs let TensorFlow choose a number


class Selection(Elements):
    """Elements with the methods that choose among them, order them, join others and keep them."""

    def another(self, begin, size: int, spec: Callable | None = None) -> Any:
        """The pipeline that a method returns; see Elements for the arguments."""
        return Selection(begin, size, spec)

    def _chosen(self, begin, size: int | None = None) -> Any:
        """A pipeline whose elements are some of these, in some order."""
        size = self.size if size is None else size
        return self.another(begin, size, lambda: self.element_spec)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        """Elements in random order, each chosen among the next `buffer_size`. Only a buffer as
        large as the dataset makes all orders equally likely: shuffle before batch.

        seed: a whole number; None: chance from minidl.set_random_seed.
        reshuffle_each_iteration: each loop has an order of its own; False: all have the same.
        """
        n, rng = count("buffer_size", buffer_size, 1), generator(seed)
        fixed = None if reshuffle_each_iteration in (True, None) else drawn_seed(rng)

        def begin():
            seed = drawn_seed(rng) if fixed is None else fixed
            return streaming.shuffled(self.begin(), n, seed)

        return self._chosen(begin)

    def take(self, count, name=None):
        """The first `count` elements; all of them for -1."""
        n = lengths.count("count", count, -1)
        if n == -1:
            return self
        size = lengths.first(self.size, n)
        return self._chosen(lambda: itertools.islice(self.begin(), n), size)

    def skip(self, count, name=None):
        """All but the first `count` elements; none for -1."""
        n = lengths.count("count", count, -1)
        if n == -1:
            return self.take(0)
        size = lengths.without_first(self.size, n)
        return self._chosen(lambda: itertools.islice(self.begin(), n, None), size)

    def repeat(self, count=None, name=None):
        """The elements `count` times over; without an end for None or -1."""
        n = -1 if count is None else lengths.count("count", count, -1)
        if n == 0:
            return self._chosen(lambda: iter(()), 0)
        return self._chosen(
            lambda: streaming.repeated(self.begin, n), lengths.repeated(self.size, n)
        )

    def shard(self, num_shards, index, name=None):
        """Every num_shards-th element, from number `index` on: the share of one of several
        machines.
        """
        n, i = count("num_shards", num_shards, 1), count("index", index, 0)
        if i >= n:
            raise ValueError(f"shard: index is below num_shards={n}; received {i}.")
        return self._chosen(
            lambda: itertools.islice(self.begin(), i, None, n), lengths.sharded(self.size, n, i)
        )

    def concatenate(self, dataset, name=None):
        """These elements, and then those of another dataset."""
        return self._chosen(
            lambda: itertools.chain(self.begin(), _later(dataset)),
            lengths.one_after_the_other(self.size, dataset.size),
        )

    def cache(self, filename="", name=None):
        """The elements kept once a loop has seen all of them, so that what comes before, as reading
        files, is done once. Shuffle after it.

        filename: a file to keep them in, for data larger than the memory; if it exists, they are
        read from it, also by another program. Left out: in memory.
        """
        if isinstance(filename, str) and not filename:
            kept: list = []
            return self._chosen(lambda: caching.kept_in_memory(self.begin, kept))
        path = path_of(filename, "Dataset.cache: filename")
        return self._chosen(lambda: caching.kept_in_file(self.begin, path))

    def save(self, path, name=None):
        """Write all elements to a file, which Dataset.load reads."""
        path = path_of(path, "Dataset.save: path")
        if os.path.exists(path):
            os.remove(path)
        for _ in caching.kept_in_file(self.begin, path):
            pass

    def prefetch(self, buffer_size, name=None):
        """The same elements. They are made when their turn comes and not ahead of it, so that the
        same seed brings the same numbers.
        """
        count("buffer_size", buffer_size, AUTOTUNE)
        return self._chosen(self.begin)

    def unique(self, name=None):
        """Each element once, at its first place. What came is remembered: it takes memory."""
        return self._chosen(lambda: streaming.unique(self.begin()), UNKNOWN_CARDINALITY)

    def ignore_errors(self, log_warning=False, name=None):
        """Only the elements that can be made: those whose `map` raises an error are left out."""
        say = warn if log_warning else None
        return self._chosen(
            lambda: streaming.without_errors(self.begin(), say), UNKNOWN_CARDINALITY
        )

    def apply(self, transformation_func):
        """transformation_func(self): a function of your own among the methods."""
        return transformation_func(self)

    def options(self):
        """The settings of tf.data, which have no effect here."""
        return Options()

    def with_options(self, options, name=None):
        """The same elements: tf.data's settings are about threads and devices."""
        return self


class Options:
    """tf.data.Options: settings of threads and devices, which can be set and have no effect."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self.__dict__[name] = Options()
        return self.__dict__[name]


def drawn_seed(rng: np.random.Generator) -> int:
    """The seed of one loop. In a dry run, as of element_spec, the generator is put back."""
    return int(generator(rng).integers(2**63))


def _later(dataset: Elements):
    """The elements of a dataset that begins when its turn comes."""
    yield from dataset.begin()
