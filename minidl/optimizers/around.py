"""What stands around an update: clip the gradients and decay the weights before it, average the
weights after it, gather several gradients for one update, and clear numbers too small to matter.

Each function gets what it needs and changes arrays in place; none knows an optimizer.
"""

from __future__ import annotations

import math

import numpy as np

from ..support.processes import here


def clip(grads: list, value=None, norm=None, global_norm=None) -> list:
    """The gradients, cut by the limit that is given, if one is."""
    if value:
        return clip_by_value(grads, value)
    if norm:
        return clip_by_norm(grads, norm)
    return clip_by_global_norm(grads, global_norm) if global_norm else grads


def clip_by_value(grads: list, limit: float) -> list:
    """Each entry moved into [−limit, limit]."""
    return [g if g is None else np.clip(g, -limit, limit) for g in grads]


def clip_by_norm(grads: list, limit: float) -> list:
    """Each gradient shortened to the limit, where it is longer."""
    return [g if g is None else g * shortening([g], limit) for g in grads]


def clip_by_global_norm(grads: list, limit: float) -> list:
    """All gradients shortened by one factor, if together they are longer than the limit."""
    factor = shortening([g for g in grads if g is not None], limit)
    return [g if g is None else g * factor for g in grads]


def shortening(grads: list, limit: float) -> float:
    """min(1, limit/‖grads‖)"""
    return min(1.0, limit / max(norm(grads), 1e-30))


def norm(grads: list) -> float:
    """√Σg² over all entries of all gradients, in float64: in float32 squares overflow at 2e19."""
    return math.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in grads))


def decay(variables, grads: list, factor: float, left_out=(), words=()) -> None:
    """w ← factor·w, for variables that have a gradient. left_out: variables that do not decay, nor
    do those whose name contains one of the words.
    """
    for v, g in zip(variables, grads):
        if decays(v, g, left_out, words):
            w = v.array
            w *= factor


def decays(variable, g, left_out=(), words=()) -> bool:
    """Whether a variable decays: it has a gradient, and nobody left it out."""
    named = any(word in variable.name for word in words)
    return g is not None and not named and not any(variable is other for other in left_out)


def average(averages, variables, keep: float) -> None:
    """a ← keep·a + (1 − keep)·w; with keep = 0 the averages begin as the weights."""
    for a, v in zip(averages, variables):
        a.array[...] = v.array if keep == 0 else a.array + (1 - keep) * (v.array - a.array)


def gather(sums, grads: list, variables) -> None:
    """Add the gradients of one more batch to the sums."""
    for total, g, v in zip(sums, grads, variables):
        if g is not None:
            total.array[...] = _added(total.array, g, v)


def means(sums, grads: list, count: int, variables) -> list:
    """The mean gradients of `count` batches, of which `grads` is the last; None if none had one."""
    return [_mean(total.array, g, count, v) for total, g, v in zip(sums, grads, variables)]


def _mean(total, g, count, variable):
    if g is None and not total.any():
        return None
    total = total if g is None else _added(total, g, variable)
    return total if variable.overwrite_with_gradient else total / count


def _added(total, g, variable):
    return np.maximum(total, g) if variable.overwrite_with_gradient else total + g


def of_whole_batch(grads: list, variables) -> list:
    """The gradients; if processes share the batch, those of all of it."""
    return grads if here.share is None else here.share.averaged(grads, variables)


def overwrite(variables, grads: list) -> list:
    """Put gradients in the place of the variables marked overwrite_with_gradient; the gradients of
    the others, None for those.
    """
    for v, g in zip(variables, grads):
        if g is not None and v.overwrite_with_gradient:
            v.assign(g)
    return [None if v.overwrite_with_gradient else g for v, g in zip(variables, grads)]


def unscaled(grads: list, variables, factor: float) -> list:
    """The gradients divided by the factor that the loss was multiplied by, but for those that take
    the place of their variables.
    """
    return [
        g if g is None or v.overwrite_with_gradient else g / factor
        for g, v in zip(grads, variables)
    ]


def clear(variables) -> None:
    """Set the variables to 0."""
    for v in variables:
        v.array[...] = 0


def clear_traces(rows) -> None:
    """Set entries below 1e-30 to 0.

    A fading mean of gradients that have become 0 shrinks step by step, until the numbers are
    denormal (below 1e-38), where it stays for ever; with these some processors compute many times
    slower. Beside an ε of 1e-7, 1e-30 is nothing.
    """
    for row in rows:
        for array in row:
            if array is not None:
                array[np.abs(array) < 1e-30] = 0
