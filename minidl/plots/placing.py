"""Computes the boxes and arrows of a model's plot, and the positions of the boxes."""

from __future__ import annotations

import shutil
import subprocess
from statistics import fmean

from ..core.layer import Sequential
from ..layers import Layer


def boxes_and_arrows(model, nested: bool, prefix: str = "") -> tuple[dict, list]:
    """Return ({key: layer or step}, [(key, key), ...]). nested: draw the boxes of models inside."""
    graph = getattr(model, "symbol_graph", None)
    boxes, arrows = _of_layers(model, prefix) if graph is None else _of_graph(graph, prefix)
    return _expanded(boxes, arrows, prefix) if nested else (boxes, arrows)


def _of_layers(model, prefix) -> tuple[dict, list]:
    """Return the boxes and arrows of a chain; for your own class the layers only, since their
    connections are unknown.
    """
    first = getattr(getattr(model, "symbols_in", None), "maker", None)
    layers = [*([] if first is None else [first]), *model.layers]
    boxes = {f"{prefix}{layer.name}": layer for layer in layers}
    return boxes, list(zip(boxes, list(boxes)[1:])) if isinstance(model, Sequential) else []


def _of_graph(graph, prefix) -> tuple[dict, list]:
    boxes, arrows, of = {}, [], {}
    for symbol in graph.starts:
        key = f"{prefix}{symbol.name}"
        boxes[key], of[id(symbol)] = symbol.maker or symbol, key
    for node in graph.steps:
        thing = node.function if isinstance(node.function, Layer) else node
        key = f"{prefix}{thing.name}"
        while key in boxes and boxes[key] is not thing:  # another one of that name
            key += "'"
        boxes[key], of[id(node)] = thing, key
        for parent in node.parents():
            arrow = (of[id(parent)] if id(parent) in of else of[id(parent.node)], key)
            arrows += [] if arrow in arrows else [arrow]
    return boxes, arrows


def _expanded(boxes, arrows, prefix) -> tuple[dict, list]:
    """Replace models inside by their own boxes. Arrows into a model go to its first box, arrows out
    of it start at its last.
    """
    out, ends = {}, {}
    chain: list = []
    for key, thing in boxes.items():
        if hasattr(thing, "layers") and thing.layers:
            inner, lines = boxes_and_arrows(thing, True, f"{key}/")
            out |= inner
            chain += lines
            ends[key] = (next(iter(inner)), list(inner)[-1])
        else:
            out[key], ends[key] = thing, (key, key)
    return out, chain + [(ends[a][1], ends[b][0]) for a, b in arrows]


def places(boxes, arrows) -> dict:
    """Map key -> (rank, row). Graphviz computes the positions, if its program is installed and the
    boxes are more than a chain.
    """
    branched = len(arrows) >= len(boxes)
    by_dot = _places_by_dot(boxes, arrows) if branched and shutil.which("dot") else None
    return by_dot or _places(boxes, arrows)


def _places(boxes, arrows) -> dict:
    """Place each box one rank before the first box that it points to, and the boxes of a rank side
    by side around 0.
    """
    ranks = _ranks(boxes, arrows)
    rows: dict[int, list] = {}
    for key in boxes:
        rows.setdefault(ranks[key], []).append(key)
    row: dict = {}
    for keys in rows.values():
        row |= _around_0(keys)
    for _ in range(2):  # each near those that it feeds, then near those that feed it
        for order, here, there in ((sorted(rows, reverse=True), 0, 1), (sorted(rows), 1, 0)):
            for rank in order:
                near = {key: _neighbours_row(key, arrows, here, there, row) for key in rows[rank]}
                rows[rank].sort(key=near.__getitem__)
                row |= _around_0(rows[rank])
    return {key: (ranks[key], row[key]) for key in boxes}


def _ranks(boxes, arrows) -> dict:
    if not arrows:
        return {key: i for i, key in enumerate(boxes)}
    late = dict.fromkeys(boxes, 0)  # counted from the end
    for _ in boxes:
        for begin, end in arrows:
            late[begin] = max(late[begin], late[end] + 1)
    last = max(late.values())
    return {key: last - late[key] for key in boxes}


def _around_0(keys) -> dict:
    return {key: i - (len(keys) - 1) / 2 for i, key in enumerate(keys)}


def _neighbours_row(key, arrows, here, there, row) -> float:
    """Return the mean row of the boxes at the other ends of its arrows; its own row if there are
    none.
    """
    rows = [row[arrow[there]] for arrow in arrows if arrow[here] == key]
    return fmean(rows) if rows else row[key]


def _places_by_dot(boxes, arrows) -> dict | None:
    """Return the positions that Graphviz computes, in ranks and rows; None if it fails."""
    number = {key: i for i, key in enumerate(boxes)}
    lines = [f"n{number[a]} -> n{number[b]};" for a, b in arrows]
    lines += [f"n{i};" for i in number.values()]
    source = (
        "digraph {node [shape=box width=1 height=0.5]; nodesep=0.2; ranksep=0.5;"
        + "".join(lines)
        + "}"
    )
    try:
        plain = subprocess.run(
            ["dot", "-Tplain"], input=source, capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    rows = [row for row in map(str.split, plain.splitlines()) if row[:1] == ["node"]]
    found = {row[1]: (float(row[2]), float(row[3])) for row in rows}
    top = max(y for _, y in found.values())
    return {key: (top - found[f"n{i}"][1], found[f"n{i}"][0] / 1.2) for key, i in number.items()}
