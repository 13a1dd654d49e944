"""minidl.optimizers: Keras's trajectories, the papers' formulas typed a second time, clipping, decay, and every refusal."""

import copy
import math
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl import GraphError, Sequential, Tensor, Variable, layers, ops, optimizers, set_random_seed
from minidl.optimizers import SGD, Adam, Optimizer, RMSprop


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    set_random_seed(0)


# --- Keras's numbers -------------------------------------------------------------------------------------------------

START = [1.0, 2.0, 3.0, 4.0]
STEEP = np.array([0.1, -0.2, 0.3, -0.4])        # the gradient of step t is STEEP·t, with the sign changing each step

# After step 1 and after step 5, measured with Keras 3.15.1 in float32.
GOLDEN = [
    (SGD, (0.1,), {}, [0.99, 2.02, 2.97, 4.04], [0.97, 2.06, 2.91, 4.12]),
    (SGD, (0.1,), {"momentum": 0.9}, [0.99, 2.02, 2.97, 4.04], [0.972529, 2.054942, 2.917587, 4.109884]),
    (SGD, (0.1, 0.9, True), {}, [0.981, 2.038, 2.943, 4.076], [0.945276, 2.109448, 2.835828, 4.218896]),
    (SGD, (0.1,), {"weight_decay": 0.1}, None, [0.920987, 1.961986, 2.762961, 3.923972]),
    (SGD, (0.1,), {"clipnorm": 0.1}, [0.998174, 2.003651, 2.994523, 4.007303], [0.998174, 2.003651, 2.994523, 4.007303]),
    (RMSprop, (0.01,), {}, [0.968379, 2.031622, 2.968377, 4.031623], [0.972616, 2.027385, 2.972615, 4.027385]),
    (RMSprop, (0.01,), {"momentum": 0.9, "centered": True}, None, [0.914956, 2.085049, 2.91495, 4.085051]),
    (Adam, (0.01,), {}, [0.99, 2.01, 2.99, 4.01], [0.990326, 2.009674, 2.990326, 4.009674]),
    (Adam, (0.01,), {"weight_decay": 0.1}, [0.989, 2.008, 2.987, 4.006], [0.985369, 1.999661, 2.975389, 3.989681]),
]


@pytest.mark.parametrize(("cls", "args", "options", "first", "fifth"), GOLDEN,
                         ids=[c.__name__ + "".join(f"-{k}" for k in o) + "-nesterov" * (len(a) > 1) for c, a, o, *_ in GOLDEN])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_keras_golden_trajectories(cls, args, options, first, fifth, dtype):
    w, optimizer = Variable(START, dtype=dtype), cls(*args, **options)
    for t in range(1, 6):
        optimizer.apply([STEEP * t * (1 if t % 2 else -1)], [w])
        if t == 1 and first:
            np.testing.assert_allclose(w.data, first, rtol=0, atol=1.1e-6)
    np.testing.assert_allclose(w.data, fifth, rtol=0, atol=1.1e-6)
    assert w.dtype == dtype and optimizer.iterations == 5


# Where |g| is near ε, its place in the formula decides the step. First step from w = 0 at learning rate 1, worked out by hand.
TINY = [
    (Adam(1.0), 1e-7, 0.0306534300),            # √.001·g/(√.001·g + ε); PyTorch's place of ε would give 0.5
    (Adam(1.0), 1e-4, 0.9693466),               # ... and 0.999
    (Adam(1.0, epsilon=1e-3), 1e-4, 0.00315229),
    (RMSprop(1.0), 1e-7, 3.16227764e-4),        # g/√(.1·g² + ε); ε outside the root would give 0.76
    (RMSprop(1.0), 1e-4, 0.3146629),            # ... and 3.15
    (RMSprop(1.0, epsilon=1e-3), 1e-2, 0.3146423),
]


