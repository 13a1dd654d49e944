"""Layers that change images at random in training. The network learns to ignore these changes: the
position of an object, its angle, the brightness. In `predict` and `evaluate` the layers do nothing.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .. import ops
from ..ops.resampling import FILL_MODES, affine
from ..random import generator
from ..support.checks import check_number
from .base import layer_classes
from .resizing import OfImages


class Randomly(OfImages):
    """Base of layers that draw random numbers for each image. seed: None uses the random generator
    of the library.

    Called alone, as in `augment(images)`, they work as in training.
    """

    trains_when_called = True

    def __init__(self, seed=None, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.seed = seed

    def build(self, input_shape):
        self.rng = generator(self.seed)

    def change(self, x, training):
        x = self.floats(x)
        return self.changed(x) if training else x

    def changed(self, x):
        """Return the changed images for training. x: (n, height, width, channels)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method changed(self, x)")

    def draw(self, limits, x):
        """Draw a number between the limits for each image, as an array (n, 1, 1, 1)."""
        low, high = limits
        return self.rng.uniform(low, high, (len(x), 1, 1, 1)).astype(self.dtype)

    def limits(self, name: str, factor: Any, low: float, high: float) -> tuple[float, float]:
        """Return the factor as a pair: 0.2 becomes (-0.2, 0.2). ValueError if it is outside
        low..high.
        """
        given = tuple(factor) if hasattr(factor, "__len__") else (factor,)
        pairs = len(given) in (1, 2) and all(isinstance(f, numbers.Real) for f in given)
        if not pairs or not all(low <= f <= high for f in given):
            raise ValueError(
                f"{type(self).__name__}: {name} is a number between {low:g} and {high:g}, or a "
                f"pair of them; received {factor!r}."
            )
        pair = given if len(given) == 2 else (-abs(given[0]), abs(given[0]))
        return max(min(pair), low), max(pair)

    def in_order(self, value_range) -> tuple:
        """Return the smallest and the largest number of an image. ValueError for no such pair."""
        pair = tuple(value_range) if hasattr(value_range, "__len__") else ()
        if len(pair) != 2 or not all(isinstance(number, numbers.Real) for number in pair):
            raise ValueError(
                f"{type(self).__name__}: value_range is a pair of numbers, such as (0, 255); "
                f"received {value_range!r}."
            )
        return tuple(sorted(pair))


@layer_classes.register()
class RandomFlip(Randomly):
    """Mirrors each image with probability 1/2, in each direction of `mode`: 'horizontal' (left and
    right are exchanged), 'vertical', or 'horizontal_and_vertical'.
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        if mode not in ("horizontal", "vertical", "horizontal_and_vertical"):
            raise ValueError(
                "RandomFlip: mode is 'horizontal', 'vertical' or 'horizontal_and_vertical'; "
                f"received {mode!r}."
            )
        self.mode = mode

    def changed(self, x):
        for name, axis in (("horizontal", 2), ("vertical", 1)):
            if name in self.mode:
                x = ops.where(self.draw((0, 1), x) < 0.5, ops.flip(x, axis=axis), x)
        return x


class Moved(Randomly):
    """Base of layers that compute each pixel from another position of the image.

    fill_mode: the pixels outside the image: 'constant' (fill_value), 'nearest', 'reflect' or
    'wrap'. interpolation: 'bilinear' or 'nearest'.
    """

    def slide_over(self, fill_mode, interpolation, fill_value) -> None:
        """Store fill_mode, interpolation and fill_value. ValueError for an unknown one."""
        for name, value, known in (
            ("fill_mode", fill_mode, FILL_MODES),
            ("interpolation", interpolation, ("bilinear", "nearest")),
        ):
            if value not in known:
                raise ValueError(
                    f"{type(self).__name__}: {name} is {', '.join(map(repr, known))}; received "
                    f"{value!r}."
                )
        self.fill_mode, self.interpolation = fill_mode, interpolation
        check_number(f"{type(self).__name__}: fill_value", fill_value)
        self.fill_value = fill_value

    def changed(self, x):
        matrix = self.matrix(x)
        return affine(x, matrix, self.interpolation, self.fill_mode, self.fill_value)

    def matrix(self, x) -> np.ndarray:
        """Return for each image the matrix (2, 3) that maps a new position (column, row, 1) to the
        old one.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method matrix(self, x)")

    def around_the_middle(self, x, linear) -> np.ndarray:
        """Extend the matrices `linear`, (n, 2, 2), with a shift that keeps the centre of the image
        in place.
        """
        middle = np.array([x.shape[2] - 1, x.shape[1] - 1]) / 2
        return np.concatenate([linear, (middle - linear @ middle)[..., None]], axis=-1)


