"""Words and other tokens as their places in a vocabulary, which is given or learned from data with
`adapt`.

Tensors hold numbers, so the layers of strings are called on data before the model sees it: x =
vectorize(texts).
"""

from __future__ import annotations

import math
import os
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from .. import symbolic
from ..layers.base import Layer, layer_classes
from ..support.checks import check_count
from ..tensor import Tensor, wrap
from .encoding import batches, check_mode, encode, numbers, strings, whole_numbers
from .hashing import fingerprint

_UNKNOWN, NOWHERE = (
    -1,
    -2,
)  # places until it is known better: of a token outside the vocabulary, and of one to be left out


class Lookup(Layer):
    """What IntegerLookup and StringLookup share: a vocabulary, in which the place of a token is its
    number.

    First come the special tokens: mask_token at 0 (if there is one, and output_mode is 'int'; else
    it is left out of the rows), then num_oov_indices places for what is unknown. After them the
    vocabulary, at most max_tokens in all. output_mode: 'int' gives places; 'one_hot' a row for each
    token; 'multi_hot', 'count' and 'tf_idf' one row a sample, with a column for each place: whether
    it occurs, how often, and how often times idf_weights, which are larger for rare tokens.
    pad_to_max_tokens: rows of max_tokens columns.
    invert: the way back, from places to tokens.
    """

    takes_raw_input = True
    _tokens: list | None = None  # without the special ones; None until it is given or learned
    _trying = False  # while a symbol's zeros stand for tokens
    _parsed: Any = str  # a line of a vocabulary file as a token

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
        self._owner = f"{kind} '{self.name}'"
        self.max_tokens = (
            None if max_tokens is None else check_count(f"{kind}: max_tokens", max_tokens, 2)
        )
        self.num_oov_indices = check_count(f"{kind}: num_oov_indices", num_oov_indices, 0)
        self.output_mode = check_mode(
            kind, output_mode, ("int", "one_hot", "multi_hot", "count", "tf_idf")
        )
        self.mask_token, self.oov_token, self.invert, self.pad_to_max_tokens = (
            mask_token,
            oov_token,
            invert,
            pad_to_max_tokens,
        )
        if sparse:
            raise ValueError(f"{kind}: sparse results are not known here; leave sparse=False.")
        if invert and self.output_mode != "int":
            raise ValueError(
                f"{kind}: invert=True goes with output_mode='int'; received {output_mode!r}."
            )
        if pad_to_max_tokens and max_tokens is None:
            raise ValueError(
                f"{kind}: pad_to_max_tokens=True needs max_tokens, the number of columns; "
                f"received None."
            )
        self._idf: np.ndarray | None = None
        self._fixed = vocabulary is not None
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        elif idf_weights is not None:
            raise ValueError(
                f"{kind}: idf_weights belong to the tokens of a vocabulary; received no vocabulary."
            )

    # -- for subclasses
    def tokens_of(self, x) -> np.ndarray:
        """The tokens in the data, as an array."""
        raise NotImplementedError(f"{type(self).__name__} needs a method tokens_of(self, x).")

    def bin_of(self, token) -> int:
        """Which of the places for unknown tokens this one gets, if there are several."""
        raise NotImplementedError(f"{type(self).__name__} needs a method bin_of(self, token).")

    # -- the vocabulary
    @property
    def _special(self) -> list:
        mask = (
            [self.mask_token] if self.mask_token is not None and self.output_mode == "int" else []
        )
        return [*mask, *[self.oov_token] * self.num_oov_indices]

    def get_vocabulary(self, include_special_tokens=True) -> list:
        """The tokens by their places; include_special_tokens: with those for padding and for
        unknown ones, which come first.
        """
        return [*(self._special if include_special_tokens else []), *(self._tokens or [])]

    def vocabulary_size(self) -> int:
        """How many places there are, the special ones included."""
        return len(self._special) + len(self._tokens or [])

    def set_vocabulary(self, vocabulary, idf_weights=None) -> None:
        """Take these tokens: a list, an array, or the path of a text file with one a line. Special
        ones may stand in front, all or none.

        idf_weights: for output_mode='tf_idf', a number for each token of the vocabulary.
        """
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            need = (
                "needs idf_weights, a number for each token"
                if idf_weights is None
                else "takes no idf_weights"
            )
            raise ValueError(
                f"{self._owner}: output_mode={self.output_mode!r} {need}, when it is given a "
                f"vocabulary."
            )
        given = self._read(vocabulary)
        special = self._special
        in_front = len(special) if given[: len(special)] == special else 0
        tokens = given[in_front:]
        self._check(tokens)
        idf = None
        if idf_weights is not None:
            idf = np.asarray(idf_weights, dtype=self.dtype)
            if idf.shape != (len(given),):
                raise ValueError(
                    f"{self._owner}: idf_weights holds a number for each of the {len(given)} "
                    f"tokens; received shape "
                    f"{idf.shape}."
                )
            idf = np.concatenate(
                [np.full(len(special) - in_front, idf.mean(), self.dtype), idf]
            )  # the mean for what is unknown
        self._adopt(tokens, idf)

    def _read(self, vocabulary) -> list:
        if not isinstance(vocabulary, (str, os.PathLike)):
            return self.tokens_of(vocabulary).ravel().tolist()
        if not os.path.isfile(vocabulary):
            raise FileNotFoundError(
                f"{self._owner}: there is no file {os.fspath(vocabulary)}. A vocabulary is a list "
                f"of tokens, or the "
                "path of a text file with one on each line."
            )
        lines = Path(vocabulary).read_text(encoding="utf-8").split("\n")
        lines = lines[:-1] if lines[-1] == "" else lines
        try:
            return [self._parsed(line) for line in lines]
        except ValueError:
            raise ValueError(
                f"{self._owner}: {os.fspath(vocabulary)} holds lines that are no whole numbers."
            ) from None

    def _check(self, tokens: list) -> None:
        repeated = [token for token, n in Counter(tokens).items() if n > 1]
        if repeated:
            raise ValueError(
                f"{self._owner}: each token stands once in a vocabulary; received "
                f"{', '.join(map(repr, repeated[:3]))} more "
                "than once. list(dict.fromkeys(vocabulary)) keeps the first of each."
            )
        if not tokens:
            raise ValueError(
                f"{self._owner}: a vocabulary holds at least one token besides the special ones; "
                f"received none."
            )
        for token in {self.mask_token, self.oov_token if self.invert else None} - {None}:
            if token in tokens:
                raise ValueError(
                    f"{self._owner}: {token!r} is a special token and no part of the vocabulary, "
                    f"except that all special "
                    f"ones, {self._special}, may begin it; received it at place "
                    f"{tokens.index(token)}."
                )
        size = len(self._special) + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                f"{self._owner}: with the special tokens the vocabulary has {size}, and "
                f"max_tokens is {self.max_tokens}."
            )

    def _adopt(self, tokens: list, idf) -> None:
        """A new vocabulary. RuntimeError if rows would change their width after the layer was
        used.
        """
        size = len(self._special) + len(tokens)
        if (
            self.built
            and self.output_mode != "int"
            and not self.pad_to_max_tokens
            and size != self.vocabulary_size()
        ):
            raise RuntimeError(
                f"{self._owner} already made rows of {self.vocabulary_size()} columns, so its "
                f"vocabulary cannot grow or "
                f"shrink to {size}. Make a new layer, or one with max_tokens and "
                f"pad_to_max_tokens=True."
            )
        self._tokens, self._idf = tokens, idf
        self._places = dict(zip(tokens, range(len(self._special), size)))
        if self.mask_token is not None:
            self._places[self.mask_token] = 0 if self.output_mode == "int" else NOWHERE

    def adapt(self, data, steps=None) -> None:
        """Learn the vocabulary: the commonest tokens first, of equally common ones the last in the
        alphabet first.

        data: a list or array, (n,) or (n, tokens), or such batches one after another (the first
        `steps` of them).
        """
        whole = isinstance(data, (list, tuple)) or hasattr(data, "__array__")
        self.learn(_as_rows(self.tokens_of(piece), whole) for piece in batches(data, steps))

    def learn(self, pieces) -> None:
        """`adapt` for lists of samples, each a list of tokens. In mode 'tf_idf' also ln(1 +
        samples/(1 + samples with it)) of each.
        """
        if self._fixed:
            raise ValueError(
                f"{self._owner} was given its vocabulary, so there is nothing to adapt."
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
            raise ValueError(f"{self._owner}: adapt received no tokens.")
        tokens = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        if self.max_tokens is not None:
            tokens = tokens[: max(0, self.max_tokens - len(self._special))]
        idf = None
        if self.output_mode == "tf_idf":
            idf = np.array(
                [math.log(1 + samples / (1 + samples_with[token])) for token in tokens], self.dtype
            )
            idf = np.concatenate(
                [np.full(len(self._special), idf.mean() if tokens else 0.0, self.dtype), idf]
            )
        self._adopt(tokens, idf)

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
        return x if isinstance(x, Tensor) else wrap(numbers(x, self._owner))

    def call(self, x):
        if self._tokens is None:
            raise ValueError(
                f"{self._owner} has no vocabulary yet: call adapt(data) first, or give it "
                f"vocabulary=[...]."
            )
        return (
            self.tokens_at(whole_numbers(x, self._owner))
            if self.invert
            else self.encoded(self.places_of(self.tokens_of(x)))
        )

    def places_of(self, tokens: np.ndarray) -> np.ndarray:
        """The place of each token, in an array of the same shape."""
        flat = tokens.ravel().tolist()
        places = np.array([self._places.get(token, _UNKNOWN) for token in flat], np.int64)
        unknown = np.flatnonzero(places == _UNKNOWN)
        if len(unknown):
            if not self.num_oov_indices and not self._trying:
                raise ValueError(
                    f"{self._owner}: {flat[unknown[0]]!r} is not in the vocabulary, and "
                    f"num_oov_indices=0 leaves no place for "
                    "what is unknown. Give it num_oov_indices=1."
                )
            first = len(self._special) - self.num_oov_indices
            places[unknown] = (
                [first + self.bin_of(flat[i]) for i in unknown]
                if self.num_oov_indices > 1
                else first
            )
        return places.reshape(tokens.shape)

    def encoded(self, places: np.ndarray) -> Tensor:
        """Places as the output_mode wants them."""
        if self.output_mode == "int":
            return wrap(places)
        columns: int = self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()  # pyright: ignore[reportAssignmentType]
        rows = encode(
            places, "count" if self.output_mode == "tf_idf" else self.output_mode, columns
        ).astype(self.dtype)
        if self._idf is not None:
            rows *= np.pad(self._idf, (0, columns - len(self._idf)))
        return wrap(rows)

    def tokens_at(self, places: np.ndarray) -> Any:
        """The way back: the token at each place, oov_token where there is none."""
        known: dict = dict(enumerate(self._tokens or [], len(self._special)))
        if self.mask_token is not None:
            known[0] = self.mask_token
        return np.array(
            [known.get(place, self.oov_token) for place in places.ravel().tolist()]
        ).reshape(places.shape)

    # -- as plain data
    def get_config(self):
        config = super().get_config()
        config |= {
            "vocabulary": None if self._tokens is None else self.get_vocabulary(),
            "idf_weights": None,
        }
        if self._idf is not None:
            config["idf_weights"] = self._idf.tolist()
        return {
            k: v
            for k, v in config.items()
            if k not in ("oov_method", "salt") or v not in (None, "floormod")
        }  # only newest Keras has

    @classmethod
    def from_config(cls, config):
        """A layer from what `get_config` gave, its vocabulary included."""
        return with_vocabulary(super().from_config, config)


def with_vocabulary(make, config: dict):
    """The layer that `make` gives for a description, with the vocabulary that stands in it.
    ValueError if it does not stand there.
    """
    config = {k: v for k, v in config.items() if k != "has_input_vocabulary"}
    vocabulary, weights, size = (
        config.pop(name, None) for name in ("vocabulary", "idf_weights", "vocabulary_size")
    )
    layer = make(config)
    if isinstance(vocabulary, str):
        raise ValueError(
            f"{layer._owner}: a description may not name a file to read, and its vocabulary is "
            f"{vocabulary!r}."
        )
    if vocabulary is None and size and size > layer.vocabulary_size():
        raise ValueError(
            f"{layer._owner}: the description holds the size of the vocabulary alone, {size}, for "
            f"Keras keeps what adapt "
            "learned in a file beside. In Keras make the layer anew with "
            "vocabulary=layer.get_vocabulary()"
        )
    if vocabulary is not None:
        layer.set_vocabulary(
            [int(v) for v in vocabulary] if isinstance(layer, IntegerLookup) else vocabulary,
            weights,
        )
    return layer


def _as_rows(tokens: np.ndarray, whole: bool) -> list[list]:
    """An array as samples, each a list of tokens. Of an array without rows each token is a sample,
    of such a batch all are one.
    """
    if tokens.ndim < 2:
        tokens = tokens.reshape(-1, 1) if whole else tokens.reshape(1, -1)
    return tokens.reshape(len(tokens), math.prod(tokens.shape[1:])).tolist()


@layer_classes.register()
class IntegerLookup(Lookup):
    """Whole numbers, such as ids, as their places in a vocabulary. All settings: see Lookup.

    Several places for unknown numbers are shared out by number % num_oov_indices, or with
    oov_method='farmhash' by a hash.
    """

    _parsed = int

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
        self._by_hash = oov_method == "farmhash"
        super().__init__(
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
            name=name,
            **kwargs,
        )

    def tokens_of(self, x):
        return whole_numbers(x if isinstance(x, Tensor) else numbers(x, self._owner), self._owner)

    def bin_of(self, token):
        return (fingerprint(str(token).encode()) if self._by_hash else token) % self.num_oov_indices

    def tokens_at(self, places):
        return wrap(super().tokens_at(places).astype(np.int64))

    def get_config(self):
        config = super().get_config()
        if any(
            abs(token) >= 1 << 31 for token in config["vocabulary"] or ()
        ):  # such numbers the reader of a file takes for damage
            config["vocabulary"] = [str(token) for token in config["vocabulary"]]
        return config


class OfStrings(Layer):
    """Layers of strings meet no symbols: those stand for numbers."""

    def __call__(self, *args, **kwargs):
        if symbolic.has_symbol([*args, kwargs]):
            kind = type(self).__name__
            raise TypeError(
                f"{kind} '{self.name}' takes strings, and inside a model all data are numbers. "
                f"Call it on the data before the "
                f"model: x = layer(texts), and begin the model with the numbers it gives."
            )
        return super().__call__(*args, **kwargs)


@layer_classes.register()
class StringLookup(OfStrings, Lookup):
    """Strings, such as names, as their places in a vocabulary. All settings: see Lookup.

    Several places for unknown strings are shared out by a hash. invert=True gives a NumPy array of
    strings.
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
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
        super().__init__(
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
            name=name,
            **kwargs,
        )

    def tokens_of(self, x):
        return strings(x, self._owner, self.encoding)

    def bin_of(self, token):
        return fingerprint(token.encode()) % self.num_oov_indices

    def to_input(self, x):
        return super().to_input(x) if self.invert else self.tokens_of(x)
