"""Adagrad."""

import math

import numpy as np
import pytest
from optimizer_papers import walk

from minidl import Variable
from minidl.optimizers import Adagrad


def test_adagrads_steps_shrink_like_one_over_the_root_of_t():
    moves = -np.diff(
        [0.0, *walk(Adagrad(1.0, initial_accumulator_value=0.0, epsilon=0.0), [5.0] * 9)]
    )
    np.testing.assert_allclose(moves, [1 / math.sqrt(t) for t in range(1, 10)], rtol=1e-12)


def test_small_first_gradients_are_no_reason_to_warn():
    """In float32 0.1 + g² is 0.1 up to g = 8e-5."""
    w = Variable([1.0], dtype="float32")
    Adagrad(1.0).apply([np.full(1, 5e-5)], [w])
    assert w.item() == pytest.approx(1 - 5e-5 / math.sqrt(0.1), rel=1e-6)
