"""Tversky."""

import numpy as np
import pytest

from minidl import check_gradients, losses
from minidl.losses import Dice, Tversky


def test_tversky_weighs_false_alarms_by_alpha():
    y, p = [[1.0, 2], [1, 2]], [[4.0, 1], [6, 1]]
    assert losses.Tversky(0.2, 0.8)(y, p).item() == pytest.approx(-0.94444, abs=1e-5)
    # one of two marked, and three invented: 1 - 1/(1 + 0.2·3 + 0.8·1)
    y, p = [[1.0, 1, 0, 0, 0]], [[1.0, 0, 1, 1, 1]]
    assert losses.tversky(y, p, 0.2, 0.8).item() == pytest.approx(1 - 1 / 2.4, rel=1e-6)


def test_dice_and_tversky_over_the_whole_batch_or_an_image():
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, (3, 4, 5, 1)).astype(float), rng.random((3, 4, 5, 1))
    whole = 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
    assert Dice()(y, p).item() == pytest.approx(whole, rel=1e-7)
    assert Tversky()(y, p).item() == pytest.approx(whole, rel=1e-6)  # with α = β = ½ the same
    each = 1 - 2 * (y * p).sum((1, 2, 3)) / (y.sum((1, 2, 3)) + p.sum((1, 2, 3)))
    np.testing.assert_allclose(Dice(axis=(1, 2, 3), reduction=None)(y, p).numpy(), each, rtol=1e-7)
    assert Dice(axis=(1, 2, 3))(y, p, [1, 0, 2]).item() == pytest.approx(
        (each * [1, 0, 2]).sum() / 3, rel=1e-6
    )
    with pytest.raises(ValueError, match=r"one value for the whole batch.*axis"):
        Dice()(y, p, np.ones(3))
    for loss in (Dice(), Tversky(0.3, 0.7), Dice(axis=(1, 2, 3))):
        assert check_gradients(lambda p, loss=loss: loss(y, p), p)
