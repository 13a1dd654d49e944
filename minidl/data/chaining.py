"""Other elements made of these: batches, windows, and what functions return."""

from __future__ import annotations

import builtins
import itertools
from functools import partial
from typing import Any

import numpy as np

from ..support.structures import is_nested, leaves, tree_map
from . import lengths, streaming
from .elements import Elements, as_arrays, called, called_on
from .lengths import UNKNOWN_CARDINALITY, count
from .ordering import Selection
from .specs import DatasetSpec, TensorSpec

_SOURCES_AT_ONCE = 16  # interleave's cycle_length, where TensorFlow takes the number of processors


class Pipeline(Selection):
    """Elements with the methods that make others of them: batches, windows, and `map`."""

    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """Elements stacked, batch_size at a time. The last batch holds what is left;
        drop_remainder leaves it out if it is smaller than the others.
        """
        n = count("batch_size", batch_size, 1)
        size = n if drop_remainder else None
        return self.another(
            lambda: streaming.batches(self.begin(), n, drop_remainder),
            lengths.batched(self.size, n, drop_remainder),
            lambda: tree_map(lambda s: s.with_axes(size), self.element_spec),
        )

    def padded_batch(
        self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None
    ):
        """Batches of elements whose sizes differ, filled up at the end of each axis.

        padded_shapes: the sizes to fill up to, None or -1 for the largest in the batch; nested as
        elements are, if these are nested. padding_values: what to fill up with, 0 or '' if left
        out.
        """
        n = count("batch_size", batch_size, 1)

        def stack(chosen):
            made = _for_each_leaf(chosen[0], padded_shapes, padding_values, streaming.padded)
            return tree_map(lambda make, *values: make(*values), made, *chosen)

        def spec():
            some = n if drop_remainder else None
            shapes = _for_each_leaf(self.element_spec, padded_shapes, None, lambda shape, _: shape)
            return tree_map(
                lambda s, shape: _padded_spec(some, s, shape), self.element_spec, shapes
            )

        return self.another(
            lambda: streaming.batches(self.begin(), n, drop_remainder, stack),
            lengths.batched(self.size, n, drop_remainder),
            spec,
        )

    def unbatch(self, name=None):
        """The rows of the arrays of each element, one after the other: batch taken back."""
        return self.another(
            lambda: streaming.unbatched(self.begin()),
            UNKNOWN_CARDINALITY,
            lambda: tree_map(lambda s: s.with_axes(of=1), self.element_spec),
        )

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """Batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Datasets of `size` elements, `stride` apart; the next one begins `shift` (size) elements
        further on. A tuple or dict of datasets if elements are such.

        >>> Dataset.range(5).window(3, 1, drop_remainder=True).flat_map(lambda w: w.batch(3))
        """
        n, step = count("size", size, 1), count("stride", stride, 1)
        ahead = n if shift is None else count("shift", shift, 1)

        def dataset(*parts):
            return self.another(lambda: iter(parts), len(parts))

        def begin():
            windows = streaming.windows(self.begin(), n, ahead, step, drop_remainder)
            return (tree_map(dataset, *chosen) for chosen in windows)

        reach = (n - 1) * step + 1
        return self.another(
            begin,
            lengths.windowed(self.size, reach, ahead, drop_remainder),
            lambda: tree_map(DatasetSpec, self.element_spec),
        )

    def bucket_by_sequence_length(
        self,
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes=None,
        padding_values=None,
        pad_to_bucket_boundary=False,
        no_padding=False,
        drop_remainder=False,
        name=None,
    ):
        """Padded batches of elements of about one length: of those below the first boundary, from
        there to below the next, and so on. bucket_batch_sizes: one more than boundaries.
        """
        if (
            pad_to_bucket_boundary
            or no_padding
            or len(bucket_batch_sizes) != 1 + len(bucket_boundaries)
        ):
            raise ValueError(
                "bucket_by_sequence_length takes one batch size more than boundaries, and fills up "
                "to the longest of each batch: leave pad_to_bucket_boundary and no_padding out."
            )

        def number_of(element):
            length = int(called_on(element_length_func, element))
            return int(np.searchsorted(bucket_boundaries, length, side="right"))

        def padded(chosen):
            batch = self.another(lambda: iter(chosen), len(chosen))
            return next(batch.padded_batch(len(chosen), padded_shapes, padding_values).begin())

        def begin():
            sizes = [count("a batch size", n, 1) for n in bucket_batch_sizes]
            found = streaming.buckets(self.begin(), number_of, sizes, drop_remainder)
            return builtins.map(padded, found)

        return self.another(
            begin, UNKNOWN_CARDINALITY, lambda: self.padded_batch(1, padded_shapes).element_spec
        )

    # --- functions of elements

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """map_func(element) in the place of each element; map_func(x, y) if the elements are
        tuples. It receives tensors and returns one, or a tuple or dict of some.
        """
        _check_function("map", map_func)
        return self.another(
            lambda: builtins.map(partial(called_on, map_func), self.begin()),
            self.size,
            lambda: self._spec_after(map_func),
        )

    def filter(self, predicate, name=None):
        """The elements for which predicate(element) is true."""
        true = _asked("filter", predicate)
        return self._chosen(lambda: builtins.filter(true, self.begin()), UNKNOWN_CARDINALITY)

    def take_while(self, predicate, name=None):
        """The elements before the first one for which predicate(element) is false."""
        true = _asked("take_while", predicate)
        return self._chosen(lambda: itertools.takewhile(true, self.begin()), UNKNOWN_CARDINALITY)

    def enumerate(self, start=0, name=None):
        """Pairs (number, element), counted from `start`."""
        first = count("start", start, 0)

        def begin():
            return ((np.int64(i), e) for i, e in builtins.enumerate(self.begin(), first))

        return self.another(begin, self.size, lambda: (TensorSpec((), "int64"), self.element_spec))

    def scan(self, initial_state, scan_func, name=None):
        """The outputs of scan_func(state, element), which returns (next state, output)."""
        step = partial(called, scan_func)
        return self.another(
            lambda: streaming.scanned(self.begin(), as_arrays(initial_state), step), self.size
        )

    def flat_map(self, map_func, name=None):
        """The elements of the dataset map_func(element), for one element after the other."""
        return self.interleave(map_func, 1, 1)

    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """block_length (1) elements of each of cycle_length datasets map_func(element) in turn, as
        of files that are read side by side. cycle_length: 16 if left out.
        """
        cycle = _SOURCES_AT_ONCE if cycle_length in (None, -1) else cycle_length
        n, block = count("cycle_length", cycle, 1), count("block_length", block_length or 1, 1)
        begin = partial(_begun, _check_function("interleave", map_func))
        return self.another(
            lambda: streaming.interleaved(self.begin(), begin, n, block),
            UNKNOWN_CARDINALITY,
            lambda: self.map(map_func).element_spec.element_spec,
        )

    def _spec_after(self, map_func) -> Any:
        """The spec of what map_func makes of the first element. The first axis of batches, whose
        size may differ, is None before and after.
        """
        before = leaves(self.element_spec)
        sizes = [s.shape[0] for s in before if getattr(s, "shape", None)]
        after = self.another(lambda: self.take(1).map(map_func).begin(), 1).element_spec
        if None not in sizes:
            return after
        first = self.another(self.begin, 1).element_spec
        n = next(s.shape[0] for s in leaves(first) if getattr(s, "shape", None))
        return tree_map(lambda s: _of_any_size(s, n), after)


