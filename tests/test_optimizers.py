"""minidl.optimizers: names, classes of your own, clipping, decay, old spellings, saved state, and
every refusal.

What the updates compute is in test_optimizer_rules.py, the schedules are in test_schedules.py.
"""

import copy
import inspect
import json
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl import (
    GraphError,
    Sequential,
    Tensor,
    Variable,
    layers,
    ops,
    optimizers,
    set_random_seed,
)
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
)

FAMILY = [SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, Nadam, RAdam, Lion]
family = pytest.mark.parametrize("cls", FAMILY, ids=lambda c: c.__name__)


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    set_random_seed(0)


# --- defaults, names, classes of your own
# ----------------------------------------------------------------------------


DEFAULTS = {  # Keras 3.15.1's; RAdam's are PyTorch's
    SGD: dict(learning_rate=0.01, momentum=0.0, nesterov=False),
    Adagrad: dict(learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7),
    Adadelta: dict(learning_rate=0.001, rho=0.95, epsilon=1e-7),
    RMSprop: dict(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False),
    Adam: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False),
    AdamW: dict(
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
    ),
    Adamax: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7),
    Nadam: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7),
    RAdam: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8),
    Lion: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.99),
}
COMMON = dict(
    weight_decay=None,
    clipnorm=None,
    clipvalue=None,
    global_clipnorm=None,
    use_ema=False,
    ema_momentum=0.99,
    ema_overwrite_frequency=None,
    loss_scale_factor=None,
    gradient_accumulation_steps=None,
)


@family
def test_defaults_are_keras_defaults(cls):
    optimizer = cls()
    for name, value in {**COMMON, **DEFAULTS[cls]}.items():
        assert getattr(optimizer, name) == value, name


