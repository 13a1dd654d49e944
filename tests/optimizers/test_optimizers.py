"""minidl.optimizers: defaults, names, and classes of your own.

What the updates compute is in test_optimizer_rules.py, the schedules are in test_schedules.py.
"""

import numpy as np
import pytest
from optimizer_family import COMMON, DEFAULTS, FAMILY, SETTINGS, family, others
from optimizer_faults import faulty

from minidl import Sequential, Variable, layers, optimizers
from minidl.optimizers import SGD, Muon, Optimizer


@family
def test_defaults_are_keras_defaults(cls):
    optimizer = cls()
    for name, value in {**COMMON, **DEFAULTS[cls]}.items():
        assert getattr(optimizer, name) == value, name


@family
def test_arguments_by_position_have_keras_order(cls):
    """Its own first, then the common ones; AdamW's weight_decay is the second and not there
    again. Muon has the common ones in the middle of its own.
    """
    common = dict(SETTINGS)
    own = others(cls)
    if "weight_decay" in own:
        del common["weight_decay"]
    values = {**own, **common}
    if cls is Muon:
        before = [name for name in own if name not in list(own)[list(own).index("weight_decay") :]]
        values = {**{name: own[name] for name in [*before, "weight_decay"]}, **common, **own}
    optimizer = cls(*values.values())
    for name, value in values.items():
        assert getattr(optimizer, name) == value, name


def test_names():
    assert [cls().name for cls in FAMILY] == [
        "sgd",
        "adagrad",
        "adadelta",
        "rm_sprop",
        "adam",
        "adam_w",
        "adamax",
        "nadam",
        "r_adam",
        "lion",
        "ftrl",
        "lamb",
        "adafactor",
        "muon",
        "schedule_free_adam_w",
    ]
    assert SGD(name="mine").name == "mine"  # 'rm_sprop' is Keras's own split of RMSprop


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("momentum", "SGD(learning_rate=0.01, momentum=0.9)"),
        ("nesterov", "SGD(learning_rate=0.01, momentum=0.9, nesterov=True)"),
        ("Momentum", "SGD(learning_rate=0.01, momentum=0.9)"),
        ("AMSGrad", "Adam(amsgrad=True)"),
    ],
)
def test_options_that_tutorials_call_optimizers(name, instead):
    with pytest.raises(ValueError) as error:
        optimizers.get(name)
    assert (
        str(error.value) == f"{name!r} is an option of another optimizer: pass "
        f"optimizer=minidl.optimizers.{instead}."
    )
    assert isinstance(eval(instead, vars(optimizers).copy()), Optimizer)
    with pytest.raises(ValueError, match="is an option of another optimizer"):
        Sequential([layers.Dense(1, input_shape=(1,))]).compile(name, "mse")


def test_no_optimizer():
    assert optimizers.get(None) is None
    with pytest.raises(ValueError, match="An optimizer is needed.*received None"):
        Sequential([layers.Dense(1)]).compile(None, "mse")


def test_an_own_optimizer_by_name_by_class_and_by_instance():
    @optimizers.register("heavy")
    class HeavyBall(Optimizer):
        def __init__(self, learning_rate=0.5, **kwargs):
            super().__init__(learning_rate, **kwargs)

        def slots(self):
            return ("velocity",)

        def update(self, w, g, lr, velocity):
            velocity *= 0.9
            velocity -= lr * g
            w += velocity

    for way in ("heavy_ball", "HeavyBall", "heavy", HeavyBall, HeavyBall()):
        model = Sequential(
            [layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))]
        )
        model.compile(way, "mse")
        model.fit(np.ones((1, 1)), np.ones(1), epochs=2, verbose=0)
        # to 1 in one step, then 0.9 further by momentum
        assert model.get_weights()[0].item() == pytest.approx(1 + 0.9)


def test_an_own_update_may_return_the_new_values():
    class Plain(Optimizer):
        def update(self, w, g, lr):
            return w - lr * g

    w = Variable([1.0, 2.0])
    before = w.data
    Plain(0.5).apply([np.ones(2)], [w])
    np.testing.assert_array_equal(w.data, [0.5, 1.5])
    assert w.data is before  # still the same array


def test_own_slots_start_where_initial_says_and_begin_step_counts_from_1():
    class Adagrad(Optimizer):
        def slots(self):
            return ("acc", "count")

        def initial(self, slot, w):
            return np.full_like(w, 0.1) if slot == "acc" else np.zeros_like(w)

        def begin_step(self, t):
            self.seen = [*getattr(self, "seen", []), t]

        def update(self, w, g, lr, acc, count):
            acc += g * g
            count += 1
            w -= lr * g / np.sqrt(acc + 1e-7)

    w, optimizer = Variable([1.0, 2.0, 3.0, 4.0], dtype="float64"), Adagrad(0.1)
    for t in range(1, 6):
        optimizer.apply([np.array([0.1, -0.2, 0.3, -0.4]) * t * (1 if t % 2 else -1)], [w])
    # Keras's Adagrad
    np.testing.assert_allclose(w.data, [0.96148, 2.050051, 2.939869, 4.067325], atol=1e-6)
    assert optimizer.seen == [1, 2, 3, 4, 5] and optimizer.memory[0][1].tolist() == [5] * 4


def test_whole_numbers_in_initial_become_the_weights_kind():
    w, optimizer = Variable([1.0, 2.0]), faulty(initial=lambda self, slot, w: np.array([1, 2]))(0.5)
    optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [0.0, 0.5] and optimizer.memory[0][0].dtype == np.float32


def test_an_own_update_with_any_slots():
    """*slots fits whatever slots() says."""

    def update(self, w, g, lr, *slots):
        for s in slots:
            s += g
        w -= lr * slots[1]

    w, optimizer = Variable([1.0]), faulty(slots=lambda self: ("a", "b"), update=update)(0.5)
    for _ in range(2):
        optimizer.apply([np.ones(1)], [w])
    assert w.item() == 1 - 0.5 - 1.0