@pytest.mark.parametrize(("optimizer", "g", "moved"), TINY, ids=str)
def test_tiny_gradients_show_where_epsilon_stands(optimizer, g, moved):
    w = Variable([0.0], dtype="float64")
    optimizer.apply([np.array([g])], [w])
    assert -w.item() == pytest.approx(moved, rel=2e-4)
    if isinstance(optimizer, Adam):
        root = math.sqrt(0.001) * g
        assert -w.item() == pytest.approx(root / (root + optimizer.epsilon), rel=1e-12)
    else:
        assert -w.item() == pytest.approx(g / math.sqrt(0.1 * g * g + optimizer.epsilon), rel=1e-12)


# --- the papers, typed literally: float64, fresh arrays, nothing in place --------------------------------------------


def paper_sgd(lr=0.01, momentum=0.0, nesterov=False):
    def step(w, g, t, s):
        if not momentum:
            return w - lr * g
        s["v"] = momentum * s.get("v", 0) - lr * g
        return w + momentum * s["v"] - lr * g if nesterov else w + s["v"]
    return step


def paper_rmsprop(lr=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    def step(w, g, t, s):
        s["v"] = rho * s.get("v", 0) + (1 - rho) * g**2
        s["mean"] = rho * s.get("mean", 0) + (1 - rho) * g
        move = lr * g / np.sqrt(s["v"] - (s["mean"] ** 2 if centered else 0) + epsilon)
        s["b"] = momentum * s.get("b", 0) + move
        return w - (s["b"] if momentum else move)
    return step


def paper_adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        s["top"] = np.maximum(s.get("top", 0), s["v"])
        rate = lr * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return w - rate * s["m"] / (np.sqrt(s["top"] if amsgrad else s["v"]) + epsilon)
    return step


TWINS = [
    (SGD, paper_sgd, {}),
    (SGD, paper_sgd, {"momentum": 0.8}),
    (SGD, paper_sgd, {"momentum": 0.8, "nesterov": True}),
    (SGD, paper_sgd, {"nesterov": True}),                       # without momentum nesterov says nothing
    (RMSprop, paper_rmsprop, {}),
    (RMSprop, paper_rmsprop, {"rho": 0.7, "epsilon": 1e-3}),
    (RMSprop, paper_rmsprop, {"momentum": 0.8}),
    (RMSprop, paper_rmsprop, {"centered": True}),
    (RMSprop, paper_rmsprop, {"centered": True, "momentum": 0.8}),
    (Adam, paper_adam, {}),
    (Adam, paper_adam, {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}),
    (Adam, paper_adam, {"beta_1": 0.0}),
    (Adam, paper_adam, {"amsgrad": True, "beta_2": 0.9}),
]
twins = pytest.mark.parametrize(("cls", "paper", "options"), TWINS,
                                ids=[c.__name__ + "".join(f"-{k}" for k in o) for c, _, o in TWINS])


def gradients(steps=50, seed=0):
    """Per step two gradients of different shapes; each entry has a size of its own between 1e-8 and 1e2."""
    rng = np.random.default_rng(seed)
    sizes = [10 ** np.linspace(-8, 2, 30).reshape(5, 6), 10 ** np.linspace(-8, 2, 7)]
    return [[rng.normal(size=s.shape) * s * (rng.random(s.shape) < 0.9) for s in sizes] for _ in range(steps)]


@twins
def test_fifty_steps_equal_the_paper(cls, paper, options):
    variables = [Variable(np.zeros((5, 6)), dtype="float64"), Variable(np.zeros(7), dtype="float64")]
    optimizer, step = cls(0.05, **options), paper(0.05, **options)
    expected, states = [v.numpy() for v in variables], [{}, {}]
    furthest = [np.zeros_like(e) for e in expected]
    for t, grads in enumerate(gradients(), 1):
        optimizer.apply(grads, variables)
        expected = [step(w, g, t, s) for w, g, s in zip(expected, grads, states)]
        furthest = [np.maximum(f, abs(e)) for f, e in zip(furthest, expected)]
        for v, e, f in zip(variables, expected, furthest):
            assert (abs(v.data - e) <= 1e-12 * f).all(), f"step {t}"
    assert all((f > 0).all() for f in furthest)


@twins
def test_float32_follows_the_paper(cls, paper, options):
    w, optimizer, step = Variable(np.zeros((5, 6)), dtype="float32"), cls(0.05, **options), paper(0.05, **options)
    expected, state = np.zeros((5, 6)), {}
    for t, (g, _) in enumerate(gradients(20), 1):
        optimizer.apply([g], [w])
        expected = step(expected, g.astype(np.float32).astype(float), t, state)
    assert w.dtype == np.float32
    np.testing.assert_allclose(w.data, expected, rtol=2e-4, atol=1e-12)


@twins
def test_two_variables_move_as_if_each_had_its_own_optimizer(cls, paper, options):
    together = [Variable(np.ones((5, 6)), dtype="float64"), Variable(np.ones(7), dtype="float64")]
    apart, shared, alone = [Variable(v) for v in together], cls(0.05, **options), [cls(0.05, **options) for _ in range(2)]
    for grads in gradients(5):
        shared.apply(grads, together)
        for optimizer, g, v in zip(alone, grads, apart):
            optimizer.apply([g], [v])
    for a, b in zip(together, apart):
        np.testing.assert_array_equal(a.data, b.data)


@twins
def test_a_long_constant_gradient_gives_no_nan(cls, paper, options):
    """In float32, where the variance of a constant comes out as a little less than 0."""
    rng = np.random.default_rng(0)
    g = (rng.choice([-1, 1], 3000) * 10 ** rng.uniform(-8, 8, 3000)).astype(np.float32)
    w, optimizer = Variable(np.zeros(3000)), cls(0.01, **options)
    for _ in range(400):
        optimizer.apply([g], [w])
    assert np.isfinite(w.data).all() and (np.sign(w.data) == -np.sign(g)).all()


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, 0.9), SGD(0.1, 0.9, True), RMSprop(0.05), RMSprop(0.05, momentum=0.5),
                                       RMSprop(0.05, centered=True), Adam(0.1), Adam(0.1, amsgrad=True)], ids=str)
