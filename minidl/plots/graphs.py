"""Plots the graph of a tensor: the ops that computed it and their inputs, before backward()."""

from __future__ import annotations

import matplotlib.pyplot as plt

from ..tensor import Tensor, Variable
from .base import COLOURS, finish


def graph(root: Tensor, path=None, names: dict | None = None, title: str | None = None):
    """Draw the ops and values that `root` was computed from, left to right; what needs a gradient
    in blue, the rest in grey.

    names: {label: tensor} for values that have no name of their own. ValueError if there is no
    graph: computed under no_grad(), from tensors that need no gradient, or already walked by
    backward() without retain_graph=True.
    """
    if not isinstance(root, Tensor) or not root.edges:
        raise ValueError(
            "There is no graph to draw behind this: it is no result of ops on tensors that need "
            "gradients, or backward() has "
            "used it up. Draw before backward(), or call backward(retain_graph=True)."
        )
    labels = {id(tensor): label for label, tensor in (names or {}).items()}
    parents = _parents(root)
    places = _places(root, parents)
    columns, rows = (max(at) + 1 for at in zip(*places.values()))
    size = (max(5, 1.7 * columns), max(2, 1.1 * rows))
    figure, axis = plt.subplots(figsize=size, layout="constrained")
    for tensor, inputs in parents.values():
        for parent in inputs:
            _draw_arrow(axis, places[id(parent)], places[id(tensor)])
        _draw_box(axis, places[id(tensor)], tensor, labels.get(id(tensor)) or _name(tensor))
    axis.set(xlim=(-0.6, columns - 0.4), ylim=(-0.7, rows - 0.3), title=title or "")
    axis.axis("off")
    return finish(figure, path)


def _name(tensor: Tensor) -> str:
    if isinstance(tensor, Variable):
        return tensor.name
    return tensor.op.__name__ if tensor.op else "value"


def _draw_arrow(axis, begin, end) -> None:
    bend = 0.25 if end[0] - begin[0] > 1 else 0.0  # around what may stand in between
    style = {
        "arrowstyle": "->",
        "color": "0.6",
        "shrinkA": 26,
        "shrinkB": 26,
        "connectionstyle": f"arc3,rad={bend}",
    }
    axis.annotate("", end, begin, zorder=1, arrowprops=style)


def _draw_box(axis, place, tensor: Tensor, name: str) -> None:
    needs, is_leaf = tensor.requires_grad, not tensor.op
    size = str(tensor.shape) if tensor.ndim else f"{tensor.item():.4g}"
    box = {
        "boxstyle": "square" if is_leaf else "round",
        "facecolor": "#DCEBF5" if needs else "0.93",
        "edgecolor": COLOURS[0] if needs else "0.6",
        "linewidth": 2 if needs and is_leaf else 1,
    }
    text = f"{name}\n{size}"
    axis.text(*place, text, ha="center", va="center", fontsize=9, zorder=2, bbox=box)


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
    before = {id(root): 0}
    # each before those it was made from
    for tensor, inputs in sorted(parents.values(), key=lambda p: -p[0].birth):
        for parent in inputs:
            before[id(parent)] = max(before.get(id(parent), 0), before[id(tensor)] + 1)
    last, columns = max(before.values()), {}
    for tensor, _ in sorted(parents.values(), key=lambda p: p[0].birth):
        columns.setdefault(last - before[id(tensor)], []).append(id(tensor))
    most = max(map(len, columns.values()))
    return {
        key: (column, (most - len(keys)) / 2 + len(keys) - 1 - row)
        for column, keys in columns.items()
        for row, key in enumerate(keys)
    }