@family
def test_arguments_by_position_have_keras_order(cls):
    """Its own first, then the common ones; AdamW's weight_decay is the second and not there
    again.
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
    if cls is AdamW:
        del common["weight_decay"]
    own = {name: True if value is False else 0.5 for name, value in DEFAULTS[cls].items()}
    optimizer = cls(*own.values(), *common.values())
    for name, value in {**own, **common}.items():
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
    assert isinstance(eval(instead), Optimizer)
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


@pytest.mark.parametrize("nonsense", [3, None, ["adam"], dict, lambda g: g])
def test_what_is_no_optimizer(nonsense):
    with pytest.raises(
        ValueError, match="An optimizer is a name, an Optimizer class or an instance"
    ):
        optimizers.get(nonsense)


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
        assert model.get_weights()[0].item() == pytest.approx(
            1 + 0.9
        )  # to 1 in one step, then 0.9 further by momentum


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
    np.testing.assert_allclose(
        w.data, [0.96148, 2.050051, 2.939869, 4.067325], atol=1e-6
    )  # Keras's Adagrad
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


# --- clipping and decay
# ---


def moved(optimizer, *grads):
    """By how much one step at learning rate 1 moves zeros: the gradient as the optimizer sees
    it.
    """
    variables = [
        Variable(np.zeros(np.shape(g)) if g is not None else [0.0], dtype="float64", name=f"w{i}")
        for i, g in enumerate(grads)
    ]
    optimizer.apply(grads, variables)
    return [-v.data for v in variables]


def test_clipvalue_cuts_each_entry():
    (a,) = moved(SGD(1.0, clipvalue=0.5), np.array([0.3, -0.5, 0.7, -9.0]))
    np.testing.assert_array_equal(a, [0.3, -0.5, 0.5, -0.5])


def test_clipnorm_shortens_each_variables_gradient():
    a, b = moved(SGD(1.0, clipnorm=1.0), np.array([3.0, 4.0]), np.array([0.3, 0.4]))
    np.testing.assert_allclose(a, [0.6, 0.8], rtol=1e-15)
    np.testing.assert_array_equal(b, [0.3, 0.4])  # short ones stay as they are


def test_global_clipnorm_shortens_all_together():
    a, b = moved(SGD(1.0, global_clipnorm=1.0), np.array([3.0, 0.0]), np.array([[4.0]]))
    np.testing.assert_allclose(a, [0.6, 0.0], rtol=1e-15)
    np.testing.assert_allclose(b, [[0.8]], rtol=1e-15)
    a, b = moved(SGD(1.0, global_clipnorm=6.0), np.array([3.0, 0.0]), np.array([[4.0]]))
    np.testing.assert_array_equal(a, [3.0, 0.0])


@pytest.mark.parametrize("kind", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_zeros_and_missing_gradients(kind):
    optimizer = SGD(1.0, **{kind: 1.0})
    with pytest.warns(UserWarning, match="No gradient reached 'w1'"):
        a, b, c = moved(optimizer, np.zeros(2), None, np.array([0.5]))
    assert not a.any() and not b.any() and c.item() == 0.5


@pytest.mark.parametrize("kind", ["clipnorm", "global_clipnorm"])
@pytest.mark.parametrize("size", [1e25, 1e-25])
def test_clipping_gradients_whose_squares_leave_float32(kind, size):
    w = Variable(np.zeros(2), dtype="float32")
    SGD(1.0, **{kind: 1.0}).apply([np.float32([3, 4]) * np.float32(size)], [w])
    np.testing.assert_allclose(
        -w.data, [0.6, 0.8] if size > 1 else np.float32([3e-25, 4e-25]), rtol=1e-6
    )


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=4), min_size=1, max_size=4),
    st.floats(1e-3, 1e3),
)
def test_clipped_norms_never_exceed_the_limit_and_keep_the_direction(grads, limit):
    grads = [np.array(g) for g in grads]
    for kind in ("clipnorm", "global_clipnorm"):
        after = moved(SGD(1.0, **{kind: limit}), *grads)
        groups = (
            list(zip(after, grads))
            if kind == "clipnorm"
            else [(np.concatenate(after), np.concatenate(grads))]
        )
        for a, g in groups:
            length = np.linalg.norm(g)
            assert np.linalg.norm(a) <= limit * (1 + 1e-12)
            np.testing.assert_allclose(
                a, g * min(1, limit / length) if length else g, rtol=1e-12, atol=1e-300
            )


def test_only_one_kind_of_clipping():
    with pytest.raises(
        ValueError,
        match=r"at most one of clipnorm, clipvalue and global_clipnorm; received clipnorm, clipvalue",
    ):
        SGD(clipnorm=1.0, clipvalue=0.5)


@pytest.mark.parametrize(
    "optimizer",
    [SGD(0.5, weight_decay=0.1, clipvalue=1.0), SGD(0.5, 0.9, weight_decay=0.1, clipvalue=1.0)],
    ids=str,
)
def test_first_clip_then_decay_then_update(optimizer):
    """w = 1, g = 10: clipped to 1; decay takes 0.5·0.1·1 off the weight, not off the gradient; the
    step takes 0.5.
    """
    w = Variable([1.0], dtype="float64")
    optimizer.apply([np.array([10.0])], [w])
    assert w.item() == pytest.approx(1 - 0.05 - 0.5, rel=1e-15)
    optimizer.apply([np.array([0.0])], [w])
    coasting = 0.45 if optimizer.momentum else 0.0
    assert w.item() == pytest.approx(
        0.45 - 0.45 * 0.05 - coasting, rel=1e-14
    )  # decay never enters the velocity


def test_decay_follows_the_schedule():
    w = Variable([1.0], dtype="float64")
    optimizer = SGD(lambda step: [0.5, 0.1][step], weight_decay=0.2)
    optimizer.apply([np.zeros(1)], [w])
    assert w.item() == pytest.approx(0.9, rel=1e-15)
    optimizer.apply([np.zeros(1)], [w])
    assert w.item() == pytest.approx(0.9 * 0.98, rel=1e-15)


def test_excluding_variables_from_decay():
    kernel_1, kernel_2 = Variable([1.0], name="kernel"), Variable([1.0], name="kernel")
    bias = Variable([1.0], name="bias")
    by_name = SGD(0.5, weight_decay=0.2)
    by_name.exclude_from_weight_decay(var_names=["bias"])
    by_name.apply([np.zeros(1)] * 3, [kernel_1, kernel_2, bias])
    assert [v.item() for v in (kernel_1, kernel_2, bias)] == pytest.approx([0.9, 0.9, 1.0])
    by_variable = SGD(0.5, weight_decay=0.2)
    by_variable.exclude_from_weight_decay(var_list=[kernel_1])  # and not the other one of that name
    by_variable.apply([np.zeros(1)] * 3, [kernel_1, kernel_2, bias])
    assert [v.item() for v in (kernel_1, kernel_2, bias)] == pytest.approx([0.9, 0.81, 0.9])


def test_what_is_excluded_from_decay_survives_a_copy():
    first, second = Variable([1.0], name="kernel"), Variable([1.0], name="kernel")
    optimizer = SGD(0.5, weight_decay=0.2)
    optimizer.exclude_from_weight_decay(var_list=[first])
    optimizer.build([first, second])
    for copied in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        copied.apply([np.zeros(1), np.zeros(1)])
        assert [v.item() for v in copied.trainable_variables] == pytest.approx([1.0, 0.9])
    assert first.item() == second.item() == 1.0


def test_a_variable_without_gradient_does_not_decay():
    a, b = Variable([1.0], name="a"), Variable([1.0], name="b")
    with pytest.warns(UserWarning, match="'b'"):
        SGD(0.5, weight_decay=0.2).apply([np.zeros(1), None], [a, b])
    assert a.item() == pytest.approx(0.9) and b.item() == 1.0


# --- the learning rate
# ---


def test_get_and_set_the_learning_rate():
    optimizer = SGD(1)  # a whole number will do
    assert optimizer.learning_rate == optimizer.lr == 1.0 and isinstance(
        optimizer.learning_rate, float
    )
    optimizer.learning_rate = 0.25
    assert optimizer.lr == 0.25
    optimizer.lr = np.float32(0.5)
    assert optimizer.learning_rate == 0.5 and isinstance(optimizer.learning_rate, float)
    w = Variable([0.0])
    optimizer.apply([np.ones(1)], [w])
    assert w.item() == -0.5
    assert repr(optimizer) == "<SGD learning_rate=0.5, 1 steps done>"


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.1", None, True, [0.1]])
def test_setting_a_bad_learning_rate_changes_nothing(value):
    optimizer = Adam(0.1)
    with pytest.raises(ValueError, match=r"learning_rate must be a number of at least 0; received"):
        optimizer.learning_rate = value
    assert optimizer.learning_rate == 0.1


def test_a_schedule_gets_the_number_of_the_step():
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1 / (step + 1)

    w, optimizer = Variable([0.0], dtype="float64"), SGD(schedule)
    for _ in range(4):
        optimizer.apply([np.ones(1)], [w])
    assert asked == [0, 1, 2, 3] and all(type(s) is int for s in asked)
    assert w.item() == pytest.approx(-0.1 * (1 + 1 / 2 + 1 / 3 + 1 / 4), rel=1e-15)
    assert optimizer.learning_rate == pytest.approx(0.1 / 5)  # that of the coming step
    assert optimizer.iterations == 4  # asking does not count


def test_a_schedule_counts_batches_not_epochs():
    asked = []
    model = Sequential([layers.Dense(1, input_shape=(1,))])
    model.compile(SGD(lambda step: asked.append(step) or 0.01), "mse")
    model.fit(np.ones((10, 1)), np.ones(10), batch_size=4, epochs=2, verbose=0)
    assert [s for i, s in enumerate(asked) if s not in asked[:i]] == [0, 1, 2, 3, 4, 5]


def test_a_schedule_is_not_undone_by_a_number():
    optimizer = SGD(lambda step: 0.1)
    with pytest.raises(TypeError, match="follows a schedule"):
        optimizer.learning_rate = 0.5
    optimizer.learning_rate = lambda step: 0.2
    assert optimizer.learning_rate == 0.2


def test_a_function_without_arguments_is_a_learning_rate_too():
    """As in Keras, where a callable is asked without the step."""
    rate = [0.5]
    w, optimizer = Variable([0.0]), SGD(lambda: rate[0])
    optimizer.apply([np.ones(1)], [w])
    rate[0] = 0.25
    optimizer.apply([np.ones(1)], [w])
    assert w.item() == -0.75


@pytest.mark.parametrize(
    "rate",
    [np.float64(0.5), np.float32(0.5), np.array(0.5), Tensor(0.5), Tensor([0.5])[0], 1],
    ids=lambda r: type(r).__name__,
)
@family
def test_a_schedule_may_return_any_kind_of_number(cls, rate):
    optimizer, twin = cls(lambda step: rate, weight_decay=0.1), cls(float(rate), weight_decay=0.1)
    w, v = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    optimizer.apply([np.float32([0.5, -1])], [w])
    twin.apply([np.float32([0.5, -1])], [v])
    np.testing.assert_array_equal(w.data, v.data)
    assert w.dtype == np.float32 and isinstance(optimizer.learning_rate, float)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), -0.1, None, "0.1"])
def test_a_schedule_that_goes_wrong_is_stopped_before_the_weights_move(rate):
    w, optimizer = Variable([1.0]), SGD(lambda step: 0.5 if step == 0 else rate, weight_decay=0.1)
    optimizer.apply([np.zeros(1)], [w])
    before = w.item()
    with pytest.raises((ValueError, TypeError), match="learning_rate must be a number"):
        optimizer.apply([np.ones(1)], [w])
    assert w.item() == before and optimizer.iterations == 1


# --- arguments of older tutorials
# ------------------------------------------------------------------------------------


@family
def test_lr_is_understood_and_said_to_be_old(cls):
    with pytest.warns(FutureWarning) as record:
        optimizer = cls(lr=0.3)
    assert optimizer.learning_rate == 0.3
    assert [str(w.message) for w in record] == [
        f"{cls.__name__}(lr=...) is today written {cls.__name__}(learning_rate=0.3)."
    ]
    assert [w.filename for w in record] == [__file__]  # it points at the caller's line


@family
def test_decay_means_what_it_meant(cls):
    """Keras before 2022: the rate of step t = 0, 1, 2, ... is lr/(1 + decay·t)."""
    with pytest.warns(FutureWarning) as record:
        optimizer = cls(lr=0.3, decay=0.5)
    assert [str(w.message) for w in record] == [
        f"{cls.__name__}(decay=...) is today a schedule: learning_rate=InverseTimeDecay(0.3, 1, "
        f"0.5)."
    ]
    assert [w.filename for w in record] == [__file__]
    with pytest.warns(FutureWarning, match="InverseTimeDecay"):
        same = cls(0.3, decay=0.5)
    w, v = Variable([0.0], dtype="float64"), Variable([0.0], dtype="float64")
    today = cls(optimizers.schedules.InverseTimeDecay(0.3, 1, 0.5))
    for t in range(5):
        assert optimizer.learning_rate == same.learning_rate == 0.3 / (1 + 0.5 * t)
        for o, variable in ((optimizer, w), (today, v)):
            o.apply([np.ones(1)], [variable])
        same.iterations += 1
        assert w.item() == v.item()
    if cls is SGD:
        assert w.item() == pytest.approx(-sum(0.3 / (1 + 0.5 * t) for t in range(5)), rel=1e-15)


@family
def test_decay_alone_begins_at_the_default_rate(cls):
    with pytest.warns(FutureWarning, match="InverseTimeDecay"):
        optimizer = cls(decay=1.0)
    assert optimizer.learning_rate == DEFAULTS[cls]["learning_rate"]
    optimizer.iterations = 3
    assert optimizer.learning_rate == DEFAULTS[cls]["learning_rate"] / 4


def test_decay_and_a_schedule_exclude_each_other():
    with pytest.raises(
        ValueError, match="learning_rate must be a number.*received InverseTimeDecay"
    ):
        Adam(optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5), decay=0.1)


@pytest.mark.parametrize("decay", [-0.1, "0.1", float("nan"), True])
def test_a_bad_decay(decay):
    with pytest.raises(ValueError, match="decay must be a number of at least 0; received"):
        SGD(0.1, decay=decay)


def test_the_line_of_a_thousand_tutorials():
    with pytest.warns(FutureWarning):
        optimizer = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
    assert (optimizer.learning_rate, optimizer.momentum, optimizer.nesterov) == (0.01, 0.9, True)
    optimizer.iterations = 1000
    assert optimizer.learning_rate == 0.01 / (1 + 1e-6 * 1000)


def test_a_decay_of_zero_is_no_word_about_lr():
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        optimizer = SGD(0.3, decay=0.0)
    assert optimizer.learning_rate == 0.3
    assert not any("lr=" in str(w.message) for w in record)


@family
def test_lr_and_learning_rate_together_are_refused(cls):
    with pytest.raises(
        TypeError,
        match=rf"{cls.__name__} received both learning_rate=0.5 and its old name lr=0.1; give one",
    ):
        cls(learning_rate=0.5, lr=0.1)


def test_the_warning_points_at_the_line_that_makes_the_optimizer_also_inside_a_class():
    class Trainer:
        def __init__(self):
            self.optimizer = SGD(lr=0.1)

    with pytest.warns(FutureWarning) as record:
        Trainer()
    line = inspect.getsourcelines(Trainer)[1] + 2
    assert [(w.filename, w.lineno) for w in record] == [(__file__, line)]


def test_lr_reaches_an_optimizer_of_your_own():
    class Rated(SGD):
        pass

    class Fixed(Optimizer):
        def __init__(self, alpha=0.5, **options):
            super().__init__(0.1, **options)

    with pytest.warns(FutureWarning):
        assert Rated(lr=0.3).learning_rate == 0.3
    with pytest.warns(FutureWarning):
        assert Fixed(lr=0.3).learning_rate == 0.3
    assert Fixed().learning_rate == 0.1


@pytest.mark.parametrize(
    ("cls", "args", "message"),
    [
        (
            SGD,
            (0.01, 0.9, 1e-6),
            r"SGD: nesterov is True or False; received 1e-06.*SGD\(learning_rate=..., momentum=..., nesterov=...\)",
        ),
        (
            SGD,
            (0.01, 0.9, 1e-6, True),
            r"SGD: nesterov is True or False; received 1e-06.*order of older tutorials, SGD\(lr, momentum, decay, nesterov\)",
        ),
        (
            Adam,
            (0.001, 0.9, 0.999, 1e-8, 0.0, False),
            r"Adam: amsgrad is True or False; received 0.0.*Adam\(learning_rate=..., beta_1=..., beta_2=..., epsilon=..., amsgrad=...\)",
        ),
        (
            Adam,
            (0.001, 0.9, 0.999, 1e-8, 1e-5),
            r"Adam: amsgrad is True or False; received 1e-05.*Adam\(lr, beta_1, beta_2, epsilon, decay, amsgrad\)",
        ),
        (
            RMSprop,
            (0.001, 0.9, None, 0.0),
            r"momentum must be a number of at least 0 and below 1; received None.*RMSprop\(lr, rho, epsilon, decay\)",
        ),
        (
            RMSprop,
            (0.001, 0.9, 0.0, 1e-8, 1e-5),
            "RMSprop: centered is True or False; received 1e-05",
        ),
        (
            Adagrad,
            (0.01, None, 0.0),
            r"initial_accumulator_value must be a number of at least 0; received None.*Adagrad\(learning_rate=..., epsilon=...\)",
        ),
    ],
    ids=str,
)
def test_the_old_order_of_arguments_is_explained(cls, args, message):
    with pytest.raises((TypeError, ValueError), match=message):
        cls(*args)


def test_small_numbers_are_no_older_order_of_arguments():
    """What might be an epsilon of 2017 by position is legal today, and not refused on a guess."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert RMSprop(momentum=5e-4).momentum == 5e-4
        assert RMSprop(0.001, 0.9, 1e-8).momentum == 1e-8
        assert Adagrad(initial_accumulator_value=1e-6).initial_accumulator_value == 1e-6
        assert Adagrad(0.01, 1e-8, 0.0).epsilon == 0.0
        assert SGD(0.1, 0.9, True).nesterov is True
    with pytest.raises(TypeError, match=r"^SGD: nesterov is True or False; received 1e-06\.$"):
        SGD(nesterov=1e-6)


