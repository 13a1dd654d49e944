"""Convolution and pooling: windows that slide over sequences, images and videos.

inputs: (samples, *sizes, channels), or (samples, channels, *sizes) for 'channels_first'. padding:
'valid' uses only positions of the window inside the input; 'same' pads with zeros, so that with
stride 1 the output has the input's size; 'causal' puts all zeros in front.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import Any

import numpy as np

from ..core.derivatives import images
from ..support import backend
from ..support.checks import check_count
from ..symbolic import has_symbol, record
from ..tensor import apply
from .arranging import concatenate, moveaxis
from .base import floats, shape
from .picking import repeat
from .reducing import max as largest
from .reducing import mean

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "average_pool",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "max_pool",
    "separable_conv",
]


def unknown_sizes(window, strides: Any = 1, dilation: Any = 1) -> tuple[int, int]:
    """Return two sizes for which the window has one and two positions along every axis."""
    reach = (int(np.max(window)) - 1) * int(np.max(dilation)) + 1
    return reach, reach + int(np.max(strides))


def on_windows(function):
    """Decorator like on_symbols. Axes of unknown size are tried with sizes that the window fits
    into.
    """
    parameters = inspect.signature(function)

    @wraps(function)
    def door(*args, **kwargs):
        if not has_symbol((args, kwargs)):
            return function(*args, **kwargs)
        given = list(parameters.bind(*args, **kwargs).arguments.items())
        (_, window), others = given[1], dict(given[2:])
        window = shape(window)[:-2] if hasattr(window, "shape") else window
        strides = others.get("strides") or (1 if "kernel" in parameters.parameters else window)
        sizes = unknown_sizes(window, strides, others.get("dilation_rate", 1))
        return record(door, args, kwargs, function.__name__, unknown_sizes=sizes)

    return door


@on_windows
def conv(
    inputs, kernel, strides: Any = 1, padding="valid", data_format=None, dilation_rate: Any = 1
):
    """Multiply each window of the inputs by the kernel, (*window, channels, filters). If the kernel
    has only a part of the channels, the channels are convolved in groups.
    """
    return convolve(inputs, kernel, None, strides, padding, data_format, dilation_rate)


def convolve(x, kernel, bias, strides, padding, data_format, dilation, relu=False):
    """Compute conv plus a bias, with relu also max(z, 0), in one op."""
    x, kernel = channels_last(floats(x), data_format), floats(kernel)
    how = _sliding("conv", x, kernel.shape[:-2], strides, padding, dilation)
    groups, rest = divmod(x.shape[-1], kernel.shape[-2])
    if rest or kernel.shape[-1] % max(groups, 1):
        raise ValueError(
            f"conv: a kernel of shape {kernel.shape} is for {kernel.shape[-2]} channels, or for "
            f"groups of so many; received {x.shape[-1]} channels."
        )
    weights = (kernel,) if bias is None else (kernel, bias)
    return as_given(apply(images.conv, x, *weights, **how, groups=groups, relu=relu), data_format)


@on_windows
def depthwise_conv(
    inputs, kernel, strides: Any = 1, padding="valid", data_format=None, dilation_rate: Any = 1
):
    """Apply separate kernels to each channel, (*window, channels, m): m outputs for each
    channel.
    """
    return depthwise(inputs, kernel, None, strides, padding, data_format, dilation_rate)


def depthwise(x, kernel, bias, strides, padding, data_format, dilation):
    """Compute depthwise_conv plus a bias in one op."""
    x, kernel = channels_last(floats(x), data_format), floats(kernel)
    *window, c, m = kernel.shape
    how = _sliding("depthwise_conv", x, window, strides, padding, dilation)
    if c != x.shape[-1]:
        raise ValueError(
            f"depthwise_conv: a kernel of shape {kernel.shape} is for {c} channels; received "
            f"{x.shape[-1]}."
        )
    x = x if m == 1 else repeat(x, m, axis=-1)
    kernel = kernel.reshape(*window, c * m)
    weights = (kernel,) if bias is None else (kernel, bias)
    return as_given(apply(images.depthwise, x, *weights, **how), data_format)


@on_windows
def separable_conv(
    inputs,
    depthwise_kernel,
    pointwise_kernel,
    strides: Any = 1,
    padding="valid",
    data_format=None,
    dilation_rate: Any = 1,
):
    """Compute depthwise_conv, then mix the channels at each position by pointwise_kernel, (1, ...,
    channels, filters).
    """
    x = depthwise(inputs, depthwise_kernel, None, strides, padding, data_format, dilation_rate)
    return convolve(x, pointwise_kernel, None, 1, "valid", data_format, 1)


@on_windows
def conv_transpose(
    inputs,
    kernel,
    strides: Any = 1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate: Any = 1,
):
    """Compute the transposed convolution, which is the gradient of conv: the sizes grow by the
    strides. kernel: (*window, filters, channels).

    output_padding: the number of positions added at the end of the output; None gives with 'same'
    strides times the input's size.
    """
    return upward(
        inputs, kernel, None, strides, padding, output_padding, data_format, dilation_rate
    )


def upward(x, kernel, bias, strides, padding, output_padding, data_format, dilation):
    """Compute conv_transpose plus a bias in one op."""
    x, kernel = channels_last(floats(x), data_format), floats(kernel)
    rank = x.ndim - 2
    strides = per_axis("strides", strides, rank)
    dilation = per_axis("dilation_rate", dilation, rank)
    if kernel.ndim != x.ndim or kernel.shape[-1] != x.shape[-1]:
        raise ValueError(
            f"conv_transpose: a kernel of shape {kernel.shape} is for {kernel.shape[-1]} channels "
            f"and {kernel.ndim - 2} axes; received inputs of shape {x.shape}."
        )
    more = (None,) * rank
    if output_padding is not None:
        more = per_axis("output_padding", output_padding, rank, 0)
    grown = [
        _grown(n, (k - 1) * d + 1, s, padding, extra)
        for n, k, d, s, extra in zip(x.shape[1:-1], kernel.shape, dilation, strides, more)
    ]
    sizes, before = map(tuple, zip(*grown))
    weights = (kernel,) if bias is None else (kernel, bias)
    how = {"sizes": sizes, "strides": strides, "dilation": dilation, "before": before}
    return as_given(apply(images.conv_transpose, x, *weights, **how), data_format)


def _grown(n: int, reach: int, stride: int, padding: str, more) -> tuple[int, int]:
    """Return the output size for n positions, and how many positions are cut off in front."""
    if _checked(padding, ("valid", "same")) == "valid":
        room = 2 * reach - 2 + (max(stride - reach, 0) if more is None else more)
        front = reach - 1
    else:
        room = reach + (stride - 2 if more is None else reach % 2 - 2 + more)
        front = min((room + 1) // 2, reach - 1)
    return (n - 1) * stride + room + 2 - reach, reach - 1 - front


@on_windows
def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The largest number of each channel in each window. strides: pool_size if None."""
    return _pool(images.max_pool, inputs, pool_size, strides, padding, data_format)


