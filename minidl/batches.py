"""Data on its way into training: arrays of samples, cut into a training and a validation part,
shuffled, in mini-batches.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .support.arrays import as_array
from .support.structures import is_nested, leaves, paths, tree_map


def samples(value, name: str, several: bool = True) -> Any:
    """Data as an array whose first axis counts the samples. Lists, tensors and data frames are
    welcome.

    several: whether a list or tuple of arrays is data of several inputs or outputs, and stays such;
    a dict always is and does.
    name: 'x' or 'y', for the error, which names the argument and the cure but never prints the
    data.
    """
    if isinstance(value, dict):
        return {k: samples(v, f"{name}[{k!r}]") for k, v in value.items()}
    if (
        isinstance(value, (list, tuple))
        and value
        and all(map(_is_array, value))
        and (several or len(value) == 1)
    ):
        return (
            type(value)([samples(v, f"{name}[{i}]") for i, v in enumerate(value)])
            if several
            else samples(value[0], name)
        )
    try:
        array = as_array(value, keep_ints=name != "x")
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None
    if array.ndim == 0:
        raise ValueError(
            f"{name} is a single number; expected an array whose first axis counts the samples."
        )
    return array


def _is_array(value) -> bool:
    return isinstance(value, dict) or bool(getattr(value, "shape", ()))


class Batches:
    """Mini-batches of (x, y, sample_weight); each epoch is one pass through them, in a new order if
    shuffled.

    x, y, sample_weight: arrays with one sample a row, or tuples, lists and dicts of such (y and
    sample_weight may be None). The last batch holds what is left and may be smaller. rng: the
    generator that shuffles, or None to keep the order.
    """

    def __init__(
        self,
        x,
        y=None,
        sample_weight=None,
        batch_size: int = 32,
        rng: np.random.Generator | None = None,
    ):
        self.arrays = (x, y, sample_weight)
        self.size = count_samples(x)
        self.batch_size = batch_size
        self.rng = rng

    def __len__(self) -> int:
        return -(-self.size // self.batch_size)

    @property
    def steps(self) -> int | None:
        """The number of batches an epoch."""
        return len(self)

    def __iter__(self):
        order = None if self.rng is None else self.rng.permutation(self.size)
        for start in range(0, self.size, self.batch_size):
            chosen = slice(start, start + self.batch_size)
            if order is not None:
                chosen = order[chosen]
            yield tuple([_rows(part, chosen) for part in self.arrays])

    def first(self) -> tuple:
        """One sample of each, for getting acquainted."""
        return tuple([_rows(part, slice(0, 1)) for part in self.arrays])

    def forever(self):
        """Batch after batch, epoch after epoch: for `steps_per_epoch`, whose epochs are not passes
        through the data.
        """
        while True:
            yield from self


def _rows(part, chosen):
    """The chosen rows of an array, or of each array in a structure; None stays None."""
    if type(part) is np.ndarray:
        return part[chosen]
    return None if part is None else tree_map(lambda a: np.asarray(a[chosen]), part)


def count_samples(structure) -> int:
    """How many samples the first array of a structure holds."""
    return len(leaves(structure)[0]) if is_nested(structure) else len(structure)


class PyDataset:
    """Data that is made a batch at a time: subclasses give `__len__`, the batches an epoch, and
    `__getitem__(i)`, batch i as (x, y).

    on_epoch_begin and on_epoch_end are called around each epoch. fit(shuffle=True) takes the
    batches in a random order.
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        """The arguments are Keras's; here batches are made one after another, when their turn
        comes.
        """

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


