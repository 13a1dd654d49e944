"""CSVLogger, and going on after an interruption."""

import csv
import functools
import json
import tempfile
import types
from pathlib import Path

import numpy as np
import pytest
from callback_cases import Breaks, Scripted, fit, network

from minidl import optimizers, set_random_seed
from minidl.callbacks import (
    BackupAndRestore,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    ModelCheckpoint,
    ReduceLROnPlateau,
    keeping,
)


def test_csv_logger(tmp_path):
    path = tmp_path / "log.csv"
    history = fit(network(), CSVLogger(path), epochs=2).history
    fit(network(), CSVLogger(path, append=True), epochs=1, validation_data=None)
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["epoch", "loss", "mae", "val_loss", "val_mae"] and [
        r[0] for r in rows[1:]
    ] == ["0", "1", "0"]
    assert [float(v) for v in rows[2][1:]] == [history[k][1] for k in rows[0][1:]] and rows[3][
        3:
    ] == ["NA", "NA"]


def test_csv_logger_leaves_its_rows_when_the_run_breaks_off(tmp_path):
    with pytest.raises(ZeroDivisionError):
        fit(
            network(),
            CSVLogger(tmp_path / "log.csv"),
            LambdaCallback(on_epoch_end=lambda epoch, logs: 1 / (1 - epoch)),
            epochs=5,
        )
    assert len((tmp_path / "log.csv").read_text(encoding="utf-8").splitlines()) == 3


COURSE = [9, 8, 8, 8, 8, 5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5, 5.5]


def run(
    folder,
    breaks=None,
    first=False,
    new_process=True,
    epochs=12,
    optimizer=lambda: optimizers.Adam(0.02),
):
    """A run with everything that must be remembered, as often as it takes; what can be seen of it
    at the end.
    """

    def everything():
        own = [
            Scripted(score=COURSE),
            EarlyStopping("score", patience=4, mode="min", restore_best_weights=True),
            ReduceLROnPlateau("score", 0.5, patience=2, cooldown=1, mode="min"),
            ModelCheckpoint(folder / "cp-{epoch}.npz", "score", save_best_only=True, mode="min"),
            ModelCheckpoint(folder / "every-{epoch}-{batch}.npz", save_freq=5),
            CSVLogger(folder / "log.csv"),
            *([breaks] if breaks else []),
        ]
        backup = [BackupAndRestore(folder / "backup")]
        return backup + own if first else own + backup

    model, called = network(0.3, optimizer()), everything()
    for _ in range(3):
        try:
            history = fit(model, *called, epochs=epochs, batch_size=16)
            break
        except KeyboardInterrupt:
            if new_process:
                set_random_seed(99)  # whatever the state of the new process
                model, called = network(0.3, optimizer()), everything()
    saved = sorted(p.name for p in folder.iterdir())
    return (
        history.history,
        history.epoch,
        model.get_weights(),
        (folder / "log.csv").read_text(encoding="utf-8"),
        saved,
        model.optimizer.iterations,
    )


@functools.cache
def whole_run(first):
    """What is seen of a run that nothing interrupts."""
    set_random_seed(4)
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), first=first)


@pytest.mark.parametrize("new_process", [True, False])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("epoch", "where"),
    [(3, "batch"), (3, "epoch begin"), (7, "batch"), (9, "train end"), (5, "epoch begin")],
)
def test_an_interrupted_run_ends_like_an_uninterrupted_one(
    epoch, where, first, new_process, tmp_path
):
    whole, breaks = whole_run(first), Breaks(epoch, where)
    set_random_seed(4)
    broken = run(tmp_path, breaks, first, new_process)
    assert breaks.broken
    assert (
        whole[0] == broken[0] and whole[1] == broken[1] == list(range(10)) and whole[5] == broken[5]
    )
    for a, b in zip(whole[2], broken[2]):
        np.testing.assert_array_equal(a, b)
    assert whole[3] == broken[3] and whole[4] == broken[4] and "backup" not in whole[4]
    assert whole[0]["learning_rate"][-1] < 0.02


def test_a_backup_stays_if_asked_to_and_other_callbacks_may_come_and_go(tmp_path):
    model, backup = network(), BackupAndRestore(tmp_path / "b", delete_checkpoint=False)
    fit(model, EarlyStopping(patience=9), backup, epochs=2)
    assert sorted(p.name for p in (tmp_path / "b").iterdir()) == [
        "callbacks-1.npz",
        "model-1.npz",
        "training.json",
    ]
    other = network()
    history = fit(
        other, CSVLogger(tmp_path / "log.csv"), EarlyStopping(patience=9), backup, epochs=4
    )
    assert history.epoch == [0, 1, 2, 3] and len(history.history["loss"]) == 4
    json.dumps(history.history)