def test_downhill_on_a_bowl(optimizer):
    w = Variable([3.0, -2.0], dtype="float64")
    optimizer.build([w])
    for _ in range(300):
        ops.sum(ops.square(w - np.array([1.0, 2.0])) * np.array([1.0, 0.3])).backward()
        optimizer.step()
    np.testing.assert_allclose(w.data, [1.0, 2.0], atol=0.06)


# --- defaults, names, classes of your own ----------------------------------------------------------------------------


def test_defaults_are_keras_defaults():
    sgd, rmsprop, adam = SGD(), RMSprop(), Adam()
    assert (sgd.learning_rate, sgd.momentum, sgd.nesterov) == (0.01, 0.0, False)
    assert (rmsprop.learning_rate, rmsprop.rho, rmsprop.momentum, rmsprop.epsilon, rmsprop.centered) == (0.001, 0.9, 0.0, 1e-7, False)
    assert (adam.learning_rate, adam.beta_1, adam.beta_2, adam.epsilon, adam.amsgrad) == (0.001, 0.9, 0.999, 1e-7, False)
    assert [o.name for o in (sgd, rmsprop, adam)] == ["sgd", "rm_sprop", "adam"]      # Keras's own split of RMSprop
    assert SGD(name="mine").name == "mine"


@pytest.mark.parametrize(("name", "cls"), [("sgd", SGD), ("SGD", SGD), ("adam", Adam), ("Adam", Adam), ("ADAM", Adam),
                                           ("rmsprop", RMSprop), ("RMSprop", RMSprop), (Adam, Adam)])
def test_optimizers_by_name_and_class(name, cls):
    found = optimizers.get(name)
    assert type(found) is cls and found is not optimizers.get(name)
    assert optimizers.get(found) is found


