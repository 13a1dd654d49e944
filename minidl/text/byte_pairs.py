"""Text as numbers, by byte pairs: frequent neighbours become one token, again and again."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import numpy as np

from ..support.checks import check_count
from ..support.disk import path_of, write_atomically

# A word with the space before it, other signs, or white space. No token crosses the border of two
# such pieces, and their lengths are bounded, so the cost of `encode` is linear in the text.
PIECE = re.compile(r" ?\w{1,64}| ?[^\w\s]{1,64}|\s{1,64}")
LONGEST = 4 * 65  # bytes of a piece: UTF-8 has at most 4 for a character
FORMAT = "minidl byte pairs, 1"


class BytePairTokenizer:
    """Byte-pair encoding: a text is its bytes in UTF-8, and in the order of `merges` each pair
    (a, b) of neighbours becomes a new token. P. Gage 1994; R. Sennrich, B. Haddow, A. Birch,
    "Neural Machine Translation of Rare Words with Subword Units", 2016.

    The tokens 0 to 255 are the bytes; 256 + i stands for merge i. So every text and all bytes can
    be encoded, and nothing is lost: decode(encode(text)) == text.

    >>> tokenizer = BytePairTokenizer.train("low lower lowest low", vocabulary_size=258)
    >>> tokenizer.tokens[256:]
    [b'lo', b'low']
    >>> tokenizer.encode("slow")
    [115, 257]

    merges: pairs of earlier tokens. ValueError if one is none, or becomes longer than a piece.
    """

    def __init__(self, merges: Any = ()):
        self.merges, self.tokens = [], [bytes([i]) for i in range(256)]
        for pair in merges:
            self._add(pair)
        self._numbers = {pair: 256 + i for i, pair in enumerate(self.merges)}
        self._known: dict[str, list[int]] = {}  # pieces that were encoded before

    def _add(self, pair) -> None:
        known = range(len(self.tokens))
        if len(pair) != 2 or not all(type(token) is int and token in known for token in pair):
            raise ValueError(
                f"merge {len(self.merges)} is a pair of tokens from 0 to {known[-1]}; received "
                f"{pair!r:.60}. Merges come from BytePairTokenizer.train or load."
            )
        if sum(len(self.tokens[token]) for token in pair) > LONGEST:
            raise ValueError(f"merge {len(self.merges)} makes a token of over {LONGEST} bytes.")
        self.merges.append(tuple(pair))
        self.tokens.append(self.tokens[pair[0]] + self.tokens[pair[1]])

    @classmethod
    def train(cls, text, vocabulary_size: int) -> BytePairTokenizer:
        """A tokenizer with the most frequent pairs of a text: one after another the commonest pair
        of neighbours becomes a token, until there are vocabulary_size tokens or no pair occurs
        twice. Of equally common pairs the one with the lowest numbers is taken.

        text: str or bytes. vocabulary_size: 256 (the bytes alone) or more.
        """
        size = check_count("BytePairTokenizer.train: vocabulary_size", vocabulary_size, 256)
        counted = Counter(PIECE.findall(_text(text)))
        pieces, times = [list(_bytes(piece)) for piece in counted], list(counted.values())
        pairs: Counter = Counter()
        places = defaultdict(set)  # the pieces in which a pair occurs, or has occurred
        for i in range(len(pieces)):
            _count(pieces[i], times[i], i, pairs, places)
        merges: list[tuple] = []
        while pairs and len(merges) < size - 256:
            pair = min(pairs, key=lambda pair: (-pairs[pair], pair))
            if pairs[pair] < 2:
                break
            for i in places.pop(pair):  # only these pieces change
                _count(pieces[i], -times[i], i, pairs, places)
                pieces[i] = _merged(pieces[i], pair, 256 + len(merges))
                _count(pieces[i], times[i], i, pairs, places)
            del pairs[pair]
            merges.append(pair)
        return cls(merges)

    def vocabulary_size(self) -> int:
        """The number of tokens."""
        return len(self.tokens)

    def encode(self, text) -> list[int]:
        """The tokens of a text, str or bytes."""
        result = []
        for piece in PIECE.findall(_text(text)):
            if piece not in self._known:
                self._known[piece] = self._encoded(list(_bytes(piece)))
            result += self._known[piece]
        return result

    def _encoded(self, tokens: list[int]) -> list[int]:
        """Merge the pair that was learned first, as long as there is one."""
        never = len(self.tokens)
        while len(tokens) > 1:
            first = min(pairwise(tokens), key=lambda pair: self._numbers.get(pair, never))
            if first not in self._numbers:
                break
            tokens = _merged(tokens, first, self._numbers[first])
        return tokens

    def decode(self, tokens, errors="replace") -> str:
        """The text of these tokens, whole numbers. errors: as in bytes.decode; 'replace' writes a
        mark for bytes that are no UTF-8, as a network may put them together.
        """
        return self.decode_bytes(tokens).decode("utf-8", errors)

    def decode_bytes(self, tokens) -> bytes:
        """The bytes of these tokens."""
        tokens = np.asarray(tokens).ravel().tolist()
        wrong = [t for t in tokens if t not in range(len(self.tokens))]
        if wrong:
            raise ValueError(
                f"The tokens are whole numbers from 0 to {len(self.tokens) - 1}; received "
                f"{wrong[0]!r}."
            )
        return b"".join([self.tokens[int(token)] for token in tokens])

    def save(self, path) -> None:
        """Write the merges to a file, as JSON."""
        text = json.dumps({"format": FORMAT, "merges": self.merges})
        with write_atomically(path_of(path, "BytePairTokenizer.save: path")) as file:
            file.write(text.encode())

    @classmethod
    def load(cls, path) -> BytePairTokenizer:
        """The tokenizer that `save` wrote. ValueError if the file is another one."""
        with open(path_of(path, "BytePairTokenizer.load: path"), "rb") as file:
            content = file.read()
        try:
            description = json.loads(content)
            if description["format"] != FORMAT:
                raise ValueError(f"its format is {description['format']!r:.60}")
            return cls(description["merges"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ValueError(
                f"{path} holds no merges of a BytePairTokenizer ({error}). Train one and save it: "
                "BytePairTokenizer.train(text, 512).save(path)."
            ) from error


def _text(text) -> str:
    """Text, in which a byte that is no UTF-8 is a sign of its own."""
    if isinstance(text, (bytes, bytearray)):
        return text.decode("utf-8", "surrogateescape")
    if not isinstance(text, str):
        raise TypeError(
            f"A BytePairTokenizer takes a text, str or bytes; received {type(text).__name__}. "
            "Of several texts: '\\n'.join(texts)."
        )
    return text


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _count(piece, times: int, i: int, pairs: Counter, places) -> None:
    """Add `times` for each pair of neighbours in piece i; a negative number takes them off."""
    for pair in pairwise(piece):
        pairs[pair] += times
        places[pair].add(i)


def _merged(tokens, pair, new: int) -> list[int]:
    """The tokens, with `new` for each such pair of neighbours, from left to right."""
    result, i = [], 0
    while i < len(tokens):
        found = tuple(tokens[i : i + 2]) == pair
        result.append(new if found else tokens[i])
        i += 2 if found else 1
    return result
