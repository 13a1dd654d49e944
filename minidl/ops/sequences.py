"""Functions for sequences: attention, the CTC loss, and decoding of CTC outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import attention, ctc, nonlinear
from ..support.arrays import as_array
from ..tensor import Tensor, apply
from .arranging import broadcast_to
from .base import convert_to_tensor, floats, on_symbols, whole

__all__ = ["ctc_decode", "ctc_loss", "dot_product_attention"]


# --- attention
@on_symbols
def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal: Any = False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """softmax(scale·Q Kᵀ + bias) V, for each head separately. Vaswani et al. 2017.

    query: (n, T, heads, d). key, value: (n, S, heads, d or another size); with fewer heads, each
    serves several heads of the query. Returns (n, T, heads, size of the values). bias, mask:
    broadcast with (n, heads, T, S); a query ignores a key where the mask is False. scale: 1/√d if
    left out. is_causal: query t uses the keys 0 to t. flash_attention is accepted and has no
    effect. attn_logits_soft_cap is not supported.
    """
    if attn_logits_soft_cap is not None:
        raise ValueError(
            "dot_product_attention has no attn_logits_soft_cap; cap the scores with ops.tanh in a "
            "layer of your own."
        )
    q, k, v = (floats(x) for x in (query, key, value))
    _check_heads(q.shape, k.shape, v.shape)
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    steps, heads = q.shape[1:3]
    seen = None if mask is None else as_array(mask).astype(bool)
    if is_causal:
        causal = np.tri(steps, k.shape[1], dtype=bool)
        seen = causal if seen is None else seen & causal
    extra = [] if bias is None else [floats(bias)]
    groups = k.shape[2]
    if heads != groups:  # to a key that several heads share, their queries are just more queries
        q = _side_by_side(q, groups)
        extra = [_stacked(x, heads, steps, groups) for x in extra]
        seen = None if seen is None else _stacked(Tensor(seen), heads, steps, groups).data
    z = apply(attention.dot_product_attention, q, k, v, *extra, mask=seen, scale=scale)
    if heads == groups:
        return z
    depth = z.shape[-1]
    z = z.reshape(len(z), heads // groups, steps, groups, depth).transpose(0, 2, 3, 1, 4)
    return z.reshape(len(z), steps, heads, depth)


def _side_by_side(q, groups: int):
    """Reshape queries (n, T, heads, d) to (n, heads/groups·T, groups, d)."""
    n, steps, heads, depth = q.shape
    q = q.reshape(n, steps, groups, heads // groups, depth)
    return q.transpose(0, 3, 1, 2, 4).reshape(n, heads // groups * steps, groups, depth)


def _stacked(x, heads: int, steps: int, groups: int):
    """Reshape a mask or bias that broadcasts with (n, heads, T, S) for the queries of
    `_side_by_side`.
    """
    x = x.reshape((1,) * (4 - x.ndim) + x.shape)
    x = broadcast_to(x, (len(x), heads, steps, x.shape[3]))
    return x.reshape(len(x), groups, heads // groups * steps, x.shape[3])


def _check_heads(q: tuple, k: tuple, v: tuple) -> None:
    fits = len(q) == len(k) == len(v) == 4 and k[:3] == v[:3] and (k[0], k[3]) == (q[0], q[3])
    if not fits or q[2] % k[2]:
        raise ValueError(
            "dot_product_attention takes query (n, T, heads, d), key (n, S, heads, d) and value "
            "(n, S, heads, any), where key and value may have fewer heads, which then serve as "
            f"many of the queries' each; received shapes {q}, {k} and {v}."
        )


# --- lines of labels
@on_symbols
def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """-ln of the probability that the output spells the target, one number a sample. Graves et al.
    2006.

    target: labels (n, L), whole numbers. output: logits (n, T, classes). target_length,
    output_length: how many labels and steps of each sample count. mask_index: the class that means
    no label (the blank). A target that needs more steps than there are gives inf, and gradient 0.
    """
    x, labels = floats(output), whole(target, "ctc_loss: labels")
    lengths = whole(target_length, "ctc_loss: target_length").ravel()
    steps = whole(output_length, "ctc_loss: output_length").ravel()
    _check_lines(x.shape, labels, lengths, steps, mask_index)
    wide = x if x.dtype != np.float16 else x.astype(np.float32)
    return apply(
        ctc.ctc,
        wide,
        labels=labels,
        label_lengths=lengths,
        input_lengths=steps,
        blank=range(x.shape[2])[mask_index],
    )


def _check_lines(shape: tuple, labels, lengths, steps, blank: int) -> None:
    """Raise ValueError for labels and lengths that do not fit logits of this shape."""
    n = shape[0]
    if len(shape) != 3 or labels.ndim != 2 or not len(labels) == len(lengths) == len(steps) == n:
        raise ValueError(
            "ctc_loss takes logits (n, steps, classes), labels (n, most labels) and two lengths "
            f"(n,); received shapes {shape}, {labels.shape}, {lengths.shape} and {steps.shape}."
        )
    most, classes = labels.shape[1], shape[2]
    for what, values, low, high in (
        ("target_length", lengths, 0, most),
        ("output_length", steps, 1, shape[1]),
        ("labels", labels[np.arange(most) < lengths[:, None]], 0, classes - 1),
    ):
        if values.size and (values.min() < low or values.max() > high):
            raise ValueError(
                f"ctc_loss: {what} lie between {low} and {high} here; received "
                f"{values.min()} to {values.max()}."
            )
        if what == "labels" and (values == range(classes)[blank]).any():
            raise ValueError(
                f"ctc_loss: {blank} stands for no label, and a target holds it. Begin the labels "
                f"with 1, or give mask_index another class."
            )


@on_symbols
def ctc_decode(
    inputs,
    sequence_lengths,
    strategy="greedy",
    beam_width=100,
    top_paths=1,
    merge_repeated=True,
    mask_index=0,
) -> Any:
    """Decode logits (n, T, classes) to (labels, scores). The labels are padded with -1.

    strategy 'greedy': the best class of each step, with repetitions merged (with merge_repeated)
    and mask_index removed; labels (1, n, T), scores (n, 1): minus the sum of the best logits.
    'beam_search': the `top_paths` most probable label sequences, over all their paths, of
    `beam_width` candidates; labels (top_paths, n, T), scores (n, top_paths): ln of their
    probabilities.
    """
    x = as_array(convert_to_tensor(inputs))
    lengths = whole(sequence_lengths, "ctc_decode: sequence_lengths").ravel()
    blank = range(x.shape[2])[mask_index]
    if strategy == "greedy":
        found = [[_best_path(row[:n], merge_repeated, blank)] for row, n in zip(x, lengths)]
    elif strategy == "beam_search":
        p = nonlinear.softmax(x.astype(np.float64))[0]
        found = [_beam_search(row[:n], beam_width, blank) for row, n in zip(p, lengths)]
    else:
        raise ValueError(
            f"ctc_decode: strategy is 'greedy' or 'beam_search'; received {strategy!r}."
        )
    return _filled_up(found, 1 if strategy == "greedy" else top_paths, x)


def _filled_up(found, paths: int, x):
    """Return (labels, scores) of all samples as tensors. found: for each sample label sequences
    with scores.
    """
    labels = np.full((paths, len(x), x.shape[1]), -1, np.int32)
    scores = np.full((len(x), paths), -np.inf)
    for i, lines in enumerate(found):
        for j, (line, score) in enumerate(lines[:paths]):
            labels[j, i, : len(line)], scores[i, j] = line, score
    return Tensor(labels), Tensor(scores, dtype=x.dtype)


def _best_path(x, merge: bool, blank: int) -> tuple:
    """Decode the best class of each step. Returns the labels, and minus the sum of their logits."""
    best = x.argmax(axis=1)
    changes = np.append(True, best[1:] != best[:-1])[: len(best)]
    kept = (best != blank) & changes if merge else best != blank
    return best[kept], -x.max(axis=1).sum()


def _beam_search(p, width: int, blank: int) -> list:
    """Return the most probable label sequences, best first, with ln of their probabilities. Hannun
    et al. 2014.

    p: (steps, classes). Each candidate has two probabilities: of the paths that end in a blank,
    after which its last label may be repeated, and of those that end in its last label.
    """
    lines, scale = {(): (1.0, 0.0)}, 0.0
    for now in p.tolist():
        grown: dict = {}
        for line, (in_blank, in_label) in lines.items():
            _grow(grown, line, in_blank, in_label, now, blank)
        best = sorted(grown.items(), key=lambda item: -sum(item[1]))[:width]
        total = sum(best[0][1])  # the best becomes 1: no underflow, however many steps
        lines = {line: (a / total, b / total) for line, (a, b) in best}
        scale += np.log(total)
    return [(line, scale + np.log(sum(both))) for line, both in lines.items()]


def _grow(grown: dict, line: tuple, in_blank: float, in_label: float, now: list, blank: int):
    """Add to `grown` the extensions of a label sequence at a step with class probabilities
    `now`.
    """
    either = in_blank + in_label
    for c, p in enumerate(now):
        if c == blank:
            _add(grown, line, either * p, 0.0)
        elif line and c == line[-1]:
            _add(grown, line, 0.0, in_label * p)
            _add(grown, (*line, c), 0.0, in_blank * p)
        else:
            _add(grown, (*line, c), 0.0, either * p)


def _add(grown: dict, line: tuple, in_blank: float, in_label: float) -> None:
    a, b = grown.get(line, (0.0, 0.0))
    if in_blank or in_label:
        grown[line] = (a + in_blank, b + in_label)
