"""minidl.callbacks: what each does in a run, what an interrupted run goes on from, and every
warning and refusal.

(That they do what Keras's do, number by number: tests/parity/test_keras_callbacks.py.)
"""

import csv
import json
import os
import warnings

import numpy as np
import pytest

from minidl import Sequential, callbacks, layers, metrics, models, optimizers, set_random_seed
from minidl.callbacks import (
    BackupAndRestore,
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)).astype(np.float32), RNG.normal(size=(40, 1)).astype(np.float32)
LABELS = (X.sum(axis=1) > 0).astype(int)


def network(dropout=0.0, optimizer=None, metrics=("mae",)):
    model = Sequential(
        [layers.Dense(8, "tanh", input_shape=(3,)), layers.Dropout(dropout), layers.Dense(1)]
    )
    model.compile(optimizer or optimizers.SGD(0.05, momentum=0.9), "mse", metrics=list(metrics))
    return model


def classifier(metrics=("accuracy",)):
    model = Sequential([layers.Dense(4, "tanh", input_shape=(3,)), layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=list(metrics))
    return model


def fit(model, *called, epochs=2, **options):
    return model.fit(
        X,
        Y,
        epochs=epochs,
        verbose=0,
        callbacks=list(called),
        **{"validation_data": (X[:10], Y[:10]), **options},
    )


class Scripted(Callback):
    """Puts numbers of its own into the logs, so that the course is known."""

    def __init__(self, **courses):
        self.courses = courses

    def on_epoch_end(self, epoch, logs=None):
        for name, course in self.courses.items():
            logs[name] = float(course[epoch])


# --- callbacks and logs
# ---


def test_logs_are_floats_and_json_takes_a_history():
    seen = []

    class Look(Callback):
        def on_train_batch_end(self, batch, logs):
            seen.extend(logs.values())

        on_test_batch_end = on_train_batch_end

        def on_epoch_end(self, epoch, logs):
            seen.extend(logs.values())

        def on_test_end(self, logs):
            seen.extend(logs.values())

    model = network()
    history = fit(model, Look(), ReduceLROnPlateau())
    model.evaluate(X, Y, verbose=0, callbacks=[Look()])
    assert len(seen) > 20 and all(isinstance(value, float) for value in seen)
    assert json.loads(json.dumps(history.history)) == history.history
    assert set(history.history) == {
        "loss",
        "mae",
        "val_loss",
        "val_mae",
        "learning_rate",
    } and history.epoch == [0, 1]


def test_hooks_may_be_written_without_defaults():
    seen = []
    hooks = {
        f"on_{what}_{when}": lambda number, logs, name=f"{what} {when}": seen.append((name, number))
        for what in ("epoch", "batch")
        for when in ("begin", "end")
    }
    fit(
        network(),
        LambdaCallback(
            on_train_begin=lambda logs: seen.append("go"),
            on_train_end=lambda logs: seen.append("done"),
            **hooks,
        ),
        epochs=1,
        batch_size=20,
    )
    assert seen == [
        "go",
        ("epoch begin", 0),
        ("batch begin", 0),
        ("batch end", 0),
        ("batch begin", 1),
        ("batch end", 1),
        ("epoch end", 0),
        "done",
    ]


def test_what_is_no_callback():
    with pytest.raises(
        TypeError,
        match=r"holds <class .*EarlyStopping'>, which is no Callback: write EarlyStopping\(\)",
    ):
        fit(network(), EarlyStopping)
    with pytest.raises(TypeError, match="subclass minidl.callbacks.Callback"):
        fit(network(), print)
    with pytest.raises(
        TypeError, match="There is no hook 'on_epoch_ends'. Did you mean 'on_epoch_end'"
    ):
        LambdaCallback(on_epoch_ends=print)


def test_a_callback_sees_model_and_params_and_may_stop():
    class Stops(Callback):
        def on_epoch_end(self, epoch, logs=None):
            assert (
                self.params["epochs"] == 9
                and self.params["steps"] == 2
                and isinstance(self.model, Sequential)
            )
            self.model.stop_training = epoch == 3

    assert fit(network(), Stops(), epochs=9, batch_size=20).epoch == [0, 1, 2, 3]


# --- what is watched
# ---


@pytest.mark.parametrize("make", [lambda m: EarlyStopping(m), lambda m: ReduceLROnPlateau(m)])
@pytest.mark.parametrize(
    ("monitor", "said"),
    [
        ("val_los", "Did you mean 'val_loss'"),
        ("nothing_like_it", "which is not there. Available: accuracy, loss, "),
    ],
)
def test_a_watched_name_that_is_not_there(make, monitor, said):
    with pytest.warns(UserWarning, match=said):
        classifier().fit(
            X, LABELS, verbose=0, callbacks=[make(monitor)], validation_data=(X, LABELS)
        )


def test_watching_validation_without_any():
    with pytest.warns(
        UserWarning,
        match="EarlyStopping watches 'val_loss'.*only with validation_data or validation_split. "
        "Available: loss, mae",
    ):
        fit(network(), EarlyStopping(), epochs=1, validation_data=None)


def test_a_checkpoint_without_what_it_watches_saves_each_time(tmp_path):
    with pytest.warns(UserWarning, match="ModelCheckpoint watches 'val_acc'"):
        fit(
            network(),
            ModelCheckpoint(tmp_path / "{epoch}.npz", monitor="val_acc", save_best_only=True),
        )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.npz", "2.npz"]


@pytest.mark.parametrize(
    "cls", [EarlyStopping, ReduceLROnPlateau, lambda **k: ModelCheckpoint("x.npz", **k)]
)
def test_modes(cls):
    with pytest.raises(ValueError, match="mode is 'auto', 'min' or 'max'; received 'up'"):
        cls(mode="up")


def test_which_way_is_better_is_known_for_metrics_and_asked_for_otherwise():
    for name, better in (
        ("val_loss", "min"),
        ("mae", "min"),
        ("val_accuracy", "max"),
        ("val_r2_score", "max"),
        ("my_loss", "min"),
        ("top_k_accuracy", "max"),
    ):
        watch = EarlyStopping(name, patience=1)
        course = np.arange(5.0) if better == "max" else -np.arange(5.0)
        model = network(metrics=["mae", metrics.R2Score()])
        assert len(fit(model, Scripted(**{name: course}), watch, epochs=5).epoch) == 5, name
        assert len(fit(model, Scripted(**{name: -course}), watch, epochs=5).epoch) == 2, name
    with pytest.raises(
        ValueError,
        match="cannot tell whether 'novelty' should rise or fall: pass mode='max' or mode='min'",
    ):
        fit(network(), Scripted(novelty=np.arange(5.0)), EarlyStopping("novelty"))


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


# --- what stays on the disk
# ---


@pytest.mark.parametrize("ending", [".npz", ".ckpt"])
@pytest.mark.parametrize("weights_only", [True, False])
def test_checkpoints_can_be_loaded(ending, weights_only, tmp_path):
    ending = ending if weights_only else ".npz"
    model = network()
    fit(model, ModelCheckpoint(tmp_path / ("cp" + ending), save_weights_only=weights_only))
    twin = network()
    if weights_only:
        twin.load_weights(tmp_path / ("cp" + ending))
    else:
        twin = models.load_model(tmp_path / ("cp" + ending))
    np.testing.assert_array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))


