"""Images in files and images as arrays. Pillow reads and writes the files."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .. import layers
from ..support import backend
from ..support.arrays import as_array
from ..support.checks import check_count
from ..support.warning import warn

# color_mode: the mode that Pillow converts to, and those that may stay as they are (16 and 32 bits)
MODES = {
    "rgb": ("RGB", ("RGB",)),
    "rgba": ("RGBA", ("RGBA",)),
    "grayscale": ("L", ("L", "I;16", "I")),
}
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
RESAMPLING = ("nearest", "bilinear", "bicubic", "lanczos", "hamming", "box")


def load_img(
    path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False
) -> Any:
    """Return the image in a file as a Pillow image. `img_to_array` converts it to an array.

    path: a path, or an open file of bytes. color_mode: 'rgb', 'rgba' or 'grayscale'. target_size:
    (height, width) of the result; None: as in the file. interpolation: how Pillow computes the new
    pixels, 'nearest', 'bilinear', 'bicubic', 'lanczos', 'hamming' or 'box'. keep_aspect_ratio: crop
    the image around its middle instead of distorting it.
    """
    mode, may_stay = MODES[known("load_img: color_mode", color_mode, MODES)]
    known("load_img: interpolation", interpolation, RESAMPLING)
    size = None if target_size is None else size_of("load_img: target_size", target_size)
    if not hasattr(path, "read"):
        with open(os.path.expanduser(path), "rb") as file:
            return load_img(file, color_mode, target_size, interpolation, keep_aspect_ratio)
    import PIL.Image

    image = PIL.Image.open(path)
    image.load()
    image = image if image.mode in may_stay else image.convert(mode)
    if size is None or image.size == size[::-1]:
        return image
    box = middle(image.height, image.width, *size) if keep_aspect_ratio else None
    return image.resize((size[1], size[0]), PIL.Image.Resampling[interpolation.upper()], box=box)


def middle(height: int, width: int, target_height: int, target_width: int) -> tuple:
    """Return the largest centred part with the ratio of the target: left, top, right, bottom."""
    h = min(height, width * target_height // target_width)
    w = min(width, height * target_width // target_height)
    top, left = (height - h) // 2, (width - w) // 2
    return left, top, left + w, top + h


def img_to_array(img, data_format=None, dtype=None) -> np.ndarray:
    """Return a Pillow image as an array (height, width, channels) of values from 0 to 255, float32.

    data_format: 'channels_first' gives (channels, height, width). dtype: another type of number.
    """
    first = backend.checked_data_format("img_to_array", data_format) == "channels_first"
    x = np.array(img, dtype=dtype or backend.floatx())
    if x.ndim not in (2, 3):
        raise ValueError(
            "img_to_array expects an image, with two axes or three; received something of shape "
            f"{x.shape}. Images of a batch are converted one by one."
        )
    x = x[..., None] if x.ndim == 2 else x
    return x.transpose(2, 0, 1) if first else x


def array_to_img(x, data_format=None, scale=True, dtype=None) -> Any:
    """Return an array (height, width, channels) as a Pillow image: 1 channel is gray, 3 are RGB, 4
    are RGBA.

    scale: scale the values so that the smallest becomes 0 and the largest 255; False: they are from
    0 to 255 already. data_format: 'channels_first' for (channels, height, width).
    """
    first = backend.checked_data_format("array_to_img", data_format) == "channels_first"
    x = np.array(as_array(x), dtype=dtype or backend.floatx())
    if x.ndim != 3:
        raise ValueError(
            "array_to_img expects one image, (height, width, channels); received shape "
            f"{x.shape}. Give it one of a batch, x[0], and a gray image its axis, x[..., None]."
        )
    x = x.transpose(1, 2, 0) if first else x
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(
            "array_to_img: an image has 1 channel (gray), 3 (RGB) or 4 (RGBA); received "
            f"{x.shape[2]}. data_format says which axis counts them."
        )
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    import PIL.Image

    gray = x.shape[2] == 1
    kind = np.int32 if gray and x.max() > 255 else np.uint8
    return PIL.Image.fromarray((x[..., 0] if gray else x).astype(kind))


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs) -> None:
    """Write an array (height, width, channels) to an image file.

    path: a path, whose ending is the format, or an open file of bytes with file_format='png'.
    scale: as in array_to_img. kwargs: for Pillow's `save`, for example quality=90.
    """
    if file_format is None and not hasattr(path, "write"):
        file_format = os.path.splitext(os.fspath(path))[1][1:]
    file_format = {"jpg": "jpeg"}.get(str(file_format or "").lower(), file_format)
    image = array_to_img(x, data_format, scale)
    if image.mode == "RGBA" and str(file_format).lower() == "jpeg":
        warn("JPEG files have no transparency: the image is saved as RGB. PNG files keep it.")
        image = image.convert("RGB")
    image.save(path, file_format or None, **kwargs)


def smart_resize(
    x, size, interpolation="bilinear", data_format="channels_last", **kwargs
) -> np.ndarray:
    """Return images in another size. They are cropped around the middle instead of being distorted.

    x: (height, width, channels), or with a first axis that counts images. size: (height, width).
    interpolation: as in layers.Resizing.
    """
    resizing = layers.Resizing(
        *size_of("smart_resize: size", size),
        interpolation=interpolation,
        crop_to_aspect_ratio=True,
        data_format=data_format,
        name="smart_resize",
    )
    return resizing(np.asarray(as_array(x), backend.floatx())).numpy()


def size_of(name: str, size) -> tuple[int, int]:
    """Return (height, width) from a pair, or from one number for both. ValueError otherwise."""
    pair = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) != 2:
        raise ValueError(f"{name} is (height, width); received {size!r}.")
    return check_count(name, pair[0]), check_count(name, pair[1])


def known(name: str, value, choices) -> Any:
    """Return `value` if it is one of the choices. Otherwise ValueError names the choices."""
    if value not in choices:
        raise ValueError(f"{name} is {', '.join(map(repr, choices))}; received {value!r}.")
    return value
