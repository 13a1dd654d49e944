"""Gradients against PyTorch's, in float64 and to 1e-12: whole networks with random cotangents, and
single operations.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import minidl
from minidl import Tensor, ops
from minidl.layers import Dense

EPS = 1e-12


def same(ours, theirs, what=""):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=EPS, atol=EPS, err_msg=what)


def compare(f, g, *arrays, seed=0):
    """f on our tensors and g on PyTorch's: the same value, and the same gradients for a random
    cotangent.
    """
    mine = [Tensor(a, requires_grad=True) for a in arrays]
    yours = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, z = f(*mine), g(*yours)
    assert y.shape == tuple(z.shape)
    same(y.data, z, "value")
    c = np.random.default_rng(seed).normal(size=y.shape)
    y.backward(gradient=c)
    z.backward(torch.tensor(c))
    for i, (a, b) in enumerate(zip(mine, yours)):
        grad = np.zeros(a.shape) if a.grad is None else a.grad
        assert grad.shape == a.shape and grad.dtype == a.dtype
        same(grad, torch.zeros_like(b) if b.grad is None else b.grad, f"gradient of input {i}")


# --- networks

LOSSES = {
    "softmax cross-entropy": (
        lambda p, y: minidl.losses.SparseCategoricalCrossentropy(from_logits=True)(y, p),
        lambda p, y: F.cross_entropy(p, torch.tensor(y)),
        "label",
    ),
    "softmax, then cross-entropy": (
        lambda p, y: minidl.losses.SparseCategoricalCrossentropy()(y, ops.softmax(p)),
        lambda p, y: F.cross_entropy(p, torch.tensor(y)),
        "label",
    ),
    "log-softmax, then nll": (
        lambda p, y: minidl.losses.NLL()(y, ops.log_softmax(p)),
        lambda p, y: F.nll_loss(F.log_softmax(p, dim=-1), torch.tensor(y)),
        "label",
    ),
    "smoothed cross-entropy": (
        lambda p, y: minidl.losses.CategoricalCrossentropy(True, 0.1)(np.eye(p.shape[-1])[y], p),
        lambda p, y: F.cross_entropy(p, torch.tensor(y), label_smoothing=0.1),
        "label",
    ),
    "soft targets": (
        lambda p, y: minidl.losses.CategoricalCrossentropy(True)(y, p),
        lambda p, y: F.cross_entropy(p, torch.tensor(y)),
        "distribution",
    ),
    "ignored labels": (
        lambda p, y: minidl.losses.SparseCategoricalCrossentropy(True, ignore_class=1)(y, p),
        lambda p, y: F.cross_entropy(p, torch.tensor(y), ignore_index=1),
        "label",
    ),
    "binary cross-entropy on logits": (
        lambda p, y: minidl.losses.BinaryCrossentropy(from_logits=True)(y, p),
        lambda p, y: F.binary_cross_entropy_with_logits(p, torch.tensor(y)),
        "yes-no",
    ),
    "sigmoid, then binary cross-entropy": (
        lambda p, y: minidl.losses.BinaryCrossentropy()(y, ops.sigmoid(p)),
        lambda p, y: F.binary_cross_entropy_with_logits(p, torch.tensor(y)),
        "yes-no",
    ),
    "squared error": (
        lambda p, y: minidl.losses.MeanSquaredError()(y, p),
        lambda p, y: F.mse_loss(p, torch.tensor(y)),
        "number",
    ),
    "absolute error": (
        lambda p, y: minidl.losses.MeanAbsoluteError()(y, p),
        lambda p, y: F.l1_loss(p, torch.tensor(y)),
        "number",
    ),
}
ACTIVATIONS = {
    "relu": F.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "elu": F.elu,
    "selu": F.selu,
    "silu": F.silu,
    "softplus": F.softplus,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "mish": F.mish,
    "softsign": F.softsign,
    "log_sigmoid": F.logsigmoid,
    "relu6": F.relu6,
    "hard_sigmoid": lambda x: (x / 6 + 0.5).clamp(0, 1),
    "exponential": torch.exp,
    "log_softmax": lambda x: F.log_softmax(x, -1),
    "softmax": lambda x: F.softmax(x, -1),
    None: lambda x: x,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("seed", range(4))
def test_random_networks(loss, seed):
    """One to four layers of random widths and activations; the gradients of all weights and of the
    inputs.
    """
    rng = np.random.default_rng(100 * seed + len(loss))
    widths = rng.integers(2, 9, rng.integers(2, 6))
    names = [
        list(ACTIVATIONS)[i] for i in rng.integers(0, len(ACTIVATIONS) - 3, len(widths) - 2)
    ] + [None]
    n = int(rng.integers(1, 9))
    x, stack = rng.normal(size=(n, widths[0])), []
    for fan_in, fan_out, name in zip(widths, widths[1:], names):
        layer = Dense(int(fan_out), activation=name, dtype="float64")
        layer.build((None, int(fan_in)))
        layer.set_weights([rng.normal(size=(fan_in, fan_out)), rng.normal(size=fan_out)])
        stack.append(
            (
                layer,
                *[torch.tensor(w, requires_grad=True) for w in layer.get_weights()],
                ACTIVATIONS[name],
            )
        )
    start, other = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    h, k = start, other
    for layer, weight, bias, activation in stack:
        h, k = layer(h), activation(k @ weight + bias)
    kind, classes = LOSSES[loss][2], int(widths[-1])
    y = {
        "label": np.concatenate([[0], rng.integers(0, classes, n - 1)]).astype(int),
        "yes-no": rng.integers(0, 2, (n, classes)).astype(float),
        "number": rng.normal(size=(n, classes)),
        "distribution": rng.dirichlet(np.ones(classes), n),
    }[kind]
    value, expected = LOSSES[loss][0](h, y), LOSSES[loss][1](k, y)
    same(value.data, expected)
    value.backward()
    expected.backward()
    same(start.grad, other.grad, "input")
    for layer, weight, bias, _ in stack:
        same(layer.kernel.grad, weight.grad, "kernel")
        same(layer.bias.grad, bias.grad, "bias")


def test_a_weight_used_three_times_and_a_skip_connection():
    rng = np.random.default_rng(0)

    def network(relu, sum):
        def f(x, w, b):
            h = relu(x @ w + b)
            h = relu(h @ w + b) + h
            return sum((h @ w + b) * h + x)

        return f

    compare(
        network(ops.relu, ops.sum),
        network(torch.relu, torch.sum),
        rng.normal(size=(5, 4)),
        rng.normal(size=(4, 4)),
        rng.normal(size=4),
    )


def test_gradients_add_up_over_several_backwards():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(3, 2)), rng.normal(size=(4, 3))
    mine, yours = Tensor(w, requires_grad=True), torch.tensor(w, requires_grad=True)
    for _ in range(3):
        ops.mean(ops.square(x @ mine)).backward()
        ((torch.tensor(x) @ yours) ** 2).mean().backward()
    same(mine.grad, yours.grad)


# --- operations


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3, 4), (4, 5)),
        ((4,), (4,)),
        ((3, 4), (4,)),
        ((4,), (4, 5)),
        ((2, 3, 4), (4, 5)),
        ((3, 4), (2, 4, 5)),
        ((2, 3, 4), (2, 4, 5)),
        ((6, 1, 3, 4), (2, 4, 5)),
        ((2, 3, 4), (4,)),
        ((4,), (2, 4, 5)),
        ((1, 3, 4), (6, 2, 4, 1)),
        ((1, 1), (1, 1)),
        ((3, 1), (1, 5)),
    ],
    ids=str,
)
def test_matmul_of_all_ranks(a, b):
    rng = np.random.default_rng(0)
    compare(ops.matmul, torch.matmul, rng.normal(size=a), rng.normal(size=b))


@pytest.mark.parametrize("shape", [(5, 3), (2, 5, 3), (2, 4, 5, 3)], ids=str)
def test_dense(shape):
    rng = np.random.default_rng(0)
    compare(
        ops.dense,
        lambda x, w, b: x @ w + b,
        rng.normal(size=shape),
        rng.normal(size=(3, 6)),
        rng.normal(size=6),
    )
    compare(ops.dense, lambda x, w: x @ w, rng.normal(size=shape), rng.normal(size=(3, 6)))


@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n])
def test_activations(name):
    x = np.random.default_rng(0).normal(size=(6, 5)) * 3
    compare(getattr(minidl.activations, name), ACTIVATIONS[name], x)


@pytest.mark.parametrize(
    "shapes",
    [
        ((3, 4), (3, 4)),
        ((3, 4), (4,)),
        ((3, 1), (1, 4)),
        ((), (3, 4)),
        ((2, 1, 4), (3, 1)),
        ((1,), (3, 4)),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x / (y * y + 1),
        lambda x, y: (x * x + 1) ** y,
    ],
    ids=["add", "sub", "mul", "div", "power"],
)
def test_arithmetic_with_broadcasting(f, shapes):
    rng = np.random.default_rng(0)
    compare(f, f, *[rng.normal(size=s) for s in shapes])


X = np.random.default_rng(3).normal(size=(3, 4, 5))
OPERATIONS = {
    "exp": (ops.exp, torch.exp),
    "log": (lambda x: ops.log(x * x + 1), lambda x: torch.log(x * x + 1)),
    "sqrt": (lambda x: ops.sqrt(x * x + 1), lambda x: torch.sqrt(x * x + 1)),
    "sin": (ops.sin, torch.sin),
    "abs": (ops.abs, torch.abs),
    "log1p": (lambda x: ops.log1p(x * x), lambda x: torch.log1p(x * x)),
    "expm1": (ops.expm1, torch.expm1),
    "sum": (lambda x: ops.sum(x, axis=1), lambda x: x.sum(1)),
    "sum, two axes": (lambda x: ops.sum(x, axis=(0, 2)), lambda x: x.sum((0, 2))),
    "mean": (lambda x: ops.mean(x, axis=-1, keepdims=True), lambda x: x.mean(-1, keepdim=True)),
    "var": (lambda x: ops.var(x, axis=1), lambda x: x.var(1, unbiased=False)),
    "std": (lambda x: ops.std(x, axis=(0, 1)), lambda x: x.std((0, 1), unbiased=False)),
    "max": (lambda x: ops.max(x, axis=2), lambda x: x.amax(2)),
    "min": (lambda x: ops.min(x), lambda x: x.amin()),
    "max with ties": (
        lambda x: ops.max(ops.clip(x, -0.3, 0.3), axis=2),
        lambda x: x.clamp(-0.3, 0.3).amax(2),
    ),
    "prod": (lambda x: ops.prod(x, axis=1), lambda x: x.prod(1)),
    "cumsum": (lambda x: ops.cumsum(x, axis=1), lambda x: x.cumsum(1)),
    "logsumexp": (lambda x: ops.logsumexp(x * 50, axis=1), lambda x: torch.logsumexp(x * 50, 1)),
    "norm": (lambda x: ops.norm(x, axis=2), lambda x: torch.linalg.norm(x, dim=2)),
    "clip": (lambda x: ops.clip(x, -0.5, 0.7), lambda x: x.clamp(-0.5, 0.7)),
    "maximum": (lambda x: ops.maximum(x, 0.3 * x * x), lambda x: torch.maximum(x, 0.3 * x * x)),
    "where": (
        lambda x: ops.where(X > 0, x * x, ops.exp(x)),
        lambda x: torch.where(torch.tensor(X > 0), x * x, torch.exp(x)),
    ),
    "reshape": (lambda x: ops.reshape(x, (6, 10)), lambda x: x.reshape(6, 10)),
    "transpose": (lambda x: ops.transpose(x, (2, 0, 1)), lambda x: x.permute(2, 0, 1)),
    "concatenate": (
        lambda x: ops.concatenate([x, x * x], axis=1),
        lambda x: torch.cat([x, x * x], 1),
    ),
    "stack": (lambda x: ops.stack([x, x * 2.0], axis=1), lambda x: torch.stack([x, x * 2.0], 1)),
    "pad": (lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 3))), lambda x: F.pad(x, (0, 3, 1, 2))),
    "slice": (lambda x: x[1:, ::2, -1], lambda x: x[1:, ::2, -1]),
    "flip": (lambda x: ops.flip(x, 1), lambda x: x.flip(1)),
    "repeated index": (lambda x: x[:, [0, 2, 2, 0, 0]], lambda x: x[:, [0, 2, 2, 0, 0]]),
    "mask": (lambda x: x[X > 0.2], lambda x: x[torch.tensor(X > 0.2)]),
    "pairs of indices": (lambda x: x[[0, 0, 2], [1, 1, 3]], lambda x: x[[0, 0, 2], [1, 1, 3]]),
    "softmax": (lambda x: ops.softmax(x, axis=1), lambda x: F.softmax(x, 1)),
    "log_softmax": (
        lambda x: ops.log_softmax(x * 100, axis=0),
        lambda x: F.log_softmax(x * 100, 0),
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations(name):
    compare(*OPERATIONS[name], X)


def test_batch_statistics_and_layer_norm_written_out():
    """The formulas behind normalising layers: many paths back to the same input."""
    rng = np.random.default_rng(0)

    def ours(x, gamma, beta):
        centred = x - ops.mean(x, axis=0)
        return centred / ops.sqrt(ops.mean(centred * centred, axis=0) + 1e-3) * gamma + beta

    def theirs(x, gamma, beta):
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-3)

    compare(ours, theirs, rng.normal(size=(8, 4)), rng.normal(size=4), rng.normal(size=4))


@pytest.mark.parametrize("z", [-1000.0, -40.0, 0.0, 40.0, 1000.0])
def test_saturated_losses(z):
    for loss, reference, y in (
        (minidl.losses.SparseCategoricalCrossentropy(True), F.cross_entropy, np.array([0])),
        (
            minidl.losses.BinaryCrossentropy(True),
            F.binary_cross_entropy_with_logits,
            np.array([[1.0, 0.0]]),
        ),
    ):
        compare(
            lambda x, loss=loss, y=y: loss(y, x),
            lambda x, reference=reference, y=y: reference(x, torch.tensor(y)),
            np.array([[0.0, z]]),
        )
