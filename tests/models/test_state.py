"""What a run switches on is switched back, whatever ends it; and a run begins from a clean state,
whatever an interrupt left.
"""

import threading

import numpy as np
import pytest
from state_cases import ONES, Counts, Fails, X, Y, bits, line, network, nothing_left, state_of

from minidl import (
    Input,
    Layer,
    Sequential,
    callbacks,
    layers,
    losses,
    metrics,
    no_grad,
    ops,
    optimizers,
    random,
)
from minidl.models import load_model
from minidl.models.running import Parts
from minidl.tensor import quietly, switches

pytestmark = pytest.mark.usefixtures("clean_state")


# --- what was found (November 2026, A)


class Broken(optimizers.SGD):
    broken = True

    def update(self, w, g, lr, *slots):
        if self.broken:
            raise ArithmeticError("not yet right")
        super().update(w, g, lr, *slots)


def train_by_hand(model):
    x, y = ONES
    model.optimizer.build(model.trainable_weights)
    losses.MeanSquaredError()(y, model(x, training=True)).backward()
    model.optimizer.step()


@pytest.mark.parametrize(
    "train",
    [
        lambda model: model.fit(*ONES, verbose=0),
        lambda model: model.train_on_batch(*ONES),
        train_by_hand,
    ],
    ids=["fit", "train_on_batch", "by hand"],
)
def test_gradients_of_a_failed_step_do_not_survive(train):
    model = line(Broken(0.1))
    with pytest.raises(ArithmeticError):
        train(model)
    assert all(v.grad is None for v in model.weights)
    model.compile(optimizers.SGD(0.1), "mse")
    train(model)
    np.testing.assert_allclose(model.layers[-1].kernel.numpy(), 0.2, rtol=1e-6)


@pytest.mark.parametrize("first", [[], [Input((2,))]], ids=["no Input", "Input"])
def test_a_layer_that_counts_its_calls_counts_the_batches(first):
    counts = Counts()
    model = Sequential([*first, counts, layers.Dense(1)])
    assert not first or float(counts.n) == 0
    model.compile("sgd", "mse")
    model.fit(*ONES, batch_size=4, verbose=0)
    assert float(counts.n) == 2
    model.evaluate(*ONES, batch_size=8, verbose=0)
    assert float(counts.n) == 3


def test_a_symbolic_call_adds_no_loss():
    layer = layers.Dense(2, activity_regularizer="l1")
    layer(Input((3,)))
    assert layer.losses == []
    layer(np.ones((1, 3)))
    assert len(layer.losses) == 1
    before = layer.losses
    layer(Input((3,)))  # and takes none away
    assert layer.losses[0] is before[0]


def test_the_variables_of_an_optimizer_are_its_memory():
    """The known recipe to reset one leaves the network alone."""
    kernel = lambda w: np.full(w, 1.0)
    model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer=kernel)])
    model.compile(optimizers.Adam(0.001), "mse")
    model.fit(*ONES, verbose=0)
    names = [v.name for v in model.optimizer.variables]
    assert names[:2] == ["iteration", "learning_rate"] and len(names) == 6
    for v in model.optimizer.variables:
        v.assign(np.zeros(v.shape))
    np.testing.assert_allclose(model.layers[-1].kernel.numpy(), 0.999, rtol=1e-5)
    assert model.optimizer.iterations == 0


def test_a_loss_that_is_watched_is_not_changed_meanwhile():

    class Seen(losses.MeanSquaredError):
        reductions = set()

        def call(self, y_true, y_pred):
            self.reductions.add(self.reduction)
            return super().call(y_true, y_pred)

    loss = Seen()
    watched = metrics.get(loss)
    watched.update_state(*ONES[1:], np.zeros((8, 1)))
    assert float(watched.result()) == 1.0
    model = line("sgd", loss)
    model.compile("sgd", loss, metrics=[loss])
    model.fit(*ONES, verbose=0)
    assert Seen.reductions == {"sum_over_batch_size"}


