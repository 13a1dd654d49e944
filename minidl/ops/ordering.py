"""Functions of the order of entries: largest entries and their positions, sorting, quantiles."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .arranging import moveaxis, transpose
from .base import convert_to_tensor, floats, from_front, on_symbols, step, whole
from .comparing import greater, isfinite, logical_and
from .picking import take_along_axis
from .reducing import all, count_nonzero

__all__ = [
    "argmax",
    "argmin",
    "argsort",
    "in_top_k",
    "median",
    "percentile",
    "quantile",
    "searchsorted",
    "sort",
    "top_k",
]


@on_symbols
def argmax(x, axis=None, keepdims=False):
    """The position of the largest entry along `axis` (the first of several). Without an axis, the
    position in the flattened x.
    """
    return step(partial(np.argmax, axis=axis, keepdims=keepdims), x).astype("int32")


@on_symbols
def argmin(x, axis=None, keepdims=False):
    """The position of the smallest entry along `axis` (the first of several). Without an axis, the
    position in the flattened x.
    """
    return step(partial(np.argmin, axis=axis, keepdims=keepdims), x).astype("int32")


def argsort(x, axis: Any = -1):
    """The positions of the entries from the smallest to the largest; equal ones keep their order.
    axis=None: of the flattened x.
    """
    return step(partial(np.argsort, axis=axis, kind="stable"), x).astype("int32")


def sort(x, axis: Any = -1):
    """The entries in ascending order. Gradients pass to the entries."""
    x = convert_to_tensor(x)
    return take_along_axis(x, argsort(x, axis), axis)


@on_symbols
def top_k(x, k, sorted=True) -> tuple:
    """Return the k largest entries of each row and their positions, the largest first. sorted has
    no effect: they are always sorted.
    """
    x = convert_to_tensor(x)
    if not 0 <= k <= x.shape[-1]:
        raise ValueError(
            f"top_k: k is between 0 and the {x.shape[-1]} entries of a row; received {k}."
        )
    # reversed twice: of equal entries the first comes first
    positions = argsort(x[..., ::-1])[..., ::-1][..., :k]
    positions = x.shape[-1] - 1 - positions
    return take_along_axis(x, positions, -1), positions


@on_symbols
def in_top_k(targets, predictions, k):
    """Whether in each row of predictions the target's entry is among the k largest. An entry equal
    to the k-th largest counts.
    """
    predictions, targets = (
        convert_to_tensor(predictions).detach(),
        whole(targets, "in_top_k: targets"),
    )
    own = take_along_axis(predictions, targets[..., None], -1)
    ahead = greater(predictions, own)
    return logical_and(step(np.less, count_nonzero(ahead, -1), k), all(isfinite(own), -1))


def median(x, axis=None, keepdims=False):
    return quantile(x, 0.5, axis, keepdims=keepdims)


@on_symbols
def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a fraction q of the entries lies. Several q create a new first axis.

    method: the value between two entries: 'linear' interpolates, 'lower', 'higher', 'nearest' take
    one of them, 'midpoint' their mean.
    """
    x, q = floats(x), np.asarray(q, np.float64)
    if q.ndim > 1 or np.any(q < 0) or np.any(q > 1):
        raise ValueError(
            f"quantile: q is a number between 0 and 1, or a list of them; received {q.tolist()}."
        )
    given = range(x.ndim) if axis is None else np.atleast_1d(axis)
    axes = [from_front(a, x.ndim) for a in given]
    rows = sort(_as_rows(x, axes))
    place = q * (rows.shape[-1] - 1)
    low, high = (f(place).astype(int) for f in (np.floor, np.ceil))
    share = np.asarray(_share(method, place - low), x.dtype)
    result = rows[..., low] + (rows[..., high] - rows[..., low]) * share
    result = moveaxis(result, -1, 0) if q.ndim else result
    if not keepdims:
        return result
    return result.reshape([*q.shape, *(1 if a in axes else n for a, n in enumerate(x.shape))])


def _as_rows(x, axes):
    """Combine these axes to one last axis."""
    kept = [a for a in range(x.ndim) if a not in axes]
    return transpose(x, [*kept, *axes]).reshape([*(x.shape[a] for a in kept), -1])


def _share(method: str, way):
    """The weight of the higher of two entries. way: the position between them, 0 to 1."""
    shares = {
        "linear": way,
        "lower": 0 * way,
        "higher": 0 * way + 1,
        "midpoint": 0 * way + 0.5,
        "nearest": np.round(way),
    }
    if method not in shares:
        raise ValueError(f"quantile: method is one of {', '.join(shares)}; received {method!r}.")
    return shares[method]


def percentile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which q percent of the entries lie: `quantile` of q/100."""
    q = np.asarray(q, np.float64)
    if not np.all((q >= 0) & (q <= 100)):
        raise ValueError(
            f"percentile: q is a number between 0 and 100, or a list of them; received "
            f"{q.tolist()}."
        )
    return quantile(x, q / 100, axis, method, keepdims)


def searchsorted(sorted_sequence, values, side="left"):
    """The position of each value in a sorted sequence: the number of entries that are smaller
    ('left'), or not larger ('right').
    """
    search: Any = partial(np.searchsorted, side=side)  # pyright: ignore[reportCallIssue]
    return step(search, sorted_sequence, values).astype("int32")
