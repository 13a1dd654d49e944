"""tf.image: images (height, width, channels), or several of them with a first axis more."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ... import ops, random
from ...ops.resampling import resize
from ...tensor import Tensor
from .doors import door, limits, opening, sizes
from .drawing import stateless

NAMES: dict[str, Any] = {}
opens = opening(NAMES)
_GRAY = np.array([0.2989, 0.587, 0.114], np.float32)  # how bright red, green and blue look
_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


class ResizeMethod:
    """The values of `method` in resize."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC, LANCZOS3, LANCZOS5 = _METHODS


def _several(function: Callable) -> Callable:
    """Let a function of several images, (n, height, width, channels), take one too."""

    @wraps(function)
    def changed(x, *args, **kwargs):
        if len(x.shape) == 4:
            return function(x, *args, **kwargs)
        return function(ops.expand_dims(x, 0), *args, **kwargs)[0]

    return changed


@opens("image.resize", "images | size method preserve_aspect_ratio antialias")
@_several
def _resize(x, size, method="bilinear", preserve_aspect_ratio=False, antialias=False):
    """Images of the size (height, width), as float32; by 'nearest' in their own type."""
    size = sizes(size)
    if method not in _METHODS:
        raise ValueError(f"resize: method is one of {', '.join(_METHODS)}; received {method!r}.")
    if preserve_aspect_ratio:
        share = min(n / m for n, m in zip(size, x.shape[1:3]))
        size = tuple([max(1, round(m * share)) for m in x.shape[1:3]])
    return resize(x if method == "nearest" else x.astype("float32"), size, method, antialias)