class Draws(Layer):
    """A layer that draws from a generator that it was given."""

    def __init__(self, seeds=None, **kwargs):
        super().__init__(**kwargs)
        self.seeds = random.SeedGenerator(7) if seeds is None else seeds

    def call(self, x):
        return random.dropout(x, 0.5, seed=self.seeds)

    def get_config(self):
        return {"name": self.name}


@pytest.mark.parametrize("name", ["m.npz", "m.keras"])
def test_a_shared_generator_is_still_one_after_loading(name, tmp_path):
    seeds = random.SeedGenerator(7)
    model = Sequential([Input((2,)), Draws(seeds), Draws(seeds), layers.Dense(1)])
    model.save(tmp_path / name)
    one, two, _ = load_model(tmp_path / name, custom_objects={"Draws": Draws}).layers
    assert one.seeds is two.seeds


# --- whatever ends a run, nothing of it stays switched on


class FailingLayer(Layer):
    on = False

    def call(self, x):
        if self.on and len(x) > 1:
            raise ArithmeticError
        return x


def failing(model, where):
    """The arguments of a fit that fails there."""
    if where.startswith("on_"):
        return {"callbacks": [Fails(where), callbacks.TerminateOnNaN()]}
    if where == "layer":
        model.layers[0].on = True
    if where == "loss":
        model.compile("sgd", lambda y, p: 1 / 0)
    if where == "optimizer":
        model.compile(Broken(0.1), "mse")
    if where == "metric":
        model.compile("sgd", "mse", metrics=[lambda y, p: 1 / 0])
    if where == "frozen":
        model.trainable = False
        return {"callbacks": [Fails("on_epoch_end")]}
    return {}


MOMENTS = ["on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end"]
MOMENTS += ["on_epoch_end", "on_train_end", "on_test_begin", "on_test_batch_end", "on_test_end"]
PARTS = ["layer", "loss", "optimizer", "metric"]


@pytest.mark.parametrize("where", [*MOMENTS, *PARTS])
def test_an_error_in_fit_leaves_nothing(where):
    model = line("sgd", "mse", FailingLayer())
    with pytest.raises(ArithmeticError):
        options = failing(model, where)
        model.fit(*ONES, validation_data=ONES, verbose=2, seed=1, **options)
    nothing_left(model)
    model.layers[0].on = False
    model.set_weights([np.zeros(w.shape) for w in model.weights])
    model.compile(optimizers.SGD(0.1), "mse")
    model.fit(*ONES, verbose=0, seed=1)
    np.testing.assert_allclose(model.layers[-1].kernel.numpy(), 0.2, rtol=1e-6)


@pytest.mark.filterwarnings("ignore:Model .* was frozen")
def test_an_error_in_the_fit_of_a_frozen_model_leaves_it_frozen():
    model = line()
    with pytest.raises(ArithmeticError):
        model.fit(*ONES, verbose=0, seed=1, **failing(model, "frozen"))
    assert not model.trainable and not model.layers[-1].trainable
    nothing_left(model)


@pytest.mark.parametrize(
    "where", ["on_test_begin", "on_test_batch_end", "on_test_end", "layer", "loss", "metric"]
)
def test_an_error_in_evaluate_leaves_nothing(where):
    model = line("sgd", "mse", FailingLayer())
    with pytest.raises(ArithmeticError):
        model.evaluate(*ONES, verbose=0, **failing(model, where))
    nothing_left(model)


@pytest.mark.parametrize("where", ["on_predict_begin", "on_predict_batch_end", "layer"])
def test_an_error_in_predict_leaves_nothing(where):
    model = line("sgd", "mse", FailingLayer())
    with pytest.raises(ArithmeticError):
        model.predict(ONES[0], verbose=0, **failing(model, where))
    nothing_left(model)


def test_an_error_in_the_on_batch_methods_leaves_nothing():
    model = line("sgd", "mse", FailingLayer())
    model.fit(*ONES, verbose=0, seed=1)
    model.layers[0].on = True
    for method, data in [("train", ONES), ("test", ONES), ("predict", ONES[:1])]:
        with pytest.raises(ArithmeticError):
            getattr(model, f"{method}_on_batch")(*data)
        nothing_left(model)


