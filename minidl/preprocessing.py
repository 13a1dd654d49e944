"""What tutorials find under keras.preprocessing: sequences of words or numbers made ready for a network."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace

import numpy as np

from .sequences import pad_sequences, timeseries_dataset_from_array

__all__ = ["Tokenizer", "pad_sequences", "sequence", "text", "timeseries_dataset_from_array"]


class Tokenizer:
    """Words as whole numbers, the commonest being 1; 0 is left for padding. num_words: keep the num_words - 1 commonest.

    After fit_on_texts: word_index {word: number}, word_counts. oov_token: a word to stand for all unknown ones, which gets number 1.
    """

    def __init__(self, num_words=None, filters='!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', lower=True, split=" ", char_level=False,
                 oov_token=None):
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token = char_level, oov_token
        self.word_counts: Counter = Counter()
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text):
        if not isinstance(text, str):
            return list(text)
        text = text.lower() if self.lower else text
        if self.char_level:
            return list(text)
        return [w for w in re.sub(f"[{re.escape(self.filters)}]", self.split, text).split(self.split) if w]

    def fit_on_texts(self, texts) -> None:
        """Count the words of these texts and number them, the commonest first."""
        for text in texts:
            self.word_counts.update(self._words(text))
        words = [w for w, _ in self.word_counts.most_common()]
        words = words if self.oov_token is None else [self.oov_token, *words]
        self.word_index = {word: i for i, word in enumerate(words, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}

    def texts_to_sequences(self, texts) -> list[list[int]]:
        """Each text as the list of its words' numbers; unknown words are left out, or become oov_token's."""
        unknown = self.word_index.get(self.oov_token) if self.oov_token is not None else None
        limit = self.num_words or len(self.word_index) + 1
        numbers = [[self.word_index.get(w) for w in self._words(text)] for text in texts]
        return [[n for n in (n if n is not None and n < limit else unknown for n in row) if n is not None] for row in numbers]

    def texts_to_matrix(self, texts, mode="binary") -> np.ndarray:
        """Each text as a row with a column a word: whether it occurs ('binary') or how often ('count', 'freq')."""
        if mode not in ("binary", "count", "freq"):
            raise ValueError(f"Tokenizer: mode is 'binary', 'count' or 'freq'; received {mode!r}.")
        rows = self.texts_to_sequences(texts)
        table = np.zeros((len(rows), self.num_words or len(self.word_index) + 1))
        for line, row in zip(table, rows):
            np.add.at(line, np.asarray(row, dtype=np.intp), 1)
            line[:] = line > 0 if mode == "binary" else line / max(1, len(row)) if mode == "freq" else line
        return table


sequence = SimpleNamespace(pad_sequences=pad_sequences)
text = SimpleNamespace(Tokenizer=Tokenizer)
