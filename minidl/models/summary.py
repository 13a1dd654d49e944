"""The table that `model.summary()` prints."""

from __future__ import annotations

from ..support import console


def table(
    model, line_length: int | None, expand_nested: bool, show_trainable: bool, layer_range
) -> str:
    """Return the table of layers, output shapes and numbers of parameters, with totals, in Keras's
    layout.

    The total counts the model's parameters only. The optimizer's arrays have a line of their own,
    while Keras adds them to the total after fit.

    A model that is not a plain stack has one more column: the layers that each layer is connected
    to.
    """
    came_from = _connections(model)
    columns = _columns(came_from, show_trainable)
    width = line_length or _width(bool(came_from))
    ends = [int(width * share) for _, share in columns]
    widths = [b - a - 3 for a, b in zip([0, *ends], ends)]
    rows = [
        _row(depth, layer, came_from, show_trainable)
        for depth, layer in _listed(_in_range(model.layers, layer_range), expand_nested)
    ]
    box = _box([head for head, _ in columns], rows, widths)
    return "\n".join([f'Model: "{model.name}"', *box, *_totals(model)])


def _columns(came_from: dict, show_trainable: bool) -> list[tuple[str, float]]:
    """Return for each column its heading and the share of the width at which it ends."""
    heads, shares = ["Layer (type)", "Output Shape", "Param #"], [0.45, 0.80, 1.0]
    if came_from:
        heads, shares = [*heads, "Connected to"], [0.31, 0.56, 0.74, 1.0]
    if show_trainable:
        heads, shares = [*heads, "Trainable"], [0.88 * share for share in shares] + [1.0]
    return list(zip(heads, shares))


def _width(with_connections: bool) -> int:
    """The width of the terminal, within limits."""
    import shutil  # slow to load

    least, most = (72, 108) if with_connections else (60, 88)
    return min(most, max(least, shutil.get_terminal_size().columns - 4))


def _row(depth: int, layer, came_from: dict, show_trainable: bool) -> list[str]:
    """The cells of a layer."""
    row = ["└ " * depth + f"{layer.name} ({_kind(layer)})", _shape(layer), _count(layer)]
    if came_from:
        row.append(", ".join(came_from.get(layer.name, [])) or "-")
    if show_trainable:
        trains = "Y" if layer.trainable else "N"
        row.append(trains if layer.weights else "-")
    return row


def _box(heads: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    """The lines of the table, drawn with what the console can show."""
    out = console.stream()
    drawn = out is None or console.can_show(out, "┏━")
    tl, h, tm, tr, v, ml, mm, mr, w, sl, s, sm, sr, bl, bm, br = (
        "┏━┳┓┃┡╇┩│├─┼┤└┴┘" if drawn else "+-++|+++|+-+++++"
    )
    lines = [
        _rule(tl, h, tm, tr, widths),
        _line(v, heads, widths),
        _rule(ml, h, mm, mr, widths),
    ]
    for i, row in enumerate(rows):
        lines += [_rule(sl, s, sm, sr, widths)] * (i > 0)
        lines += [_line(w, cells, widths) for cells in _folded(row, widths[0])]
    return [*lines, _rule(bl, s, bm, br, widths)]


def _totals(model) -> list[str]:
    trainable, frozen = _size(model.trainable_weights), _size(model.non_trainable_weights)
    return [
        f" Total params: {_params(trainable, frozen)}",
        f" Trainable params: {_params(trainable)}",
        f" Non-trainable params: {_params(frozen)}",
        *[f" Optimizer params: {_params(size)}" for size in _size_of_memory(model.optimizer)],
    ]


def _listed(layers, nested: bool, depth: int = 0):
    """Yield (depth, layer) for each layer; if `nested`, also for the layers of models inside."""
    for layer in layers:
        yield depth, layer
        if nested and hasattr(layer, "layers"):
            yield from _listed(layer.layers, nested, depth + 1)


def _in_range(layers, layer_range):
    """Select the layers from the first to the last name given. A name may be only the beginning of
    one.
    """
    if layer_range is None:
        return layers
    first, last = layer_range
    places = [
        [i for i, layer in enumerate(layers) if layer.name.startswith(name)]
        for name in (first, last)
    ]
    if not all(places):
        missing = first if not places[0] else last
        raise ValueError(
            f"layer_range holds the names of the first and the last layer to show; there is no "
            f"layer {missing!r}."
        )
    return layers[min(places[0]) : max(places[1]) + 1]


def _connections(model) -> dict[str, list[str]]:
    """Map each layer's name to the names of the layers before it, if the graph is not a plain
    chain.
    """
    graph = getattr(model, "symbol_graph", None)
    if graph is None:
        return {}
    found: dict[str, list[str]] = {}
    for node in graph.steps:
        names = [
            f"{parent.name}[{parent.path[0] if parent.path else 0}]" for parent in node.parents()
        ]
        found.setdefault(node.name, []).extend(names)
    chain = len(graph.starts) == 1 and all(len(names) == 1 for names in found.values())
    branches = [name for names in found.values() for name in names]
    return {} if chain and len(set(branches)) == len(branches) else found


def _kind(layer) -> str:
    functional = (
        getattr(layer, "symbol_graph", None) is not None and type(layer).__name__ == "Model"
    )
    return "Functional" if functional else type(layer).__name__


def _shape(layer) -> str:
    shape = layer.output_shape
    if shape is None:
        return "?"
    return str(list(shape.values()) if isinstance(shape, dict) else shape)


def _count(layer) -> str:
    return f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"


def _size(weights) -> tuple[int, int]:
    return sum(w.size for w in weights), sum(w.data.nbytes for w in weights)


def _size_of_memory(optimizer) -> list[tuple[int, int]]:
    """Return [(number, bytes) of the optimizer's arrays], or [] before training. As in Keras, the
    counter and the learning rate count too, 4 bytes each.
    """
    if optimizer is None or not optimizer.trainable_variables:
        return []
    kept = optimizer.variables
    numbers = [v for v in kept if v.name in ("iteration", "learning_rate")]
    arrays = [v.array for v in kept if v.name not in ("iteration", "learning_rate")]
    size = sum(a.size for a in arrays) + len(numbers)
    return [(size, sum(a.nbytes for a in arrays) + 4 * len(numbers))]


def _params(*sizes) -> str:
    count, amount = sum(s[0] for s in sizes), float(sum(s[1] for s in sizes))
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{count:,} ({amount:.2f} {unit})"
        amount /= 1024
    raise AssertionError


def _rule(left, line, middle, right, widths) -> str:
    return left + middle.join(line * (w + 2) for w in widths) + right


def _folded(row: list[str], width: int) -> list[list[str]]:
    """Return the lines of a row: the class of a layer whose name leaves no room for it has a second
    line, as in Keras.
    """
    name, _, kind = row[0].rpartition(" (")
    if len(row[0]) <= width or not name:
        return [row]
    return [[name, *row[1:]], [f"({kind}", *[""] * len(row[1:])]]


def _line(edge, cells, widths) -> str:
    texts = [c if len(c) <= w else c[: w - 1] + "…" for c, w in zip(cells, widths)]
    aligned = [
        text.rjust(w) if i == 2 else text.ljust(w) for i, (text, w) in enumerate(zip(texts, widths))
    ]
    return edge + edge.join(f" {t} " for t in aligned) + edge
