"""Small tools under the names tutorials expect."""

from __future__ import annotations

import numpy as np

from .arrays import as_array
from .random import set_random_seed

__all__ = ["normalize", "set_random_seed", "to_categorical"]


def to_categorical(x, num_classes: int | None = None) -> np.ndarray:
    """Class indices as one-hot rows: [0, 2] becomes [[1, 0, 0], [0, 0, 1]]. Shape (..., num_classes), float64, as in Keras.

    num_classes: the largest index + 1 if left out. ValueError for an index below 0, beyond num_classes or not whole.
    """
    labels = as_array(x, keep_ints=True)
    with np.errstate(invalid="ignore"):         # NaN is refused below
        whole = labels.astype(np.intp)
    if not np.array_equal(whole, labels):
        raise ValueError("to_categorical expects class indices, which are whole numbers; received fractions.")
    if whole.ndim > 1 and whole.shape[-1] == 1:
        whole = whole[..., 0]
    classes = int(whole.max(initial=-1)) + 1 if num_classes is None else num_classes
    if whole.size and (whole.min() < 0 or whole.max() >= classes):
        raise ValueError(f"to_categorical: class indices run {whole.min()}..{whole.max()}; valid are 0..{classes - 1}.")
    hot = np.zeros((whole.size, classes))
    hot[np.arange(whole.size), whole.ravel()] = 1
    return hot.reshape(*whole.shape, classes)


def normalize(x, axis: int = -1, order: int = 2) -> np.ndarray:
    """x divided by its length along `axis` (order 2: Euclidean); a zero vector stays as it is."""
    x = np.asarray(as_array(x), dtype=np.result_type(as_array(x), np.float32))
    length = np.atleast_1d(np.linalg.norm(x, order, axis))
    length[length == 0] = 1
    return x / np.expand_dims(length, axis)
