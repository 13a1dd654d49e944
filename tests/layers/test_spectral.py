"""SpectralNormalization: power iteration, step by step and to its end."""

import numpy as np
import pytest

from minidl import Sequential, layers, models

X = np.random.default_rng(0).normal(size=(32, 3)).astype("f")
Y = X.sum(axis=1, keepdims=True)


def test_spectral_normalization_keeps_the_largest_singular_value_at_1(tmp_path):
    layer = layers.SpectralNormalization(layers.Dense(4), power_iterations=30)
    model = Sequential([layers.Input((3,)), layer, layers.Dense(1)])
    model.layers[0].layer.kernel.assign(np.random.default_rng(1).normal(size=(3, 4)) * 5)
    before = layer.layer.kernel.numpy().copy()
    model(X)
    np.testing.assert_array_equal(layer.layer.kernel.numpy(), before)  # not in training: unchanged
    model(X, training=True)
    after = layer.layer.kernel.numpy()
    np.testing.assert_allclose(np.linalg.norm(after, 2), 1, rtol=1e-4)
    np.testing.assert_allclose(after * np.linalg.norm(before, 2), before, rtol=1e-3)
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    layer.layer.kernel.assign(np.zeros((3, 4)))
    model(X, training=True)
    assert not layer.layer.kernel.numpy().any()
    with pytest.raises(ValueError, match="Flatten has none"):
        layers.SpectralNormalization(layers.Flatten())(X)
    with pytest.raises(TypeError, match=r"SpectralNormalization takes a layer.*received 3"):
        layers.SpectralNormalization(3)


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize(
    ("inner", "x"),
    [
        (layers.Dense(4), X),
        (layers.Conv2D(2, 3), np.ones((1, 5, 5, 3), "f")),
        (layers.Embedding(6, 4), np.array([[1, 2]])),
    ],
    ids=lambda v: getattr(v, "name", ""),
)
def test_power_iteration_goes_on_from_step_to_step(inner, x, rounds):
    layer = layers.SpectralNormalization(type(inner).from_config(inner.get_config()), rounds)
    layer(x)
    kernel = np.random.default_rng(1).normal(size=layer.kernel.shape)
    layer.kernel.assign(kernel)
    matrix, u = kernel.reshape(-1, kernel.shape[-1]), layer.vector_u.numpy()
    assert layer.trainable_weights[0] is layer.kernel and not layer.vector_u.trainable
    assert u.shape == (1, kernel.shape[-1]) and 0 < np.abs(u).max() <= 0.04
    for _ in range(2):
        for _ in range(rounds):
            v = u @ matrix.T / np.linalg.norm(u @ matrix.T)
            u = v @ matrix / np.linalg.norm(v @ matrix)
        matrix = matrix / (v @ matrix @ u.T)
        layer(x, training=True)
        np.testing.assert_allclose(layer.vector_u.numpy(), u, rtol=1e-4)
        np.testing.assert_allclose(
            layer.kernel.numpy().ravel(), matrix.ravel(), rtol=1e-4, atol=1e-6
        )
