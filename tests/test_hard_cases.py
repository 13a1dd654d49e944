"""Hard cases: huge and tiny numbers, infinities, NaN, kinks, empty arrays. Right or a clear error;
no RuntimeWarning ever.

Warnings are errors in this test run, so every case also shows that NumPy had nothing to complain
about.
"""

import numpy as np
import pytest

from minidl import Tensor, Variable, apply, check_gradients, losses, no_grad, ops
from minidl.core.derivatives import losses as fused
from minidl.core.derivatives import nonlinear, reductions

INF, NAN = np.inf, np.nan


def leaf(value, dtype=np.float64):
    return Tensor(np.asarray(value, dtype=dtype), requires_grad=True)


def gradient(f, value, dtype=np.float64):
    x = leaf(value, dtype)
    f(x).sum().backward()
    assert x.grad.shape == x.shape and x.grad.dtype == x.dtype
    return x.grad


def softmax_ce(x, targets):
    return apply(fused.softmax_cross_entropy, x, targets=np.asarray(targets, x.dtype))


def sparse_ce(x, labels):
    return apply(fused.sparse_softmax_cross_entropy, x, labels=np.asarray(labels))


def binary_ce(x, targets):
    return apply(fused.sigmoid_cross_entropy, x, targets=np.asarray(targets, x.dtype))


both_floats = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


# --- cross-entropies of extreme logits
# -------------------------------------------------------------------------------------


@both_floats
@pytest.mark.parametrize(
    "logits, label, loss, p",
    [
        ([1e4, 0.0, -1e4], 0, 0.0, [1, 0, 0]),
        ([1e4, 0.0, -1e4], 1, 1e4, [1, 0, 0]),
        ([1e4, 0.0, -1e4], 2, 2e4, [1, 0, 0]),
        ([-1e4, -1e4, -1e4], 1, np.log(3), [1 / 3] * 3),
        ([1e4, 1e4, 1e4], 1, np.log(3), [1 / 3] * 3),
        ([0.0, 0.0, 0.0], 2, np.log(3), [1 / 3] * 3),
        ([-INF, 0.0, 0.0], 1, np.log(2), [0, 0.5, 0.5]),
        ([-INF, 0.0, -INF], 1, 0.0, [0, 1, 0]),
        ([-INF, 0.0, 0.0], 0, INF, [0, 0.5, 0.5]),
        ([3e38, -3e38, 0.0], 1, None, [1, 0, 0]),
        ([1e-30, 0.0, 0.0], 0, np.log(3), [1 / 3] * 3),
        ([7.0], 0, 0.0, [1]),
    ],
)
def test_softmax_cross_entropy_at_the_extremes(dtype, logits, label, loss, p):
    """The gradient is p - y, whatever the size of the logits."""
    y = np.eye(len(logits))[label]
    for f in (
        lambda x: sparse_ce(x, [label]),
        lambda x: softmax_ce(x, [y]),
        lambda x: -(ops.log_softmax(x)[:, label]),
    ):
        x = leaf([logits], dtype)
        z = f(x)
        if loss is not None:
            np.testing.assert_allclose(z.data, [loss], rtol=1e-6, atol=1e-7)
        z.sum().backward()
        np.testing.assert_allclose(x.grad, [np.array(p) - y], atol=1e-6)
    np.testing.assert_allclose(
        apply(nonlinear.softmax, Tensor(np.array([logits], dtype))).data, [p], atol=1e-6
    )


@both_floats
def test_log_softmax_of_huge_numbers(dtype):
    z = ops.log_softmax(Tensor(np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -2e4]], dtype)))
    np.testing.assert_allclose(
        z.data, [[0.0, -1e4, -2e4], [-np.log(2), -np.log(2), -1e4 - np.log(2)]], rtol=1e-6
    )
    assert ops.log_softmax(Tensor(np.array([[-INF, 0.0]], dtype))).tolist() == [[-INF, 0.0]]


def test_targets_of_zero_at_a_logit_of_minus_infinity_count_nothing():
    x = leaf([[-INF, 0.0, 1.0]])
    z = softmax_ce(x, [[0.0, 0.0, 1.0]])
    np.testing.assert_allclose(z.data, [np.log1p(np.exp(-1))])
    z.sum().backward()
    assert np.isfinite(x.grad).all()


