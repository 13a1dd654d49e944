"""An optimizer's saved state."""

import copy
import pickle

import numpy as np
import pytest
from optimizer_family import FAMILY, Own, X, Y, small_model, some_gradients, some_variables

from minidl import Variable
from minidl.optimizers import SGD, Adam, Adamax, AdamW, Lion, Nadam, RAdam, RMSprop

STATEFUL = [(cls, {}) for cls in [*FAMILY, Own]] + [
    (SGD, dict(momentum=0.9)),
    (SGD, dict(momentum=0.9, nesterov=True)),
    (RMSprop, dict(centered=True, momentum=0.5)),
    (Adam, dict(amsgrad=True)),
    (Adam, dict(use_ema=True, ema_momentum=0.5)),
    (Lion, dict(use_ema=True, ema_overwrite_frequency=2, weight_decay=0.1)),
    (Own, dict(use_ema=True)),
]


stateful = pytest.mark.parametrize(
    ("cls", "options"), STATEFUL, ids=["-".join([c.__name__, *o]) for c, o in STATEFUL]
)


@stateful
def test_a_copy_of_the_state_goes_on_bit_for_bit(cls, options):
    """Also over the sixth step, where RAdam changes its rule, and with two variables of one
    name.
    """
    first, variables = cls(0.1, **options), some_variables()
    for grads in some_gradients(4):
        first.apply(grads, variables)
    state, second, others = (
        first.get_state(),
        cls(0.7, **options),
        [Variable(v, name=v.name) for v in variables],
    )
    kept = {k: v.copy() for k, v in state.items()}
    second.build(others)
    second.set_state(state)
    assert second.iterations == 4 and second.learning_rate == 0.1
    for grads in some_gradients(6):
        first.apply(grads, variables)
        second.apply(grads)
        for a, b in zip(variables, others):
            np.testing.assert_array_equal(a.data, b.data)
    for optimizer in (first, second):
        optimizer.finalize_variable_values()
    for a, b in zip(variables, others):
        np.testing.assert_array_equal(a.data, b.data)
    for name, array in state.items():
        np.testing.assert_array_equal(array, kept[name])  # a copy: later steps do not reach it
    again = second.get_state()
    assert again.keys() == first.get_state().keys() and again["iterations"] == 10


