"""Layers for the columns of a table. They convert categories to rows of zeros and ones, numbers to
bins, and any value to a bin by its hash.
"""

from __future__ import annotations

import numpy as np

from .. import ops
from ..layers.base import Layer, layer_classes
from ..support.checks import check_count, check_number
from ..tensor import Tensor, wrap
from .encoding import batches, check_mode, encode, numbers, strings, whole_numbers
from .hashing import fingerprint


class Categories(Layer):
    """Base of the layers here: inputs are not converted to floats, and sparse results are
    refused.
    """

    takes_raw_input = True

    def __init__(self, sparse, **kwargs):
        super().__init__(**kwargs)
        self.owner = f"{type(self).__name__} '{self.name}'"
        if sparse:
            raise ValueError(
                f"{self.owner}: sparse results are not known here; leave sparse=False."
            )

    def to_input(self, x):
        return x if isinstance(x, Tensor) else wrap(numbers(x, self.owner))


@layer_classes.register()
class CategoryEncoding(Categories):
    """Encodes whole numbers 0 .. num_tokens-1 as rows with one column for each.

    output_mode: 'one_hot' creates one row for each number; 'multi_hot' one row for all numbers of a
    sample, with a 1 for each that occurs; 'count' the same with how often it occurs, or with the
    sum of its count_weights.
    """

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        super().__init__(sparse, **kwargs)
        self.num_tokens = check_count(
            "CategoryEncoding: num_tokens, the number of categories,", num_tokens
        )
        self.output_mode = check_mode(
            "CategoryEncoding", output_mode, ("multi_hot", "one_hot", "count")
        )

    def call(self, x, count_weights=None):
        places = whole_numbers(x, self.owner)
        if places.size and (places.min() < 0 or places.max() >= self.num_tokens):
            raise ValueError(
                f"{self.owner} knows the categories 0..{self.num_tokens - 1}; received "
                f"{places.min()}..{places.max()}. "
                "Make num_tokens the largest number + 1, or number them first with IntegerLookup."
            )
        if count_weights is None:
            return wrap(encode(places, self.output_mode, self.num_tokens).astype(self.dtype))
        weights = (
            count_weights
            if isinstance(count_weights, Tensor)
            else wrap(numbers(count_weights, self.owner))
        )
        if self.output_mode != "count" or weights.shape != places.shape:
            raise ValueError(
                f"{self.owner}: count_weights go with output_mode='count' and have the shape of "
                f"the input, {places.shape}; "
                f"received shape {weights.shape} with output_mode={self.output_mode!r}."
            )
        shape = places.shape or (1,)
        rows = (places.reshape(*shape, 1) == np.arange(self.num_tokens)).astype(self.dtype)
        weights = ops.reshape(weights.astype(self.dtype), (*shape, 1))
        return ops.sum(weights * rows, axis=min(1, len(shape) - 1))


@layer_classes.register()
class Discretization(Categories):
    """Converts numbers to the indices of bins. Bin 0 ends before the first boundary, and each
    boundary begins the next bin.

    bin_boundaries: in ascending order. Or num_bins, and adapt(data), which finds boundaries that
    make the bins equally full. epsilon: the tolerance of this, as a fraction of the data.
    output_mode: 'int' returns the bin's index; the others as in CategoryEncoding.
    """

    def __init__(
        self,
        bin_boundaries=None,
        num_bins=None,
        epsilon=0.01,
        output_mode="int",
        sparse=False,
        dtype=None,
        name=None,
    ):
        super().__init__(sparse, name=name, dtype=dtype)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError(
                f"Discretization takes bin_boundaries, or num_bins and then adapt(data); received "
                f"{bin_boundaries!r} and "
                f"{num_bins!r}."
            )
        self.num_bins = (
            None if num_bins is None else check_count("Discretization: num_bins", num_bins)
        )
        self.bin_boundaries = None if bin_boundaries is None else _ascending(bin_boundaries)
        self.epsilon = check_number("Discretization: epsilon", epsilon, 0, 1, open_below=True)
        self.output_mode = check_mode(
            "Discretization", output_mode, ("int", "one_hot", "multi_hot", "count")
        )

    def adapt(self, data, steps=None) -> None:
        """Compute the boundaries from data: an array, a list of numbers, or an iterable of arrays
        (the first `steps` of them).
        """
        if self.num_bins is None:
            raise ValueError(
                f"{self.owner} was given its bin_boundaries, so there is nothing to adapt."
            )
        # a list of arrays
        listed = isinstance(data, (list, tuple)) and any(hasattr(piece, "shape") for piece in data)
        summary = np.zeros((2, 0), np.float32)
        for piece in batches(iter(data) if listed else data, steps):
            values = numbers(piece, self.owner).astype(np.float32)
            if np.isnan(values).any():
                raise ValueError(
                    f"{self.owner}: adapt received NaN, which belongs in no bin. Leave it out: "
                    f"data[~np.isnan(data)]."
                )
            summary = np.concatenate([_summary(values, self.epsilon), summary], axis=1)
            summary = _shortened(summary[:, np.argsort(summary[0])], self.epsilon)
        if not summary.size:
            raise ValueError(f"{self.owner}: adapt received no data.")
        self.bin_boundaries = _shortened(summary, 1 / self.num_bins)[0, :-1].tolist()

    def call(self, x):
        if self.bin_boundaries is None:
            raise ValueError(
                f"{self.owner} does not know its bins yet: call adapt(data) first, or give it "
                f"bin_boundaries."
            )
        boundaries = np.asarray(self.bin_boundaries, self.dtype)
        bins = np.asarray(np.searchsorted(boundaries, np.asarray(x, self.dtype), side="right"))
        return wrap(
            encode(bins, self.output_mode, len(boundaries) + 1).astype(
                "int32" if self.output_mode == "int" else self.dtype
            )
        )

    def get_config(self):
        config = {**super().get_config(), "bin_boundaries": self.bin_boundaries}
        del config["trainable"]  # Keras does not accept it here
        return config

    @classmethod
    def from_config(cls, config):
        """Create a layer from the data of `get_config`, which also contain the learned
        boundaries.
        """
        learned = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        layer = super().from_config(
            config if learned is None else {**config, "bin_boundaries": None}
        )
        if learned is not None:
            layer.bin_boundaries = _ascending(learned)
        return layer


