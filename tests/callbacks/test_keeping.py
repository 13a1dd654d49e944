"""CSVLogger, and going on after an interruption."""

import csv
import json

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


@pytest.mark.parametrize("new_process", [True, False])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("epoch", "where"),
    [(3, "batch"), (3, "epoch begin"), (7, "batch"), (9, "train end"), (5, "epoch begin")],
)
def test_an_interrupted_run_ends_like_an_uninterrupted_one(
    epoch, where, first, new_process, tmp_path
):
    set_random_seed(4)
    (tmp_path / "whole").mkdir(), (tmp_path / "broken").mkdir()
    whole = run(tmp_path / "whole", first=first)
    set_random_seed(4)
    breaks = Breaks(epoch, where)
    broken = run(tmp_path / "broken", breaks, first, new_process)
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
