"""Rates that change with the epoch, or when nothing gets better."""

import pytest
from callback_cases import Scripted, fit, network

from minidl.callbacks import LearningRateScheduler, ReduceLROnPlateau

# --- learning rates
# ---


def test_schedules_of_the_epoch_and_of_the_rate(capsys):
    def with_default(epoch, rate=None):
        return rate / 2

    for schedule, rates in (
        (lambda epoch: 1 / (epoch + 1), [1, 1 / 2, 1 / 3]),
        (lambda epoch, lr: lr / 2, [0.025, 0.0125, 0.00625]),
        (with_default, [0.025, 0.0125, 0.00625]),
        ([0.5, 0.25, 0].__getitem__, [0.5, 0.25, 0]),
    ):
        history = fit(network(), LearningRateScheduler(schedule, verbose=1), epochs=3)
        assert history.history["learning_rate"] == pytest.approx(rates)
    assert (
        "Epoch 2: LearningRateScheduler setting learning rate to 0.25." in capsys.readouterr().out
    )
    with pytest.raises(
        ValueError, match="what the schedule returns must be a number of at least 0; received None"
    ):
        fit(network(), LearningRateScheduler(lambda epoch: None))
    with pytest.raises(TypeError, match="takes a function"):
        LearningRateScheduler(0.1)


def test_reduce_on_plateau(capsys):
    course = [5, 5, 5, 5, 5, 5, 5, 1, 1]
    history = fit(
        network(),
        Scripted(score=course),
        ReduceLROnPlateau("score", 0.5, patience=1, cooldown=2, min_lr=0.01, mode="min", verbose=1),
        epochs=9,
    )
    assert history.history["learning_rate"] == pytest.approx(
        [0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125, 0.01, 0.01, 0.01]
    )
    assert "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.025." in capsys.readouterr().out
