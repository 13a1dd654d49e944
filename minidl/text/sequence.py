"""Sequences of different lengths as one array, and windows over a time series."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import data as pipelines
from ..data import PyDataset
from ..support.arrays import as_array
from ..support.checks import check_count


def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
) -> np.ndarray:
    """Convert lists of different lengths to rows of one array (n, maxlen): pad short ones with
    `value`, cut long ones.

    maxlen: the largest length if left out. padding, truncating: 'pre' pads or cuts at the
    beginning, 'post' at the end.
    """
    for name, where in (("padding", padding), ("truncating", truncating)):
        if where not in ("pre", "post"):
            raise ValueError(f"pad_sequences: {name} is 'pre' or 'post'; received {where!r}.")
    sequences = _listed(sequences)
    if maxlen is None:
        length = max((len(s) for s in sequences), default=0)
    else:
        length = check_count("maxlen", maxlen, 0)
    at_end = truncating == "pre" and length
    kept = [np.asarray(s[-length:] if at_end else s[:length]) for s in sequences]
    table = np.full((len(kept), length, *_shape_of_entries(kept)), value, dtype=dtype)
    for row, sequence in zip(table, kept):
        if len(sequence):
            n = len(sequence)
            row[slice(-n, None) if padding == "pre" else slice(0, n)] = _fitting(sequence, row)
    return table


def _listed(sequences) -> list:
    """Return the sequences as a list. TypeError or ValueError if there are none."""
    if not np.iterable(sequences):
        raise TypeError(
            f"pad_sequences takes a list of sequences, as [[1, 2], [3]]; received {sequences!r}."
        )
    sequences = list(sequences)
    if not all(hasattr(s, "__len__") for s in sequences):
        raise ValueError(
            "pad_sequences takes a list of sequences, as [[1, 2], [3]]; received a list of single "
            "values."
        )
    return sequences


def _fitting(sequence: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return the sequence in the dtype of the table. TypeError for strings among numbers."""
    if sequence.dtype.kind in "USO" and row.dtype.kind in "biuf":
        try:
            return sequence.astype(row.dtype)
        except (TypeError, ValueError):
            raise TypeError(
                f"pad_sequences: the table is of dtype {row.dtype}, and a sequence holds "
                f"{sequence.dtype}. Pass dtype=object for strings."
            ) from None
    return sequence


def _shape_of_entries(sequences: list) -> tuple:
    """Return the common shape of the entries. ValueError if they differ."""
    inner = next((s.shape[1:] for s in sequences if len(s)), ())
    for number, s in enumerate(sequences):
        if len(s) and s.shape[1:] != inner:
            raise ValueError(
                f"pad_sequences: the entries of all sequences have one shape, here {inner}; "
                f"received {s.shape[1:]} in sequence {number}."
            )
    return inner


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size: int | None = 128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
    format="tf",
) -> Any:
    """Return windows of a time series as a Dataset of batches (x, y): x (batch, sequence_length,
    ...), y the target of each window's first step.

    targets: aligned with the first steps of the windows, or None. sequence_stride: steps from
    window to window; sampling_rate: steps between the numbers in a window. start_index, end_index:
    the part of the data to use. batch_size: None for single windows. shuffle: a new order each
    loop; seed: of that order. format: 'tf', a Dataset with the methods of tf.data.
    """
    if format != "tf":
        raise ValueError(f"format: 'tf' is the one that is here; received {format!r}.")
    data, targets = as_array(data), None if targets is None else as_array(targets, keep_ints=True)
    length = check_count("sequence_length", sequence_length)
    stride = check_count("sequence_stride", sequence_stride)
    rate = check_count("sampling_rate", sampling_rate)
    begin = check_count("start_index", start_index or 0, 0)
    end = len(data) if end_index is None else check_count("end_index", end_index)
    if not begin < end <= len(data):
        raise ValueError(
            f"start_index and end_index are places in the data, which has {len(data)} steps; "
            f"received {begin} and {end}."
        )
    last = end - (length - 1) * rate
    starts = np.arange(begin, last if targets is None else min(last, len(targets)), stride)
    if not len(starts):
        raise ValueError(
            f"{end - begin} steps hold no window of {length} numbers, {rate} steps apart."
        )
    return _windows(data, targets, np.arange(length) * rate, starts, batch_size, (shuffle, seed))


