"""Plots images with their predicted labels."""

from __future__ import annotations

import math

import numpy as np

from .base import COLOURS, finish, panels


def digits(
    images,
    predicted=None,
    true=None,
    path=None,
    columns: int = 8,
    names=None,
    title: str | None = None,
):
    """Draw images in a grid, each under its predicted label: blue if it is the true one, orange
    with the true one if not.

    images: (n, h, w), (n, h, w, 1) or (n, h*w) for square ones. predicted: labels (n,), or scores
    (n, classes), whose largest counts and whose probability is shown. true: labels (n,). names:
    what to call class 0, 1, ...
    """
    images = _as_pictures(np.asarray(images))
    n = len(images)
    labels, sure = _labels(predicted, n)
    true = None if true is None else np.ravel(true)
    for what, values in (("predicted", labels), ("true", true)):
        if values is not None and len(values) != n:
            raise ValueError(f"digits: {n} images, but {len(values)} {what} labels.")
    columns = max(1, min(columns, n))
    figure, axes = panels(n, columns, 1.35, 1.65)
    called = (lambda k: str(k)) if names is None else (lambda k: str(names[int(k)]))
    for i, axis in enumerate(axes.flat[:n]):
        axis.axis("off")
        axis.imshow(images[i], cmap="gray_r")
        text, colour = _caption(i, labels, sure, true, called)
        axis.set_title(text, fontsize=9, color=colour)
    return finish(figure, path, title)


def _as_pictures(images):
    if images.ndim == 2:
        side = math.isqrt(images.shape[1])
        if side * side == images.shape[1]:
            images = images.reshape(len(images), side, side)
    if images.ndim < 3 or not len(images):
        raise ValueError(
            f"digits expects images of shape (n, height, width); received {images.shape}. For one "
            f"image: image[None]."
        )
    return images


def _labels(predicted, n):
    """Return (labels, probabilities or None) from labels or from one row of scores for
    each image.
    """
    if predicted is None:
        return None, None
    predicted = np.asarray(predicted)
    if predicted.ndim < 2 or predicted.shape[1] == 1:
        return predicted.ravel(), None
    rows = predicted.astype(np.float64)
    is_probability = rows.min() >= 0 and np.allclose(rows.sum(axis=1), 1, atol=1e-3)
    return rows.argmax(axis=1), rows.max(axis=1) if is_probability else None


def _caption(i, labels, sure, true, called):
    if labels is None:
        return ("" if true is None else called(true[i])), "black"
    text = called(labels[i]) + (f" ({sure[i]:.0%})" if sure is not None else "")
    if true is None:
        return text, "black"
    right = labels[i] == true[i]
    return (text, COLOURS[0]) if right else (f"{text}, is {called(true[i])}", COLOURS[1])
