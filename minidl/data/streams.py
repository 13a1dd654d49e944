"""Batches from elsewhere: generators, data sets, data loaders. They are used like those of
batches.py.
"""

from __future__ import annotations

import math
from itertools import islice

import numpy as np

from ..support.warning import warn
from .arrays import class_weights
from .batches import (
    PyDataset,
    as_tensors,
    check_same_length,
    count_samples,
    pack_x_y_sample_weight,
    samples,
    unpack_x_y_sample_weight,
)

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
        if isinstance(self.source, PyDataset):
            return self.source.num_batches
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
        if isinstance(self.source, PyDataset) and self.steps is not None:
            self.source.on_epoch_begin()
            for i in range(self.steps) if self.rng is None else self.rng.permutation(self.steps):
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
