"""Layers that scale inputs by fixed numbers, which are arguments or computed from the data."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from ..support.arrays import as_array
from ..support.dry_run import take_room
from ..tensor import Tensor
from .base import Layer, layer_classes
from .spec import places


@layer_classes.register()
class Rescaling(Layer):
    """Computes scale·x + offset: Rescaling(1/255) scales pixels to 0..1."""

    supports_masking = True
    takes_raw_input = True

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("scale", scale), ("offset", offset)):
            if np.asarray(value).dtype.kind not in "fiu" or not np.isfinite(value).all():
                raise ValueError(
                    f"Rescaling: {name} is a number, or one for each place along the last axis; "
                    f"received {value!r}."
                )
        self.scale, self.offset = scale, offset

    def call(self, x):
        scale, offset = (np.asarray(v, self.dtype) for v in (self.scale, self.offset))
        return x.astype(self.dtype) * scale + offset


@layer_classes.register()
class Normalization(Layer):
    """Computes (x − mean)/max(√variance, ε) with mean and variance of the data. Compute them with
    adapt(data), or pass them.

    axis: the axes whose entries are scaled separately (the features; None: one mean for all).
    invert: compute the inverse.
    """

    supports_masking = True
    takes_raw_input = True
    adapt_mean: Any  # variables set by adapt, or tensors of the arguments
    adapt_variance: Any

    def __init__(self, axis: Any = -1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError(
                "Normalization needs both mean and variance, or neither and a call of adapt(data)."
            )
        if mean is not None and variance is not None and np.shape(mean) != np.shape(variance):
            raise ValueError(
                f"Normalization: mean and variance have the same shape; received {np.shape(mean)} "
                f"and {np.shape(variance)}."
            )
        self.axis, self.invert = axis, invert
        self.input_mean, self.input_variance = mean, variance

    def build(self, input_shape):
        self._kept = () if self.axis is None else places(self.axis, input_shape, self.name)
        self._shape, self._axes = tuple(input_shape[a] for a in self._kept), len(input_shape)
        if None in self._shape:
            raise ValueError(
                f"Normalization '{self.name}' needs to know the size of axis {self.axis}; "
                f"received shape {input_shape}."
            )
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(self._shape, "zeros", trainable=False, name="mean")
            self.adapt_variance = self.add_weight(
                self._shape, "ones", trainable=False, name="variance"
            )
            self.count = self.add_weight((), "zeros", dtype="int32", trainable=False, name="count")
        else:
            take_room(2 * math.prod(self._shape), f"Normalization '{self.name}'")
            self.adapt_mean, self.adapt_variance = (
                Tensor(np.broadcast_to(as_array(v), self._shape), dtype=self.dtype)
                for v in (self.input_mean, self.input_variance)
            )

    def _places(self, axes: int) -> tuple:
        """The axes whose entries are scaled separately, for inputs with this number of axes."""
        return self._kept if axes == self._axes else places(self.axis, (1,) * axes, self.name)

    @property
    def mean(self) -> Tensor:
        """The mean to subtract, in a shape that broadcasts with the input: (1, features)."""
        return Tensor(self._spread(self.adapt_mean, self._axes))

    @property
    def variance(self) -> Tensor:
        """The variance, in a shape that broadcasts with the input."""
        return Tensor(self._spread(self.adapt_variance, self._axes))

    def _spread(self, numbers, axes) -> np.ndarray:
        sizes: dict = dict(zip(self._places(axes), self._shape))
        return numbers.data.reshape([sizes.get(i, 1) for i in range(axes)])

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Compute mean and variance of data (an array, or an iterable of arrays) in float64, one
        piece at a time.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Normalization '{self.name}' was given its mean and variance, so there is "
                f"nothing to adapt."
            )
        sums = _Sums()
        for piece in itertools.islice(_pieces(data), steps):
            piece = self._rows(piece)
            others = tuple(i for i in range(piece.ndim) if i not in self._kept)
            for start in range(0, len(piece), 8192):
                sums.add(piece[start : start + 8192].astype(np.float64), others)
        mean, variance = sums.moments()
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _rows(self, piece) -> np.ndarray:
        """Return a piece of the data as an array that fits the layer. The first piece builds the
        layer. (n,) counts as (n, 1).
        """
        piece = as_array(piece[0] if isinstance(piece, tuple) else piece)
        piece = piece[:, None] if piece.ndim == 1 else piece
        if not self.built:
            self.build((None, *piece.shape[1:]))
        lacks = any(axis >= piece.ndim for axis in self._kept)
        if lacks or tuple(piece.shape[a] for a in self._kept) != self._shape:
            raise ValueError(
                f"Normalization '{self.name}' has a mean of shape {self._shape} for axis "
                f"{self.axis}; received data of shape "
                f"{piece.shape}."
            )
        return piece

    def call(self, x):
        x = x.astype(self.dtype)
        single = len(x.shape) == 1 and self._shape in ((), (1,))  # (n,): one feature
        if self._kept and not single:
            kept = self._places(len(x.shape))
            if tuple(x.shape[a] for a in kept) != self._shape:
                raise ValueError(
                    f"Normalization '{self.name}' has a mean of shape {self._shape} for axis "
                    f"{self.axis} of its inputs; received shape {x.shape}."
                )
        mean, variance = (
            v.data.reshape(1) if single else self._spread(v, len(x.shape))
            for v in (self.adapt_mean, self.adapt_variance)
        )
        deviation = np.maximum(np.sqrt(variance), np.asarray(1e-7, self.dtype))
        return x * deviation + mean if self.invert else (x - mean) / deviation


class _Sums:
    """Sums for mean and variance over all pieces: Σ(x - first), Σ(x - first)², where `first` is the
    mean of the first piece. The subtraction keeps the squares exact.
    """

    first: Any = None

    def add(self, part: np.ndarray, axes: tuple) -> None:
        """Add the numbers of a piece along these axes to the sums."""
        if self.first is None:
            self.first = part.mean(axis=axes, keepdims=True)
            self.count, self.total, self.squares = 0, 0.0, 0.0
        part = part - self.first
        self.count += part.size // max(1, self.first.size)
        self.total = self.total + part.sum(axis=axes)
        self.squares = self.squares + np.square(part).sum(axis=axes)

    def moments(self) -> tuple:
        """The mean and the variance of all that was added."""
        if self.first is None:
            raise ValueError("Normalization.adapt received no data.")
        shift = self.total / self.count
        mean = shift + self.first.reshape(np.shape(shift))
        return mean, self.squares / self.count - shift**2


def _pieces(data):
    """Yield the arrays of the data. A list of lists of numbers is one array."""
    if hasattr(data, "shape"):
        return [data]
    if not isinstance(data, (list, tuple)) or not data:
        return data
    first = data[0][0] if isinstance(data[0], tuple) and data[0] else data[0]
    return data if getattr(first, "shape", ()) else [data]
