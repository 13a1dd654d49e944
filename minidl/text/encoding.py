"""Encodings of categories: the numbers themselves, or rows with one column for each category. Used
by the layers of categories.py and lookup.py.
"""

from __future__ import annotations

import itertools

import numpy as np

from ..support.arrays import as_array
from ..support.registry import did_you_mean

_OLDER = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def check_mode(owner: str, mode, known: tuple) -> str:
    """Return the current name of the output mode. ValueError, naming the owner, if it is not in
    `known`.
    """
    mode = _OLDER.get(mode, mode) if isinstance(mode, str) else mode
    if mode not in known:
        raise ValueError(
            f"{owner}: output_mode is one of {', '.join(map(repr, known))}; received {mode!r}."
            f"{did_you_mean(str(mode), known)}"
        )
    return mode


def encode(places: np.ndarray, mode: str, depth: int) -> np.ndarray:
    """Encode whole numbers 0 .. depth-1 as rows of `depth` columns; other numbers are ignored.

    mode: 'int' returns them unchanged. 'one_hot' creates one row for each number; it replaces a
    last axis of size 1 or is a new last axis. 'multi_hot' and 'count' create one row for all
    numbers along the last axis: whether each occurs, or how often.
    """
    if mode == "int":
        return places
    places = np.atleast_1d(places)
    if mode == "one_hot":
        places = places[..., 0] if places.ndim > 1 and places.shape[-1] == 1 else places
        if not places.size:
            return np.zeros((*places.shape, depth), bool)
        return places[..., None] == np.arange(depth)
    places = np.moveaxis(places, min(1, places.ndim - 1), -1)
    samples = (
        places.reshape(-1, places.shape[-1])
        if places.size
        else np.zeros((int(np.prod(places.shape[:-1])), 0), np.int64)
    )
    known = (samples >= 0) & (samples < depth)
    cells = np.nonzero(known)[0] * depth + samples[known]  # the table read row by row
    table = np.bincount(cells, minlength=len(samples) * depth).reshape(*places.shape[:-1], depth)
    return table > 0 if mode == "multi_hot" else table


# --- reading what a layer was given
# ----------------------------------------------------------------------------------


def batches(data, steps: int | None = None):
    """Yield the data for `adapt` in pieces. An array or a list is one piece, anything else is
    iterated over.
    """
    if isinstance(data, (str, bytes, list, tuple)) or hasattr(data, "__array__"):
        return [data]
    if not hasattr(data, "__iter__"):
        raise TypeError(
            f"adapt takes an array, a list, or batches one after another; received "
            f"{type(data).__name__}."
        )
    return itertools.islice(data, steps)


def strings(x, owner: str, encoding: str = "utf-8") -> np.ndarray:
    """Return an array of str objects from a str, a list, an array or a column of a table.
    TypeError, naming the owner, for anything else.
    """
    array = np.array(x, dtype=object) if isinstance(x, (str, bytes, list, tuple)) else np.asarray(x)
    if array.dtype.kind in "biufc":
        raise TypeError(
            f"{owner} takes strings; received numbers of dtype {array.dtype}. Whole numbers are "
            f"looked up by IntegerLookup."
        )
    flat = [
        v.decode(encoding) if isinstance(v, bytes) else v
        for v in array.astype(object).ravel().tolist()
    ]
    wrong = [v for v in flat if not isinstance(v, str)]
    if wrong:
        rows = isinstance(wrong[0], (list, tuple, np.ndarray))
        cure = (
            " The rows must all have one length."
            if rows
            else " If a value is missing, put a string in its place, such as ''."
        )
        raise TypeError(
            f"{owner} takes strings; received a {type(wrong[0]).__name__} among them.{cure}"
        )
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(array.shape)


def numbers(x, owner: str) -> np.ndarray:
    """Return an array of numbers; whole ones stay whole. TypeError, naming the owner, for
    strings.
    """
    try:
        return np.asarray(x) if isinstance(x, int) else as_array(x, keep_ints=True)
    except TypeError:
        raise TypeError(
            f"{owner} takes numbers; received strings or objects. StringLookup makes whole "
            f"numbers of strings: "
            "x = StringLookup(vocabulary=...)(strings)."
        ) from None


def whole_numbers(x, owner: str) -> np.ndarray:
    """Return an array of int64. ValueError for fractions."""
    array = np.asarray(x)
    if array.dtype.kind == "f" and (array != np.floor(array)).any():
        raise ValueError(f"{owner} takes whole numbers, one for each category; received fractions.")
    return array.astype(np.int64)
