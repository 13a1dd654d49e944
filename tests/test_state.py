"""What a run switches on is switched back, whatever ends it; a run begins from a clean state,
whatever an interrupt left; and looking at shapes changes nothing.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

import minidl
from minidl import (
    GraphError,
    Input,
    Layer,
    Model,
    Sequential,
    Tensor,
    Variable,
    callbacks,
    layers,
    losses,
    metrics,
    no_grad,
    ops,
    optimizers,
    random,
    set_random_seed,
)
from minidl.models import load_model
from minidl.models.restoring import Parts
from minidl.support import dry_run as dry
from minidl.tensor import quietly, switches

RNG = np.random.default_rng(0)
PACKAGE = str(Path(minidl.__file__).parent)
X = RNG.normal(size=(24, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("int64")
ONES = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    set_random_seed(0)


def network():
    stack = [
        Input((4,)),
        layers.Dense(5, activation="relu", kernel_regularizer="l2"),
        layers.Dropout(0.2, seed=3),
        layers.BatchNormalization(),
        layers.Dense(2, activation="softmax", activity_regularizer="l1"),
    ]
    model = Sequential(stack)
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
    model.compile(optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def line(optimizer="sgd", loss="mse", *more):
    model = Sequential([Input((2,)), *more, layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer, loss)
    return model


def state_of(model=None):
    """All that a run may have switched on."""
    own = () if model is None else (model.stop_on_nan, model.shuffle_generator, model.run_parts)
    held = vars(switches)
    now = [held.get("pauses", 0), held.get("training"), held.get("quiet", False)]
    return [*now, np.geterr(), dry.state.kept, dry.state.for_show, own]


CLEAN = [0, None, False, np.geterr(), None, False, (True, None, None)]


def nothing_left(model):
    assert state_of(model) == CLEAN
    assert [v.name for v in model.weights if v.grad is not None] == []


@pytest.fixture(autouse=True)
def put_back():
    """Whatever a test leaves switched on is switched off after it."""
    errors = np.geterr()
    yield
    vars(switches).clear()
    np.seterr(**errors)


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


class Counts(Layer):
    """A layer that counts its calls in a variable."""

    def build(self, input_shape):
        self.n = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.n.assign(self.n + 1)
        return x


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


class Fails(callbacks.Callback):
    """Raises at one of its moments."""

    def __init__(self, moment):
        super().__init__()
        setattr(self, moment, self.fail)

    def fail(self, *args):
        raise ArithmeticError


class FailingLayer(Layer):
    on = False

    def call(self, x):
        if self.on and len(x) > 1:
            raise ArithmeticError
        return x


def failing(model, where):
    """The arguments of a fit that fails there."""
    if where.startswith("on_"):
        return {"callbacks": [Fails(where)]}
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


MOMENTS = [
    "on_train_begin",
    "on_epoch_begin",
    "on_train_batch_begin",
    "on_train_batch_end",
]
MOMENTS += [
    "on_epoch_end",
    "on_train_end",
    "on_test_begin",
    "on_test_batch_end",
    "on_test_end",
]
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
    "where",
    ["on_test_begin", "on_test_batch_end", "on_test_end", "layer", "loss", "metric"],
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
            seen["fit"] = (
                *state_of()[:3],
                np.geterr()["divide"],
                self.model.run_parts is not None,
            )

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


def bits(value):
    return repr([np.asarray(v).tolist() for v in value] if isinstance(value, list) else value)


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
    import threading

    class Adds(Layer):
        def call(self, x):
            self.add_loss(ops.sum(x) * 0 + 1.0)
            return x

    model = line("sgd", "mse", Adds())
    thread = threading.Thread(target=lambda: model(ONES[0]))
    thread.start()
    thread.join()
    clean = line("sgd", "mse", Adds())
    assert len(model.losses) == 1
    expected = clean.evaluate(*ONES, verbose=0)
    assert model.evaluate(*ONES, verbose=0) == expected == 2.0


# --- Ctrl-C at each call of a function


def interrupting(n, action):
    """What action() raises if Ctrl-C comes at the n-th call or return; None if it ends before.

    Counted are those in this package: inside NumPy's own functions its settings are not ours.
    """
    left = n

    def hook(frame, event, arg):
        nonlocal left
        left -= frame.f_code.co_filename.startswith(PACKAGE)
        if left < 0:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(hook)
    try:
        action()
    except BaseException as error:
        return error
    finally:
        sys.setprofile(None)
    return None


def each_moment(action, check, stride=20):
    """Interrupt the action at its first moments, and then more and more seldom."""
    n = seen = 0
    while (error := interrupting(n, action)) is not None:
        assert type(error) is KeyboardInterrupt, (n, error)
        check(n)
        n, seen = n + 1 + n // stride, seen + 1
    return seen


RUNS = {
    "fit": lambda m: m.fit(X, Y, batch_size=12, verbose=0, seed=1, validation_data=(X[:4], Y[:4])),
    "train_on_batch": lambda m: m.train_on_batch(X, Y),
    "evaluate": lambda m: m.evaluate(X, Y, verbose=0),
    "predict": lambda m: m.predict(X, verbose=0),
    "a call": lambda m: m(X),
    "a loss": lambda m: losses.SparseCategoricalCrossentropy()(Y, ops.softmax(Tensor(X[:, :2]))),
    "an op": lambda m: Tensor(X, requires_grad=True).mean().backward(),
    "a functional model": lambda m: Model(i := Input((4,)), layers.BatchNormalization()(i)),
    "compute_output_shape": lambda m: layers.Dense(3).compute_output_shape((None, 2)),
}


@pytest.mark.parametrize("run", RUNS)
def test_ctrl_c_at_any_call_leaves_nothing(run):
    """Real signals at random moments are in tests/slow/test_interrupts.py."""
    model = network()

    def check(n):
        assert state_of(model) == CLEAN, n
        assert all(v.grad is None for v in model.weights), n

    assert each_moment(lambda: RUNS[run](model), check, stride=12) > 30


@pytest.mark.filterwarnings("ignore:Model .* was frozen")
def test_ctrl_c_at_any_call_leaves_a_frozen_model_frozen():
    model = network()
    model.trainable = False

    def check(n):
        assert not any(layer.trainable for layer in model.all_layers()), n

    each_moment(lambda: RUNS["fit"](model), check, stride=12)


def test_after_an_interrupted_fit_the_next_gives_the_numbers_of_a_new_process():
    model, weights = network(), network().get_weights()

    def numbers(model):
        model.set_weights(weights)
        model.layers[1].rng.bit_generator.state = np.random.default_rng(3).bit_generator.state
        model.compile(
            optimizers.Adam(0.05),
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        history = model.fit(X, Y, batch_size=8, epochs=2, verbose=0, seed=5).history
        return (
            bits(history),
            bits(model.get_weights()),
            bits(model.evaluate(X, Y, verbose=0)),
        )

    expected = numbers(network())

    def check(n):
        assert numbers(model) == expected, n

    assert each_moment(lambda: RUNS["fit"](model), check, stride=4) > 20


# --- a dry run leaves no trace


class Everything(Layer):
    """A layer whose call changes all that a call can change."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls, self.sums = 0, np.zeros(2)
        self.mean, self.inside = (
            metrics.Mean(),
            [metrics.MeanSquaredError(name="in a list")],
        )
        self.seeds, self.held = random.SeedGenerator(1), {"a dict": random.generator(2)}
        self.state = Tensor(np.zeros(2))
        self.iou = metrics.MeanIoU(num_classes=2)

    def build(self, input_shape):
        self.n = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.listed = [self.add_weight(shape=(2,), initializer="ones", trainable=False)]

    def call(self, x):
        self.calls += 1
        self.sums += 1
        self.state = self.state + 1
        self.n.assign_add(1)
        self.listed[0].data = self.listed[0].data * 2
        self.listed[0].array[0] = 5
        self.mean.update_state(3.0)
        self.inside[0].update_state(np.ones((1, 1)), np.zeros((1, 1)))
        self.iou.update_state([0, 1], [0, 1])
        random.normal((2,), seed=self.seeds), self.seeds.next(), random.normal((2,))
        self.held["a dict"].normal()
        self.add_loss(ops.sum(x))
        return x

    def traces(self):
        numbers = [
            float(self.n),
            self.listed[0].tolist(),
            self.sums.tolist(),
            self.state.tolist(),
        ]
        states = [self.seeds.get_state(), self.held["a dict"].bit_generator.state]
        sums = [v.tolist() for m in (self.mean, *self.inside, self.iou) for v in m.variables]
        return [self.calls, *numbers, *states, sums, self.losses]


