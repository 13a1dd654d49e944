"""The test of the tests: check_gradients must find every planted mistake, clear what is right, and
say where to look.
"""

import re

import numpy as np
import pytest

import minidl
from minidl import Tensor, Variable, apply, check_gradients, no_grad, ops

rng = np.random.default_rng(7)
X, Y, W = rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.normal(size=(4, 4))


# --- what is right passes
# ---


def test_right_gradients_agree():
    report = check_gradients(lambda x, w: ops.tanh(x @ w), np.ones((2, 3)), np.ones((3, 4)))
    assert report and report.passed is True
    assert report.compared == 18 and report.error < 1e-7 and not report.notes
    assert repr(report).startswith("gradients agree: 18 entries compared, worst relative error ")
    assert "\n" not in repr(report)


# Σ softmax is constant: a cotangent of ones would see nothing
@pytest.mark.parametrize(
    "f, inputs",
    [
        (lambda x: (x * x).sum(), [X]),
        (lambda x: ops.softmax(x), [X]),
        (lambda x: x - x.mean(axis=0), [X]),  # so is Σ (x - mean)
        (lambda x: x, [X]),
        (lambda x: x.sum() * 0.0, [X]),
        (lambda x, y: x @ y.T + 2.0, [X, Y]),
        (lambda x: x * 1e8, [X]),
        (lambda x: x * 1e-5, [X]),
        (lambda x: x**2, [X * 1e6]),
        (lambda x: ops.log(x), [np.array([0.01, 100.0, 1e4])]),
        (lambda x: x, [np.array(3.0)]),
        (lambda x: x * 2, [np.zeros((0, 3))]),
        (lambda x: x, [np.float64(2.5)]),
        (lambda x: x * x, [2.5]),
        (lambda x: x * x, [[1.0, 2.0]]),
        (lambda x: x * x, [Tensor([1.0, 2.0])]),
        (lambda x: x[1], [X]),  # most entries have gradient 0
        (lambda x: ops.relu(x), [np.array([0.01, -0.01])]),
    ],
    ids=range(18),
)
def test_more_that_is_right(f, inputs):
    report = check_gradients(f, *inputs)
    assert report, report


def test_inputs_are_checked_in_float64_whatever_they_were():
    seen = []
    assert check_gradients(lambda x: seen.append(x.dtype) or x * x, X.astype(np.float32))
    assert set(seen) == {np.dtype(np.float64)}


def test_whole_numbers_are_passed_through():
    kinds = []

    def pick(x, rows, mask):
        kinds.append((rows.dtype.kind, mask.dtype.kind, rows.requires_grad))
        return ops.where(mask, x[rows], 0.0)

    report = check_gradients(pick, X, np.array([0, 0, 2]), np.array([[True], [False], [True]]))
    assert report and report.compared == X.size
    assert set(kinds) == {("i", "b", False)}


def test_a_layer_can_be_checked_and_is_left_as_it_was():
    layer = minidl.layers.Dense(3, activation="tanh", dtype="float64")
    layer(X)
    (layer(X) ** 2).sum().backward()
    kernel, before = layer.kernel, layer.kernel.grad.copy()
    layer.bias.zero_grad()
    values = [v.numpy() for v in layer.weights]
    assert check_gradients(lambda x: layer(x), X)
    np.testing.assert_array_equal(kernel.grad, before)
    assert layer.bias.grad is None
    for v, value in zip(layer.weights, values):
        np.testing.assert_array_equal(v.data, value)


def test_the_callers_arrays_are_left_alone():
    x = X.copy()
    x.flags.writeable = False
    t = Tensor([1.0, 2.0], requires_grad=True)
    assert check_gradients(lambda x, t: x.sum() * t, x, t)
    assert t.grad is None
    np.testing.assert_array_equal(x, X)


def test_the_check_is_repeatable():
    def f(x):
        return apply(wrong("factor"), x, Y)

    assert repr(check_gradients(f, X)) == repr(check_gradients(f, X))
    assert repr(check_gradients(f, X, seed=1)) != repr(check_gradients(f, X))


# --- planted mistakes
# ---


