"""Plots what a network of convolutions has learned to see: its filters, its feature maps, and the
places of an image that speak for a class.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ..layers import Conv2DTranspose, DepthwiseConv2D, SeparableConv2D
from ..support.arrays import as_array
from .base import COLOURS, finish, panels, signed
from .responses import (
    CONVOLUTIONS,
    as_batch,
    channels_first,
    grad_cam_of,
    layer_of,
    maps_of,
    saliency_of,
    to_channels_last,
)

# from transparent to the orange of all plots
HEAT = LinearSegmentedColormap.from_list("heat", [COLOURS[1] + "00", COLOURS[1] + "E6"])


def filters(model, layer=None, path=None, columns: int = 8, title: str | None = None):
    """Draw each filter of a 2-D convolution as an image: the pattern that it answers to.

    model: a model, a layer, or a kernel (height, width, channels, filters). layer: a layer of the
    model or its name; None for the first convolution. Filters of one channel: blue is positive, red
    negative, white 0. Filters of three channels are drawn in colour, where grey is 0. Filters of
    more channels are drawn channel by channel, side by side. All share one scale.
    """
    kernel = _kernel(model, layer)
    pictures = np.moveaxis(kernel, -1, 0)
    reach = float(np.abs(kernel).max()) or 1.0
    count, channels = len(pictures), pictures.shape[-1]
    figure, axes = panels(count, min(columns, count), 1.35, 1.5)
    if channels != 3:
        pictures = [_side_by_side(picture) for picture in pictures]
        signed(figure, axes, pictures, "weight")
        return finish(figure, path, title)
    for i, axis in enumerate(axes.flat[:count]):
        axis.axis("off")
        axis.imshow(0.5 + pictures[i] / (2 * reach))
        axis.set_title(str(i), fontsize=8)
    return finish(figure, path, title)


def _kernel(model, layer) -> np.ndarray:
    """Return the weights of the filters that were meant, (height, width, channels, filters)."""
    if not hasattr(model, "layers_inside"):
        kernel = as_array(model)
        if kernel.ndim != 4:
            raise ValueError(
                "filters takes a model, a layer, or a kernel of shape (height, width, channels, "
                f"filters); received shape {kernel.shape}."
            )
        return kernel
    if not isinstance(model, CONVOLUTIONS):
        model = layer_of("filters", model, layer, last=False)
    if not isinstance(model, CONVOLUTIONS):
        kind = type(model).__name__
        raise ValueError(f"filters draws 2-D convolutions; '{model.name}' is a {kind}.")
    if not model.built:
        raise ValueError(f"filters: '{model.name}' has no weights yet: call it on data first.")
    if isinstance(model, Conv2DTranspose):
        return np.swapaxes(model.kernel.numpy(), 2, 3)
    if isinstance(model, (DepthwiseConv2D, SeparableConv2D)):
        kernel = (model.kernel if hasattr(model, "kernel") else model.depthwise_kernel).numpy()
        return kernel.reshape(*kernel.shape[:2], 1, math.prod(kernel.shape[2:]))
    return model.kernel.numpy()


def _side_by_side(picture: np.ndarray) -> np.ndarray:
    """Return the channels of a picture (height, width, channels) as tiles of one picture (rows,
    columns), with nan between them.
    """
    height, width, channels = picture.shape
    across = math.ceil(math.sqrt(channels))
    down = -(-channels // across)
    tiles = np.full((down, across, height + 1, width + 1), np.nan)
    each = tiles.reshape(down * across, height + 1, width + 1)
    each[:channels, :-1, :-1] = np.moveaxis(picture, -1, 0)
    return tiles.swapaxes(1, 2).reshape(down * (height + 1), across * (width + 1))[:-1, :-1]


def feature_maps(model, image, layer=None, path=None, columns: int = 8, title: str | None = None):
    """Draw an image, and what each filter of a layer makes of it: the channels of its outputs.

    image: one image, as the model takes it; a batch of one is one, too. layer: a layer of the model
    whose outputs are images, or its name; None for the first convolution. Blue is positive, red
    negative, white 0, on one scale for all maps.
    """
    batch = as_batch("feature_maps", model, image)
    if len(batch) != 1:
        raise ValueError(
            f"feature_maps draws the maps of one image; received {len(batch)}. For the first of "
            "them: images[0]."
        )
    layer = layer_of("feature_maps", model, layer, last=False)
    maps = np.moveaxis(maps_of("feature_maps", model, layer, batch)[0], -1, 0)
    count = len(maps) + 1
    figure, axes = panels(count, min(columns, count), 1.35, 1.5)
    first = axes.flat[0]
    _show(first, _pictures(batch, channels_first(model))[0], "image")
    signed(figure, axes, maps, "output of the filter", start=1)
    return finish(figure, path, title)


def saliency(
    model, images, classes=None, path=None, columns: int = 3, names=None, title: str | None = None
):
    """Draw images, and beside each how much every pixel matters for the score of a class: the
    absolute value of ∂score/∂pixel, the largest one of its channels. Simonyan et al. 2014.

    images: a batch, or one image. classes: a number for all images, or one for each; None for the
    class that the model predicts. The score is the logit, where the model ends in softmax or
    sigmoid. columns: images in a row. names: what to call class 0, 1, ... Each map has its own
    scale: bright is the largest value of the image.
    """
    batch, first = as_batch("saliency", model, images), channels_first(model)
    maps, classes = saliency_of("saliency", model, batch, classes)
    if maps.ndim == 4:
        maps = to_channels_last(maps, first).max(axis=-1)
    figure, axes = _pairs(_pictures(batch, first), classes, columns, names)
    for axis, values in zip(axes, _square(maps)):
        axis.imshow(values, cmap="inferno", vmin=0, vmax=float(values.max()) or 1.0)
    return finish(figure, path, title)


def grad_cam(
    model,
    images,
    classes=None,
    layer=None,
    path=None,
    columns: int = 3,
    names=None,
    title: str | None = None,
):
    """Draw images, and beside each where a layer found what speaks for a class: relu(Σₖ αₖ·Aₖ) over
    the image, orange where it is large. Selvaraju et al. 2017.

    Aₖ: channel k of the layer's outputs; αₖ: the mean of ∂score/∂Aₖ over all positions.
    layer: a layer of the model whose outputs are images, or its name; None for the last
    convolution. images, classes, columns, names: as for `saliency`. Each map has its own scale.
    """
    batch, first = as_batch("grad_cam", model, images), channels_first(model)
    layer = layer_of("grad_cam", model, layer, last=True)
    maps, classes = grad_cam_of("grad_cam", model, layer, batch, classes)
    pictures = _pictures(batch, first)
    figure, axes = _pairs(pictures, classes, columns, names)
    height, width = pictures.shape[1:3]
    place: Any = (-0.5, width - 0.5, height - 0.5, -0.5)
    for axis, picture, values in zip(axes, pictures, maps):
        axis.imshow(picture, cmap="gray_r")
        high = float(values.max()) or 1.0
        axis.imshow(values, HEAT, extent=place, interpolation="bilinear", vmin=0, vmax=high)
    return finish(figure, path, title)


def _pairs(pictures, classes, columns: int, names):
    """Draw each picture under its class, with an empty axis beside it. Returns (figure, the empty
    axes).
    """
    count = len(pictures)
    called = str if names is None else lambda k: str(names[int(k)])
    figure, axes = panels(2 * count, 2 * min(columns, count), 1.35, 1.6)
    for axis, picture, k in zip(axes.flat[0::2], pictures, classes):
        _show(axis, picture, called(k))
    beside = list(axes.flat[1 : 2 * count : 2])
    for axis in beside:
        axis.axis("off")
    return figure, beside


def _show(axis, picture, caption: str) -> None:
    axis.axis("off")
    axis.imshow(picture, cmap="gray_r")
    axis.set_title(caption, fontsize=9)


def _pictures(batch: np.ndarray, first: bool) -> np.ndarray:
    """Return images as (n, height, width), or (n, height, width, 3) with colours between 0 and 1.
    Other channels are averaged. first: whether the channels of the batch come first.
    """
    if batch.ndim != 4:
        return _square(batch)
    batch = to_channels_last(batch, first)
    if batch.shape[-1] != 3:
        return batch.mean(axis=-1)
    low, high = min(0.0, float(batch.min())), float(batch.max())
    return (batch - low) / (max(high - low, 1.0))


def _square(batch: np.ndarray) -> np.ndarray:
    """Return rows of numbers (n, h·w) as square images (n, h, w), and images unchanged."""
    if batch.ndim != 2:
        return batch
    side = math.isqrt(batch.shape[1])
    if side * side != batch.shape[1]:
        raise ValueError(f"A row of {batch.shape[1]} numbers is no square image.")
    return batch.reshape(len(batch), side, side)
