"""All places of a sequence, an image or a film as one: their mean or their largest number."""

from __future__ import annotations

from ..ops.images import is_channels_first
from .base import Layer, layer_classes

_PLACES = {1: "steps", 2: "height, width", 3: "depth, height, width"}


class GlobalPooling(Layer):
    """Base of layers that make one vector of each sample: (n, *places, channels) becomes (n,
    channels).

    keepdims: whether the axes of the places stay, with size 1.
    """

    rank = 1

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        first = is_channels_first(data_format)
        self.data_format = "channels_first" if first else "channels_last"
        self.keepdims = keepdims

    def call(self, x):
        first = self.data_format == "channels_first"
        if len(x.shape) != self.rank + 2:
            channels = "features" if self.rank == 1 else "channels"
            places = _PLACES[self.rank]
            axes = f"{channels}, {places}" if first else f"{places}, {channels}"
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape (n, {axes}); received "
                f"shape {x.shape}."
            )
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        start = 2 if first else 1
        return self.pool(x, tuple(range(start, start + self.rank)))

    def pool(self, x, axis: tuple):
        """The places along these axes as one."""
        raise NotImplementedError(f"{type(self).__name__} needs a method pool(self, x, axis).")


class GlobalAverage(GlobalPooling):
    """Base of layers that take the mean of all places."""

    def pool(self, x, axis):
        return x.mean(axis=axis, keepdims=self.keepdims)


class GlobalMax(GlobalPooling):
    """Base of layers that take the largest number of all places."""

    def pool(self, x, axis):
        return x.max(axis=axis, keepdims=self.keepdims)


@layer_classes.register("GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalAverage):
    """The mean over all steps of a sequence, such as the words of a text: (n, steps, features)
    becomes (n, features).
    """


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
    """The mean of each channel over depth, height and width: (n, channels) is left."""

    rank = 3


@layer_classes.register("GlobalMaxPool3D")
class GlobalMaxPooling3D(GlobalMax):
    """The largest number of each channel over depth, height and width: (n, channels) is left."""

    rank = 3
