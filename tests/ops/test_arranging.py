"""Ops at their edges."""

import numpy as np
import pytest

from minidl import ops, random

# --- ops


def test_ops_at_their_edges():
    x = np.arange(12.0).reshape(3, 4)
    for axes in ((0, 0), (0, -2)):
        with pytest.raises(ValueError, match="rot90: axes are two different ones"):
            ops.rot90(x, axes=axes)
    assert ops.unique([1.0, np.nan, 2.0, np.nan]).shape == (4,)
    assert [part.shape for part in ops.split(np.ones(0), 2)] == [(0,), (0,)]
    w = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(ops.average(x, (0,), w).numpy(), np.average(x, 0, w))
    length = np.sqrt((x**2).sum())
    np.testing.assert_allclose(ops.normalize(x, axis=(0, 1)).numpy(), x / length, rtol=1e-6)
    assert random.dropout(np.ones(4), 1.0).numpy().tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("cuts", [3, [1, 4], (2,)])
def test_the_places_to_split_may_be_a_tensor(cuts):
    x = np.arange(6.0)
    for found, expected in zip(ops.split(x, ops.array(cuts)), np.split(x, cuts), strict=True):
        np.testing.assert_array_equal(found.data, expected)
    np.testing.assert_array_equal(ops.linspace(0, 1, ops.array(3)).data, [0, 0.5, 1])
