"""The callbacks against Keras's: both see the same numbers and must do the same at the same moment.
And both inside fit.
"""

import csv
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import minidl

FRAMEWORKS = (minidl, keras)


class Stub:
    """What callbacks see of a model. Its one weight is the number of the epoch."""

    def __init__(self):
        self.optimizer, self.metrics, self.stop_training = (
            SimpleNamespace(learning_rate=0.5),
            [],
            False,
        )
        self.weights, self.saved = [np.zeros(1)], []

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = weights

    def save(self, path, overwrite=True):
        self.saved.append(("model", path))

    def save_weights(self, path, overwrite=True):
        self.saved.append(("weights", path))


def drive(callback, courses, batches=0):
    """The hooks as fit calls them, one run for each course (a list of logs), and what could be seen
    after each epoch.
    """
    stub, seen = Stub(), []
    callback.set_model(stub)
    for course in courses:
        stub.stop_training = False
        callback.on_train_begin()
        for epoch, numbers in enumerate(course):
            logs = dict(numbers)
            callback.on_epoch_begin(epoch)
            for batch in range(batches):
                callback.on_train_batch_end(batch, dict(numbers))
            stub.weights = [np.full(1, epoch + 1.0)]
            callback.on_epoch_end(epoch, logs)
            seen.append(
                (
                    epoch,
                    stub.stop_training,
                    stub.optimizer.learning_rate,
                    getattr(callback, "wait", None),
                    tuple(stub.saved),
                    tuple(sorted(logs)),
                )
            )
            if stub.stop_training:
                break
        callback.on_train_end()
        best = getattr(callback, "best", None)
        seen.append(
            (
                stub.weights[0][0],
                None if best is None else float(best),
                getattr(callback, "stopped_epoch", None),
                getattr(callback, "best_epoch", None),
            )
        )
    return seen


def course(rng, length=14, nan=0.02):
    """Numbers on a coarse grid, so that equal ones and steps of exactly min_delta happen, and
    float32 holds all of them.
    """
    values = (
        rng.integers(0, 12, length) / 16
        + np.linspace(rng.choice([-0.5, 0.5]), 0, length).round(1) // 0.0625 * 0.0625
    )
    values = np.where(rng.random(length) < nan, np.nan, values)
    return [{"loss": 1.0, "val_loss": float(v), "score": float(-v)} for v in values]


def draw(rng, options):
    return {name: values[rng.integers(len(values))] for name, values in options.items()}


def same(ours, theirs, label):
    assert len(ours) == len(theirs), label
    for a, b in zip(ours, theirs):
        assert repr(a).replace("np.float64(", "(") == repr(b).replace("np.float64(", "("), label


def compare(name, options, courses, batches=0):
    made = [drive(getattr(f.callbacks, name)(**options), courses, batches) for f in FRAMEWORKS]
    same(*made, (options, courses))
    return made[0]


WATCH = [
    ("val_loss", "auto"),
    ("val_loss", "min"),
    ("score", "max"),
    ("val_loss", "max"),
    ("loss", "auto"),
]


def test_early_stopping(rng):
    stopped = restored = 0
    for _ in range(150):
        monitor, mode = WATCH[rng.integers(len(WATCH))]
        options = draw(
            rng,
            {
                "patience": [0, 1, 2, 3, 5],
                "min_delta": [0, 0.0625, 0.125, -0.0625],
                "baseline": [None, None, 0.25, -0.25, 0.0],
                "restore_best_weights": [True, False],
                "start_from_epoch": [0, 0, 1, 4, 20],
            },
        )
        seen = compare(
            "EarlyStopping", dict(monitor=monitor, mode=mode, **options), [course(rng), course(rng)]
        )
        stopped += any(s[1] for s in seen if len(s) == 6)
        restored += any(s[0] != s[3] + 1 for s in seen if len(s) == 4)
    assert stopped > 50 and restored > 20