@both_floats
@pytest.mark.parametrize(
    "logit, target, loss, slope",
    [
        (1000.0, 0, 1000.0, 1),
        (1000.0, 1, 0.0, 0),
        (-1000.0, 1, 1000.0, -1),
        (-1000.0, 0, 0.0, 0),
        (0.0, 0.5, np.log(2), 0),
        (1e30, 0, 1e30, 1),
        (-1e30, 1, 1e30, -1),
        (100.0, 1, 0.0, 0),
        (-100.0, 1, 100.0, -1),
        (40.0, 1, np.exp(-40.0), -np.exp(-40.0)),
    ],
)
def test_binary_cross_entropy_at_the_extremes(dtype, logit, target, loss, slope):
    x = leaf([logit], dtype)
    z = binary_ce(x, [target])
    np.testing.assert_allclose(z.data, [loss], rtol=1e-6, atol=1e-30)
    z.sum().backward()
    np.testing.assert_allclose(x.grad, [slope], rtol=1e-6, atol=1e-7)


def test_the_losses_remember_the_logits_behind_saturated_probabilities():
    """softmax and sigmoid give exactly 0 and 1 here; the loss still says how wrong it is, and its
    gradient does not die.
    """
    x = leaf([[1000.0, 0.0]])
    loss = losses.SparseCategoricalCrossentropy()([1], ops.softmax(x))
    np.testing.assert_allclose(loss.item(), 1000.0)
    loss.backward()
    np.testing.assert_allclose(x.grad, [[1.0, -1.0]])
    x = leaf([[1000.0, 0.0]])
    np.testing.assert_allclose(
        losses.CategoricalCrossentropy()([[0.0, 1.0]], ops.softmax(x)).item(), 1000.0
    )
    b = leaf([[-1000.0]])
    loss = losses.BinaryCrossentropy()([[1.0]], ops.sigmoid(b))
    np.testing.assert_allclose(loss.item(), 1000.0)
    loss.backward()
    np.testing.assert_allclose(b.grad, [[-1.0]])
    with no_grad():
        np.testing.assert_allclose(
            losses.BinaryCrossentropy()([[1.0]], ops.sigmoid(Tensor([[-1000.0]]))).item(), 1000.0
        )


def test_probabilities_that_were_changed_do_not_go_by_their_old_logits():
    p = ops.softmax(Tensor([[5.0, -5.0]]))
    p.data = np.array([[0.5, 0.5]])
    np.testing.assert_allclose(
        losses.SparseCategoricalCrossentropy()([1], p).item(), np.log(2), rtol=1e-5
    )
    p = ops.sigmoid(Tensor([[5.0]]))
    p.data *= 0.5
    np.testing.assert_allclose(
        losses.BinaryCrossentropy()([[1.0]], p).item(), -np.log(0.5 / (1 + np.exp(-5))), rtol=1e-5
    )


def test_logits_that_changed_after_the_probabilities_were_made():
    """An error or the loss of the probabilities that were seen, never that of others."""
    w = Variable([[0.0, 0.0]])
    p = ops.softmax(w)
    w.assign([[50.0, -50.0]])
    try:
        loss = losses.SparseCategoricalCrossentropy()([1], p)
        np.testing.assert_allclose(loss.item(), np.log(2), rtol=1e-5)
        loss.backward()
    except RuntimeError as refusal:
        assert "modified in place" in str(refusal)


def test_who_remembers_logits():
    x = leaf([[1.0, 2.0], [3.0, 5.0]])
    for p, kind in (
        (ops.softmax(x), "softmax"),
        (ops.sigmoid(x), "sigmoid"),
        (ops.softmax(x, axis=1), "softmax"),
    ):
        found, source = p.logits()
        assert found == kind and source is x
    for other in (
        x,
        ops.softmax(x, axis=0),
        ops.log_softmax(x),
        ops.tanh(x),
        ops.softmax(x) * 1.0,
        ops.softmax(x)[:1],
        ops.softmax(x).detach(),
        Tensor([0.5]),
    ):
        assert other.logits() is None
    with no_grad():
        kind, source = ops.softmax(x).logits()
        np.testing.assert_array_equal(source.data, x.data)
        assert not source.requires_grad  # what no_grad cut stays cut


