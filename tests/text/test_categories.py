"""CategoryEncoding, IntegerLookup and Discretization: rows of categories."""

import numpy as np
import pytest

from minidl import Tensor, layers
from minidl.text import categories


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
@pytest.mark.parametrize(
    "layer",
    [
        lambda mode: layers.CategoryEncoding(3, output_mode=mode),
        lambda mode: layers.IntegerLookup(vocabulary=[1, 2], output_mode=mode),
        lambda mode: layers.Discretization([0.5, 1.5], output_mode=mode),
    ],
    ids=["CategoryEncoding", "IntegerLookup", "Discretization"],
)
def test_rows_of_categories_are_made_along_the_second_axis(layer, mode):
    x = np.random.default_rng(0).integers(0, 3, (2, 3, 4))
    found = layer(mode)(x).numpy()
    count = (x[..., None] == np.arange(3)).sum(axis=1)
    assert found.tolist() == (count if mode == "count" else count > 0).tolist()


@pytest.mark.parametrize("shape", [(), (5,), (2, 5), (2, 5, 3), (0,)])
def test_weights_are_counted_where_their_categories_are(shape):
    rng = np.random.default_rng(1)
    x, weights = rng.integers(0, 3, shape), rng.random(shape).astype("float32")
    layer = layers.CategoryEncoding(3, "count")
    kinds = np.atleast_1d(x)[..., None] == np.arange(3)
    expected = (kinds * np.atleast_1d(weights)[..., None]).sum(axis=min(1, max(0, len(shape) - 1)))
    np.testing.assert_allclose(layer(x, count_weights=weights), expected, rtol=1e-6)
    assert layer(x, count_weights=np.ones(shape)).numpy().tolist() == layer(x).numpy().tolist()
    given = Tensor(weights, requires_grad=True)
    layer(x, count_weights=given).sum().backward()
    np.testing.assert_array_equal(given.grad, np.ones(shape))


def test_one_hot_replaces_an_axis_of_one():
    layer = layers.CategoryEncoding(3, "one_hot")
    for x, shape in ((1, (1, 3)), ([1], (1, 3)), ([[1]], (1, 3)), ([[1, 2]], (1, 2, 3))):
        assert layer(x).shape == shape
    assert layer(np.zeros((4, 0), int)).shape == (4, 0, 3)
    assert layers.CategoryEncoding(3, "binary").output_mode == "multi_hot"
    assert layers.IntegerLookup(output_mode="tf-idf").output_mode == "tf_idf"


def test_bins_by_hash():
    hashing = layers.Hashing(1, mask_value="")
    assert hashing(["a", ""]).numpy().tolist() == [0, 0] and hashing("a").dtype == np.int64
    masked = layers.Hashing(2, mask_value=7)
    assert masked([7, 8, 9, 10, 11]).numpy().tolist() == [0, 1, 1, 1, 1]
    assert layers.Hashing(2, output_mode="count")(["a", "a"]).dtype == np.float32
    bins = layers.Hashing(5)
    assert bins(3).numpy() == bins("3").numpy() == bins(b"3").numpy() == bins([[3]]).numpy()
    assert layers.Hashing(5, dtype="int32")(["a"]).dtype == np.int32


def test_discretization_of_lists_of_numbers_or_arrays():
    x = np.arange(60.0)
    found = []
    for data in (
        x,
        x.tolist(),
        x.reshape(6, 10).tolist(),
        np.split(x, 3),
        (piece for piece in np.split(x, 3)),
        Tensor(x),
    ):
        layer = layers.Discretization(num_bins=3)
        layer.adapt(data)
        found.append(layer.bin_boundaries)
    assert found == [found[0]] * 6 and found[0] == pytest.approx([19, 39])
    layer.adapt((piece for piece in np.split(x, 3)), steps=1)
    assert layer.bin_boundaries[-1] < 20
    quarters = layers.Discretization(num_bins=4)
    quarters.adapt(x**2)  # every number of so few is kept
    assert quarters.bin_boundaries == [14**2, 29**2, 44**2]


def test_a_summary_is_shortened_to_equal_shares():
    summary = np.stack([np.arange(1.0, 201.0), np.ones(200)])
    expected = [[20 * i for i in range(1, 11)], [20] * 10]
    np.testing.assert_allclose(categories._shortened(summary, 0.1), expected, rtol=1e-6)
    few = np.array([[1.0, 2.0, 3.0], [1.0] * 3])
    assert categories._shortened(few, 0.5).tolist() == [[1.5, 3], [1.5, 1.5]]
    assert categories._shortened(few, 0.3) is few
    expected = [[50, 100, 150, 200], [50] * 4]
    np.testing.assert_allclose(categories._summary(summary[0], 0.25), expected)


def test_discretization_after_a_mistake():
    layer = layers.Discretization(num_bins=2)
    layer.adapt([0.0, 1.0, 2.0, 3.0])
    before = layer.bin_boundaries
    for data in ([], [np.nan], ["a"], iter([np.ones(3), np.array([np.nan])])):
        with pytest.raises((ValueError, TypeError)):
            layer.adapt(data)
        assert layer.bin_boundaries == before


def test_boundaries_closer_than_1():
    """A boundary begins the next bin, however near the boundaries are to each other."""
    assert layers.Discretization([1, 1])([0, 1]).numpy().tolist() == [0, 2]
    layer = layers.Discretization([0.1, 0.15, 0.2])
    assert layer(0.16).dtype == np.int32 and layer(0.16).numpy() == 2
    x = np.array([[0.05, 0.1, 0.12], [0.15, 0.19999, 0.2]])
    assert layer(x).numpy().tolist() == [[0, 1, 1], [2, 2, 3]]
    layer = layers.Discretization(num_bins=4)
    layer.adapt(np.linspace(0, 0.01, 101))
    assert layer.bin_boundaries == pytest.approx([0.0025, 0.005, 0.0075], abs=2e-4)
    assert layer(np.array([0.001, 0.004, 0.006, 0.009])).numpy().tolist() == [0, 1, 2, 3]