@pytest.mark.parametrize(
    ("cls", "typed", "meant"),
    [
        (SGD, "Ir", "lr"),
        (SGD, "learningrate", "learning_rate"),
        (SGD, "momentun", "momentum"),
        (Adam, "beta1", "beta_1"),
        (Adam, "weight_dekay", "weight_decay"),
        (RMSprop, "eps", "epsilon"),
        (Adam, "clip_norm", "clipnorm"),
        (AdamW, "weightdecay", "weight_decay"),
        (Adagrad, "initial_accumulator", "initial_accumulator_value"),
        (Adadelta, "roh", "rho"),
        (Adamax, "beta1", "beta_1"),
        (Nadam, "Ir", "lr"),
        (RAdam, "beta2", "beta_2"),
        (Lion, "use_emma", "use_ema"),
        (Lion, "ema_momentun", "ema_momentum"),
    ],
)
def test_a_mistyped_argument_is_answered_with_the_nearest(cls, typed, meant):
    with pytest.raises(
        TypeError,
        match=rf"{cls.__name__} does not know the argument '{typed}'\. Did you mean '{meant}'\?",
    ):
        cls(**{typed: 0.1})


@pytest.mark.parametrize(
    ("cls", "typed"),
    [
        (Adam, "momentum"),
        (SGD, "beta_1"),
        (Lion, "epsilon"),
        (Adam, "nesterov"),
        (RAdam, "amsgrad"),
    ],
)
def test_an_argument_of_another_optimizer_is_not_offered_again(cls, typed):
    with pytest.raises(TypeError) as error:
        cls(**{typed: 0.1})
    assert str(error.value).startswith(f"{cls.__name__} does not know the argument '{typed}'.")
    assert f"Did you mean '{typed}'" not in str(error.value)