def test_reduce_lr_on_plateau(rng):
    reduced = 0
    for _ in range(150):
        monitor, mode = WATCH[rng.integers(len(WATCH))]
        options = draw(
            rng,
            {
                "patience": [0, 1, 2, 3],
                "factor": [0.5, 0.25, 0.0],
                "min_delta": [0, 0.0625, 0.125],
                "cooldown": [0, 1, 3],
                "min_lr": [0.0, 0.125, 1.0],
            },
        )
        seen = compare(
            "ReduceLROnPlateau",
            dict(monitor=monitor, mode=mode, **options),
            [course(rng), course(rng)],
        )
        reduced += seen[-2][2] < 0.5
    assert reduced > 50
    assert "learning_rate" in seen[0][5]


def test_model_checkpoint(rng):
    kinds = set()
    for _ in range(100):
        monitor, mode = WATCH[rng.integers(len(WATCH))]
        options = draw(
            rng,
            {
                "save_best_only": [True, True, False],
                "initial_value_threshold": [None, 0.25, -0.125],
                "save_weights_only": [True, False],
            },
        )
        ending = ".weights.h5" if options["save_weights_only"] else ".keras"
        filepath = ["cp" + ending, "cp-{epoch:02d}-{val_loss:.2f}" + ending][rng.integers(2)]
        seen = compare(
            "ModelCheckpoint",
            dict(filepath=filepath, monitor=monitor, mode=mode, **options),
            [course(rng, 8), course(rng, 8)],
        )
        kinds.add(len(seen[-2][4]) if options["save_best_only"] else -1)
    assert len(kinds) > 5


@pytest.mark.parametrize("save_freq", [1, 2, 3, 4, 7, 100])
def test_model_checkpoint_after_batches(save_freq, rng):
    compare(
        "ModelCheckpoint",
        dict(filepath="cp-{epoch}-{batch}-{loss:.2f}.keras", save_freq=save_freq),
        [course(rng, 6, 0), course(rng, 5, 0)],
        batches=5,
    )


@pytest.mark.parametrize("best_only", [True, False])
def test_model_checkpoint_without_what_it_watches(best_only):
    made = []
    for f in FRAMEWORKS:
        callback = f.callbacks.ModelCheckpoint(
            "cp-{epoch}.keras", monitor="val_mae", mode="min", save_best_only=best_only
        )
        if best_only:
            with pytest.warns(UserWarning, match="val_mae"):
                made.append(drive(callback, [[{"loss": 1.0}, {"loss": 2.0}]]))
        else:
            made.append(drive(callback, [[{"loss": 1.0}, {"loss": 2.0}]]))
    same(*made, best_only)


def stepped(epoch, rate=None):
    return rate * 0.5 if epoch % 2 else rate


SCHEDULES = [
    lambda epoch: 0.5 / (epoch + 1),
    lambda epoch, lr: lr * 0.5,
    stepped,
    lambda *args: args[1] * 0.25,
    [0.5, 0.25, 0.125, 0.125, 0.5, 1.0].__getitem__,
]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_learning_rate_scheduler(schedule):
    compare(
        "LearningRateScheduler", dict(schedule=schedule), [[{"loss": 1.0}] * 6, [{"loss": 1.0}] * 3]
    )


def test_learning_rate_scheduler_with_a_schedule_object():
    rates = []
    for f in FRAMEWORKS:
        decay = f.optimizers.schedules.ExponentialDecay(0.5, 2, 0.25)
        seen = drive(
            f.callbacks.LearningRateScheduler(
                lambda epoch, decay=decay: float(decay(epoch)) if callable(decay) else decay
            ),
            [[{"loss": 1.0}] * 5],
        )
        seen += drive(
            f.callbacks.LearningRateScheduler(lambda epoch: float(decay(epoch))),
            [[{"loss": 1.0}] * 5],
        )
        rates.append([s[2] for s in seen if len(s) == 6])
    np.testing.assert_allclose(*rates, rtol=1e-6)
    # a second argument is the present rate
    np.testing.assert_allclose(rates[0], [0.5] * 5 + [0.5 * 0.25 ** (e / 2) for e in range(5)])


