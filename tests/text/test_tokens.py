"""Functions of one's own that cut texts into tokens."""

import numpy as np

from minidl import layers


def test_functions_of_yours():
    def clean(texts):
        seen.append((type(texts), texts.dtype.kind, texts.shape))
        return np.char.replace(np.char.lower(texts), "<br />", " ")

    seen: list = []
    layer = layers.TextVectorization(
        standardize=clean, split=lambda texts: np.char.split(texts, "-")
    )
    layer.adapt(["A-B<br />C", "a"])
    assert layer.get_vocabulary() == ["", "[UNK]", "a", "b c"] and seen == [(np.ndarray, "U", (2,))]
    np.testing.assert_array_equal(layer([["B C-a"], ["q"]]), [[3, 2], [1, 0]])
    ragged = layers.TextVectorization(
        standardize=None,
        split=lambda texts: [text.split(",") for text in texts],
        vocabulary=["x", "y"],
    )
    np.testing.assert_array_equal(ragged(["x,y", "y"]), [[2, 3], [3, 0]])
