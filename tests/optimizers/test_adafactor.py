"""Adafactor."""

import numpy as np
import pytest

from minidl import Variable
from minidl.optimizers import Adafactor


def test_adafactor_knows_a_matrix_of_squares_by_its_rows_and_columns():
    optimizer, w = Adafactor(), Variable(np.ones((2, 3, 4)))
    optimizer.apply([np.ones((2, 3, 4))], [w])
    r, c, v = optimizer.memory[0]
    assert (r.shape, c.shape, v.shape) == ((2, 3), (2, 4), (2, 3, 4))
    for slot in (r, c, v):
        np.testing.assert_allclose(slot, 1, rtol=1e-12)
    assert w.data.max() == pytest.approx(1 - 0.001, rel=1e-5)  # rms(w) = 1, û = 1, η = 0.001
    g = np.array([[0, 0, 0], [0, 1, 2], [0, 3, 4]], np.float32)  # a dead pixel and a dead unit
    for dtype in ("float32", "float64"):
        w = Variable(np.ones((3, 3)), dtype=dtype)
        Adafactor().apply([g], [w])
        assert np.isfinite(w.data).all() and (w.data[g == 0] == 1).all()
        assert (w.data[g > 0] < 1).all()
