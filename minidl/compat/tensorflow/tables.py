"""tf.lookup: tables that give a number or a text for each key, and do not change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...support.texts import Texts, as_texts
from ...text.hashing import fingerprint
from .doors import tensor


class KeyValueTensorInitializer:
    """Keys and their values, of one length: what a table holds."""

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self.keys, self.values = tensor(keys, key_dtype), tensor(values, value_dtype)
        if self.keys.shape != self.values.shape:
            raise ValueError(
                f"A table has a value for each key; received the shapes {self.keys.shape} and "
                f"{self.values.shape}."
            )
        self.key_dtype, self.value_dtype = self.keys.dtype, self.values.dtype


class StaticHashTable:
    """A table: table.lookup(keys), or table[keys], gives the value of each key, default_value for
    a key that it does not hold.
    """

    def __init__(self, initializer, default_value, name=None, experimental_is_anonymous=False):
        self.key_dtype, self.value_dtype = initializer.key_dtype, initializer.value_dtype
        self._values = dict(zip(_plain(initializer.keys), _plain(initializer.values)))
        self._as_text = isinstance(initializer.values, Texts)
        (self._default,) = _plain(self._of(default_value))
        self.default_value = self._of(self._default)

    def _of(self, values) -> Any:
        if self._as_text:
            return as_texts(np.asarray(values, object))
        return tensor(np.asarray(values).astype(self.value_dtype))

    def _found(self, key) -> Any:
        return self._values.get(key, self._default)

    def lookup(self, keys, name=None) -> Any:
        """The values of keys of any shape."""
        keys = tensor(keys)
        made = [self._found(key) for key in _plain(keys)]
        found = np.empty(len(made), object)
        found[:] = made
        return self._of(found.reshape(keys.shape))

    def __getitem__(self, keys) -> Any:
        return self.lookup(keys)

    def size(self, name=None) -> Any:
        """How many keys there are."""
        return tensor(np.asarray(len(self._values), np.int64))


class StaticVocabularyTable(StaticHashTable):
    """A table of words and their numbers 0, 1, ..., which gives a word that it does not hold one
    of the num_oov_buckets numbers after these, by its hash.
    """

    def __init__(
        self,
        initializer,
        num_oov_buckets,
        lookup_key_dtype=None,
        name=None,
        experimental_is_anonymous=False,
    ):
        super().__init__(initializer, -1)
        self._buckets = int(num_oov_buckets)

    def _found(self, key) -> Any:
        if key in self._values:
            return self._values[key]
        return len(self._values) + fingerprint(str(key).encode()) % self._buckets

    def size(self, name=None) -> Any:
        """How many numbers there are."""
        return tensor(np.asarray(len(self._values) + self._buckets, np.int64))


def _plain(values) -> list:
    """The numbers or texts of a tensor as Python's own."""
    values = values.decoded() if isinstance(values, Texts) else values
    return np.asarray(values).ravel().tolist()


_CLASSES: tuple[Callable, ...] = (KeyValueTensorInitializer, StaticHashTable, StaticVocabularyTable)
NAMES: dict[str, Any] = {f"lookup.{cls.__name__}": cls for cls in _CLASSES}
