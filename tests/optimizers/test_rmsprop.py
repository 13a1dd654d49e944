"""RMSprop."""

import math

import pytest
from optimizer_papers import walk

from minidl.optimizers import RMSprop


def test_a_centered_rmsprop_takes_larger_steps_where_gradients_agree():
    """After t equal gradients v = (1−ρᵗ)g² and the mean's square (1−ρᵗ)²g², so the variance is
    ρᵗ(1−ρᵗ)g².
    """
    for t, g in ((1, 2.0), (6, 2.0), (40, 0.5)):
        last = walk(RMSprop(1.0, epsilon=0.0, centered=True), [g] * t)
        move = -(last[-1] - (last[-2] if t > 1 else 0.0))
        assert move == pytest.approx(1 / math.sqrt(0.9**t * (1 - 0.9**t)), rel=1e-10)