@pytest.mark.parametrize(("typed", "meant"), [("adm", "adam"), ("rmspop", "rmsprop"), ("sdg", "sgd")])
def test_a_mistyped_optimizer_is_answered_with_the_nearest(typed, meant):
    with pytest.raises(ValueError, match=rf"Unknown optimizer '{typed}'. Did you mean '{meant}'\? Available: adadelta, .*sgd"):
        optimizers.get(typed)


@pytest.mark.parametrize("nonsense", [3, None, ["adam"], dict, lambda g: g])
def test_what_is_no_optimizer(nonsense):
    with pytest.raises(ValueError, match="An optimizer is a name, an Optimizer class or an instance"):
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
        model = Sequential([layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))])
        model.compile(way, "mse")
        model.fit(np.ones((1, 1)), np.ones(1), epochs=2, verbose=0)
        assert model.get_weights()[0].item() == pytest.approx(1 + 0.9)      # to 1 in one step, then 0.9 further by momentum


def test_an_own_update_may_return_the_new_values():
    class Plain(Optimizer):
        def update(self, w, g, lr):
            return w - lr * g

    w = Variable([1.0, 2.0])
    before = w.data
    Plain(0.5).apply([np.ones(2)], [w])
    np.testing.assert_array_equal(w.data, [0.5, 1.5])
    assert w.data is before         # still the same array


def test_own_slots_start_where_initial_says_and_begin_step_counts_from_1():
    class Adagrad(Optimizer):
        def slots(self): return ("acc", "count")
        def initial(self, slot, w): return np.full_like(w, 0.1) if slot == "acc" else np.zeros_like(w)
        def begin_step(self, t): self.seen = [*getattr(self, "seen", []), t]

        def update(self, w, g, lr, acc, count):
            acc += g * g
            count += 1
            w -= lr * g / np.sqrt(acc + 1e-7)

    w, optimizer = Variable(START, dtype="float64"), Adagrad(0.1)
    for t in range(1, 6):
        optimizer.apply([STEEP * t * (1 if t % 2 else -1)], [w])
    np.testing.assert_allclose(w.data, [0.96148, 2.050051, 2.939869, 4.067325], atol=1e-6)     # Keras's Adagrad
    assert optimizer.seen == [1, 2, 3, 4, 5] and optimizer._memory[0][1].tolist() == [5] * 4


def test_unfinished_and_faulty_own_optimizers():
    class Unfinished(Optimizer):
        pass

    class Misshapen(SGD):
        def slots(self): return ("sum",)
        def initial(self, slot, w): return np.zeros(3)

    with pytest.raises(NotImplementedError, match=r"Unfinished needs a method update\(self, w, g, lr, \*slots\)"):
        Unfinished().apply([np.ones(2)], [Variable([1.0, 2.0])])
    with pytest.raises(ValueError, match=r"Misshapen: initial\('sum'\) must be numbers of the variable's shape \(2,\); received float64 of shape \(3,\)"):
        Misshapen().build([Variable([1.0, 2.0])])


# --- clipping and decay ----------------------------------------------------------------------------------------------


def moved(optimizer, *grads):
    """By how much one step at learning rate 1 moves zeros: the gradient as the optimizer sees it."""
    variables = [Variable(np.zeros(np.shape(g)) if g is not None else [0.0], dtype="float64", name=f"w{i}") for i, g in enumerate(grads)]
    optimizer.apply(grads, variables)
    return [-v.data for v in variables]


def test_clipvalue_cuts_each_entry():
    (a,) = moved(SGD(1.0, clipvalue=0.5), np.array([0.3, -0.5, 0.7, -9.0]))
    np.testing.assert_array_equal(a, [0.3, -0.5, 0.5, -0.5])


def test_clipnorm_shortens_each_variables_gradient():
    a, b = moved(SGD(1.0, clipnorm=1.0), np.array([3.0, 4.0]), np.array([0.3, 0.4]))
    np.testing.assert_allclose(a, [0.6, 0.8], rtol=1e-15)
    np.testing.assert_array_equal(b, [0.3, 0.4])        # short ones stay as they are


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
    np.testing.assert_allclose(-w.data, [0.6, 0.8] if size > 1 else np.float32([3e-25, 4e-25]), rtol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=4), min_size=1, max_size=4), st.floats(1e-3, 1e3))
