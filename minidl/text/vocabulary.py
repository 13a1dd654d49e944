"""The base class of lookup layers: tokens as indices of a vocabulary, which is an argument or is
learned from data with `adapt`.

Tensors hold only numbers, so layers of strings are called on data before the model: x =
vectorize(texts).
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import chain
from typing import Any

import numpy as np

from .. import symbolic
from ..layers.base import Layer
from ..support.checks import check_count
from ..tensor import Tensor, wrap
from . import beside
from .encoding import batches, check_mode, encode, numbers, whole_numbers
from .tokens import (
    check_settings,
    check_tokens,
    check_weights,
    inverse_frequencies,
    read_tokens,
    rows_of,
    weights_of_all,
    with_vocabulary,
)

# Temporary indices: of a token outside the vocabulary, and of a token to be left out.
_UNKNOWN, NOWHERE = -1, -2


class Lookup(Layer):
    """Base of IntegerLookup and StringLookup: a vocabulary, in which the index of a token is its
    number.

    First come the special tokens: mask_token at 0 (if there is one and output_mode is 'int';
    otherwise it is left out of the rows), then num_oov_indices indices for unknown tokens. The
    vocabulary follows, at most max_tokens in all. output_mode: 'int' returns indices; 'one_hot' a
    row for each token; 'multi_hot', 'count' and 'tf_idf' one row a sample, with a column for each
    index: whether it occurs, how often, and how often times idf_weights, which are larger for rare
    tokens. pad_to_max_tokens: rows of max_tokens columns. invert: convert indices to tokens.
    """

    takes_raw_input = True
    _tokens: list | None = None  # without the special ones; None until it is given or learned
    awaited: int | None = None  # the size of a vocabulary that is still to be read
    idf: np.ndarray | None = None  # in mode 'tf_idf', the weight of each index
    _trying = False  # while a symbol's zeros stand for tokens
    parsed: Any = staticmethod(str)  # a line of a vocabulary file as a token

    def __init__(
        self,
        max_tokens,
        num_oov_indices,
        mask_token,
        oov_token,
        vocabulary,
        idf_weights,
        invert,
        output_mode,
        sparse,
        pad_to_max_tokens,
        **kwargs,
    ):
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.owner = f"{kind} '{self.name}'"
        self.max_tokens = (
            None if max_tokens is None else check_count(f"{kind}: max_tokens", max_tokens, 2)
        )
        self.num_oov_indices = check_count(f"{kind}: num_oov_indices", num_oov_indices, 0)
        self.output_mode = check_mode(
            kind, output_mode, ("int", "one_hot", "multi_hot", "count", "tf_idf")
        )
        self.mask_token, self.oov_token, self.invert = mask_token, oov_token, invert
        self.pad_to_max_tokens = pad_to_max_tokens
        check_settings(kind, self.output_mode, invert, pad_to_max_tokens, max_tokens, sparse)
        self.fixed = vocabulary is not None
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        elif idf_weights is not None:
            raise ValueError(
                f"{kind}: idf_weights belong to the tokens of a vocabulary; received no vocabulary."
            )

    # -- for subclasses
    def tokens_of(self, x) -> np.ndarray:
        """Return the tokens in the data as an array."""
        raise NotImplementedError(f"{type(self).__name__} needs a method tokens_of(self, x).")

    def bin_of(self, token) -> int:
        """Return which of several indices for unknown tokens this token gets."""
        raise NotImplementedError(f"{type(self).__name__} needs a method bin_of(self, token).")

    # -- the vocabulary
    @property
    def special(self) -> list:
        """The tokens that come first: for padding, and for unknown tokens."""
        mask = (
            [self.mask_token] if self.mask_token is not None and self.output_mode == "int" else []
        )
        return [*mask, *[self.oov_token] * self.num_oov_indices]

    @property
    def has_vocabulary(self) -> bool:
        """Whether the vocabulary was set or learned."""
        return self._tokens is not None

    def get_vocabulary(self, include_special_tokens=True) -> list:
        """Return the tokens by index. include_special_tokens: with those for padding and for
        unknown tokens, which come first.
        """
        return [*(self.special if include_special_tokens else []), *(self._tokens or [])]

    def vocabulary_size(self) -> int:
        """Return the number of indices, including the special tokens."""
        return len(self.special) + len(self._tokens or [])

    def set_vocabulary(self, vocabulary, idf_weights=None) -> None:
        """Set the vocabulary: a list, an array, or the path of a text file with one token on each
        line. Special tokens may come first, all or none.

        idf_weights: for output_mode='tf_idf', a number for each token of the vocabulary.
        """
        check_weights(self.owner, idf_weights, self.output_mode)
        if isinstance(vocabulary, (str, os.PathLike)):
            given = read_tokens(self.owner, vocabulary, self.parsed)
        else:
            given = self.tokens_of(vocabulary).ravel().tolist()
        special = self.special
        in_front = len(special) if given[: len(special)] == special else 0
        never = {self.mask_token, self.oov_token if self.invert else None} - {None}
        check_tokens(self.owner, given[in_front:], special, never, self.max_tokens)
        idf = None
        if idf_weights is not None:
            idf = np.asarray(idf_weights, self.dtype)
            idf = weights_of_all(self.owner, idf, len(given), len(special) - in_front)
        self.adopt(given[in_front:], idf)

    def expect(self, size: int) -> None:
        """Make room for a vocabulary of this size, which a file beside the description holds."""
        self.awaited = size
        self._tokens, self._places = [None] * (size - len(self.special)), {}

    def as_lines(self) -> bytes:
        """Return the vocabulary as the text of a file, each token on a line."""
        return beside.as_lines(self.owner, self.get_vocabulary())

    def take_lines(self, text: bytes, idf_weights=None) -> None:
        """Take the vocabulary from the text of a file, as if `adapt` had learned it."""
        beside.take_lines(self, text, idf_weights)

    def adopt(self, tokens: list, idf) -> None:
        """Set a new vocabulary. RuntimeError if the layer was used and its rows would change their
        width.
        """
        size = len(self.special) + len(tokens)
        if (
            self.built
            and self.output_mode != "int"
            and not self.pad_to_max_tokens
            and size != self.vocabulary_size()
        ):
            raise RuntimeError(
                f"{self.owner} already made rows of {self.vocabulary_size()} columns, so its "
                f"vocabulary cannot grow or "
                f"shrink to {size}. Make a new layer, or one with max_tokens and "
                f"pad_to_max_tokens=True."
            )
        self.awaited, self._tokens, self.idf = None, tokens, idf
        self._places = dict(zip(tokens, range(len(self.special), size)))
        if self.mask_token is not None:
            self._places[self.mask_token] = 0 if self.output_mode == "int" else NOWHERE

    def adapt(self, data, steps=None) -> None:
        """Learn the vocabulary: the commonest tokens first, of equally common ones the last in the
        alphabet first.

        data: a list or array, (n,) or (n, tokens), or such batches one after another (the first
        `steps` of them).
        """
        whole = isinstance(data, (list, tuple)) or hasattr(data, "__array__")
        self.learn(rows_of(self.tokens_of(piece), whole) for piece in batches(data, steps))

    def learn(self, pieces) -> None:
        """`adapt` for lists of samples, each a list of tokens. In mode 'tf_idf' also ln(1 +
        samples/(1 + samples with it)) of each.
        """
        if self.fixed:
            raise ValueError(
                f"{self.owner} was given its vocabulary, so there is nothing to adapt."
            )
        counts, samples_with, samples = Counter(), Counter(), 0
        for rows in pieces:
            counts.update(chain.from_iterable(rows))
            samples += len(rows)
            if self.output_mode == "tf_idf":
                samples_with.update(chain.from_iterable(map(set, rows)))
        for token in (self.mask_token, self.oov_token):
            counts.pop(token, None)
        if not counts:
            raise ValueError(f"{self.owner}: adapt received no tokens.")
        tokens = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        if self.max_tokens is not None:
            tokens = tokens[: max(0, self.max_tokens - len(self.special))]
        idf = None
        if self.output_mode == "tf_idf":
            idf = inverse_frequencies(tokens, samples_with, samples, len(self.special))
            idf = idf.astype(self.dtype)
        self.adopt(tokens, idf)

    # -- looking up
    def __call__(self, *args, **kwargs):
        if symbolic.has_symbol([*args, kwargs]) and not self._trying:
            self._trying = True
            try:
                return super().__call__(*args, **kwargs)
            finally:
                self._trying = False
        return super().__call__(*args, **kwargs)

    def to_input(self, x):
        return x if isinstance(x, Tensor) else wrap(numbers(x, self.owner))

    def call(self, x):
        if not self.has_vocabulary:
            raise ValueError(
                f"{self.owner} has no vocabulary yet: call adapt(data) first, or give it "
                f"vocabulary=[...]."
            )
        return (
            self.tokens_at(whole_numbers(x, self.owner))
            if self.invert
            else self.encoded(self.places_of(self.tokens_of(x)))
        )

    def places_of(self, tokens: np.ndarray) -> np.ndarray:
        """Return the index of each token, in an array of the same shape."""
        flat = tokens.ravel().tolist()
        places = np.array([self._places.get(token, _UNKNOWN) for token in flat], np.int64)
        unknown = np.flatnonzero(places == _UNKNOWN)
        if len(unknown):
            if not self.num_oov_indices and not self._trying:
                raise ValueError(
                    f"{self.owner}: {flat[unknown[0]]!r} is not in the vocabulary, and "
                    f"num_oov_indices=0 leaves no place for "
                    "what is unknown. Give it num_oov_indices=1."
                )
            first = len(self.special) - self.num_oov_indices
            places[unknown] = (
                [first + self.bin_of(flat[i]) for i in unknown]
                if self.num_oov_indices > 1
                else first
            )
        return places.reshape(tokens.shape)

    def encoded(self, places: np.ndarray) -> Tensor:
        """Encode indices by the output_mode."""
        if self.output_mode == "int":
            return wrap(places)
        columns: Any = self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        rows = encode(places, mode, columns).astype(self.dtype)
        if self.idf is not None:
            rows *= np.pad(self.idf, (0, columns - len(self.idf)))
        return wrap(rows)

    def tokens_at(self, places: np.ndarray) -> Any:
        """Return the token at each index, oov_token if there is none."""
        known: dict = dict(enumerate(self._tokens or [], len(self.special)))
        if self.mask_token is not None:
            known[0] = self.mask_token
        return np.array(
            [known.get(place, self.oov_token) for place in places.ravel().tolist()]
        ).reshape(places.shape)

    # -- as plain data
    def get_config(self):
        config = super().get_config()
        idf = None if self.idf is None else self.idf.tolist()
        vocabulary = self.get_vocabulary() if self.has_vocabulary else None
        config |= {"vocabulary": vocabulary, "idf_weights": idf}
        # only newest Keras has
        return {
            k: v
            for k, v in config.items()
            if k not in ("oov_method", "salt") or v not in (None, "floormod")
        }

    @classmethod
    def from_config(cls, config):
        """Create a layer with its vocabulary from the data of `get_config`."""
        return with_vocabulary(super().from_config, config)
