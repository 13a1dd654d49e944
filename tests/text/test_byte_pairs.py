"""The tokenizer of byte pairs: lossless, as the paper trains it, and saved as plain JSON."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl import preprocessing
from minidl.text.byte_pairs import LONGEST, PIECE

BytePairTokenizer = preprocessing.BytePairTokenizer
TEXT = "low low low low low lower lower newest newest newest newest newest newest widest " * 3
TRAINED = BytePairTokenizer.train(TEXT + " ein schönes 좋은 영화 좋은 영화 schönes", 300)


@given(st.text())
def test_any_text_comes_back(text):
    tokens = TRAINED.encode(text)
    assert TRAINED.decode(tokens, errors="strict") == text
    assert TRAINED.decode_bytes(tokens) == text.encode()


@given(st.binary())
def test_any_bytes_come_back(data):
    assert TRAINED.decode_bytes(TRAINED.encode(data)) == data


@given(st.text("ab lowestn\n", min_size=1), st.integers(256, 290))
def test_a_tokenizer_of_any_text_loses_nothing(text, size):
    tokenizer = BytePairTokenizer.train(text, size)
    assert 256 <= tokenizer.vocabulary_size() <= size
    assert tokenizer.decode(tokenizer.encode(text)) == text


def naive(text, merges):
    """The algorithm of the paper, word by word: all pairs are counted anew for each merge."""
    words = Counter(PIECE.findall(text))
    pieces, learned = {word: list(word.encode()) for word in words}, []
    for new in range(256, 256 + merges):
        pairs = Counter()
        for word, times in words.items():
            for pair in zip(pieces[word], pieces[word][1:]):
                pairs[pair] += times
        best = min(pairs, key=lambda pair: (-pairs[pair], pair), default=None)
        if best is None or pairs[best] < 2:
            break
        learned.append(best)
        for tokens in pieces.values():
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = [new]
                i += 1
    return learned, pieces


@given(st.text("abc ", min_size=1, max_size=60))
def test_training_and_encoding_are_those_of_the_paper(text):
    tokenizer = BytePairTokenizer.train(text, 276)
    merges, pieces = naive(text, 20)
    assert tokenizer.merges == merges
    assert {piece: tokenizer.encode(piece) for piece in pieces} == pieces


def test_frequent_words_become_one_token():
    assert {b" newest", b" low", b" widest"} <= set(TRAINED.tokens)
    assert len(TRAINED.encode(TEXT)) < len(TEXT) / 4
    assert TRAINED.encode("zebra") == list(b"zebra")
    assert BytePairTokenizer.train(b"abab abab", 257).encode(b"abab") == [256, 256]
    assert BytePairTokenizer.train("no pair twice", 300).merges == []


def test_the_example_of_the_docstring():
    tokenizer = BytePairTokenizer.train("low lower lowest low", vocabulary_size=258)
    assert tokenizer.tokens[256:] == [b"lo", b"low"]
    assert tokenizer.encode("slow") == [115, 257]


def test_half_a_letter_is_marked():
    half = TRAINED.encode("é")[:1]
    assert TRAINED.decode(np.array(half)) == "\ufffd"
    with pytest.raises(UnicodeDecodeError):
        TRAINED.decode(half, errors="strict")


def test_the_cost_of_encoding_is_bounded():
    assert max(len(piece.encode()) for piece in PIECE.findall(" " + "영" * 500)) <= LONGEST
    assert "".join(PIECE.findall("  a\t\n _1! " * 50)) == "  a\t\n _1! " * 50


def test_it_is_saved_as_plain_json(tmp_path):
    path = tmp_path / "merges.json"
    TRAINED.save(path)
    assert json.loads(path.read_text(encoding="utf-8"))["merges"][0] == list(TRAINED.merges[0])
    loaded = BytePairTokenizer.load(str(path))
    assert loaded.tokens == TRAINED.tokens and loaded.encode(TEXT) == TRAINED.encode(TEXT)


def doubling():
    return [[97, 97], *([256 + i, 256 + i] for i in range(40))]


@pytest.mark.parametrize(
    ("merges", "expected"),
    [
        ([[97, 256]], r"merge 0 is a pair of tokens from 0 to 255; received \[97, 256\]"),
        ([[97, 98], [256, -1]], "merge 1 is a pair of tokens from 0 to 256"),
        ([[97, 98, 99]], "merge 0 is a pair"),
        ([[97, 98.0]], "merge 0 is a pair"),
        ([[97, True]], "merge 0 is a pair"),
        (doubling(), "merge 8 makes a token of over 260 bytes"),
        (5, "not iterable"),
    ],
)
def test_a_file_of_other_merges_is_refused(tmp_path, merges, expected):
    path = tmp_path / "merges.json"
    text = json.dumps({"format": "minidl byte pairs, 1", "merges": merges})
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"(?s){expected}.*Train one and save it"):
        BytePairTokenizer.load(path)


def test_the_longest_token():
    tokenizer = BytePairTokenizer([*doubling()[:8], [263, 257]])
    assert [len(token) for token in tokenizer.tokens[256:]] == [2**i for i in range(1, 9)] + [260]
    with pytest.raises(ValueError, match="merge 9 makes a token of over 260 bytes"):
        BytePairTokenizer([*tokenizer.merges, [264, 97]])


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"format": 3}', b"[" * 100_000])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "merges.json").write_bytes(content)
    with pytest.raises(ValueError, match="holds no merges of a BytePairTokenizer"):
        BytePairTokenizer.load(tmp_path / "merges.json")


def test_other_mistakes():
    with pytest.raises(TypeError, match="str or bytes; received list"):
        TRAINED.encode(["a", "b"])
    with pytest.raises(TypeError, match="str or bytes; received list"):
        BytePairTokenizer.train(["a", "b"], 300)
    with pytest.raises(ValueError, match=r"vocabulary_size must be a whole number.*256"):
        BytePairTokenizer.train("text", 100)
    for wrong in (-1, TRAINED.vocabulary_size(), 0.5):
        with pytest.raises(
            ValueError, match=f"from 0 to {TRAINED.vocabulary_size() - 1}; received {wrong}"
        ):
            TRAINED.decode([97, wrong])
