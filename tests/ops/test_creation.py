"""New tensors."""

import numpy as np
from ops_samples import I

from minidl import ops


def test_new_tensors():
    np.testing.assert_array_equal(ops.full((2, 3), 7, "int32").data, np.full((2, 3), 7))
    np.testing.assert_array_equal(ops.eye(2, 3, 1).data, np.eye(2, 3, 1))
    np.testing.assert_array_equal(ops.identity(3).data, np.eye(3))
    assert ops.empty((2, 3), "int32").shape == (2, 3)
    np.testing.assert_array_equal(
        ops.linspace(0, 1, 5).data, np.linspace(0, 1, 5, dtype=np.float32)
    )
    values, distance = ops.linspace(
        [0.0, 1.0], 2.0, 4, endpoint=False, retstep=True, dtype="float64", axis=1
    )
    np.testing.assert_allclose(values.data, np.linspace([0, 1], 2, 4, False, axis=1))
    np.testing.assert_allclose(distance.data, [0.5, 0.25])
    np.testing.assert_array_equal(ops.arange(1, 7, 2, "float32").data, [1, 3, 5])
    np.testing.assert_array_equal(ops.nonzero(I > 1)[1].data, np.nonzero(I > 1)[1])
    np.testing.assert_array_equal(ops.where(I > 1)[0].data, np.nonzero(I > 1)[0])