def rows_of(path):
    with open(path, newline="") as file:
        return file.read()


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize(
    "first",
    [{"loss": 0.5, "val_loss": 0.25, "acc": 1.0}, {"loss": 0.5, "acc": 0.125}],
    ids=["validated", "not validated"],
)
def test_csv_logger(first, separator, tmp_path):
    texts = []
    for f in FRAMEWORKS:
        path = str(tmp_path / f"{f.__name__}.csv")
        for append in (False, True, True):
            callback = f.callbacks.CSVLogger(path, separator=separator, append=append)
            drive(
                callback,
                [
                    [
                        first,
                        {"loss": 0.25, "acc": 0.75, "val_loss": 2.0, "more": 3.0},
                        {"loss": 1e-9},
                    ]
                ],
            )
        texts.append(rows_of(path))
        drive(f.callbacks.CSVLogger(path, separator=separator), [[first]])
        texts[-1] += rows_of(path)
    assert texts[0] == texts[1] and texts[0].count("epoch") == 2


def test_lambda_callback():
    made = []
    for f in FRAMEWORKS:
        seen = []

        def note(name, seen=seen):
            return lambda *args, **logs: seen.append(
                (name, *[sorted(a) if isinstance(a, dict) else a for a in (*args, *logs.values())])
            )

        hooks = [
            "on_epoch_begin",
            "on_epoch_end",
            "on_train_begin",
            "on_train_end",
            "on_train_batch_begin",
            "on_train_batch_end",
        ]
        callback = f.callbacks.LambdaCallback(**{h: note(h) for h in hooks})
        model = network(f)
        model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[callback])
        # Keras tells the last hook the last logs
        made.append([s[:-1] if s[0] == "on_train_end" else s for s in seen])
    assert made[0] == made[1] and len(made[0]) == 18


# --- the order of the hooks, in real runs
# ---------------------------------------------------------------------------------


DATA = np.random.default_rng(3)
X, Y = DATA.normal(size=(20, 4)).astype(np.float32), DATA.normal(size=(20, 1)).astype(np.float32)
HOOKS = [
    f"on_{what}_{when}"
    for what in (
        "train",
        "test",
        "predict",
        "epoch",
        "batch",
        "train_batch",
        "test_batch",
        "predict_batch",
    )
    for when in ("begin", "end")
]


def network(f, metrics=("mae",), rate=0.0625, wide=False):
    L = f.layers
    model = f.Sequential(
        [
            f.Input((4,)),
            *([L.Dense(32, "tanh", kernel_initializer="ones")] if wide else []),
            L.Dense(1, kernel_initializer="ones"),
        ]
    )
    model.compile(f.optimizers.SGD(rate), "mse", metrics=list(metrics))
    return model


def recorder(f, stop_at=None):
    """A callback that overrides every hook and notes the call; at `stop_at` it stops the
    training.
    """
    calls = []

    def hook(name):
        def method(self, *args, **kwargs):
            number = next((a for a in args if isinstance(a, int)), None)
            logs = (
                kwargs.get("logs", args[-1] if args and isinstance(args[-1], dict) else None) or {}
            )
            assert self.model is not None and all(
                isinstance(v, float) for k, v in logs.items() if k != "outputs"
            ), (name, logs)
            calls.append((name, number, sorted(logs)))
            if (name, number) == stop_at:
                self.model.stop_training = True

        return method

    cls = type(
        "Recorder",
        (f.callbacks.Callback,),
        {h: hook(h) for h in HOOKS if h not in ("on_batch_begin", "on_batch_end")},
    )
    return cls(), calls


@pytest.mark.parametrize(
    "run",
    [
        "fit",
        "fit, validated",
        "fit, split",
        "fit, validated now and then",
        "stopped in a batch",
        "stopped at an epoch",
        "evaluate",
        "predict",
    ],
)
def test_the_hooks_in_order(run):
    made = []
    for f in FRAMEWORKS:
        callback, calls = recorder(
            f,
            {
                "stopped in a batch": ("on_train_batch_end", 1),
                "stopped at an epoch": ("on_epoch_end", 1),
            }.get(run),
        )
        model = network(f)
        options = dict(batch_size=8, epochs=4, verbose=0, callbacks=[callback])
        if run == "evaluate":
            model.evaluate(X, Y, batch_size=8, verbose=0, callbacks=[callback])
        elif run == "predict":
            model.predict(X, batch_size=8, verbose=0, callbacks=[callback])
        elif "now and then" in run:
            model.fit(X, Y, validation_data=(X, Y), validation_freq=2, **options)
        elif "validated" in run:
            model.fit(X, Y, validation_data=(X, Y), **options)
        else:
            model.fit(X, Y, validation_split=0.25 if "split" in run else 0.0, **options)
        made.append(calls)
    ours, theirs = made
    assert len(theirs) > 2
    assert ours == theirs


