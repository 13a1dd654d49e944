"""Converts data to arrays whose first axis counts the samples. Counts, splits and weights
samples.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from ..support.arrays import as_array
from ..support.structures import is_nested, leaves, paths, tree_map


def samples(value, name: str, several: bool = True, texts: bool = False) -> Any:
    """Convert data to an array whose first axis counts the samples. Accepts lists, tensors and data
    frames.

    several: whether a list or tuple of arrays stands for several inputs or outputs and stays a
    list; a dict always does. name: 'x' or 'y', for the error, which names the argument and the cure
    but never prints the data. texts: whether arrays of strings are accepted too.
    """
    if isinstance(value, dict):
        return {k: samples(v, f"{name}[{k!r}]", texts=texts) for k, v in value.items()}
    if (
        isinstance(value, (list, tuple))
        and value
        and all(map(_is_array, value))
        and (several or len(value) == 1)
    ):
        return (
            type(value)([samples(v, f"{name}[{i}]", texts=texts) for i, v in enumerate(value)])
            if several
            else samples(value[0], name, texts=texts)
        )
    try:
        array = as_array(value, keep_ints=name != "x")
    except (TypeError, ValueError) as error:
        check_columns(name, value)
        array = np.asarray(value) if texts and isinstance(error, TypeError) else np.array(0.0)
        if array.dtype.kind not in "OUST":
            raise type(error)(f"{name}: {error}") from None
    if array.ndim == 0:
        raise ValueError(
            f"{name} is a single number; expected an array whose first axis counts the samples."
        )
    return array


def check_columns(name: str, frame) -> None:
    """Raise TypeError, with their names, if a data frame has columns that are not numbers."""
    texts, missing = [], []
    for column in getattr(frame, "columns", ()):
        values = np.asarray(frame[column])
        try:
            as_array(values)
        except (TypeError, ValueError):
            is_text = any(isinstance(v, (str, bytes)) for v in values.ravel().tolist())
            (texts if is_text else missing).append(repr(column))
    if texts:
        raise TypeError(
            f"{name} is a data frame whose columns {', '.join(texts)} hold text. Turn them into "
            "numbers, pandas.get_dummies(frame), or leave them out, frame.drop(columns=[...])."
        )
    if missing:
        raise TypeError(
            f"{name} is a data frame whose columns {', '.join(missing)} hold missing values or "
            "other objects in the place of numbers. Fill them, frame.fillna(0), or leave these "
            "rows out, frame.dropna()."
        )


def _is_array(value) -> bool:
    return isinstance(value, dict) or bool(getattr(value, "shape", ()))


def rows(part, chosen):
    """Return the chosen rows of an array, or of each array in a structure; None stays None."""
    if type(part) is np.ndarray:
        return part[chosen]
    return None if part is None else tree_map(lambda a: np.asarray(a[chosen]), part)


def count_samples(structure) -> int:
    """Return the number of samples in the first array of a structure."""
    return len(leaves(structure)[0]) if is_nested(structure) else len(structure)


def check_same_length(**arrays) -> int:
    """Return the common number of samples of x, y and sample_weight. ValueError if they differ."""
    lengths = {
        _name(name, path): len(a)
        for name, part in arrays.items()
        if part is not None
        for path, a in paths(part)
    }
    if len(set(lengths.values())) > 1:
        raise ValueError(
            "The number of samples differs: "
            + ", ".join(f"{name} has {n} samples" for name, n in lengths.items())
            + "."
        )
    return next(iter(lengths.values()))


def _name(name: str, path: tuple) -> str:
    return name + "".join(f"[{key!r}]" for key in path)


def split_tail(arrays: tuple, fraction: float) -> tuple[tuple, tuple]:
    """Return (training part, validation part). The validation part is the last `fraction` of the
    samples, before any shuffling.

    arrays: x, y, sample_weight, where the last two may be None. ValueError if a part would be
    empty.
    """
    if isinstance(fraction, bool) or not isinstance(fraction, numbers.Real) or not 0 < fraction < 1:
        raise ValueError(
            f"validation_split must be a fraction between 0 and 1; received {fraction!r}."
        )
    n = count_samples(arrays[0])
    cut = int(np.floor(n * (1 - fraction)))
    if cut == 0 or cut == n:
        raise ValueError(
            f"{n} samples are not enough to split off validation_split={fraction}: one part would "
            f"be empty."
        )
    return tuple([rows(a, slice(None, cut)) for a in arrays]), tuple(
        [rows(a, slice(cut, None)) for a in arrays]
    )


def class_weights(y: Any, weights: dict) -> np.ndarray:
    """Return one weight for each sample from a dict {class: weight}. y: class indices (n,) or (n,
    1), or one-hot (n, C).
    """
    if not isinstance(y, np.ndarray):
        raise ValueError(
            "class_weight needs one output with class labels; for several outputs use "
            "sample_weight."
        )
    labels = _labels(y)
    if not isinstance(weights, dict):
        raise TypeError(
            f"class_weight is a dict {{class: weight}}; received {type(weights).__name__}. For "
            f"weights in the order of the "
            "classes write dict(enumerate(weights))."
        )
    known = {_class(k): v for k, v in weights.items()}
    for v in known.values():
        number = isinstance(v, numbers.Real) and not isinstance(v, bool)
        if not number or not 0 <= float(v) < np.inf:
            raise ValueError(f"class_weight holds finite numbers of at least 0; received {v!r}.")
    if labels.min(initial=0) < 0 or min(known, default=0) < 0:
        raise ValueError(
            "class_weight needs classes counted from 0; the labels or the keys go below. Map your "
            "classes to 0, 1, ..."
        )
    there, places = np.unique(labels, return_inverse=True)
    table = np.array([known.get(int(c), 1.0) for c in there], dtype=np.float32)
    return table[places.reshape(labels.shape)]


def _labels(y: np.ndarray) -> np.ndarray:
    """Return the class of each sample, from indices or one-hot rows."""
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise ValueError("class_weight needs a class for every sample; y holds NaN.")
    if y.ndim < 2 or y.shape[-1] == 1:
        if y.dtype.kind == "f" and (y != np.floor(y)).any():
            raise ValueError(
                "class_weight needs class labels, 0, 1, ...; y holds fractions. Weigh the samples "
                "of a regression with sample_weight."
            )
        return y.reshape(len(y)).astype(int)
    if ((y == 1).sum(axis=-1) > 1).any():
        raise ValueError(
            "class_weight needs one class a sample, and rows of y hold several ones. Weigh such "
            "samples with sample_weight, or give each output a weight of its own in the loss."
        )
    return y.argmax(-1)


def _class(key) -> int:
    """Return a key of class_weight as a class index."""
    try:
        if int(key) == float(key):
            return int(key)
    except (TypeError, ValueError):
        pass
    raise ValueError(
        f"class_weight maps the number of a class, 0, 1, ..., to its weight; received the key "
        f"{key!r}."
    )