class Holder(Model):
    def __init__(self, inside):
        super().__init__()
        self.inside = [inside]

    def call(self, x):
        return self.inside[0](x) * 2


LOOKS = {
    "Sequential": lambda layer: Sequential([Input((2,)), layer]),
    "add": lambda layer: Sequential([Input((2,))]).add(layer),
    "build": lambda layer: Sequential([layer]).build((None, 2)),
    "functional": lambda layer: Model(i := Input((2,)), layer(i)),
    "nested": lambda layer: Model(i := Input((2,)), Sequential([layer, layers.ReLU()])(i)),
    "nested in a subclass": lambda layer: Model(i := Input((2,)), Holder(layer)(i)),
    "subclass build": lambda layer: Holder(layer).build((None, 2)),
    "TimeDistributed": lambda layer: layers.TimeDistributed(layer)(Input((3, 2))),
    "summary": lambda layer: Sequential([Input((2,)), layer]).summary(print_fn=str),
    "compute_output_shape": lambda layer: layer.compute_output_shape((None, 2)),
    "of a model": lambda layer: Holder(layer).compute_output_shape((None, 2)),
    "called twice": lambda layer: layer(layer(Input((2,)))),
    "prepare": lambda layer: prepared(Sequential([layer, layers.Flatten()])),
    "prepare a functional": lambda layer: prepared(Model(i := Input((2,)), layer(i))),
    "prepare a subclass": lambda layer: prepared(Holder(layer)),
}


