"""What cuts, frames and enlarges signals, images and volumes: the layers that work along the axes
of space, and leave samples and channels alone.

Shapes, for data_format 'channels_last': (n, steps, channels), (n, rows, columns, channels), (n,
planes, rows, columns, channels). 'channels_first' has the channels behind the samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..support import backend
from .base import Layer, layer_classes

SIZES = {1: "steps", 2: "rows, columns", 3: "planes, rows, columns"}


class Spatial(Layer):
    """Base of layers that work along `rank` axes of space. data_format: where the channels stand;
    None for the library's default, see `minidl.backend.image_data_format`.
    """

    rank = 1

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = backend.checked_data_format(type(self).__name__, data_format)

    def axes(self, x) -> range:
        """The axes of space of this input; ValueError if it has others than the layer works on."""
        last = self.data_format == "channels_last"
        if len(x.shape) != self.rank + 2:
            sizes = SIZES[self.rank]
            wanted = f"(n, {sizes}, channels)" if last else f"(n, channels, {sizes})"
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes inputs of shape {wanted}; received "
                f"shape {x.shape}."
            )
        return range(1, 1 + self.rank) if last else range(2, 2 + self.rank)

    def get_config(self):
        """The arguments; the default that data_format had is said, because it may change."""
        config = super().get_config()
        return {k: self.data_format if k == "data_format" else v for k, v in config.items()}


def pairs(what: str, value, rank: int) -> tuple:
    """((before, after), ...) for each axis of space, from one number for all, one number an axis,
    or a pair an axis; for one axis also from its pair. ValueError names `what`.
    """
    given: Any = value
    if rank == 1 and np.ndim(given) == 1:
        given = [given]
    try:
        found = [(n, n) if np.ndim(n) == 0 else tuple(n) for n in given]
    except TypeError:
        found = [(given, given)] * rank
    numbers = [n for pair in found for n in pair]
    whole = all(isinstance(n, (int, np.integer)) and n >= 0 for n in numbers)
    if len(found) != rank or any(len(pair) != 2 for pair in found) or not whole:
        raise ValueError(
            f"{what} is a whole number of at least 0, or one for each of {rank} axes, or a pair "
            f"(before, after) for each; received {value!r}."
        )
    return tuple((int(before), int(after)) for before, after in found)


class Cropping(Spatial):
    """Base of layers that cut away what lies at the ends of each axis of space."""

    def __init__(self, cropping, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.cropping = cropping
        self.cuts = pairs(f"{type(self).__name__}: cropping", cropping, self.rank)
        least = max(sum(cut) for cut in self.cuts)
        self.unknown_sizes = (least + 2, least + 3)  # of axes of unknown size, in a dry run

    def call(self, x):
        window = [slice(None)] * len(x.shape)
        for axis, (before, after) in zip(self.axes(x), self.cuts):
            if before + after >= x.shape[axis]:
                raise ValueError(
                    f"{type(self).__name__} '{self.name}' cuts {before} + {after} entries off an "
                    f"axis of {x.shape[axis]}, and nothing is left: received shape {x.shape}."
                )
            window[axis] = slice(before, x.shape[axis] - after)
        return x[tuple(window)]


@layer_classes.register()
class Cropping1D(Cropping):
    """Cuts steps off the ends of each sequence: (n, steps, channels). cropping: (before, after), or
    one number for both.
    """

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(cropping, "channels_last", **kwargs)


@layer_classes.register()
class Cropping2D(Cropping):
    """Cuts rows and columns off the edges of images. cropping: ((top, bottom), (left, right)), or
    one number for rows and one for columns, or one for all.
    """

    rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


@layer_classes.register()
class Cropping3D(Cropping):
    """Cuts planes, rows and columns off the sides of volumes. cropping: a pair, or a number, for
    each of the three; or one number for all.
    """

    rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class ZeroPadding(Spatial):
    """Base of layers that put zeros at the ends of each axis of space."""

    def __init__(self, padding, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.padding = padding
        self.frame = pairs(f"{type(self).__name__}: padding", padding, self.rank)

    def call(self, x):
        widths = [(0, 0)] * len(x.shape)
        for axis, pair in zip(self.axes(x), self.frame):
            widths[axis] = pair
        return ops.pad(x, widths)


@layer_classes.register()
class ZeroPadding1D(ZeroPadding):
    """Zeros before and after each sequence: (n, steps, channels). padding: (before, after), or one
    number for both.
    """

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


@layer_classes.register()
class ZeroPadding2D(ZeroPadding):
    """A frame of zeros around images. padding: ((top, bottom), (left, right)), or one number for
    rows and one for columns, or one for all.
    """

    rank = 2

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


@layer_classes.register()
class ZeroPadding3D(ZeroPadding):
    """A shell of zeros around volumes. padding: a pair, or a number, for each of the three axes; or
    one number for all.
    """

    rank = 3

    def __init__(self, padding=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)
