"""Layers that change shapes."""

import numpy as np
import pytest

from minidl.layers import Reshape


@pytest.mark.parametrize("target", [(5, 5), (-1, 5), (13,)])
def test_reshape_into_what_does_not_fit(target):
    with pytest.raises(
        ValueError,
        match=r"Reshape 'r': a sample of shape \(2, 6\) has 12 numbers and cannot become \(",
    ):
        Reshape(target, name="r")(np.zeros((3, 2, 6)))


@pytest.mark.parametrize("target", [(-1, -1), (0, 3), (-2, 3), (2.5, 2)])
def test_reshape_targets_that_cannot_be(target):
    with pytest.raises(
        (ValueError, TypeError),
        match="target_shape holds positive sizes and at most one -1; received",
    ):
        Reshape(target)
