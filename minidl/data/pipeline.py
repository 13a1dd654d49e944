"""Pipelines: data that are read, changed, shuffled and batched a few at a time, in constant memory.

A Dataset knows how to begin anew. Each loop over it makes its elements one after another, so a
dataset may be larger than the memory, and even without an end.

beginnings.py: where data come from. elements.py: what a loop yields. ordering.py, chaining.py: the
methods. streaming.py: the iterators behind them. caching.py: elements kept in files. lengths.py,
specs.py: how many elements there are, and what they are like.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from ..random import generator
from ..support.disk import path_of
from . import beginnings, caching, streaming
from .chaining import Pipeline
from .elements import as_arrays
from .lengths import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from .ordering import AUTOTUNE, Options, drawn_seed
from .specs import DatasetSpec, TensorSpec, spec_of

__all__ = [
    "AUTOTUNE",
    "Dataset",
    "DatasetSpec",
    "INFINITE_CARDINALITY",
    "Options",
    "TensorSpec",
    "TextLineDataset",
    "UNKNOWN_CARDINALITY",
]


class Dataset(Pipeline):
    """Elements that come one after another, anew in each loop: tensors, or tuples and dicts of
    them. After `batch` they are what fit, evaluate and predict take: x, (x, y) or (x, y,
    sample_weight).

    Each method returns a new dataset and computes nothing yet:

    >>> data = Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32)
    >>> model.fit(data, epochs=5)

    Methods, their arguments and the order of elements are those of tf.data. Arguments for threads
    (num_parallel_calls, deterministic) and `name` change nothing: elements are made when their turn
    comes, so that the same seed brings the same numbers.
    """

    @staticmethod
    def from_tensor_slices(tensors, name=None) -> Dataset:
        """A dataset of the rows of an array, or of the rows of several: a tuple (x, y) of arrays
        gives pairs, a dict of arrays gives dicts. Nothing is copied.
        """
        return Dataset(*beginnings.slices(tensors))

    @staticmethod
    def from_tensors(tensors, name=None) -> Dataset:
        """A dataset of one element: these tensors."""
        element = as_arrays(tensors)
        return Dataset(lambda: iter([element]), 1, lambda: spec_of(element))

    @staticmethod
    def from_generator(
        generator,
        output_types=None,
        output_shapes=None,
        args=None,
        output_signature=None,
        name=None,
    ) -> Dataset:
        """What a function that makes a generator yields; it is called anew, generator(*args), for
        each loop.

        output_signature: a TensorSpec, or a tuple or dict of them: the dtypes that elements are
        converted to, and the shapes that they must have. (output_types and output_shapes say the
        same in two.)
        """
        return Dataset(
            *beginnings.generated(generator, output_types, output_shapes, args, output_signature)
        )

    @staticmethod
    def range(*args, output_type="int64", name=None) -> Dataset:
        """Whole numbers, as Python's range counts them: range(stop), range(start, stop, step)."""
        numbers = range(*[int(a) for a in args])
        spec = TensorSpec((), output_type)
        return Dataset(lambda: map(spec.dtype.type, numbers), len(numbers), lambda: spec)

    @staticmethod
    def list_files(file_pattern, shuffle=None, seed=None, name=None) -> Dataset:
        """The paths of the files that match a pattern, as 'photos/*.jpg', or one of several; in a
        new random order in each loop, sorted for shuffle=False.
        """
        data = Dataset(*beginnings.matching(file_pattern))
        return data if shuffle is False else data.shuffle(data.size, seed)

    @staticmethod
    def zip(*args, datasets=None, name=None) -> Dataset:
        """Elements of several datasets side by side, as tuples or dicts of the datasets are built:
        zip(a, b) or zip((a, b)). It ends with the shortest.
        """
        args = args if datasets is None else (datasets,)
        return Dataset(*beginnings.side_by_side(args[0] if len(args) == 1 else args))

    @staticmethod
    def sample_from_datasets(
        datasets, weights=None, seed=None, stop_on_empty_dataset=False, rerandomize=None
    ) -> Dataset:
        """The next element of a dataset drawn by chance, again and again. weights: the probability
        of each; all alike if left out.
        """
        p = None if weights is None else np.asarray(weights, float) / np.sum(weights)
        rng, n = generator(seed), len(datasets)

        def begin():
            draw = np.random.default_rng(drawn_seed(rng))
            numbers = (int(draw.choice(n, p=p)) for _ in itertools.count())
            sources = [data.begin() for data in datasets]
            return streaming.chosen(sources, numbers, stop_on_empty_dataset)

        return Dataset(begin, UNKNOWN_CARDINALITY, lambda: datasets[0].element_spec)

    @staticmethod
    def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=True) -> Dataset:
        """The next element of the dataset whose number choice_dataset brings."""

        def begin():
            numbers = map(int, choice_dataset.begin())
            sources = [data.begin() for data in datasets]
            return streaming.chosen(sources, numbers, stop_on_empty_dataset)

        return Dataset(begin, UNKNOWN_CARDINALITY, lambda: datasets[0].element_spec)

    @staticmethod
    def load(path, element_spec=None, compression=None, reader_func=None) -> Dataset:
        """The elements in a file that `save` wrote."""
        path = path_of(path, "Dataset.load: path")
        return Dataset(lambda: caching.read(path), UNKNOWN_CARDINALITY)

    @staticmethod
    def counter(start=0, step=1, dtype="int64", name=None) -> Dataset:
        """Whole numbers without an end: start, start + step, ..."""
        spec = TensorSpec((), dtype)
        return Dataset(
            lambda: map(spec.dtype.type, itertools.count(int(start), int(step))),
            INFINITE_CARDINALITY,
            lambda: spec,
        )

    @staticmethod
    def random(seed=None, rerandomize_each_iteration=None, name=None) -> Dataset:
        """Random whole numbers below 2^32 without an end; the same ones in each loop, or others if
        rerandomize_each_iteration.
        """
        rng = generator(seed)
        fixed = None if rerandomize_each_iteration else drawn_seed(rng)

        def begin():
            draw = np.random.default_rng(drawn_seed(rng) if fixed is None else fixed)
            return (draw.integers(2**32) for _ in itertools.count())

        return Dataset(begin, INFINITE_CARDINALITY, lambda: TensorSpec((), "int64"))

    def another(self, begin, size: int, spec: Callable | None = None) -> Dataset:
        """The dataset that a method returns; see Elements for the arguments."""
        return Dataset(begin, size, spec)


def TextLineDataset(filenames, compression_type=None, buffer_size=None, name=None) -> Dataset:
    """The lines of text files, without the ends of the lines, one file after the other."""
    return Dataset(*beginnings.lines(filenames))
