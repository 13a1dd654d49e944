"""Global pooling: the mean or the largest number over all positions of a sequence, an image or a
video.
"""

from __future__ import annotations

import numpy as np

from .. import ops
from ..support import backend
from .base import Layer, layer_classes

_PLACES = {1: "steps", 2: "height, width", 3: "depth, height, width"}


class GlobalPooling(Layer):
    """Base of layers that compute one vector for each sample: (n, *sizes, channels) becomes (n,
    channels).

    keepdims: whether the pooled axes stay, with size 1.
    """

    rank = 1

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = backend.checked_data_format(type(self).__name__, data_format)
        self.keepdims = keepdims

    def checked(self, x):
        """Return x as floats. ValueError if it has the wrong number of axes."""
        first = self.data_format == "channels_first"
        if len(x.shape) != self.rank + 2:
            channels = "features" if self.rank == 1 else "channels"
            places = _PLACES[self.rank]
            axes = f"{channels}, {places}" if first else f"{places}, {channels}"
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape (n, {axes}); received "
                f"shape {x.shape}."
            )
        return x if x.dtype.kind == "f" else x.astype(self.dtype)

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes of the input to pool over."""
        start = 2 if self.data_format == "channels_first" else 1
        return tuple(range(start, start + self.rank))


class GlobalAverage(GlobalPooling):
    """Base of layers that compute the mean over all positions."""

    def call(self, x):
        return self.checked(x).mean(axis=self.axes, keepdims=self.keepdims)


class GlobalMax(GlobalPooling):
    """Base of layers that compute the largest number over all positions."""

    def call(self, x):
        return self.checked(x).max(axis=self.axes, keepdims=self.keepdims)


@layer_classes.register("GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalAverage):
    """The mean over all steps of a sequence, such as the words of a text: (n, steps, features)
    becomes (n, features). Steps whose mask is False do not count; the mean of no steps at all is
    0 (in Keras nan).
    """

    def compute_mask(self, inputs, mask=None):
        return None  # there are no steps any more

    def call(self, x, mask=None):
        if mask is None:
            return super().call(x)
        x, (axis,) = self.checked(x), self.axes
        counts = np.expand_dims(np.asarray(mask, bool), 3 - axis)
        number = np.maximum(np.sum(counts, axis=axis, keepdims=self.keepdims), 1).astype(x.dtype)
        return ops.sum(ops.where(counts, x, 0.0), axis=axis, keepdims=self.keepdims) / number


@layer_classes.register("GlobalMaxPool1D")
class GlobalMaxPooling1D(GlobalMax):
    """The largest of each feature over all steps: (n, steps, features) becomes (n, features)."""


@layer_classes.register("GlobalAvgPool2D")
class GlobalAveragePooling2D(GlobalAverage):
    """The mean of each channel over the image: (n, height, width, channels) becomes (n, channels).
    Lin et al. 2013.
    """

    rank = 2


@layer_classes.register("GlobalMaxPool2D")
class GlobalMaxPooling2D(GlobalMax):
    """The largest number of each channel anywhere in the image: (n, height, width, channels)
    becomes (n, channels).
    """

    rank = 2


@layer_classes.register("GlobalAvgPool3D")
class GlobalAveragePooling3D(GlobalAverage):
    """The mean of each channel over depth, height and width; the result is (n, channels)."""

    rank = 3


@layer_classes.register("GlobalMaxPool3D")
class GlobalMaxPooling3D(GlobalMax):
    """The largest number of each channel over depth, height and width; the result is (n,
    channels).
    """

    rank = 3


# Keras's other names
GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
GlobalAvgPool3D, GlobalMaxPool3D = GlobalAveragePooling3D, GlobalMaxPooling3D
