"""Functions that an optimizer calls before and after an update: they clip gradients, decay weights,
average weights, sum the gradients of several batches, and set tiny numbers to 0.

Each function receives arrays or variables and changes them in place. It does not use the optimizer.
"""

from __future__ import annotations

import math

import numpy as np

from ..support.processes import here


def clip(grads: list, value=None, norm=None, global_norm=None) -> list:
    """Return the gradients, clipped by the one limit that is given. Without a limit they are
    unchanged.
    """
    if value:
        return clip_by_value(grads, value)
    if norm:
        return clip_by_norm(grads, norm)
    return clip_by_global_norm(grads, global_norm) if global_norm else grads


def clip_by_value(grads: list, limit: float) -> list:
    """Return the gradients with each entry clipped to [−limit, limit]."""
    return [g if g is None else np.clip(g, -limit, limit) for g in grads]


def clip_by_norm(grads: list, limit: float) -> list:
    """Return the gradients; each one with a norm above the limit is scaled down to the limit."""
    return [g if g is None else g * shortening([g], limit) for g in grads]


def clip_by_global_norm(grads: list, limit: float) -> list:
    """Return the gradients, all multiplied by one factor if their norm is above the limit."""
    factor = shortening([g for g in grads if g is not None], limit)
    return [g if g is None else g * factor for g in grads]


def shortening(grads: list, limit: float) -> float:
    """min(1, limit/‖grads‖)"""
    return min(1.0, limit / max(norm(grads), 1e-30))


def norm(grads: list) -> float:
    """√Σg² over all entries of all gradients, in float64: in float32 squares overflow at 2e19."""
    return math.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in grads))


def decay(variables, grads: list, factor: float, left_out=(), words=()) -> None:
    """w ← factor·w, for variables that have a gradient. left_out: variables that do not decay.
    words: a variable whose name contains one of these words does not decay either.
    """
    for v, g in zip(variables, grads):
        if decays(v, g, left_out, words):
            w = v.array
            w *= factor


def decays(variable, g, left_out=(), words=()) -> bool:
    """Whether a variable decays: it has a gradient, and it is not excluded."""
    named = any(word in variable.name for word in words)
    return g is not None and not named and not any(variable is other for other in left_out)


def average(averages, variables, keep: float) -> None:
    """a ← keep·a + (1 − keep)·w. With keep = 0 the averages start as the weights."""
    for a, v in zip(averages, variables):
        a.array[...] = v.array if keep == 0 else a.array + (1 - keep) * (v.array - a.array)


def gather(sums, grads: list, variables) -> None:
    """Add the gradients of one batch to the sums."""
    for total, g, v in zip(sums, grads, variables):
        if g is not None:
            total.array[...] = _added(total.array, g, v)


def means(sums, grads: list, count: int, variables) -> list:
    """Return the mean gradients of `count` batches; `grads` are those of the last batch. A variable
    without a gradient in any batch gets None.
    """
    return [_mean(total.array, g, count, v) for total, g, v in zip(sums, grads, variables)]


def _mean(total, g, count, variable):
    if g is None and not total.any():
        return None
    total = total if g is None else _added(total, g, variable)
    return total if variable.overwrite_with_gradient else total / count


def _added(total, g, variable):
    return np.maximum(total, g) if variable.overwrite_with_gradient else total + g


def of_whole_batch(grads: list, variables) -> list:
    """Return the gradients of the whole batch, if processes share it; otherwise the gradients."""
    return grads if here.share is None else here.share.averaged(grads, variables)


def overwrite(variables, grads: list) -> list:
    """Assign the gradients of variables marked overwrite_with_gradient to these variables. Returns
    the gradients of the other variables, and None for the marked ones.
    """
    for v, g in zip(variables, grads):
        if g is not None and v.overwrite_with_gradient:
            v.assign(g)
    return [None if v.overwrite_with_gradient else g for v, g in zip(variables, grads)]


def unscaled(grads: list, variables, factor: float) -> list:
    """Return the gradients divided by the factor that the loss was multiplied by. Gradients that
    replace the values of their variables stay unchanged.
    """
    return [
        g if g is None or v.overwrite_with_gradient else g / factor
        for g, v in zip(grads, variables)
    ]


LARGE, PIECE = 1 << 17, 1 << 15  # numbers in an array


def in_pieces(update, w: np.ndarray, g: np.ndarray, lr: float, *slots: np.ndarray) -> None:
    """Call update(w, g, lr, *slots), for large arrays some rows at a time.

    An update reads and writes its arrays about ten times. Large ones do not fit in the processor's
    cache, and come from the memory each time. Pieces of them fit, which saves a tenth to a third of
    the time.
    """
    if w.size <= LARGE:
        update(w, g, lr, *slots)
        return
    rows = max(1, PIECE * len(w) // w.size)
    for start in range(0, len(w), rows):
        piece = slice(start, start + rows)
        update(w[piece], g[piece], lr, *[slot[piece] for slot in slots])


def clear(variables) -> None:
    """Set the variables to 0."""
    for v in variables:
        v.array[...] = 0


def clear_traces(rows) -> None:
    """Set entries below 1e-30 to 0.

    A fading mean of gradients that have become 0 shrinks step by step, until its numbers are
    denormal (below 1e-38) and stay denormal for ever. Some processors compute many times slower
    with such numbers. 1e-30 is too small to matter beside an ε of 1e-7.
    """
    for row in rows:
        for array in row:
            if array is not None:
                array[np.abs(array) < 1e-30] = 0
