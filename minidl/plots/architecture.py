"""Plots a model as boxes and arrows: its layers, their connections and shapes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from ..layers import Layer
from .base import COLOURS, finish
from .placing import boxes_and_arrows, places

_NO_WEIGHTS, _WEIGHTS, _FROZEN = "0.95", "#DCEBF5", "#F7E3D4"


def model(
    model,
    path=None,
    show_shapes=False,
    show_dtype=False,
    show_layer_names=True,
    rankdir="TB",
    show_layer_activations=False,
    expand_nested=False,
    show_trainable=False,
    dpi=120,
):
    """Draw a model's layers and how they are connected: those with weights in blue (in orange if
    frozen), the others in grey.

    rankdir: 'TB' from top to bottom, 'LR' from left to right. expand_nested: the layers of models
    inside, too. Graphviz, if its program `dot` is there, finds better places for the boxes of
    branched models; matplotlib draws them. path: where to write it.
    ValueError if the model has no layers that could be drawn.
    """
    if rankdir not in ("TB", "LR", "BT", "RL"):
        raise ValueError(
            f"rankdir is 'TB' (top to bottom) or 'LR' (left to right); received {rankdir!r}."
        )
    boxes, arrows = boxes_and_arrows(model, expand_nested)
    if not boxes:
        raise ValueError(f"Model '{model.name}' shows no layers yet: add some, or call it on data.")
    texts = {
        key: _text(thing, show_shapes, show_dtype, show_layer_names, show_layer_activations)
        for key, thing in boxes.items()
    }
    ranks = places(boxes, arrows)
    placed = _in_inches(ranks, texts, rankdir)
    figure, axis = _empty_page(placed, texts)
    patches = {
        key: _draw_box(axis, placed[key], texts[key], thing, show_trainable)
        for key, thing in boxes.items()
    }
    size = _half_sizes(figure, axis, patches)
    for begin, end in arrows:
        _draw_arrow(axis, begin, end, ranks, placed, size, rankdir in ("TB", "BT"))
    return finish(figure, path)


def _widest(texts) -> tuple[int, int]:
    """Return the largest numbers of lines and of letters among the texts."""
    rows = [text.split("\n") for text in texts.values()]
    return max(map(len, rows)), max(len(line) for row in rows for line in row)


def _in_inches(ranks, texts, rankdir) -> dict:
    """key -> (x, y), in inches."""
    lines, letters = _widest(texts)
    high, wide = 0.42 + 0.19 * lines, 0.45 + 0.085 * letters  # from box to box
    if rankdir in ("TB", "BT"):
        up = high if rankdir == "BT" else -high
        return {key: (row * wide, rank * up) for key, (rank, row) in ranks.items()}
    right = wide if rankdir == "LR" else -wide
    return {key: (rank * right, row * high) for key, (rank, row) in ranks.items()}


def _empty_page(placed, texts):
    """Create a figure and an axis with space for boxes at these positions."""
    lines, letters = _widest(texts)
    low, high = (np.array([f(c) for c in zip(*placed.values())]) for f in (min, max))
    size = high - low + (0.6 + 0.1 * letters, 0.5 + 0.2 * lines)
    figure, axis = plt.subplots(figsize=np.maximum(size, (2.5, 1.2)))
    (left, bottom), (right, top) = (low + high - size) / 2, (low + high + size) / 2
    axis.set(xlim=(left, right), ylim=(bottom, top))
    axis.axis("off")
    figure.subplots_adjust(0, 0, 1, 1)
    return figure, axis


def _draw_box(axis, place, text, thing, show_trainable):
    has_weights = isinstance(thing, Layer) and bool(thing.weights)
    colour, mark = _NO_WEIGHTS, ""
    if has_weights:
        colour, mark = (_WEIGHTS, "trainable") if thing.trainable else (_FROZEN, "frozen")
    shape = {
        "boxstyle": "round,pad=0.35",
        "facecolor": colour,
        "edgecolor": COLOURS[0] if has_weights else "0.6",
    }
    drawn = axis.text(
        *place,
        f"{text}\n({mark})" if show_trainable and mark else text,
        ha="center",
        va="center",
        fontsize=9,
        zorder=2,
        linespacing=1.3,
        bbox=shape,
    )
    return drawn.get_bbox_patch()


def _half_sizes(figure, axis, patches) -> dict:
    """Return half the width and height of each box, which are known once the boxes are drawn."""
    figure.canvas.draw()
    to_data = axis.transData.inverted()
    extents = {key: patch.get_window_extent() for key, patch in patches.items()}
    return {key: np.array(to_data.transform_bbox(e).size) / 2 for key, e in extents.items()}


def _draw_arrow(axis, begin, end, ranks, placed, size, downwards) -> None:
    # a box stands between where the arrow skips a rank in the same row
    skips = ranks[end][0] - ranks[begin][0] > 1.5
    passes = skips and abs(ranks[end][1] - ranks[begin][1]) < 0.3
    start, stop = (
        _edge(placed[a], placed[b], size[a], downwards, passes)
        for a, b in ((begin, end), (end, begin))
    )
    bend = 0.7 if downwards else -0.35
    style = {
        "arrowstyle": "-|>",
        "color": "0.4",
        "shrinkA": 0,
        "shrinkB": 0,
        "connectionstyle": f"arc3,rad={bend if passes else 0.0}",
    }
    axis.annotate("", stop, start, zorder=1, arrowprops=style)


def _edge(here, there, half, downwards, aside) -> tuple[float, float]:
    """Return the point where a line from the box at `here` to the one at `there` leaves it: at its
    left or upper side if the line must pass another box.
    """
    dx, dy = there[0] - here[0], there[1] - here[1]
    along, across = (dy, dx) if downwards else (dx, dy)
    reach = half[1 if downwards else 0]
    reach = reach if along > 0 else -reach
    side = half[0 if downwards else 1]
    slant = max(-0.6, min(0.6, across / abs(along) / 3)) * side
    if aside:
        slant = -0.7 * side if downwards else 0.7 * side
    return (here[0] + slant, here[1] + reach) if downwards else (here[0] + reach, here[1] + slant)


def _text(thing, shapes, dtype, names, activations) -> str:
    """Return the text of a box, one line for each requested item."""
    if not isinstance(thing, Layer):
        return thing.name
    kind = type(thing).__name__
    lines = [f"{thing.name} ({kind})" if names else kind]
    activation = getattr(getattr(thing, "activation", None), "__name__", "linear")
    if activations and activation != "linear":
        lines.append(activation)
    if shapes and thing.output_shape is not None:
        lines.append(str(thing.output_shape))
    if dtype:
        lines.append(str(thing.dtype))
    return "\n".join(lines)
