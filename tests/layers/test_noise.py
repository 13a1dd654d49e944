"""Layers of chance: means, variances, what is dropped together."""

import numpy as np
import pytest

import minidl
from minidl import layers

RNG = np.random.default_rng(7)


# --- chance


@pytest.mark.parametrize(
    ("make", "mean", "variance"),
    [
        (lambda: layers.GaussianNoise(0.5), 2, 0.25),
        (lambda: layers.GaussianNoise(1), 2, 1),
        (lambda: layers.GaussianDropout(0.2), 2, 4 * 0.25),
        (lambda: layers.Dropout(0.2), 2, 4 * 0.25),
        (lambda: layers.SpatialDropout1D(0.2), 2, 4 * 0.25),
    ],
)
def test_noise_keeps_the_mean(make, mean, variance):
    layer, x = make(), np.full((500, 4, 100), 2.0, np.float32)
    y = layer(x, training=True).numpy()
    assert (
        y.mean() == pytest.approx(mean, abs=0.02)
        and y.var() == pytest.approx(variance, rel=0.05)
        and y.dtype == np.float32
    )
    np.testing.assert_array_equal(layer(x).numpy(), x)
    assert (layer(x, training=True).numpy() != y).any()
    assert layer(x.astype(np.int64), training=True).dtype == np.float32


def test_noise_is_drawn_as_its_formula_says():
    x = RNG.normal(size=(3, 4)).astype("f")
    z = minidl.random.generator(5).standard_normal((3, 4))
    y = layers.GaussianNoise(0.5, seed=5)(x, training=True)
    np.testing.assert_allclose(y, x + 0.5 * z, rtol=1e-5)
    y = layers.GaussianDropout(0.2, seed=5)(x, training=True)  # √(0.2/0.8) = 1/2
    np.testing.assert_allclose(y, x * (1 + 0.5 * z), rtol=1e-5)


def test_alpha_dropout_keeps_mean_0_and_variance_1():
    x = RNG.normal(size=(1000, 300)).astype(np.float32)
    y = layers.AlphaDropout(0.3)(x, training=True).numpy()
    assert abs(y.mean()) < 0.01 and y.var() == pytest.approx(1, abs=0.02)


def test_alpha_dropout_shares_draws():
    y = layers.AlphaDropout(0.5, noise_shape=(None, 1, 20))(np.ones((50, 6, 20)), training=True)
    np.testing.assert_array_equal(y.numpy(), np.broadcast_to(y.numpy()[:, :1], y.shape))
    assert len(np.unique(y)) == 2 and (y.numpy()[0] != y.numpy()[1]).any()
    assert layers.AlphaDropout(0.5)(np.array([[1, 2]]), training=True).dtype == np.float32


def test_spatial_dropout_drops_whole_features():
    y = layers.SpatialDropout1D(0.5)(np.ones((50, 6, 20)), training=True).numpy()
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], y.shape))
    assert set(np.unique(y)) == {0, 2} and (y[0] != y[1]).any()


def test_alpha_dropout_keeps_mean_and_variance():
    """A dropped number becomes a·(−λα) + b, a kept one a·x + b."""
    x, rate = np.full((100_000,), 0.5, np.float32), 0.3
    y = layers.AlphaDropout(rate, seed=0)(x, training=True).numpy()
    low = -1.6732632423543772 * 1.0507009873554805
    a = 1 / np.sqrt((1 - rate) * (1 + rate * low**2))
    b = -a * low * rate
    np.testing.assert_allclose(np.unique(y), [a * low + b, a * 0.5 + b], rtol=1e-5)
    assert (y > 0.5).mean() == pytest.approx(0.7, abs=0.01)