def test_plain_arrays_of_probabilities_0_and_1_give_finite_losses():
    for loss, y, p in (
        (losses.BinaryCrossentropy(), [[1.0], [0.0]], [[0.0], [1.0]]),
        (losses.CategoricalCrossentropy(), [[1.0, 0.0]], [[0.0, 1.0]]),
        (losses.SparseCategoricalCrossentropy(), [0], [[0.0, 1.0]]),
    ):
        value = loss(np.array(y), np.array(p)).item()
        assert np.isfinite(value) and 15 < value < 17  # -ln 1e-7


# --- saturating functions
# ---


@both_floats
@pytest.mark.parametrize(
    "f, x, y, slope",
    [
        (ops.sigmoid, [1000.0, -1000.0, INF, -INF], [1, 0, 1, 0], [0, 0, 0, 0]),
        (ops.tanh, [1000.0, -1000.0, INF, -INF], [1, -1, 1, -1], [0, 0, 0, 0]),
        (ops.softplus, [1000.0, -1000.0, -INF], [1000.0, 0, 0], [1, 0, 0]),
        (ops.relu, [1e38, -1e38, -INF], [1e38, 0, 0], [1, 0, 0]),
        (lambda x: ops.threshold(x, 1.0), [1e38, -1e38, -INF], [1e38, 0, 0], [1, 0, 0]),
        (ops.elu, [1e38, -1e38, -INF], [1e38, -1, -1], [1, 0, 0]),
        (ops.leaky_relu, [1e30, -1e30], [1e30, -2e29], [1, 0.2]),
        (ops.exp, [-1e5, -INF], [0, 0], [0, 0]),
        (ops.expm1, [-1e5, -INF], [-1, -1], [0, 0]),
        (ops.log1p, [1e38], [np.log(1e38)], [1e-38]),
        (lambda x: ops.clip(x, -1, 1), [1e38, -1e38, INF], [1, -1, 1], [0, 0, 0]),
        (lambda x: x**2, [1e-30, 0.0], [0, 0], [2e-30, 0]),
        (ops.sqrt, [1e38, 0.0, INF], [1e19, 0, INF], [5e-20, 0, 0]),
        (ops.absolute, [INF, -INF, -0.0], [INF, INF, 0], [1, -1, 0]),
    ],
)
def test_large_arguments(dtype, f, x, y, slope):
    t = leaf(x, dtype)
    z = f(t)
    np.testing.assert_allclose(z.data, y, rtol=2e-6, atol=1e-37)
    z.sum().backward()
    np.testing.assert_allclose(t.grad, slope, rtol=2e-6, atol=1e-37)


@both_floats
@pytest.mark.parametrize(
    "f",
    [
        lambda x: nonlinear.sigmoid(x),
        lambda x: nonlinear.tanh(x),
        lambda x: nonlinear.softplus(x),
        lambda x: nonlinear.elu(x),
        lambda x: nonlinear.softmax(x),
        lambda x: nonlinear.log_softmax(x),
        lambda x: fused.softmax_cross_entropy(x, targets=np.eye(2, 4, dtype=x.dtype)),
        lambda x: nonlinear.relu(x),
        lambda x: fused.sparse_softmax_cross_entropy(x, labels=np.array([3, 0])),
        lambda x: fused.sigmoid_cross_entropy(x, targets=np.ones_like(x)),
        lambda x: reductions.logsumexp(x, axis=1),
        lambda x: nonlinear.leaky_relu(x),
    ],
    ids=range(12),
)
def test_the_stable_forms_do_not_overflow_on_the_way(dtype, f):
    """Called on plain arrays, where nothing hides NumPy's warnings, forward and backward."""
    x = np.array([[1e4, -1e4, 500.0, -500.0], [0.0, 1e4, -1e4, 1e4]], dtype)
    z, (vjp,) = f(x)
    assert np.isfinite(z).all() and np.isfinite(vjp(np.ones_like(z))).all()


