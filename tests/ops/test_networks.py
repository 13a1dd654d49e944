"""Functions of networks at large arguments."""

from functools import partial

import numpy as np
import pytest
from extreme_cases import INF, binary_ce, both_floats, leaf, softmax_ce, sparse_ce

from minidl import Tensor, check_gradients, ops
from minidl.core.derivatives import losses as fused
from minidl.core.derivatives import nonlinear, reductions

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


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_padding_may_be_in_capitals(padding):
    x, kernel = np.ones((1, 5, 5, 1)), np.ones((2, 2, 1, 1))
    for door in (partial(ops.max_pool, x, 2), partial(ops.conv_transpose, x, kernel, 2)):
        assert door(padding=padding.upper()).shape == door(padding=padding).shape
