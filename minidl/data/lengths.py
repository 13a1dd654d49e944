"""How many elements a method of a Dataset leaves. Sizes are numbers of elements, or -1 for data
without an end, or -2 if only a loop tells.
"""

from __future__ import annotations

import operator

INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


def batched(size: int, n: int, drop_remainder: bool) -> int:
    """After batch(n)."""
    whole, rest = divmod(size, n)
    return size if size < 0 else whole + (rest > 0 and not drop_remainder)


def first(size: int, n: int) -> int:
    """After take(n)."""
    if size == UNKNOWN_CARDINALITY:
        return size
    return n if size == INFINITE_CARDINALITY else min(n, size)


def without_first(size: int, n: int) -> int:
    return size if size < 0 else max(size - n, 0)


def repeated(size: int, n: int) -> int:
    """After repeat(n), -1 meaning for ever."""
    if size == 0 or n == 0:
        return 0
    if n == -1:
        return INFINITE_CARDINALITY
    return size if size < 0 else size * n


def sharded(size: int, n: int, index: int) -> int:
    return size if size < 0 else len(range(index, size, n))


def windowed(size: int, reach: int, shift: int, drop_remainder: bool) -> int:
    """Windows that begin `shift` apart; `reach`: steps from the first element of one to behind its
    last.
    """
    if size < 0:
        return size
    return max(0, (size - reach) // shift + 1) if drop_remainder else -(-size // shift)


def one_after_the_other(a: int, b: int) -> int:
    """After concatenate."""
    for special in (INFINITE_CARDINALITY, UNKNOWN_CARDINALITY):
        if special in (a, b):
            return special
    return a + b


def shortest(sizes) -> int:
    """After zip, which ends with the first that ends."""
    sizes = list(sizes)
    if UNKNOWN_CARDINALITY in sizes:
        return UNKNOWN_CARDINALITY
    return min((n for n in sizes if n >= 0), default=INFINITE_CARDINALITY)


def count(name: str, value, least: int) -> int:
    """A whole number, also as a tensor; ValueError naming the argument otherwise."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or isinstance(value, bool):
        raise ValueError(f"{name} is a whole number of at least {least}; received {value!r}.")
    return number
