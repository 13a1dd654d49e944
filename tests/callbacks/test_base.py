"""Callbacks and logs, and what is no callback."""

import json
import warnings

import pytest
from callback_cases import Breaks, X, Y, fit, network

from minidl import Input, Sequential, callbacks
from minidl.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from minidl.layers import Dense

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
    assert LambdaCallback(helper=print).helper is print  # pyright: ignore


def test_a_list_of_callbacks_in_a_loop_of_your_own():
    seen, model = [], network()
    look = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((epoch, logs)))
    run = callbacks.CallbackList([look], add_history=True, add_progbar=True, model=model, epochs=3)
    assert look.model is model and look.params == {"epochs": 3}
    assert len(run.callbacks) == 3
    run.on_train_begin()
    for epoch, given in enumerate([{}, {"logs": None}, {"logs": {"loss": 0.5}}]):
        run.on_epoch_begin(epoch, None)
        run.on_epoch_end(epoch, **given)
    run.on_train_end({"loss": 0.5})
    assert seen == [(0, {}), (1, {}), (2, {"loss": 0.5})]
    history = next(one for one in run.callbacks if isinstance(one, callbacks.History))
    assert history.history == {"loss": [0.5]}
    with pytest.raises(AttributeError, match="CallbackList has no attribute 'on_epoch_ends'"):
        run.on_epoch_ends()
    assert not hasattr(run, "get_state"), "which is a callback's own"
    assert callbacks.CallbackList([look]).callbacks == [look]


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


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("accuracy", "acc"), ("mae", "mean_absolute_error"), ("mean_squared_error", "mse")],
)
def test_a_history_knows_the_other_name(typed, asked):
    model = Sequential([Input((3,)), Dense(1, "sigmoid")])
    model.compile("sgd", "bce", metrics=[typed])
    record = model.fit(X, (Y > 0) * 1.0, validation_split=0.5, verbose=0).history
    with pytest.warns(FutureWarning, match=f"'val_{asked}' in the history is today 'val_{typed}'"):
        assert record[f"val_{asked}"] == record[f"val_{typed}"]
    with pytest.warns(FutureWarning):
        assert record.get(asked) == record[typed]
    assert record.get("nothing") is None and asked not in record


def test_a_hook_that_is_none_is_left_out():
    heard = []
    hook = callbacks.LambdaCallback(on_epoch_begin=None, on_epoch_end=lambda *a: heard.append(a))
    hook.on_epoch_begin(0)
    hook.on_epoch_end(1, {})
    assert heard == [(1, {})]
