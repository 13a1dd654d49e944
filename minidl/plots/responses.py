"""Computes what a network makes of an image: the outputs of a layer inside, and the gradients of
the score of a class.

The model is called outside training, and nothing of it changes: no gradient is left at its weights.
"""

from __future__ import annotations

import contextlib

import numpy as np

from ..core.training import undisturbed
from ..guards.shapes import fits
from ..layers import Conv2D, Conv2DTranspose, DepthwiseConv2D, Layer, SeparableConv2D
from ..support import backend
from ..support.arrays import as_array
from ..tensor import Tensor, newest_first
from ..tensor.gradients import gradients_put_back

CONVOLUTIONS = (Conv2D, DepthwiseConv2D, SeparableConv2D, Conv2DTranspose)


# --- the layer that was meant
def layers_of(model) -> list:
    """List the layers of a model in order, each followed by the layers inside it, each once."""
    found: dict = {}
    for layer in model.layers_inside:
        found |= dict.fromkeys([layer, *layers_of(layer)])
    return list(found)


def layer_of(title: str, model, layer, last: bool):
    """Return a layer of the model. layer: the layer, its name, or None for the first convolution,
    with `last` for the last one.

    ValueError if the model does not have it. title: of the plot, for errors.
    """
    there = layers_of(model)
    convolutions = [one for one in there if isinstance(one, CONVOLUTIONS)]
    if layer is None and convolutions:
        return convolutions[-1 if last else 0]
    if layer is None:
        raise ValueError(
            f"{title}: there is no 2-D convolution in '{model.name}'. Pass layer=, a layer whose "
            "outputs are images."
        )
    for one in there:
        if one is layer or one.name == layer:
            return one
    names = ", ".join(repr(one.name) for one in there)
    wanted = layer.name if isinstance(layer, Layer) else layer
    raise ValueError(f"{title}: there is no layer {wanted!r} in '{model.name}', but {names}.")


def channels_first(model, layer=None) -> bool:
    """Whether the channels of a layer's outputs come before height and width; without a layer, of
    the model's images.
    """
    formats = [getattr(one, "data_format", None) for one in [layer, *layers_of(model)]]
    return next(filter(None, formats), backend.image_data_format()) == "channels_first"


# --- the images
def as_batch(title: str, model, images) -> np.ndarray:
    """Return the images as a batch that the model takes, of its dtype.

    images: a batch or a single image; grey ones may come without the channel axis. ValueError for
    other shapes, and for a model with several inputs or without weights yet.
    """
    shape = getattr(model, "input_shape", None)
    if shape is None or not all(n is None or isinstance(n, int) for n in shape):
        raise ValueError(
            f"{title} takes a model that was built for one input of images; '{model.name}' has "
            f"input_shape {shape}. Begin it with Input(shape), train it, or call it on data first."
        )
    images, sample = as_array(images), tuple(shape[1:])
    for known in (sample, tuple(n for n in sample if n != 1)):
        batch = images if images.ndim > len(known) else images[None]
        if len(batch) and fits(batch.shape, (None, *known)):
            absent = [] if known == sample else [i for i, n in enumerate(sample, 1) if n == 1]
            return np.expand_dims(batch, absent).astype(model.input_dtype or model.dtype)
    wanted = ", ".join(str(n) for n in ("n", *sample))
    raise ValueError(
        f"{title}: '{model.name}' takes images of shape ({wanted}), or one image of shape "
        f"{sample}; received {images.shape}."
    )


def to_channels_last(maps: np.ndarray, first: bool) -> np.ndarray:
    """Return the maps as (n, height, width, channels). first: whether their channels come first."""
    return np.moveaxis(maps, 1, -1) if first else maps


# --- inside the model
@contextlib.contextmanager
def listening(layer):
    """Inside a with-block, collect the outputs of all calls of the layer in a list."""
    heard, call, own = [], layer.call, vars(layer).get("call")

    def call_and_keep(*args, **kwargs):
        heard.append(call(*args, **kwargs))
        return heard[-1]

    layer.call = call_and_keep
    try:
        yield heard
    finally:
        del layer.call
        if own is not None:
            layer.call = own


def heard_from(title: str, model, layer, x: Tensor) -> tuple[Tensor, Tensor]:
    """Call the model on x. Returns its output, and the output of the layer, of shape (n, height,
    width, channels) or with the channels first. ValueError for a layer with other outputs.
    """
    with listening(layer) as heard:
        output = model(x, training=False)
    maps = heard[-1] if heard else None
    if not isinstance(maps, Tensor) or maps.ndim != 4:
        shape = getattr(maps, "shape", None)
        raise ValueError(
            f"{title} takes a layer whose outputs are images, such as a convolution; the outputs "
            f"of '{layer.name}' have shape {shape}."
        )
    return output, maps