def _windows(data, targets, offsets, starts, batch_size, shuffle) -> Any:
    """The Dataset of the windows that begin at `starts`. shuffle: whether, and with which seed."""
    found = pipelines.Dataset.from_tensor_slices(starts)
    found = found.shuffle(len(starts), shuffle[1]) if shuffle[0] else found
    found = found if batch_size is None else found.batch(check_count("batch_size", batch_size))

    def window(start):
        first = start.numpy()
        x = data[first[..., None] + offsets]
        return x if targets is None else (x, targets[first])

    return found.map(window)


class TimeseriesGenerator(PyDataset):
    """Batches (x, y) for forecasts, as in older tutorials: x (batch, length, ...) the steps before
    a time, y the target at that time.

    (`timeseries_dataset_from_array` aligns y with the first step of a window; its targets here
    would be targets[length:].) stride: steps from window to window; sampling_rate: steps between
    the numbers in a window; start_index, end_index: the first and last step to use. shuffle:
    windows at random positions; reverse: each window backwards.
    """

    def __init__(
        self,
        data,
        targets,
        length,
        sampling_rate=1,
        stride=1,
        start_index=0,
        end_index=None,
        shuffle=False,
        reverse=False,
        batch_size=128,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                f"TimeseriesGenerator: data and targets have one entry a step each; received "
                f"{len(data)} and {len(targets)}."
            )
        self.data, self.targets = as_array(data, keep_ints=True), as_array(targets, keep_ints=True)
        self.length = check_count("length", length)
        self.sampling_rate = check_count("sampling_rate", sampling_rate)
        self.stride = check_count("stride", stride)
        self.batch_size = check_count("batch_size", batch_size)
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse = shuffle, reverse
        if self.start_index > self.end_index:
            raise ValueError(
                f"TimeseriesGenerator: no step has {length} steps before it between {start_index} "
                f"and {self.end_index}."
            )

    def __len__(self):
        return -(-(self.end_index - self.start_index + 1) // (self.batch_size * self.stride))

    def __getitem__(self, index):
        first = self.start_index + self.batch_size * self.stride * index
        moments = np.arange(
            first, min(first + self.batch_size * self.stride, self.end_index + 1), self.stride
        )
        if self.shuffle:
            moments = np.random.default_rng().integers(
                self.start_index, self.end_index + 1, self.batch_size
            )
        x = self.data[moments[:, None] + np.arange(-self.length, 0, self.sampling_rate)]
        return (x[:, ::-1] if self.reverse else x), self.targets[moments]


def make_sampling_table(size: int, sampling_factor=1e-5) -> np.ndarray:
    """Return the probability that `skipgrams` keeps each word, the most frequent word first. The
    frequency of word i is estimated by Zipf's law.

    Mikolov et al. 2013: min(1, sqrt(factor/frequency)), the frequency of the i-th being 1/(i·(ln i
    + 0.577) + 1/2 - 1/(12i)).
    """
    rank = np.maximum(np.arange(check_count("size", size)), 1)
    rarity = sampling_factor * (rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank))
    return np.minimum(1, np.sqrt(rarity))


def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,
    shuffle=True,
    categorical=False,
    sampling_table=None,
    seed=None,
) -> tuple[list, list]:
    """Return pairs [word, other word] with labels: 1 for words at most window_size apart, 0 for
    `negative_samples` times as many pairs with a random word. The number 0 is not a word.

    categorical: labels [0, 1] and [1, 0]. sampling_table: see make_sampling_table.
    """
    rng, words = np.random.default_rng(seed), [int(word) for word in sequence]
    pairs = [
        [word, words[j]]
        for i, word in enumerate(words)
        if word and (sampling_table is None or sampling_table[word] >= rng.random())
        for j in range(max(0, i - window_size), min(len(words), i + window_size + 1))
        if j != i and words[j]
    ]
    drawn = int(len(pairs) * negative_samples)
    first = rng.permutation([pair[0] for pair in pairs])
    false = [
        [int(first[i % len(first)]), int(rng.integers(1, vocabulary_size))] for i in range(drawn)
    ]
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    couples, labels = pairs + false, [yes] * len(pairs) + [no] * drawn
    order = rng.permutation(len(couples)) if shuffle else range(len(couples))
    return [couples[i] for i in order], [labels[i] for i in order]
