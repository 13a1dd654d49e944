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


def test_what_they_say_about_rates(capsys):
    model = network()
    fit(model, LearningRateScheduler(lambda epoch: 0.5, verbose=1), epochs=1)
    assert capsys.readouterr().out == (
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.5.\n"
    )
    quiet = LearningRateScheduler(lambda epoch: 0.25)
    fit(model, quiet, ReduceLROnPlateau("loss", 0.5, patience=0, min_delta=9), epochs=2)
    assert capsys.readouterr().out == "" and float(model.optimizer.learning_rate) == 0.125
    with pytest.raises(TypeError, match="the schedule takes the epoch.*it takes nothing"):
        LearningRateScheduler(lambda: 0.1)


def test_a_plateau_is_patience_epochs_without_more_than_min_delta(capsys):
    def rates(*courses, **options):
        watch = ReduceLROnPlateau("score", mode="min", factor=0.5, **options)
        model = network(optimizer="sgd")
        model.optimizer.learning_rate = 1.0
        for course in courses:
            fit(model, Scripted(score=course), watch, epochs=len(course))
        return float(model.optimizer.learning_rate)

    assert rates([5.0] * 10) == 1 and rates([5.0] * 11) == 0.5  # patience is 10
    assert rates([1.0, 1.0 - 2e-4], patience=1) == 1  # min_delta is 1e-4
    assert rates([1.0, 1.0 - 0.5e-4], patience=1) == 0.5
    assert rates([1.0] * 3, patience=1) == 0.25  # cooldown is 0
    assert [rates([1.0] * n, patience=2) for n in (4, 5)] == [0.5, 0.25]
    assert [rates([1.0] * n, patience=2, cooldown=2) for n in (5, 6)] == [0.5, 0.25]
    assert rates([1.0] * 3, patience=1, min_lr=0.75) == 0.75
    assert [rates([1.0] * n, patience=1, cooldown=2) for n in (2, 3, 4)] == [0.5, 0.5, 0.25]
    assert rates([1.0, 1.0, 1.0, 0.5, 0.5], patience=2) == 0.5
    assert rates([1.0], [2.0, 2.0], patience=1) == 0.5  # a second fit begins anew
    rates([1.0] * 3, patience=1, min_lr=1.0, verbose=1)
    assert capsys.readouterr().out == "", "it is as low as it may be"
