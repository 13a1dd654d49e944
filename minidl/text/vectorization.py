"""Conversion of texts to numbers: standardized, split into words, and looked up in a vocabulary."""

from __future__ import annotations

import math
import re
import string
from itertools import chain
from typing import Any

import numpy as np

from ..layers.base import layer_classes
from ..support.checks import check_count
from .encoding import batches, check_mode, strings
from .lookup import OfStrings, StringLookup
from .tokens import with_vocabulary
from .vocabulary import NOWHERE

_CAPITALS = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_PUNCTUATION = dict.fromkeys(map(ord, string.punctuation))
_STANDARDS = {
    "lower": _CAPITALS,
    "strip_punctuation": _PUNCTUATION,
    "lower_and_strip_punctuation": {**_CAPITALS, **_PUNCTUATION},
}
_WORD = re.compile(r"[^ \t\n\r\f\v]+")


@layer_classes.register()
class TextVectorization(OfStrings):
    """Texts as rows of numbers: made alike, split into tokens, and looked up in a vocabulary, as
    StringLookup does.

    standardize: 'lower' (A to Z alone, as in Keras), 'strip_punctuation', both (the default), None,
    or a function of an array of texts.
    split: 'whitespace', 'character', None (each text is a token), or a function of an array of
    texts that gives the tokens of each.
    ngrams: 2 adds each two neighbours as a token; (2, 3) takes pairs and triples alone.
    output_mode: 'int' gives the tokens' places, filled up with 0 to the longest text or to
    output_sequence_length; 'multi_hot', 'count', 'tf_idf' one row a text: see Lookup.
    """

    takes_raw_input = True

    def __init__(
        self,
        max_tokens=None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        kind, self.owner = "TextVectorization", f"TextVectorization '{self.name}'"
        output_mode = check_mode(kind, output_mode, ("int", "multi_hot", "count", "tf_idf"))
        self.standardize = _check_function("standardize", standardize, tuple(_STANDARDS))
        self.split = _check_function("split", split, ("whitespace", "character"))
        _check_rows(ragged, output_sequence_length, output_mode)
        self.output_sequence_length, self.encoding = output_sequence_length, encoding
        self._widths = _widths(f"{kind}: ngrams", ngrams)
        self._lookup_layer = StringLookup(
            max_tokens,
            mask_token="",
            pad_to_max_tokens=pad_to_max_tokens,
            output_mode=output_mode,
            sparse=sparse,
            encoding=encoding,
            dtype=self.dtype,
        )
        self._lookup_layer.owner = self.owner
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
            self._lookup_layer.fixed = True

    def _samples(self, x) -> list[list[str]]:
        """Return the tokens of each text."""
        texts = np.atleast_1d(strings(x, self.owner, self.encoding))
        if texts.ndim > 1 and self.split is not None:
            if texts.shape[1:] != (1,):
                raise ValueError(
                    f"{self.owner} takes texts in one row or one column, (n,) or (n, 1); "
                    f"received shape {texts.shape}."
                )
            texts = texts[:, 0]
        texts = self._standardized(texts)
        if self.split is None:
            rows = texts.reshape(len(texts), math.prod(texts.shape[1:])).tolist()
        elif callable(self.split):
            rows = [strings(list(row), self.owner).tolist() for row in self._answer("split", texts)]
        else:
            rows = [
                list(text) if self.split == "character" else _WORD.findall(text)
                for text in texts.tolist()
            ]
        return [self._grams(row) for row in rows] if self._widths else rows

    def _grams(self, row: list[str]) -> list[str]:
        """Return the tokens of a text, with ngrams also those of neighbouring tokens."""
        widths = self._widths
        if isinstance(widths, range):  # it may be longer than any text
            widths = widths[: len(row)]
        return [" ".join(row[i : i + n]) for n in widths for i in range(len(row) - n + 1)]

    def _standardized(self, texts: np.ndarray) -> np.ndarray:
        if self.standardize is None:
            return texts
        if callable(self.standardize):
            return strings(self._answer("standardize", texts), self.owner).reshape(texts.shape)
        table = _STANDARDS[self.standardize]
        return np.array(
            [text.translate(table) for text in texts.ravel().tolist()], dtype=object
        ).reshape(texts.shape)

    def _answer(self, label: str, texts: np.ndarray):
        """Call the user's function on the texts. The error says if it works only for a
        single text.
        """
        advice = (
            f"{self.owner}: the function given as {label} is called once, with a NumPy "
            f"array of all texts"
        )
        try:
            answer = getattr(self, label)(texts.astype(str))
        except AttributeError as error:
            raise TypeError(
                f"{advice}, and failed: {error}. For one text at a time write lambda texts: "
                f"[f(text) for text in texts]."
            ) from error
        if not hasattr(answer, "__len__") or len(answer) != len(texts):
            raise ValueError(
                f"{advice}, and gives as many results; received {len(texts)} texts and gave "
                f"{len(answer) if hasattr(answer, '__len__') else type(answer).__name__}."
            )
        return answer

    def adapt(self, data, batch_size=None, steps=None) -> None:
        """Learn the vocabulary from texts: a list or array of them, or an iterable of such batches
        (the first `steps` of them).
        """
        self._lookup_layer.learn(self._samples(piece) for piece in batches(data, steps))

    def get_vocabulary(self, include_special_tokens=True) -> list:
        """Return the tokens by index. include_special_tokens: with '' for padding (in mode 'int')
        and '[UNK]' for unknown tokens.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Return the number of indices, including the special tokens."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary, idf_weights=None) -> None:
        """Set the vocabulary: a list, an array, or the path of a text file with one token on each
        line. idf_weights: for output_mode='tf_idf'.
        """
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def expect(self, size: int) -> None:
        """Make room for a vocabulary of this size, which a file beside the description holds."""
        self._lookup_layer.expect(size)

    @property
    def lookup(self) -> StringLookup:
        """The layer that holds the vocabulary."""
        return self._lookup_layer

    def to_input(self, x):
        return strings(x, self.owner, self.encoding)

    def call(self, x):
        lookup, rows = self._lookup_layer, self._samples(x)
        if not lookup.has_vocabulary:
            raise ValueError(
                f"{self.owner} has no vocabulary yet: call adapt(texts) first, or give it "
                f"vocabulary=[...]."
            )
        whole = lookup.output_mode == "int"
        longest = max(map(len, rows), default=0)
        width = self.output_sequence_length or longest
        table = np.full((len(rows), max(width, longest)), 0 if whole else NOWHERE, np.int64)
        filled = np.arange(table.shape[1]) < np.array([len(row) for row in rows], np.int64)[:, None]
        table[filled] = lookup.places_of(np.array(list(chain.from_iterable(rows)), dtype=object))
        lookup.built = True
        result = lookup.encoded(table[:, :width])
        # each text is one token
        plain = self.split is None and self.output_sequence_length is None and whole and x.ndim < 2
        result = result if x.ndim else result[0]
        return result[..., 0] if plain else result

    def get_config(self):
        given = self._lookup_layer.get_config()
        return {
            **super().get_config(),
            "vocabulary": given["vocabulary"],
            "idf_weights": given["idf_weights"],
        }

    @classmethod
    def from_config(cls, config):
        """Create a layer with its vocabulary from the data of `get_config`."""
        return with_vocabulary(super().from_config, config)


def _widths(label: str, ngrams):
    """Return the lengths of the n-grams: 1 .. n for a number n, those of a tuple in order. A number
    is not expanded to a list, since it may be large.
    """
    if ngrams is None:
        return ()
    if isinstance(ngrams, (tuple, list)):
        return [check_count(label, n) for n in ngrams]
    return range(1, check_count(label, ngrams) + 1)


def _check_function(label: str, value, known: tuple):
    """Return the setting if it is one of the known ones, None or a function."""
    if value is not None and value not in known and not callable(value):
        raise ValueError(
            f"TextVectorization: {label} is {', '.join(map(repr, known))}, None or a function; "
            f"received {value!r}."
        )
    return value


def _check_rows(ragged, length, output_mode: str) -> None:
    if ragged:
        raise ValueError(
            "TextVectorization: ragged results are not known here; rows are filled up with 0."
        )
    if length is None:
        return
    if output_mode != "int":
        raise ValueError(
            f"TextVectorization: output_sequence_length goes with output_mode='int'; received "
            f"{output_mode!r}."
        )
    check_count("TextVectorization: output_sequence_length", length)
