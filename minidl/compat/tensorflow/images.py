"""tf.image: images (height, width, channels), or several of them with a first axis more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ... import ops
from .doors import generator_of, limits, shelf, sizes

_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


class ResizeMethod:
    """The values of `method` in resize."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC, LANCZOS3, LANCZOS5 = _METHODS


def _in_fractions(image, change: Callable):
    """Change an image of any type as one of fractions from 0 to 1."""
    return convert_image_dtype(change(convert_image_dtype(image, "float32")), image.dtype)


def _in_hsv(image, hue=0.0, saturation=1.0):
    """Add to the hue, which is a circle from 0 to 1, and multiply the saturation, at most to 1."""

    def change(x):
        x = ops.image.rgb_to_hsv(x)
        parts = [(x[..., 0] + hue) % 1, ops.clip(x[..., 1] * saturation, 0, 1), x[..., 2]]
        return ops.image.hsv_to_rgb(ops.stack(parts, axis=-1))

    return _in_fractions(image, change)


# Brightness Y and colours U and V of red, green and blue: a row for each of these.
_YUV = np.array(
    [
        [0.299, -0.14714119, 0.61497538],
        [0.587, -0.28886916, -0.51496512],
        [0.114, 0.43601035, -0.10001026],
    ],
    "f",
)
SAME = {
    "images": "hsv_to_rgb:image.hsv_to_rgb rgb_to_hsv:image.rgb_to_hsv",
}
HERE: dict[str, Callable] = {
    "adjust_brightness": lambda image, /, delta: _in_fractions(image, lambda x: x + delta),
    "adjust_gamma": lambda image, /, gamma=1: _in_fractions(image, lambda x: x**gamma),
    "adjust_hue": lambda image, /, delta: _in_hsv(image, hue=delta),
    "adjust_saturation": lambda image, /, saturation_factor: _in_hsv(
        image, saturation=saturation_factor
    ),
    "flip_left_right": lambda image, /: ops.flip(image, -2),
    "flip_up_down": lambda image, /: ops.flip(image, -3),
    "grayscale_to_rgb": lambda images, /: ops.repeat(images, 3, -1),
    "psnr": lambda a, b, /, max_val: (
        10 * ops.log10(max_val**2 / ops.mean(ops.square(a - b), (-3, -2, -1)))
    ),
    "rgb_to_grayscale": lambda images, /: _in_fractions(images, ops.image.rgb_to_grayscale),
    "rgb_to_yuv": lambda images, /: ops.matmul(images, _YUV),
    "rot90": lambda image, /, k=1: ops.rot90(image, k, (-3, -2)),
    "yuv_to_rgb": lambda images, /: ops.matmul(images, np.linalg.inv(_YUV)),
}


def sobel_edges(image):
    """How fast numbers change down and to the right, by Sobel's filters: (n, h, w, channels) gives
    (n, h, w, channels, 2). At the borders the image is mirrored.
    """
    x = ops.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)), "reflect")
    down, right = x[:, 2:] - x[:, :-2], x[:, :, 2:] - x[:, :, :-2]
    down = down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]
    right = right[:, :-2] + 2 * right[:, 1:-1] + right[:, 2:]
    return ops.stack([down, right], axis=-1)


def resize(images, /, size, method="bilinear", preserve_aspect_ratio=False, antialias=False):
    """Images of the size (height, width), as float32; by 'nearest' in their own type. 'area': the
    means of blocks, whose sides must divide those of the image.
    """
    size = sizes(size)
    if method == "area":
        h, w, channels = images.shape[-3:]
        if h % size[0] or w % size[1]:
            raise ValueError(
                f"tf.image.resize: 'area' takes means of whole blocks here, so {tuple(size)} must "
                f"divide the image's size {(h, w)}. Take method='bilinear', antialias=True."
            )
        blocks = size[0], h // size[0], size[1], w // size[1], channels
        return ops.mean(images.astype("float32").reshape(*images.shape[:-3], *blocks), (-4, -2))
    if preserve_aspect_ratio:
        share = min(n / m for n, m in zip(size, images.shape[-3:-1]))
        size = tuple([max(1, round(m * share)) for m in images.shape[-3:-1]])
    x = images if method == "nearest" else images.astype("float32")
    return ops.image.resize(x, size, method, antialias)


def crop_to_bounding_box(image, /, offset_height, offset_width, target_height, target_width):
    """The part of this size, so many pixels from above and from the left."""
    below, right = offset_height + target_height, offset_width + target_width
    return image[..., offset_height:below, offset_width:right, :]


def pad_to_bounding_box(image, /, offset_height, offset_width, target_height, target_width):
    """The image at this place of a black one of this size."""
    target = {"target_height": target_height, "target_width": target_width}
    return ops.image.pad_images(image, offset_height, offset_width, **target)


