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
