"""Layers that enlarge signals, images and volumes, by repeating entries or by interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..support.checks import check_count
from .base import layer_classes
from .space import Spatial


class UpSampling(Spatial):
    """Base of layers that make each spatial axis `size` times as long, by repeating each entry."""

    def __init__(self, size, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.size, what = size, f"{type(self).__name__}: size"
        sizes = (size,) * self.rank if np.ndim(size) == 0 else tuple(size)
        if len(sizes) != self.rank:
            raise ValueError(f"{what} is one number, or {self.rank} of them; received {size!r}.")
        self.factors = tuple(check_count(what, n) for n in sizes)

    def call(self, x):
        for axis, factor in zip(self.axes(x), self.factors):
            if factor > 1:
                x = self.enlarged(x, axis, factor)
        return x

    def enlarged(self, x, axis: int, factor: int):
        """Return x with each entry along the axis repeated `factor` times."""
        before, after = x.shape[: axis + 1], x.shape[axis + 1 :]
        copies = ops.broadcast_to(x.reshape(*before, 1, *after), (*before, factor, *after))
        return copies.reshape(*before[:-1], before[-1] * factor, *after)


@layer_classes.register()
class UpSampling1D(UpSampling):
    """Repeats each step `size` times: (n, steps, channels) becomes (n, size·steps, channels)."""

    def __init__(self, size: Any = 2, **kwargs):
        super().__init__(size, "channels_last", **kwargs)


@layer_classes.register()
class UpSampling2D(UpSampling):
    """Repeats each pixel `size` times in both directions, or interpolates between pixels.

    interpolation: 'nearest', 'bilinear', 'bicubic' (Keys 1981, a = -1/2), 'lanczos3' or 'lanczos5'.
    The number of a pixel is its value at the pixel's centre. At the edges, the weights of the
    existing pixels are scaled to sum to 1.
    """

    rank = 2

    def __init__(self, size: Any = (2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(size, data_format, **kwargs)
        if str(interpolation).lower() not in ("nearest", *KERNELS):
            raise ValueError(
                f"UpSampling2D: interpolation is one of 'nearest', "
                f"{', '.join(map(repr, KERNELS))}; received {interpolation!r}."
            )
        self.interpolation = interpolation.lower()

    def enlarged(self, x, axis, factor):
        """Return x enlarged along the axis: entries repeated, or weighted sums of neighbouring
        entries.
        """
        if self.interpolation == "nearest":
            return super().enlarged(x, axis, factor)
        x = x if x.dtype.kind == "f" else x.astype(self.dtype)
        weights = between(x.shape[axis], factor, *KERNELS[self.interpolation]).astype(x.dtype)
        return ops.moveaxis(ops.moveaxis(x, axis, -1) @ weights, -1, axis)


@layer_classes.register()
class UpSampling3D(UpSampling):
    """Repeats each entry of a volume `size` times in all three directions."""

    rank = 3

    def __init__(self, size: Any = (2, 2, 2), data_format=None, **kwargs):
        super().__init__(size, data_format, **kwargs)


# --- numbers between numbers


def between(n: int, factor: int, kernel, reach: int) -> np.ndarray:
    """Return the interpolation weights (n, factor·n): of n numbers in each of factor·n new ones.

    The weights are kernel(distance), scaled to sum to 1. reach: the distance beyond which the
    kernel is 0.
    """
    places = (np.arange(n * factor) + 0.5) / factor - 0.5
    distance = np.abs(places - np.arange(n)[:, None])
    weights = np.where(distance < reach, kernel(distance), 0.0)
    return weights / weights.sum(axis=0)


def triangle(d):
    """Return 1 - d, the kernel of linear interpolation."""
    return 1 - d


def cubic(d):
    """Return the kernel of cubic interpolation, with a = -1/2. Keys 1981, equation 4."""
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d < 1, near, far)


def lanczos(reach: int):
    """Return the kernel sinc(d)·sinc(d/reach), a low-pass filter with a window of this reach.
    Duchon 1979.
    """
    return lambda d: np.sinc(d) * np.sinc(d / reach)


KERNELS = {
    "bilinear": (triangle, 1),
    "bicubic": (cubic, 2),
    "lanczos3": (lanczos(3), 3),
    "lanczos5": (lanczos(5), 5),
}