def test_within_a_run_the_switches_are_those_of_the_run():
    seen = {}

    class Watch(callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            seen["fit"] = (*state_of()[:3], np.geterr()["divide"], self.model.run_parts is not None)

        def on_test_batch_begin(self, batch, logs=None):
            seen["evaluate"] = (*state_of()[:3], self.model.run_parts is not None)

        def on_predict_batch_begin(self, batch, logs=None):
            seen["predict"] = tuple(state_of()[:3])

    model = line()
    model.fit(*ONES, verbose=0, callbacks=[Watch()], seed=1)
    model.evaluate(*ONES, verbose=0, callbacks=[Watch()])
    model.predict(ONES[0], verbose=0, callbacks=[Watch()])
    assert seen["fit"] == (0, None, True, "ignore", True)
    assert seen["evaluate"][0] and seen["evaluate"][1:] == (None, True, True)
    assert seen["predict"] == (1, None, True)
    nothing_left(model)


# --- whatever an interrupt left, a run gives the numbers of a new process


def dirty(model, what):
    if what in ("gradients", "all"):
        for v in model.trainable_weights:
            v.grad = np.ones(v.shape, "float32")
    if what in ("no_grad", "all"):
        switches.pauses = 1
    if what in ("training", "all"):
        switches.training = True
    if what in ("quiet", "all"):
        switches.quiet = True
    if what in ("errstate", "all"):
        np.seterr(all="raise")
    if what in ("run_parts", "all"):
        model.run_parts = Parts(line())


def runs(model, folder):
    """The numbers of every kind of run, one after another."""
    yield model.predict(X, verbose=0)
    yield model.predict_on_batch(X)
    yield model.evaluate(X, Y, verbose=0)
    yield model.test_on_batch(X, Y)
    yield model.fit(X, Y, batch_size=8, epochs=2, verbose=0, seed=5).history
    yield model.train_on_batch(X, Y)
    yield model.get_weights()
    model.save(folder / "m.npz")
    yield load_model(folder / "m.npz").get_weights()
    yield model.predict(X * 1e30, verbose=0)


WHAT = ["gradients", "no_grad", "training", "quiet", "errstate", "run_parts", "all"]


@pytest.mark.parametrize("what", WHAT)
def test_a_run_resets_what_an_interrupt_left(what, tmp_path):
    np.set_printoptions(precision=17)
    clean = [bits(value) for value in runs(network(), tmp_path)]
    model = network()
    going = runs(model, tmp_path)
    for number, expected in enumerate(clean):
        dirty(model, what)
        before = state_of(model)
        assert bits(next(going)) == expected, number
        assert state_of(model) == before
        if what == "run_parts":
            model.run_parts = None
    vars(switches).clear()


def test_losses_added_in_another_thread_do_not_count():
    """What add_loss was given counts for that call alone, whoever calls next."""

    class Adds(Layer):
        def call(self, x):
            self.add_loss(ops.sum(x) * 0 + 1.0)
            return x

    model = line("sgd", "mse", Adds())
    model(ONES[0])
    assert len(model.losses) == 1
    found = []

    def again():
        model(ONES[0])
        found.append(len(model.losses))

    thread = threading.Thread(target=again)
    thread.start()
    thread.join()
    assert found == [1]


# --- switches


def test_quietly_ends_with_what_was_before():
    with np.errstate(over="raise"):
        before = np.geterr()
        assert quietly(lambda: (switches.quiet, np.geterr()["over"])) == (True, "ignore")
        assert np.geterr() == before and not switches.quiet
        with pytest.raises(ArithmeticError):
            quietly(Fails("").fail)
        assert np.geterr() == before and not switches.quiet


def test_a_run_inside_no_grad_records_and_leaves_it_on():
    model = line(optimizers.SGD(0.1))
    with no_grad(), np.errstate(divide="raise"):
        before = state_of(model)
        model.fit(*ONES, verbose=0, seed=1)
        assert state_of(model) == before
    np.testing.assert_allclose(model.layers[-1].kernel.numpy(), 0.2, rtol=1e-6)
    nothing_left(model)