def maps_of(title: str, model, layer, batch) -> np.ndarray:
    """Return the outputs of a layer for these images, (n, height, width, channels)."""

    def work():
        return heard_from(title, model, layer, Tensor(batch))[1].array

    return to_channels_last(undisturbed(work, recording=False), channels_first(model, layer))


# --- the score of a class, and its gradients
def class_scores(title: str, output, classes) -> tuple[Tensor, np.ndarray]:
    """Return the sum of one score for each image, and the classes that were scored.

    classes: a number for all images, or one for each; None for the predicted ones. The score is the
    logit, the number before softmax or sigmoid, where it is known. A model with one output has the
    classes 0 and 1, and the score of class 0 is minus that of class 1.
    """
    if not isinstance(output, Tensor) or output.ndim != 2:
        raise ValueError(
            f"{title} takes a model with one row of class scores for each image; its output has "
            f"shape {getattr(output, 'shape', None)}."
        )
    kind, scores = output.logits() or (None, output)
    single = scores.shape[1] == 1
    predicted = _predicted(kind, scores.array)
    chosen = _chosen(title, classes, predicted, 2 if single else scores.shape[1])
    signs = 2 * chosen[:, None] - 1 if single else np.eye(scores.shape[1])[chosen]
    return (scores * signs.astype(scores.dtype)).sum(), chosen


def _predicted(kind: str | None, scores: np.ndarray) -> np.ndarray:
    """Return the class with the largest score; for one output, whether it is above 0, or above 0.5
    for probabilities whose logits are unknown.
    """
    if scores.shape[1] > 1:
        return scores.argmax(axis=1)
    probable = kind is None and scores.min() >= 0 and scores.max() <= 1
    return (scores[:, 0] > (0.5 if probable else 0.0)).astype(int)


def _chosen(title: str, classes, predicted, count: int) -> np.ndarray:
    """Return one class for each image. ValueError for numbers that are no classes."""
    if classes is None:
        return predicted
    chosen = np.asarray(classes)
    whole = chosen.dtype.kind in "iu" and chosen.size in (1, len(predicted))
    if not whole or chosen.min() < 0 or chosen.max() >= count:
        raise ValueError(
            f"{title}: classes is a class from 0 to {count - 1}, or one for each of the "
            f"{len(predicted)} images; received {classes!r}."
        )
    return np.broadcast_to(chosen.ravel().astype(int), predicted.shape)


def gradient_of(score: Tensor, tensor: Tensor) -> np.ndarray | None:
    """Return ∂score/∂tensor, None if the score does not depend on it. No `.grad` changes."""
    if score is tensor or not score.requires_grad:
        return None
    tensor.retain_grad()
    with gradients_put_back([t for t in newest_first(score) if t.op is None or t.retains]):
        score.backward()
        return tensor.grad


def saliency_of(title: str, model, batch, classes) -> tuple[np.ndarray, np.ndarray]:
    """Return |∂score/∂pixel| in the shape of the batch, and the classes. Simonyan et al. 2014."""

    def work():
        x = Tensor(batch, requires_grad=True)
        score, chosen = class_scores(title, model(x, training=False), classes)
        return gradient_of(score, x), chosen

    gradient, chosen = undisturbed(work, recording=True)
    if gradient is None:
        raise ValueError(f"{title}: the outputs of '{model.name}' have no gradient to the image.")
    return np.abs(gradient), chosen


def grad_cam_of(title: str, model, layer, batch, classes) -> tuple[np.ndarray, np.ndarray]:
    """Return relu(Σₖ αₖ·Aₖ), (n, height, width), and the classes. Selvaraju et al. 2017, equations
    1 and 2.

    Aₖ: channel k of the layer's outputs. αₖ: the mean of ∂score/∂Aₖ over all positions.
    """

    def work():
        x = Tensor(batch, requires_grad=True)
        output, maps = heard_from(title, model, layer, x)
        score, chosen = class_scores(title, output, classes)
        return maps.array, gradient_of(score, maps), chosen

    maps, gradient, chosen = undisturbed(work, recording=True)
    if gradient is None:
        raise ValueError(f"{title}: the scores of '{model.name}' do not depend on '{layer.name}'.")
    maps, gradient = (to_channels_last(a, channels_first(model, layer)) for a in (maps, gradient))
    alpha = gradient.mean(axis=(1, 2), keepdims=True)
    return np.maximum((alpha * maps).sum(axis=-1), 0), chosen
