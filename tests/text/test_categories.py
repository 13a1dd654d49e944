"""CategoryEncoding, IntegerLookup and Discretization: rows of categories."""

import numpy as np
import pytest

from minidl import Tensor, layers


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
    layer = layers.Discretization([0.1, 0.15, 0.2])
    x = np.array([[0.05, 0.1, 0.12], [0.15, 0.19999, 0.2]])
    assert layer(x).numpy().tolist() == [[0, 1, 1], [2, 2, 3]]
    layer = layers.Discretization(num_bins=4)
    layer.adapt(np.linspace(0, 0.01, 101))
    assert layer.bin_boundaries == pytest.approx([0.0025, 0.005, 0.0075], abs=2e-4)
    assert layer(np.array([0.001, 0.004, 0.006, 0.009])).numpy().tolist() == [0, 1, 2, 3]