def test_clipped_norms_never_exceed_the_limit_and_keep_the_direction(grads, limit):
    grads = [np.array(g) for g in grads]
    for kind in ("clipnorm", "global_clipnorm"):
        after = moved(SGD(1.0, **{kind: limit}), *grads)
        groups = list(zip(after, grads)) if kind == "clipnorm" else [(np.concatenate(after), np.concatenate(grads))]
        for a, g in groups:
            length = np.linalg.norm(g)
            assert np.linalg.norm(a) <= limit * (1 + 1e-12)
            np.testing.assert_allclose(a, g * min(1, limit / length) if length else g, rtol=1e-12, atol=1e-300)


def test_only_one_kind_of_clipping():
    with pytest.raises(ValueError, match=r"at most one of clipnorm, clipvalue and global_clipnorm; received clipnorm, clipvalue"):
        SGD(clipnorm=1.0, clipvalue=0.5)


@pytest.mark.parametrize("optimizer", [SGD(0.5, weight_decay=0.1, clipvalue=1.0), SGD(0.5, 0.9, weight_decay=0.1, clipvalue=1.0)], ids=str)
def test_first_clip_then_decay_then_update(optimizer):
    """w = 1, g = 10: clipped to 1; decay takes 0.5·0.1·1 off the weight, not off the gradient; the step takes 0.5."""
    w = Variable([1.0], dtype="float64")
    optimizer.apply([np.array([10.0])], [w])
    assert w.item() == pytest.approx(1 - 0.05 - 0.5, rel=1e-15)
    optimizer.apply([np.array([0.0])], [w])
    coasting = 0.45 if optimizer.momentum else 0.0
    assert w.item() == pytest.approx(0.45 - 0.45 * 0.05 - coasting, rel=1e-14)     # decay never enters the velocity


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
    by_variable.exclude_from_weight_decay(var_list=[kernel_1])      # and not the other one of that name
    by_variable.apply([np.zeros(1)] * 3, [kernel_1, kernel_2, bias])
    assert [v.item() for v in (kernel_1, kernel_2, bias)] == pytest.approx([0.9, 0.81, 0.9])


def test_what_is_excluded_from_decay_survives_a_copy():
    first, second = Variable([1.0], name="kernel"), Variable([1.0], name="kernel")
    optimizer = SGD(0.5, weight_decay=0.2)
    optimizer.exclude_from_weight_decay(var_list=[first])
    optimizer.build([first, second])
    for copied in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        copied.apply([np.zeros(1), np.zeros(1)])
        assert [v.item() for v in copied.variables] == pytest.approx([1.0, 0.9])
    assert first.item() == second.item() == 1.0


def test_a_variable_without_gradient_does_not_decay():
    a, b = Variable([1.0], name="a"), Variable([1.0], name="b")
    with pytest.warns(UserWarning, match="'b'"):
        SGD(0.5, weight_decay=0.2).apply([np.zeros(1), None], [a, b])
    assert a.item() == pytest.approx(0.9) and b.item() == 1.0


# --- the learning rate -----------------------------------------------------------------------------------------------


def test_get_and_set_the_learning_rate():
    optimizer = SGD(1)                                  # a whole number will do
    assert optimizer.learning_rate == optimizer.lr == 1.0 and type(optimizer.learning_rate) is float
    optimizer.learning_rate = 0.25
    assert optimizer.lr == 0.25
    optimizer.lr = np.float32(0.5)
    assert optimizer.learning_rate == 0.5 and type(optimizer.learning_rate) is float
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
    assert optimizer.learning_rate == pytest.approx(0.1 / 5)       # that of the coming step
    assert optimizer.iterations == 4                               # asking does not count


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


