"""A model as boxes and arrows: which layer feeds which, with shapes."""

from __future__ import annotations

import shutil
import subprocess

import matplotlib.pyplot as plt
import numpy as np

from ..layers import Layer
from .base import COLOURS, finish

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
    boxes, arrows = _graph_of(model, expand_nested)
    if not boxes:
        raise ValueError(f"Model '{model.name}' shows no layers yet: add some, or call it on data.")
    places = _places_by_dot(boxes, arrows) or _places(boxes, arrows)
    texts = {
        key: _text(thing, show_shapes, show_dtype, show_layer_names, show_layer_activations)
        for key, thing in boxes.items()
    }
    lines, letters = (
        max(t.count("\n") + 1 for t in texts.values()),
        max(len(line) for t in texts.values() for line in t.split("\n")),
    )
    downwards = rankdir in ("TB", "BT")
    step = {
        True: 0.42 + 0.19 * lines,
        False: 0.45 + 0.085 * letters,
    }  # inches from box to box, with and across the arrows
    placed = {
        key: (rank * step[False], row * step[True])
        if not downwards
        else (row * step[False], -rank * step[True])
        for key, (rank, row) in places.items()
    }
    if rankdir in ("BT", "RL"):
        placed = {key: (x, -y) if downwards else (-x, y) for key, (x, y) in placed.items()}
    xs, ys = ([p[i] for p in placed.values()] for i in (0, 1))
    width, height = max(xs) - min(xs) + 0.6 + 0.1 * letters, max(ys) - min(ys) + 0.5 + 0.2 * lines
    figure, axis = plt.subplots(figsize=(max(2.5, width), max(1.2, height)))
    patches = {}
    for key, thing in boxes.items():
        weights = thing.weights if isinstance(thing, Layer) else []
        colour = _NO_WEIGHTS if not weights else _WEIGHTS if thing.trainable else _FROZEN
        mark = (
            "\n(trainable)"
            if show_trainable and weights and thing.trainable
            else "\n(frozen)"
            if show_trainable and weights
            else ""
        )
        text = axis.text(
            *placed[key],
            texts[key] + mark,
            ha="center",
            va="center",
            fontsize=9,
            zorder=2,
            linespacing=1.3,
            bbox={
                "boxstyle": "round,pad=0.35",
                "facecolor": colour,
                "edgecolor": COLOURS[0] if weights else "0.6",
            },
        )
        patches[key] = text.get_bbox_patch()
    axis.set(
        xlim=(
            min(xs) - width / 2 + (max(xs) - min(xs)) / 2,
            max(xs) + width / 2 - (max(xs) - min(xs)) / 2,
        ),
        ylim=(
            min(ys) - height / 2 + (max(ys) - min(ys)) / 2,
            max(ys) + height / 2 - (max(ys) - min(ys)) / 2,
        ),
    )
    axis.axis("off")
    figure.subplots_adjust(0, 0, 1, 1)
    figure.canvas.draw()  # now the boxes know their sizes, and arrows can end at their edges
    size = {
        key: np.array(axis.transData.inverted().transform_bbox(patch.get_window_extent()).size) / 2
        for key, patch in patches.items()
    }
    bend = 0.7 if downwards else -0.35
    for begin, end in arrows:
        passes = (
            places[end][0] - places[begin][0] > 1.5 and abs(places[end][1] - places[begin][1]) < 0.3
        )  # a box stands between
        start, stop = (
            _edge(placed[a], placed[b], size[a], downwards, passes)
            for a, b in ((begin, end), (end, begin))
        )
        axis.annotate(
            "",
            stop,
            start,
            zorder=1,
            arrowprops={
                "arrowstyle": "-|>",
                "color": "0.4",
                "shrinkA": 0,
                "shrinkB": 0,
                "connectionstyle": f"arc3,rad={bend if passes else 0.0}",
            },
        )
    return finish(figure, path)


def _edge(here, there, half, downwards, aside) -> tuple[float, float]:
    """Where a line from the box at `here` to the one at `there` leaves it; from its left or upper
    part if it must pass a box.
    """
    dx, dy = there[0] - here[0], there[1] - here[1]
    along, across = (dy, dx) if downwards else (dx, dy)
    reach = half[1 if downwards else 0] * (1 if along > 0 else -1)
    slant = (
        0.0
        if not along
        else max(-0.6, min(0.6, across / abs(along) / 3)) * half[0 if downwards else 1]
    )
    if aside:
        slant = (-0.7 if downwards else 0.7) * half[0 if downwards else 1]
    return (here[0] + slant, here[1] + reach) if downwards else (here[0] + reach, here[1] + slant)


