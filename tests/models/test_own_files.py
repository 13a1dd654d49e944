"""What a file of a trained model keeps: losses, optimizers, and where training stood."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from model_cases import X, Y, again, equal, returns, same, small
from places import ROOT

from minidl import Input, Model, Sequential, layers, losses, metrics, ops, optimizers
from minidl.models import SaveFormatError, load_model
from minidl.saving import register_keras_serializable

# --- configs


def registered(registry):
    return sorted(
        {thing for thing in registry.names.values() if isinstance(thing, type)},
        key=lambda c: c.__name__,
    )


def test_an_optimizer_with_its_schedule():
    one = optimizers.Adam(
        optimizers.schedules.PolynomialDecay(0.1, 7, power=2.0),
        beta_1=0.8,
        weight_decay=0.01,
        clipnorm=1.0,
    )
    two = optimizers.Adam.from_config(json.loads(json.dumps(one.get_config())))
    two.iterations = one.iterations = 3
    assert (
        two.learning_rate == one.learning_rate != 0.1
        and two.beta_1 == 0.8
        and two.clipnorm == 1.0
        and two.weight_decay == 0.01
    )


# --- compile's arguments and the optimizer's memory
# -----------------------------------------------------------------------


@register_keras_serializable("tests")
def my_loss(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


def unregistered(y_true, y_pred):
    return ops.mean(ops.absolute(y_true - y_pred), axis=-1)


@pytest.mark.parametrize(
    "loss",
    [
        "mse",
        losses.Huber(delta=0.3),
        losses.Huber,
        my_loss,
        losses.mean_squared_error,
        losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
    ],
    ids=["mse", "Huber(0.3)", "Huber", "my_loss", "mean_squared_error", "BinaryCrossentropy"],
)
def test_losses_come_back(loss, tmp_path):
    model = Sequential([Input((6,)), layers.Dense(1)])
    model.compile(
        optimizers.RMSprop(0.02, rho=0.8),
        loss,
        metrics=["mae", metrics.RootMeanSquaredError(), my_loss],
        weighted_metrics=["mse"],
    )
    model.fit(X, Y.astype("float32"), epochs=2, verbose=0)
    loaded = returns(model, X, tmp_path)
    assert loaded.evaluate(X, Y.astype("float32"), verbose=0, return_dict=True) == model.evaluate(
        X, Y.astype("float32"), verbose=0, return_dict=True
    )
    assert loaded.optimizer.rho == 0.8 and loaded.optimizer.iterations == 2
    for m in (model, loaded):
        m.fit(X, Y.astype("float32"), epochs=2, verbose=0)
    same(model, loaded)


def test_a_function_of_yours_as_loss(tmp_path):
    model = Sequential([Input((6,)), layers.Dense(1)])
    model.compile("sgd", unregistered)
    model.fit(X, Y.astype("float32"), verbose=0)
    returns(model, X, tmp_path, custom_objects={"unregistered": unregistered})
    with pytest.raises(SaveFormatError, match="'unregistered'.*custom_objects"):
        again(model, tmp_path)
    assert again(model, tmp_path, compile=False).optimizer is None
    model.compile("sgd", lambda t, p: ops.mean(ops.square(t - p), axis=-1))
    with pytest.raises(ValueError, match="lambda.*include_optimizer=False"):
        model.save(tmp_path / "m.npz")
    model.save(tmp_path / "m.npz", include_optimizer=False)
    assert load_model(tmp_path / "m.npz").optimizer is None


def test_several_outputs(tmp_path):
    a = Input((6,))
    model = Model(
        a,
        {
            "p": layers.Dense(1, name="p")(a),
            "q": layers.Dense(2, activation="softmax", name="q")(a),
        },
    )
    model.compile(
        "adam",
        {"p": "mse", "q": losses.SparseCategoricalCrossentropy()},
        loss_weights={"p": 0.5, "q": 2.0},
        metrics={"p": ["mae"], "q": ["accuracy"]},
    )
    y = {"p": X[:, 0], "q": Y}
    model.fit(X, y, epochs=2, verbose=0)
    loaded = returns(model, X, tmp_path)
    assert loaded.evaluate(X, y, verbose=0) == model.evaluate(X, y, verbose=0)
    assert loaded.metrics_names == model.metrics_names


@pytest.mark.parametrize("optimizer", registered(optimizers.registry), ids=lambda c: c.__name__)
def test_every_optimizer_goes_on(optimizer, tmp_path):
    model = small(
        optimizer=optimizer(0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=3)
    )
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    loaded = returns(model, X, tmp_path)
    equal(loaded.optimizer.get_state(), model.optimizer.get_state())
    for m in (model, loaded):
        m.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    same(model, loaded)


def test_a_rate_set_by_hand_and_stop_on_nan_come_back(tmp_path):
    model = small(optimizer="sgd", stop_on_nan=False)
    model.fit(X, Y, verbose=0)
    model.optimizer.learning_rate = 0.125
    loaded = again(model, tmp_path)
    assert loaded.optimizer.learning_rate == 0.125 and loaded.stop_on_nan is False


def test_frozen_layers_stay_frozen(tmp_path):
    model = small(optimizer="adam")
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = False
    same(model, again(model, tmp_path))  # the optimizer still remembers all four
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(X, Y, verbose=0)
    loaded = returns(model, X, tmp_path)
    assert [layer.trainable for layer in loaded.layers] == [False, True] and len(
        loaded.trainable_weights
    ) == 2
    loaded.fit(X, Y, verbose=0)
    equal(loaded.layers[0].get_weights(), model.layers[0].get_weights())
    whole = small()
    whole.trainable = False
    assert again(whole, tmp_path).trainable_weights == []


TRAINING = """
import sys, numpy as np, minidl
from minidl import Input, Sequential, layers, optimizers
from minidl.models import load_model
def make():
    minidl.set_random_seed(4)
    model = Sequential([Input((6,)), layers.Dense(16, activation="relu"), layers.Dropout(0.4), layers.BatchNormalization(), layers.GaussianNoise(0.1),
                        layers.Dense(2, activation="softmax")])
    schedule = optimizers.schedules.CosineDecay(0.02, 40)
    model.compile(optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
rng = np.random.default_rng(0)
x = rng.normal(size=(100, 6)).astype("float32"); y = (x[:, 0] * x[:, 1] > 0).astype("int64")
fit = lambda model, first, last: model.fit(x, y, batch_size=16, initial_epoch=first, epochs=last, verbose=0)
"""


def child(code, *args, cwd):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAINING + code, *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr


def test_six_epochs_are_three_and_three_in_another_process(tmp_path):
    child(
        "m = make(); fit(m, 0, 3); m.save('half.npz'); fit(m, 3, 6); "
        "m.save_weights('straight.npz')",
        cwd=tmp_path,
    )
    child(
        "m = load_model('half.npz'); fit(m, 3, 6); m.save_weights('loaded.npz')\n"
        "n = make(); n.restore('half.npz'); fit(n, 3, 6); n.save_weights('restored.npz')\n"
        "o = make(); fit(o, 0, 1); o.restore('half.npz'); fit(o, 3, 6); "
        "o.save_weights('overwritten.npz')",
        cwd=tmp_path,
    )
    straight = np.load(tmp_path / "straight.npz")
    for name in ("loaded", "restored", "overwritten"):
        other = np.load(tmp_path / f"{name}.npz")
        assert other.files == straight.files
        for key in straight.files:
            np.testing.assert_array_equal(straight[key], other[key], err_msg=f"{name} {key}")