@pytest.mark.parametrize("rate", [np.float64(0.5), np.float32(0.5), np.array(0.5), Tensor(0.5), Tensor([0.5])[0], 1], ids=lambda r: type(r).__name__)
@pytest.mark.parametrize("cls", [SGD, Adam, RMSprop])
def test_a_schedule_may_return_any_kind_of_number(cls, rate):
    optimizer, twin = cls(lambda step: rate, weight_decay=0.1), cls(float(rate), weight_decay=0.1)
    w, v = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    optimizer.apply([np.float32([0.5, -1])], [w])
    twin.apply([np.float32([0.5, -1])], [v])
    np.testing.assert_array_equal(w.data, v.data)
    assert w.dtype == np.float32 and type(optimizer.learning_rate) is float


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), -0.1, None, "0.1"])
def test_a_schedule_that_goes_wrong_is_stopped_before_the_weights_move(rate):
    w, optimizer = Variable([1.0]), SGD(lambda step: 0.5 if step == 0 else rate, weight_decay=0.1)
    optimizer.apply([np.zeros(1)], [w])
    before = w.item()
    with pytest.raises((ValueError, TypeError), match="learning_rate must be a number"):
        optimizer.apply([np.ones(1)], [w])
    assert w.item() == before and optimizer.iterations == 1


# --- arguments of older tutorials ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [SGD, Adam, RMSprop])
def test_lr_is_understood_and_said_to_be_old(cls):
    with pytest.warns(FutureWarning, match=rf"{cls.__name__}\(lr=...\) is today written {cls.__name__}\(learning_rate=0.3\)") as record:
        optimizer = cls(lr=0.3)
    assert optimizer.learning_rate == 0.3
    assert [w.filename for w in record] == [__file__]       # it points at the caller's line


@pytest.mark.parametrize("cls", [SGD, Adam, RMSprop])
def test_decay_means_what_it_meant(cls):
    """Keras before 2022: the rate of step t = 0, 1, 2, ... is lr/(1 + decay·t)."""
    with pytest.warns(FutureWarning, match=r"learning_rate=InverseTimeDecay\(0.3, 1, 0.5\)"):
        optimizer = cls(lr=0.3, decay=0.5)
    with pytest.warns(FutureWarning, match="InverseTimeDecay"):
        same = cls(0.3, decay=0.5)
    w = Variable([0.0], dtype="float64")
    for t in range(5):
        assert optimizer.learning_rate == 0.3 / (1 + 0.5 * t)
        optimizer.apply([np.ones(1)], [w])
    if cls is SGD:
        assert w.item() == pytest.approx(-sum(0.3 / (1 + 0.5 * t) for t in range(5)), rel=1e-15)
    assert same.learning_rate == 0.3


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


def test_lr_and_learning_rate_together_are_refused():
    with pytest.raises(TypeError, match="lr"):
        SGD(learning_rate=0.5, lr=0.1)


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


@pytest.mark.parametrize("args", [(0.01, 0.9, 1e-6), (0.01, 0.9, 1e-6, True)])
def test_the_old_order_of_sgd_is_explained(args):
    with pytest.raises(TypeError, match=r"nesterov is True or False; received 1e-06.*SGD\(learning_rate=..., momentum=..., nesterov=...\)"):
        SGD(*args)


@pytest.mark.parametrize(("cls", "typed", "meant"), [
    (SGD, "Ir", "lr"), (SGD, "learningrate", "learning_rate"), (SGD, "momentun", "momentum"), (Adam, "beta1", "beta_1"),
    (Adam, "weight_dekay", "weight_decay"), (RMSprop, "eps", "epsilon"), (Adam, "clip_norm", "clipnorm")])
def test_a_mistyped_argument_is_answered_with_the_nearest(cls, typed, meant):
    with pytest.raises(TypeError, match=rf"{cls.__name__} does not know the argument '{typed}'\. Did you mean '{meant}'\?"):
        cls(**{typed: 0.1})


BAD = [-0.1, float("nan"), float("inf"), "0.1", True, [0.1]]


