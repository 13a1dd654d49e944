"""Layers that add noise to their input or drop parts of it, in training only. The network then
cannot rely on any single number.
"""

from __future__ import annotations

import math

from ..random import generator
from ..support import backend
from ..support.checks import check_number
from .base import Layer, layer_classes
from .basic import Dropout, checked_shape_of_draw


class Noise(Layer):
    """Base of layers that draw random numbers. seed: None uses the random generator of the
    library.
    """

    noise_shape: tuple | None = None  # shape of the draw; None for the input's shape

    def build(self, input_shape):
        self.rng = generator(self.seed)

    def floats(self, x):
        """Return x; whole numbers are converted to floats of the layer's dtype."""
        return x if x.dtype.kind == "f" else x.astype(self.dtype)

    def shape_of_draw(self, x) -> tuple:
        """The shape of x, with size 1 along the axes whose entries share one draw."""
        return checked_shape_of_draw(self, x.shape)


class SpatialDropout(Dropout):
    """Base of dropout of whole channels. A channel of a sample is dropped at all positions or at
    none, since neighbouring positions hold similar numbers. Tompson et al. 2015
    """

    sizes = "rows, columns"  # names of the spatial axes
    rank = 2  # number of spatial axes

    def __init__(self, rate, data_format=None, seed=None, **kwargs):
        data_format = backend.checked_data_format(type(self).__name__, data_format)
        last = data_format == "channels_last"
        shape = (None, *(1,) * self.rank, None) if last else (None, None, *(1,) * self.rank)
        super().__init__(rate, noise_shape=shape, seed=seed, **kwargs)
        self.data_format = data_format

    def call(self, x, training=False):
        if len(x.shape) != self.rank + 2:
            ends = (", channels", "") if self.data_format == "channels_last" else ("", "channels, ")
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape "
                f"(n, {ends[1]}{self.sizes}{ends[0]}); received shape {x.shape}."
            )
        return super().call(x, training)


@layer_classes.register()
class SpatialDropout1D(SpatialDropout):
    """Dropout of whole features: for (n, steps, channels) a channel is dropped at all steps of a
    sample or at none. Tompson et al. 2015
    """

    sizes, rank = "steps", 1

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, "channels_last", seed, **kwargs)


@layer_classes.register()
class SpatialDropout2D(SpatialDropout):
    """Dropout of whole channels of images, (n, rows, columns, channels). Tompson et al. 2015"""


@layer_classes.register()
class SpatialDropout3D(SpatialDropout):
    """Dropout of whole channels of volumes, (n, planes, rows, columns, channels). Tompson et al.
    2015
    """

    sizes, rank = "planes, rows, columns", 3


@layer_classes.register()
class GaussianNoise(Noise):
    """In training adds normal noise of standard deviation `stddev`."""

    supports_masking = True

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.stddev, self.seed = check_number("GaussianNoise: stddev", stddev, 0), seed

    def call(self, x, training=False):
        if not training or self.stddev == 0:
            return x
        return self.floats(x) + (self.stddev * self.rng.standard_normal(x.shape)).astype(self.dtype)


@layer_classes.register()
class GaussianDropout(Noise):
    """In training multiplies by normal noise of mean 1 and standard deviation √(rate/(1 - rate)).
    Srivastava et al. 2014, §10.
    """

    supports_masking = True

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.seed = check_number("GaussianDropout: rate", rate, 0, 1), seed

    def call(self, x, training=False):
        if not training or self.rate == 0:
            return x
        return self.floats(x) * (
            1 + math.sqrt(self.rate / (1 - self.rate)) * self.rng.standard_normal(x.shape)
        ).astype(self.dtype)


@layer_classes.register()
class AlphaDropout(Noise):
    """Dropout for selu networks: keeps the mean 0 and the variance 1. Klambauer et al. 2017, §3."""

    supports_masking = True

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.noise_shape, self.seed = (
            check_number("AlphaDropout: rate", rate, 0, 1),
            noise_shape,
            seed,
        )

    def call(self, x, training=False):
        if not training or self.rate == 0:
            return x
        low = -1.7580993408473766  # -λα of selu: what a dropped number becomes
        keep = (self.rng.random(self.shape_of_draw(x)) >= self.rate).astype(self.dtype)
        scale = ((1 - self.rate) * (1 + self.rate * low**2)) ** -0.5
        return (self.floats(x) * keep + low * (1 - keep)) * scale - scale * low * self.rate