def _graph_of(model, nested, prefix: str = "") -> tuple[dict, list]:
    """({key: layer or step}, [(key, key), ...]): boxes and arrows."""
    graph = getattr(model, "symbol_graph", None)
    if graph is None:
        layers = [layer for layer in model.layers]
        first = getattr(getattr(model, "_inputs", None), "maker", None)
        layers = [*([first] if first is not None else []), *layers]
        boxes = {f"{prefix}{layer.name}": layer for layer in layers}
        chain = list(zip(boxes, list(boxes)[1:])) if hasattr(model, "_layers") else []
    else:
        boxes, chain, of = {}, [], {}
        for symbol in graph.starts:
            key = f"{prefix}{symbol.name}"
            boxes[key], of[id(symbol)] = symbol.maker or symbol, key
        for node in graph.steps:
            thing = node.function if isinstance(node.function, Layer) else node
            key, number = f"{prefix}{thing.name}", 1
            while key in boxes and boxes[key] is not thing:
                number += 1
                key = f"{prefix}{thing.name} {number}"
            boxes[key], of[id(node)] = thing, key
            for parent in node.parents():
                arrow = (of[id(parent)] if id(parent) in of else of[id(parent.node)], key)
                chain += [] if arrow in chain else [arrow]
    return _expanded(boxes, chain, prefix) if nested else (boxes, chain)


def _expanded(boxes, arrows, prefix) -> tuple[dict, list]:
    """Models inside replaced by their own boxes: arrows into one go to its first box, arrows out
    leave its last.
    """
    out, ends = {}, {}
    chain: list = []
    for key, thing in boxes.items():
        if hasattr(thing, "layers") and thing.layers:
            inner, lines = _graph_of(thing, True, f"{key}/")
            out |= inner
            chain += lines
            ends[key] = (next(iter(inner)), list(inner)[-1])
        else:
            out[key], ends[key] = thing, (key, key)
    return out, chain + [(ends[a][1], ends[b][0]) for a, b in arrows]


def _places(boxes, arrows) -> dict:
    """key -> (rank, row): each box one rank before the first that it feeds, the boxes of a rank
    side by side around 0.
    """
    late = dict.fromkeys(boxes, 0)  # ranks counted from the end
    for _ in boxes if arrows else ():
        for begin, end in arrows:
            late[begin] = max(late[begin], late[end] + 1)
    last = max(late.values())
    rank = {key: last - late[key] if arrows else i for i, key in enumerate(boxes)}
    rows: dict[int, list] = {}
    for key in boxes:
        rows.setdefault(rank[key], []).append(key)
    row = {key: i - (len(keys) - 1) / 2 for keys in rows.values() for i, key in enumerate(keys)}
    for ranks, here, there in (
        (sorted(rows, reverse=True), 0, 1),
        (sorted(rows), 1, 0),
    ) * 2:  # each near those it is connected to
        for r in ranks:
            near = {
                key: [row[arrow[there]] for arrow in arrows if arrow[here] == key]
                for key in rows[r]
            }
            rows[r].sort(key=lambda key: sum(near[key]) / len(near[key]) if near[key] else row[key])
            row |= {key: i - (len(rows[r]) - 1) / 2 for i, key in enumerate(rows[r])}
    return {key: (rank[key], row[key]) for key in boxes}


def _places_by_dot(boxes, arrows) -> dict | None:
    """The places that Graphviz finds, in ranks and rows; None for a plain chain, or where Graphviz
    is not installed.
    """
    if len(arrows) < len(boxes) or shutil.which("dot") is None:
        return None
    number = {key: i for i, key in enumerate(boxes)}
    source = (
        "digraph {node [shape=box width=1 height=0.5]; nodesep=0.2; ranksep=0.5;"
        + "".join(f"n{number[a]} -> n{number[b]};" for a, b in arrows)
        + "".join(f"n{i};" for i in number.values())
        + "}"
    )
    try:
        plain = subprocess.run(
            ["dot", "-Tplain"], input=source, capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = {
        row[1]: (float(row[2]), float(row[3]))
        for row in map(str.split, plain.splitlines())
        if row and row[0] == "node"
    }
    top = max(y for _, y in found.values())
    return {key: (top - found[f"n{i}"][1], found[f"n{i}"][0] / 1.2) for key, i in number.items()}


def _text(thing, shapes, dtype, names, activations) -> str:
    is_layer = isinstance(thing, Layer)
    kind = type(thing).__name__ if is_layer else thing.name
    lines = [f"{thing.name} ({kind})" if names and is_layer else kind]
    activation = getattr(getattr(thing, "activation", None), "__name__", None)
    if activations and activation and activation != "linear":
        lines.append(activation)
    if shapes and is_layer and thing.output_shape is not None:
        lines.append(str(thing.output_shape))
    if dtype and is_layer:
        lines.append(str(thing.dtype))
    return "\n".join(lines)
