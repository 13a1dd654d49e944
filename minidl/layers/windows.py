"""Layers with a window that slides over sequences, images or videos, and pooling: the largest
number or the mean in each window.
"""

from __future__ import annotations

from typing import Any

from .. import constraints, initializers, ops, regularizers
from ..guards.shapes import channel_advice, channels_advice, images_advice, room_advice
from ..ops.images import per_axis, unknown_sizes
from ..support import backend
from ..support.warning import warn
from .base import Layer, layer_classes

_PLACES = {1: "steps", 2: "height, width", 3: "depth, height, width"}


class Windowed(Layer):
    """Base of layers whose window slides along `rank` axes."""

    rank = 2
    window_name = "kernel_size"  # of the argument that gives its size
    window: tuple  # its size along each axis
    strides: tuple
    dilation_rate: tuple = (1,)
    paddings: tuple = ("valid", "same")
    channels: int | None = None  # that the weights were made for

    def slide(self, window, strides, padding, data_format, dilation_rate=1) -> None:
        """Store the settings of the window. ValueError for an invalid one."""
        title = type(self).__name__
        self.window = per_axis(f"{title}: {self.window_name}", window, self.rank)
        self.strides = per_axis(f"{title}: strides", strides, self.rank)
        self.dilation_rate = per_axis(f"{title}: dilation_rate", dilation_rate, self.rank)
        self.padding = str(padding).lower()  # many a tutorial types "Same"
        if self.padding not in self.paddings:
            known = " or ".join(map(repr, self.paddings))
            raise ValueError(f"{title}: padding is {known}; received {padding!r}.")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{title}: strides and dilation_rate cannot both be more than 1; received "
                f"{strides!r} and {dilation_rate!r}."
            )
        self.data_format = backend.checked_data_format(title, data_format)
        self.channels_first = self.data_format == "channels_first"

    def keep(self, name: str, initializer, regularizer, constraint) -> None:
        """Store the initializer, regularizer and constraint of a weight."""
        vars(self)[f"{name}_initializer"] = initializers.get(initializer)
        vars(self)[f"{name}_regularizer"] = regularizer and regularizers.get(regularizer)
        vars(self)[f"{name}_constraint"] = constraint and constraints.get(constraint)

    def make(self, kept: str, shape: tuple, name: str):
        """Create a weight with the settings stored under the name `kept`."""
        initializer, regularizer, constraint = (
            vars(self)[f"{kept}_{what}"] for what in ("initializer", "regularizer", "constraint")
        )
        return self.add_weight(
            shape, initializer, regularizer=regularizer, constraint=constraint, name=name
        )

    @property
    def unknown_sizes(self) -> tuple[int, int]:
        """Two sizes of an input axis into which the window fits."""
        return unknown_sizes(self.window, self.strides, self.dilation_rate)

    def get_config(self) -> dict:
        """Return the arguments of the class. A number that stood for all axes becomes one for each
        axis.
        """
        config, kept = super().get_config(), ("strides", "dilation_rate", "data_format")
        now = {self.window_name: self.window, **{name: getattr(self, name) for name in kept}}
        return {**config, **{name: _plain(now[name]) for name in now if name in config}}

    def to_input(self, x):
        """Convert the input as for any layer; whole numbers, such as pixels 0..255, become floats
        too.
        """
        x = super().to_input(x)
        return x if x.dtype.kind == "f" else x.astype(self.dtype)

    def see_channels(self, input_shape) -> int:
        """Return the number of channels of inputs of this shape. ValueError if it is 0 or
        unknown.
        """
        self._check_axes(input_shape)
        channels = input_shape[1 if self.channels_first else -1]
        if channels is None:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' needs to know the number of channels; "
                f"received shape {tuple(input_shape)}."
            )
        self.see_order(input_shape)
        return channels

    def see_order(self, input_shape) -> None:
        """Warn of images whose channels seem to be at the other end."""
        if advice := channels_advice(input_shape, self.channels_first):
            warn(f"{type(self).__name__} '{self.name}': {advice}")

    def check(self, x) -> None:
        """Raise ValueError for inputs that do not fit the window or the weights."""
        self._check_axes(x.shape)
        channels = x.shape[1 if self.channels_first else -1]
        if self.channels is not None and self.channels != channels:
            title = f"{type(self).__name__} '{self.name}'"
            raise ValueError(channel_advice(title, self.channels, self.channels_first, x.shape))

    def _check_axes(self, shape) -> None:
        if len(shape) != self.rank + 2:
            parts = ["n", _PLACES[self.rank], "channels"]
            order = [parts[0], parts[2], parts[1]] if self.channels_first else parts
            title, wanted = f"{type(self).__name__} '{self.name}'", ", ".join(order)
            first = self.channels_first
            raise ValueError(images_advice(title, wanted, self.rank, first, tuple(shape)))

    def explained(self, error, *inputs):
        """Return the error. For a window larger than the inputs, it is one that says the cure."""
        if "the window reaches over" not in str(error):
            return error
        title = f"{type(self).__name__} '{self.name}'"
        dilation = per_axis("dilation_rate", self.dilation_rate, self.rank)
        how = self.window, dilation, self.channels_first
        return ValueError(room_advice(title, *how, inputs[0].shape))


