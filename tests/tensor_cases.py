"""What the tests of tensors share."""

import numpy as np

from minidl import GraphError, Tensor


def leaf(value, dtype=np.float64):
    return Tensor(np.asarray(value, dtype=dtype), requires_grad=True)


def right_or_refused(loss, weight, expected):
    try:
        loss.backward()
    except GraphError as refusal:
        assert "modified in place" in str(refusal)
    else:
        np.testing.assert_array_equal(weight.grad, expected)


f32, f64 = np.float32, np.float64


A = np.array([[0.5, 1.5, 1.0], [2.0, 0.25, 3.0]])
