"""Fused ops and what they replace: naive twins with the same numbers."""

import numpy as np
import pytest
from derivative_rows_of_arrays import naive_softmax
from derivative_samples import away_from_zero, distinct, normal, positive, probabilities

from minidl import Tensor, apply, ops
from minidl.core.derivatives import arithmetic, nonlinear
from minidl.core.derivatives import losses as fused

one_hot = np.eye(4)[[0, 3, 1]]
labels = np.array([0, 3, 1])
shares = probabilities(3, 4)
TWINS = {
    "dense": (
        lambda x, w, b: ops.dense(x, w, b),
        lambda x, w, b: x @ w + b,
        normal(5, 3),
        normal(3, 2),
        normal(2),
    ),
    "dense without bias": (
        lambda x, w: ops.dense(x, w),
        lambda x, w: x @ w,
        normal(2, 5, 3),
        normal(3, 2),
    ),
    "softmax": (
        lambda x: ops.softmax(x),
        lambda x: ops.exp(x) / ops.exp(x).sum(-1, keepdims=True),
        normal(3, 4),
    ),
    "softmax on axis 0": (
        lambda x: ops.softmax(x, 0),
        lambda x: ops.exp(x) / ops.exp(x).sum(0, keepdims=True),
        normal(3, 4),
    ),
    "log_softmax": (lambda x: ops.log_softmax(x), lambda x: ops.log(ops.softmax(x)), normal(3, 4)),
    "logsumexp": (
        lambda x: ops.logsumexp(x, axis=1),
        lambda x: ops.log(ops.exp(x).sum(1)),
        normal(3, 4),
    ),
    "softmax cross-entropy": (
        lambda x: apply(fused.softmax_cross_entropy, x, targets=one_hot),
        lambda x: -(one_hot * ops.log(ops.softmax(x))).sum(-1),
        normal(3, 4),
    ),
    "softmax cross-entropy of shares": (
        lambda x: apply(fused.softmax_cross_entropy, x, targets=shares),
        lambda x: -(shares * ops.log(ops.softmax(x))).sum(-1),
        normal(3, 4),
    ),
    "sparse softmax cross-entropy": (
        lambda x: apply(fused.sparse_softmax_cross_entropy, x, labels=labels),
        lambda x: -ops.log(ops.softmax(x))[np.arange(3), labels],
        normal(3, 4),
    ),
    "sparse and one-hot": (
        lambda x: apply(fused.sparse_softmax_cross_entropy, x, labels=labels),
        lambda x: apply(fused.softmax_cross_entropy, x, targets=one_hot),
        normal(3, 4),
    ),
    "sigmoid": (lambda x: ops.sigmoid(x), lambda x: 1 / (1 + ops.exp(-x)), normal(3, 4)),
    "sigmoid and tanh": (
        lambda x: ops.sigmoid(x),
        lambda x: (ops.tanh(x / 2) + 1) / 2,
        normal(3, 4),
    ),
    "sigmoid cross-entropy": (
        lambda x: apply(fused.sigmoid_cross_entropy, x, targets=shares),
        lambda x: -shares * ops.log(ops.sigmoid(x)) - (1 - shares) * ops.log(1 - ops.sigmoid(x)),
        normal(3, 4),
    ),
    "softplus": (lambda x: ops.softplus(x), lambda x: ops.log(1 + ops.exp(x)), normal(3, 4)),
    "tanh": (
        lambda x: ops.tanh(x),
        lambda x: (ops.exp(x) - ops.exp(-x)) / (ops.exp(x) + ops.exp(-x)),
        normal(3, 4),
    ),
    "elu": (
        lambda x: ops.elu(x, 0.5),
        lambda x: ops.where(x > 0, x, 0.5 * (ops.exp(x) - 1)),
        away_from_zero(3, 4),
    ),
    "relu": (lambda x: ops.relu(x), lambda x: ops.maximum(x, 0), away_from_zero(3, 4)),
    "leaky_relu": (
        lambda x: ops.leaky_relu(x, 0.1),
        lambda x: ops.maximum(x, 0.1 * x),
        away_from_zero(3, 4),
    ),
    "absolute": (
        lambda x: ops.absolute(x),
        lambda x: ops.relu(x) + ops.relu(-x),
        away_from_zero(3, 4),
    ),
    "clip": (
        lambda x: ops.clip(x, -0.5, 0.5),
        lambda x: ops.minimum(ops.maximum(x, -0.5), 0.5),
        distinct(3, 4),
    ),
    "square": (lambda x: x**2, lambda x: x * x, normal(3, 4)),
    "power": (lambda x, y: x**y, lambda x, y: ops.exp(y * ops.log(x)), positive(3, 4), normal(4)),
    "div": (lambda x, y: x / y, lambda x, y: x * y**-1.0, normal(3, 4), away_from_zero(4)),
    "sub": (lambda x, y: x - y, lambda x, y: x + (-y), normal(3, 4), normal(4)),
    "expm1": (lambda x: ops.expm1(x), lambda x: ops.exp(x) - 1, normal(3)),
    "log1p": (lambda x: ops.log1p(x), lambda x: ops.log(1 + x), positive(3)),
    "mean": (
        lambda x: x.mean(axis=(0, 2)),
        lambda x: x.sum(axis=0).sum(axis=1) / 6,
        normal(2, 4, 3),
    ),
    "var": (
        lambda x: x.var(axis=1),
        lambda x: ops.square(x - x.mean(1, keepdims=True)).mean(1),
        normal(3, 4),
    ),
    "std": (
        lambda x: x.std(axis=0, keepdims=True),
        lambda x: ops.sqrt(x.var(0, True)),
        normal(3, 4),
    ),
    "norm": (lambda x: ops.norm(x, axis=1), lambda x: ((x * x).sum(1)) ** 0.5, normal(3, 4)),
    "prod": (lambda x: x.prod(axis=1), lambda x: x[:, 0] * x[:, 1] * x[:, 2], normal(2, 3)),
    "max": (
        lambda x: x.max(axis=1),
        lambda x: ops.maximum(ops.maximum(x[:, 0], x[:, 1]), x[:, 2]),
        distinct(4, 3),
    ),
    "min": (lambda x: x.min(axis=0), lambda x: -(-x).max(axis=0), distinct(4, 3)),
    "cumsum": (lambda x: x.cumsum(axis=1), lambda x: x @ np.triu(np.ones((4, 4))), normal(3, 4)),
    "matmul": (
        lambda x, y: x @ y,
        lambda x, y: (x[:, :, None] * y[None]).sum(1),
        normal(2, 3),
        normal(3, 4),
    ),
    "stack": (
        lambda x, y: ops.stack([x, y], axis=1),
        lambda x, y: ops.concatenate([x[:, None], y[:, None]], axis=1),
        normal(3),
        normal(3),
    ),
    "take": (
        lambda x: ops.take(x, [1, 1, 0], axis=1),
        lambda x: x @ np.eye(3)[:, [1, 1, 0]],
        normal(2, 3),
    ),
    "masked_scale": (
        lambda x: apply(nonlinear.masked_scale, x, mask=shares > 0.25, scale=4.0),
        lambda x: x * (shares > 0.25) * 4.0,
        normal(3, 4),
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_a_fused_op_and_its_naive_twin_agree(name):
    fused, naive, *arrays = TWINS[name]
    results = []
    for f in (fused, naive):
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        out = f(*tensors)
        out.backward(gradient=np.sin(np.arange(1, out.size + 1)).reshape(out.shape))
        results.append([out.data] + [t.grad for t in tensors])
    for a, b in zip(*results):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_the_famous_gradient_of_the_cross_entropies_is_p_minus_y():
    x = Tensor(normal(3, 4), requires_grad=True)
    apply(fused.softmax_cross_entropy, x, targets=one_hot).sum().backward()
    np.testing.assert_allclose(x.grad, naive_softmax(x.data) - one_hot, rtol=1e-12)
    b = Tensor(normal(3, 4), requires_grad=True)
    apply(fused.sigmoid_cross_entropy, b, targets=one_hot).sum().backward()
    np.testing.assert_allclose(b.grad, 1 / (1 + np.exp(-b.data)) - one_hot, rtol=1e-12, atol=1e-15)


def test_ops_compute_with_plain_arrays_as_the_table_promises():
    z, (vjp_x, vjp_y) = arithmetic.mul(np.array(3.0), np.array(4.0))
    assert (z, vjp_x(1.0), vjp_y(1.0)) == (12.0, 4.0, 3.0)


@pytest.mark.parametrize(
    "op, params, expected",
    [
        (nonlinear.leaky_relu, {"negative_slope": 0.2}, [-2.0, 0.0, 10.0]),
        (nonlinear.elu, {"alpha": 0.5}, [0.5 * np.expm1(-10.0), 0.0, 10.0]),
        (nonlinear.threshold, {"value": 0.5}, [0.0, 0.0, 10.0]),
        (nonlinear.relu, {}, [0.0, 0.0, 10.0]),
        (nonlinear.sigmoid, {}, [1 / (1 + np.exp(10)), 0.5, 1 / (1 + np.exp(-10))]),
        (nonlinear.softplus, {}, [np.log1p(np.exp(-10)), np.log(2), 10 + np.log1p(np.exp(-10))]),
        (arithmetic.sqrt, {}, [np.nan, 0.0, np.sqrt(10)]),
        (arithmetic.exp, {}, np.exp([-10.0, 0.0, 10.0])),
    ],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_whole_numbers_are_not_truncated(op, params, expected):
    out = apply(op, Tensor(np.array([-10, 0, 10])), **params)
    np.testing.assert_allclose(out.data, expected, rtol=1e-5)
