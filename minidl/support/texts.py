"""Arrays of texts with the method of tensors that tutorials call, `numpy()`."""

from __future__ import annotations

import numpy as np


class Texts(np.ndarray):
    """An array of texts, as a Dataset yields them. It compares, indexes and prints as any array of
    NumPy does.
    """

    def numpy(self):
        """The texts as bytes in UTF-8, as TensorFlow keeps them: one text gives bytes, several give
        an array of bytes objects.
        """
        return encoded(self)


def is_text(value) -> bool:
    """Whether this is a text, or a list, tuple or array of texts."""
    if isinstance(value, (list, tuple)):
        return bool(value) and is_text(value[0])
    return (
        isinstance(value, (str, bytes))
        or getattr(getattr(value, "dtype", None), "kind", "f") in "OUST"
    )


def as_texts(value) -> Texts:
    """An array of texts, without a copy of its letters."""
    return np.asarray(value).view(Texts)


def encoded(value):
    """The texts as bytes; see Texts.numpy."""
    array = np.asarray(value)
    made = [t if isinstance(t, bytes) else str(t).encode() for t in array.ravel().tolist()]
    if not array.ndim:
        return made[0]
    out = np.empty(len(made), object)
    out[:] = made
    return out.reshape(array.shape)