def resize_with_crop_or_pad(image, /, target_height, target_width):
    """The middle of the image, or the image in the middle of black edges."""
    h, w = image.shape[-3:-1]
    inner_h, inner_w = min(h, target_height), min(w, target_width)
    image = crop_to_bounding_box(image, (h - inner_h) // 2, (w - inner_w) // 2, inner_h, inner_w)
    top, left = (target_height - inner_h) // 2, (target_width - inner_w) // 2
    return pad_to_bounding_box(image, top, left, target_height, target_width)


def resize_with_pad(image, /, target_height, target_width, method="bilinear", antialias=False):
    """The image in its own ratio, with black edges where it does not fill the size."""
    h, w = image.shape[-3:-1]
    free = target_width * h - w * target_height  # in whole numbers: no rounding moves an edge
    if free >= 0:  # it fills the height
        inner, top, left = (target_height, w * target_height // h), 0, free // (2 * h)
    else:
        inner, top, left = (h * target_width // w, target_width), -free // (2 * w), 0
    image = resize(image, [max(1, n) for n in inner], method, antialias=antialias)
    return pad_to_bounding_box(image, top, left, target_height, target_width)


def central_crop(image, /, central_fraction):
    """The middle part of the image, a fraction of its height and width."""
    top, left = (int((n - n * central_fraction) / 2) for n in image.shape[-3:-1])
    inner = image.shape[-3] - 2 * top, image.shape[-2] - 2 * left
    return crop_to_bounding_box(image, top, left, *inner)


def convert_image_dtype(image, /, dtype, saturate=False):
    """The image in another type: fractions from 0 to 1, whole numbers from 0 to the largest."""
    old, kind = image.dtype, np.dtype(dtype)
    if old == kind or (old.kind == "f" and kind.kind == "f"):
        return image.astype(kind)
    if kind.kind == "f":
        return image.astype(kind) / limits(old).max
    if old.kind == "f":
        return ops.clip(image * (limits(kind).max + 0.5), 0, limits(kind).max).astype(kind)
    share = (int(limits(kind).max) + 1) / (int(limits(old).max) + 1)
    return ops.floor(image.astype("float64") * share).astype(kind)


def adjust_contrast(images, /, contrast_factor):
    """Each pixel moved away from its channel's mean, or towards it if the factor is below 1."""

    def moved(x):
        mean = ops.mean(x, (-3, -2), True)
        return (x - mean) * contrast_factor + mean

    return _in_fractions(images, moved)


def per_image_standardization(image, /):
    """Mean 0 and variance 1 for each image; the deviation counts as 1/√(numbers) at least."""
    x, axes = ops.floats(image), (-3, -2, -1)
    deviation = ops.maximum(ops.std(x, axes, True), 1 / float(np.sqrt(np.prod(x.shape[-3:]))))
    return (x - ops.mean(x, axes, True)) / deviation


def total_variation(images, /):
    """The sum of the differences between neighbours, of each image."""
    along = [ops.abs(ops.diff(images, axis=axis)) for axis in (-3, -2)]
    return sum([ops.sum(x, (-3, -2, -1)) for x in along])


# --- by chance. seed: a whole number or None; of the stateless functions two whole numbers


def random_crop(value, /, size, seed=None):
    """A part of this size, each with the same chance."""
    rng, size = generator_of(seed), sizes(size)
    starts = [int(rng.integers(m - n + 1)) for n, m in zip(size, value.shape)]
    return value[tuple([slice(s, s + n) for s, n in zip(starts, size)])]


def _flipped(flip: Callable) -> Callable:
    """Flip each image with the chance ½."""

    def flipped(image, /, seed=None):
        chosen = generator_of(seed).random((*image.shape[:-3], 1, 1, 1)) < 0.5
        return ops.where(chosen, flip(image), image)

    return flipped


def _between(adjust: Callable) -> Callable:
    """Change an image by a number between two ends."""
    return lambda image, /, lower, upper, seed=None: adjust(
        image, float(generator_of(seed).uniform(lower, upper))
    )


def _around(adjust: Callable) -> Callable:
    """Change an image by a number between -max_delta and max_delta."""
    return lambda image, /, max_delta, seed=None: _between(adjust)(
        image, -max_delta, max_delta, seed
    )


_CHANCE: dict[str, Callable] = {
    "random_brightness": _around(HERE["adjust_brightness"]),
    "random_contrast": _between(adjust_contrast),
    "random_crop": random_crop,
    "random_flip_left_right": _flipped(HERE["flip_left_right"]),
    "random_flip_up_down": _flipped(HERE["flip_up_down"]),
    "random_hue": _around(HERE["adjust_hue"]),
    "random_saturation": _between(HERE["adjust_saturation"]),
}
HERE |= _CHANCE | {f"stateless_{name}": function for name, function in _CHANCE.items()}
NAMES = {**shelf(globals(), "image."), "image.ResizeMethod": ResizeMethod}
