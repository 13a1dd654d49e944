"""What can be looped over anew: elements of arrays, tuples and dicts, their number and their
kind.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..support.arrays import as_array
from ..support.dry_run import dry_run
from ..support.structures import tree_map
from ..support.texts import as_texts, encoded, is_text
from ..tensor import Tensor, no_grad, wrap
from .lengths import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from .specs import spec_of


class Elements:
    """Elements that come one after another, anew in each loop: tensors, or tuples and dicts of
    them. Texts come as arrays.

    begin: makes an iterator over the elements as arrays. size: how many there are,
    INFINITE_CARDINALITY (-1) if they have no end, UNKNOWN_CARDINALITY (-2) if only a loop tells.
    spec: returns the shapes and dtypes of an element; None: look at the first one.
    """

    def __init__(
        self, begin: Callable[[], Iterator], size: int, spec: Callable[[], Any] | None = None
    ):
        self.begin, self.size, self._spec = begin, size, spec

    def __iter__(self):
        return (as_tensors_or_texts(element) for element in self.begin())

    def as_numpy_iterator(self) -> Iterator:
        """The elements as NumPy arrays; texts as bytes, as in TensorFlow."""
        return (tree_map(_as_numpy, element) for element in self.begin())

    @property
    def element_spec(self) -> Any:
        """The shape and dtype of the tensors of an element, a TensorSpec for each. After `map` the
        function is called once, on the first element.
        """
        return dry_run(self._first_spec) if self._spec is None else self._spec()

    def _first_spec(self):
        for element in self.begin():
            return spec_of(element)
        raise ValueError("A dataset without elements has no element_spec.")

    def __len__(self) -> int:
        if self.size == INFINITE_CARDINALITY:
            raise TypeError(
                "A dataset without an end has no length. Take a part of it, dataset.take(n), or "
                "tell fit how many batches make an epoch, steps_per_epoch=...."
            )
        if self.size == UNKNOWN_CARDINALITY:
            raise TypeError(
                "The length of this dataset is known after a loop only. Count its elements, "
                "sum(1 for _ in dataset)."
            )
        return self.size

    def __bool__(self) -> bool:
        return True

    def cardinality(self) -> Tensor:
        """How many elements a loop brings; INFINITE_CARDINALITY, -1, if they have no end, and
        UNKNOWN_CARDINALITY, -2, if only a loop tells, as after `filter`.
        """
        return wrap(np.asarray(self.size, np.int64))

    def reduce(self, initial_state, reduce_func, name=None) -> Any:
        """What remains after state = reduce_func(state, element) for each element."""
        state = as_arrays(initial_state)
        for element in self.begin():
            state = called(reduce_func, state, element)
        return as_tensors_or_texts(state)

    def get_single_element(self, name=None) -> Any:
        """The element of a dataset that has just one."""
        first = list(itertools.islice(self, 2))
        if len(first) != 1:
            raise ValueError(
                f"get_single_element is for a dataset of one element; this one has "
                f"{'more' if first else 'none'}. dataset.batch(n) makes one of all."
            )
        return first[0]

    def __getattr__(self, name: str):
        if name in _INSTEAD:
            raise AttributeError(f"tf.data's {name} is not here. {_INSTEAD[name]}")
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}.")

    def __repr__(self):
        count = {INFINITE_CARDINALITY: "endless", UNKNOWN_CARDINALITY: "an unknown number of"}
        return f"<{type(self).__name__} of {count.get(self.size, self.size)} elements>"


# Methods of tf.data that are not here, and what to do.
_INSTEAD = {
    "fingerprint": "It tells tf.data's files apart; leave it out.",
    "group_by_window": "bucket_by_sequence_length batches what has about one length.",
    "ragged_batch": "padded_batch fills the elements up to one shape.",
    "rejection_resample": "filter the data into one dataset for each class, and mix these with "
    "Dataset.sample_from_datasets([...], weights=[...]).",
    "snapshot": "cache(filename) keeps the elements in a file.",
    "sparse_batch": "padded_batch fills the elements up to one shape.",
}


# --- arrays inside, tensors outside


def as_arrays(structure) -> Any:
    """Tuples and dicts of what holds numbers or texts, as such of arrays. A list is an array; whole
    numbers in lists become int32, and fractions the default float type.
    """
    if isinstance(structure, dict):
        return {k: as_arrays(v) for k, v in structure.items()}
    if isinstance(structure, tuple):
        return tuple([as_arrays(v) for v in structure])
    if isinstance(structure, Elements):
        return structure
    if is_text(structure):
        array = np.asarray(structure)  # which takes zeros at the end of bytes for filling
        made_here = array.dtype.kind == "S" and not hasattr(structure, "dtype")
        return np.array(structure, object) if made_here else array
    if isinstance(structure, (int, list)) and not isinstance(structure, bool):
        return _small(np.asarray(structure) if isinstance(structure, int) else _numbers(structure))
    return as_array(structure, keep_ints=True)


def _numbers(values: list) -> np.ndarray:
    return as_array(values, keep_ints=True)


def _small(array: np.ndarray) -> np.ndarray:
    """Whole numbers of Python as int32, where they fit."""
    if array.dtype != np.int64:
        return array
    small = array.astype(np.int32)
    return small if (small == array).all() else array


def as_tensors_or_texts(element) -> Any:
    """The arrays of an element as tensors, its texts as Texts; datasets stay what they are."""
    return tree_map(_outside, element)


def _outside(leaf):
    if isinstance(leaf, Elements):
        return leaf
    return as_texts(leaf) if is_text(leaf) else wrap(np.asarray(leaf))


def _as_numpy(leaf):
    return encoded(leaf) if is_text(leaf) else leaf


def called(function, *arguments) -> Any:
    """function(*arguments) on tensors, without recording derivatives; the result as arrays."""
    with no_grad():
        return as_arrays(function(*[as_tensors_or_texts(a) for a in arguments]))


def called_on(function, element) -> Any:
    """function(element), or function(*element) for a tuple, as `map` calls it."""
    return called(function, *element) if isinstance(element, tuple) else called(function, element)
