"""Arrays whose first axis counts the samples, and mini-batches of them.

Each source of batches can be iterated once in an epoch. It yields the data for a `train_step`: x,
(x, y) or (x, y, sample_weight), x as tensors. `first()` returns a sample or a batch without
removing it from the source. Batches from elsewhere are in streams.py.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..core import batches as core
from ..support.arrays import as_array
from ..support.structures import is_nested, leaves, paths, tree_map
from ..tensor import Tensor, wrap


def samples(value, name: str, several: bool = True, texts: bool = False) -> Any:
    """Convert data to an array whose first axis counts the samples. Accepts lists, tensors and data
    frames.

    several: whether a list or tuple of arrays stands for several inputs or outputs and stays a
    list; a dict always does. name: 'x' or 'y', for the error, which names the argument and the cure
    but never prints the data. texts: whether arrays of strings are accepted too.
    """
    if isinstance(value, dict):
        return {k: samples(v, f"{name}[{k!r}]", texts=texts) for k, v in value.items()}
    if (
        isinstance(value, (list, tuple))
        and value
        and all(map(_is_array, value))
        and (several or len(value) == 1)
    ):
        return (
            type(value)([samples(v, f"{name}[{i}]", texts=texts) for i, v in enumerate(value)])
            if several
            else samples(value[0], name, texts=texts)
        )
    try:
        array = as_array(value, keep_ints=name != "x")
    except (TypeError, ValueError) as error:
        check_columns(name, value)
        array = np.asarray(value) if texts and isinstance(error, TypeError) else np.array(0.0)
        if array.dtype.kind not in "OUST":
            raise type(error)(f"{name}: {error}") from None
    if array.ndim == 0:
        raise ValueError(
            f"{name} is a single number; expected an array whose first axis counts the samples."
        )
    return array


def check_columns(name: str, frame) -> None:
    """Raise TypeError, with their names, if a data frame has columns that are not numbers."""
    texts, missing = [], []
    for column in getattr(frame, "columns", ()):
        values = np.asarray(frame[column])
        try:
            as_array(values)
        except (TypeError, ValueError):
            is_text = any(isinstance(v, (str, bytes)) for v in values.ravel().tolist())
            (texts if is_text else missing).append(repr(column))
    if texts:
        raise TypeError(
            f"{name} is a data frame whose columns {', '.join(texts)} hold text. Turn them into "
            "numbers, pandas.get_dummies(frame), or leave them out, frame.drop(columns=[...])."
        )
    if missing:
        raise TypeError(
            f"{name} is a data frame whose columns {', '.join(missing)} hold missing values or "
            "other objects in the place of numbers. Fill them, frame.fillna(0), or leave these "
            "rows out, frame.dropna()."
        )


def _is_array(value) -> bool:
    return isinstance(value, dict) or bool(getattr(value, "shape", ()))


def rows(part, chosen):
    """Return the chosen rows of an array, or of each array in a structure; None stays None."""
    if type(part) is np.ndarray and not part.dtype.hasobject:
        return part[chosen]
    return None if part is None else tree_map(lambda a: _rows_of(a, chosen), part)


def _rows_of(array, chosen) -> np.ndarray:
    """A single text stays an array: NumPy would take zeros at the end of bytes for filling."""
    return np.asarray(array[chosen, ...] if array.dtype.hasobject else array[chosen])


def count_samples(structure) -> int:
    """Return the number of samples in the first array of a structure."""
    return len(leaves(structure)[0]) if is_nested(structure) else len(structure)


def check_same_length(**arrays) -> int:
    """Return the common number of samples of x, y and sample_weight. ValueError if they differ."""
    lengths = {
        _name(name, path): len(a)
        for name, part in arrays.items()
        if part is not None
        for path, a in paths(part)
    }
    if len(set(lengths.values())) > 1:
        raise ValueError(
            "The number of samples differs: "
            + ", ".join(f"{name} has {n} samples" for name, n in lengths.items())
            + "."
        )
    return next(iter(lengths.values()))


def _name(name: str, path: tuple) -> str:
    return name + "".join(f"[{key!r}]" for key in path)


# --- batches


def unpack_x_y_sample_weight(data) -> tuple:
    """Return (x, y, sample_weight) of the data for a `train_step`. A missing part is None."""
    if isinstance(data, (tuple, list)) and len(data) > 3:
        raise ValueError(
            f"A batch is x, (x, y) or (x, y, sample_weight); received {len(data)} parts. Several "
            "inputs go into x: ((a, b), y)."
        )
    return core.unpack(data)


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """Return the data for a `train_step`: x alone, (x, y) or (x, y, sample_weight)."""
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def as_tensors(x):
    """Convert an array to a tensor without a copy; in a structure, each array. Arrays of strings
    stay arrays.
    """
    return _as_tensor(x) if type(x) is np.ndarray else tree_map(_as_tensor, x)


def _as_tensor(x):
    return x if x.dtype.kind in "OUST" else wrap(x)


class Batches(core.Batches):
    """Mini-batches of (x, y, sample_weight); each epoch is one pass, in a new order if shuffled.

    x, y, sample_weight: arrays with one sample a row, or tuples, lists and dicts of such (y and
    sample_weight may be None). The last batch holds what is left and may be smaller. rng: the
    generator that shuffles, or None to keep the order.
    """

    tensor = Tensor

    def __new__(cls, x, y=None, sample_weight=None, batch_size: int = 32, rng=None):
        nested = any(isinstance(part, (dict, list, tuple)) for part in (x, y, sample_weight))
        nested = nested or getattr(x, "dtype", np.dtype(float)).kind in "OUST"
        return object.__new__(NestedBatches if nested else cls)

    @property
    def steps(self) -> int | None:
        """The number of batches in an epoch."""
        return len(self)

    def first(self) -> tuple:
        """Return the first sample of each array."""
        return tuple([rows(part, slice(0, 1)) for part in self.arrays])

    def samples_of_first(self) -> int:
        """Return the number of samples in the first batch."""
        return min(self.size, self.batch_size)

    def forever(self):
        """Yield batches without end, epoch after epoch."""
        while True:
            yield from self


class NestedBatches(Batches):
    """Mini-batches of tuples, lists and dicts of arrays, as models with several inputs take."""

    def rows(self, chosen):
        """Return the chosen samples as the data for a `train_step`."""
        x, y, weight = [rows(part, chosen) for part in self.arrays]
        return pack_x_y_sample_weight(as_tensors(x), y, weight)

    def count(self, x) -> int:
        """Return the number of samples."""
        return count_samples(x)


class PyDataset:
    """Base of data sets that create one batch at a time. Subclasses define `__len__`, the number of
    batches in an epoch, and `__getitem__(i)`, batch i as (x, y). A property `num_batches` may stand
    in the place of `__len__`; None means that the batches never end.

    on_epoch_begin and on_epoch_end are called before and after each epoch. fit(shuffle=True) uses
    the batches in a random order.
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        """Accept Keras's arguments, which have no effect: batches are created one after another."""

    def __len__(self) -> int:
        if type(self).num_batches is not PyDataset.num_batches:
            return self.num_batches  # None is an error: there is no length
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __len__(self): the number of batches an epoch."
        )

    @property
    def num_batches(self) -> Any:
        """The number of batches in an epoch; None if they never end."""
        return len(self)

    def __getitem__(self, index):
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __getitem__(self, index), which returns a "
            f"batch (x, y)."
        )

    def __iter__(self):
        count = self.num_batches
        return (self[i] for i in (range(count) if count is not None else itertools.count()))

    def on_epoch_begin(self):
        pass

    def on_epoch_end(self):
        pass


def is_stream(x) -> bool:
    """Whether x yields batches instead of holding samples."""
    holds = (
        hasattr(x, "shape")
        or hasattr(x, "__array__")
        or isinstance(x, (list, tuple, dict, str, bytes))
    )
    return isinstance(x, PyDataset) or (hasattr(x, "__iter__") and not holds)
