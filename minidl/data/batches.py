"""Sources of batches for a model: mini-batches of arrays, and batches from generators and data
sets.

Each source can be iterated once in an epoch. It yields the data for a `train_step`: x, (x, y) or
(x, y, sample_weight), x as tensors. `first()` returns a sample or a batch without removing it from
the source.
"""

from __future__ import annotations

import math
from itertools import islice

import numpy as np

from ..core import batches as core
from ..support.structures import tree_map
from ..support.warning import warn
from ..tensor import Tensor, wrap
from .arrays import check_same_length, class_weights, count_samples, rows, samples


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
        """How many samples there are."""
        return count_samples(x)


class PyDataset:
    """Base of data sets that create one batch at a time. Subclasses define `__len__`, the number of
    batches in an epoch, and `__getitem__(i)`, batch i as (x, y).

    on_epoch_begin and on_epoch_end are called before and after each epoch. fit(shuffle=True) uses
    the batches in a random order.
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        """Accept Keras's arguments, which have no effect: batches are created one after another."""

    def __len__(self) -> int:
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __len__(self): the number of batches an epoch."
        )

    def __getitem__(self, index):
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __getitem__(self, index), which returns a "
            f"batch (x, y)."
        )

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def on_epoch_begin(self):
        pass

    def on_epoch_end(self):
        pass


_MANY = 1000  # after so many batches, warn of an epoch without an end


class Stream:
    """Batches from a source: a PyDataset, a generator, a data loader, or any iterable of x, (x, y)
    or (x, y, sample_weight).

    rng: shuffles the order of a PyDataset's batches. class_weight: {class: weight} for every batch.
    texts: whether x may hold strings.
    """

    def __init__(
        self,
        source,
        rng: np.random.Generator | None = None,
        class_weight: dict | None = None,
        texts: bool = False,
    ):
        self.source, self.rng, self.class_weight = source, rng, class_weight
        self.texts = texts
        self._once = iter(source) is source  # a generator: each batch can be read only once
        self._first: list = []
        self.portioned = False  # whether the caller counts the batches and stops
        self.size = None

    @property
    def steps(self) -> int | None:
        """The number of batches in an epoch, or None if it is unknown before the end."""
        try:
            return len(self.source)
        except TypeError:  # a generator, or a dataset without an end
            return None

    def first(self) -> tuple:
        """Return the first batch without removing it from the stream."""
        if not self._first:
            for batch in (
                self.source if not isinstance(self.source, PyDataset) else [self.source[0]]
            ):
                self._first = [batch]
                break
            else:
                raise ValueError("The data holds no batches.")
        return self._checked(self._first[0])

    def samples_of_first(self) -> float:
        """Return the number of samples in the first batch; inf if it was not read yet, since a
        generator may not have one ready.
        """
        return count_samples(self._checked(self._first[0])[0]) if self._first else math.inf

    def __iter__(self):
        if isinstance(self.source, PyDataset):
            self.source.on_epoch_begin()
            count = len(self.source)
            for i in range(count) if self.rng is None else self.rng.permutation(count):
                yield self._plain(self.source[int(i)])
            self.source.on_epoch_end()
            return
        if self._once and self._first:
            yield self._plain(self._first.pop())
        for count, batch in enumerate(self.source):
            if count == _MANY and self.steps is None and not self.portioned:
                warn(
                    f"{_MANY} batches have come, and the data have not ended. If they never do, "
                    "as those of a generator with `while True:`, say how many make an epoch: "
                    "fit(..., steps_per_epoch=...), evaluate(..., steps=...)."
                )
            yield self._plain(batch)

    def forever(self):
        """Yield batches without end. The source is restarted when it ends, if it can be."""
        while True:
            empty = True
            for batch in self:
                empty = False
                yield batch
            if self._once or empty:
                return

    def _plain(self, batch):
        x, y, weight = self._checked(batch)
        return pack_x_y_sample_weight(as_tensors(x), y, weight)

    def _checked(self, batch) -> tuple:
        x, y, weight = unpack_x_y_sample_weight(batch)
        if x is None:
            raise ValueError(
                "A batch is x, (x, y) or (x, y, sample_weight); received one without x."
            )
        x, y, weight = (
            None if part is None else samples(part, name, texts=self.texts and name == "x")
            for part, name in ((x, "x"), (y, "y"), (weight, "sample_weight"))
        )
        if self.class_weight is not None and weight is None:
            weight = class_weights(y, self.class_weight)
        check_same_length(x=x, y=y, sample_weight=weight)
        return x, y, weight


class Portions:
    """Epochs of `steps` batches from one source. The next epoch continues where the last one ended.

    endless: restart the source when it ends. Otherwise an epoch may have fewer batches.
    """

    def __init__(self, batches, steps: int, endless: bool = True):
        self.batches, self.steps = batches, steps
        batches.portioned = True
        self._going_on = batches.forever() if endless else None

    def __iter__(self):
        return islice(self.batches if self._going_on is None else self._going_on, self.steps)


def is_stream(x) -> bool:
    """Whether x yields batches instead of holding samples."""
    holds = (
        hasattr(x, "shape")
        or hasattr(x, "__array__")
        or isinstance(x, (list, tuple, dict, str, bytes))
    )
    return isinstance(x, PyDataset) or (hasattr(x, "__iter__") and not holds)
