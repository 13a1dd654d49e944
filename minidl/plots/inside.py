"""Plots of a trained network: its weights as images, its confusion matrix, its decision regions."""

from __future__ import annotations

import itertools
import math

import matplotlib.pyplot as plt
import numpy as np

from .base import COLOURS, finish, panels, signed


def weights(
    kernel, shape=None, path=None, columns: int = 8, title: str | None = None, label: str = "weight"
):
    """Draw each column of a Dense kernel as an image: what that unit looks for. Blue is positive,
    red negative, white 0.

    kernel: (inputs, units). shape: of the inputs, (height, width); a square if it is left out. All
    share one scale, whose bar bears the label.
    """
    kernel = np.asarray(kernel)
    side = math.isqrt(kernel.shape[0])
    shape = shape or (side, side)
    if kernel.ndim != 2 or math.prod(shape) != kernel.shape[0]:
        raise ValueError(
            f"weights expects a kernel of shape (inputs, units), and an image shape with as many "
            f"inputs; received "
            f"{kernel.shape} and {tuple(shape)}."
        )
    n = kernel.shape[1]
    figure, axes = panels(n, min(columns, n), 1.35, 1.5)
    signed(figure, axes, kernel.T.reshape(n, *shape), label)
    return finish(figure, path, title)


def confusion(true, predicted, path=None, names=None, title: str | None = None):
    """Draw how often each class was predicted as each class: rows are the true classes, columns the
    predicted ones; the diagonal is right.

    true: labels (n,). predicted: labels (n,), or scores (n, classes). Returns the figure; the
    counts are in its image.
    """
    true, predicted = np.ravel(true), _classes(np.asarray(predicted))
    if len(true) != len(predicted) or not len(true):
        raise ValueError(f"confusion: {len(true)} true labels, but {len(predicted)} predictions.")
    true, predicted = true.astype(int), predicted.astype(int)
    classes = max(true.max(), predicted.max()) + 1
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (true, predicted), 1)
    size = (1.6 + 0.5 * classes, 1.2 + 0.5 * classes)
    figure, axis = plt.subplots(figsize=size, layout="constrained")
    _draw_counts(axis, counts)
    labels = [str(n) for n in (names if names is not None else range(classes))]
    axis.set_xticks(range(classes), labels)
    axis.set_yticks(range(classes), labels)
    right = f"{(true == predicted).mean():.1%} of {len(true)} are right"
    axis.set(xlabel="taken for", ylabel="is", title=title or right)
    return finish(figure, path)


def _classes(predicted):
    """Return the class of each sample, from classes or from rows of scores."""
    if predicted.ndim == 2 and predicted.shape[1] > 1:
        return predicted.argmax(axis=1)
    return predicted.ravel()


def _draw_counts(axis, counts) -> None:
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # the root, so that small errors can be seen
    axis.imshow(np.sqrt(share), cmap="Blues", vmin=0, vmax=1)
    for i, j in np.argwhere(counts):
        colour = "white" if share[i, j] > 0.4 else "black"
        axis.text(j, i, str(counts[i, j]), ha="center", va="center", fontsize=8, color=colour)


def regions(model, x, y, path=None, title: str | None = None):
    """Draw the class that a classifier predicts at each point of the plane, and the samples.

    model: takes (n, 2), returns scores (n, classes), or probabilities or logits (n, 1), with the
    border at 0.5 after a sigmoid and at 0 for a logit. x: (n, 2). y: labels (n,). `GrowingRegions`
    shows how they become during training.
    """
    x, y = points_and_labels(x, y, "regions")
    a, b = plane_around(x)
    answer = answers(model, a, b)
    levels = np.arange(max(answer.max(), y.max()) + 2) - 0.5
    figure, axis = plt.subplots(figsize=(5.6, 4.4), layout="constrained")
    axis.contourf(a, b, answer, levels, colors=COLOURS, alpha=0.3)
    draw_samples(axis, x, y, len(levels) - 1)
    axis.set_title(title or "")
    return finish(figure, path)


def points_and_labels(x, y, owner: str):
    """Return points (n, 2) and their labels (n,) as arrays. ValueError, naming the owner, for other
    shapes.
    """
    x, y = np.asarray(x, dtype=np.float64), np.ravel(y).astype(int)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) != len(y):
        raise ValueError(
            f"{owner} expects points (n, 2) and a label for each; received {x.shape} and {y.shape}."
        )
    return x, y


def plane_around(x):
    """Return the points of a grid around the samples: two arrays (160, 160)."""
    margin = 0.15 * (x.max(axis=0) - x.min(axis=0))
    low, high = x.min(axis=0) - margin, x.max(axis=0) + margin
    return np.meshgrid(np.linspace(low[0], high[0], 160), np.linspace(low[1], high[1], 160))


def draw_samples(axis, x, y, classes: int) -> None:
    """Draw points in the colours and with the markers of their classes."""
    edge = {"markersize": 4, "markeredgecolor": "white", "markeredgewidth": 0.4}
    for k, marker in zip(range(classes), itertools.cycle("os^DvPX")):
        colour = COLOURS[k % len(COLOURS)]
        axis.plot(*x[y == k].T, marker, color=colour, label=f"class {k}", linestyle="none", **edge)
    axis.set(xlabel="x₁", ylabel="x₂")
    axis.legend(fontsize=8)


def answers(model, a, b):
    """Return the class that the model predicts at each point of a grid."""
    points = np.stack([a.ravel(), b.ravel()], axis=1)
    scores = np.asarray(model.predict(points, verbose=0, batch_size=4096))
    if scores.shape[1] > 1:
        return scores.argmax(axis=1).reshape(a.shape)
    are_probabilities = scores.min() >= 0 and scores.max() <= 1
    return (scores[:, 0] > (0.5 if are_probabilities else 0.0)).astype(int).reshape(a.shape)
