"""Ftrl."""

import numpy as np
import pytest

from minidl import Variable
from minidl.optimizers import Ftrl

# --- the optimizers of the last years


def test_ftrl_keeps_weights_at_0_whose_feature_tells_nothing():
    """A feature that pulls as often up as down gets exactly 0; without λ₁ it does not."""
    ends = {}
    for l1 in (0.0, 3.0):
        w, optimizer = Variable(np.zeros(2)), Ftrl(0.5, l1_regularization_strength=l1)
        for t in range(40):
            optimizer.apply([np.array([-1.0, 0.9 * (-1) ** t])], [w])
        ends[l1] = w.numpy()
    assert ends[3.0][1] == 0 != ends[0.0][1] and ends[3.0][0] > 1


def test_the_power_is_not_above_0():
    with pytest.raises(ValueError, match="must be a number of at most 0; received 0.5"):
        Ftrl(learning_rate_power=0.5)
    w = Variable([1.0], dtype="float64")
    Ftrl(0.5, learning_rate_power=0).apply([np.ones(1)], [w])  # nᵖ is 1: z = 1, w = −z·η
    assert w.item() == -0.5
