"""Pipelines: data that are read, changed, shuffled and batched a few at a time, in constant memory.

A Dataset knows how to begin anew. Each loop over it makes its elements one after another, so a
dataset may be larger than the memory, and even without an end.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..random import generator
from ..support.arrays import as_array
from ..support.structures import leaves, tree_map
from ..tensor import Tensor, no_grad, wrap
from .arrays import check_same_length, rows

AUTOTUNE = -1  # where Keras programs let TensorFlow choose a number
INFINITE_CARDINALITY = -1


class Dataset:
    """Elements that come one after another, anew in each loop: tensors, or tuples and dicts of
    them. After `batch` they are what fit, evaluate and predict take: x, (x, y) or (x, y,
    sample_weight).

    Each method returns a new dataset and computes nothing yet:

    >>> data = Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32)
    >>> model.fit(data, epochs=5)

    Datasets are made by `from_tensor_slices`. begin: makes an iterator over the elements as arrays;
    size: how many there are, None if they have no end.
    """

    def __init__(self, begin: Callable[[], Iterator], size: int | None):
        self.begin, self.size = begin, size

    @classmethod
    def from_tensor_slices(cls, tensors) -> Dataset:
        """A dataset of the rows of an array, or of the rows of several: a tuple (x, y) of arrays
        gives pairs, a dict of arrays gives dicts. Nothing is copied.
        """
        arrays = _as_arrays(tensors)
        if not leaves(arrays) or any(a.ndim == 0 for a in leaves(arrays)):
            raise ValueError(
                "from_tensor_slices takes arrays whose first axis counts the samples; received "
                f"{type(tensors).__name__} with a single number, or nothing, in it."
            )
        size = check_same_length(tensors=arrays)
        return cls(lambda: (rows(arrays, i) for i in range(size)), size)

    def __iter__(self):
        return (tree_map(_as_tensor, element) for element in self.begin())

    def as_numpy_iterator(self) -> Iterator:
        """The elements as NumPy arrays."""
        return iter(self.begin())

    def __len__(self) -> int:
        if self.size is None:
            raise TypeError(
                "A dataset without an end has no length. Take a part of it, dataset.take(n), or "
                "tell fit how many batches make an epoch, steps_per_epoch=...."
            )
        return self.size

    def __bool__(self) -> bool:
        return True

    def cardinality(self) -> Tensor:
        """How many elements a loop brings; INFINITE_CARDINALITY, -1, if they have no end."""
        return wrap(np.asarray(INFINITE_CARDINALITY if self.size is None else self.size, np.int64))

    def batch(
        self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None
    ) -> Dataset:
        """Elements stacked, batch_size at a time. The last batch holds what is left;
        drop_remainder leaves it out if it is smaller than the others.
        """
        n = _count("batch_size", batch_size, 1)
        whole, rest = divmod(self.size or 0, n)
        size = None if self.size is None else whole + (rest > 0 and not drop_remainder)
        return Dataset(lambda: _batches(self.begin(), n, drop_remainder), size)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True) -> Dataset:
        """Elements in random order, each chosen among the next `buffer_size`. Only a buffer as
        large as the dataset makes all orders equally likely: shuffle before batch.

        seed: a whole number; None: chance from minidl.set_random_seed.
        reshuffle_each_iteration: each loop has an order of its own; False: all have the same.
        """
        n, rng = _count("buffer_size", buffer_size, 1), generator(seed)
        fixed = None if reshuffle_each_iteration else _seed(rng)

        def begin():
            return _shuffled(self.begin(), n, _seed(rng) if fixed is None else fixed)

        return Dataset(begin, self.size)

    def map(self, map_func, num_parallel_calls=None, deterministic=None) -> Dataset:
        """map_func(element) in the place of each element; map_func(x, y) if the elements are
        tuples. It receives tensors and returns one, or a tuple or dict of some.
        """
        if not callable(map_func):
            raise TypeError(f"Dataset.map takes a function; received {map_func!r}.")
        return Dataset(lambda: (_mapped(map_func, e) for e in self.begin()), self.size)

    def take(self, count) -> Dataset:
        """The first `count` elements; all of them for -1."""
        n = _count("count", count, -1)
        if n == -1:
            return self
        size = n if self.size is None else min(n, self.size)
        return Dataset(lambda: itertools.islice(self.begin(), n), size)

    def skip(self, count) -> Dataset:
        """All but the first `count` elements; none for -1."""
        n = _count("count", count, -1)
        if n == -1:
            return self.take(0)
        size = None if self.size is None else max(self.size - n, 0)
        return Dataset(lambda: itertools.islice(self.begin(), n, None), size)

    def repeat(self, count=None) -> Dataset:
        """The elements `count` times over; without an end for None or -1."""
        n = -1 if count is None else _count("count", count, -1)
        if self.size == 0 or n == 0:
            return self.take(0)
        size = None if n == -1 or self.size is None else n * self.size
        return Dataset(lambda: _repeated(self.begin, n), size)

    def cache(self, filename="") -> Dataset:
        """The elements kept in memory once a loop has seen all of them, so that what comes before,
        as reading files, is done once. Shuffle after it.
        """
        if filename:
            raise ValueError("Dataset.cache keeps the elements in memory; leave the file name out.")
        kept: list = []
        return Dataset(lambda: _cached(self.begin, kept), self.size)

    def prefetch(self, buffer_size, name=None) -> Dataset:
        """The same elements. They are made when their turn comes and not ahead of it, so that the
        same seed brings the same numbers.
        """
        _count("buffer_size", buffer_size, AUTOTUNE)
        return Dataset(self.begin, self.size)

    def __repr__(self):
        return (
            f"<{type(self).__name__} of {'endless' if self.size is None else self.size} elements>"
        )


def _batches(elements, size: int, drop_remainder: bool):
    while chosen := list(itertools.islice(elements, size)):
        if len(chosen) < size and drop_remainder:
            return
        yield tree_map(_stacked, *chosen)


def _stacked(*values) -> np.ndarray:
    try:
        return np.stack(values)
    except ValueError:
        shapes = sorted({np.shape(v) for v in values})
        raise ValueError(
            f"A batch stacks elements of one shape; received {shapes[0]} and {shapes[-1]}. Give "
            "them one shape with map before batch, images with layers.Resizing."
        ) from None


def _shuffled(elements, size: int, seed: int):
    """A buffer is filled; each element is drawn from it, and the next one takes its place."""
    rng, buffer = np.random.default_rng(seed), list(itertools.islice(elements, size))
    for element in elements:
        place = int(rng.integers(size))
        yield buffer[place]
        buffer[place] = element
    rng.shuffle(buffer)
    yield from buffer


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**63))


def _repeated(begin, count: int):
    for _ in itertools.count() if count == -1 else range(count):
        empty = True
        for element in begin():
            empty = False
            yield element
        if empty:
            return


def _cached(begin, kept: list):
    """kept: empty, or [all elements] once a loop has come to its end."""
    if kept:
        yield from kept[0]
        return
    seen = []
    for element in begin():
        seen.append(element)
        yield element
    kept[:] = [seen]


def _mapped(function, element):
    arguments = tree_map(_as_tensor, element)
    with no_grad():
        result = function(*arguments) if isinstance(arguments, tuple) else function(arguments)
    return _as_arrays(result)


def _as_arrays(structure) -> Any:
    """Tuples and dicts of what holds numbers or texts, as such of arrays. A list is an array."""
    if isinstance(structure, dict):
        return {k: _as_arrays(v) for k, v in structure.items()}
    if isinstance(structure, tuple):
        return tuple([_as_arrays(v) for v in structure])
    if _is_text(structure) or isinstance(structure, int):
        return np.asarray(structure)
    return as_array(structure, keep_ints=True)


def _is_text(value) -> bool:
    """Whether this is a text, or a list or an array of texts."""
    if isinstance(value, list):
        return bool(value) and _is_text(value[0])
    return (
        isinstance(value, (str, bytes))
        or getattr(getattr(value, "dtype", None), "kind", "f") in "OUST"
    )


def _as_tensor(value):
    value = np.asarray(value)
    return value if _is_text(value) else wrap(value)


def _count(name: str, value, least: int) -> int:
    """A whole number, also as a tensor; ValueError naming the argument otherwise."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or isinstance(value, bool):
        raise ValueError(f"{name} is a whole number of at least {least}; received {value!r}.")
    return number
