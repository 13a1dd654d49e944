"""Runs that are stopped from within."""

import gc
import warnings
import weakref

import numpy as np
import pytest
from fit_cases import CLASSES, INPUTS, Recorder, classifier, line

import minidl
from minidl import Input, Sequential, Tensor, callbacks, data, layers
from minidl.layers import Dense
from minidl.models import loops
from minidl.support import console

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


def compiled(loss="mse", outputs=1, **settings):
    model = Sequential([Input((3,)), Dense(outputs)])
    model.compile("sgd", loss, **settings)
    return model


# --- callbacks and results


def test_evaluate_and_predict_can_be_stopped():
    class Stop(callbacks.Callback):
        seen = 0

        def on_test_batch_end(self, batch, logs=None):
            self.seen += 1
            self.model.stop_evaluating = batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            self.seen += 1
            self.model.stop_predicting = batch == 0

    model, stop = compiled(), Stop()
    model.evaluate(X, Y, batch_size=2, verbose=0, callbacks=[stop])
    assert stop.seen == 2
    assert len(model.predict(X, batch_size=2, verbose=0, callbacks=[stop])) == 2
    model.evaluate(X, Y, batch_size=2, verbose=0)
    assert not model.stop_evaluating, "the next run begins anew"
    assert len(model.predict(X, batch_size=2, verbose=0)) == 8


T = (INPUTS @ np.array([[1.0], [-2.0], [0.5], [3.0]]) + 1).astype("float32")  # a straight line


def test_hooks_run_in_keras_order():
    seen = Recorder()
    line().fit(
        INPUTS[:8],
        T[:8],
        batch_size=4,
        epochs=1,
        verbose=0,
        callbacks=[seen],
        validation_data=(INPUTS[:4], T[:4]),
    )
    assert [c[0] for c in seen.calls] == [
        "on_train_begin",
        "on_epoch_begin",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_test_begin",
        "on_test_batch_begin",
        "on_test_batch_end",
        "on_test_end",
        "on_epoch_end",
        "on_train_end",
    ]
    assert seen.calls[1] == ("on_epoch_begin", 0, {}) and set(seen.calls[-2][2]) == {
        "loss",
        "val_loss",
    }


def test_stop_training_ends_after_the_epoch():
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 2

    model = line()
    assert model.fit(INPUTS, T, epochs=10, verbose=0, callbacks=Stop()).epoch == [0, 1, 2]
    assert model.fit(INPUTS, T, epochs=2, verbose=0).epoch == [0, 1], "a new fit starts afresh"