NUMBERS = [
    (cls, name)
    for cls in FAMILY
    for name, value in {**DEFAULTS[cls], "weight_decay": 0.0, "ema_momentum": 0.99}.items()
    if value is not False
]
NUMBERS += [(SGD, "clipnorm"), (Adam, "clipvalue"), (Lion, "global_clipnorm")]
BELOW_ONE = ("beta_1", "beta_2", "rho", "momentum", "ema_momentum")


@pytest.mark.parametrize(
    ("cls", "argument"), NUMBERS, ids=lambda n: n if isinstance(n, str) else n.__name__
)
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.1", True, [0.1]], ids=str)
def test_bad_numbers_name_the_argument(cls, argument, value):
    with pytest.raises(ValueError, match=rf"^{argument} must be a number .*; received "):
        cls(**{argument: value})


@pytest.mark.parametrize(
    ("cls", "argument"),
    [n for n in NUMBERS if n[1] in BELOW_ONE],
    ids=lambda n: n if isinstance(n, str) else n.__name__,
)
@pytest.mark.parametrize("value", [1, 1.0, 1.5])
def test_means_that_never_move_are_refused(cls, argument, value):
    with pytest.raises(
        ValueError,
        match=rf"{argument} must be a number of at least 0 and below 1; received {value}",
    ):
        cls(**{argument: value})


@pytest.mark.parametrize("value", [0, -1, 2.5, "3", True])
def test_a_bad_frequency_of_averages(value):
    with pytest.raises(
        ValueError, match="ema_overwrite_frequency must be a whole number of at least 1; received"
    ):
        SGD(use_ema=True, ema_overwrite_frequency=value)


@pytest.mark.parametrize("value", ["no", 0.5, None, 1])
def test_averages_are_wanted_or_not(value):
    with pytest.raises(TypeError, match="use_ema is True or False; received"):
        SGD(use_ema=value)


@family
def test_whole_numbers_and_zeros_are_rates(cls):
    optimizer, w = cls(1), Variable([1.0, 2.0])
    assert optimizer.learning_rate == 1.0 and isinstance(optimizer.learning_rate, float)
    optimizer.learning_rate = 0
    optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [1.0, 2.0] or cls is AdamW