def prepared(model):
    """fit as far as the first batch."""
    model.compile("sgd", "mse")
    with pytest.raises(ArithmeticError):
        model.fit(ONES[0], ONES[0], verbose=0, callbacks=[Fails("on_train_begin")])


def built():
    layer = Everything()
    layer.build((None, 2))
    return layer


@pytest.mark.filterwarnings("ignore:Model .* has no trainable weights")
@pytest.mark.parametrize("look", LOOKS)
def test_looking_leaves_no_trace(look):
    layer = built()
    before = layer.traces()
    LOOKS[look](layer)
    assert layer.traces() == before
    assert dry.state.kept is None and not dry.state.for_show


@pytest.mark.filterwarnings("ignore:Model .* has no trainable weights")
@pytest.mark.parametrize("look", LOOKS)
def test_looking_at_a_new_layer_leaves_it_as_build_makes_it(look):
    layer, expected = Everything(), built().traces()
    LOOKS[look](layer)
    assert layer.built == ("compute_output_shape" not in look and look != "of a model")
    if not layer.built:
        layer.build((None, 2))
    assert layer.traces() == expected


@pytest.mark.filterwarnings("ignore:Model .* has no trainable weights")
@pytest.mark.parametrize("look", LOOKS)
def test_looking_leaves_the_losses_of_the_last_call(look):
    layer = built()
    layer(ONES[0])
    before = layer.traces()
    LOOKS[look](layer)
    assert layer.traces() == before


@pytest.mark.parametrize("look", [name for name in LOOKS if "prepare" not in name])
def test_looking_takes_no_random_numbers(look):
    """fit's shuffles, which have a generator of their own, aside."""
    layer = built()
    set_random_seed(1)
    expected = random.normal((3,)).tolist()
    set_random_seed(1)
    LOOKS[look](layer)
    assert random.normal((3,)).tolist() == expected


def test_asking_for_a_shape_takes_no_random_numbers_for_weights():
    set_random_seed(1)
    expected = random.normal((3,)).tolist()
    set_random_seed(1)
    model = Sequential([layers.Dense(3), layers.Dropout(0.5), layers.Dense(2)])
    assert model.compute_output_shape((None, 5)) == (None, 2)
    assert layers.Dense(3).compute_output_shape((None, 5)) == (None, 3)
    assert random.normal((3,)).tolist() == expected


def test_what_a_function_changes_outside_of_its_layer_is_put_back():
    counter, seeds = Variable(0.0, trainable=False), random.SeedGenerator(1)

    def function(x):
        counter.assign_add(1)
        return x + random.normal((1,), seed=seeds)

    place = seeds.get_state()
    layers.Lambda(function)(Input((2,)))
    assert float(counter) == 0 and seeds.get_state() == place


def test_a_graph_that_waits_is_not_disturbed_by_looking():
    layer = Counts()
    layer.build((None, 2))
    w = Tensor([2.0], requires_grad=True)
    loss = (w * layer.n).sum()
    layer(Input((2,)))
    loss.backward()
    assert w.grad.tolist() == [0.0]
    loss = (w * layer.n).sum()
    layer(ONES[0])
    with pytest.raises(GraphError):
        loss.backward()


def test_what_is_made_in_a_dry_run_is_meant_to_last():
    """Weights, and what a layer notes of them, also if `call` makes them."""

    class Lazy(Layer):
        made, width = None, 0

        def __init__(self):
            super().__init__()
            self.width = 0

        def call(self, x):
            if self.made is None:
                self.width = x.shape[-1]
                self.made = self.add_weight((self.width,))
            return x * self.made + self.width

    one, two = Lazy(), Lazy()
    Sequential([Input((3,)), one, two])
    assert one.width == two.width == 3
    assert one.made.tolist() != two.made.tolist()  # each with numbers of its own
    set_random_seed(0)
    alone = Lazy()
    alone(np.ones((1, 3)))
    assert alone.made.tolist() == one.made.tolist()


def test_a_build_that_notes_numbers_keeps_them():
    class Notes(Layer):
        def __init__(self):
            super().__init__()
            self.width = 0

        def build(self, input_shape):
            self.width = input_shape[-1]

        def call(self, x):
            return x + self.width

    for first in ([], [Input((3,))]):
        layer = Notes()
        model = Sequential([*first, layer, layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
        assert layer.width == 3


def test_an_error_in_a_dry_run_puts_everything_back():
    class Breaks(Everything):
        def call(self, x):
            super().call(x)
            raise ArithmeticError

    layer = Breaks()
    layer.build((None, 2))
    before = layer.traces()
    with pytest.raises(ArithmeticError):
        layer(Input((2,)))
    assert layer.traces() == before and state_of()[:6] == CLEAN[:6]


# --- switches


def test_quietly_ends_with_what_was_before():
    with np.errstate(over="raise"):
        before = np.geterr()
        assert quietly(lambda: (switches.quiet, np.geterr()["over"])) == (
            True,
            "ignore",
        )
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
