"""Losses, and their stable forms: each returns its value and its gradient."""

import numpy as np

from minidl.homework.assignments import Task

LIBRARY = (
    "minidl.losses.mean_squared_error",
    "minidl.losses.binary_crossentropy",
    "minidl.losses.sparse_categorical_crossentropy",
    "minidl.ops.log_softmax",
    "minidl.ops.softmax",
    "minidl.tensor.Tensor.backward",
)


def squared(y, p):
    return ((p - y) ** 2).mean(), 2 * (p - y) / y.size


def rounded(y, p, delta):
    e = p - y
    inside = np.abs(e) <= delta
    value = np.where(inside, e**2 / 2, delta * (np.abs(e) - delta / 2)).mean()
    return value, np.where(inside, e, delta * np.sign(e)) / y.size


def binary(y, z):
    value = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    with np.errstate(over="ignore"):
        p = np.where(
            z >= 0, 1 / (1 + np.exp(-z)), np.exp(np.minimum(z, 0)) / (1 + np.exp(np.minimum(z, 0)))
        )
    return value.mean(), (p - y) / y.size


def log_probabilities(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def cross_entropy(labels, logits):
    rows, n = np.arange(len(labels)), len(labels)
    p = np.exp(log_probabilities(logits))
    p[rows, labels] -= 1
    return -log_probabilities(logits)[rows, labels].mean(), p / n


def pairs(rng):
    return [(rng.normal(size=s), rng.normal(size=s)) for s in ((5,), (4, 3), (1, 2))]


def with_delta(rng):
    return [(rng.normal(size=6), rng.normal(size=6) * 3, delta) for delta in (1.0, 0.5)] + [
        (np.zeros(2), np.array([1.0, -1.0]), 1.0)
    ]


def yes_no(rng):
    return [
        (rng.integers(0, 2, n).astype(float), rng.normal(size=n) * scale)
        for n, scale in ((6, 1), (8, 5), (6, 500))
    ]


def rows(rng):
    return [
        (rng.normal(size=(4, 3)),),
        (rng.normal(size=(3, 5)) * 300,),
        (np.array([[0.0, -2000.0]]),),
    ]


def classified(rng):
    return [
        (rng.integers(0, c, n), rng.normal(size=(n, c)) * scale)
        for n, c, scale in ((5, 3, 1), (8, 4, 3), (4, 3, 300))
    ]


def _value(function, change):
    return lambda *a: (change(function(*a)[0], *a), function(*a)[1])


def _slope(function, change):
    return lambda *a: (function(*a)[0], change(function(*a)[1], *a))


TASKS = [
    Task(
        "mse",
        2,
        pairs,
        squared,
        forbidden=LIBRARY,
        mistakes=(
            (
                _slope(squared, lambda d, y, p: d / 2),
                "The derivative of the square has a 2 in front.",
            ),
            (
                _slope(squared, lambda d, y, p: d * y.size),
                "The loss is a mean, so its gradient is divided by the number of entries.",
            ),
            (_value(squared, lambda v, y, p: v * y.size), "That is the sum; asked is the mean."),
            (
                _slope(squared, lambda d, y, p: d * y.size / len(y)),
                "Divide by the number of entries, y.size; you divided by that of rows.",
            ),
            (
                _slope(squared, lambda d, y, p: -d),
                "The sign: the gradient is with respect to the prediction, 2(p − y)/n.",
            ),
        ),
    ),
    Task(
        "huber",
        2,
        with_delta,
        rounded,
        forbidden=LIBRARY,
        mistakes=(
            (
                lambda y, p, d: (squared(y, p)[0] / 2, (p - y) / y.size),
                "Beyond delta the loss goes straight on, with slope delta.",
            ),
            (
                _value(
                    rounded,
                    lambda v, y, p, d: np.where(
                        np.abs(p - y) <= d, (p - y) ** 2 / 2, d * np.abs(p - y)
                    ).mean(),
                ),
                "At delta the two pieces must meet: delta·(|e| − delta/2).",
            ),
            (_value(rounded, lambda v, y, p, d: v * y.size), "That is the sum; asked is the mean."),
            (
                _slope(rounded, lambda g, y, p, d: g * y.size),
                "The loss is a mean, so its gradient is divided by the number of entries.",
            ),
        ),
    ),
    Task(
        "binary_cross_entropy",
        3,
        yes_no,
        binary,
        forbidden=LIBRARY,
        mistakes=(
            (
                _slope(binary, lambda g, y, z: g * y.size),
                "The loss is a mean, so its gradient is divided by the number of entries.",
            ),
            (_value(binary, lambda v, y, z: v * y.size), "That is the sum; asked is the mean."),
            (
                lambda y, z: (
                    lambda p: (-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(), (p - y) / y.size)
                )(1 / (1 + np.exp(-z))),
                "For large logits log meets a 0: use max(z, 0) − y·z + ln(1 + e^(−|z|)).",
            ),
        ),
    ),
    Task(
        "log_softmax",
        2,
        rows,
        log_probabilities,
        forbidden=LIBRARY,
        mistakes=(
            (
                lambda z: np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)),
                "exp overflows: subtract each row's maximum first.",
            ),
            (
                lambda z: np.log(np.exp(log_probabilities(z))),
                "log(softmax) meets log 0: rearrange to z − max − ln Σ exp(z − max).",
            ),
            (
                lambda z: np.exp(log_probabilities(z)),
                "Those are the probabilities; asked are their logarithms.",
            ),
        ),
    ),
    Task(
        "cross_entropy",
        3,
        classified,
        cross_entropy,
        forbidden=LIBRARY,
        mistakes=(
            (
                _slope(cross_entropy, lambda g, y, z: g * len(y)),
                "You forgot to divide the gradient by n, as the loss is a mean.",
            ),
            (
                _value(cross_entropy, lambda v, y, z: v * len(y)),
                "That is the sum; asked is the mean.",
            ),
            (
                _slope(cross_entropy, lambda g, y, z: g * len(y) / z.size),
                "Divide by n, the number of samples, not of all entries.",
            ),
            (
                _slope(cross_entropy, lambda g, y, z: g.T),
                "Your gradient is transposed: it has the shape of the logits.",
            ),
            (
                _slope(cross_entropy, lambda g, y, z: np.exp(log_probabilities(z)) / len(y)),
                "Subtract 1 at the true class: (p − y)/n.",
            ),
            (
                _value(cross_entropy, lambda v, y, z: -v),
                "The sign: cross-entropy is minus the logarithm, so never negative.",
            ),
        ),
    ),
]