def hand_fed(make, course, batches):
    """A callback that has seen these scores and batches; and the model that it saw."""
    optimizer = types.SimpleNamespace(learning_rate=1.0)
    model = types.SimpleNamespace(optimizer=optimizer, save=print, get_weights=lambda: [np.ones(2)])
    callback = make()
    callback.set_model(model)
    callback.on_train_begin()
    for batch in range(batches):
        callback.on_train_batch_end(batch, {})
    for epoch, score in enumerate(course):
        callback.on_epoch_end(epoch, {"score": score})
    return callback, model


@pytest.mark.parametrize(
    ("make", "batches"),
    [
        (lambda: EarlyStopping("score", patience=1, mode="max"), 0),
        (lambda: EarlyStopping("score", mode="min", restore_best_weights=True), 0),
        (lambda: ReduceLROnPlateau("score", patience=3, mode="max"), 0),
        (lambda: ReduceLROnPlateau("score", patience=1, cooldown=5, mode="max"), 0),
        (lambda: ModelCheckpoint("m.npz", "score", save_best_only=True, mode="max"), 0),
        (lambda: ModelCheckpoint("m.npz", "score", mode="min", save_freq=5), 2),
    ],
)
@pytest.mark.parametrize("course", [[], [1.0], [1.0, 2.0, 1.5, 1.5]])
def test_another_takes_up_the_state_where_it_was(make, batches, course, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before, model = hand_fed(make, course, batches)
    after = make()
    after.set_model(model)
    after.on_train_begin()
    after.set_state(keeping._unpacked(keeping._packed(before.get_state())))
    now, then = ({k: v for k, v in vars(one).items() if k != "model"} for one in (after, before))
    np.testing.assert_equal(now, then)


def test_a_pickle_among_the_states_is_not_opened(tmp_path):
    fit(network(), BackupAndRestore(tmp_path, delete_checkpoint=False), epochs=1)
    np.savez(tmp_path / "callbacks-0.npz", **{"EarlyStopping-0/wait": np.array([{}], object)})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        fit(network(), EarlyStopping(), BackupAndRestore(tmp_path))


def test_a_state_is_numbers_and_lists_of_arrays():
    arrays = [np.array([i, 0.5]) for i in range(12)]  # more than ten keep their order
    state = {"wait": 3, "best": 0.25, "weights": arrays}
    packed = keeping._packed(state)
    assert list(packed)[:4] == ["wait", "best", "weights/0000", "weights/0001"]
    again = keeping._unpacked(packed)
    np.testing.assert_equal(again, state)
    assert type(again["wait"]) is int


def test_what_else_is_in_the_folder_of_a_backup_stays(tmp_path):
    mine = ["model-1.txt", "callbacks.npz", "notes", "old.npz"]
    for name in [*mine, "model-7.npz", "callbacks-7.npz"]:
        (tmp_path / name).write_bytes(b"")
    fit(network(), BackupAndRestore(tmp_path), epochs=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(mine)


def test_the_rows_of_a_csv_file(tmp_path):
    path = tmp_path / "log.csv"

    def written(logger, *logs, resumed=False):
        logger.on_train_begin()
        if resumed:
            logger.set_state(logger.get_state())
        for epoch, one in enumerate(logs):
            logger.on_epoch_end(epoch, one)
        return path.read_text(encoding="utf-8").splitlines()

    several = {"b": np.array([1.0, 2.0]), "a": 0.5}
    rows = ["epoch;a;b;val_a;val_b", "0;0.5;[1.0, 2.0];NA;NA", "1;1.5;NA;3.0;NA"]
    assert written(CSVLogger(path, ";"), several, {"a": 1.5, "val_a": 3.0, "c": 9.0}) == rows
    rows.append("0;4.0;NA;NA;NA")
    assert written(CSVLogger(path, ";", append=True), {"a": 4.0}) == rows
    rows.append("0;NA;NA;NA;NA")
    assert written(CSVLogger(path, ";"), None, resumed=True) == rows
    anew = ["epoch,a,val_a", "0,1.0,2.0"]
    assert written(CSVLogger(path), {"a": 1.0, "val_a": 2.0}) == anew
    for spoil in (lambda: path.write_text(""), path.unlink):
        spoil()
        assert written(CSVLogger(path, append=True), {"a": 1.0}) == ["epoch,a,val_a", "0,1.0,NA"]
