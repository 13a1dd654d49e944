"""Ftrl."""

import numpy as np

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
