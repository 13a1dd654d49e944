"""An optimizer's memory: `optimizer.variables` as in Keras, the papers' units, states of the first
version, and traces of gradients that are long gone.
"""

import copy
import json
import pickle
import warnings

import numpy as np
import pytest
from optimizer_faults import faulty
from places import STORED

import minidl
from minidl import Sequential, Variable, layers, optimizers
from minidl.core import optimizer as core
from minidl.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    Nadam,
    Optimizer,
    RAdam,
    RMSprop,
    around,
)
from minidl.optimizers.first_version import converted

X = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
Y = np.arange(6.0)


def model_with(optimizer):
    model = Sequential([layers.Dense(2, name="a", input_shape=(2,)), layers.Dense(1, name="b")])
    model.compile(optimizer, "mse")
    return model


# --- the list of variables
# ---

WEIGHTS = ("a_kernel", "a_bias", "b_kernel", "b_bias")
NUMBERS = ["iteration", "learning_rate"]


def names(*groups):
    """Group by group, and in each variable by variable."""
    return [f"{w}_{slot}" for group in groups for w in WEIGHTS for slot in group]


# Measured with Keras 3 on JAX, whose names begin with the model's too.
IN_KERAS = [
    (SGD(), NUMBERS),
    (SGD(0.1, 0.9), [*NUMBERS, *names(["momentum"])]),
    (SGD(lambda step: 0.1, 0.9), ["iteration", *names(["momentum"])]),
    (Adagrad(), [*NUMBERS, *names(["accumulator"])]),
    (Adadelta(), [*NUMBERS, *names(["accumulated_grad", "accumulated_delta_var"])]),
    (RMSprop(), [*NUMBERS, *names(["velocity"])]),
    (
        RMSprop(centered=True, momentum=0.5),
        [*NUMBERS, *names(["velocity"], ["momentum"], ["average_gradient"])],
    ),
    (Adam(), [*NUMBERS, *names(["momentum", "velocity"])]),
    (Adam(amsgrad=True), [*NUMBERS, *names(["momentum", "velocity"], ["velocity_hat"])]),
    (
        AdamW(use_ema=True, gradient_accumulation_steps=2),
        [*NUMBERS, *names(["average"], ["gradient_accumulator"], ["momentum", "velocity"])],
    ),
    (Adamax(), [*NUMBERS, *names(["momentum", "norm"])]),
    (Nadam(), [*NUMBERS, *names(["momentum", "velocity"])]),  # Keras adds the product of its μ
    (Lion(), [*NUMBERS, *names(["momentum"])]),
]


@pytest.mark.parametrize(
    ("optimizer", "expected"), IN_KERAS, ids=[f"{i}-{o.name}" for i, (o, _) in enumerate(IN_KERAS)]
)
def test_the_memory_has_kerass_names_and_order(optimizer, expected):
    model = model_with(optimizer)
    model.fit(X, Y, verbose=0)
    assert [v.name for v in optimizer.variables] == expected
    assert all(isinstance(v, Variable) and not v.trainable for v in optimizer.variables)
    shapes = {f"{w}_": v.shape for w, v in zip(WEIGHTS, model.trainable_variables)}
    for v in optimizer.variables:
        assert v.shape == next((s for w, s in shapes.items() if v.name.startswith(w)), ())
    assert [id(v) for v in optimizer.trainable_variables] == [
        id(v) for v in model.trainable_variables
    ]


def test_the_variables_are_the_very_numbers_that_update_receives():
    class Watching(Optimizer):
        def slots(self):
            return ("first", "second")

        def update(self, w, g, lr, first, second):
            first += 1
            second += 2
            self.seen = first, second

    w, optimizer = Variable([1.0, 2.0], name="w"), Watching(0.5)
    optimizer.apply([np.ones(2)], [w])
    iteration, rate, first, second = optimizer.variables
    assert (iteration.item(), rate.item()) == (1, 0.5)
    assert optimizer.seen[0] is optimizer.memory[0][0] and np.shares_memory(
        optimizer.seen[1], second.data
    )
    assert first.data.tolist() == [1, 1] and second.data.tolist() == [2, 2]
    assert [first.name, second.name] == ["w_first", "w_second"]
    first.assign([7.0, 8.0])
    second.data = np.array([5.0, 5.0], np.float32)  # another array in the same variable
    optimizer.apply([np.ones(2)])
    assert first.data.tolist() == [8, 9] and second.data.tolist() == [7, 7]


