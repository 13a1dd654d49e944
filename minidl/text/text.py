"""Conversion of texts to lists of numbers, one for each word."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..support.checks import check_count

_PUNCTUATION = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    input_text: str, filters=_PUNCTUATION, lower=True, split=" "
) -> list[str]:
    """Split a text into words in lower case. Each character of `filters` separates words like
    `split`.
    """
    input_text = input_text.lower() if lower else input_text
    return [
        w
        for w in input_text.translate(str.maketrans(dict.fromkeys(filters, split))).split(split)
        if w
    ]


def hashing_trick(
    text: str,
    n: int,
    hash_function=None,
    filters=_PUNCTUATION,
    lower=True,
    split=" ",
    analyzer=None,
) -> list[int]:
    """Convert the words of a text to numbers 1 .. n-1 by a hash. No vocabulary is needed, but two
    words may share a number.

    hash_function: a function of a word that returns a whole number; None or 'md5': the same numbers
    on every computer and in every run.
    """
    if check_count("hashing_trick: n", n) < 2:
        raise ValueError(
            "hashing_trick: n is one more than the largest number, at least 2; received 1."
        )
    words = (
        text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    )
    function = _md5 if hash_function in (None, "md5") else hash_function
    return [int(function(word)) % (n - 1) + 1 for word in words]


def one_hot(
    input_text: str, n: int, filters=_PUNCTUATION, lower=True, split=" ", analyzer=None
) -> list[int]:
    """Call `hashing_trick`: its name in older tutorials."""
    return hashing_trick(input_text, n, None, filters, lower, split, analyzer)


def _md5(word: str) -> int:
    import hashlib

    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Numbers words by frequency. The most frequent word is 1; 0 is for padding. num_words: keep
    the num_words - 1 most frequent words.

    After fit_on_texts: word_index {word: number}, word_counts {word: how often}, word_docs {word:
    in how many texts}, document_count. oov_token: a word that replaces all unknown ones and has
    number 1. char_level: each character is a word. analyzer: a function of a text that returns its
    words. A text may also be a list of words.
    """

    def __init__(
        self,
        num_words=None,
        filters=_PUNCTUATION,
        lower=True,
        split: Any = " ",
        char_level=False,
        oov_token=None,
        analyzer=None,
    ):
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts: Counter = Counter()
        self.word_docs: Counter = Counter()
        self.document_count = 0
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text) -> list:
        if self.char_level or isinstance(text, list):
            return [w.lower() for w in text] if self.lower else list(text)
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts) -> None:
        """Count the words of these texts and number them, the most frequent first."""
        if isinstance(texts, str):
            raise ValueError(
                "Tokenizer.fit_on_texts takes a list of texts; received one text, whose letters "
                "it would count. Write [text]."
            )
        for text in texts:
            words = self._words(text)
            self.document_count += 1
            self.word_counts.update(words)
            self.word_docs.update(set(words))
        known = [w for w, _ in self.word_counts.most_common()]
        known = known if self.oov_token is None else [self.oov_token, *known]
        self.word_index = {word: i for i, word in enumerate(known, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}

    def _kept(self, number: int | None) -> int | None:
        """Return the number, or that of oov_token (None without one) if the word is unknown or too
        rare.
        """
        if number is None or (self.num_words and number >= self.num_words):
            return None if self.oov_token is None else self.word_index.get(self.oov_token)
        return number

    def texts_to_sequences(self, texts) -> list[list[int]]:
        """Convert each text to the list of its words' numbers. Unknown words are left out, or
        become oov_token.
        """
        rows = [[self._kept(self.word_index.get(w)) for w in self._words(text)] for text in texts]
        return [[n for n in row if n is not None] for row in rows]

    def sequences_to_texts(self, sequences) -> list[str]:
        """Convert lists of numbers back to texts, with spaces between the words."""
        rows = [
            [self._kept(int(n) if int(n) in self.index_word else None) for n in row]
            for row in sequences
        ]
        return [" ".join(self.index_word[n] for n in row if n is not None) for row in rows]

    def texts_to_matrix(self, texts, mode="binary") -> np.ndarray:
        """Convert each text to a row with one column for each word: see sequences_to_matrix."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary") -> np.ndarray:
        """Each list of numbers as a row with a column a word.

        mode: 'binary' whether it occurs, 'count' how often, 'freq' its share, 'tfidf' (1 + ln
        count)·ln(1 + texts/(1 + texts with it)).
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(
                f"Tokenizer: mode is 'binary', 'count', 'freq' or 'tfidf'; received {mode!r}."
            )
        if not self.num_words and not self.word_index:
            raise ValueError(
                "Tokenizer: call fit_on_texts first, or pass num_words, so that the number of "
                "columns is known."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError(
                "Tokenizer: mode='tfidf' needs to know how rare words are: call fit_on_texts first."
            )
        columns = self.num_words or len(self.word_index) + 1
        table = np.zeros((len(sequences), columns))
        for line, row in zip(table, sequences):
            np.add.at(line, np.array([n for n in row if n < columns], dtype=np.intp), 1)
            self._weigh(line, len(row), mode)
        return table

    def _weigh(self, line: np.ndarray, words: int, mode: str) -> None:
        """Convert the counts of a text's words, in place, to the values of the mode."""
        if mode == "binary":
            line[:] = line > 0
        elif mode == "freq":
            line /= max(1, words)
        elif mode == "tfidf":
            for n in np.flatnonzero(line):
                texts = self.word_docs.get(self.index_word.get(int(n), ""), 0)
                line[n] = (1 + np.log(line[n])) * np.log(1 + self.document_count / (1 + texts))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments and the counts of words, the counts as JSON text as in Keras."""
        import json  # slow to load

        counted = {
            "word_counts": self.word_counts,
            "word_docs": self.word_docs,
            "index_docs": {self.word_index[word]: n for word, n in self.word_docs.items()},
            "index_word": self.index_word,
            "word_index": self.word_index,
        }
        made_with = (
            "num_words",
            "filters",
            "lower",
            "split",
            "char_level",
            "oov_token",
            "document_count",
        )
        return {
            **{name: getattr(self, name) for name in made_with},
            **{name: json.dumps(table) for name, table in counted.items()},
        }

    def to_json(self, **options) -> str:
        """Return the tokenizer as JSON, for `tokenizer_from_json`."""
        import json  # slow to load

        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **options)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Create the tokenizer from the JSON of `to_json`, of minidl or Keras."""
    import json  # slow to load

    config = json.loads(json_string)["config"]
    tables = {
        name: json.loads(config.pop(name))
        for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    }
    documents = config.pop("document_count")
    tokenizer = Tokenizer(**config)
    tokenizer.document_count, tokenizer.word_index = documents, tables["word_index"]
    tokenizer.word_counts, tokenizer.word_docs = (
        Counter(tables["word_counts"]),
        Counter(tables["word_docs"]),
    )
    tokenizer.index_word = {int(i): word for i, word in tables["index_word"].items()}
    return tokenizer