class Stream:
    """Batches that come from elsewhere: a PyDataset, a generator, a data loader, any iterable of x,
    (x, y) or (x, y, sample_weight).

    rng: shuffles the order of a PyDataset's batches. class_weight: {class: weight} for every batch.
    """

    def __init__(
        self, source, rng: np.random.Generator | None = None, class_weight: dict | None = None
    ):
        self.source, self.rng, self.class_weight = source, rng, class_weight
        self._once = iter(source) is source  # a generator: what was taken is gone
        self._first: list = []
        self.size = None

    @property
    def steps(self) -> int | None:
        """The number of batches an epoch, or None if only the end will tell."""
        return len(self.source) if hasattr(self.source, "__len__") else None

    def first(self) -> tuple:
        """The first batch, which will still come in its turn."""
        if not self._first:
            for batch in (
                self.source if not isinstance(self.source, PyDataset) else [self.source[0]]
            ):
                self._first = [batch]
                break
            else:
                raise ValueError("The data holds no batches.")
        return self._plain(self._first[0])

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
        for batch in self.source:
            yield self._plain(batch)

    def forever(self):
        """Batch after batch, beginning anew where the source can."""
        while True:
            empty = True
            for batch in self:
                empty = False
                yield batch
            if self._once or empty:
                return

    def _plain(self, batch) -> tuple:
        x, y, weight = unpack_x_y_sample_weight(batch)
        x, y, weight = (
            None if part is None else samples(part, name)
            for part, name in ((x, "x"), (y, "y"), (weight, "sample_weight"))
        )
        if self.class_weight is not None and weight is None:
            weight = class_weights(y, self.class_weight)
        check_same_length(x=x, y=y, sample_weight=weight)
        return x, y, weight


def is_stream(x) -> bool:
    """Whether x brings batches rather than holding samples."""
    holds = (
        hasattr(x, "shape")
        or hasattr(x, "__array__")
        or isinstance(x, (list, tuple, dict, str, bytes))
    )
    return isinstance(x, PyDataset) or (hasattr(x, "__iter__") and not holds)


def unpack_x_y_sample_weight(data) -> tuple:
    """(x, y, sample_weight) from what a `train_step` receives; what is missing is None."""
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if len(data) > 3:
        raise ValueError(
            f"A batch is x, (x, y) or (x, y, sample_weight); received {len(data)} parts. "
            "Several inputs go into x: ((a, b), y)."
        )
    return (*data, None, None)[:3]


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """What a `train_step` receives: x alone, (x, y) or (x, y, sample_weight)."""
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def check_same_length(**arrays) -> int:
    """The number of samples, which x, y and sample_weight must share; ValueError otherwise."""
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


def split_tail(arrays: tuple, fraction: float) -> tuple[tuple, tuple]:
    """(training part, validation part): the validation part is the last `fraction` of the samples,
    before any shuffling.

    arrays: x, y, sample_weight, where the last two may be None. ValueError if either part would be
    empty.
    """
    if isinstance(fraction, bool) or not isinstance(fraction, numbers.Real) or not 0 < fraction < 1:
        raise ValueError(
            f"validation_split must be a fraction between 0 and 1; received {fraction!r}."
        )
    n = count_samples(arrays[0])
    cut = int(np.floor(n * (1 - fraction)))
    if cut == 0 or cut == n:
        raise ValueError(
            f"{n} samples are not enough to split off validation_split={fraction}: one part would "
            f"be empty."
        )
    return tuple([_rows(a, slice(None, cut)) for a in arrays]), tuple(
        [_rows(a, slice(cut, None)) for a in arrays]
    )


def class_weights(y: Any, weights: dict) -> np.ndarray:
    """One weight a sample from a dict {class: weight}. y: class indices (n,) or (n, 1), or one-hot
    (n, C).
    """
    if not isinstance(y, np.ndarray):
        raise ValueError(
            "class_weight needs one output with class labels; for several outputs use "
            "sample_weight."
        )
    labels = y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y)).astype(int)
    if not isinstance(weights, dict):
        raise TypeError(
            f"class_weight is a dict {{class: weight}}; received {type(weights).__name__}. For "
            f"weights in the order of the "
            "classes write dict(enumerate(weights))."
        )
    if not all(isinstance(v, numbers.Real) and float(v) >= 0 for v in weights.values()):
        raise ValueError("class_weight holds numbers of at least 0.")
    known = {int(k): float(v) for k, v in weights.items()}
    if labels.min(initial=0) < 0 or min(known, default=0) < 0:
        raise ValueError(
            "class_weight needs classes counted from 0; the labels or the keys go below. Map your "
            "classes to 0, 1, ..."
        )
    table = np.array(
        [known.get(c, 1.0) for c in range(max([int(labels.max(initial=0)), *known]) + 1)],
        dtype=np.float32,
    )
    return table[labels]
