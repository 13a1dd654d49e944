"""Adadelta."""

import math

import pytest
from optimizer_papers import walk

from minidl.optimizers import Adadelta


def test_adadelta_hardly_moves_at_kerass_default_rate():
    """Its first step is √ε/√.05 times the learning rate, whatever the gradient: .0014 at the
    paper's rate 1, a millionth of it at .001.
    """
    for g in (10.0, 1e6):
        assert walk(Adadelta(1.0), [g])[0] == pytest.approx(-math.sqrt(1e-7 / 0.05), rel=1e-6)
        assert walk(Adadelta(), [g])[0] == pytest.approx(-1e-3 * math.sqrt(1e-7 / 0.05), rel=1e-6)
    by_default, by_paper = walk(Adadelta(), [1.0] * 200)[-1], walk(Adadelta(1.0), [1.0] * 200)[-1]
    assert (
        abs(by_default) < 0.0004
        and by_paper < -0.3
        and by_paper == pytest.approx(1000 * by_default, rel=1e-12)
    )