def _plain(value):
    """Return a tuple as a list, as in JSON files."""
    return list(value) if isinstance(value, tuple) else value


class Pooling(Windowed):
    """Base of layers that compute one number for each window and channel."""

    window_name = "pool_size"
    pool: Any = staticmethod(ops.max_pool)

    def __init__(
        self,
        pool_size: Any = 2,
        strides=None,
        padding="valid",
        data_format=None,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        strides = pool_size if strides is None else strides
        self.slide(pool_size, strides, padding, data_format)
        self.pool_size = self.window

    def build(self, input_shape):
        self.see_order(input_shape)

    def call(self, x):
        self.check(x)
        return self.pool(x, self.window, self.strides, self.padding, self.data_format)


@layer_classes.register("MaxPool1D")
class MaxPooling1D(Pooling):
    """The largest number of each feature in windows of pool_size steps: (n, steps, features)
    becomes (n, steps/strides, features).
    """

    rank = 1


@layer_classes.register("MaxPool2D")
class MaxPooling2D(Pooling):
    """The largest number of each channel in windows of pool_size pixels: a window of (2, 2) halves
    height and width.
    """


@layer_classes.register("MaxPool3D")
class MaxPooling3D(Pooling):
    """The largest number of each channel in windows of pool_size along depth, height and width."""

    rank = 3


@layer_classes.register("AvgPool1D")
class AveragePooling1D(MaxPooling1D):
    """The mean of each feature in windows of pool_size steps."""

    pool = staticmethod(ops.average_pool)


@layer_classes.register("AvgPool2D")
class AveragePooling2D(MaxPooling2D):
    """The mean of each channel in windows of pool_size pixels."""

    pool = staticmethod(ops.average_pool)


@layer_classes.register("AvgPool3D")
class AveragePooling3D(MaxPooling3D):
    """The mean of each channel in windows of pool_size along depth, height and width."""

    pool = staticmethod(ops.average_pool)


class AdaptivePooling(Windowed):
    """Base of layers that divide each axis into output_size parts, however long it is, and pool
    each part.
    """

    pool: Any = staticmethod(ops.adaptive_max_pool)

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.slide(1, 1, "valid", data_format)
        self.output_size = per_axis(f"{type(self).__name__}: output_size", output_size, self.rank)

    def get_config(self) -> dict:
        """The arguments of the class, with a size for each axis."""
        return {**super().get_config(), "output_size": _plain(self.output_size)}

    def call(self, x):
        self.check(x)
        return self.pool(x, self.output_size, self.data_format)


@layer_classes.register()
class AdaptiveMaxPooling1D(AdaptivePooling):
    """The largest number of each feature in output_size parts of the steps."""

    rank = 1


@layer_classes.register()
class AdaptiveMaxPooling2D(AdaptivePooling):
    """The largest number of each channel in output_size parts of height and width."""


@layer_classes.register()
class AdaptiveMaxPooling3D(AdaptivePooling):
    """The largest number of each channel in output_size parts of depth, height and width."""

    rank = 3


@layer_classes.register()
class AdaptiveAveragePooling1D(AdaptiveMaxPooling1D):
    """The mean of each feature in output_size parts of the steps."""

    pool = staticmethod(ops.adaptive_average_pool)


@layer_classes.register()
class AdaptiveAveragePooling2D(AdaptiveMaxPooling2D):
    """The mean of each channel in output_size parts of height and width."""

    pool = staticmethod(ops.adaptive_average_pool)


@layer_classes.register()
class AdaptiveAveragePooling3D(AdaptiveMaxPooling3D):
    """The mean of each channel in output_size parts of depth, height and width."""

    pool = staticmethod(ops.adaptive_average_pool)


# Keras's other names
MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