def _ascending(boundaries) -> list[float]:
    values = numbers(boundaries, "Discretization: bin_boundaries").astype(float)
    if values.ndim != 1 or not (np.diff(values) >= 0).all() or np.isnan(values).any():
        raise ValueError(
            f"Discretization: bin_boundaries are numbers in ascending order; received "
            f"{boundaries!r}."
        )
    return values.tolist()


# Quantiles of data that may be too long to keep. A summary has two rows: some of the sorted values,
# and for how many each stands.


def _summary(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Summarize sorted values by every (n·ε)th of them, so about 1/ε values; all if n is
    smaller.
    """
    step = max(values.size * epsilon, 1.0)
    picked = np.sort(values, axis=None)[int(step - 1) :: int(step)]
    return np.stack([picked, np.full_like(picked, step)])


def _shortened(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """Shorten a summary to 1/ε values: those at the fractions ε, 2ε, ... of all values."""
    values, counts = summary
    if len(values) * epsilon < 1:
        return summary
    shares, total = epsilon + np.arange(0.0, 1.0, epsilon), np.cumsum(counts)
    at = np.interp(shares, total / total[-1], values)
    reached = np.interp(shares, total / total[-1], total)
    return np.stack([at, np.diff(reached, prepend=0)]).astype(np.float32)


@layer_classes.register()
class Hashing(Categories):
    """Converts strings or whole numbers to bins 0 .. num_bins-1 by a hash. It needs no vocabulary,
    but different values may share a bin.

    mask_value: the value for bin 0, which is then used for no other. output_mode: as in
    Discretization.
    """

    takes_texts = True

    def __init__(
        self, num_bins, mask_value=None, salt=None, output_mode="int", sparse=False, **kwargs
    ):
        self.output_mode = check_mode(
            "Hashing", output_mode, ("int", "one_hot", "multi_hot", "count")
        )
        if output_mode == "int":
            kwargs["dtype"] = kwargs.get("dtype") or "int64"
        super().__init__(sparse, **kwargs)
        if salt is not None:
            raise ValueError(
                f"{self.owner}: salt asks for another hash (SipHash), which is not known here; "
                f"leave it out."
            )
        self.num_bins, self.mask_value, self.salt = (
            check_count("Hashing: num_bins", num_bins),
            mask_value,
            None,
        )

    def to_input(self, x):
        texts = isinstance(x, (str, bytes)) or (
            not isinstance(x, Tensor) and np.asarray(x).dtype.kind in "OUST"
        )
        return strings(x, self.owner) if texts else super().to_input(x)

    def call(self, x):
        values = x if isinstance(x, np.ndarray) else np.asarray(x).astype(np.int64)
        kept = 1 if self.mask_value is not None and self.num_bins > 1 else 0
        found = {
            v: kept + fingerprint(str(v).encode()) % (self.num_bins - kept)
            for v in set(values.ravel().tolist())
        }
        if kept:
            found[self.mask_value] = 0
        bins = np.array([found[v] for v in values.ravel().tolist()], np.int64).reshape(values.shape)
        return wrap(encode(bins, self.output_mode, self.num_bins).astype(self.dtype))
