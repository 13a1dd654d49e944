"""Layers that crop or pad signals, images and volumes along the spatial axes. The axes of samples
and channels stay unchanged.

Shapes, for data_format 'channels_last': (n, steps, channels), (n, rows, columns, channels), (n,
planes, rows, columns, channels). With 'channels_first' the channel axis is the second one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..support import backend
from .base import Layer, layer_classes

SIZES = {1: "steps", 2: "rows, columns", 3: "planes, rows, columns"}


class Spatial(Layer):
    """Base of layers that work along `rank` spatial axes. data_format: the position of the channel
    axis; None for the default, see `minidl.backend.image_data_format`.
    """

    rank = 1

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = backend.checked_data_format(type(self).__name__, data_format)

    def axes(self, x) -> range:
        """Return the spatial axes of this input. ValueError if it has the wrong number of axes."""
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
        """Return the arguments. A default data_format is stored explicitly, because the default may
        change.
        """
        config = super().get_config()
        return {k: self.data_format if k == "data_format" else v for k, v in config.items()}


def pairs(what: str, value, rank: int) -> tuple:
    """Return ((before, after), ...), a pair for each spatial axis.

    value: one number for all axes, one number for each axis, or a pair for each axis; for a single
    axis also its pair. ValueError names `what`.
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
    """Base of layers that remove entries at the ends of each spatial axis."""

    def __init__(self, cropping, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.cropping = cropping
        self.cuts = pairs(f"{type(self).__name__}: cropping", cropping, self.rank)

    @property
    def unknown_sizes(self) -> tuple[int, int]:
        """Two sizes to try for axes of unknown size, of which something is left."""
        least = max(sum(cut) for cut in self.cuts)
        return least + 2, least + 3

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

    def __init__(self, cropping: Any = (1, 1), **kwargs):
        super().__init__(cropping, "channels_last", **kwargs)


@layer_classes.register()
class Cropping2D(Cropping):
    """Cuts rows and columns off the edges of images. cropping: ((top, bottom), (left, right)), or
    one number for rows and one for columns, or one for all.
    """

    rank = 2

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


@layer_classes.register()
class Cropping3D(Cropping):
    """Cuts planes, rows and columns off the sides of volumes. cropping: a pair, or a number, for
    each of the three; or one number for all.
    """

    rank = 3

    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class ZeroPadding(Spatial):
    """Base of layers that add zeros at the ends of each spatial axis."""

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
    """Adds zeros before and after each sequence: (n, steps, channels). padding: (before, after), or
    one number for both.
    """

    def __init__(self, padding: Any = 1, data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


@layer_classes.register()
class ZeroPadding2D(ZeroPadding):
    """Adds zeros around images. padding: ((top, bottom), (left, right)), or one number for rows and
    one for columns, or one for all.
    """

    rank = 2

    def __init__(self, padding: Any = (1, 1), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


@layer_classes.register()
class ZeroPadding3D(ZeroPadding):
    """Adds zeros around volumes. padding: a pair, or a number, for each of the three axes; or one
    number for all.
    """

    rank = 3

    def __init__(self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)
