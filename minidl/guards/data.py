"""Checks before training for data that a network cannot learn from, or learns from badly."""

from __future__ import annotations

import math

import numpy as np

from ..support.structures import paths
from ..support.warning import warn

_PIECE = 1 << 17  # numbers that are added up at once


def check_inputs(x, takes_raw: bool, columns=None) -> None:
    """Raise ValueError if x holds nan or inf, or has no numbers in a sample. Warn if its numbers
    are much larger or smaller than networks learn well with.

    x: an array, or a structure of arrays. takes_raw: True for models that begin with a layer for
    unscaled numbers (Embedding, Rescaling, Normalization). columns: the column names of a data
    frame.
    """
    for path, array in paths(x):
        name = name_of("x", path)
        if not math.prod(array.shape[1:]):
            raise ValueError(
                f"{name} has shape {array.shape}: its samples hold no numbers, so there is "
                "nothing to learn from. Check how it was made, such as the list of columns."
            )
        check_finite(name, array, columns)
        if not takes_raw and array.size and array.dtype.kind in "biuf":
            _check_range(array)


def name_of(name: str, path: tuple) -> str:
    """Return 'x' and the position in it: x['age']."""
    return name + "".join(f"[{key!r}]" for key in path)


def check_finite(name: str, values: np.ndarray, columns=None) -> None:
    """Raise ValueError if an array holds nan or inf: their number, the position of the first, the
    cure.
    """
    if values.dtype.kind == "f" and not _all_finite(values):
        raise ValueError(f"{not_finite(name, values, columns)} {_cure(name, values, columns)}")


def not_finite(name: str, x: np.ndarray, columns=None) -> str:
    """Describe how many numbers are nan or inf, and the position of the first one."""
    row = next(i for i in range(len(x)) if not np.isfinite(x[i]).all())
    sample = np.atleast_1d(x[row])
    where = tuple(int(i) for i in np.argwhere(~np.isfinite(sample))[0])
    count = int(np.sum(~np.isfinite(x)))
    kind = "NaN" if np.isnan(sample[where]) else "infinite"
    place = where[0] if len(where) == 1 else where
    column = f" col {place}" if x.ndim > 1 else ""
    if columns is not None and x.shape[1:] == (len(columns),):
        bad = [str(c) for c, values in zip(columns, x.T) if not np.isfinite(values).all()]
        column += f" (the columns {', '.join(map(repr, bad))} have such values)"
    return (
        f"{name} contains {count} NaN or infinite value{'s' * (count > 1)}; the first is {kind}, "
        f"at row {row}{column}."
    )


def _cure(name: str, values: np.ndarray, columns) -> str:
    if columns is not None:
        return "Fill them, frame.fillna(frame.median()), or leave these rows out, frame.dropna()."
    if name.startswith("x"):
        return "Remove or replace them, e.g. np.nan_to_num(x)."
    ok = "np.isfinite(y)" if values.ndim == 1 else "np.isfinite(y).all(axis=-1)"
    return f"Leave these samples out: ok = {ok.replace('y', name.split('[')[0])}; x[ok], y[ok]."


def check_weights(weights) -> None:
    """Raise ValueError for sample weights that are nan or inf. Warn if all are 0, or some are
    negative.
    """
    given = [
        (name_of("sample_weight", p), a) for p, a in paths(weights) if np.size(a) and a is not None
    ]
    for name, array in given:
        check_finite(name, array)
        if array.min() < 0:
            warn(
                f"{name} goes below 0, to {array.min():g}: training makes the loss of such samples "
                "larger. To leave samples out, give them the weight 0."
            )
    if given and not any(array.any() for _, array in given):  # one output alone may be left out
        warn("All of sample_weight is 0, so no sample counts, and nothing is learned from them.")


def check_classes(y: np.ndarray, weights: dict) -> None:
    """Warn if class_weight names classes that y does not have."""
    there = set(_classes(y).astype(int).tolist())
    absent = [str(c) for c in weights if int(c) not in there]
    if absent:
        warn(
            f"class_weight names {', '.join(absent[:5])}{', ...' * (len(absent) > 5)}, and y has "
            f"no such class: its classes run {min(there)}..{max(there)}."
        )


def _check_range(x: np.ndarray) -> None:
    sample = x[:: max(1, len(x) // 1000)]
    low, high = float(sample.min()), float(sample.max())
    if not (x.dtype == np.uint8 and high > 1) and max(-low, high) <= 50:
        return
    like_images = x.dtype.kind != "f" or x.ndim > 2 or math.prod(x.shape[1:]) >= 64
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


def _all_finite(x: np.ndarray) -> bool:
    """Whether all numbers are finite. Checks sums of pieces, without large temporary arrays: a sum
    is finite only if each of its terms is (overflow is checked separately).
    """
    rows = max(1, _PIECE // max(1, x[:1].size))
    pieces = (x[start : start + rows] for start in range(0, len(x), rows))
    with np.errstate(over="ignore", invalid="ignore"):
        return all(math.isfinite(piece.sum()) or np.isfinite(piece).all() for piece in pieces)


def check_unseen_labels(y: np.ndarray, y_tail: np.ndarray) -> None:
    """Warn if the validation part has classes that the training part lacks: the data were sorted by
    class and split at the end.
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
    return y.argmax(1) if y.ndim == 2 and y.shape[1] > 1 else y.ravel()
