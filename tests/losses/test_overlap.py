"""Tversky."""

import pytest

from minidl import (
    losses,
)


def test_tversky_weighs_false_alarms_by_alpha():
    y, p = [[1.0, 2], [1, 2]], [[4.0, 1], [6, 1]]
    assert losses.Tversky(0.2, 0.8)(y, p).item() == pytest.approx(-0.94444, abs=1e-5)
    # one of two marked, and three invented: 1 - 1/(1 + 0.2·3 + 0.8·1)
    y, p = [[1.0, 1, 0, 0, 0]], [[1.0, 0, 1, 1, 1]]
    assert losses.tversky(y, p, 0.2, 0.8).item() == pytest.approx(1 - 1 / 2.4, rel=1e-6)
