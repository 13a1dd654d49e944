"""Splits and weighs the samples of arrays."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .batches import count_samples, rows


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
