"""The table that `model.summary()` prints."""

from __future__ import annotations

import shutil

from .. import console


def table(model, line_length: int | None = None) -> str:
    """Layers with their output shapes and numbers of parameters, and the totals below, as Keras lays it out."""
    width = line_length or min(88, max(60, shutil.get_terminal_size().columns - 4))
    ends = [int(width * share) for share in (0.45, 0.80, 1.0)]
    widths = [b - a - 3 for a, b in zip([0, *ends], ends)]
    rows = [(f"{layer.name} ({type(layer).__name__})", _shape(layer), _count(layer)) for layer in model.layers]
    out = console.stream()
    box = "┏━┳┓┃┡╇┩│├─┼┤└┴┘" if out is None or console.can_show(out, "┏━") else "+-++|+++|+-++++" + "+"
    tl, h, tm, tr, v, ml, mm, mr, w, sl, s, sm, sr, bl, bm, br = box
    lines = [f'Model: "{model.name}"', _rule(tl, h, tm, tr, widths), _line(v, ("Layer (type)", "Output Shape", "Param #"), widths),
             _rule(ml, h, mm, mr, widths)]
    for i, row in enumerate(rows):
        lines += [_rule(sl, s, sm, sr, widths)] * (i > 0) + [_line(w, row, widths)]
    lines.append(_rule(bl, s, bm, br, widths))
    trainable, frozen = _size(model.trainable_weights), _size(model.non_trainable_weights)
    totals = [f" Total params: {_params(trainable, frozen)}", f" Trainable params: {_params(trainable)}",
              f" Non-trainable params: {_params(frozen)}"]
    if model.optimizer is not None and model.optimizer.variables:
        slots = [array for memory in model.optimizer._memory for array in memory]
        totals.append(f" Optimizer params: {_params((sum(a.size for a in slots), sum(a.nbytes for a in slots)))}")
    return "\n".join(lines + totals)


def _shape(layer) -> str:
    return "?" if layer.output_shape is None else str(layer.output_shape)


def _count(layer) -> str:
    return f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"


def _size(weights) -> tuple[int, int]:
    return sum(w.size for w in weights), sum(w.data.nbytes for w in weights)


def _params(*sizes) -> str:
    count, amount = sum(s[0] for s in sizes), float(sum(s[1] for s in sizes))
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{count:,} ({amount:.2f} {unit})"
        amount /= 1024
    raise AssertionError


def _rule(left, line, middle, right, widths) -> str:
    return left + middle.join(line * (w + 2) for w in widths) + right


def _line(edge, cells, widths) -> str:
    texts = [c if len(c) <= w else c[: w - 1] + "…" for c, w in zip(cells, widths)]
    aligned = [texts[0].ljust(widths[0]), texts[1].ljust(widths[1]), texts[2].rjust(widths[2])]
    return edge + edge.join(f" {t} " for t in aligned) + edge