@pytest.mark.parametrize("make", [lambda: Adam(0.1), lambda: SGD(0.1, 0.9)])
def test_the_known_recipe_to_reset_an_optimizer(make):
    """Zeros to all of `variables`, then the rate again, and it goes on as a new one does; the
    network's weights stay.
    """
    used, fresh = make(), make()
    model, other = model_with(used), model_with(fresh)
    model.fit(X, Y, epochs=3, verbose=0)
    weights = model.get_weights()
    for v in used.variables:
        v.assign(np.zeros(v.shape))
    for a, b in zip(weights, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert used.iterations == 0 and used.learning_rate == 0.0
    used.learning_rate = 0.1
    other.set_weights(weights)
    for m in (model, other):
        m.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_the_two_numbers_of_the_memory_are_the_optimizers():
    optimizer = Adam(0.5)
    optimizer.variables[1].assign(0.25)
    optimizer.variables[0].assign(7)
    assert optimizer.learning_rate == 0.25 and optimizer.iterations == 7
    optimizer.learning_rate = 0.125
    optimizer.iterations = 3
    assert [v.item() for v in optimizer.variables] == [3, 0.125]


@pytest.mark.parametrize("way", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_the_memory_of_a_copy_is_its_own(way):
    optimizer, w = Adam(0.1, use_ema=True), Variable([1.0, 2.0])
    optimizer.apply([np.ones(2)], [w])
    copied = way(optimizer)
    for v in copied.variables[2:]:
        v.assign(np.zeros(2))
    assert not any(slot.any() for slot in copied.memory[0])
    assert all(slot.all() for slot in optimizer.memory[0])
    copied.apply([np.ones(2)])
    assert copied.memory[0][0].tolist() == copied.variables[3].data.tolist()
    assert copied.memory[0][0].any() and optimizer.iterations == 1 and copied.iterations == 2


# --- the numbers of the papers
# ---


def test_the_slots_hold_the_numbers_of_the_papers():
    """Two steps with the gradients 2 and −1, by hand."""
    w = {}
    for made in (
        SGD(0.5, 0.5),
        Adam(0.5, 0.5, 0.75, amsgrad=True),
        Adamax(0.5, 0.5, 0.75),
        Nadam(0.5, 0.5, 0.75),
        RAdam(0.5, 0.5, 0.75),
        Lion(0.5, 0.5, 0.75),
        Adagrad(0.5, 0.25),
        RMSprop(0.5, 0.75, centered=True),
    ):
        variable = Variable([0.0], dtype="float64", name="w")
        for g in (2.0, -1.0):
            made.apply([np.array([g])], [variable])
        for name, array in made.get_state().items():
            if "/" in name:
                w[f"{made.name} {name.split('/')[-1]}"] = array.item()
    m, v = 0.5 * 1 - 0.5, 0.75 * 1 + 0.25
    assert w == {
        "sgd velocity": 0.5 * -1.0 + 0.5,
        "adam m": m,
        "adam v": v,
        "adam v_max": 1.0,
        "adamax m": m,
        "adamax u": 1.5,
        "nadam m": m,
        "nadam v": v,
        "r_adam m": m,
        "r_adam v": v,
        "lion m": 0.75 * 0.5 - 0.25,
        "adagrad s": 0.25 + 4 + 1,
        "rm_sprop v": v,
        "rm_sprop mean": 0.75 * 0.5 - 0.25,
    }


def test_the_librarys_sgd_and_adam_are_the_cores():
    """Subclasses that add settings: the formula stands once, and on plain arrays it runs alone."""

    class Weight:
        def __init__(self, values):
            self.array, self.grad, self.version = np.array(values), None, [0]
            self.shape = self.array.shape

    for kind, plain, options in (
        (SGD, core.SGD, {}),
        (SGD, core.SGD, dict(momentum=0.9)),
        (SGD, core.SGD, dict(momentum=0.9, nesterov=True)),
        (Adam, core.Adam, dict(beta_1=0.5, beta_2=0.75, epsilon=1e-3)),
    ):
        assert issubclass(kind, plain) and issubclass(Optimizer, core.Optimizer)
        weight, variable = Weight([1.0, 2.0]), Variable([1.0, 2.0], dtype="float64")
        bare, whole = plain(0.1, **options), kind(0.1, **options)
        bare.build([weight])
        for t in range(1, 6):
            weight.grad = np.array([0.5, -1.0]) * t
            whole.apply([weight.grad], [variable])
            bare.step()
            assert weight.grad is None and weight.version == [t] == [bare.iterations]
        np.testing.assert_array_equal(weight.array, variable.data)


# --- states of the first version
# ---

WENT_ON = json.loads((STORED / "first_version" / "went_on.json").read_text(encoding="utf-8"))
FIRST = {
    "sgd": lambda: SGD(0.1, momentum=0.9, nesterov=True),
    "adam": lambda: Adam(0.01),
    "amsgrad": lambda: Adam(0.01, amsgrad=True),
    "rmsprop": lambda: RMSprop(0.01, momentum=0.5, centered=True),
    "adagrad": lambda: Adagrad(0.1),
    "adadelta": lambda: Adadelta(1.0),
    "adamax": lambda: Adamax(0.01),
    "nadam": lambda: Nadam(0.01),
    "radam": lambda: RAdam(0.01),
    "lion": lambda: Lion(0.001),
    "adamw": lambda: AdamW(0.01, use_ema=True, gradient_accumulation_steps=2),
}


@pytest.mark.parametrize("name", FIRST)
def test_a_state_of_the_first_version_goes_on(name):
    """Saved after two epochs by the first version, which then trained two epochs more."""
    model = minidl.models.load_model(STORED / "first_version" / f"{name}.npz", compile=False)
    model.compile(FIRST[name](), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.build(model.trainable_weights)
    with np.load(STORED / "first_version" / f"{name}.npz") as file:
        prefix = "optimizer/"
        state = {k.removeprefix(prefix): file[k] for k in file.files if k.startswith(prefix)}
    before = {k: v.copy() for k, v in state.items()}
    model.optimizer.set_state(converted(model.optimizer, state))
    for key, array in state.items():
        np.testing.assert_array_equal(array, before[key])
    with np.load(STORED / "first_version" / "data.npz") as data:
        history = model.fit(data["x"], data["y"], epochs=2, batch_size=16, verbose=0).history
    np.testing.assert_allclose(history["loss"], WENT_ON[name]["loss"], rtol=2e-6)
    for now, then in zip(model.get_weights(), WENT_ON[name]["weights"]):
        np.testing.assert_allclose(now, then, rtol=2e-5, atol=2e-6)


def test_what_is_converted_and_what_stays():
    state = {
        "optimizer": np.array("Adam"),
        "iterations": np.array(3),
        "learning_rate": np.array(0.5),
        "0/m/m": np.float32([8.0]),  # a variable whose name is that of a slot
        "0/m/v": np.float32([8.0]),
        "0/m/average": np.float32([8.0]),
    }
    after = converted(Adam(0.5, beta_1=0.5, beta_2=0.75), state)
    assert {k: v.item() for k, v in after.items()} == {
        **{k: v.item() for k, v in state.items()},
        "0/m/m": 4.0,
        "0/m/v": 2.0,
    }
    assert all(after[k].dtype == v.dtype for k, v in state.items())
    unchanged = converted(Adamax(), {"0/w/u": np.ones(2), "0/w/m": np.ones(2)})
    assert unchanged["0/w/u"].tolist() == [1, 1] and unchanged["0/w/m"] == pytest.approx(0.1)
    numbers = {"iterations": np.array(3), "learning_rate": np.array(0.5)}
    state = {**numbers, "0/w/s": np.float32([1e-3, 1.001, 0.0]), "0/s/average": np.ones(1)}
    hidden = converted(Adagrad(0.1, 0.0, epsilon=1e-3), state)
    np.testing.assert_allclose(hidden.pop("0/w/s"), [0.0, 1.0, 0.0], atol=1e-7)
    assert hidden == {**numbers, "0/s/average": 1}
    Summing = faulty(slots=lambda self: ("s",))  # which means what its writer likes
    for own in (Lion(), SGD(0.1, 0.9), Adadelta(), Summing()):
        kept = {f"0/w/{slot}": np.ones(2) for slot in own.slots()}
        assert all(v.tolist() == [1, 1] for v in converted(own, kept).values())


# --- traces of gradients that are long gone
# ---

FADING = [
    (Adam(0.1), 100),
    (Adam(0.1, beta_1=0.5), 50),
    (AdamW(0.1), 100),
    (Adamax(0.1), 100),
    (Nadam(0.1), 100),
    (RAdam(0.1, beta_2=0.75), 50),
    (Lion(0.1), 100),
    (RMSprop(0.1, rho=0.5), 50),
    (RMSprop(0.1, centered=True, momentum=0.9), 100),
    (Adadelta(1.0), 100),
    (SGD(0.1, 0.9), 100),
    (SGD(0.1, 0.5), 50),
]


@pytest.mark.parametrize(
    ("optimizer", "every"), FADING, ids=[f"{i}-{o.name}" for i, (o, _) in enumerate(FADING)]
)
def test_traces_are_cleared_now_and_then(optimizer, every):
    """What is smaller than 1e-30 in a slot becomes 0, with every hundredth (fiftieth) update."""
    w = Variable([1.0, 1.0], dtype="float64")
    optimizer.build([w])
    for start in (0, 7 * every):
        optimizer.iterations = start + every - 2
        for row in optimizer.memory:
            for slot in row:
                slot[...] = [1e-31, 1e-20]
        optimizer.apply([np.zeros(2)])
        assert all(slot[0] != 0 for slot in optimizer.memory[0])
        optimizer.apply([np.zeros(2)])
        cleared = [slot.tolist() for slot in optimizer.memory[0] if slot[0] == 0]
        assert len(cleared) == len(optimizer.slots())
        assert all(slot[1] != 0 for slot in optimizer.memory[0])


def test_only_what_is_near_zero_is_cleared():
    array = np.array([1e-31, -1e-31, 1e-29, -1e-29, 1.0, -1.0])
    around.clear_traces([[array]])
    assert array.tolist() == [0.0, 0.0, 1e-29, -1e-29, 1.0, -1.0]


def test_a_mean_that_fades_does_not_end_in_denormal_numbers():
    w, optimizer = Variable([1.0, 1.0, 1.0]), Adam(0.01)
    optimizer.apply([np.ones(3)], [w])
    for _ in range(999):
        optimizer.apply([np.float32([0.0, 1.0, -1.0])])
    m, v = optimizer.memory[0]
    assert m[0] == 0.0 and v.all()
    np.testing.assert_allclose(m[1:], [1, -1], rtol=1e-5)


def test_what_does_not_fade_is_left_alone():
    w = Variable([1.0], dtype="float64")
    adagrad = Adagrad(0.1, 0.0)
    adagrad.build([w])
    adagrad.memory[0][0][...] = 1e-31
    for _ in range(200):
        adagrad.apply([np.zeros(1)])
    assert adagrad.memory[0][0].item() == 1e-31
    for optimizer, every in ((SGD(), 0), (Adam(beta_1=0.0), 100), (RMSprop(rho=0.8), 100)):
        optimizer.build([w])
        assert optimizer.clears_every == every


# --- an own get_config
# ---


def test_the_rate_answers_as_kerass_variable_does():
    optimizer = Adam(0.5)
    assert optimizer.learning_rate.value == 0.5 and optimizer.learning_rate.value.numpy() == 0.5
    assert f"{optimizer.learning_rate:.3g}" == "0.5" and float(optimizer.learning_rate) == 0.5
    assert optimizer.iterations.value == 0 and optimizer.lr == 0.5
    minidl.backend.set_value(optimizer.learning_rate, 0.25)
    assert optimizer.learning_rate == 0.25 < 0.5


def test_weights_of_an_optimizer_are_its_variables():
    first, second = Adam(0.1), Adam(0.2)
    w, v = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    first.apply([np.ones(2)], [w])
    with pytest.raises(ValueError, match="set_weights on a new Adam.*call optimizer.build"):
        second.set_weights(first.variables)
    second.build([v])
    with pytest.warns(FutureWarning):
        weights = first.get_weights()
    second.set_weights(weights)
    assert second.iterations == 1 and second.learning_rate == 0.1
    for a, b in zip(first.memory[0], second.memory[0]):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(first.variables, second.variables):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="keeps 4 arrays of the shapes .* received"):
        second.set_weights(weights[:1])
    assert second.learning_rate == 0.1


def test_gradients_of_a_step_that_failed_do_not_survive():
    """An optimizer of one's own raises, is mended, and goes on as if nothing had happened."""

    class Own(Optimizer):
        broken = True

        def update(self, w, g, lr):
            if self.broken:
                raise RuntimeError("not yet")
            w -= lr * g

    w, optimizer = Variable([1.0]), Own(0.1)
    optimizer.build([w])
    (w * 2.0).sum().backward()
    with pytest.raises(RuntimeError, match="not yet"):
        optimizer.step()
    assert w.grad is None and w.item() == 1.0
    optimizer.broken = False
    (w * 2.0).sum().backward()
    optimizer.step()
    assert w.item() == pytest.approx(0.8)


def test_lr_is_forgotten_by_the_config():
    class Own(SGD):
        def __init__(self, alpha=0.5, **options):
            super().__init__(**options)
            self.alpha = alpha

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        made = Own(alpha=2.0, lr=0.25, decay=0.5)
    config = made.get_config()
    assert "lr" not in config and "decay" not in config and config["alpha"] == 2.0
    assert Own.from_config(config).learning_rate == 0.25


def test_an_update_of_your_own_counts_with_amsgrad_too():
    class Mine(Adam):
        def update(self, w, g, lr, m, v, v_max):
            for slot in (m, v, v_max):
                slot += 1
            w -= 7

    w = Variable([1.0], name="w")
    mine = Mine(amsgrad=True)
    mine.build([w])
    mine.apply([np.ones(1, "float32")])
    assert w.array.item() == -6


@pytest.mark.parametrize("kind", ["SGD", "Adam", "RMSprop", "Adagrad"])
def test_an_optimizer_takes_the_values_of_its_variables(kind):
    first, second = (getattr(optimizers, kind)(rate) for rate in (0.1, 0.2))
    w, v = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    first.apply([np.ones(2, "float32")], [w])
    second.build([v])
    second.set_weights([variable.numpy() for variable in first.variables])
    assert second.iterations == 1 and second.learning_rate == pytest.approx(0.1)
    v.assign(w)
    for optimizer, variable in ((first, w), (second, v)):
        optimizer.apply([np.ones(2, "float32")], [variable])
    np.testing.assert_array_equal(w.numpy(), v.numpy())
    before = [np.copy(variable.numpy()) for variable in second.variables]
    with pytest.raises(ValueError, match="of the shapes .* received"):
        second.set_weights([np.ones(5)] * len(before))
    for old, new in zip(before, second.variables):
        np.testing.assert_array_equal(old, new.numpy())