@layer_classes.register()
class RandomRotation(Moved):
    """Rotates each image by a random angle of up to factor·360 degrees, counterclockwise if
    positive.
    """

    def __init__(
        self,
        factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed, data_format, **kwargs)
        self.factor = self.limits("factor", factor, -1, 1)
        self.slide_over(fill_mode, interpolation, fill_value)

    def matrix(self, x):
        return self.turned(x, 2 * np.pi * self.draw(self.factor, x).ravel())

    def turned(self, x, angles) -> np.ndarray:
        """Return the matrices for rotations by these angles."""
        cos, sin = np.cos(angles), np.sin(angles)
        return self.around_the_middle(x, np.moveaxis(np.array([[cos, -sin], [sin, cos]]), -1, 0))


@layer_classes.register()
class RandomZoom(Moved):
    """Makes each image smaller by a random factor (0.2: by up to 20 %), or larger if it is
    negative.

    width_factor: None keeps the aspect ratio.
    """

    def __init__(
        self,
        height_factor,
        width_factor=None,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed, data_format, **kwargs)
        self.height_factor = self.limits("height_factor", height_factor, -1, 1)
        self.width_factor = None
        if width_factor is not None:
            self.width_factor = self.limits("width_factor", width_factor, -1, 1)
        self.slide_over(fill_mode, interpolation, fill_value)

    def matrix(self, x):
        height = width = 1 + self.draw(self.height_factor, x)
        if self.width_factor is not None:
            width = 1 + self.draw(self.width_factor, x)
        return self.zoomed(x, height.ravel(), width.ravel())

    def zoomed(self, x, height, width) -> np.ndarray:
        """Return the matrices for these zoom factors; 1 leaves an image unchanged."""
        linear = np.zeros((len(height), 2, 2))
        linear[:, 0, 0], linear[:, 1, 1] = width, height
        return self.around_the_middle(x, linear)


@layer_classes.register()
class RandomTranslation(Moved):
    """Moves each image down and to the right, by up to these fractions of its height and width."""

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed, data_format, **kwargs)
        self.height_factor = self.limits("height_factor", height_factor, -1, 1)
        self.width_factor = self.limits("width_factor", width_factor, -1, 1)
        self.slide_over(fill_mode, interpolation, fill_value)

    def matrix(self, x):
        down, right = self.draw(self.height_factor, x), self.draw(self.width_factor, x)
        return self.moved(down.ravel() * x.shape[1], right.ravel() * x.shape[2])

    def moved(self, down, right) -> np.ndarray:
        """Return the matrices for moves by these numbers of pixels."""
        matrix = np.tile(np.eye(2, 3), (len(down), 1, 1))
        matrix[:, 0, 2], matrix[:, 1, 2] = -right, -down
        return matrix


@layer_classes.register()
class RandomContrast(Randomly):
    """Computes (x - mean)·c + mean for each image and channel, with a random c between 1 - factor
    and 1 + factor. The results are clipped to value_range. factor: a number or a pair (down,
    up).
    """

    def __init__(self, factor, value_range: Any = (0, 255), seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        low, high = self.limits("factor", factor, 0, 1)
        self.factor = (low, high) if hasattr(factor, "__len__") else (high, high)
        self.value_range = self.in_order(value_range)

    def changed(self, x):
        mean = ops.mean(x, axis=(1, 2), keepdims=True)
        y = (x - mean) * self.draw((1 - self.factor[0], 1 + self.factor[1]), x) + mean
        return ops.clip(y, *self.value_range)


@layer_classes.register()
class RandomBrightness(Randomly):
    """Adds to each image a random number of up to factor times the length of value_range. The
    results are clipped to value_range.
    """

    def __init__(self, factor, value_range: Any = (0, 255), seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.factor = self.limits("factor", factor, -1, 1)
        self.value_range = self.in_order(value_range)

    def changed(self, x):
        low, high = self.value_range
        return ops.clip(x + self.draw(self.factor, x) * self.dtype.type(high - low), low, high)