def wrong(mistake):
    """x·y with one mistake in one vjp."""

    def product(x, y):
        vjps = {
            "factor": lambda g: g * y * 1.001,
            "tiny factor": lambda g: g * y * (1 + 3e-4),
            "sign": lambda g: -g * y,
            "no chain": lambda g: y * 1.0,
            "other operand": lambda g: g * x,
            "constant": lambda g: g * y + 1e-3,
            "one entry": lambda g: g * y * (1 + 0.01 * (np.arange(g.size).reshape(g.shape) == 5)),
            "zero": lambda g: 0 * g,
            "nan": lambda g: g * y * np.nan,
            "one nan": lambda g: np.where(np.arange(g.size).reshape(g.shape) == 2, np.nan, g * y),
            "inf": lambda g: np.where(np.arange(g.size).reshape(g.shape) == 2, np.inf, g * y),
            "mean": lambda g: g * y / g.size,
            "absolute": lambda g: np.abs(g) * y,
            "rounded": lambda g: np.round(g * y, 2),
            "twice": lambda g: 2 * g * y,
        }
        return x * y, (vjps[mistake], lambda g: g * x)

    return product


@pytest.mark.parametrize(
    "mistake",
    [
        "factor",
        "tiny factor",
        "sign",
        "no chain",
        "other operand",
        "constant",
        "one entry",
        "zero",
        "nan",
        "one nan",
        "inf",
        "mean",
        "absolute",
        "rounded",
        "twice",
    ],
)
@pytest.mark.parametrize("position", [0, 1])
def test_a_mistake_is_caught_and_located(mistake, position):
    op = wrong(mistake)
    f = (lambda x, y: apply(op, x, y)) if position == 0 else (lambda x, y: apply(op, y, x))
    report = check_gradients(f, X, Y)
    assert not report and bool(report) is False
    assert report.worst is not None
    number, index, *_ = report.worst
    assert number == position
    assert "DISAGREE" in repr(report) and f"input {position}" in repr(report)
    if mistake == "one entry":
        assert index == (1, 1)
    if mistake in ("one nan", "inf"):
        assert index == (0, 2)


def test_a_dropped_term():
    def square_plus(x):
        return x * x + 0.01 * x, (lambda g: g * 2 * x,)

    assert not check_gradients(lambda x: apply(square_plus, x), X)


def test_a_dropped_mean_in_a_variance():
    """∂/∂x of (x - mean) forgets the mean's share: right for the sum of squares, wrong here."""

    def centred(x):
        return x - x.mean(), (lambda g: g,)

    assert not check_gradients(lambda x: apply(centred, x), X)


def test_a_transposed_gradient():
    def product(x, y):
        return x @ y, (lambda g: (g @ y.T).T, lambda g: x.T @ g)

    assert not check_gradients(lambda x, y: apply(product, x, y), W, W + 1)


def test_a_gradient_put_back_at_the_wrong_place():
    def flipped(x):
        return x[::-1], (lambda g: g,)

    assert not check_gradients(lambda x: apply(flipped, x), np.array([1.0, 2.0, 3.0]))


def test_repeated_rows_counted_once():
    def rows(x):
        def vjp(g):
            dx = np.zeros_like(x)
            dx[[0, 0, 1]] = g
            return dx

        return x[[0, 0, 1]], (vjp,)

    report = check_gradients(lambda x: apply(rows, x), X)
    assert not report and report.worst[1][0] == 0


def test_a_missing_unbroadcast_is_noticed():
    """The engine does it for every op; a vjp that does it itself, and wrongly, is seen."""

    def add(x, b):
        return x + b, (lambda g: g, lambda g: g.mean(axis=0))

    assert not check_gradients(lambda x, b: apply(add, x, b), X, np.ones(4))

    def first_row_only(x, b):
        return x + b, (lambda g: g, lambda g: g[0])

    assert not check_gradients(lambda x, b: apply(first_row_only, x, b), X, np.ones(4))


def test_a_path_cut_by_plain_numpy():
    report = check_gradients(lambda x: x * Tensor(np.exp(x.numpy())), X)
    assert not report
    report = check_gradients(lambda x, y: x * y.data, X, Y)
    assert not report and report.worst[0] == 1 and report.worst[2] == 0.0


def test_a_mistake_in_a_weight_that_is_an_input_of_a_composition():
    def mean_times_ten(x):
        return x.mean(), (lambda g: np.full(x.shape, g / 10),)

    assert not check_gradients(lambda x: ops.exp(apply(mean_times_ten, ops.sin(x))), X)


# --- large inputs are sampled
# ---


def bad_block(factor, where):
    def op(x):
        def vjp(g):
            d = g * np.cos(x)
            d[where] *= factor
            return d

        return np.sin(x), (vjp,)

    return op


BIG = rng.normal(size=(200, 300))