@pytest.mark.parametrize("argument", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_clipping_to_nothing_is_refused(argument):
    with pytest.raises(ValueError, match=rf"{argument} must be a number above 0; received 0"):
        SGD(**{argument: 0})


def test_numbers_of_numpy_are_numbers():
    optimizer = Adam(np.float32(0.5), beta_1=np.float64(0.5), clipnorm=np.int64(2))
    assert (optimizer.learning_rate, optimizer.beta_1, optimizer.clipnorm) == (0.5, 0.5, 2.0)


# --- Keras's road, and the naked loop's
# ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        SGD,
        lambda lr: SGD(lr, 0.9),
        lambda lr: SGD(lr, 0.9, True),
        RMSprop,
        Adam,
        lambda lr: RMSprop(lr, 0.9, 0.5, centered=True),
        lambda lr: Adam(lr, amsgrad=True),
        lambda lr: Adam(lr, clipnorm=0.1, weight_decay=0.1),
        lambda lr: SGD(lr, clipvalue=0.1),
        lambda lr: SGD(lr, global_clipnorm=0.1),
        *FAMILY[1:3],
        *FAMILY[5:],
        lambda lr: Adam(lr, use_ema=True),
    ],
)
def test_all_roads_lead_to_the_same_weights(make):
    rng = np.random.default_rng(0)
    grads = [[rng.normal(size=(2, 3)), rng.normal(size=3)] for _ in range(3)]
    before = [[g.copy() for g in pair] for pair in grads]

    def run(road):
        variables = [
            Variable(np.ones((2, 3)), dtype="float64"),
            Variable(np.zeros(3), dtype="float64"),
        ]
        arrays, optimizer = [v.data for v in variables], make(0.1)
        for pair in grads:
            road(optimizer, pair, variables)
        assert all(v.data is a for v, a in zip(variables, arrays))  # moved in place
        assert optimizer.iterations == 3
        return [v.numpy() for v in variables]

    def naked(optimizer, pair, variables):
        optimizer.build(variables)
        for v, g in zip(variables, pair):
            ops.sum(v * g).backward()
        optimizer.step()
        assert all(v.grad is None for v in variables)

    expected = run(lambda optimizer, pair, variables: optimizer.apply(pair, variables))
    for road in (
        naked,
        lambda o, pair, variables: o.apply_gradients(zip(pair, variables)),
        lambda o, pair, variables: o.apply([Tensor(g) for g in pair], variables),
        lambda o, pair, variables: o.apply([g.tolist() for g in pair], variables),
        lambda o, pair, variables: (o.build(variables), o.apply(pair)),
    ):
        for got, want in zip(run(road), expected):
            np.testing.assert_allclose(got, want, rtol=1e-6)  # lists become float32 on the way
    for pair, then in zip(grads, before):
        for g, b in zip(pair, then):
            np.testing.assert_array_equal(g, b)  # nobody changed the gradients


def test_the_naked_loop_learns():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=(50, 3)) @ np.zeros((3, 1)) + 2.0
    w, b = Variable(np.zeros((3, 1)), name="w"), Variable([0.0], name="b")
    optimizer = SGD(0.1)
    optimizer.build([w, b])
    for _ in range(100):
        loss = ops.mean(ops.square(x @ w + b - y))
        loss.backward()
        optimizer.step()
        assert w.grad is None and b.grad is None
    assert loss.item() < 1e-3 and b.item() == pytest.approx(2, abs=0.05)


def test_gradients_of_several_backwards_add_up_before_a_step():
    w, optimizer = Variable([0.0]), SGD(1.0)
    optimizer.build([w])
    for factor in (2.0, 3.0):
        ops.sum(w * factor).backward()
    optimizer.step()
    assert w.item() == -5.0


def test_step_before_build():
    with pytest.raises(
        ValueError,
        match=r"Adam does not know its variables yet: call optimizer.build\(model.trainable_variables\)",
    ):
        Adam().step()


def test_step_before_backward():
    optimizer = SGD()
    optimizer.build([Variable([1.0])])
    with pytest.raises(
        ValueError, match=r"No variable has a gradient. Call loss.backward\(\) first"
    ):
        optimizer.step()
    assert optimizer.iterations == 0


def test_no_gradient_for_anybody():
    w = Variable([1.0])
    for call in (
        lambda o: o.apply([None], [w]),
        lambda o: o.apply_gradients([(None, w)]),
        lambda o: o.apply_gradients([]),
    ):
        optimizer = SGD()
        with pytest.raises(ValueError, match="No variable has a gradient"):
            call(optimizer)
        assert optimizer.iterations == 0


def test_one_missing_gradient_is_a_warning_and_the_others_move():
    a, b = Variable([1.0], name="used"), Variable([1.0], name="left_out")
    optimizer = Adam(0.1)
    optimizer.build([a, b])
    with pytest.warns(
        UserWarning, match="No gradient reached 'left_out': not on a path to the loss"
    ) as record:
        ops.sum(a * 2.0).backward()
        optimizer.step()
    assert a.item() == pytest.approx(0.9) and b.item() == 1.0
    assert [w.filename for w in record] == [__file__]
    memory_a, memory_b = optimizer.memory
    assert memory_a[0].any() and not memory_b[0].any()


def test_a_frozen_variable_is_not_missed():
    a, b = Variable([1.0]), Variable([1.0])
    optimizer = SGD(0.1)
    optimizer.build([a, b])
    b.trainable = False
    ops.sum(a * b).backward()
    optimizer.step()
    assert a.item() == pytest.approx(0.9) and b.item() == 1.0


@family
def test_a_gradient_of_the_wrong_shape_changes_nothing(cls):
    variables = [Variable([1.0, 2.0], name="good"), Variable([1.0, 2.0], name="bad")]
    optimizer = cls(0.1)
    optimizer.apply([np.ones(2), np.ones(2)], variables)
    before = (
        [v.numpy() for v in variables],
        [[s.copy() for s in slots] for slots in optimizer.memory],
    )
    with pytest.raises(
        ValueError, match=r"the gradient of 'bad' has shape \(2, 1\); the variable has \(2,\)"
    ):
        optimizer.apply([np.ones(2), np.ones((2, 1))], variables)
    with pytest.raises(ValueError, match=r"received 1 gradients for 2 variables"):
        optimizer.apply([np.ones(2)], variables)
    after = [v.numpy() for v in variables], optimizer.memory
    for then, now in zip(
        [*before[0], *sum(before[1], [])], [*after[0], *[s for slots in after[1] for s in slots]]
    ):
        np.testing.assert_array_equal(then, now)
    assert optimizer.iterations == 1


def test_moving_a_weight_under_a_waiting_graph_is_noticed():
    w, optimizer = Variable([2.0]), SGD(0.1)
    loss = ops.sum(w * w)
    optimizer.apply([np.ones(1)], [w])
    with pytest.raises(GraphError, match="was modified in place"):
        loss.backward()


# --- one optimizer, one set of variables
# -----------------------------------------------------------------------------


def test_other_variables_are_refused():
    a, b = Variable([1.0]), Variable([1.0])
    optimizer = Adam()
    optimizer.build([a])
    optimizer.build([a])  # the same again is no news
    for others in ([b], [a, b], []):
        with pytest.raises(
            ValueError, match="already trains 1 other variables.*Make a new optimizer"
        ):
            optimizer.build(others)
    with pytest.raises(ValueError, match="Make a new optimizer"):
        optimizer.apply([np.ones(1)] * 2, [a, b])


def small_model():
    return Sequential(
        [layers.Dense(2, name="first", input_shape=(2,)), layers.Dense(1, name="second")]
    )


X, Y = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32), np.arange(6.0)


