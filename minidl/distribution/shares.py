"""Batches as one process sees them: its share of each, from a source that all processes read."""

from __future__ import annotations

import zlib
from functools import partial

import numpy as np

from ..data import Batches, count_samples, unpack_x_y_sample_weight
from ..support.processes import here
from ..support.structures import leaves, tree_map
from ..tensor import Tensor
from .metrics import Sums
from .share import Share


class Shares:
    """The shares of one process in the batches of a source.

    From arrays only the own rows are taken. Other sources bring whole batches, which are cut.
    place: what the batches are for, Team.STEP or Team.MEASURE.
    """

    def __init__(self, team, model, batches, place: int):
        self.team, self.model, self.batches, self.place = team, model, batches, place
        self.sums: Sums | None = None

    def __iter__(self):
        arrays = isinstance(self.batches, Batches)
        for share, data in self._from_arrays() if arrays else self._from_batches():
            if self.place == self.team.MEASURE:  # a training step meets before the gradients
                share.meet(self.place)
            self.sums = Sums(self.model.metrics)
            here.share = share
            yield data

    def _from_arrays(self):
        whole = self.batches
        for chosen in whole.choices():
            if isinstance(chosen, slice):
                chosen = np.arange(*chosen.indices(whole.size))
            share = Share(self.team, len(chosen), chosen.tobytes())
            yield share, whole.rows(chosen[share.rows])

    def _from_batches(self):
        for data in self.batches:
            x, y, _ = unpack_x_y_sample_weight(data)
            size = count_samples(x)
            labels = b"".join(np.ascontiguousarray(a).tobytes() for a in leaves(y) if _numbers(a))
            share = Share(self.team, size, str(size).encode() + labels)
            yield share, tree_map(partial(_rows, rows=share.rows), data)

    def finish(self, logs: dict) -> None:
        """Add up the metrics of the processes after a batch, and put their results in the logs."""
        share, here.share = here.share, None
        if share is not None and self.sums is not None:
            self.sums.join(share, self.model, logs)


def _numbers(array) -> bool:
    return array is not None and np.asarray(array).dtype.kind in "biuf"


def _rows(part, rows: slice):
    if isinstance(part, Tensor):
        return part.plain.of(part.array[rows])
    return None if part is None else part[rows]


def digest_of(batches) -> int:
    """Compute a number from the sizes and up to a thousand rows of the data, by which processes see
    whether they have the same.
    """
    whole = getattr(batches, "batches", batches)  # Portions takes its epochs from those
    if not isinstance(whole, Batches):
        return 0
    number = zlib.crc32(repr([whole.size, whole.batch_size, whole.rng is None]).encode())
    chosen = slice(None, None, max(1, whole.size // 1000))
    for array in leaves(list(whole.arrays)):
        if _numbers(array):
            number = zlib.crc32(np.ascontiguousarray(array[chosen]).tobytes(), number)
    return number