def test_a_large_input_is_sampled():
    calls = []
    report = check_gradients(lambda x: calls.append(1) or ops.sin(x), BIG)
    assert report, report
    assert report.compared == 101 and len(calls) < 400
    assert check_gradients(ops.sin, BIG, entries=7).compared == 8
    assert check_gradients(ops.sin, X, entries=12).compared == 12
    x, moved, furthest = np.arange(20.0), set(), []

    def f(t):
        moved.add(tuple(np.flatnonzero(t.data != x)))
        furthest.append(np.abs(t.data - x).max())
        return t * 1.0

    assert check_gradients(f, x, entries=19).compared == 20
    assert len(moved) == 19 + 2  # none twice; all at once, and none
    assert max(furthest) == pytest.approx(19e-6, rel=1e-6)  # all at once each by less


@pytest.mark.parametrize(
    "where",
    [np.s_[:20, :20], np.s_[190:, :], np.s_[5], np.s_[::2, 0], np.s_[150:155, 290:]],
    ids=str,
)
def test_an_error_in_one_block_is_caught_though_no_drawn_entry_may_lie_in_it(where):
    report = check_gradients(lambda x: apply(bad_block(2.0, where), x), BIG)
    assert not report
    assert "DISAGREE" in repr(report)


def test_a_single_wrong_entry_among_many():
    """The random direction moves all entries at once, so even one that was not drawn shows up, if
    it is wrong enough.
    """
    report = check_gradients(lambda x: apply(bad_block(-3.0, np.s_[77, 123]), x), BIG)
    assert not report
    assert "random direction" in repr(report)


# --- suspicious functions
# ---


@pytest.mark.parametrize(
    "f, x",
    [
        (ops.relu, np.array([1.0, 0.0, -1.0])),
        (ops.absolute, np.array([0.0, 1.0])),
        (lambda x: ops.maximum(x, 1.0), np.array([1.0, 2.0])),
        (lambda x: x.max(), np.array([1.0, 1.0, 0.0])),
        (lambda x: ops.clip(x, -1, 1), np.array([1.0, 0.0])),
        (lambda x: ops.leaky_relu(x), np.array([0.0])),
        (lambda x: ops.relu(x) * 1e-2, np.array([0.0])),
        (lambda x: ops.relu(x), np.array([1e-9])),
    ],
    ids=range(8),
)
def test_a_kink_is_called_a_kink(f, x):
    report = check_gradients(f, x)
    if not report:  # half of both slopes agrees with the central difference, as maximum's 0.5 does
        assert any("near a kink" in note for note in report.notes), report
        assert "move the input a little" in repr(report)
    else:
        assert report.compared == x.size


def test_relu_at_zero_is_near_a_kink():
    report = check_gradients(ops.relu, np.array([[1.0, 0.0]]))
    assert not report and "input 0[0, 1] is near a kink" in repr(report)
    assert check_gradients(ops.relu, np.array([[1.0, 0.1]]))


def test_a_wrong_gradient_of_a_smooth_function_is_not_called_a_kink():
    for mistake in ("factor", "sign", "twice", "zero"):
        assert "kink" not in repr(check_gradients(lambda x, m=mistake: apply(wrong(m), x, Y), X))


def test_randomness_is_reported():
    noise = np.random.default_rng(0)
    report = check_gradients(lambda x: x * noise.normal(), X)
    assert (
        not report
        and "different results for the same input" in repr(report)
        and "dropout" in repr(report)
    )
    dropout = minidl.layers.Dropout(0.5, seed=1, dtype="float64")
    assert not check_gradients(lambda x: dropout(x, training=True), X)
    assert check_gradients(lambda x: dropout(x, training=False), X)


def test_a_result_that_depends_on_no_input():
    for f in (
        lambda x: Tensor([1.0], dtype="float64"),
        lambda x: Tensor(x.numpy() * 2),
        lambda x: x.detach() * 2,
        lambda x: _unrecorded(x),
    ):
        report = check_gradients(f, X)
        assert not report and "does not depend on any float input" in repr(report)
    assert not check_gradients(lambda n: n * 2, np.arange(3))
    w = Variable([1.0, 2.0], dtype="float64")
    report = check_gradients(lambda x: w * x.data.sum(), X)  # depends on w alone
    assert not report


@no_grad()
def _unrecorded(x):
    return x * 2


def test_a_float32_layer_is_named():
    """Finite differences drown in float32's rounding; the report must not leave the learner
    searching for a wrong derivative.
    """
    layer = minidl.layers.Dense(2)
    report = check_gradients(lambda x: layer(x), X)
    assert not report and "float64" in repr(report) and "kink" not in repr(report)


def test_what_is_no_tensor_is_named():
    report = check_gradients(lambda x: x.numpy() * 2, X)
    assert not report and "ndarray" in repr(report) and "tensor" in repr(report)
    report = check_gradients(lambda x: x.sum().item(), X)
    assert not report and "float" in repr(report)
    assert not check_gradients(lambda x: None, X)


