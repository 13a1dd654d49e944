"""Backprop by hand: the gradients of five ops, and of a network of two layers."""

import numpy as np

from minidl.homework.assignments import Task


def add_gradients(g, x, b):
    return g, g.sum(axis=0)


def matmul_gradients(g, a, b):
    return g @ b.T, a.T @ g


def pointwise_gradients(g, x):
    return np.where(x > 0, g, 0.0), g * (1 - np.tanh(x) ** 2)


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def cross_entropy(logits, labels):
    n = len(labels)
    p = np.exp(log_softmax(logits))
    p[np.arange(n), labels] -= 1
    return -log_softmax(logits)[np.arange(n), labels].mean(), p / n


def network(x, labels, W1, b1, W2, b2):
    hidden = np.maximum(x @ W1 + b1, 0)
    loss, ds = cross_entropy(hidden @ W2 + b2, labels)
    dh = (ds @ W2.T) * (hidden > 0)
    return loss, x.T @ dh, dh.sum(axis=0), hidden.T @ ds, ds.sum(axis=0)


def _without(position, change):
    """A network whose answer at one position is spoilt."""

    def spoilt(*arguments):
        answer = list(network(*arguments))
        answer[position] = change(answer[position], *arguments)
        return tuple(answer)

    return spoilt


def _no_relu(x, labels, W1, b1, W2, b2):
    hidden = np.maximum(x @ W1 + b1, 0)
    loss, ds = cross_entropy(hidden @ W2 + b2, labels)
    dh = ds @ W2.T
    return loss, x.T @ dh, dh.sum(axis=0), hidden.T @ ds, ds.sum(axis=0)


def sums(rng):
    return [
        (rng.normal(size=(n, k)), rng.normal(size=(n, k)), rng.normal(size=k))
        for n, k in ((4, 3), (1, 5), (6, 1))
    ]


def products(rng):
    return [
        (rng.normal(size=(n, m)), rng.normal(size=(n, k)), rng.normal(size=(k, m)))
        for n, k, m in ((4, 3, 2), (1, 5, 3), (3, 3, 3))
    ]


def values(rng):
    """The last x has a 0, where relu' is 0."""
    with_zero = rng.normal(size=(2, 3, 2))
    with_zero[0, 1] = 0.0
    return [(rng.normal(size=s), rng.normal(size=s)) for s in ((5,), (3, 4))] + [
        (rng.normal(size=(2, 3, 2)), with_zero)
    ]


def classified(rng):
    return [
        (rng.normal(size=(n, c)) * scale, rng.integers(0, c, n))
        for n, c, scale in ((5, 3, 1), (8, 4, 2), (4, 3, 300))
    ]


def networks(rng):
    return [
        (
            rng.normal(size=(n, d)),
            rng.integers(0, c, n),
            rng.normal(size=(d, h)),
            rng.normal(size=h),
            rng.normal(size=(h, c)),
            rng.normal(size=c),
        )
        for n, d, h, c in ((6, 4, 5, 3), (3, 2, 8, 2))
    ]