@on_windows
def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of each channel in each window, without the padding. strides: pool_size if None."""
    return _pool(images.average_pool, inputs, pool_size, strides, padding, data_format)


def _pool(op, inputs, pool_size, strides, padding, data_format):
    x = channels_last(floats(inputs), data_format)
    size = per_axis("pool_size", pool_size, x.ndim - 2)
    strides = size if strides is None else strides
    how = _sliding(op.__name__, x, size, strides, padding, 1)
    del how["dilation"]
    return as_given(apply(op, x, size=size, **how), data_format)


@on_windows
def adaptive_average_pool(inputs, output_size, data_format=None):
    """The mean of each channel in output_size parts of each axis, which may overlap by one."""
    return _adaptive(mean, inputs, output_size, data_format)


@on_windows
def adaptive_max_pool(inputs, output_size, data_format=None):
    """The largest number of each channel in output_size parts of each axis, which may overlap by
    one.
    """
    return _adaptive(largest, inputs, output_size, data_format)


def _adaptive(reduce, inputs, output_size, data_format):
    x = channels_last(floats(inputs), data_format)
    for axis, parts in enumerate(per_axis("output_size", output_size, x.ndim - 2), start=1):
        n, before = x.shape[axis], (slice(None),) * axis
        bounds = [(i * n // parts, -(-(i + 1) * n // parts)) for i in range(parts)]
        pieces = [reduce(x[(*before, slice(*b))], axis=axis, keepdims=True) for b in bounds]
        x = concatenate(pieces, axis=axis)
    return as_given(x, data_format)


# --- settings


def channels_last(x, data_format):
    """Move the channels of x to the last axis."""
    return moveaxis(x, 1, -1) if is_channels_first(data_format) else x


def as_given(z, data_format):
    """Convert z, whose channels are the last axis, to the format of the inputs."""
    return moveaxis(z, -1, 1) if is_channels_first(data_format) else z


def is_channels_first(data_format) -> bool:
    """Whether the channel axis comes before the spatial axes. None: the value of
    `image_data_format()`.
    """
    return backend.checked_data_format("ops", data_format) == "channels_first"


def _checked(padding, known: tuple) -> str:
    if str(padding).lower() not in known:
        raise ValueError(f"padding is {' or '.join(map(repr, known))}; received {padding!r}.")
    return padding.lower()


def per_axis(name: str, value: Any, rank: int, least: int = 1) -> tuple:
    """Return a whole number for each axis of the window: 3 becomes (3, 3) for images."""
    values = tuple(value) if hasattr(value, "__len__") else (value,) * rank
    if len(values) != rank:
        raise ValueError(
            f"{name} is a whole number or {rank} of them, one for each axis; received {value!r}."
        )
    return tuple([check_count(name, v, least) for v in values])


def _sliding(name: str, x, window, strides, padding, dilation) -> dict:
    """Return the settings of the op. x: channels last."""
    rank = x.ndim - 2
    if len(window) != rank or rank < 1:
        raise ValueError(
            f"{name}: a window along {len(window)} axes slides over inputs of "
            f"{len(window) + 2} axes, samples and channels included; received shape {x.shape}."
        )
    strides = per_axis("strides", strides, rank)
    dilation = per_axis("dilation_rate", dilation, rank)
    padding = _checked(padding, ("valid", "same", "causal"))
    reaches = [(k - 1) * d + 1 for k, d in zip(window, dilation)]
    zeros = [_zeros(padding, *axis) for axis in zip(x.shape[1:-1], reaches, strides)]
    for n, reach, pair in zip(x.shape[1:-1], reaches, zeros):
        if n + sum(pair) < reach or n == 0:
            raise ValueError(
                f"{name}: the window reaches over {tuple(reaches)} places, and the input has "
                f"{x.shape[1:-1]}. Use a smaller one, larger inputs, or padding='same'."
            )
    return {"strides": strides, "dilation": dilation, "padding": tuple(zeros)}


def _zeros(padding: str, n: int, reach: int, stride: int) -> tuple[int, int]:
    """Return the numbers of zeros before and after an axis of size n."""
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return reach - 1, 0
    zeros = max((-(-n // stride) - 1) * stride + reach - n, 0)
    return zeros // 2, zeros - zeros // 2