@stateful
def test_state_in_the_middle_of_a_fit(cls, options):
    """Two epochs, state and weights kept, two epochs more in a new model: bit for bit the same as
    in the old one.
    """

    def model():
        made = small_model()
        made.compile(cls(0.05, **options), "mse")
        return made

    old, new = model(), model()
    fitting = dict(batch_size=4, epochs=2, shuffle=False, verbose=0)
    old.fit(X, Y, **fitting)
    new.fit(X, Y, **fitting)
    new.set_weights(old.get_weights())
    new.optimizer.set_state(old.optimizer.get_state())
    for m in (old, new):
        m.fit(X, Y, **fitting)
    for a, b in zip(old.get_weights(), new.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert old.optimizer.iterations == new.optimizer.iterations == 8


def test_state_taken_between_two_batches():
    states = []
    model = small_model()
    model.compile(Adam(0.1), "mse")
    for _ in range(3):
        model.train_on_batch(X, Y)
        states.append((model.get_weights(), model.optimizer.get_state()))
    weights, state = states[0]
    model.set_weights(weights)
    model.optimizer.set_state(state)
    for weights, _ in states[1:]:
        model.train_on_batch(X, Y)
        for a, b in zip(weights, model.get_weights()):
            np.testing.assert_array_equal(a, b)


def test_what_a_state_holds():
    optimizer, variables = Adam(0.25, use_ema=True), some_variables()
    optimizer.build(variables)
    state = optimizer.get_state()
    assert sorted(state) == sorted(
        [
            "optimizer",
            "iterations",
            "learning_rate",
            *[
                f"{v}/{slot}"
                for v in ("0/kernel", "1/bias", "2/bias")
                for slot in ("m", "v", "average")
            ],
        ]
    )
    assert all(isinstance(a, np.ndarray) for a in state.values())
    assert (
        state["iterations"] == 0
        and state["learning_rate"] == 0.25
        and state["0/kernel/m"].shape == (2, 3)
    )
    assert "learning_rate" not in SGD(lambda step: 0.1).get_state()


def test_a_state_survives_a_file(tmp_path):
    first, variables = Adam(0.1), some_variables()
    for grads in some_gradients(3):
        first.apply(grads, variables)
    np.savez(tmp_path / "state.npz", **first.get_state())
    second, others = Adam(), [Variable(v, name=v.name) for v in variables]
    second.build(others)
    with np.load(tmp_path / "state.npz") as state:
        second.set_state(state)
    for grads in some_gradients(2):
        first.apply(grads, variables)
        second.apply(grads)
    for a, b in zip(variables, others):
        np.testing.assert_array_equal(a.data, b.data)


def without(state, name):
    return {k: v for k, v in state.items() if k != name}


BAD_STATES = {
    "a missing slot": (lambda s: without(s, "1/bias/v"), "'1/bias/v' is on one side only"),
    "one too many": (lambda s: {**s, "3/more/m": np.zeros(3)}, "'3/more/m' is on one side only"),
    "no iterations": (lambda s: without(s, "iterations"), "'iterations' is on one side only"),
    "nothing": (lambda s: {}, "is on one side only"),
    "another shape": (
        lambda s: {**s, "0/kernel/m": np.zeros((3, 2))},
        r"Adam: '0/kernel/m' must be finite numbers of shape \(2, 3\); received float64 of shape \(3, 2\)",
    ),
    "whole numbers": (
        lambda s: {**s, "0/kernel/m": np.zeros((2, 3), int)},
        "'0/kernel/m' must be finite numbers",
    ),
    "words": (
        lambda s: {**s, "2/bias/v": np.array(["a", "b", "c"])},
        "'2/bias/v' must be finite numbers",
    ),
    "a nan": (
        lambda s: {**s, "2/bias/v": np.array([0, np.nan, 0])},
        "'2/bias/v' must be finite numbers",
    ),
    "an infinity": (
        lambda s: {**s, "2/bias/m": np.array([0, np.inf, 0])},
        "'2/bias/m' must be finite numbers",
    ),
    "half a step": (
        lambda s: {**s, "iterations": np.array(1.5)},
        "iterations must be a whole number of at least 0; received 1.5",
    ),
    "fewer than no steps": (
        lambda s: {**s, "iterations": np.array(-1)},
        "iterations must be a whole number of at least 0; received -1",
    ),
    "two numbers of steps": (
        lambda s: {**s, "iterations": np.array([1, 2])},
        "iterations must be a whole number",
    ),
    "a bad rate": (
        lambda s: {**s, "learning_rate": np.array(-0.1)},
        "learning_rate must be a number of at least 0; received -0.1",
    ),
    "no rate": (
        lambda s: {**s, "learning_rate": np.array(np.nan)},
        "learning_rate must be a number",
    ),
}


@pytest.mark.parametrize("fault", BAD_STATES)
def test_bad_states_are_refused_and_nothing_is_changed(fault):
    spoil, message = BAD_STATES[fault]
    optimizer, variables = Adam(0.1), some_variables()
    for grads in some_gradients(2):
        optimizer.apply(grads, variables)
    bad = spoil({k: v + 1 if v.shape else v for k, v in optimizer.get_state().items()})
    before = optimizer.get_state()
    with pytest.raises(ValueError, match=message):
        optimizer.set_state(bad)
    after = optimizer.get_state()
    assert after.keys() == before.keys()
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])


def test_states_of_others_are_refused():
    variables, optimizer = some_variables(), Adam()
    optimizer.build(variables)
    for other in (
        SGD(),
        SGD(momentum=0.9),
        Adam(amsgrad=True),
        Adamax(),
        Adam(use_ema=True),
        Lion(),
    ):
        other.build(some_variables())
        with pytest.raises(ValueError, match="This state is not of this Adam"):
            optimizer.set_state(other.get_state())
    larger = Adam()
    larger.build([*some_variables(), Variable([1.0])])
    with pytest.raises(ValueError, match="This state is not of this Adam"):
        optimizer.set_state(larger.get_state())
    with pytest.raises(ValueError, match="call build first if it is new"):
        Adam().set_state(optimizer.get_state())


@pytest.mark.parametrize("cls", [AdamW, Nadam, RAdam])
def test_the_state_of_a_relative_with_the_same_slots_is_refused(cls):
    adam, other = Adam(0.1), cls(0.2)
    adam.apply(some_gradients(1)[0], some_variables())
    other.build(some_variables())
    with pytest.raises(ValueError, match=f"This state is not of this {cls.__name__} but of Adam"):
        other.set_state(adam.get_state())
    assert (
        other.iterations == 0
        and other.learning_rate == 0.2
        and not any(s.any() for slots in other.memory for s in slots)
    )
    # who leaves the name out takes the numbers as they are
    nameless = without(adam.get_state(), "optimizer")
    other.set_state(nameless)
    assert other.iterations == 1


@stateful
def test_a_copied_and_a_pickled_optimizer_go_on_alone(cls, options):
    if cls is Own:
        # a class inside a test module is pickled by name like any other; the rest is the same
        return
    optimizer, variables = cls(0.1, **options), some_variables()
    for grads in some_gradients(3):
        optimizer.apply(grads, variables)
    copies = [copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))]
    for grads in some_gradients(2):
        optimizer.apply(grads)
        for copied in copies:
            copied.apply(grads)
    for copied in copies:
        for a, b in zip(variables, copied.trainable_variables):
            assert a is not b
            np.testing.assert_array_equal(a.data, b.data)
