"""Lookup of whole numbers and strings in a vocabulary."""

from __future__ import annotations

import numpy as np

from .. import symbolic
from ..layers.base import Layer, layer_classes
from ..support.checks import is_number
from ..support.texts import Texts, as_texts
from ..tensor import Tensor, wrap
from .encoding import numbers, strings, whole_numbers
from .hashing import fingerprint
from .vocabulary import Lookup


@layer_classes.register()
class IntegerLookup(Lookup):
    """Converts whole numbers, such as ids, to their indices in a vocabulary. All settings: see
    Lookup.

    If there are several indices for unknown numbers, number % num_oov_indices selects one, or with
    oov_method='farmhash' a hash.
    """

    parsed = staticmethod(int)

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs,
    ):
        if (
            vocabulary_dtype != "int64"
            or salt is not None
            or oov_method not in ("floormod", "farmhash")
        ):
            raise ValueError(
                "IntegerLookup: vocabulary_dtype is 'int64', oov_method is 'floormod' or "
                "'farmhash', and salt is not known "
                f"here; received {vocabulary_dtype!r}, {oov_method!r}, {salt!r}."
            )
        if not is_number(oov_token):
            raise ValueError(f"IntegerLookup: oov_token is a number; received {oov_token!r}.")
        self._by_hash = oov_method == "farmhash"
        tokens = (max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights)
        output = (invert, output_mode, sparse, pad_to_max_tokens)
        super().__init__(*tokens, *output, name=name, **kwargs)

    def tokens_of(self, x):
        return whole_numbers(x if isinstance(x, Tensor) else numbers(x, self.owner), self.owner)

    def bin_of(self, token):
        return (fingerprint(str(token).encode()) if self._by_hash else token) % self.num_oov_indices

    def tokens_at(self, places):
        return wrap(super().tokens_at(places).astype(np.int64))

    @classmethod
    def from_config(cls, config):
        """Create a layer with its vocabulary from the data of `get_config`."""
        vocabulary = config.get("vocabulary")
        if isinstance(vocabulary, list):
            config = {**config, "vocabulary": [int(token) for token in vocabulary]}
        return super().from_config(config)

    def get_config(self):
        config = super().get_config()
        # such numbers the reader of a file takes for damage
        if any(abs(token) >= 1 << 31 for token in config["vocabulary"] or ()):
            config["vocabulary"] = [str(token) for token in config["vocabulary"]]
        return config


class OfStrings(Layer):
    """Base of layers of strings, which accept only symbols of strings: Input(...,
    dtype='string').
    """

    takes_texts = True

    def __call__(self, *args, **kwargs):
        symbols: list = []
        symbolic.replace([args, kwargs], symbols.append)
        for symbol in symbols:
            if symbol.dtype.kind != "U" and not getattr(self, "invert", False):
                raise TypeError(
                    f"{type(self).__name__} '{self.name}' takes strings, and {symbol!r} stands "
                    "for numbers. Begin the model with Input(shape, dtype='string'), or call the "
                    "layer on the data before the model: x = layer(texts)."
                )
        return super().__call__(*args, **kwargs)


@layer_classes.register()
class StringLookup(OfStrings, Lookup):
    """Converts strings, such as names, to their indices in a vocabulary. All settings: see Lookup.

    If there are several indices for unknown strings, a hash selects one. invert=True returns an
    array of strings, whose numpy() gives their bytes.
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token: str | None = "[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        name=None,
        salt=None,
        **kwargs,
    ):
        if salt is not None:
            raise ValueError(
                "StringLookup: salt asks for another hash (SipHash), which is not known here; "
                "leave it out."
            )
        self.encoding = encoding
        kwargs.pop("oov_method", None)  # which concerns numbers
        tokens = (max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights)
        output = (invert, output_mode, sparse, pad_to_max_tokens)
        super().__init__(*tokens, *output, name=name, **kwargs)

    def tokens_of(self, x):
        return strings(x, self.owner, self.encoding)

    def bin_of(self, token):
        return fingerprint(token.encode()) % self.num_oov_indices

    def tokens_at(self, places: np.ndarray) -> Texts:
        return as_texts(super().tokens_at(places))

    def to_input(self, x):
        return super().to_input(x) if self.invert else self.tokens_of(x)