@opens("image.resize_with_crop_or_pad", "image | target_height target_width")
@_several
def _crop_or_pad(x, target_height, target_width):
    """The middle of the image, or the image in the middle of black edges."""
    room = [n - m for n, m in zip((target_height, target_width), x.shape[1:3])]
    top, left = (max(-n, 0) // 2 for n in room)
    x = x[:, top : top + target_height, left : left + target_width]
    pairs = [(max(n, 0) // 2, max(n, 0) - max(n, 0) // 2) for n in room]
    return ops.pad(x, [(0, 0), *pairs, (0, 0)])


@opens("image.resize_with_pad", "image | target_height target_width method antialias")
def _with_pad(x, target_height, target_width, method="bilinear", antialias=False):
    """The image in its own ratio, with black edges where it does not fill the size."""
    x = _resize(x, (target_height, target_width), method, True, antialias)
    return _crop_or_pad(x, target_height, target_width)


@opens(
    "image.crop_to_bounding_box", "image | offset_height offset_width target_height target_width"
)
def _cropped(x, top, left, height, width):
    return x[..., top : top + height, left : left + width, :]


@opens("image.pad_to_bounding_box", "image | offset_height offset_width target_height target_width")
@_several
def _placed(x, top, left, height, width):
    below, right = height - top - x.shape[1], width - left - x.shape[2]
    return ops.pad(x, [(0, 0), (top, below), (left, right), (0, 0)])


@opens("image.central_crop", "image | central_fraction")
def _central_crop(x, fraction):
    """The middle part of the image, a fraction of its height and width."""
    top, left = (int((n - n * fraction) / 2) for n in x.shape[-3:-1])
    return _cropped(x, top, left, x.shape[-3] - 2 * top, x.shape[-2] - 2 * left)


@opens("image.convert_image_dtype", "image | dtype saturate")
def _converted(x, dtype, saturate=False):
    """The image in another type: fractions from 0 to 1, whole numbers from 0 to the largest."""
    old, kind = x.dtype, np.dtype(dtype)
    if old == kind or (old.kind == "f" and kind.kind == "f"):
        return x.astype(kind)
    if kind.kind == "f":
        return x.astype(kind) / limits(old).max
    if old.kind == "f":
        return ops.clip(x * (limits(kind).max + 0.5), 0, limits(kind).max).astype(kind)
    share = (int(limits(kind).max) + 1) / (int(limits(old).max) + 1)
    return ops.floor(x.astype("float64") * share).astype(kind)


def _in_fractions(function: Callable) -> Callable:
    """Let a function of float32 images from 0 to 1 change images of any type."""

    def changed(x, amount=None):
        given = (
            (_converted(x, "float32"),) if amount is None else (_converted(x, "float32"), amount)
        )
        return _converted(function(*given), x.dtype)

    return changed


def _contrast(x, factor):
    """Move each pixel away from its channel's mean, or towards it if the factor is below 1."""
    mean = ops.mean(x, (-3, -2), True)
    return (x - mean) * factor + mean


def _hsv(x):
    """Hue, saturation and value of red, green and blue, all from 0 to 1."""
    from matplotlib.colors import rgb_to_hsv

    return Tensor(rgb_to_hsv(np.clip(np.asarray(x), 0, 1)).astype(x.dtype))


def _rgb(x):
    from matplotlib.colors import hsv_to_rgb

    return Tensor(hsv_to_rgb(np.asarray(x)).astype(x.dtype))


def _hue(x, delta):
    return _rgb((_hsv(x) + np.array([delta, 0, 0], x.dtype)) % np.array([1, 2, 2], x.dtype))


def _saturation(x, factor):
    return _rgb(ops.clip(_hsv(x) * np.array([1, factor, 1], x.dtype), 0, 1))


@opens("image.per_image_standardization", "image")
def _standardized(x):
    """Mean 0 and variance 1 for each image; the deviation counts as 1/√(numbers) at least."""
    x, axes = ops.floats(x), (-3, -2, -1)
    deviation = ops.maximum(ops.std(x, axes, True), 1 / float(np.sqrt(np.prod(x.shape[-3:]))))
    return (x - ops.mean(x, axes, True)) / deviation


@opens("image.total_variation", "images")
def _total_variation(x):
    """The sum of the differences between neighbours, of each image."""
    return sum([ops.sum(ops.abs(ops.diff(x, axis=axis)), (-3, -2, -1)) for axis in (-3, -2)])


@opens("image.psnr", "a b | max_val")
def _psnr(a, b, max_val):
    """The peak signal-to-noise ratio of two images, 10·log₁₀(max² / mean squared difference)."""
    return 10 * ops.log10(max_val**2 / ops.mean(ops.square(a - b), (-3, -2, -1)))


_TABLE: dict[str, tuple[str, Callable]] = {
    "adjust_brightness": ("image | delta", _in_fractions(lambda x, delta: x + delta)),
    "adjust_contrast": ("images | contrast_factor", _in_fractions(_contrast)),
    "adjust_gamma": ("image | gamma", _in_fractions(lambda x, gamma: x**gamma)),
    "adjust_hue": ("image | delta", _in_fractions(_hue)),
    "adjust_saturation": ("image | saturation_factor", _in_fractions(_saturation)),
    "flip_left_right": ("image", lambda x: ops.flip(x, -2)),
    "flip_up_down": ("image", lambda x: ops.flip(x, -3)),
    "grayscale_to_rgb": ("images", lambda x: ops.repeat(x, 3, -1)),
    "hsv_to_rgb": ("images", _rgb),
    "rgb_to_grayscale": ("images", _in_fractions(lambda x: ops.sum(x * _GRAY, -1, True))),
    "rgb_to_hsv": ("images", _hsv),
    "rot90": ("image | k", lambda x, k=1: ops.rot90(x, k, (-3, -2))),
}
NAMES |= {f"image.{name}": door(_function, words) for name, (words, _function) in _TABLE.items()}
NAMES["image.ResizeMethod"] = ResizeMethod

# --- by chance: seed is a whole number or None, and of the stateless functions two whole numbers


def _flipped(name: str) -> Callable:
    """Flip each image with the chance ½."""
    flip = NAMES[f"image.{name}"]

    @_several
    def flipped(x, seed=None):
        chosen = random.generator(seed).random((len(x), 1, 1, 1)) < 0.5
        return ops.where(chosen, flip(x), x)

    return flipped


def _between(name: str) -> Callable:
    """Change an image by a number between two ends."""
    adjust = NAMES[f"image.{name}"]

    def changed(x, low, high, seed=None):
        return adjust(x, float(random.generator(seed).uniform(low, high)))

    return changed


def _around(name: str) -> Callable:
    """Change an image by a number between -end and end."""
    between = _between(name)
    return lambda x, end, seed=None: between(x, -end, end, seed)


def _random_crop(x, size, seed=None):
    """A part of this size, each with the same chance."""
    rng = random.generator(seed)
    starts = [int(rng.integers(m - n + 1)) for n, m in zip(sizes(size), x.shape)]
    return x[tuple([slice(s, s + n) for s, n in zip(starts, sizes(size))])]


def _stateless(function: Callable) -> Callable:
    @wraps(function)
    def drawn(*args, seed, **kwargs):
        return function(*args, seed=stateless(seed), **kwargs)

    return drawn


_CHANCE: dict[str, tuple[str, Callable]] = {
    "brightness": ("image | max_delta seed", _around("adjust_brightness")),
    "contrast": ("image | lower upper seed", _between("adjust_contrast")),
    "crop": ("value | size seed", _random_crop),
    "flip_left_right": ("image | seed", _flipped("flip_left_right")),
    "flip_up_down": ("image | seed", _flipped("flip_up_down")),
    "hue": ("image | max_delta seed", _around("adjust_hue")),
    "saturation": ("image | lower upper seed", _between("adjust_saturation")),
}
for _name, (_words, _function) in _CHANCE.items():
    NAMES[f"image.random_{_name}"] = door(_function, _words)
    NAMES[f"image.stateless_random_{_name}"] = door(_stateless(_function), _words)
