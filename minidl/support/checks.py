"""Checks of arguments: a clear error that names the argument and the value. Also a wrapper that
calls a function again after an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np


def check_number(
    name: str,
    value,
    low: float = -math.inf,
    high: float = math.inf,
    open_below: bool = False,
    open_above: bool = True,
) -> float:
    """Return the value as a finite number from low to high. ValueError, naming the argument,
    otherwise.

    open_below, open_above: whether the limit itself is excluded.
    """
    if getattr(value, "shape", None) == ():  # an array or a Tensor of one number
        value = value.item()
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, np.number))
        or not math.isfinite(value)
        or not low <= value <= high
        or (open_below and value == low)
        or (open_above and value == high)
    ):
        wanted = _described(low, high, open_below, open_above)
        raise ValueError(f"{name} must be a {wanted}; received {value!r}.")
    return float(value)


def _described(low: float, high: float, open_below: bool, open_above: bool) -> str:
    """Describe the limits in words: 'number of at least 0 and below 1'."""
    limits = []
    if low != -math.inf:
        limits.append(f"{'above' if open_below else 'of at least'} {low:g}")
    if high != math.inf:
        limits.append(f"{'below' if open_above else 'at most'} {high:g}")
    return f"number {' and '.join(limits)}" if limits else "finite number"


def check_count(name: str, value, least: int = 1) -> int:
    """Return `value` if it is a whole number of at least `least`. ValueError, naming the argument,
    otherwise.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}; received {value!r}.")
    return int(value)


def is_number(value) -> bool:
    """Whether this is one real number, also as an array or tensor. True and False are not
    numbers.
    """
    if getattr(value, "shape", None) == () and not isinstance(value, np.generic):
        value = value.item()
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def check_flag(name: str, value) -> bool:
    """Return `value` if it is True or False. TypeError, naming the argument, otherwise."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is True or False; received {value!r}.")
    return bool(value)


def is_ours(method) -> bool:
    """Whether a method belongs to minidl, not to a class of the user."""
    return str(method.__module__).partition(".")[0] == __name__.partition(".")[0]


def retried(today: Callable, again: Callable[[Exception, tuple, dict], Any]) -> Callable:
    """Wrap a function: if it raises TypeError or ValueError, call again(error, args, kwargs).

    `again` returns a function without arguments to call instead, or None to raise the error. A call
    without an error costs nothing more.
    """

    @wraps(today)
    def called(*args, **kwargs):
        try:
            return today(*args, **kwargs)
        except (TypeError, ValueError) as error:
            instead = again(error, args, kwargs)
            if instead is None:
                raise
        return instead()

    return called