@pytest.mark.parametrize(("cls", "argument"), [
    (SGD, "learning_rate"), (SGD, "momentum"), (SGD, "weight_decay"), (SGD, "clipnorm"), (SGD, "clipvalue"), (SGD, "global_clipnorm"),
    (RMSprop, "rho"), (RMSprop, "momentum"), (RMSprop, "epsilon"), (Adam, "beta_1"), (Adam, "beta_2"), (Adam, "epsilon")])
@pytest.mark.parametrize("value", BAD, ids=str)
def test_bad_numbers_name_the_argument(cls, argument, value):
    with pytest.raises(ValueError, match=rf"{argument} must be a number .*; received "):
        cls(**{argument: value})


@pytest.mark.parametrize(("cls", "argument"), [(RMSprop, "rho"), (Adam, "beta_1"), (Adam, "beta_2")])
def test_means_that_never_move_are_refused(cls, argument):
    with pytest.raises(ValueError, match=rf"{argument} must be a number of at least 0 and below 1; received 1.5"):
        cls(**{argument: 1.5})


@pytest.mark.parametrize("argument", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_clipping_to_nothing_is_refused(argument):
    with pytest.raises(ValueError, match=rf"{argument} must be a number above 0; received 0"):
        SGD(**{argument: 0})


def test_numbers_of_numpy_are_numbers():
    optimizer = Adam(np.float32(0.5), beta_1=np.float64(0.5), clipnorm=np.int64(2))
    assert (optimizer.learning_rate, optimizer.beta_1, optimizer.clipnorm) == (0.5, 0.5, 2.0)


# --- Keras's road, and the naked loop's ------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [SGD, lambda lr: SGD(lr, 0.9), lambda lr: SGD(lr, 0.9, True), RMSprop, Adam,
                                  lambda lr: RMSprop(lr, 0.9, 0.5, centered=True), lambda lr: Adam(lr, amsgrad=True),
                                  lambda lr: Adam(lr, clipnorm=0.1, weight_decay=0.1), lambda lr: SGD(lr, clipvalue=0.1),
                                  lambda lr: SGD(lr, global_clipnorm=0.1)])
def test_all_roads_lead_to_the_same_weights(make):
    rng = np.random.default_rng(0)
    grads = [[rng.normal(size=(2, 3)), rng.normal(size=3)] for _ in range(3)]
    before = [[g.copy() for g in pair] for pair in grads]

    def run(road):
        variables = [Variable(np.ones((2, 3)), dtype="float64"), Variable(np.zeros(3), dtype="float64")]
        arrays, optimizer = [v.data for v in variables], make(0.1)
        for pair in grads:
            road(optimizer, pair, variables)
        assert all(v.data is a for v, a in zip(variables, arrays))       # moved in place
        assert optimizer.iterations == 3
        return [v.numpy() for v in variables]

    def naked(optimizer, pair, variables):
        optimizer.build(variables)
        for v, g in zip(variables, pair):
            ops.sum(v * g).backward()
        optimizer.step()
        assert all(v.grad is None for v in variables)

    expected = run(lambda optimizer, pair, variables: optimizer.apply(pair, variables))
    for road in (naked, lambda o, pair, variables: o.apply_gradients(zip(pair, variables)),
                 lambda o, pair, variables: o.apply([Tensor(g) for g in pair], variables),
                 lambda o, pair, variables: o.apply([g.tolist() for g in pair], variables),
                 lambda o, pair, variables: (o.build(variables), o.apply(pair))):
        for got, want in zip(run(road), expected):
            np.testing.assert_allclose(got, want, rtol=1e-6)        # lists become float32 on the way
    for pair, then in zip(grads, before):
        for g, b in zip(pair, then):
            np.testing.assert_array_equal(g, b)         # nobody changed the gradients


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
    with pytest.raises(ValueError, match=r"Adam does not know its variables yet: call optimizer.build\(model.trainable_variables\)"):
        Adam().step()


def test_step_before_backward():
    optimizer = SGD()
    optimizer.build([Variable([1.0])])
    with pytest.raises(ValueError, match=r"No variable has a gradient. Call loss.backward\(\) first"):
        optimizer.step()
    assert optimizer.iterations == 0


