"""minidl.optimizers: defaults, names, and classes of your own.

What the updates compute is in test_optimizer_rules.py, the schedules are in test_schedules.py.
"""

import numpy as np
import pytest
from optimizer_family import COMMON, DEFAULTS, FAMILY, family, others

from minidl import (
    Sequential,
    Variable,
    layers,
    optimizers,
)
from minidl.optimizers import (
    SGD,
    Muon,
    Optimizer,
)


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
    common = dict(
        weight_decay=0.125,
        clipnorm=2.0,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=True,
        ema_momentum=0.75,
        ema_overwrite_frequency=3,
        loss_scale_factor=None,
        gradient_accumulation_steps=4,
        name="mine",
    )
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


@family
def test_optimizers_by_name_and_class(cls):
    for name in (cls.__name__, cls.__name__.lower(), cls.__name__.upper(), cls):
        found = optimizers.get(name)
        assert type(found) is cls and found is not optimizers.get(name)
        assert optimizers.get(found) is found


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


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("adm", "adam"),
        ("rmspop", "rmsprop"),
        ("sdg", "sgd"),
        ("nadm", "nadam"),
        ("addelta", "adadelta"),
    ],
)
def test_a_mistyped_optimizer_is_answered_with_the_nearest(typed, meant):
    with pytest.raises(
        ValueError,
        match=rf"Unknown optimizer '{typed}'. Did you mean '{meant}'\? Available: adadelta, .*sgd",
    ):
        optimizers.get(typed)


@pytest.mark.parametrize("nonsense", [3, ["adam"], dict, lambda g: g])
def test_what_is_no_optimizer(nonsense):
    with pytest.raises(
        ValueError, match="An optimizer is a name, an Optimizer class or an instance"
    ):
        optimizers.get(nonsense)


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


def test_unfinished_and_faulty_own_optimizers():
    class Unfinished(Optimizer):
        pass

    class Misshapen(SGD):
        def slots(self):
            return ("sum",)

        def initial(self, slot, w):
            return np.zeros(3)

    with pytest.raises(
        NotImplementedError, match=r"Unfinished needs a method update\(self, w, g, lr, \*slots\)"
    ):
        Unfinished().apply([np.ones(2)], [Variable([1.0, 2.0])])
    with pytest.raises(
        ValueError,
        match=r"Misshapen: initial\('sum'\) must be numbers of the variable's shape \(2,\); received float64 of shape \(3,\)",
    ):
        Misshapen().build([Variable([1.0, 2.0])])


def faulty(**methods):
    """An optimizer class with these methods, and a correct rest."""

    def update(self, w, g, lr, velocity):
        velocity += g
        w -= lr * velocity

    return type(
        "Faulty", (Optimizer,), {"slots": lambda self: ("velocity",), "update": update, **methods}
    )


def test_the_correct_rest_is_correct():
    w = Variable([1.0, 2.0])
    faulty()(0.5).apply([np.ones(2)], [w])
    assert w.data.tolist() == [0.5, 1.5]


def forgets_twice(self, w, g, lr, velocity):
    velocity = 0.9 * velocity - lr * g
    w += velocity