@both_floats
def test_overflow_is_infinity_without_a_warning(dtype):
    big = leaf([1e300 if dtype == np.float64 else 1e38], dtype)
    for f in (
        ops.exp,
        lambda x: x * x * x,
        lambda x: x**3,
        lambda x: x / 1e-300,
        lambda x: x * 1e300 * 1e300,
        ops.expm1,
        lambda x: x.reshape(1, 1) @ x.reshape(1, 1),
    ):
        z = f(big)
        assert np.isposinf(z.data).all()
        z.sum().backward()
    assert np.isposinf((Tensor(np.ones(2, np.float16)) * 1e6).data).all()
    x = leaf([1e30], np.float32)
    (x * 1e30 * 1e30).sum().backward()
    assert np.isposinf(x.grad).all()


def test_division_by_zero_without_a_warning():
    x, y = leaf([1.0, -1.0, 0.0]), leaf([0.0, 0.0, 0.0])
    z = x / y
    np.testing.assert_array_equal(z.data, [INF, -INF, NAN])
    z.sum().backward()
    assert (
        ops.log(Tensor([0.0])).item() == -INF
        and np.isnan(ops.log(Tensor([-1.0])).item())
        and np.isnan(ops.sqrt(Tensor([-1.0])).item())
    )


@both_floats
@pytest.mark.parametrize("scale", [1e-25, 1e25, 1e-18, 1e18, 1.0])
def test_the_gradient_of_a_quotient_does_not_overflow_on_the_way(dtype, scale):
    """∂(x/y)/∂y = -x/y²: computed as (x/y)/y it fits where y² does not."""
    x, y = leaf([scale, 2 * scale], dtype), leaf([scale, scale], dtype)
    (x / y).sum().backward()
    np.testing.assert_allclose(y.grad, np.array([-1.0, -2.0]) / scale, rtol=1e-5)
    np.testing.assert_allclose(x.grad, np.array([1.0, 1.0]) / scale, rtol=1e-5)


# --- kinks and singular points
# ---


def test_square_root_norm_and_std_at_zero_have_gradient_zero():
    np.testing.assert_array_equal(gradient(ops.sqrt, [0.0, 4.0]), [0.0, 0.25])
    np.testing.assert_array_equal(gradient(ops.norm, [0.0, 0.0]), [0.0, 0.0])
    np.testing.assert_allclose(
        gradient(lambda x: ops.norm(x, axis=1), [[0.0, 0.0], [3.0, 4.0]]),
        [[0.0, 0.0], [0.6, 0.8]],
        rtol=1e-14,
    )
    np.testing.assert_array_equal(
        gradient(lambda x: x.std(axis=0), [[1.0, 2.0], [1.0, 2.0]]), np.zeros((2, 2))
    )
    np.testing.assert_array_equal(gradient(lambda x: x.std(), [5.0]), [0.0])
    np.testing.assert_array_equal(gradient(lambda x: x.var(axis=0), [[1.0, 2.0]]), [[0.0, 0.0]])


def test_normalising_a_zero_vector_with_a_floor():
    x = leaf([[0.0, 0.0], [3.0, 4.0]])
    (x / ops.maximum(ops.norm(x, axis=1, keepdims=True), 1e-6)).sum().backward()
    assert np.isfinite(x.grad).all()


