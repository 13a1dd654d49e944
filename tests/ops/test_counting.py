"""unique."""

import numpy as np
import pytest

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


def test_whole_numbers_are_counted_exactly():
    """As float32, 16777216 and 16777217 are the same."""
    big = 2**24
    counts, edges = ops.histogram(np.array([big, big + 2]), [big, big + 1, big + 2])
    assert counts.tolist() == [1, 1] and edges.dtype == np.float32
    assert ops.histogram(np.float64([1, 2, 2]), 2)[0].tolist() == [1, 2]
    assert ops.bincount(np.array([[0, 2], [1, 1]])).tolist() == [[1, 0, 1], [0, 2, 0]]
    cube = np.array([[[0, 1], [1, 1]]] * 2)
    assert ops.bincount(cube).tolist() == [[[1, 1], [0, 2]]] * 2
    assert ops.bincount([]).tolist() == [] and ops.bincount([2], minlength=2).tolist() == [0, 0, 1]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_distinct_entries_are_cut_or_filled_up(size):
    x = np.array([[7, 1], [7, 3]])
    values, first, places, counts = ops.unique(x, True, True, True, True, size=size)
    assert values.tolist() == [1, 3, 7, 1, 1][:size] and counts.tolist() == [1, 1, 2, 0, 0][:size]
    assert first.tolist() == [1, 3, 0, 1, 1][:size] and places.tolist() == [[2, 0], [2, 1]]
    assert ops.unique(x, size=size, fill_value=9).tolist() == [1, 3, 7, 9, 9][:size]
    rows = ops.unique(x, axis=-1, size=size, fill_value=9).data
    assert rows.tolist() == [([1, 7] + [9] * 3)[:size], ([3, 7] + [9] * 3)[:size]]


def test_rows_of_no_segment_are_left_out():
    x = np.arange(6.0).reshape(3, 2)
    assert ops.segment_sum(x, [1, -1, 5], 2).tolist() == [[0, 0], [0, 1]]
    assert ops.segment_sum(x, [1, 0, 1]).tolist() == [[2, 3], [4, 6]]
