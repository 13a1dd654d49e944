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