def test_powers_at_zero_and_of_negative_bases():
    assert (leaf(0.0) ** 0.0).item() == 1.0
    np.testing.assert_array_equal(gradient(lambda x: x**0, [0.0, 2.0, -2.0]), [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(gradient(lambda x: x**1, [0.0, -3.0]), [1.0, 1.0])
    np.testing.assert_array_equal(gradient(lambda x: x**3, [0.0, -2.0]), [0.0, 12.0])
    np.testing.assert_array_equal(gradient(lambda x: x**-1, [-2.0, 4.0]), [-0.25, -0.0625])
    y = leaf([2.0, 3.0, 0.0])
    (Tensor(np.array([-2.0, 0.0, 0.0])) ** y).sum().backward()
    # of a negative x only some powers are real: there is no slope
    np.testing.assert_array_equal(y.grad, [np.nan, 0.0, 0.0])
    assert np.isnan((leaf(-8.0) ** (1 / 3)).item())


SAFE = {
    "sqrt": (lambda x: ops.where(x > 0, ops.sqrt(x), 0.0), [-1.0, 0.0, 4.0], [0.0, 0.0, 0.25]),
    "log": (lambda x: ops.where(x > 0, ops.log(x), 0.0), [-1.0, 0.0, 4.0], [0.0, 0.0, 0.25]),
    "1/x": (lambda x: ops.where(x != 0, 1 / x, 0.0), [0.0, 2.0], [0.0, -0.25]),
    "x/x": (lambda x: ops.where(x != 0, x / x, 1.0), [0.0, 2.0], [0.0, 0.0]),
    "x·(1/x)": (lambda x: ops.where(x != 0, x * (1 / x), 1.0), [0.0, 2.0], [0.0, 0.0]),
    "p·ln p": (lambda p: ops.where(p > 0, p * ops.log(p), 0.0), [0.0, 0.5], [0.0, 1 + np.log(0.5)]),
    "p·ln p, with -": (
        lambda p: ops.where(p > 0, -(ops.log(p) * p), 0.0),
        [0.0, 0.5],
        [0.0, -1 - np.log(0.5)],
    ),
    "power": (lambda x: ops.where(x > 0, x**0.5, 0.0), [0.0, 4.0], [0.0, 0.25]),
    "power of a negative": (lambda x: ops.where(x > 0, x**1.5, 0.0), [-4.0, 4.0], [0.0, 3.0]),
    "exp": (lambda x: ops.where(x < 100, ops.exp(x), 0.0), [1e4, 0.0], [0.0, 1.0]),
    "exp times x": (lambda x: ops.where(x < 100, x * ops.exp(x), 0.0), [1e4, 0.0], [0.0, 1.0]),
    "square": (lambda x: ops.where(abs(x.data) < 1e200, x**2, 0.0), [INF, 3.0], [0.0, 6.0]),
    "sin": (lambda x: ops.where(np.isfinite(x), ops.sin(x), 0.0), [INF, 0.0], [0.0, 1.0]),
    "cos": (lambda x: ops.where(np.isfinite(x), ops.cos(x), 0.0), [INF, np.pi / 2], [0.0, -1.0]),
    "expm1": (lambda x: ops.where(x < 100, ops.expm1(x), 0.0), [1e4, 0.0], [0.0, 1.0]),
    "log1p": (lambda x: ops.where(x > -1, ops.log1p(x), 0.0), [-1.0, 1.0], [0.0, 0.5]),
    "the other branch": (lambda x: ops.where(x <= 0, 0.0, ops.log(x)), [0.0, 2.0], [0.0, 0.5]),
    "sin(x)/x": (lambda x: ops.where(x != 0, ops.sin(x) / x, 1.0), [0.0, np.pi], [0.0, -1 / np.pi]),
    "division by an empty row's norm": (
        lambda x: ops.where(x != 0, x / ops.norm(x), 0.0),
        [0.0, 0.0],
        [0.0, 0.0],
    ),
}


@pytest.mark.parametrize("name", SAFE)
def test_a_branch_that_where_threw_away_sends_no_nan_back(name):
    f, x, expected = SAFE[name]
    z = f(leaf(x))
    assert np.isfinite(z.data).all()
    np.testing.assert_allclose(gradient(f, x), expected, rtol=1e-12, atol=1e-15)


def test_ties_share_evenly():
    np.testing.assert_allclose(
        gradient(lambda x: x.max(), [2.0, 2.0, 1.0, 2.0]), [1 / 3, 1 / 3, 0, 1 / 3]
    )
    np.testing.assert_allclose(
        gradient(lambda x: x.min(axis=0), [[1.0, 5.0], [1.0, 4.0]]), [[0.5, 0.0], [0.5, 1.0]]
    )
    np.testing.assert_allclose(gradient(lambda x: x.max(), np.zeros((2, 2))), np.full((2, 2), 0.25))
    x, y = leaf([1.0, 2.0]), leaf([1.0, 1.0])
    ops.maximum(x, y).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.5, 1.0])
    np.testing.assert_array_equal(y.grad, [0.5, 0.0])
    assert x.grad.sum() + y.grad.sum() == 2.0  # nothing is counted twice or lost
    np.testing.assert_allclose(gradient(lambda x: x.max(), [INF, INF, 0.0]), [0.5, 0.5, 0.0])
    np.testing.assert_allclose(gradient(lambda x: x.max(axis=1), [[-INF, -INF]]), [[0.5, 0.5]])


