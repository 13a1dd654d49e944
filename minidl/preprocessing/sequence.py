"""Sequences of different lengths as one array, and windows that slide along a series."""

from __future__ import annotations

import numpy as np

from ..arrays import as_array
from ..batches import PyDataset
from ..checks import check_count


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0) -> np.ndarray:
    """Lists of different lengths as rows of one array (n, maxlen): short ones filled up with `value`, long ones cut.

    maxlen: the longest one's if left out. padding, truncating: 'pre' fills or cuts at the begin, 'post' at the end.
    """
    for name, where in (("padding", padding), ("truncating", truncating)):
        if where not in ("pre", "post"):
            raise ValueError(f"pad_sequences: {name} is 'pre' or 'post'; received {where!r}.")
    sequences = list(sequences)
    if not all(hasattr(s, "__len__") for s in sequences):
        raise ValueError("pad_sequences takes a list of sequences, as [[1, 2], [3]]; received a list of single values.")
    length = max((len(s) for s in sequences), default=0) if maxlen is None else check_count("maxlen", maxlen, 0)
    kept = [np.asarray(s[-length:] if truncating == "pre" and length else s[:length]) for s in sequences]
    inner = next((s.shape[1:] for s in kept if len(s)), ())
    for number, s in enumerate(kept):
        if len(s) and s.shape[1:] != inner:
            raise ValueError(f"pad_sequences: the entries of all sequences have one shape, here {inner}; received {s.shape[1:]} in "
                             f"sequence {number}.")
    table = np.full((len(kept), length, *inner), value, dtype=dtype)
    for row, sequence in zip(table, kept):
        if len(sequence):
            row[slice(-len(sequence), None) if padding == "pre" else slice(0, len(sequence))] = sequence
    return table


class Windows(PyDataset):
    """Batches of windows of a series: what `timeseries_dataset_from_array` gives."""

    def __init__(self, data, targets, starts: np.ndarray, offsets: np.ndarray, batch_size: int | None):
        super().__init__()
        self.data, self.targets, self.starts, self.offsets = data, targets, starts, offsets
        self.batch_size = batch_size or 1
        self._single = batch_size is None

    def __len__(self):
        return -(-len(self.starts) // self.batch_size)

    def __getitem__(self, index):
        starts = self.starts[index * self.batch_size : (index + 1) * self.batch_size]
        x = self.data[starts[:, None] + self.offsets]
        y = None if self.targets is None else self.targets[starts]
        if self._single:
            x, y = x[0], None if y is None else y[0]
        return x if y is None else (x, y)


def timeseries_dataset_from_array(data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False,
                                  seed=None, start_index=None, end_index=None) -> Windows:
    """Windows that slide along a series, in batches (x, y): x (batch, sequence_length, ...), y the target of each window's first step.

    targets: aligned with the windows' starts, or None. sequence_stride: steps from window to window; sampling_rate: from number to
    number inside one. start_index, end_index: the part of the data to use.
    """
    data, targets = as_array(data), None if targets is None else as_array(targets, keep_ints=True)
    length, stride, rate = (check_count(n, v) for n, v in (("sequence_length", sequence_length), ("sequence_stride", sequence_stride),
                                                           ("sampling_rate", sampling_rate)))
    begin = check_count("start_index", start_index or 0, 0)
    end = len(data) if end_index is None else check_count("end_index", end_index)
    if not begin < end <= len(data):
        raise ValueError(f"start_index and end_index are places in the data, which has {len(data)} steps; received {begin} and {end}.")
    last = end - (length - 1) * rate
    if targets is not None:
        last = min(last, len(targets))
    starts = np.arange(begin, last, stride)
    if not len(starts):
        raise ValueError(f"{end - begin} steps hold no window of {length} numbers, {rate} steps apart.")
    if shuffle:
        starts = np.random.default_rng(seed).permutation(starts)
    return Windows(data, targets, starts, np.arange(length) * rate, batch_size)
