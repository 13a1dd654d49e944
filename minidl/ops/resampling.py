"""Resizing, rotating, moving and zooming of images. Each new pixel is a weighted mean of old
pixels. Images are (samples, height, width, channels) here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import linear
from ..tensor import apply
from .picking import pad, take

FILL_MODES = ("constant", "nearest", "reflect", "wrap")


def _cubic(d):
    """Keys 1981 with a = -1/2: nearly as smooth as the curve through all points."""
    near, far = ((1.5 * d - 2.5) * d) * d + 1, ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0))


def _lanczos(radius):
    return lambda d: np.where(d < radius, np.sinc(d) * np.sinc(d / radius), 0)


# The weight of an old pixel in the new one at a distance of d old pixels.
KERNELS: dict[str, Any] = {
    "bilinear": lambda d: np.maximum(0, 1 - d),
    "bicubic": _cubic,
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
}


def largest_part(x, size):
    """Return the largest centred part of the images with the aspect ratio of size, (height,
    width).
    """
    (h, w), (height, width) = x.shape[1:3], size
    rows = max(min(h, w * height // width), 1)
    columns = max(min(w, h * width // height), 1)
    top, left = (h - rows) // 2, (w - columns) // 2
    return x[:, top : top + rows, left : left + columns]


def padded_to(x, size, value):
    """Pad the images with this value to the aspect ratio of size, (height, width)."""
    (h, w), (height, width) = x.shape[1:3], size
    rows, columns = max(h, w * height // width) - h, max(w, h * width // height) - w
    around = [(0, 0), (rows // 2,) * 2, (columns // 2,) * 2, (0, 0)]
    return pad(x, around, constant_values=value)


def resize(x, size, interpolation: str, antialias: bool = False):
    """Resize the images x to (height, width)."""
    for axis, n in enumerate(size, start=1):
        old = x.shape[axis]
        if interpolation == "nearest":
            x = take(x, np.floor((np.arange(n) + 0.5) * old / n).astype(np.intp), axis=axis)
        elif n != old:
            weights = mixing(old, n, interpolation, antialias).astype(x.dtype)
            letters = "nhwc,hr->nrwc" if axis == 1 else "nhwc,wr->nhrc"
            x = apply(linear.einsum, x, weights, subscripts=letters)
    return x


def mixing(old: int, new: int, interpolation: str, antialias: bool) -> np.ndarray:
    """Return the weights (old, new) of old pixels in new ones, along one axis.

    The centre of new pixel i has the position (i + ½)·old/new - ½ among the old ones. antialias: if
    the images become smaller, each new pixel uses all old ones that it replaces.
    """
    places = (np.arange(new) + 0.5) * old / new - 0.5
    distances = np.abs(places - np.arange(old)[:, None])
    weights = KERNELS[interpolation](distances / (max(old / new, 1) if antialias else 1))
    return weights / weights.sum(axis=0)


def affine(x, matrix, interpolation: str, fill_mode: str, fill_value: float):
    """Compute each new pixel (row, column) from the position matrix·(column, row, 1) of the old
    image.

    matrix: (samples, 2, 3), which gives (column, row). fill_mode: the pixels outside the image:
    fill_value ('constant'), the pixel at the edge ('nearest'), a mirror image ('reflect'), or a
    copy of the image ('wrap').
    """
    n, h, w, c = x.shape
    rows, columns = np.mgrid[:h, :w]
    there = np.stack([columns, rows, np.ones((h, w))])
    columns, rows = np.moveaxis(np.tensordot(matrix, there, axes=1), 1, 0)
    pixels, first = x.reshape(n * h * w, c), (np.arange(n) * h * w)[:, None, None]
    z = 0.0
    for row, share in _neighbours(rows, interpolation):
        for column, part in _neighbours(columns, interpolation):
            inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
            weight = (share * part)[..., None].astype(x.dtype)
            at = first + _filled(row, h, fill_mode) * w + _filled(column, w, fill_mode)
            seen = take(pixels, at, axis=0) * weight
            if fill_mode == "constant":
                seen = seen * inside[..., None] + fill_value * weight * ~inside[..., None]
            z = z + seen
    return z


def _neighbours(places, interpolation: str) -> list:
    """Return the pixels at or next to these positions along one axis, with their weights."""
    if interpolation == "nearest":
        return [(np.floor(places + 0.5).astype(np.intp), np.ones_like(places))]
    low = np.floor(places)
    part, low = places - low, low.astype(np.intp)
    return [(low, 1 - part), (low + 1, part)]


def _filled(index, n: int, fill_mode: str):
    """Replace positions outside an axis of size n by the positions inside whose pixels are used."""
    if fill_mode == "wrap":
        return index % n
    if fill_mode == "reflect":  # c b a | a b c | c b a
        index = index % (2 * n)
        return np.minimum(index, 2 * n - 1 - index)
    return np.clip(index, 0, n - 1)