def test_products_with_zeros():
    np.testing.assert_array_equal(gradient(lambda x: x.prod(), [2.0, 0.0, 5.0]), [0.0, 10.0, 0.0])
    np.testing.assert_array_equal(gradient(lambda x: x.prod(), [0.0, 0.0, 5.0]), [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(
        gradient(lambda x: x.prod(axis=0), [[1.0, 0.0], [3.0, 4.0]]), [[3.0, 4.0], [1.0, 0.0]]
    )


def test_logsumexp_at_the_extremes():
    z = apply(
        reductions.logsumexp,
        Tensor(np.array([[1e4, 1e4], [-1e4, -1e4], [-INF, 0.0], [-INF, -INF], [INF, 0.0]])),
        axis=1,
    )
    np.testing.assert_allclose(z.data, [1e4 + np.log(2), -1e4 + np.log(2), 0.0, -INF, INF])
    np.testing.assert_allclose(
        gradient(lambda x: ops.logsumexp(x, axis=1), [[1e4, 1e4], [-INF, 0.0]]),
        [[0.5, 0.5], [0.0, 1.0]],
    )


# --- NaN goes on, it does not vanish
# ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        ops.relu,
        ops.threshold,
        ops.sigmoid,
        ops.tanh,
        ops.softplus,
        ops.elu,
        ops.leaky_relu,
        ops.exp,
        ops.log,
        ops.sqrt,
        ops.absolute,
        ops.square,
        ops.sin,
        lambda x: x + 1,
        lambda x: x * 0,
        lambda x: x / 2,
        lambda x: -x,
        lambda x: x**2,
        lambda x: ops.maximum(x, 0.0),
        lambda x: ops.minimum(x, 0.0),
        lambda x: ops.clip(x, 0, 1),
        lambda x: x.sum(),
        lambda x: x.mean(),
        lambda x: x.max(),
        lambda x: x.min(),
        lambda x: x.prod(),
        lambda x: x.var(),
        lambda x: x.std(),
        ops.logsumexp,
        lambda x: ops.softmax(x),
        lambda x: ops.log_softmax(x),
        lambda x: x @ np.zeros((3, 2)),
        lambda x: x.cumsum()[-1],
    ],
    ids=range(33),
)
def test_nan_propagates(f):
    z = f(leaf([0.0, NAN, 1.0]))
    assert np.isnan(z.data).any()
    z.sum().backward()


def test_a_nan_in_one_row_stays_in_that_row():
    x = leaf([[1.0, NAN], [1.0, 2.0]])
    ops.softmax(x).max(axis=1).sum().backward()
    assert np.isnan(x.grad[0]).all() and np.isfinite(x.grad[1]).all()
    np.testing.assert_array_equal(np.isnan(ops.mean(x, axis=1).data), [True, False])


# --- nothing at all
# ---