def test_no_gradient_for_anybody():
    w = Variable([1.0])
    for call in (lambda o: o.apply([None], [w]), lambda o: o.apply_gradients([(None, w)]), lambda o: o.apply_gradients([])):
        optimizer = SGD()
        with pytest.raises(ValueError, match="No variable has a gradient"):
            call(optimizer)
        assert optimizer.iterations == 0


def test_one_missing_gradient_is_a_warning_and_the_others_move():
    a, b = Variable([1.0], name="used"), Variable([1.0], name="left_out")
    optimizer = Adam(0.1)
    optimizer.build([a, b])
    with pytest.warns(UserWarning, match="No gradient reached 'left_out': not on a path to the loss") as record:
        ops.sum(a * 2.0).backward()
        optimizer.step()
    assert a.item() == pytest.approx(0.9) and b.item() == 1.0
    assert [w.filename for w in record] == [__file__]
    memory_a, memory_b = optimizer._memory
    assert memory_a[0].any() and not memory_b[0].any()


def test_a_frozen_variable_is_not_missed():
    a, b = Variable([1.0]), Variable([1.0])
    optimizer = SGD(0.1)
    optimizer.build([a, b])
    b.trainable = False
    ops.sum(a * b).backward()
    optimizer.step()
    assert a.item() == pytest.approx(0.9) and b.item() == 1.0


@pytest.mark.parametrize("cls", [SGD, Adam, RMSprop])
def test_a_gradient_of_the_wrong_shape_changes_nothing(cls):
    variables = [Variable([1.0, 2.0], name="good"), Variable([1.0, 2.0], name="bad")]
    optimizer = cls(0.1)
    optimizer.apply([np.ones(2), np.ones(2)], variables)
    before = [v.numpy() for v in variables], [[s.copy() for s in slots] for slots in optimizer._memory]
    with pytest.raises(ValueError, match=r"the gradient of 'bad' has shape \(2, 1\); the variable has \(2,\)"):
        optimizer.apply([np.ones(2), np.ones((2, 1))], variables)
    with pytest.raises(ValueError, match=r"received 1 gradients for 2 variables"):
        optimizer.apply([np.ones(2)], variables)
    after = [v.numpy() for v in variables], optimizer._memory
    for then, now in zip([*before[0], *sum(before[1], [])], [*after[0], *[s for slots in after[1] for s in slots]]):
        np.testing.assert_array_equal(then, now)
    assert optimizer.iterations == 1


def test_moving_a_weight_under_a_waiting_graph_is_noticed():
    w, optimizer = Variable([2.0]), SGD(0.1)
    loss = ops.sum(w * w)
    optimizer.apply([np.ones(1)], [w])
    with pytest.raises(GraphError, match="was modified in place"):
        loss.backward()


# --- one optimizer, one set of variables -----------------------------------------------------------------------------


def test_other_variables_are_refused():
    a, b = Variable([1.0]), Variable([1.0])
    optimizer = Adam()
    optimizer.build([a])
    optimizer.build([a])        # the same again is no news
    for others in ([b], [a, b], []):
        with pytest.raises(ValueError, match="already trains 1 other variables.*Make a new optimizer"):
            optimizer.build(others)
    with pytest.raises(ValueError, match="Make a new optimizer"):
        optimizer.apply([np.ones(1)] * 2, [a, b])


def small_model():
    return Sequential([layers.Dense(2, name="first", input_shape=(2,)), layers.Dense(1, name="second")])


X, Y = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32), np.arange(6.0)


def test_an_instance_serves_one_model():
    optimizer, first, second = Adam(), small_model(), small_model()
    first.compile(optimizer, "mse")
    first.fit(X, Y, verbose=0)
    second.compile(optimizer, "mse")
    before = [w.copy() for m in (first, second) for w in m.get_weights()]
    with pytest.raises(ValueError, match="already trains 4 other variables.*Make a new optimizer for another model"):
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