def test_an_instance_serves_one_model():
    optimizer, first, second = Adam(), small_model(), small_model()
    first.compile(optimizer, "mse")
    first.fit(X, Y, verbose=0)
    second.compile(optimizer, "mse")
    before = [w.copy() for m in (first, second) for w in m.get_weights()]
    with pytest.raises(
        ValueError, match="already trains 4 other variables.*Make a new optimizer for another model"
    ):
        second.fit(X, Y, verbose=0)
    for then, now in zip(before, first.get_weights() + second.get_weights()):
        np.testing.assert_array_equal(then, now)


def test_a_variable_that_comes_later_is_not_left_behind_silently():
    model = small_model()
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = True
    with pytest.raises(ValueError, match="Make a new optimizer"):
        model.fit(X, Y, verbose=0)
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    model.fit(X, Y, verbose=0)
    assert (model.get_weights()[0] != before).all()


def test_a_variable_frozen_later_stays_and_the_others_move():
    model = small_model()
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = False
    before = model.get_weights()
    with pytest.warns(UserWarning, match="changed after compile"):
        model.fit(X, Y, verbose=0)
    changed = [bool((a != b).any()) for a, b in zip(before, model.get_weights())]
    assert changed == [False, False, True, True]


def test_compiling_again_keeps_weights_and_starts_the_memory_anew():
    model = small_model()
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    before, used = model.get_weights(), model.optimizer
    model.compile("adam", "mse")
    assert model.optimizer is not used and model.optimizer.iterations == 0
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_fit_goes_on_where_it_stood():
    at_once, in_two = small_model(), small_model()
    in_two.set_weights(at_once.get_weights())
    for model in (at_once, in_two):
        model.compile(Adam(0.1), "mse")
    at_once.fit(X, Y, batch_size=4, epochs=4, shuffle=False, verbose=0)
    for _ in range(2):
        in_two.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(at_once.get_weights(), in_two.get_weights()):
        np.testing.assert_array_equal(a, b)


# --- saved state


@optimizers.register()
class Own(Optimizer):
    """A registered optimizer as a reader writes it, with a slot that counts."""

    def slots(self):
        return ("velocity", "count")

    def update(self, w, g, lr, velocity, count):
        count += 1
        velocity *= 0.9
        velocity -= lr * g / np.sqrt(count)
        w += velocity


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


def weights_of(variables):
    return [v.numpy() for v in variables]


def some_variables():
    return [
        Variable(np.ones((2, 3)), name="kernel"),
        Variable(np.zeros(3), name="bias"),
        Variable(np.ones(3), name="bias"),
    ]


def some_gradients(steps):
    rng = np.random.default_rng(5)
    return [[rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=3)] for _ in range(steps)]


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
    nameless = without(
        adam.get_state(), "optimizer"
    )  # who leaves the name out takes the numbers as they are
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


# --- the counter and the rate answer as Keras's variables do
# ----------------------------------------------------------


def test_the_counter_is_an_int_with_numpy():
    w, optimizer, asked = Variable([1.0]), SGD(0.1), []
    for _ in range(3):
        optimizer.apply([np.ones(1)], [w])
    assert (
        optimizer.iterations == 3
        and isinstance(optimizer.iterations, int)
        and f"{optimizer.iterations}" == "3"
    )
    assert optimizer.iterations.numpy() == 3 and optimizer.iterations.numpy().dtype == np.int64
    optimizer.iterations += 2
    assert optimizer.iterations.numpy() == 5 and optimizer.get_state()["iterations"] == 5
    optimizer = SGD(lambda step: asked.append(step) or 0.1)
    optimizer.iterations = np.int64(7)
    assert optimizer.learning_rate == 0.1 and asked == [7] and type(asked[0]) is int
    assert pickle.loads(pickle.dumps(optimizer.iterations)) == 7


@pytest.mark.parametrize("value", [-1, 1.5, "3", None, True])
def test_a_counter_that_counts_nothing_is_refused(value):
    optimizer = SGD(0.1)
    with pytest.raises(
        ValueError, match="iterations must be a whole number of at least 0; received"
    ):
        optimizer.iterations = value
    assert optimizer.iterations == 0


def test_assigning_the_learning_rate():
    optimizer = SGD(0.5)
    rate = optimizer.learning_rate
    rate.assign(0.25)
    assert optimizer.learning_rate == optimizer.lr == 0.25 and rate == 0.5
    optimizer.learning_rate.assign(optimizer.learning_rate * 0.5)
    w = Variable([1.0])
    optimizer.apply([np.ones(1)], [w])
    assert (
        w.item() == 0.875
        and optimizer.learning_rate.numpy() == 0.125
        and type(optimizer.get_config()["learning_rate"]) is float
    )
    with pytest.raises(
        ValueError, match="learning_rate must be a number of at least 0; received -1"
    ):
        optimizer.learning_rate.assign(-1)
    with pytest.raises(TypeError, match="follows a schedule, which a fixed number would undo"):
        SGD(lambda step: 0.1).learning_rate.assign(0.5)


def test_a_copied_rate_does_not_drag_its_optimizer_along():
    rate = Adam(0.5).learning_rate
    for copied in (copy.deepcopy(rate), copy.copy(rate), pickle.loads(pickle.dumps(rate))):
        assert copied == 0.5 and not hasattr(copied, "assign") and copied.numpy() == 0.5


def test_built():
    optimizer = Adam()
    assert optimizer.built is False
    optimizer.build([Variable([1.0])])
    assert optimizer.built is True


# --- several batches make one update
# ----------------------------------------------------------------------------------


ACCUMULATING = [(cls, {}) for cls in [*FAMILY, Own]] + [
    (SGD, dict(momentum=0.9, nesterov=True)),
    (Adam, dict(amsgrad=True, weight_decay=0.1)),
    (SGD, dict(clipnorm=0.1)),
    (SGD, dict(global_clipnorm=0.1)),
    (SGD, dict(clipvalue=0.1)),
    (RMSprop, dict(centered=True)),
]
accumulating = pytest.mark.parametrize(
    ("cls", "options"), ACCUMULATING, ids=["-".join([c.__name__, *o]) for c, o in ACCUMULATING]
)


