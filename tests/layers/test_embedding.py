"""Embedding."""

import numpy as np

from minidl import Sequential, check_gradients, layers
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


class Words(layers.Layer):
    """Numbers of words to vectors, as tutorials of Transformers write it."""

    def __init__(self):
        super().__init__()
        self.words, self.places = layers.Embedding(200, 2), layers.Embedding(8, 2)

    def call(self, x):
        return self.words(x) + self.places(np.arange(8))


def test_a_layer_with_an_embedding_inside_takes_numbers_that_are_not_scaled():
    model = Sequential([Words(), layers.GlobalAveragePooling1D(), layers.Dense(1)])
    model.compile("sgd", "mse")
    # a warning of the inputs' range would be an error
    model.fit(RNG.integers(100, 200, (16, 8)), RNG.normal(size=(16, 1)), verbose=0)
