"""Data on its way into training: arrays of samples, cut into a training and a validation part, shuffled, in mini-batches."""

from __future__ import annotations

import numbers

import numpy as np

from .arrays import as_array


def samples(value, name: str) -> np.ndarray:
    """Data as an array whose first axis counts the samples. Lists, tensors and data frames are welcome.

    name: 'x' or 'y', for the error, which names the argument and the cure but never prints the data.
    """
    try:
        array = as_array(value, keep_ints=name != "x")
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None
    if array.ndim == 0:
        raise ValueError(f"{name} is a single number; expected an array whose first axis counts the samples.")
    return array


class Batches:
    """Mini-batches of (x, y, sample_weight); each epoch is one pass through them, in a new order if shuffled.

    x, y, sample_weight: arrays with one sample a row (y and sample_weight may be None). The last batch holds what is left
    and may be smaller. rng: the generator that shuffles, or None to keep the order.
    """

    def __init__(self, x, y=None, sample_weight=None, batch_size: int = 32, rng: np.random.Generator | None = None):
        self.arrays = (x, y, sample_weight)
        self.size = len(x)
        self.batch_size = batch_size
        self.rng = rng

    def __len__(self) -> int:
        return -(-self.size // self.batch_size)

    def __iter__(self):
        order = None if self.rng is None else self.rng.permutation(self.size)
        x, y, weight = self.arrays
        for start in range(0, self.size, self.batch_size):
            chosen = slice(start, start + self.batch_size)
            if order is not None:
                chosen = order[chosen]
            yield x[chosen], None if y is None else y[chosen], None if weight is None else weight[chosen]

    def forever(self):
        """Batch after batch, epoch after epoch: for `steps_per_epoch`, whose epochs are not passes through the data."""
        while True:
            yield from self


def check_same_length(**arrays) -> int:
    """The number of samples, which x, y and sample_weight must share; ValueError otherwise."""
    lengths = {name: len(a) for name, a in arrays.items() if a is not None}
    if len(set(lengths.values())) > 1:
        raise ValueError("The number of samples differs: " + ", ".join(f"{name} has {n} samples" for name, n in lengths.items()) + ".")
    return next(iter(lengths.values()))


def split_tail(arrays: tuple, fraction: float) -> tuple[tuple, tuple]:
    """(training part, validation part): the validation part is the last `fraction` of the samples, before any shuffling.

    arrays: x, y, sample_weight, where the last two may be None. ValueError if either part would be empty.
    """
    if isinstance(fraction, bool) or not isinstance(fraction, numbers.Real) or not 0 < fraction < 1:
        raise ValueError(f"validation_split must be a fraction between 0 and 1; received {fraction!r}.")
    n = len(arrays[0])
    cut = int(np.floor(n * (1 - fraction)))
    if cut == 0 or cut == n:
        raise ValueError(f"{n} samples are not enough to split off validation_split={fraction}: one part would be empty.")
    return (tuple(None if a is None else a[:cut] for a in arrays), tuple(None if a is None else a[cut:] for a in arrays))


def class_weights(y: np.ndarray, weights: dict) -> np.ndarray:
    """One weight a sample from a dict {class: weight}. y: class indices (n,) or (n, 1), or one-hot (n, C)."""
    labels = y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y)).astype(int)
    if not isinstance(weights, dict):
        raise TypeError(f"class_weight is a dict {{class: weight}}; received {type(weights).__name__}. For weights in the order of the "
                        "classes write dict(enumerate(weights)).")
    if not all(isinstance(v, numbers.Real) and float(v) >= 0 for v in weights.values()):
        raise ValueError("class_weight holds numbers of at least 0.")
    known = {int(k): float(v) for k, v in weights.items()}
    if labels.min(initial=0) < 0 or min(known, default=0) < 0:
        raise ValueError("class_weight needs classes counted from 0; the labels or the keys go below. Map your classes to 0, 1, ...")
    table = np.array([known.get(c, 1.0) for c in range(max([int(labels.max(initial=0)), *known]) + 1)], dtype=np.float32)
    return table[labels]
