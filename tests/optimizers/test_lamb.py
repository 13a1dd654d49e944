"""Lamb."""

import math

import numpy as np
import pytest

from minidl import Variable
from minidl.optimizers import Lamb


def test_lamb_moves_each_variable_by_a_share_of_its_length():
    small, large = (
        Variable(np.ones(3), dtype="float64"),
        Variable(np.full(3, 50.0), dtype="float64"),
    )
    optimizer, nothing = Lamb(0.01), Variable(np.zeros(3), dtype="float64")
    optimizer.apply([np.array([1.0, -2.0, 3.0])] * 3, [small, large, nothing])
    np.testing.assert_allclose(nothing.data, [-0.01, 0.01, -0.01], rtol=1e-5)  # has no length
    for v, before in ((small, 1.0), (large, 50.0)):
        moved = np.linalg.norm(v.data - before)
        assert moved == pytest.approx(0.01 * before * math.sqrt(3), rel=1e-6)
