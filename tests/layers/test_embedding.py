"""Embedding."""

import numpy as np

from minidl import check_gradients, layers
from minidl.layers import Embedding

RNG = np.random.default_rng(7)


def test_gradients_of_an_embedding(in_float64):
    layer, words = layers.Embedding(5, 3), np.array([[1, 1, 4], [0, 1, 2]])
    layer(words)

    def f(rows):
        layer.embeddings = rows
        return layer(words)

    assert check_gradients(f, RNG.normal(size=(5, 3)))


def test_embedding_needs_no_shape():
    layer = Embedding(3, 2)
    layer.build()
    assert layer.built and layer.embeddings.shape == (3, 2)


def test_given_weights_are_there_at_once():
    table = np.arange(8, dtype="f").reshape(4, 2)
    layer = layers.Embedding(4, 2, weights=[table])
    alone = layers.Embedding(4, 2, weights=table)
    np.testing.assert_array_equal(alone.embeddings.numpy(), table)
    np.testing.assert_array_equal(layer.embeddings.numpy(), table)
    assert layer(np.array([[3]])).numpy().tolist() == [[[6, 7]]]
    assert layer(np.array([0.0, 3.0])).numpy().tolist() == [[0, 1], [6, 7]]  # floats that are whole
    assert layer(np.zeros((3, 0), int)).shape == (3, 0, 2)


def test_only_with_mask_zero_it_makes_masks():
    assert layers.Embedding(4, 2, mask_zero=True).supports_masking
    assert not layers.Embedding(4, 2).supports_masking