@pytest.mark.parametrize(
    "f, shape",
    [
        (lambda x: x.sum(), ()),
        (lambda x: x.sum(axis=0), (3,)),
        (lambda x: x.sum(axis=1), (0,)),
        (lambda x: x.prod(), ()),
        (lambda x: x.prod(axis=1), (0,)),
        (lambda x: x.mean(axis=1), (0,)),
        (lambda x: x.max(axis=1), (0,)),
        (lambda x: x.var(axis=1), (0,)),
        (lambda x: ops.softmax(x), (0, 3)),
        (lambda x: ops.log_softmax(x), (0, 3)),
        (lambda x: ops.logsumexp(x, axis=1), (0,)),
        (lambda x: ops.relu(x), (0, 3)),
        (lambda x: x @ np.ones((3, 2)), (0, 2)),
        (lambda x: np.ones((4, 0)) @ x, (4, 3)),
        (lambda x: ops.dense(x, np.ones((3, 2)), np.ones(2)), (0, 2)),
        (lambda x: x * 2 + 1, (0, 3)),
        (lambda x: x.T, (3, 0)),
        (lambda x: x.reshape(3, 0), (3, 0)),
        (lambda x: x[:, 1], (0,)),
        (lambda x: ops.concatenate([x, np.ones((2, 3))]), (2, 3)),
        (lambda x: x.cumsum(axis=0), (0, 3)),
        (lambda x: ops.pad(x, ((1, 1), (0, 0))), (2, 3)),
        (lambda x: ops.where(np.zeros((0, 3), bool), x, 0.0), (0, 3)),
        (lambda x: ops.maximum(x, 0.0), (0, 3)),
        (lambda x: ops.norm(x, axis=1), (0,)),
        (lambda x: softmax_ce(x, np.zeros((0, 3))), (0,)),
        (lambda x: sparse_ce(x, np.zeros(0, int)), (0,)),
        (lambda x: binary_ce(x, np.zeros((0, 3))), (0, 3)),
        (lambda x: ops.flip(x), (0, 3)),
        (lambda x: ops.stack([x, x]), (2, 0, 3)),
    ],
    ids=range(30),
)
def test_an_empty_batch(f, shape):
    x = leaf(np.zeros((0, 3)))
    z = f(x)
    assert z.shape == shape
    z.backward(gradient=np.ones(shape))
    assert x.grad.shape == (0, 3) and type(x.grad) is np.ndarray


def test_an_empty_sum_is_0_and_an_empty_product_1():
    assert leaf(np.zeros(0)).sum().item() == 0.0 and leaf(np.zeros(0)).prod().item() == 1.0
    np.testing.assert_array_equal(leaf(np.zeros((0, 2))).sum(axis=0).data, [0.0, 0.0])


@pytest.mark.parametrize(
    "f, phrase",
    [
        (lambda x: x.mean(), "mean() of an empty array"),
        (lambda x: x.mean(axis=0), "shape (0, 3) has nothing along axis 0"),
        (lambda x: x.var(), "var() of an empty"),
        (lambda x: x.std(axis=0), "empty"),
        (lambda x: x.max(), "zero-size|empty"),
        (lambda x: x.min(axis=0), "zero-size|empty"),
        (lambda x: x.argmax(), "empty"),
        (lambda x: ops.logsumexp(x), "zero-size|empty"),
        (lambda x: ops.concatenate([]), "at least one"),
        (lambda x: ops.stack([]), "at least one"),
    ],
    ids=range(10),
)
def test_the_mean_of_nothing_is_an_error_not_a_nan(f, phrase):
    with pytest.raises(ValueError) as error:
        f(leaf(np.zeros((0, 3))))
    assert any(p in str(error.value) for p in phrase.split("|")), error.value


