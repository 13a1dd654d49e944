"""What is watched, and which way is better."""

import numpy as np
import pytest
from callback_cases import Scripted, X, Y, classifier, fit, network

from minidl import Input, Sequential, callbacks, metrics
from minidl.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from minidl.layers import Dense

LABELS = (X.sum(axis=1) > 0).astype(int)


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


def compiled(loss="mse", outputs=1, **settings):
    model = Sequential([Input((3,)), Dense(outputs)])
    model.compile("sgd", loss, **settings)
    return model


@pytest.mark.parametrize(
    ("make", "mode"),
    [
        (lambda: callbacks.EarlyStopping("loss"), np.less),
        (lambda: callbacks.EarlyStopping("loss", mode="max"), np.greater),
        (lambda: callbacks.ReduceLROnPlateau("loss"), np.less),
    ],
)
def test_monitor_op(make, mode):
    callback = make()
    assert callback.monitor_op is None
    compiled().fit(X, Y, verbose=0, callbacks=[callback])
    assert callback.monitor_op is mode


@pytest.mark.parametrize(
    ("monitor", "logs", "cured"),
    [
        ("val_loss", {"loss": 1.0}, True),
        ("val_acc", {"loss": 1.0, "val_loss": 1.0}, False),
        ("acc", {"loss": 1.0}, False),
    ],
)
def test_when_validation_is_the_cure(monitor, logs, cured):
    with pytest.warns(UserWarning, match=f"watches '{monitor}', which is not there") as told:
        assert callbacks.EarlyStopping(monitor).value(logs) is None
    assert ("It is measured only with validation_data" in str(told[0].message)) == cured


@pytest.mark.parametrize(
    ("mode", "delta", "value", "than", "better"),
    [
        ("min", 0.5, 1.0, 1.5, False),
        ("min", -0.5, 0.75, 1.5, True),
        ("min", 0.0, 1.5, 1.5, False),
        ("max", 0.5, 1.5, 1.0, False),
        ("max", 0.5, 1.75, 1.0, True),
        ("max", 0.5, 0.0, 1.0, False),
        ("max", 0.5, -9.0, None, True),
    ],
)
def test_better_is_by_more_than_min_delta(mode, delta, value, than, better):
    watch = callbacks.Monitor("x", mode, delta)
    assert watch.value({"x": 3}) == 3
    assert watch.is_better(value, than) is better


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        *[(name, "min") for name in ("loss", "a_loss", "val_loss", "my-error", "MSE", "val_cosh")],
        *[(name, "max") for name in ("val_my-F1", "top_acc", "AUC", "error_similarity")],
        *[(name, "max") for name in ("risen", "val_risen")],
    ],
)
def test_the_better_direction_by_name_and_by_the_metric_that_is_there(name, direction):
    class Risen(metrics.MeanAbsoluteError):
        direction = "max"

    watch = callbacks.Monitor(name)
    watch.set_model(compiled(metrics=[Risen("risen")]))
    watch.model.fit(X, Y, verbose=0)
    assert watch._direction() == direction
    if "risen" in name:
        watch.set_model(None)
        with pytest.raises(ValueError, match="cannot tell"):
            watch._direction()
