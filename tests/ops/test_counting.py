"""unique."""

import numpy as np

import minidl
from minidl import Input, ops


def test_unique():
    x = np.array([[3, 1, 3], [7, 3, 1]])
    values, first, places, counts = ops.unique(
        x, return_index=True, return_inverse=True, return_counts=True
    )
    np.testing.assert_array_equal(values.data, [1, 3, 7])
    np.testing.assert_array_equal(x.ravel()[first.data], values.data)
    np.testing.assert_array_equal(values.data[places.data], x)
    assert (
        counts.tolist() == [2, 3, 1]
        and counts.dtype == first.dtype == places.dtype == np.int32
        and values.dtype == x.dtype
    )
    columns, places = ops.unique(x[:, [0, 1, 0]], return_inverse=True, axis=1)
    assert columns.tolist() == [[1, 3], [3, 7]] and places.tolist() == [1, 0, 1]
    assert ops.unique(x, size=2).tolist() == [1, 3] and ops.unique(x, size=5).tolist() == [
        1,
        3,
        7,
        1,
        1,
    ]
    assert ops.unique(x, size=4, return_counts=True)[1].tolist() == [2, 3, 1, 0]
    assert ops.unique(x, axis=1, size=4, fill_value=0).tolist() == [[1, 3, 3, 0], [3, 1, 7, 0]]
    assert isinstance(ops.unique(Input((3,)), size=2), minidl.KerasTensor)


def test_segments_of_nothing():
    for function in (ops.segment_sum, ops.segment_max, ops.segment_prod):
        assert function(np.zeros((0, 2)), np.zeros(0, int)).shape == (0, 2)
        assert function(np.zeros((0, 2)), np.zeros(0, int), 3).shape == (3, 2)
