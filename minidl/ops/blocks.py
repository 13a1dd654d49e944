"""Blocks of an image as channels and back, and small functions of Keras on any tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..support import backend
from ..support.arrays import as_array
from ..support.checks import check_count
from ..tensor import Tensor
from .arranging import reshape, transpose
from .base import cast, convert_to_tensor, floats, on_symbols
from .elementwise import clip, log, square
from .reducing import mean

__all__ = [
    "argpartition",
    "depth_to_space",
    "dtype",
    "get_item",
    "psnr",
    "saturate_cast",
    "space_to_depth",
    "switch",
    "vectorize",
    "view",
]


# Where the axes go: images as (samples, rows, columns, and in a block rows, columns, channels) and
# back, and the same with the channels first.
_INTO_ROWS = {"channels_last": (0, 1, 3, 2, 4, 5), "channels_first": (0, 1, 4, 2, 5, 3)}
_INTO_DEPTH = {"channels_last": (0, 1, 3, 2, 4, 5), "channels_first": (0, 1, 3, 5, 2, 4)}


@on_symbols
def depth_to_space(x, block_size, data_format="channels_last"):
    """Images with block_size² times fewer channels, each of which becomes a block of pixels."""
    x, b, (n, h, w, c), form = _image(x, block_size, data_format)
    if c % b**2:
        raise ValueError(
            f"depth_to_space: the number of channels, {c}, is no multiple of block_size², {b**2}."
        )
    c //= b**2
    split, shape = (n, h, w, b, b, c), (n, h * b, w * b, c)
    if form == "channels_first":
        split, shape = (n, c, b, b, h, w), (n, c, h * b, w * b)
    return reshape(transpose(reshape(x, split), _INTO_ROWS[form]), shape)


@on_symbols
def space_to_depth(x, block_size, data_format="channels_last"):
    """Images with block_size² times more channels, each block of pixels becoming channels."""
    x, b, (n, h, w, c), form = _image(x, block_size, data_format)
    if h % b or w % b:
        raise ValueError(
            f"space_to_depth: height and width, {h} and {w}, are multiples of block_size, {b}."
        )
    h, w = h // b, w // b
    split, shape = (n, h, b, w, b, c), (n, h, w, b * b * c)
    if form == "channels_first":
        split, shape = (n, c, h, b, w, b), (n, c * b * b, h, w)
    return reshape(transpose(reshape(x, split), _INTO_DEPTH[form]), shape)


def _image(x, block_size, data_format: str) -> tuple:
    """The tensor, the size of a block, (samples, height, width, channels), and the data format."""
    x, form = convert_to_tensor(x), backend.checked_data_format("data_format", data_format)
    n, *sizes = x.shape
    c, h, w = sizes if form == "channels_first" else (sizes[-1], *sizes[:-1])
    return x, check_count("block_size", block_size), (n, h, w, c), form


def psnr(x1, x2, max_val):
    """The peak signal-to-noise ratio in decibel: 10·log₁₀(max_val² / mean squared error)."""
    error = mean(square(floats(x1) - floats(x2)))
    return log(float(max_val) ** 2 / error) * (10 / math.log(10))


def dtype(x) -> str:
    """The name of the dtype of x."""
    return np.dtype(getattr(x, "dtype", None) or as_array(x).dtype).name


def get_item(x, key):
    """x[key]"""
    return convert_to_tensor(x)[key]


@on_symbols
def saturate_cast(x, dtype):
    """x in another dtype; numbers beyond its limits become the limits."""
    wanted = np.dtype(dtype)
    if wanted.kind in "iu":
        x = clip(x, np.iinfo(wanted).min, np.iinfo(wanted).max)
    return cast(x, dtype)


def switch(index, branches, *operands) -> Any:
    """branches[index](*operands); an index outside counts as the nearest one inside."""
    number = min(max(int(convert_to_tensor(index).item()), 0), len(branches) - 1)
    return branches[number](*operands)


def vectorize(pyfunc, *, excluded=None, signature=None):
    """A function that calls pyfunc on each number of arrays; without derivatives."""
    made = np.vectorize(pyfunc, excluded=excluded, signature=signature)
    return lambda *args, **kwargs: convert_to_tensor(made(*args, **kwargs))


def view(x, dtype=None):
    """The bytes of x read as another dtype; without derivatives."""
    array = np.asarray(convert_to_tensor(x))
    return Tensor(array.view(dtype or array.dtype).copy())


@on_symbols
def argpartition(x, kth, axis: Any = -1):
    """Positions, of which those before kth point to the numbers that are smaller, in any order."""
    places = np.argpartition(np.asarray(convert_to_tensor(x)), kth, axis=axis)
    return Tensor(places.astype(np.int32))