def _of_any_size(spec, n: int):
    batch = getattr(spec, "shape", None) and spec.shape[0] == n
    return spec.with_axes(None, of=1) if batch else spec


def _check_function(method: str, function):
    if not callable(function):
        raise TypeError(f"Dataset.{method} takes a function; received {function!r}.")
    return function


def _asked(method: str, predicate):
    """A function that tells whether predicate(element) is true."""
    _check_function(method, predicate)

    def true(element) -> bool:
        answer = called_on(predicate, element)
        if np.shape(answer) != () or answer.dtype != bool:
            raise ValueError(
                f"Dataset.{method}: the function answers True or False for an element; received "
                f"{getattr(answer, 'dtype', type(answer).__name__)} of shape {np.shape(answer)}."
            )
        return bool(answer)

    return true


def _begun(map_func, element):
    """An iterator over the dataset that map_func makes of an element."""
    made = called_on(map_func, element)
    if not isinstance(made, Elements):
        raise TypeError(
            "flat_map and interleave take a function that returns a dataset, as "
            f"Dataset.from_tensors(x); it returned {type(made).__name__}. Use map for that."
        )
    return iter(made.begin())


def _for_each_leaf(element, shapes, values, make):
    """make(shape, value) in the place of each array of an element. shapes: nested as the element
    is, or one shape for an element of one array; values: so too, or one value for all.
    """
    if isinstance(element, dict):
        return {
            k: _for_each_leaf(element[k], _part(shapes, k), _part(values, k), make) for k in element
        }
    if isinstance(element, (tuple, list)):
        return tuple(
            [
                _for_each_leaf(e, _part(shapes, i), _part(values, i), make)
                for i, e in builtins.enumerate(element)
            ]
        )
    return make(_sizes(shapes), None if values is None else as_arrays(values))


def _part(structure, key):
    return structure[key] if is_nested(structure) else structure


def _sizes(shape):
    """A padded shape as a tuple, with None for what is not fixed."""
    return None if shape is None else TensorSpec(shape).shape


def _padded_spec(n: int | None, spec: TensorSpec, shape) -> TensorSpec:
    if shape is None and spec.shape is not None:
        shape = [None] * len(spec.shape)
    return TensorSpec(None if shape is None else (n, *shape), spec.dtype)
