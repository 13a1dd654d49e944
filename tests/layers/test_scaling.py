"""Normalization: what it learns from data, and what it refuses."""

import numpy as np
import pytest
from layer_cases import A, B

from minidl import Sequential, layers

RNG = np.random.default_rng(7)
# --- Normalization


def test_normalization_learns_from_data():
    # float32 sums would lose the first column
    x = RNG.normal(size=(20000, 3)) * [1, 50, 0.01] + [1e4, 0, 1]
    for data in (
        x,
        list(np.array_split(x, 7)),
        (part for part in np.array_split(x, 3)),
        [(part, None) for part in np.array_split(x, 3)],
    ):
        layer = layers.Normalization()
        layer.adapt(data)
        np.testing.assert_allclose(layer.mean.numpy(), x.mean(axis=0, keepdims=True), rtol=1e-6)
        np.testing.assert_allclose(layer.variance.numpy(), x.var(axis=0, keepdims=True), rtol=1e-5)
        np.testing.assert_allclose(
            layer(x[:50]).numpy(), (x[:50] - x.mean(axis=0)) / x.std(axis=0), rtol=1e-2, atol=1e-2
        )
    assert [v.name for v in layer.weights] == [
        "mean",
        "variance",
        "count",
    ] and not layer.trainable_weights
    back = layers.Normalization(invert=True)
    back.adapt(x)
    np.testing.assert_allclose(back(layer(x[:50])).numpy(), x[:50], rtol=1e-3, atol=1e-2)


def test_normalization_of_single_numbers_and_lists():
    for axis in (-1, None):
        layer = layers.Normalization(axis=axis)
        layer.adapt(np.array([1.0, 2.0, 3.0, 6.0]))
        np.testing.assert_allclose(
            layer(np.array([[3.0], [6.0]])).numpy()[:, 0],
            np.array([0, 3]) / np.sqrt(3.5),
            rtol=1e-5,
        )
        np.testing.assert_allclose(
            layer(np.array([3.0, 6.0])).numpy(), np.array([0, 3]) / np.sqrt(3.5), rtol=1e-5
        )
    lists = layers.Normalization()
    lists.adapt([[1, 10], [3, 30]])
    np.testing.assert_allclose(lists(np.array([[1, 10]])).numpy(), [[-1, -1]], rtol=1e-5)
    lists.adapt([[0, 0], [0, 0]])  # anew, and a variance of 0 does no harm
    np.testing.assert_array_equal(lists(np.array([[0, 0]])).numpy(), [[0, 0]])


def test_normalization_saves_what_it_learned_in_a_model(tmp_path):
    from minidl import models

    layer = layers.Normalization()
    layer.adapt(A)
    model = Sequential([layer, layers.Dense(1)])
    expected = model(A).numpy()
    model.save(tmp_path / "m.npz")
    np.testing.assert_array_equal(models.load_model(tmp_path / "m.npz")(A).numpy(), expected)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: layers.Normalization(mean=1.0), "needs both mean and variance"),
        (lambda: layers.Normalization(mean=[1.0, 2.0], variance=1.0), r"received \(2,\) and \(\)"),
        (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(A), "nothing to adapt"),
        (lambda: layers.Normalization().adapt([]), "received no data"),
        (
            lambda: adapted(A)(B),
            r"a mean of shape \(3,\) for axis -1 of its inputs; received shape \(2, 3, 4\)",
        ),
        (
            lambda: adapted(A).adapt(np.ones((5, 7))),
            r"a mean of shape \(3,\).*received data of shape \(5, 7\)",
        ),
        (
            lambda: layers.Normalization(axis=3)(A),
            "works along axis 3, which a shape of 2 axes does not have",
        ),
    ],
)
def test_normalization_refuses(act, said):
    with pytest.raises(ValueError, match=said):
        act()


def adapted(x):
    layer = layers.Normalization()
    layer.adapt(x)
    return layer


def test_an_axis_of_unknown_size_and_halves_of_what_is_needed():
    with pytest.raises(
        ValueError, match=r"needs to know the size of axis -1; received shape \(n, None\)"
    ):
        layers.Normalization().build((None, None))
    for half in (dict(mean=1.0), dict(variance=1.0)):
        with pytest.raises(ValueError, match="needs both mean and variance"):
            layers.Normalization(**half)
    with pytest.raises(ValueError, match=r"the same shape; received \(2,\) and \(\)"):
        layers.Normalization(mean=[1.0, 2.0], variance=1.0)
