"""Layers that give all images the same size, by resampling or cropping."""

from __future__ import annotations

import numpy as np

from .. import ops
from ..ops.images import as_given, channels_last
from ..ops.resampling import KERNELS, largest_part, padded_to, resize
from ..random import generator
from ..support import backend
from ..support.checks import check_count, check_number
from .base import Layer, layer_classes


class OfImages(Layer):
    """Base of layers that prepare images: (n, height, width, channels), or a single one without
    the n.
    """

    takes_raw_input = True

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = backend.checked_data_format(type(self).__name__, data_format)

    def call(self, x, training=False):
        if len(x.shape) not in (3, 4):
            raise ValueError(
                f"{type(self).__name__} '{self.name}' takes images, (n, height, width, channels), "
                f"or one without the n; received shape {x.shape}."
            )
        images = channels_last(x if len(x.shape) == 4 else x[None], self.data_format)
        y = as_given(self.change(images, training), self.data_format)
        return y if len(x.shape) == 4 else y[0]

    def change(self, x, training: bool):
        """Return the prepared images. x: (n, height, width, channels)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method change(self, x, training)")

    def floats(self, x):
        """Return x as floats of the layer's dtype."""
        return x if x.dtype == self.dtype else x.astype(self.dtype)


class Sized(OfImages):
    """Base of layers whose output images have the size height x width."""

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.height = check_count(f"{type(self).__name__}: height", height)
        self.width = check_count(f"{type(self).__name__}: width", width)

    @property
    def size(self) -> tuple[int, int]:
        """The height and the width of the output."""
        return self.height, self.width

    def largest_part(self, x):
        """Return the largest centred part of the images that has the aspect ratio of the output."""
        return largest_part(x, self.size)

    def cut(self, x, row: int, column: int, height: int, width: int):
        """Return the part of the images with this top left corner, height and width."""
        return x[:, row : row + height, column : column + width]


@layer_classes.register()
class Resizing(Sized):
    """Resizes images. Whole numbers stay whole.

    interpolation: 'bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'. crop_to_aspect_ratio:
    crop instead of distorting; pad_to_aspect_ratio: pad with fill_value instead. antialias: compute
    each pixel of a smaller image from all pixels that it replaces.
    """

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(height, width, data_format, **kwargs)
        known = ("nearest", *KERNELS)
        if interpolation not in known:
            raise ValueError(
                f"Resizing: interpolation is {', '.join(map(repr, known))}; received "
                f"{interpolation!r}."
            )
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError("Resizing can cut or pad to keep the aspect ratio, not both.")
        if fill_mode != "constant":
            raise ValueError(f"Resizing: fill_mode is 'constant'; received {fill_mode!r}.")
        check_number("Resizing: fill_value", fill_value)
        self.interpolation, self.antialias = interpolation, antialias
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio, self.fill_value = pad_to_aspect_ratio, fill_value

    def change(self, x, training):
        y = self.floats(x)
        if self.crop_to_aspect_ratio:
            y = self.largest_part(y)
        elif self.pad_to_aspect_ratio:
            y = padded_to(y, self.size, self.fill_value)
        y = resize(y, self.size, self.interpolation, self.antialias)
        if x.dtype.kind == "f":
            return y
        limits = np.iinfo(x.dtype)
        return ops.clip(ops.round(y), limits.min, limits.max).astype(x.dtype)


@layer_classes.register()
class CenterCrop(Sized):
    """Crops the centre of images, height x width. Smaller images are enlarged first."""

    def change(self, x, training):
        x = self.floats(x)
        rows, columns = x.shape[1] - self.height, x.shape[2] - self.width
        if min(rows, columns) < 0:
            return resize(self.largest_part(x), self.size, "bilinear")
        return self.cut(x, rows // 2, columns // 2, *self.size)


@layer_classes.register()
class RandomCrop(Sized):
    """Crops a random part of the images, height x width, in training. The part is the same for a
    whole batch. Outside training, and for smaller images, the largest centred part is resized.
    """

    trains_when_called = True

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        super().__init__(height, width, data_format, name=name, **kwargs)
        self.seed = seed

    def build(self, input_shape):
        self.rng = generator(self.seed)

    def change(self, x, training):
        x = self.floats(x)
        rows, columns = x.shape[1] - self.height, x.shape[2] - self.width
        if not training or min(rows, columns) < 0:
            return resize(self.largest_part(x), self.size, "bilinear")
        row, column = (int(self.rng.integers(0, n + 1)) for n in (rows, columns))
        return self.cut(x, row, column, *self.size)