def test_names_of_checkpoints(tmp_path):
    history = fit(
        network(),
        Scripted(score=[0.5, 1.5]),
        ModelCheckpoint(tmp_path / "new" / "cp-{epoch:02d}-{score:.1f}-{val_loss:.2f}.npz"),
        ModelCheckpoint(tmp_path / "b-{epoch}-{batch}.npz", save_freq=3),
        batch_size=20,
    ).history
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [
        f"cp-0{i + 1}-{i}.5-{v:.2f}.npz" for i, v in enumerate(history["val_loss"])
    ]
    # the third batch is the first of the second epoch
    assert [p.name for p in tmp_path.glob("b-*")] == ["b-2-1.npz"]
    with pytest.raises(
        KeyError,
        match=r"val_acuracy}.npz', 'val_acuracy' was not recorded. Did you mean 'val_accuracy'\?.*Available: epoch, accuracy, loss, ",
    ):
        classifier().fit(
            X,
            LABELS,
            verbose=0,
            callbacks=ModelCheckpoint(tmp_path / "{val_acuracy}.npz"),
            validation_data=(X, LABELS),
        )


@pytest.mark.parametrize("metric", ["acc", "accuracy"])
def test_older_names_of_what_is_recorded(metric, tmp_path):
    """Until 2019 metrics=['accuracy'] was recorded as 'acc', and the rate as 'lr'."""
    asked = {"acc": "accuracy", "accuracy": "acc"}[metric]
    seen = []

    class Course(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(
                (
                    logs.get(asked),
                    logs[f"val_{asked}"],
                    logs.get("nothing"),
                    logs.get("nothing", 1.0),
                )
            )

    with pytest.warns(FutureWarning) as told:
        model = classifier(metrics=[metric])
        history = model.fit(
            X,
            LABELS,
            verbose=0,
            epochs=3,
            validation_data=(X, LABELS),
            callbacks=[
                Course(),
                ModelCheckpoint(
                    f"{tmp_path}/{{epoch}}-{{val_{asked}:.2f}}.npz",
                    monitor=f"val_{asked}",
                    save_best_only=True,
                ),
                ReduceLROnPlateau(f"val_{asked}", factor=0.5, patience=1, min_delta=9),
            ],
        ).history
    said = {str(w.message).partition(", as")[0] for w in told}
    assert said == {
        f"{part}{asked}' in the logs is today {part}{metric}'" for part in ("'", "'val_")
    } | {
        f"{name}(monitor='val_{asked}') is today monitor='val_{metric}'"
        for name in ("ModelCheckpoint", "ReduceLROnPlateau")
    }
    assert seen == [
        (a, b, None, 1.0) for a, b in zip(history[metric], history[f"val_{metric}"], strict=True)
    ]
    assert "1-{:.2f}.npz".format(history[f"val_{metric}"][0]) in os.listdir(tmp_path), (
        "the first is the best so far"
    )
    assert len(os.listdir(tmp_path)) == sum(
        v > max(history[f"val_{metric}"][:i], default=-1)
        for i, v in enumerate(history[f"val_{metric}"])
    )
    with pytest.warns(FutureWarning, match="learning_rate"):
        assert history["lr"] == history["learning_rate"] and history["lr"][-1] < history["lr"][0]
    with pytest.warns(FutureWarning, match=f"'{asked}' in the history is today '{metric}'"):
        assert history[asked] == history[metric]


def test_save_best_only(tmp_path, capsys):
    saved = []
    best = ModelCheckpoint(
        tmp_path / "{epoch}.npz",
        "score",
        verbose=1,
        save_best_only=True,
        mode="max",
        initial_value_threshold=0.0,
    )
    model = network()
    for course in ([-1, 2, 1, 3], [2, 4, 1, 1]):  # the second run has to beat the first
        fit(model, Scripted(score=course), best, epochs=4)
        saved.append(sorted(p.name for p in tmp_path.iterdir()))
    assert saved == [["2.npz", "4.npz"]] * 2 and best.best == 4.0
    said = capsys.readouterr().out
    assert (
        "Epoch 1: score did not improve from 0.00000" in said
        and "Epoch 2: score improved from 0.00000 to 2.00000, saving model to " in said
    )


def test_period_of_older_tutorials(tmp_path):
    with pytest.warns(FutureWarning, match="save_freq counts batches"):
        old = ModelCheckpoint(tmp_path / "{epoch}.npz", period=2)
    fit(network(), old, epochs=5)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2.npz", "4.npz"]


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


# --- going on after an interruption
# ---


class Breaks(Callback):
    """The power fails, once, in this epoch."""

    def __init__(self, epoch, where):
        self.epoch, self.where, self.broken = epoch, where, False

    def fail(self, where, epoch):
        if where == self.where and epoch == self.epoch and not self.broken:
            self.broken = True
            raise KeyboardInterrupt

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch
        self.fail("epoch begin", epoch)

    def on_train_batch_end(self, batch, logs=None):
        self.fail("batch", self.now if batch == 1 else None)

    def on_epoch_end(self, epoch, logs=None):
        self.fail("epoch end", epoch)

    def on_train_end(self, logs=None):
        self.fail("train end", self.now)


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


def test_an_interrupted_run_keeps_the_history_of_what_was_done():
    model = network()
    with pytest.raises(KeyboardInterrupt):
        fit(model, Breaks(2, "batch"), epochs=5)
    assert model.history.epoch == [0, 1] and len(model.history.history["loss"]) == 2


def test_no_warning_where_all_is_well(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(
            network(),
            EarlyStopping(),
            ReduceLROnPlateau(),
            ModelCheckpoint(tmp_path / "a.npz", save_best_only=True),
            CSVLogger(tmp_path / "a.csv"),
        )
    assert callbacks.ProgbarLogger is callbacks.ProgressBar
