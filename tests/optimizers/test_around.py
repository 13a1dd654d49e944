"""Around an update: clipping, weight decay, several batches for one, and whose variables move."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optimizer_family import FAMILY, Own, X, Y, family, small_model, some_gradients, some_variables

from minidl import Variable, set_random_seed
from minidl.optimizers import SGD, Adam, RMSprop

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
    # decay never enters the velocity
    assert w.item() == pytest.approx(0.45 - 0.45 * 0.05 - coasting, rel=1e-14)


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


# --- one optimizer, one set of variables
# ---


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


# --- several batches make one update
# ---


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


@pytest.mark.parametrize("value", [0.0, -1024, "dynamic"])
@family
def test_what_is_no_loss_scale_factor(cls, value):
    with pytest.raises(ValueError, match=r"loss_scale_factor must be a number above 0; received"):
        cls(loss_scale_factor=value)


@family
def test_apply_takes_gradients_of_the_scaled_loss(cls):
    scaled, plain = cls(0.1, loss_scale_factor=1024.0), cls(0.1)
    v, w = Variable([1.0, -2.0]), Variable([1.0, -2.0])
    assert scaled.scale_loss(3.0) == 3072.0 and plain.scale_loss(3.0) == 3.0
    for g in ([0.5, 1.0], [0.25, -2.0]):
        scaled.apply([1024.0 * np.array(g)], [v])
        plain.apply([np.array(g)], [w])
    np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-6)