@accumulating
@pytest.mark.parametrize("n", [2, 3])
def test_n_batches_are_one_update_along_their_mean(cls, options, n):
    gathered, plain = cls(0.1, gradient_accumulation_steps=n, **options), cls(0.1, **options)
    w, v = Variable(np.ones(3), dtype="float64"), Variable(np.ones(3), dtype="float64")
    grads = [g[1] for g in some_gradients(4 * n)]
    for t, g in enumerate(grads, 1):
        before = w.numpy()
        gathered.apply([g], [w])
        if t % n:
            np.testing.assert_array_equal(w.data, before)
        else:
            plain.apply([sum(grads[t - n : t]) / n], [v])
            np.testing.assert_allclose(w.data, v.data, rtol=1e-12)
        assert gathered.iterations == plain.iterations == t // n


def test_the_batches_between_touch_no_memory():
    optimizer, w = Adam(0.1, gradient_accumulation_steps=3), Variable([1.0, 2.0])
    for _ in range(2):
        optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [1.0, 2.0] and not any(slot.any() for slot in optimizer.memory[0])
    assert optimizer.kept.sums[0].data.tolist() == [2.0, 2.0]
    optimizer.apply([np.ones(2)], [w])
    assert not optimizer.kept.sums[0].data.any() and optimizer.memory[0][0].all()


def test_a_gradient_that_comes_in_some_of_the_batches_only():
    a, b, c = Variable([1.0], name="a"), Variable([1.0], name="b"), Variable([1.0], name="c")
    optimizer = SGD(1.0, weight_decay=0.5, gradient_accumulation_steps=2)
    b.trainable = c.trainable = False  # so that nobody misses their gradients
    optimizer.apply([np.ones(1), np.ones(1), None], [a, b, c])
    optimizer.apply([np.ones(1), None, None])
    assert [v.item() for v in (a, b, c)] == [-0.5, 0.0, 1.0]


def test_the_sums_of_float32_gradients_stay_float32():
    w, optimizer = Variable([1.0, 2.0]), SGD(0.5, gradient_accumulation_steps=2)
    for _ in range(2):
        optimizer.apply([np.ones(2)], [w])
    assert (
        w.dtype == np.float32
        and optimizer.kept.sums[0].dtype == np.float32
        and w.data.tolist() == [0.5, 1.5]
    )


def test_an_update_that_fails_loses_no_sums():
    rate = [float("nan")]
    w, optimizer = Variable([1.0]), SGD(lambda step: rate[0], gradient_accumulation_steps=2)
    optimizer.apply([np.ones(1)], [w])
    with pytest.raises(ValueError, match="learning_rate must be a number"):
        optimizer.apply([np.full(1, 3.0)], [w])
    rate[0] = 0.5
    optimizer.apply([np.full(1, 3.0)], [w])
    assert w.item() == 0.0 and optimizer.iterations == 1


def test_setting_the_counter_forgets_the_sums():
    w, optimizer = Variable([1.0]), SGD(0.5, gradient_accumulation_steps=2)
    optimizer.apply([np.full(1, 8.0)], [w])
    optimizer.iterations = 3
    assert optimizer.iterations == 3 and optimizer.get_state()["iterations"] == 6
    for _ in range(2):
        optimizer.apply([np.ones(1)])
    assert w.item() == 0.5 and optimizer.iterations == 4


@accumulating
@pytest.mark.parametrize("done", [3, 4, 5])
def test_accumulation_resumes_bit_for_bit(cls, options, done):
    options = dict(
        options,
        gradient_accumulation_steps=3,
        use_ema=True,
        ema_momentum=0.5,
        ema_overwrite_frequency=2,
    )
    first, variables = cls(0.1, **options), some_variables()
    for grads in some_gradients(done):
        first.apply(grads, variables)
    second, others = cls(0.7, **options), [Variable(v, name=v.name) for v in variables]
    second.build(others)
    second.set_state(first.get_state())
    copied = pickle.loads(pickle.dumps(first)) if cls is not Own else None
    assert second.get_state()["iterations"] == done and second.iterations == done // 3
    for grads in some_gradients(7):
        for optimizer in (first, second, copied):
            if optimizer is not None:
                optimizer.apply(grads)
    for other in (others, copied.trainable_variables if copied is not None else others):
        for a, b in zip(variables, other):
            np.testing.assert_array_equal(a.data, b.data)


def test_a_state_with_sums_is_not_of_an_optimizer_without():
    gathering, plain = SGD(0.1, gradient_accumulation_steps=2), SGD(0.1)
    gathering.build(some_variables())
    plain.build(some_variables())
    assert {k for k in gathering.get_state() if "/" in k} == {
        "0/kernel/gradient_sum",
        "1/bias/gradient_sum",
        "2/bias/gradient_sum",
    }
    for own, other in ((plain, gathering), (gathering, plain)):
        with pytest.raises(ValueError, match="'0/kernel/gradient_sum' is on one side only"):
            own.set_state(other.get_state())


def test_accumulation_in_fit_is_a_larger_batch():
    weights = []
    for n, size in ((2, 3), (None, 6)):
        set_random_seed(0)
        model = small_model()
        model.compile(Adam(0.05, gradient_accumulation_steps=n), "mse")
        model.fit(X, Y, batch_size=size, epochs=5, shuffle=False, verbose=0)
        assert model.optimizer.iterations == 5
        weights.append(model.get_weights())
    for a, b in zip(*weights):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("value", [1, 0, -2, 2.5, "2", True])
def test_a_bad_number_of_batches_an_update(value):
    with pytest.raises(
        ValueError,
        match=r"gradient_accumulation_steps .*must be a whole number of at least 2; received",
    ):
        Adam(gradient_accumulation_steps=value)


@pytest.mark.parametrize("value", [1.0, 1024, "dynamic"])
@family
def test_gradients_are_not_scaled(cls, value):
    with pytest.raises(
        ValueError, match=rf"loss_scale_factor must be None; received {value!r}. .*leave it out"
    ):
        cls(loss_scale_factor=value)


# --- as plain data


SETTINGS = dict(
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


def again(optimizer):
    """The optimizer that JSON brings back."""
    return optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))


@family
def test_a_config_has_every_argument(cls):
    config = cls().get_config()
    assert (
        config == {"name": cls().name, **COMMON, **DEFAULTS[cls]}
        and json.loads(json.dumps(config)) == config
    )
    own = {name: True if value is False else 0.5 for name, value in DEFAULTS[cls].items()}
    common = {k: v for k, v in SETTINGS.items() if k not in own}
    for made in (cls(**own, **common), cls(*own.values(), *common.values())):
        assert made.get_config() == {**own, **common}
        for other in (
            cls.from_config(made.get_config()),
            again(made),
            optimizers.get(optimizers.serialize(made)),
        ):
            assert type(other) is cls and other.get_config() == made.get_config()


