"""CategoryEncoding, IntegerLookup and Discretization: rows of categories."""

import numpy as np
import pytest

from minidl import (
    layers,
)


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
