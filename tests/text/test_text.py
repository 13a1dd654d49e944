"""The Tokenizer and hashed words."""

import json

import numpy as np
import pytest
from minidl.preprocessing import Tokenizer

import minidl
from minidl import Sequential, layers, set_random_seed
from minidl.utils import pad_sequences

# --- words and series
# ---


def test_hashed_words_are_the_same_in_every_run():
    words = minidl.preprocessing.text.one_hot("The cat, the dog!", 50)
    assert (
        words
        == minidl.preprocessing.text.hashing_trick("the cat the dog", 50, "md5")
        == [43, 32, 43, 2]
    )
    assert minidl.preprocessing.text.hashing_trick("a bb ccc", 3, len) == [2, 1, 2]
    assert minidl.preprocessing.text.hashing_trick("Cat", 50, lambda w: w == "cat") == [2]
    assert minidl.preprocessing.text.one_hot("a b", 2) == [1, 1]
    assert minidl.preprocessing.text.text_to_word_sequence("A  b,C") == ["a", "b", "c"]
    with pytest.raises(ValueError, match="at least 2"):
        minidl.preprocessing.text.one_hot("a", 1)


def test_a_tokenizer_outlives_its_script():
    tokenizer = minidl.preprocessing.text.Tokenizer(num_words=4, oov_token="?")
    tokenizer.fit_on_texts(["the cat sat", "the dog"])
    again = minidl.preprocessing.text.tokenizer_from_json(tokenizer.to_json())
    assert again.texts_to_sequences(["the zebra sat"]) == tokenizer.texts_to_sequences(
        ["the zebra sat"]
    )
    assert (
        again.get_config() == tokenizer.get_config()
        and json.loads(tokenizer.to_json(indent=1))["class_name"] == "Tokenizer"
    )
    assert (
        again.texts_to_matrix(["the cat"], "tfidf")
        == tokenizer.texts_to_matrix(["the cat"], "tfidf")
    ).all()


def test_tokenizer():
    t = Tokenizer(oov_token="?")
    t.fit_on_texts(["the cat", "the dog, the end"])
    assert (
        t.word_index == {"?": 1, "the": 2, "cat": 3, "dog": 4, "end": 5}
        and t.document_count == 2
        and t.word_docs["the"] == 2
    )
    assert t.texts_to_sequences(["The bird", ""]) == [[2, 1], []]
    assert t.sequences_to_texts([[2, 1, 77]]) == ["the ? ?"]
    np.testing.assert_array_equal(t.texts_to_matrix(["the the cat"], "count"), [[0, 0, 2, 1, 0, 0]])
    shares = [[0, 0, 2 / 3, 1 / 3, 0, 0], [0, 0, 1, 0, 0, 0], [0] * 6]
    np.testing.assert_allclose(t.texts_to_matrix(["the the cat", "the", ""], "freq"), shares)
    assert t.texts_to_matrix(["the the cat"]).tolist() == [[0, 0, 1, 1, 0, 0]]
    np.testing.assert_allclose(
        t.texts_to_matrix(["the the cat"], "tfidf")[0, 2:4],
        [(1 + np.log(2)) * np.log(1 + 2 / 3), np.log(2)],
    )


def test_rare_words_and_other_units():
    for oov, sequences, matrix in (
        (None, [[1, 2], []], [[0, 1, 1], [0, 0, 0]]),
        ("?", [[2, 1], [1]], [[0, 1, 1], [0, 1, 0]]),
    ):
        t = Tokenizer(num_words=3, oov_token=oov)
        t.fit_on_texts(["a a a b b c"])
        assert t.texts_to_sequences(["A b", "c"]) == sequences
        assert t.texts_to_matrix(["a b", "c"]).tolist() == matrix
    assert t.sequences_to_matrix([[1, 3, 4]]).tolist() == [[0, 1, 0]]
    assert t.sequences_to_texts([[2, 3]]) == ["a ?"]
    t = Tokenizer(num_words=9)
    t.fit_on_texts(["a"])  # 8 is no word of any text
    assert t.sequences_to_matrix([[8, 8]], "tfidf")[0, 8] == (1 + np.log(2)) * np.log(2)
    for options, text, index in (
        ({"char_level": True}, "abBb", {"b": 1, "a": 2}),
        ({"char_level": True, "lower": False}, "abBb", {"b": 1, "a": 2, "B": 3}),
        ({}, ["A b", "a B", "c"], {"a b": 1, "c": 2}),
        ({"analyzer": lambda text: text.split("b")}, "AbAbc", {"A": 1, "c": 2}),
    ):
        t = Tokenizer(**options)
        t.fit_on_texts([text])
        assert t.word_index == index


def test_tokenizer_errors():
    t = Tokenizer()
    with pytest.raises(
        ValueError, match="mode is 'binary', 'count', 'freq' or 'tfidf'; received 'tf-idf'"
    ):
        t.texts_to_matrix(["a"], "tf-idf")
    with pytest.raises(ValueError, match="fit_on_texts first"):
        t.texts_to_matrix(["a"])
    with pytest.raises(ValueError, match="fit_on_texts first"):
        Tokenizer(num_words=5).sequences_to_matrix([[1]], "tfidf")
    with pytest.raises(ValueError, match=r"Write \[text\]"):
        t.fit_on_texts("one text")


def test_the_way_from_texts_to_a_trained_network():
    set_random_seed(1)
    texts, labels = (
        ["good film", "a very good end", "bad film", "so bad a film", "good good", "bad bad bad"],
        np.array([1, 1, 0, 0, 1, 0]),
    )
    t = Tokenizer()
    t.fit_on_texts(texts)
    x = pad_sequences(t.texts_to_sequences(texts), maxlen=4)
    model = Sequential(
        [
            layers.Embedding(len(t.word_index) + 1, 4),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.1
    model.fit(x, labels, epochs=40, verbose=0)
    assert model.evaluate(x, labels, verbose=0)[1] == 1.0