def test_a_config_has_the_settings_of_now():
    optimizer = SGD(0.1, 0.9)
    optimizer.learning_rate, optimizer.weight_decay, optimizer.momentum = 0.2, 0.5, 0.25
    config = optimizer.get_config()
    assert (config["learning_rate"], config["weight_decay"], config["momentum"]) == (0.2, 0.5, 0.25)


def test_a_schedule_is_a_config_inside():
    optimizer = Adam(optimizers.schedules.CosineDecay(0.1, 10))
    config = json.loads(json.dumps(optimizer.get_config()))
    assert (
        config["learning_rate"]["class_name"] == "CosineDecay"
        and config["learning_rate"]["config"]["decay_steps"] == 10
    )
    for other in (Adam.from_config(config), again(optimizer)):
        other.iterations = 5
        assert other.learning_rate == pytest.approx(0.05)


def test_what_keras_wrote():
    """keras.optimizers.serialize of Keras 3.15.1."""
    rate = {
        "module": "keras.optimizers.schedules",
        "class_name": "CosineDecay",
        "registered_name": None,
        "config": {
            "initial_learning_rate": 0.1,
            "decay_steps": 10,
            "alpha": 0.0,
            "name": "CosineDecay",
            "warmup_target": None,
            "warmup_steps": 0,
        },
    }
    found = optimizers.get(
        {
            "module": "keras.optimizers",
            "class_name": "SGD",
            "registered_name": None,
            "config": {
                "name": "sgd_11",
                "learning_rate": rate,
                "weight_decay": None,
                "clipnorm": None,
                "global_clipnorm": None,
                "clipvalue": None,
                "use_ema": False,
                "ema_momentum": 0.99,
                "ema_overwrite_frequency": None,
                "loss_scale_factor": None,
                "gradient_accumulation_steps": 2,
                "momentum": 0.5,
                "nesterov": False,
            },
        }
    )
    assert (
        isinstance(found, SGD)
        and found.name == "sgd_11"
        and found.momentum == 0.5
        and found.gradient_accumulation_steps == 2
    )
    assert found.learning_rate == pytest.approx(0.1)


def test_optimizers_from_a_description():
    found = optimizers.get({"class_name": "SGD", "config": {"learning_rate": 0.5, "momentum": 0.9}})
    assert isinstance(found, SGD) and found.learning_rate == 0.5 and found.momentum == 0.9
    assert isinstance(optimizers.get({"class_name": "adam"}), Adam)
    model = Sequential([layers.Dense(1, input_shape=(1,))])
    model.compile({"class_name": "RMSprop", "config": {"learning_rate": 0.25}}, "mse")
    assert isinstance(model.optimizer, RMSprop) and model.optimizer.learning_rate == 0.25


@pytest.mark.parametrize(
    "bad", [{}, {"config": {}}, {"class_name": 3, "config": {}}, {"class_name": None}]
)
def test_what_describes_no_optimizer(bad):
    with pytest.raises(
        ValueError,
        match=r"An optimizer's description is \{'class_name': 'SGD', 'config': .*received \{",
    ):
        optimizers.get(bad)


def test_descriptions_of_something_else():
    with pytest.raises(
        ValueError, match="There is no class or function 'Adm' here. Did you mean 'Adam'"
    ):
        optimizers.get({"class_name": "Adm", "config": {}})
    with pytest.raises(ValueError, match="'Dense' is not an optimizer. Available: adadelta"):
        optimizers.get({"module": "keras.layers", "class_name": "Dense", "config": {"units": 1}})
    with pytest.raises(ValueError, match="serialize takes an optimizer, like .*received 'adam'"):
        optimizers.serialize("adam")
    with pytest.raises(
        TypeError, match="Adam does not know the argument 'beta1'. Did you mean 'beta_1'"
    ):
        optimizers.get({"class_name": "Adam", "config": {"beta1": 0.5}})


class Passing(SGD):
    """As Keras's readers write it."""

    def __init__(self, learning_rate=0.01, **kwargs):
        super().__init__(learning_rate, **kwargs)


class OnlyOptions(SGD):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)


class Strict(SGD):
    def __init__(self, alpha=0.5):
        super().__init__(0.25)
        self.alpha = alpha


class Settled(SGD):
    """Sets some common arguments itself."""

    def __init__(self, alpha=0.5, **options):
        super().__init__(0.25, weight_decay=0.5, name="settled_down", **options)
        self.alpha = alpha


class Described(SGD):
    def __init__(self, learning_rate=0.01, alpha=0.5, name="described", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.alpha = alpha

    def get_config(self):
        config = super().get_config()
        config.update({"alpha": self.alpha})
        return config


class Bare(SGD):
    pass


OF_READERS = [
    (Passing, {}),
    (
        Passing,
        dict(
            learning_rate=0.5, momentum=0.9, gradient_accumulation_steps=2, clipnorm=1.0, name="own"
        ),
    ),
    (OnlyOptions, {}),
    (OnlyOptions, dict(learning_rate=0.5, momentum=0.5)),
    (Strict, dict(alpha=2.0)),
    (Settled, dict(alpha=2.0)),
    (Settled, dict(momentum=0.5, use_ema=True)),
    (Described, dict(alpha=2.0, weight_decay=0.1)),
    (Bare, dict(momentum=0.5)),
]


@pytest.mark.parametrize(
    ("cls", "options"), OF_READERS, ids=["-".join([c.__name__, *o]) for c, o in OF_READERS]
)
def test_the_classes_of_readers_come_back(cls, options):
    one = cls(**options)
    one.learning_rate = 0.125
    config = json.loads(json.dumps(one.get_config()))
    for two in (
        cls.from_config(dict(config)),
        optimizers.deserialize(optimizers.serialize(one), custom_objects={cls.__name__: cls}),
    ):
        kept = [k for k in vars(one) if k not in ("_made_with", "not_decayed", "kept")]
        assert one.get_state() == two.get_state()
        assert (
            type(two) is cls
            and [vars(two)[k] for k in kept] == [vars(one)[k] for k in kept]
            and two.get_config() == one.get_config()
        )
    if cls in (Passing, OnlyOptions, Described, Bare):
        assert config.keys() >= {*COMMON, "name", "momentum", "nesterov", "learning_rate"}
