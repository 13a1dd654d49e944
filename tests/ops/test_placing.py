"""Slices, and values put at given positions."""

import numpy as np
import pytest

from minidl import Input, Tensor, ops

X = np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(
    ("start", "shape", "expected"),
    [
        ((1, 1), (-1, -1), X[1:, 1:]),
        ((0, 2), (2, -1), X[:2, 2:]),
        ([0, 0], [-1, 1], X[:, :1]),
    ],
)
def test_a_size_of_minus_1_reaches_to_the_end(start, shape, expected):
    np.testing.assert_array_equal(ops.slice(X, start, shape).data, expected)


def test_a_slice_of_a_symbol():
    assert ops.slice(Input((4,)), (0, 1), (-1, -1)).shape == (None, 3)


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("add", [7, 4, 4]),
        ("mul", [8, 3, 4]),
        ("max", [4, 3, 4]),
        ("min", [1, 1, 4]),
    ],
)
def test_updates_of_one_position_are_reduced(reduction, expected):
    found = ops.scatter_update([1.0, 1.0, 4.0], [[0], [1], [0]], [2.0, 3.0, 4.0], reduction)
    np.testing.assert_array_equal(found.data, expected)


def test_what_has_no_derivative_says_so():
    x = Tensor([1.0], requires_grad=True)
    with pytest.raises(NotImplementedError, match="scatter_update"):
        ops.scatter_update(x, [[0]], [2.0], "max").backward()