def test_ctrl_c_is_raised_and_what_was_finished_stays():
    class Interrupt(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.history.epoch == [0, 1] and batch == 1:
                raise KeyboardInterrupt

    model = line()
    with pytest.raises(KeyboardInterrupt):
        model.fit(INPUTS, T, epochs=10, verbose=0, callbacks=[Interrupt()])
    assert model.history.epoch == [0, 1] and len(model.history.history["loss"]) == 2
    assert np.isfinite(model.predict(INPUTS, verbose=0)).all()
    assert model.fit(INPUTS, T, epochs=1, verbose=0).epoch == [0]


def test_training_does_not_grow_memory():
    model = classifier()
    model.fit(INPUTS, CLASSES, verbose=0)
    kept = []

    class Watch(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            kept.append(
                [weakref.ref(t) for t in gc.get_objects() if type(t) is Tensor and t.op is not None]
            )

    gc.collect()
    gc.disable()
    try:
        model.fit(INPUTS, CLASSES, epochs=3, verbose=0, callbacks=[Watch()])
        alive = [sum(r() is not None for r in refs) for refs in kept]
    finally:
        gc.enable()
    assert alive[0] == 0 and max(len(refs) for refs in kept) < 5, "no graph outlives its step"


# --- evaluate, predict, batches
# ---


def test_evaluate_forms():
    model = classifier()
    loss, accuracy = model.evaluate(INPUTS, CLASSES, verbose=0)
    assert model.evaluate(INPUTS, CLASSES, verbose=0, return_dict=True) == {
        "accuracy": accuracy,
        "loss": loss,
    }
    assert model.metrics_names == ["loss", "accuracy"] and type(loss) is float
    assert isinstance(line().evaluate(INPUTS, T, verbose=0), float)
    assert accuracy == pytest.approx(
        np.mean(model.predict(INPUTS, verbose=0).argmax(-1) == CLASSES)
    )


def test_predict_before_compile_in_batches_and_without_tape():
    model = Sequential([layers.Dense(2)])
    whole = model(INPUTS).numpy()
    for batch in (1, 7, 32, 100):
        np.testing.assert_allclose(
            model.predict(INPUTS, batch_size=batch, verbose=0), whole, rtol=1e-5, atol=1e-6
        )
    assert isinstance(model.predict(INPUTS, verbose=0), np.ndarray) and model.predict_on_batch(
        INPUTS[:3]
    ).shape == (3, 2)


@pytest.mark.parametrize("inputs", [list, tuple])
def test_several_inputs_in_one_batch(inputs):
    class Adds(minidl.Model):
        def call(self, x):
            return x[0] + 2 * x[1]

    both = inputs([X, X])
    np.testing.assert_allclose(Adds().predict_on_batch(both), 3 * X, rtol=1e-6)
    np.testing.assert_allclose(Adds().predict(both, verbose=0), 3 * X, rtol=1e-6)


def test_train_and_test_on_batch():
    model = classifier()
    before = model.test_on_batch(INPUTS, CLASSES)
    assert model.train_on_batch(INPUTS, CLASSES) == pytest.approx(before, rel=1e-5), (
        "measured before the step"
    )
    assert model.train_on_batch(INPUTS, CLASSES, return_dict=True)["loss"] < before[0]
    assert model.test_on_batch(INPUTS, CLASSES)[0] < before[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: m.fit(X, Y, verbose=3), "verbose is 0, 1, 2 or 'auto'; received 3"),
        (lambda m: m.predict(X[:0], verbose=0), "no samples"),
        (lambda m: m.fit(None, Y), "No data: pass x"),
        (lambda m: m.fit(X, Y, validation_data=[X], verbose=0), r"is a tuple \(x, y\) or"),
        (lambda m: m.fit(X, Y, validation_data=(X, Y, None, 1), verbose=0), r"is a tuple \(x, y\)"),
        (lambda m: m.fit(iter([(X, Y, -np.ones(len(X)))]), verbose=0), "below 0, to -1"),
    ],
)
def test_what_a_run_refuses(call, words):
    model = Sequential([Input((X.shape[1],)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises((ValueError, UserWarning), match=words):
        call(model)


@pytest.mark.parametrize(
    ("classes", "loss", "warns"),
    [
        (2, 2.5, False),
        (2, 2.51, True),
        (10, 4.6, False),  # 2 · ln 10 = 4.605
        (10, 4.61, True),
        (10, float("inf"), False),
        (0, 99.0, False),
    ],
)
def test_a_first_loss_far_above_that_of_guessing_is_told_once(classes, loss, warns):
    model, told = compiled(), []
    note = callbacks.LambdaCallback(on_batch_end=lambda batch, logs: told.append(batch))
    run = callbacks.CallbackList([note], model=model)
    hooks = loops.FitHooks(model, run, None, None, None, classes)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for batch in range(2):
            for hook in hooks.batch_ends:
                hook(batch, {"loss": loss})
    assert len(said) == warns and told == [0, 1]
    model.fit(X, Y, verbose=0)  # later losses are not those of a beginner
    assert len(loops.FitHooks(model, run, None, None, None, classes).batch_ends) == 1


@pytest.mark.parametrize(
    ("freq", "epochs"), [(1, [1, 2, 3, 4]), (2, [2, 4]), ([1, 4], [1, 4]), ({3}, [3]), ((2,), [2])]
)
def test_the_epochs_that_end_with_a_validation(freq, epochs):
    assert [n for n in range(1, 5) if loops.due_every(freq)(n)] == epochs


@pytest.mark.parametrize(
    ("verbose", "live"),
    [(0, None), (False, None), (1, True), (True, True), ("auto", True), (2, False)],
)
def test_what_verbose_shows(verbose, live, monkeypatch):
    monkeypatch.setattr(console, "is_live", lambda out: True)
    assert [bar.live for bar in loops.progress_bar(verbose)] == ([] if live is None else [live])
    assert [loops.as_list(v) for v in (None, 1, (1, 2))] == [[], [1], [1, 2]]


def test_the_largest_product_of_a_step():
    """The samples of a batch, times the places that share the weights, times these weights."""
    model = Sequential([Input((7, 5, 2)), layers.Conv2D(3, 2), layers.Flatten(), Dense(4)])
    batches = data.Batches(np.zeros((11, 7, 5, 2)), batch_size=10)
    assert loops.largest_product(model, batches) == 10 * (6 * 4) * (2 * 2 * 2 * 3)
    wide = Sequential([Input((3,)), Dense(50), Dense(6)])
    assert loops.largest_product(wide, data.Batches(X, batch_size=32)) == 8 * (50 * 6)
    plain = Sequential([Input((3,)), layers.ReLU()])
    assert loops.largest_product(plain, data.Batches(X, batch_size=32)) == 0