def test_inputs_modified_in_place_are_reported():
    def spoils(x):
        def vjp(g):
            x[...] = x * 1.0 + 1.0
            return g * 1.0

        return x * 1.0, (vjp,)

    report = check_gradients(lambda x: apply(spoils, x), X)
    assert not report and "input 0 was modified in place" in repr(report)

    def adds_into_its_input(x):
        x += 1.0
        return x * 1.0, (lambda g: g,)

    report = check_gradients(lambda x: apply(adds_into_its_input, x), X)
    assert not report


def test_nan_never_passes():
    report = check_gradients(lambda x: ops.log(x), np.array([-1.0, 2.0]))
    assert not report
    assert not check_gradients(lambda x: x / x, np.array([0.0, 1.0]))
    assert not check_gradients(ops.log, np.array([0.0, 0.0]))
    assert not check_gradients(lambda x: 1 / x, np.array([0.0, 0.0, 1.0]))


# --- the report


def test_the_report_shows_the_worst_entry_with_both_numbers():
    def op(x):
        scale = np.ones_like(x)
        scale[0, 3], scale[2, 1] = 1.01, 1.5
        return x * 2.0, (lambda g: g * 2.0 * scale,)

    report = check_gradients(lambda y, x: y * apply(op, x), np.ones((3, 4)), X)
    assert not report
    number, index, analytic, numeric = report.worst
    assert (number, index) == (1, (2, 1))
    np.testing.assert_allclose(analytic, 1.5 * numeric, rtol=1e-6)
    np.testing.assert_allclose(report.error, 1 / 3, rtol=1e-5)
    text = repr(report)
    assert text == str(report)
    found = re.search(r"worst entry: input 1\[2, 1\]: analytic (\S+), numeric (\S+)", text)
    assert found, text
    np.testing.assert_allclose(
        [float(v.rstrip(",")) for v in found.groups()], [analytic, numeric], rtol=1e-6
    )
    assert "24 entries compared" in text and "3.3e-01" in text


def test_the_report_of_a_single_number():
    report = check_gradients(lambda x: apply(wrong("twice"), x, 3.0), 2.0)
    assert "worst entry: input 0: analytic" in repr(report)


def test_tolerances_can_be_set():
    def f(x):
        return apply(wrong("factor"), x, Y)

    assert not check_gradients(f, X)
    assert check_gradients(f, X, rtol=0.01)
    assert check_gradients(f, X, atol=1.0)
    assert not check_gradients(f, X, rtol=1e-6, eps=1e-5)


def test_a_worse_entry_found_later_takes_the_place_of_the_first():
    def op(x):
        scale = np.array([1.001, 1.1, 3.0, 1.2])
        return x * 1.0, (lambda g: g * scale,)

    assert check_gradients(lambda x: apply(op, x), np.ones(4)).worst[1] == (2,)


def test_nan_is_no_change_and_no_chance():
    """A NaN stays as it is: neither written over by f, nor another result the second time."""
    x = np.array([1.0, np.nan])
    report = check_gradients(lambda x: ops.where(np.array([True, False]), x, x.detach()), x)
    assert not any("in place" in note or "different results" in note for note in report.notes)


@pytest.mark.parametrize(
    ("size", "slope", "passes"),
    [
        (1e6, 1 + 0.98e-4, True),  # rtol = 1e-4
        (1e6, 1 + 1.02e-4, False),
        (0.0, 0.98e-6, True),  # atol = 1e-6 where the right slope is 0
        (0.0, 1.02e-6, False),
    ],
)
def test_the_tolerances_by_default(size, slope, passes):
    """The loss is c·f, where c is the first number of the generator with seed 0; f divides by it."""
    c = np.random.default_rng(0).normal()

    def op(x):
        return x * (size / c), (lambda g: g * slope / c * (size or 1),)

    report = check_gradients(lambda x: apply(op, x), 1.0)
    assert bool(report) == passes
    assert report.error == pytest.approx((slope - 1) / slope if size else 1.0 - passes, rel=1e-3)


def test_the_step_is_a_millionth_of_the_entry_and_a_millionth_at_least():
    near = [(0.0, 0.9e-6), (0.5, 0.5 - 0.9e-6), (100.0, 100 - 0.9e-4)]
    for at, kink in [*near, (0.0, 1.1e-6), (100.0, 100 + 1.1e-4)]:
        report = check_gradients(lambda x, kink=kink: ops.absolute(x - kink), at)
        assert bool(report) != ((at, kink) in near), (at, kink)
        assert ("near a kink" in repr(report)) == ((at, kink) in near)
