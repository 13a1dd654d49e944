"""Loops and branches under Keras's names. They run as Python code, and every operation is
recorded.
"""

from __future__ import annotations

import itertools
from typing import Any

from ..support.structures import leaves, tree_map
from .arranging import stack
from .base import convert_to_tensor, on_symbols

__all__ = ["cond", "fori_loop", "map", "scan", "vectorized_map", "while_loop"]


def cond(pred, true_fn, false_fn):
    return true_fn() if pred else false_fn()


def fori_loop(lower, upper, body_fun, init_val):
    """Compute value = body_fun(i, value) for each i from lower to upper - 1. Returns the last
    value.
    """
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(i, value)
    return value


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Compute loop_vars = body(*loop_vars) while cond(*loop_vars) is True. A single value may
    replace a list of one.
    """
    several = isinstance(loop_vars, (tuple, list))
    for _ in itertools.count() if maximum_iterations is None else range(int(maximum_iterations)):
        if not (cond(*loop_vars) if several else cond(loop_vars)):
            break
        loop_vars = body(*loop_vars) if several else body(loop_vars)
        if several and not isinstance(loop_vars, (tuple, list)):
            loop_vars = (loop_vars,)
    return loop_vars


@on_symbols
def scan(f, init, xs=None, length=None, reverse=False, unroll=1) -> tuple:
    """Compute carry, y = f(carry, x) for each x along the first axis of xs. Returns the last carry
    and all y, stacked.

    xs: a tensor or a structure of tensors; None: f gets None, `length` times. reverse: from the
    last x to the first.
    """
    rows, ys, carry = _rows(xs, length, "scan"), [], init
    for x in reversed(rows) if reverse else rows:
        carry, y = f(carry, x)
        ys.append(y)
    return carry, _stacked(ys[::-1] if reverse else ys)


@on_symbols
def map(f, xs):
    """Apply f to each entry along the first axis of xs (a tensor or a structure of tensors).
    Returns the results, stacked.
    """
    return _stacked([f(x) for x in _rows(xs, None, "map")])


@on_symbols
def vectorized_map(function, elements):
    """Compute `map`."""
    return _stacked([function(x) for x in _rows(elements, None, "vectorized_map")])


def _rows(xs, length, name) -> list[Any]:
    """List the structures of the first entries, of the second entries, ..."""
    if xs is None:
        if length is None:
            raise ValueError(f"{name}: pass xs, or a length.")
        return [None] * int(length)
    xs = tree_map(convert_to_tensor, xs)
    lengths = sorted(
        {len(x) for x in leaves(xs)} | ({int(length)} if length is not None else set())
    )
    if len(lengths) != 1:
        raise ValueError(
            f"{name}: all of xs have the same length along the first axis (and `length`, if "
            f"given); received {lengths}."
        )
    return [tree_map(lambda x, i=i: x[i], xs) for i in range(lengths[0])]


def _stacked(values: list):
    if not values:
        raise ValueError("There is nothing to stack: xs has no entries along its first axis.")
    if values[0] is None:
        return None
    return tree_map(lambda *each: stack(each), values[0], *values[1:])