BROKEN = {
    "slots without the comma": (
        dict(slots=lambda self: "velocity"),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names, like \('velocity',\) with its comma; received 'velocity'",
    ),
    "the same slot twice": (
        dict(slots=lambda self: ("velocity", "velocity")),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names.*received \('velocity', 'velocity'\)",
    ),
    "slots that are no names": (
        dict(slots=lambda self: (1, 2)),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names",
    ),
    "no slots at all": (
        dict(slots=lambda self: None),
        TypeError,
        r"Faulty.slots\(\) must return a tuple of different names.*received None",
    ),
    "update without the slot": (
        dict(update=lambda self, w, g, lr: None),
        TypeError,
        r"Faulty has the slots \('velocity',\), so its update must be update\(self, w, g, lr, velocity\); it is update\(self, w, g, lr\)",
    ),
    "update with one more": (
        dict(update=lambda self, w, g, lr, velocity, extra: None),
        TypeError,
        r"so its update must be update\(self, w, g, lr, velocity\); it is update\(self, w, g, lr, velocity, extra\)",
    ),
    "initial of another shape": (
        dict(initial=lambda self, slot, w: np.zeros(3)),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers of the variable's shape \(2,\); received float64 of shape \(3,\)",
    ),
    "initial of words": (
        dict(initial=lambda self, slot, w: np.array(["a", "b"])),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers of the variable's shape \(2,\); received <U1 of shape \(2,\)",
    ),
    "initial of complex numbers": (
        dict(initial=lambda self, slot, w: np.zeros(2, complex)),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers",
    ),
    "initial that returns nothing": (
        dict(initial=lambda self, slot, w: None),
        ValueError,
        r"Faulty: initial\('velocity'\) must be numbers",
    ),
    "update returns another shape": (
        dict(slots=lambda self: (), update=lambda self, w, g, lr: (w - lr * g).sum()),
        ValueError,
        r"Faulty.update must return the new values of 'w', numbers of shape \(2,\), or nothing .*returned float32 of shape \(\)",
    ),
    "update returns words": (
        dict(slots=lambda self: (), update=lambda self, w, g, lr: ["a", "b"]),
        ValueError,
        r"Faulty.update must return the new values of 'w'.*returned <U1 of shape \(2,\)",
    ),
    "update returns a pair": (
        dict(slots=lambda self: (), update=lambda self, w, g, lr: (w - lr * g, lr)),
        ValueError,
        r"Faulty",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_faulty_own_optimizers_are_told_what_is_wrong(fault):
    methods, kind, message = BROKEN[fault]
    w, optimizer = Variable([1.0, 2.0], name="w"), faulty(**methods)(0.5)
    with pytest.raises(kind, match=message):
        optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [1.0, 2.0] and optimizer.iterations == 0


def test_a_refused_update_leaves_weights_that_would_decay():
    """Decay comes before the update; what the update spoils must not leave the decay behind."""
    w, optimizer = (
        Variable([1.0, 2.0], name="w"),
        faulty(slots=lambda self: (), update=lambda self, w, g, lr: 0.0)(0.5, weight_decay=0.5),
    )
    with pytest.raises(ValueError, match=r"Faulty.update must return the new values"):
        optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [1.0, 2.0]


def test_a_first_step_that_breaks_off_half_way_is_undone():
    """The first variable had moved, and its slot; the error comes with the second."""

    def update(self, w, g, lr, velocity):
        velocity += g
        w -= lr * velocity
        if w.shape == (2,):
            raise RuntimeError("broken off")

    first, second, optimizer = (
        Variable([1.0]),
        Variable([1.0, 2.0]),
        faulty(update=update)(0.5, weight_decay=0.5, use_ema=True),
    )
    with pytest.raises(RuntimeError, match="broken off"):
        optimizer.apply([np.ones(1), np.ones(2)], [first, second])
    assert first.item() == 1.0 and second.data.tolist() == [1.0, 2.0] and optimizer.iterations == 0
    assert not any(slot.any() for slots in optimizer.memory for slot in slots)


def test_a_forgotten_slot_is_noticed_after_a_warm_up_from_zero():
    w, optimizer = Variable([1.0, 2.0]), faulty(update=forgets_twice)(lambda step: 0.1 * step)
    optimizer.apply([np.ones(2)], [w])
    with pytest.warns(UserWarning, match="the slot 'velocity' did not change"):
        optimizer.apply([np.ones(2)], [w])
    optimizer.apply([np.ones(2)], [w])  # said once


def test_a_slot_that_is_made_anew_instead_of_changed_is_noticed():
    w, optimizer = Variable([1.0, 2.0]), faulty(update=forgets_twice)(0.5)
    with pytest.warns(
        UserWarning,
        match=r"Faulty: the slot 'velocity' did not change in the first step. `velocity = ...` inside update",
    ) as record:
        optimizer.apply([np.ones(2)], [w])
    assert [r.filename for r in record] == [__file__]
    optimizer.apply([np.ones(2)], [w])  # said once


def test_a_slot_that_could_not_change_is_none_that_was_forgotten():
    """A rate that warms up from 0, and gradients of 0, leave a velocity as it was."""

    def update(self, w, g, lr, velocity):
        velocity -= lr * g
        w += velocity

    for rate, g in ((lambda step: 0.1 * step, 1.0), (0.1, 0.0)):
        w, optimizer = Variable([1.0]), faulty(update=update)(rate)
        optimizer.apply([np.full(1, g)], [w])
        assert w.item() == 1.0


def test_a_forgotten_slot_is_noticed_on_every_road():
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile(faulty(update=forgets_twice)(0.01), "mse")
    with pytest.warns(UserWarning, match="the slot 'velocity' did not change"):
        model.fit(np.ones((4, 2)), np.arange(4.0), batch_size=4, verbose=0)


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
