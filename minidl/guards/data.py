"""Data that a network cannot learn from, or not well: said before training starts."""

from __future__ import annotations

import math

import numpy as np

from ..support.structures import leaves
from ..support.warning import warn


def check_inputs(x, takes_raw: bool) -> None:
    """ValueError if an array of x holds nan or inf; a warning if its numbers are far from the size
    that networks learn well with.

    x: an array, or a structure of arrays. takes_raw: True for models that begin with a layer made
    for raw numbers (Embedding, Rescaling, Normalization).
    """
    for array in leaves(x):
        if array.dtype.kind == "f" and not _all_finite(array):
            raise ValueError(_where_not_finite(array))
        if not takes_raw and array.size:
            _check_range(array)


def _where_not_finite(x: np.ndarray) -> str:
    """How many numbers are nan or inf, and where the first one stands."""
    row = next(i for i in range(len(x)) if not np.isfinite(x[i]).all())
    sample = np.atleast_1d(x[row])
    where = tuple(int(i) for i in np.argwhere(~np.isfinite(sample))[0])
    count = int(np.sum(~np.isfinite(x)))
    kind = "NaN" if np.isnan(sample[where]) else "infinite"
    place = where[0] if len(where) == 1 else where
    column = f" col {place}" if x.ndim > 1 else ""
    return (
        f"x contains {count} NaN or infinite value{'s' * (count > 1)}; the first is {kind}, at row "
        f"{row}{column}. Remove or replace them, e.g. np.nan_to_num(x)."
    )


def _check_range(x: np.ndarray) -> None:
    sample = x[:: max(1, len(x) // 1000)]
    low, high = float(sample.min()), float(sample.max())
    if not (x.dtype == np.uint8 and high > 1) and max(-low, high) <= 50:
        return
    like_images = x.dtype.kind != "f" or x.ndim > 2 or x.shape[-1] >= 64
    cure = "(x - x.mean(axis=0)) / x.std(axis=0)"
    if low >= 0 and high <= 255 and like_images:
        cure = "x / 255.0"
    wrapping = ""
    if x.dtype == np.uint8:
        wrapping = " (Divide before you subtract: in uint8, 100 - 128 is 228.)"
    warn(
        f"The inputs range {low:g}..{high:g}; networks train best with numbers near 0..1: {cure}."
        f"{wrapping}"
    )


def _all_finite(x: np.ndarray, chunk: int = 1 << 17) -> bool:
    """Piece by piece, so that nothing large is made; a sum is finite if everything in it is (and
    overflow is checked).
    """
    rows = max(1, chunk // max(1, x[:1].size))
    pieces = (x[start : start + rows] for start in range(0, len(x), rows))
    return all(math.isfinite(piece.sum()) or np.isfinite(piece).all() for piece in pieces)


def check_unseen_labels(y: np.ndarray, y_tail: np.ndarray) -> None:
    """Warn if the validation part has classes that training will never see: data sorted by class,
    split at the tail.
    """
    if y is None or y.ndim > 2:
        return
    unseen = np.setdiff1d(_classes(y_tail), _classes(y))
    if unseen.size:
        shown = ", ".join(str(c) for c in unseen[:10])
        warn(
            "validation_split takes the last samples, before shuffling, and they hold classes "
            f"never seen in training: {shown}. Shuffle the data once: "
            "i = np.random.permutation(len(x)); x, y = x[i], y[i]."
        )


def _classes(y: np.ndarray) -> np.ndarray:
    return y.argmax(-1) if y.ndim == 2 and y.shape[1] > 1 else y.ravel()
