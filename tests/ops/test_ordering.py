"""Ties."""

import numpy as np
import pytest

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


def test_a_target_that_is_no_number_is_not_among_the_largest():
    found = ops.in_top_k([0, 0, 1], [[np.inf, 1.0], [2.0, 1.0], [np.nan, 3.0]], 1)
    assert found.tolist() == [False, True, True]
    rows = np.arange(24.0).reshape(2, 3, 4)
    rows[0, 0, 3] = np.inf
    assert ops.in_top_k([[3, 2, 1], [0, 3, 2]], rows, 2).tolist() == [[0, 1, 0], [0, 1, 1]]


X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ops.top_k([[X, X]], 4), "between 0 and the 3 entries of a row; received 4"),
        (lambda: ops.top_k(X, -1), "received -1"),
        (lambda: ops.quantile(X, -0.01), r"between 0 and 1, or a list of them; received -0.01"),
        (lambda: ops.quantile(X, [0.5, 1.01]), r"received \[0.5, 1.01\]"),
        (lambda: ops.quantile(X, [[0.5]]), r"received \[\[0.5\]\]"),
        (lambda: ops.percentile(X, [50, 100.5]), r"received \[50.0, 100.5\]"),
        (lambda: ops.percentile(X, -1), "between 0 and 100, or a list of them; received -1.0"),
    ],
)
def test_what_lies_beyond_the_entries(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_limits_are_inside():
    assert ops.top_k(X, 0)[0].shape == (2, 0) and ops.top_k(X, 3)[1].tolist() == [[2, 1, 0]] * 2
    assert ops.quantile(X, [0, 1]).tolist() == ops.percentile(X, [0, 100]).tolist() == [0, 5]