TAPE = ("minidl.tensor.Tensor.backward",)
TASKS = [
    Task(
        "add_backward",
        1,
        sums,
        add_gradients,
        forbidden=TAPE,
        mistakes=(
            (
                lambda g, x, b: (g, g),
                "b was repeated for each row, so its gradient is the sum over the rows: it must "
                "have b's shape.",
            ),
            (
                lambda g, x, b: (g, g.mean(axis=0)),
                "The gradients of the repeated b add up; you took their mean.",
            ),
            (
                lambda g, x, b: (x, b),
                "Those are the inputs; asked are the gradients, which come from g.",
            ),
        ),
    ),
    Task(
        "matmul_backward",
        2,
        products,
        matmul_gradients,
        forbidden=TAPE,
        mistakes=(
            (
                lambda g, a, b: (matmul_gradients(g, a, b)[1], matmul_gradients(g, a, b)[0]),
                "The two gradients are exchanged.",
            ),
            (
                lambda g, a, b: tuple(d.T for d in matmul_gradients(g, a, b)),
                "Your gradients are transposed: each has the shape of what it belongs to.",
            ),
            (
                lambda g, a, b: (g @ b.T, a.T @ g / len(a)),
                "No mean here: that belongs to the loss.",
            ),
        ),
    ),
    Task(
        "pointwise_backward",
        2,
        values,
        pointwise_gradients,
        forbidden=TAPE,
        mistakes=(
            (
                lambda g, x: (np.where(x > 0, 1.0, 0.0), 1 - np.tanh(x) ** 2),
                "You forgot g: the chain rule multiplies by what comes from behind.",
            ),
            (
                lambda g, x: (np.where(x > 0, g, 0.0), g * (1 - np.tanh(x))),
                "tanh' is 1 − tanh²: the square is missing.",
            ),
            (
                lambda g, x: pointwise_gradients(g, x)[::-1],
                "The two are exchanged: relu comes first, then tanh.",
            ),
            (
                lambda g, x: (g * np.maximum(x, 0), g * (1 - np.tanh(x) ** 2)),
                "That is g·relu(x); relu' is 1 where x > 0, else 0.",
            ),
            (
                lambda g, x: (np.where(x > 0, g, 0.0), g * np.tanh(x)),
                "That is g·tanh(x); tanh' is 1 − tanh².",
            ),
            (
                lambda g, x: (np.where(x >= 0, g, 0.0), g * (1 - np.tanh(x) ** 2)),
                "At x = 0 relu' is 0: x > 0, not x >= 0.",
            ),
            (
                lambda g, x: (np.where(g > 0, g, 0.0), g * (1 - np.tanh(x) ** 2)),
                "relu's gradient depends on the sign of x, not of g.",
            ),
        ),
    ),
    Task(
        "softmax_cross_entropy",
        3,
        classified,
        cross_entropy,
        forbidden=TAPE,
        mistakes=(
            (
                lambda z, y: (cross_entropy(z, y)[0], cross_entropy(z, y)[1] * len(y)),
                "You forgot to divide the gradient by n, as the loss is a mean.",
            ),
            (
                lambda z, y: (cross_entropy(z, y)[0] * len(y), cross_entropy(z, y)[1] * len(y)),
                "That is the sum over the samples; asked is the mean.",
            ),
            (
                lambda z, y: (cross_entropy(z, y)[0] * len(y), cross_entropy(z, y)[1]),
                "The gradient is right; the loss is the mean, not the sum.",
            ),
            (
                lambda z, y: (cross_entropy(z, y)[0], cross_entropy(z, y)[1] * len(y) / z.size),
                "Divide by n, the number of samples, not of all entries.",
            ),
            (
                lambda z, y: (cross_entropy(z, y)[0], cross_entropy(z, y)[1].T),
                "Your gradient is transposed: it has the shape of the logits.",
            ),
            (
                lambda z, y: (cross_entropy(z, y)[0], np.exp(log_softmax(z)) / len(y)),
                "The gradient is (p − y)/n: subtract 1 at the true class.",
            ),
        ),
    ),
    Task(
        "two_layers",
        4,
        networks,
        network,
        forbidden=TAPE,
        mistakes=(
            (_no_relu, "The gradient passes through relu: it is 0 where the hidden value was 0."),
            (
                _without(2, lambda d, *a: d / len(a[0])),
                "The bias gradient is a sum over the samples; the mean is already in the loss.",
            ),
            (
                _without(
                    3,
                    lambda d, x, y, W1, b1, W2, b2: (
                        (x @ W1 + b1).T @ cross_entropy(np.maximum(x @ W1 + b1, 0) @ W2 + b2, y)[1]
                    ),
                ),
                "dW2 needs the hidden values after relu, not before.",
            ),
        ),
    ),
]
