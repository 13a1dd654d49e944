"""Two datasets of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..random import generator
from ..support.checks import check_count, is_number
from ..support.structures import tree_map
from .batches import is_stream
from .pipeline import Dataset


def split_dataset(
    dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None
) -> Any:
    """Two datasets: the first part of the samples, and the rest.

    dataset: arrays, tuples, lists or dicts of arrays with one sample a row, or a Dataset.
    left_size, right_size: how many samples, or their share below 1; one of the two is enough.
    shuffle: in an order drawn once, by the seed, for which all samples are held in memory.
    """
    if not is_stream(dataset):
        dataset = Dataset.from_tensor_slices(tree_map(np.asarray, _as_tuples(dataset)))
    n = dataset.size if dataset.size >= 0 else sum(1 for _ in dataset.begin())
    left, right = _counts(n, left_size, right_size)
    if shuffle:
        order = generator(seed).permutation(n)
        rows = list(dataset.begin())
        dataset = dataset.another(lambda: (rows[i] for i in order), n)
    return dataset.take(left), dataset.skip(n - right)


def _as_tuples(structure):
    several = isinstance(structure, (tuple, list)) and all(hasattr(a, "shape") for a in structure)
    return tuple(structure) if several else structure


def _counts(n: int, left, right) -> tuple[int, int]:
    if left is None and right is None:
        raise ValueError("split_dataset needs left_size or right_size: 0.8, or how many samples.")
    first, second = _count("left_size", left, n), _count("right_size", right, n)
    first = n - (second or 0) if first is None else first
    second = n - first if second is None else second
    if min(first, second) < 1 or first + second > n:
        raise ValueError(
            f"split_dataset: {n} samples cannot give left_size={left!r} and right_size={right!r}."
        )
    return first, second


def _count(name: str, value, n: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, float) and is_number(value) and 0 < value < 1:
        return round(value * n)
    return check_count(f"split_dataset: {name}", value)
