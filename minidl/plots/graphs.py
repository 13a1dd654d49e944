"""Plots the graph of a tensor: the ops that computed it and their inputs, before backward()."""

from __future__ import annotations

from collections import defaultdict

import matplotlib.pyplot as plt
import numpy as np

from ..core.backward import check, newest_first, walk
from ..tensor import Tensor, Variable
from .base import COLOURS, finish


def graph(
    root: Tensor,
    path=None,
    names: dict | None = None,
    title: str | None = None,
    gradients: bool = False,
):
    """Draw the ops and values that `root` was computed from, left to right; what needs a gradient
    in blue, the rest in grey.

    names: {label: tensor} for values that have no name of their own. gradients: write into each
    box, in orange, the derivative of `root`, a single number, by what stands there; for an array
    the largest of its absolute values. No `.grad` is changed. ValueError if there is no graph:
    computed under no_grad(), from tensors that need no gradient, or already walked by backward()
    without retain_graph=True.
    """
    if not isinstance(root, Tensor) or not root.edges:
        raise ValueError(
            "There is no graph to draw behind this: it is no result of ops on tensors that need "
            "gradients, or backward() has "
            "used it up. Draw before backward(), or call backward(retain_graph=True)."
        )
    labels = {id(tensor): label for label, tensor in (names or {}).items()}
    parents, slopes = _parents(root), _gradients(root) if gradients else {}
    places = _places(root, parents)
    columns, rows = (max(at) + 1 for at in zip(*places.values()))
    size = (max(5, 1.7 * columns), max(2, (1.35 if gradients else 1.1) * rows))
    figure, axis = plt.subplots(figsize=size, layout="constrained")
    axis.set(xlim=(-0.6, columns - 0.4), ylim=(-0.7, rows - 0.3), title=title or "")
    boxes = {}
    for key, (tensor, _) in parents.items():
        name = labels.get(key) or _name(tensor)
        boxes[key] = _draw_box(axis, places[key], tensor, name, slopes.get(key))
    for key, (_, inputs) in parents.items():
        for parent in inputs:
            _draw_arrow(axis, boxes[id(parent)], boxes[key])
    axis.axis("off")
    return finish(figure, path)


def _name(tensor: Tensor) -> str:
    if isinstance(tensor, Variable):
        return tensor.name
    return tensor.op.__name__ if tensor.op else "value"


def _gradients(root: Tensor) -> dict[int, np.ndarray]:
    """Map id -> ∂root/∂(tensor), for all tensors that need a gradient."""
    if root.array.size != 1:
        raise ValueError(
            f"Gradients start from a single number, but this tensor has shape {root.shape}. Draw "
            f"the graph of its mean() or sum(), or without gradients=True."
        )
    order = newest_first(root)
    check(order)
    forgetful = [tensor for tensor in order if not tensor.retains]
    for tensor in forgetful:
        tensor.retains = True
    try:
        start = {id(root): np.ones_like(root.array)}
        return {id(t): g for t, g in walk(order, start, set(), retain_graph=True)}
    finally:
        for tensor in forgetful:
            tensor.retains = False


def _draw_arrow(axis, begin, end) -> None:
    """Draw an arrow from the edge of one box (a text) to that of another."""
    places = begin.get_position(), end.get_position()
    bend = 0.25 if places[1][0] - places[0][0] > 1 else 0.0  # around what may stand in between
    style = {
        "arrowstyle": "->",
        "color": "0.6",
        "shrinkA": 1,
        "shrinkB": 1,
        "patchA": begin.get_bbox_patch(),
        "patchB": end.get_bbox_patch(),
        "connectionstyle": f"arc3,rad={bend}",
    }
    # drawn after the boxes, whose sizes are known then
    axis.annotate("", places[1], places[0], zorder=3, arrowprops=style)


def _draw_box(axis, place, tensor: Tensor, name: str, slope):
    """Draw a value and its gradient, if there is one. Returns the text, whose frame is the box."""
    needs, is_leaf = tensor.requires_grad, not tensor.op
    size = str(tensor.shape) if tensor.ndim else f"{tensor.item():.4g}"
    box = {
        "boxstyle": "square" if is_leaf else "round",
        "facecolor": "#DCEBF5" if needs else "0.93",
        "edgecolor": COLOURS[0] if needs else "0.6",
        "linewidth": 2 if needs and is_leaf else 1,
    }
    look = {"ha": "center", "va": "center", "fontsize": 9, "linespacing": 1.3}
    text = axis.text(*place, f"{name}\n{size}", zorder=2, bbox=box, **look)
    if slope is not None:
        said = f"∂ {slope.item():.4g}" if tensor.ndim == 0 else f"|∂| ≤ {np.abs(slope).max():.2g}"
        room = "\N{FIGURE SPACE}" * len(said)  # each as wide as a digit
        text.set_text(f"{name}\n{size}\n{room}")
        below = axis.annotate(said, place, (0, -12), textcoords="offset points", **look)
        below.set(color=COLOURS[1], zorder=3)
    return text


def _parents(root) -> dict:
    """Map id -> (tensor, its inputs) for all tensors that root was computed from."""
    found, stack = {}, [root]
    while stack:
        tensor = stack.pop()
        if id(tensor) not in found:
            inputs = [x for x, _ in tensor.used] if tensor.op else []
            found[id(tensor)] = tensor, inputs
            stack.extend(inputs)
    return found


def _places(root, parents) -> dict:
    """Map id -> (column, row). A value is one column before the first op that uses it; columns are
    centred.
    """
    before: defaultdict[int, int] = defaultdict(int)
    # each before those it was made from
    for tensor, inputs in sorted(parents.values(), key=lambda p: -p[0].birth):
        for parent in inputs:
            before[id(parent)] = max(before[id(parent)], before[id(tensor)] + 1)
    last, columns = max(before.values()), {}
    for tensor, _ in sorted(parents.values(), key=lambda p: p[0].birth):
        columns.setdefault(last - before[id(tensor)], []).append(id(tensor))
    most = max(map(len, columns.values()))
    return {
        key: (column, (most - len(keys)) / 2 + len(keys) - 1 - row)
        for column, keys in columns.items()
        for row, key in enumerate(keys)
    }
