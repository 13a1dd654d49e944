"""Cross-entropies as ops."""

import math

import numpy as np

from minidl import ops


def test_a_target_of_0_or_1_with_large_logits_loses_no_digits():
    for x, t, expected in (
        (20.0, 1.0, math.log1p(math.exp(-20))),
        (-20.0, 0.0, math.log1p(math.exp(-20))),
        (1e4, 0.0, 1e4),
    ):
        found = ops.binary_crossentropy(np.float32([t]), np.float32([x]), True)
        np.testing.assert_allclose(found.data, expected, rtol=1e-6)
    assert np.isfinite(ops.binary_crossentropy([0.0, 1.0], [1.0, 0.0]).data).all()
    assert np.isfinite(ops.sparse_categorical_crossentropy(np.array([0]), [[0.0, 1.0]]).data).all()
