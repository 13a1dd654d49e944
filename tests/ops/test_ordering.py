"""Ties."""

import numpy as np

from minidl import ops


def test_ties():
    x = np.array([[1.0, 3.0, 3.0, 2.0, 3.0]])
    np.testing.assert_array_equal(ops.argmax(x, 1).data, [1])
    np.testing.assert_array_equal(ops.argsort(x).data, [[0, 3, 1, 2, 4]])
    np.testing.assert_array_equal(ops.top_k(x, 4)[1].data, [[1, 2, 4, 3]])
    np.testing.assert_array_equal(
        ops.in_top_k([4, 3, 0], np.repeat(x, 3, 0), 1).data, [True, False, False]
    )
    np.testing.assert_array_equal(ops.top_k(np.array([[3, 9, 9]], np.uint8), 2)[0].data, [[9, 9]])
