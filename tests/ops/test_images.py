"""Windows: the sizes and places of transposed convolutions, and what is refused."""

import numpy as np
import pytest

from minidl import ops

# (kernel, padding, strides, output_padding): where 1, 2 are sent, as in Keras
SPREAD = {
    ((1, 10, 100), "valid", 1, None): [1, 12, 120, 200],
    ((1, 10, 100), "valid", 2, 1): [1, 10, 102, 20, 200, 0],
    ((1, 10, 100), "valid", 4, None): [1, 10, 100, 0, 2, 20, 200, 0],
    ((1, 10, 100), "valid", 4, 0): [1, 10, 100, 0, 2, 20, 200],
    ((1, 10, 100), "same", 1, None): [12, 120],
    ((1, 10, 100), "same", 2, None): [1, 10, 102, 20],
    ((1, 10, 100), "same", 2, 0): [10, 102, 20],
    ((1, 10, 100), "same", 4, None): [1, 10, 100, 0, 2, 20, 200, 0],
    ((1, 10, 100), "same", 4, 1): [1, 10, 100, 0, 2, 20],
    ((1, 10), "valid", 4, None): [1, 10, 0, 0, 2, 20, 0, 0],
    ((1, 10), "same", 1, None): [1, 12],
    ((1, 10), "same", 2, 0): [10, 2],
    ((1, 10), "same", 2, 1): [1, 10, 2],
    ((1, 10), "same", 4, 0): [10, 0, 0, 2],
}


@pytest.mark.parametrize("case", SPREAD, ids=str)
def test_each_number_is_sent_to_a_window(case):
    kernel, padding, strides, output_padding = case
    x, w = np.array([1.0, 2.0]).reshape(1, 2, 1), np.array(kernel, float).reshape(-1, 1, 1)
    found = ops.conv_transpose(x, w, strides, padding, output_padding).data
    assert found.ravel().tolist() == SPREAD[case]
    # along a second axis of another size
    wide = ops.conv_transpose(x[:, None], w[None], (1, strides), padding, output_padding and (0, 1))
    if output_padding is None:
        assert wide.data.ravel().tolist() == SPREAD[case]


X = np.arange(80.0).reshape(1, 4, 5, 4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ops.conv(X[0], np.ones((2, 2, 3))), "is for 2 channels, or .*received 4 channels"),
        (lambda: ops.conv(X, np.ones((2, 2, 5, 5))), "is for 5 channels"),
        (lambda: ops.conv(X, np.ones((5, 1, 4, 1))), r"over \(5, 1\) places.* has \(4, 5\)"),
        (lambda: ops.conv(X, np.ones((1, 6, 4, 1))), r"over \(1, 6\) places"),
        (lambda: ops.conv(X[:, :0], np.ones((1, 1, 4, 1)), 1, "same"), r"has \(0, 5\)"),
        (lambda: ops.conv(X[0, 0], np.ones((4, 1))), "along 0 axes slides over inputs of 2 axes"),
        (lambda: ops.conv(X, np.ones((2, 2, 4, 1)), (1, 2, 3)), r"strides .* or 2 of them.*\(1, 2, 3\)"),
        (lambda: ops.conv(X, np.ones((2, 2, 4, 1)), dilation_rate=0), "dilation_rate must be"),
        (lambda: ops.conv_transpose(X, np.ones((2, 2, 3)), 1), "for 3 channels and 1 axes.*5, 4"),
        (lambda: ops.conv_transpose(X, np.ones((2, 2, 4)), 1), "for 4 channels and 1 axes"),
        (lambda: ops.conv_transpose(X, np.ones((2, 2, 4, 5)), 1), "for 5 channels and 2 axes"),
        (lambda: ops.conv_transpose(X, np.ones((2, 2, 1, 4)), 1, "causal"), "'valid' or 'same'; rec"),
        (lambda: ops.conv_transpose(X, np.ones((2, 2, 1, 4)), 2, "same", -1), "output_padding"),
        (lambda: ops.max_pool(X, 0), "pool_size"),
        (lambda: ops.adaptive_max_pool(X, 0), "output_size"),
    ],
)  # fmt: skip
def test_windows_that_do_not_fit_are_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_a_window_may_be_as_large_as_the_input():
    assert ops.conv(X, np.ones((4, 5, 4, 1))).data.tolist() == [[[[X.sum()]]]]
    assert ops.max_pool(X, (4, 5)).data.tolist() == [[[[76, 77, 78, 79]]]]
    np.testing.assert_array_equal(ops.max_pool(X, 2).data, X[:, 1::2, 1:4:2])
    np.testing.assert_array_equal(ops.average_pool(X, 2).data, X[:, ::2, :4:2] + (20 + 4) / 2)


def test_parts_of_an_axis_may_overlap_by_one():
    found = ops.adaptive_average_pool(X, (3, 2)).data
    rows, columns = [[0, 1], [1, 2], [2, 3]], [[0, 1, 2], [2, 3, 4]]
    expected = [[X[0, r][:, c].mean((0, 1)) for c in columns] for r in rows]
    np.testing.assert_allclose(found[0], expected)
    np.testing.assert_array_equal(ops.adaptive_max_pool(X, 2).data, X[:, 1::2, 2::2])