@pytest.mark.parametrize(
    "loss, y, p",
    [
        (losses.MeanSquaredError, np.zeros((0, 2)), np.zeros((0, 2))),
        (losses.MeanAbsoluteError, np.zeros((0, 2)), np.zeros((0, 2))),
        (losses.BinaryCrossentropy, np.zeros((0, 1)), np.zeros((0, 1))),
        (losses.CategoricalCrossentropy, np.zeros((0, 3)), np.zeros((0, 3))),
        (losses.SparseCategoricalCrossentropy, np.zeros(0, int), np.zeros((0, 3))),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_the_loss_of_an_empty_batch_says_so(loss, y, p):
    with pytest.raises(ValueError, match="empty"):
        loss()(y, p)


# --- precision


def test_small_numbers_keep_their_digits():
    x = np.array([1e-12, -1e-12, 1e-9])
    np.testing.assert_allclose(ops.expm1(Tensor(x)).data, x + x * x / 2, rtol=1e-15)
    np.testing.assert_allclose(ops.log1p(Tensor(x)).data, x - x * x / 2, rtol=1e-15)
    np.testing.assert_allclose(
        ops.softplus(Tensor(np.array([-40.0]))).data, np.exp(-40.0), rtol=1e-14
    )
    np.testing.assert_allclose(
        ops.sigmoid(Tensor(np.array([-40.0]))).data, np.exp(-40.0), rtol=1e-14
    )
    np.testing.assert_allclose(ops.elu(Tensor(np.array([-1e-12]))).data, -1e-12, rtol=1e-10)
    np.testing.assert_allclose(
        ops.log_softmax(Tensor(np.array([[40.0, 0.0]]))).data[0, 0],
        -np.exp(-40.0),
        rtol=1e-6,
        atol=1e-16,
    )


def test_the_variance_of_large_numbers_is_not_lost():
    """E[x²] - E[x]² would give 0 or less here."""
    x = np.array([1e8, 1e8 + 1, 1e8 + 2])
    np.testing.assert_allclose(Tensor(x).var().item(), 2 / 3, rtol=1e-9)
    small = np.array([1e4, 1e4 + 1, 1e4 + 2], np.float32)
    np.testing.assert_allclose(Tensor(small).var().item(), 2 / 3, rtol=1e-5)
    np.testing.assert_allclose(gradient(lambda x: x.var(), x), 2 * (x - x.mean()) / 3, rtol=1e-9)


def test_means_of_half_precision_do_not_overflow_on_the_way():
    assert Tensor(np.full(1000, 100, np.float16)).mean().item() == 100.0
    assert Tensor(np.full((10, 1000), 100, np.float16)).mean(axis=1).tolist() == [100.0] * 10
    np.testing.assert_allclose(
        gradient(lambda x: x.mean(), np.full(1000, 100), np.float16),
        np.full(1000, 0.001),
        rtol=1e-2,
    )


def test_sums_of_many_float32_numbers():
    x = np.full(1_000_000, 0.1, np.float32)
    np.testing.assert_allclose(Tensor(x).sum().item(), 1e5, rtol=1e-5)
    np.testing.assert_allclose(Tensor(x).mean().item(), 0.1, rtol=1e-5)


@pytest.mark.parametrize(
    "f", [lambda x: ops.softmax(x), lambda x: ops.log_softmax(x)], ids=["softmax", "log_softmax"]
)
def test_adding_a_constant_to_logits_changes_nothing(f):
    x = np.random.default_rng(0).normal(size=(4, 5))
    for shift in (-1e3, 1e3, 1e6):
        np.testing.assert_allclose(
            f(Tensor(x + shift)).data, f(Tensor(x)).data, rtol=1e-8, atol=1e-9
        )


def test_probabilities_sum_to_one():
    x = np.random.default_rng(0).normal(size=(100, 10)).astype(np.float32) * 50
    p = ops.softmax(Tensor(x)).data
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-5)
    assert (p >= 0).all() and (p <= 1).all()
    s = ops.sigmoid(Tensor(x)).data
    np.testing.assert_allclose(s + ops.sigmoid(Tensor(-x)).data, 1, rtol=1e-6)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: softmax_ce(x, np.eye(3)),
        lambda x: sparse_ce(x, [0, 1, 2]),
        lambda x: binary_ce(x, np.eye(3)),
        ops.softplus,
        lambda x: ops.softmax(x),
        lambda x: ops.log_softmax(x),
        lambda x: ops.logsumexp(x, axis=1),
    ],
    ids=range(7),
)
def test_gradients_hold_with_large_logits(f):
    x = np.array([[30.0, -30.0, 0.5], [-20.0, 20.0, 1.0], [5.0, 5.5, -40.0]])
    assert check_gradients(f, x)


# --- memory layouts
# ---


@pytest.mark.parametrize(
    "layout", ["fortran", "reversed", "strided", "broadcast", "read-only", "big-endian"]
)
def test_any_memory_layout_will_do(layout):
    base = np.random.default_rng(0).normal(size=(4, 6))
    a = {
        "fortran": np.asfortranarray(base),
        "reversed": base[::-1, ::-1],
        "strided": np.repeat(base, 2, axis=1)[:, ::2],
        "broadcast": np.broadcast_to(base[0], (4, 6)),
        "read-only": base.copy(),
        "big-endian": base.astype(">f8"),
    }[layout]
    if layout == "read-only":
        a.flags.writeable = False
    x, twin = leaf(a), leaf(np.array(a, dtype=float, order="C"))
    for t in (x, twin):
        (ops.softmax(t @ t.T) * t[:, :4]).sum().backward()
    np.testing.assert_allclose(x.grad, twin.grad, rtol=1e-12)
    w = Variable(a)
    w.assign(w.numpy() + 1)
    np.testing.assert_allclose(w.data, a + 1, rtol=1e-6)
