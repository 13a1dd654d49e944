"""EarlyStopping and TerminateOnNaN."""

import numpy as np
import pytest
from callback_cases import Scripted, fit, network

from minidl import optimizers
from minidl.callbacks import (
    BackupAndRestore,
    EarlyStopping,
    LambdaCallback,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)

# --- stopping


def test_early_stopping_restores_the_best_epoch(capsys):
    weights = []
    note = LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(model.get_weights()))
    model, stop = (
        network(),
        EarlyStopping("score", patience=2, restore_best_weights=True, verbose=1, mode="max"),
    )
    history = fit(model, Scripted(score=[1, 3, 2, 2, 9]), note, stop, epochs=5)
    assert history.epoch == [0, 1, 2, 3] and stop.stopped_epoch == 3 and stop.best_epoch == 1
    for a, b in zip(model.get_weights(), weights[1]):
        np.testing.assert_array_equal(a, b)
    assert (
        "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2."
        in capsys.readouterr().out
    )


def test_the_best_weights_also_come_back_when_the_run_ends_by_itself():
    weights = []
    model = network()
    note = LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(model.get_weights()))
    fit(
        model,
        Scripted(score=[1, 0, 2]),
        note,
        EarlyStopping("score", mode="min", patience=9, restore_best_weights=True),
        epochs=3,
    )
    np.testing.assert_array_equal(model.get_weights()[0], weights[1][0])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: EarlyStopping(patience=-1),
            "EarlyStopping: patience must be a whole number of at least 0; received -1",
        ),
        (lambda: EarlyStopping(patience=2.5), "patience"),
        (
            lambda: ReduceLROnPlateau(factor=1.0),
            "factor must be a number of at least 0 and below 1; received 1.0",
        ),
        (lambda: ReduceLROnPlateau(patience="3"), "ReduceLROnPlateau: patience"),
        (lambda: ReduceLROnPlateau(cooldown=-1), "cooldown"),
        (
            lambda: ModelCheckpoint("x.npz", save_freq=0),
            "save_freq is 'epoch' or a number of batches; received 0",
        ),
        (lambda: ModelCheckpoint("x.npz", save_freq="batch"), "received 'batch'"),
        (lambda: ModelCheckpoint("x.npz", save_freq=True), "received True"),
        (lambda: ModelCheckpoint("x.npz", save_freq=2.0), "received 2.0"),
        (lambda: BackupAndRestore("x", save_freq=5), "save_freq='epoch'; received 5"),
    ],
)
def test_arguments(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_terminate_on_nan(capsys):
    model = network(optimizer=optimizers.SGD(1e30))
    history = fit(model, TerminateOnNaN(), epochs=5, validation_data=None)
    assert (
        len(history.epoch) == 1 and "Invalid loss, terminating training" in capsys.readouterr().out
    )
    with pytest.raises(RuntimeError, match=r"The loss became (inf|nan) in batch \d"):
        fit(
            network(optimizer=optimizers.SGD(1e30)),
            TerminateOnNaN(raise_error=True),
            validation_data=None,
        )


@pytest.mark.parametrize(
    ("course", "options", "epochs"),
    [
        ([1, 2, 3, 4], {}, 2),  # epoch 0 is only compared with
        ([1, 2, 3, 4], dict(patience=2), 3),
        ([1, 1, 1, 1], dict(patience=1), 2),
        ([3, 2, 1, 0], dict(patience=1), 4),
        ([3, 2, 1, 0], dict(patience=1, min_delta=1.0), 2),  # 1 better is not enough
        ([3, 1.9, 1, 0], dict(patience=1, min_delta=1.0), 3),
        (
            [3, 4, 5, 6],
            dict(patience=2, baseline=1.0),
            2,
        ),  # the first is no better than the baseline
        ([3, 4, 5, 6], dict(patience=3, baseline=1.0), 3),
        ([3, 0.5, 0.4, 0.3], dict(patience=2, baseline=1.0), 4),
        ([0.5, 0.4, 0.4, 0.4], dict(patience=2, baseline=1.0), 4),
        ([1, 2, 3, 4], dict(patience=0, start_from_epoch=2), 4),
        ([1, 2, 3, 4], dict(patience=1, mode="max"), 4),
    ],
)
def test_the_epoch_after_which_it_stops(course, options, epochs):
    history = fit(
        network(),
        Scripted(score=course),
        EarlyStopping("score", **{"mode": "min"} | options),
        epochs=4,
    )
    assert len(history.epoch) == epochs


def test_what_it_will_tell_is_there_from_the_beginning():
    stop = EarlyStopping()
    for _ in range(2):
        told = stop.wait, stop.stopped_epoch, stop.best_epoch, stop.best_weights
        assert told == (0, 0, 0, None)
        stop.wait, stop.stopped_epoch, stop.best_epoch, stop.best_weights = 3, 4, 5, [6]
        stop.on_train_begin()
    assert stop.get_monitor_value({"val_loss": 2.0}) == 2.0


@pytest.mark.parametrize(
    ("course", "restore", "said"),
    [
        ([1, 2, 2], False, "Epoch 2: early stopping\n"),
        ([3, 2, 1], False, ""),
        ([3, 2, 1], True, "Restoring model weights from the end of the best epoch: 3.\n"),
        ([2, 2, 1], True, "Epoch 2: early stopping\nRestoring model weights from the end of the "
         "best epoch: 1.\n"),
    ],
)  # fmt: skip
def test_what_it_says_at_the_end(course, restore, said, capsys):
    options = {"mode": "min", "patience": 1, "restore_best_weights": restore}
    for verbose in (0, 1):
        stop = EarlyStopping("score", **options, **{"verbose": 1} if verbose else {})
        fit(network(), Scripted(score=course), stop, epochs=3)
        assert capsys.readouterr().out == said * verbose
        assert (stop.best_weights is None) != restore
    assert fit(network(), Scripted(score=[9, 8, 7]), stop, epochs=3).epoch == [0, 1, 2], "anew"


def test_terminating_names_the_batch(capsys):
    model = network()
    stop = TerminateOnNaN()
    stop.set_model(model)
    for number, logs in enumerate([None, {}, {"loss": 1e30}]):
        stop.on_train_batch_end(number, logs)
    assert not model.stop_training and capsys.readouterr().out == ""
    stop.on_train_batch_end(7, {"loss": float("inf")})
    assert model.stop_training
    assert capsys.readouterr().out == "Batch 7: Invalid loss, terminating training\n"
    with pytest.raises(RuntimeError, match="The loss became nan in batch 3."):
        TerminateOnNaN(raise_error=True).on_train_batch_end(3, {"loss": float("nan")})