def test_the_older_names_of_the_batch_hooks():
    made = []
    for f in FRAMEWORKS:
        calls = []

        class Old(f.callbacks.Callback):
            """No call of super().__init__, which needs none."""

            def __init__(self, calls=calls):
                self.calls = calls

            def on_batch_begin(self, batch, logs=None):
                self.calls.append(("begin", batch))

            def on_batch_end(self, batch, logs=None):
                self.calls.append(("end", batch))

        model = network(f)
        model.fit(X, Y, batch_size=8, verbose=0, callbacks=[Old()])
        model.evaluate(X, Y, verbose=0, callbacks=Old())
        made.append(calls)
    assert made[0] == made[1]


# --- end to end


@pytest.mark.parametrize(
    "watch",
    [
        ("val_loss", "auto"),
        ("val_mae", "auto"),
        ("mae", "max"),
        ("val_loss", "max"),
        ("val_r2_score", "auto"),
    ],
    ids=str,
)
def test_a_run_that_stops_itself(watch, tmp_path):
    made = []
    for f in FRAMEWORKS:
        model = network(f, ["mae", f.metrics.R2Score()], rate=0.1875, wide=True)
        C, folder = f.callbacks, tmp_path / f.__name__
        folder.mkdir()
        callbacks = [
            C.ReduceLROnPlateau(*watch[:1], mode=watch[1], patience=1, factor=0.5, min_delta=0.0),
            C.EarlyStopping(*watch[:1], mode=watch[1], patience=3, restore_best_weights=True),
            C.CSVLogger(str(folder / "log.csv")),
            C.ModelCheckpoint(
                str(folder / "{epoch:02d}.keras"), *watch[:1], mode=watch[1], save_best_only=True
            ),
        ]
        np.random.seed(0)
        start = [
            np.random.default_rng(2).normal(size=w.shape).astype(np.float32) * 0.4
            for w in model.get_weights()
        ]
        model.set_weights(start)
        history = model.fit(
            X[:12],
            Y[:12],
            batch_size=4,
            epochs=30,
            shuffle=False,
            verbose=0,
            callbacks=callbacks,
            validation_data=(X[12:], Y[12:]),
        )
        with open(folder / "log.csv", newline="") as file:
            table = list(csv.reader(file))
        made.append(
            (
                history.history,
                model.get_weights(),
                sorted(p.name for p in folder.iterdir()),
                table,
                history.epoch,
            )
        )
    ours, theirs = made
    assert ours[4] == theirs[4] and len(ours[4]) < 30
    assert ours[0].keys() == theirs[0].keys() and "learning_rate" in ours[0]
    for key in ours[0]:
        np.testing.assert_allclose(ours[0][key], theirs[0][key], rtol=2e-4, atol=1e-5, err_msg=key)
    for a, b in zip(ours[1], theirs[1]):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    assert ours[2] == theirs[2] and len(ours[2]) > 1
    assert ours[3][0] == theirs[3][0] and len(ours[3]) == len(theirs[3])
    np.testing.assert_allclose(
        np.array(ours[3][1:], float), np.array(theirs[3][1:], float), rtol=2e-4, atol=1e-5
    )


def test_the_direction_of_a_metric_that_keras_does_not_know():
    for f in FRAMEWORKS:
        model = network(f)
        with pytest.raises(ValueError, match="mode='max'"):
            model.fit(
                X,
                Y,
                verbose=0,
                callbacks=f.callbacks.EarlyStopping("novelty")
                if f is keras
                else recorded_novelty(),
            )


def recorded_novelty():
    """EarlyStopping on a number that another callback would add: here the logs already have it."""

    class Adds(minidl.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["novelty"] = 1.0

    return [Adds(), minidl.callbacks.EarlyStopping("novelty")]
