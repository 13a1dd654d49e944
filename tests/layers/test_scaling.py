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


@pytest.mark.parametrize("axis", [-1, 1, (1, 3), (-1, 1), None])
def test_normalization_along_any_axes(axis):
    """All numbers that stand at one place along `axis` are one feature, in all pieces."""
    x = RNG.normal(size=(7, 2, 5, 3)) * [1, 5, 20] + np.arange(10.0).reshape(2, 5, 1)
    kept = () if axis is None else tuple(a % 4 for a in np.atleast_1d(axis))
    others = tuple(a for a in range(4) if a not in kept)
    mean, std = x.mean(others, keepdims=True), x.std(others, keepdims=True)
    for data in (x, [x], [x[:1], x[1:]], [(x, None)], [x, x[:1]]):
        layer = layers.Normalization(axis, dtype="float64")
        layer.adapt(data, steps=2 if len(data) == 2 and len(data[0]) == 1 else 1)
        np.testing.assert_allclose(layer.mean.numpy(), mean, rtol=1e-10)
        np.testing.assert_allclose(layer.variance.numpy(), std**2, rtol=1e-10)
        np.testing.assert_allclose(layer(x).numpy(), (x - mean) / std, rtol=1e-9, atol=1e-12)
    given = layers.Normalization(axis, np.squeeze(mean), np.squeeze(std) ** 2, invert=True)
    np.testing.assert_allclose(given(layer(x)).numpy(), x, rtol=1e-4, atol=1e-4)


def test_a_variance_of_nearly_nothing_and_pieces_that_do_not_fit():
    layer = layers.Normalization(mean=1.0, variance=0.0, dtype="float64")
    np.testing.assert_allclose(layer(np.array([[1 + 1e-7, 1.0]])).numpy(), [[1, 0]], atol=1e-6)
    layer = layers.Normalization(axis=2)
    layer.adapt(np.ones((3, 4, 2)))
    for wrong in (np.ones((3, 4)), np.ones((3, 2, 4)), np.ones(3)):
        with pytest.raises(ValueError, match=r"mean of shape \(2,\) for axis 2; received data of"):
            layer.adapt(wrong)
    with pytest.raises(ValueError, match=r"of shape \(2,\) for axis 2 of its inputs; received"):
        layer(np.ones((3, 2, 4)))
    numbers = layers.Normalization(axis=None)
    numbers.adapt([np.float64(1), np.float64(3)])
    assert (numbers.mean.item(), numbers.variance.item()) == (2, 1)
    one = layers.Normalization()
    one.adapt(np.array([1.0, 3.0]))
    assert one(np.array([3.0, 5.0])).numpy().tolist() == [1, 3]
    assert one(np.array([[3.0], [5.0]])).numpy().tolist() == [[1], [3]]


@pytest.mark.parametrize("value", [True, "a", None, np.nan, np.inf, [1.0, np.inf]])
def test_rescaling_takes_numbers(value):
    for options in (dict(scale=value), dict(scale=1, offset=value)):
        with pytest.raises(ValueError, match=f"Rescaling: {list(options)[-1]} is a number, or one"):
            layers.Rescaling(**options)
    pixels = np.array([[0, 128]], np.uint8)
    assert layers.Rescaling(2, [1, -1])(pixels).numpy().tolist() == [[1, 255]]


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
