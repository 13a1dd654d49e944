"""Ctrl-C at each call of a function, one after another: nothing is left of what was interrupted."""

import sys
from pathlib import Path

import numpy as np
import pytest
from state_cases import CLEAN, X, Y, bits, network, state_of

import minidl
from minidl import Input, Model, Tensor, layers, losses, ops, optimizers

pytestmark = pytest.mark.usefixtures("clean_state")

PACKAGE = str(Path(minidl.__file__).parent)


# --- Ctrl-C at each call of a function


def interrupting(n, action, within=()):
    """What action() raises if Ctrl-C comes at the n-th call or return; None if it ends before.

    Counted are those in this package: what NumPy's own functions switch on is theirs to restore.
    within: names of functions, here or called from here, if only what happens in these counts.
    """
    left = n

    def hook(frame, event, arg):
        nonlocal left
        ours = [f.f_code.co_filename.startswith(PACKAGE) for f in (frame, frame.f_back) if f]
        left -= any(ours) and frame.f_code.co_name in within if within else ours[0]
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


def each_moment(action, check, stride=20, within=()):
    """Interrupt the action at its first moments, and then more and more seldom."""
    n = seen = 0
    while (error := interrupting(n, action, within)) is not None:
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


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(
    "within",
    [
        ("restore", "put_back"),
        ("quietly", "_switched", "undisturbed"),
        ("seterr",),
        ("__exit__",),
    ],
    ids=str,
)
def test_ctrl_c_where_things_are_put_back(run, within):
    """The moments that matter most: none of them is left out."""
    model = network()
    RUNS[run](model)

    def check(n):
        assert state_of(model)[:6] == CLEAN[:6], n
        assert model.run_parts is None and all(v.grad is None for v in model.weights), n

    each_moment(lambda: RUNS[run](model), check, 10**9 if run != "fit" else 40, within)


@pytest.mark.parametrize("run", ["fit", "train_on_batch"])
def test_ctrl_c_where_gradients_are_made_and_used(run):
    model = network()

    def check(n):
        assert all(v.grad is None for v in model.weights), n

    within = ("train_step", "backward", "receive", "step", "zero_grad")
    assert each_moment(lambda: RUNS[run](model), check, 12, within) > 20


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
            optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        history = model.fit(X, Y, batch_size=8, epochs=2, verbose=0, seed=5).history
        return bits(history), bits(model.get_weights()), bits(model.evaluate(X, Y, verbose=0))

    expected = numbers(network())

    def check(n):
        assert numbers(model) == expected, n

    assert each_moment(lambda: RUNS["fit"](model), check, stride=4) > 20
