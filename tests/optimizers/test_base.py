"""The learning rate and the counter, Keras's ways to make a step, and the naked loop's."""

import copy
import pickle

import numpy as np
import pytest
from optimizer_family import FAMILY, family

from minidl import GraphError, Sequential, Tensor, Variable, layers, ops, optimizers
from minidl.optimizers import SGD, Adam, RMSprop

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


# --- Keras's road, and the naked loop's
# ---


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
        [[s if s is None else s.copy() for s in slots] for slots in optimizer.memory],
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


# --- the counter and the rate answer as Keras's variables do
# ---


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


def test_an_optimizer_moves_some_of_its_variables():
    a, b, c = Variable([1.0]), Variable([1.0]), Variable([1.0])
    optimizer = optimizers.SGD(0.5)
    optimizer.build([a, b])
    optimizer.apply([[1.0]], [b])
    optimizer.apply_gradients([([2.0], b), ([1.0], a)])
    assert (a.item(), b.item(), optimizer.iterations) == (0.5, -0.5, 2)
    with pytest.raises(ValueError, match="already trains 2 other variables"):
        optimizer.apply([[1.0]], [c])
    assert (a.item(), b.item(), c.item()) == (0.5, -0.5, 1.0)
