"""Rows of an encoding."""

import numpy as np
import pytest

from minidl import layers


def test_rows_keep_their_width():
    for layer in (
        layers.StringLookup(output_mode="multi_hot"),
        layers.TextVectorization(output_mode="count"),
    ):
        layer.adapt(["a", "b"])
        layer(["a"])
        layer.adapt(["c", "d"])  # as many as before
        with pytest.raises(
            RuntimeError,
            match="already made rows of 3 columns, so its vocabulary cannot grow or shrink to 2",
        ):
            layer.adapt(["a"])
        assert layer.get_vocabulary() == ["[UNK]", "d", "c"] and layer(["c"]).shape[-1] == 3
    for settings in ({}, {"output_mode": "count", "max_tokens": 9, "pad_to_max_tokens": True}):
        layer = layers.StringLookup(**settings)  # whose results keep their shape
        layer.adapt(["a", "b"])
        width = layer([["a"]]).shape[-1]
        layer.adapt(["a"])
        assert layer.get_vocabulary() == ["[UNK]", "a"] and layer([["a"]]).shape[-1] == width


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count", "tf_idf"])
def test_one_row_of_one_token(mode):
    """Has as many axes as many rows of many tokens; and a text of one word is a row of one."""
    layer = layers.StringLookup(output_mode=mode)
    layer.adapt(["a", "a", "b"])
    many, one = layer([["a", "b"], ["b", "b"]]).numpy(), layer([["b"]]).numpy()
    assert one.shape == ((1, 1) if mode == "int" else (1, 3))
    expected = many[1:, :1] if mode == "int" else layer(["b"]).numpy().reshape(1, 3)
    np.testing.assert_array_equal(one, expected)
    words = layers.TextVectorization(output_mode="int")
    words.adapt(["a a b"])
    assert words([["b"]]).numpy().tolist() == [[3]] and words(["b"]).numpy().tolist() == [[3]]


def test_a_text_that_is_not_split_is_a_number():
    layer = layers.TextVectorization(split=None, vocabulary=["a b", "c"])
    for x, expected in (("c", 3), (["a b", "d"], [2, 1]), ([["c"], ["a b"]], [[3], [2]])):
        assert layer(x).numpy().tolist() == expected
    layer = layers.TextVectorization(split=None, vocabulary=["c"], output_sequence_length=2)
    assert layer([["c", "d", "c"]]).numpy().tolist() == [[2, 1]]
    assert layer(["c"]).numpy().tolist() == [[2, 0]]
    layer = layers.TextVectorization(split=None, vocabulary=["c"], output_mode="count")
    assert layer(["c", "d"]).numpy().tolist() == [[0, 1], [1, 0]]


def test_ngrams_of_short_and_long_texts():
    for ngrams, grams in (
        (1, ["a", "b", "c"]),
        (2, ["a", "b", "c", "a b", "b c"]),
        (10**9, ["a", "b", "c", "a b", "b c", "a b c"]),
        ((3, 2), ["a b c", "a b", "b c"]),
        ((4,), []),
    ):
        layer = layers.TextVectorization(ngrams=ngrams, vocabulary=[*grams, "z"])
        known = layer.get_vocabulary()
        rows = layer(["a b c", "z"]).numpy()
        assert [known[place] for place in rows[0]][: len(grams)] == grams
        assert rows.shape[1] == max(len(grams), isinstance(ngrams, int))


def test_columns_that_hold_nothing():
    layer = layers.StringLookup(num_oov_indices=2, output_mode="tf_idf")
    for tokens, weights, idf in (
        (["a", "b"], [0.25, 0.75], [0.5, 0.5, 0.25, 0.75]),
        (["[UNK]", "[UNK]", "a", "b"], [0.5, 1, 2, 4], [0.5, 1, 2, 4]),
    ):
        layer.set_vocabulary(tokens, weights)
        assert layer.get_config()["idf_weights"] == idf
    layer = layers.StringLookup(max_tokens=2, num_oov_indices=2, output_mode="tf_idf")
    layer.adapt(["a"])
    assert layer.get_vocabulary() == ["[UNK]"] * 2 and layer(["a", "b"]).numpy().tolist() == [0, 0]
    one = layers.StringLookup(max_tokens=2, output_mode="tf_idf", pad_to_max_tokens=True)
    one.adapt(["a", "a", "b"])  # of three texts two have it
    ratio = np.log(1 + 3 / (1 + 2))
    np.testing.assert_allclose(one([["a"], ["b"]]), [[0, ratio], [ratio, 0]], rtol=1e-6)
