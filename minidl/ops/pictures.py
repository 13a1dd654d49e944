"""Operations on pictures, under the names of keras.ops.image: (samples, height, width, channels) or
one picture without the first axis; channels first with data_format='channels_first'.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

import numpy as np

from ..support import backend
from ..support.checks import check_count
from .arranging import expand_dims, moveaxis, reshape, stack
from .base import convert_to_tensor, floats, on_symbols
from .comparing import round as rounded
from .comparing import where
from .elementwise import clip
from .images import depthwise_conv
from .picking import pad
from .products import matmul
from .reducing import max as largest
from .reducing import min as smallest
from .resampling import KERNELS, largest_part, padded_to
from .resampling import resize as resampled

__all__ = [
    "crop_images",
    "extract_patches",
    "hsv_to_rgb",
    "pad_images",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "sobel_edges",
]


def _on_pictures(function):
    """Let a function of (samples, height, width, channels) take the other forms too."""

    @wraps(function)
    def called(images, *args, data_format=None, **kwargs):
        first = backend.checked_data_format(function.__name__, data_format) == "channels_first"
        x = convert_to_tensor(images)
        if x.ndim not in (3, 4):
            raise ValueError(
                f"{function.__name__} takes pictures, (samples, height, width, channels), or one, "
                f"(height, width, channels); received shape {x.shape}."
            )
        single = x.ndim == 3
        x = expand_dims(x, 0) if single else x
        z = function(moveaxis(x, 1, -1) if first else x, *args, **kwargs)
        z = moveaxis(z, 3, 1) if first else z
        return z[0] if single else z

    return on_symbols(called)


@_on_pictures
def resize(
    images,
    size,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
):
    """Pictures in another size (height, width). Whole numbers stay whole.

    interpolation: 'bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'. crop_to_aspect_ratio:
    crop instead of distorting; pad_to_aspect_ratio: pad with fill_value instead.
    """
    if interpolation not in ("nearest", *KERNELS):
        raise ValueError(
            f"resize: interpolation is 'nearest', {', '.join(map(repr, KERNELS))}; received "
            f"{interpolation!r}."
        )
    if (crop_to_aspect_ratio and pad_to_aspect_ratio) or fill_mode != "constant":
        raise ValueError(
            f"resize can cut or pad to keep the aspect ratio, not both; fill_mode is 'constant'. "
            f"Received {fill_mode!r}."
        )
    height, width = (check_count("size", int(n)) for n in size)
    z = floats(images)
    if crop_to_aspect_ratio:
        z = largest_part(z, (height, width))
    elif pad_to_aspect_ratio:
        z = padded_to(z, (height, width), fill_value)
    z = resampled(z, (height, width), interpolation, antialias)
    if images.dtype.kind == "f":
        return z
    limits = np.iinfo(images.dtype)
    return clip(rounded(z), limits.min, limits.max).astype(images.dtype)


@_on_pictures
def rgb_to_grayscale(images):
    """One channel of three: 0.299·red + 0.587·green + 0.114·blue, as the eye weighs them."""
    weights = np.array([[0.2989], [0.587], [0.114]])
    x = floats(images)
    return matmul(x, weights.astype(x.dtype))


@_on_pictures
def rgb_to_hsv(images):
    """Hue, saturation and value, from 0 to 1, of red, green and blue from 0 to 1."""
    x = floats(images)
    red, green, blue = (x[..., i] for i in range(3))
    value, low = largest(x, axis=-1), smallest(x, axis=-1)
    span = value - low
    hue: Any = where(
        value == red,
        (green - blue) / span,
        where(value == green, 2 + (blue - red) / span, 4 + (red - green) / span),
    )
    hue = where(span > 0, (hue / 6) % 1, 0.0)
    return stack([hue, where(value > 0, span / value, 0.0), value], axis=-1)


@_on_pictures
def hsv_to_rgb(images):
    """Red, green and blue, from 0 to 1, of hue, saturation and value: the way back."""
    x = floats(images)
    hue, saturation, value = (x[..., i] for i in range(3))
    # how far each colour is from its place on the circle of hues
    away = [abs(hue * 6 - 3) - 1, 2 - abs(hue * 6 - 2), 2 - abs(hue * 6 - 4)]
    return stack([((clip(a, 0, 1) - 1) * saturation + 1) * value for a in away], axis=-1)


def _sizes(name: str, before, after, inner, whole: int) -> tuple[int, int]:
    """What is cut before and after, given two of three: before, after, the size that stays. Sizes
    are negative for what is added.
    """
    given = [before, after, inner]
    if given.count(None) != 1:
        raise ValueError(
            f"{name} needs two of three along each axis: before (top, left), after (bottom, right) "
            f"and the target; received {before}, {after} and {inner}."
        )
    if inner is not None:
        before = whole - inner - after if before is None else before
        after = whole - inner - before
    if min(before, after) < 0 or 0 < whole <= before + after:
        raise ValueError(f"{name}: the target does not fit; it would need {before} and {after}.")
    return before, after


@_on_pictures
def crop_images(
    images,
    top_cropping=None,
    left_cropping=None,
    bottom_cropping=None,
    right_cropping=None,
    target_height=None,
    target_width=None,
):
    """A part of the pictures. Along each axis two of three say which: what is cut before, what is
    cut after, the size that stays.
    """
    h, w = images.shape[1:3]
    top, bottom = _sizes("crop_images", top_cropping, bottom_cropping, target_height, h)
    left, right = _sizes("crop_images", left_cropping, right_cropping, target_width, w)
    return images[:, top : h - bottom, left : w - right]


@_on_pictures
def pad_images(
    images,
    top_padding=None,
    left_padding=None,
    bottom_padding=None,
    right_padding=None,
    target_height=None,
    target_width=None,
):
    """Pictures with zeros around. Along each axis two of three say how many: before, after, the new
    size.
    """
    h, w = images.shape[1:3]
    height = None if target_height is None else -target_height
    width = None if target_width is None else -target_width
    top, bottom = _sizes("pad_images", top_padding, bottom_padding, height, -h)
    left, right = _sizes("pad_images", left_padding, right_padding, width, -w)
    return pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)))


@_on_pictures
def extract_patches(images, size, strides=None, dilation_rate: Any = 1, padding="valid"):
    """Each window of the pictures as one vector: (n, rows, columns, height·width·channels)."""
    height, width = (size, size) if isinstance(size, int) else size
    steps: Any = (height, width) if strides is None else strides
    channels = images.shape[-1]
    # one kernel for each place of the window, which is 1 there and 0 elsewhere
    places = np.eye(height * width, dtype=floats(images).dtype)
    kernel = np.repeat(places.reshape(height, width, 1, -1), channels, axis=2)
    z = depthwise_conv(floats(images), kernel, steps, padding, "channels_last", dilation_rate)
    n, rows, columns = z.shape[:3]
    parts = reshape(z, (n, rows, columns, channels, height * width))
    return reshape(moveaxis(parts, 3, 4), (n, rows, columns, height * width * channels))


@_on_pictures
def sobel_edges(images):
    """How fast each channel changes downwards and to the right, on a new last axis of two."""
    down = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    x = floats(images)
    kernel = np.stack([down, down.T], axis=-1)[:, :, None].repeat(images.shape[-1], axis=2)
    z = depthwise_conv(x, kernel.astype(x.dtype), 1, "same", "channels_last")
    return reshape(z, (*z.shape[:3], images.shape[-1], 2))
