"""Arrays of texts with the method of tensors that tutorials call, `numpy()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Texts(np.ndarray):
    """An array of texts, str or bytes, as a Dataset yields them; its entries are such arrays too.
    It compares and prints as any array of NumPy does.
    """

    def __getitem__(self, index):
        return as_texts(super().__getitem__(index))

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __hash__(self):
        """Of one text: its own, so that it is found in sets and dicts."""
        return hash(self.item())

    def numpy(self) -> Any:
        """The texts as bytes in UTF-8, as TensorFlow keeps them: one text gives bytes, several give
        an array of bytes objects.
        """
        return encoded(self)

    def each(self, function: Callable) -> np.ndarray:
        """An array of function(text) for each text, of any things."""
        found = np.empty(self.shape, object)
        for place in np.ndindex(self.shape):
            found[place] = function(np.asarray(self)[place])
        return found

    def decoded(self) -> Texts:
        """The texts as str. Bytes are read as UTF-8."""
        read = self.each(lambda t: t.decode(errors="replace") if isinstance(t, bytes) else str(t))
        return read.view(Texts)


def is_text(value) -> bool:
    """Whether this is a text, or a list, tuple or array of texts."""
    if isinstance(value, (list, tuple)):
        return bool(value) and is_text(value[0])
    return (
        isinstance(value, (str, bytes))
        or getattr(getattr(value, "dtype", None), "kind", "f") in "OUST"
    )


def as_texts(value) -> Texts:
    """Return a text, or a list or an array of texts, as such an array. An array is not copied."""
    array = value if hasattr(value, "dtype") else np.array(value, object)
    return np.asarray(array).view(Texts)


def encoded(value) -> Any:
    """The texts as bytes; see Texts.numpy."""
    texts = as_texts(value)  # NumPy itself takes zeros at the end of bytes for filling
    return texts.each(lambda t: t if isinstance(t, bytes) else str(t).encode())[()]
