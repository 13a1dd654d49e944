"""Looking into a trained network: its weights as images, what it confuses, and where it draws its
borders.
"""

from __future__ import annotations

import math
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from .base import COLOURS, finish


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
    columns = min(columns, n)
    rows = math.ceil(n / columns)
    reach = float(np.abs(kernel).max()) or 1.0
    figure, axes = plt.subplots(
        rows, columns, figsize=(1.35 * columns, 1.5 * rows), squeeze=False, layout="constrained"
    )
    picture: Any = None
    for i, axis in enumerate(axes.flat):
        axis.axis("off")
        if i < n:
            picture = axis.imshow(kernel[:, i].reshape(shape), cmap="RdBu", vmin=-reach, vmax=reach)
            axis.set_title(str(i), fontsize=8)
    figure.colorbar(picture, ax=axes, shrink=0.7, label=label)
    if title:
        figure.suptitle(title)
    return finish(figure, path)


def confusion(true, predicted, path=None, names=None, title: str | None = None):
    """How often each class was taken for each: rows are the true classes, columns the predicted;
    the diagonal is right.

    true: labels (n,). predicted: labels (n,), or scores (n, classes). Returns the figure; the
    counts are in its picture.
    """
    true, predicted = np.asarray(true).reshape(-1), np.asarray(predicted)
    predicted = (
        predicted.argmax(axis=-1)
        if predicted.ndim == 2 and predicted.shape[1] > 1
        else predicted.reshape(-1)
    )
    if len(true) != len(predicted) or not len(true):
        raise ValueError(f"confusion: {len(true)} true labels, but {len(predicted)} predictions.")
    true, predicted = true.astype(int), predicted.astype(int)
    classes = max(true.max(), predicted.max()) + 1
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (true, predicted), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axis = plt.subplots(
        figsize=(1.6 + 0.5 * classes, 1.2 + 0.5 * classes), layout="constrained"
    )
    axis.imshow(
        np.sqrt(share), cmap="Blues", vmin=0, vmax=1
    )  # the root, so that small errors can be seen
    for i, j in np.argwhere(counts):
        axis.text(
            j,
            i,
            str(counts[i, j]),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if share[i, j] > 0.4 else "black",
        )
    labels = [str(n) for n in (names if names is not None else range(classes))]
    axis.set(
        xticks=range(classes),
        yticks=range(classes),
        xticklabels=labels,
        yticklabels=labels,
        xlabel="taken for",
        ylabel="is",
        title=title or f"{(true == predicted).mean():.1%} of {len(true)} are right",
    )
    return finish(figure, path)


def regions(model, x, y, path=None, title: str | None = None):
    """What a classifier answers at each point of the plane, under the samples: where it draws its
    borders.

    model: takes (n, 2), returns scores (n, classes), or probabilities or logits (n, 1), where a
    sigmoid gives 0.5 its border and a logit 0. x: (n, 2). y: labels (n,).
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y).reshape(-1).astype(int)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) != len(y):
        raise ValueError(
            f"regions expects points (n, 2) and a label for each; received {x.shape} and {y.shape}."
        )
    margin = 0.15 * (x.max(axis=0) - x.min(axis=0))
    low, high = x.min(axis=0) - margin, x.max(axis=0) + margin
    a, b = np.meshgrid(np.linspace(low[0], high[0], 160), np.linspace(low[1], high[1], 160))
    scores = np.asarray(
        model.predict(np.stack([a.ravel(), b.ravel()], axis=1), verbose=0, batch_size=4096)
    )
    figure, axis = plt.subplots(figsize=(5.6, 4.4), layout="constrained")
    if scores.shape[-1] == 1:
        border = 0.5 if scores.min() >= 0 and scores.max() <= 1 else 0.0
        answer = (scores[:, 0] > border).astype(int)
    else:
        answer = scores.argmax(axis=-1)
    levels = np.arange(max(answer.max(), y.max()) + 2) - 0.5
    axis.contourf(a, b, answer.reshape(a.shape), levels, colors=COLOURS, alpha=0.3)
    for k, marker in zip(range(len(levels) - 1), "os^DvPX" * 3):
        axis.plot(
            *x[y == k].T,
            marker,
            color=COLOURS[k % len(COLOURS)],
            markersize=4,
            markeredgecolor="white",
            markeredgewidth=0.4,
            label=f"class {k}",
            linestyle="none",
        )
    axis.set(xlabel="x₁", ylabel="x₂", title=title or "")
    axis.legend(fontsize=8)
    return finish(figure, path)
