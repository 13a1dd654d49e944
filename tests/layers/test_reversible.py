"""ReversibleEmbedding and Pipeline."""

import numpy as np
import pytest

from minidl import Input, Model, Sequential, Tensor, layers
from minidl.data import Dataset

X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("cap", [None, 0.5])
def test_scores_of_all_words(tied, cap):
    layer = layers.ReversibleEmbedding(5, 4, tie_weights=tied, logit_soft_cap=cap)
    layer(np.zeros((1, 1), int))
    assert [w.shape for w in layer.weights] == [(5, 4), (4, 5)][: 1 if tied else 2]
    layer.set_weights([np.random.default_rng(1).normal(size=w.shape) for w in layer.weights])
    vectors, *own = layer.get_weights()
    expected = X @ (vectors.T if tied else own[0])
    expected = expected if cap is None else cap * np.tanh(expected / cap)
    np.testing.assert_allclose(layer(X, reverse=True), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(layer([[3, 1]]), [vectors[[3, 1]]])


def test_both_ways_train_the_same_vectors():
    layer = layers.ReversibleEmbedding(5, 4)
    start = Input((3,), dtype="int32")
    model = Model(start, layer(layer(start), reverse=True))
    assert model.output_shape == (None, 3, 5) and len(model.trainable_weights) == 1
    (vectors,) = model.get_weights()
    model(np.array([[1, 1, 1]])).sum().backward()
    expected = np.tile(3 * vectors[1], (5, 1))  # sum = 3·e₁·Σe
    expected[1] += 3 * vectors.sum(axis=0)
    np.testing.assert_allclose(layer.embeddings.grad, expected, rtol=1e-5)


def test_padding_and_the_type_of_scores():
    layer = layers.ReversibleEmbedding(5, 4, mask_zero=True, reverse_dtype="float16")
    assert layer([[3, 0]]).mask.numpy().tolist() == [[True, False]]
    scores = layer(X, reverse=True)
    assert scores.dtype == "float16" and scores.mask is None
    assert layers.ReversibleEmbedding(5, 4)([[3, 0]]).mask is None


def test_layers_one_after_another():
    row = layers.Pipeline([layers.Rescaling(2.0), layers.Dense(3), layers.Rescaling(1.0, 1.0)])
    row(X)
    kernel, bias = row.layers[1].get_weights()
    np.testing.assert_allclose(row(X), 2 * X @ kernel + bias + 1, rtol=1e-5)
    assert [w.shape for w in row.weights] == [(4, 3), (3,)]
    assert list(row.get_config()) == ["layers", "name"]
    model = Sequential([Input((3, 4)), row])
    np.testing.assert_array_equal(model.predict(X, verbose=0), row(X))
    with pytest.raises(TypeError, match="Pipeline takes a list of layers; received 3"):
        layers.Pipeline([layers.Flatten(), 3])


def test_images_change_outside_a_model_only_in_training():
    """As those that RandomFlip itself changes."""
    row = layers.Pipeline([layers.RandomFlip("horizontal", seed=3), layers.Identity()])
    pictures = np.arange(64.0).reshape(16, 2, 2, 1)
    for given in (row(pictures), *Dataset.from_tensors(pictures).map(row)):
        changed = (np.asarray(given) != pictures).any(axis=(1, 2, 3))
        assert 0 < changed.sum() < 16
    assert (row(pictures, training=False).numpy() == pictures).all()
    model = Sequential([row])
    assert (model.predict(pictures, verbose=0) == pictures).all()
    assert isinstance(row(Tensor(pictures)), Tensor)
