"""Tasks for derivatives/, its second half: activations, softmax, and losses in one step."""

from __future__ import annotations

import numpy as np

from ...core import derivatives as table
from .derivatives import NO_G, alone, op_task


def large(rng):
    return [([rng.normal(size=(3, 4))], {}), ([rng.normal(size=(3, 4)) * 2000], {})]


def masked(rng):
    """Return an array with a mask and a scale."""
    x, mask = rng.normal(size=(4, 5)), rng.random((4, 5)) > 0.4
    return [([x], {"mask": mask, "scale": 1.25})]


def losses_of_a_batch(rng):
    """Return the losses of samples, with and without weights."""
    x = rng.random(6)
    return [([x], {"weights": None}), ([x], {}), ([x], {"weights": rng.random(6)})]


def labelled(rng):
    """Return small and large logits with labels."""
    labels = rng.integers(4, size=5)
    return [([rng.normal(size=(5, 4)) * scale], {"labels": labels}) for scale in (1, 1000)]


def answered(rng):
    """Return small and large logits with targets of 0 and 1."""
    targets = rng.integers(2, size=(4, 2)).astype(float)
    return [([rng.normal(size=(4, 2)) * scale], {"targets": targets}) for scale in (1, 1000)]


def _uncentred(x, *, axis=-1):
    z = x - np.log(np.exp(x).sum(axis=axis, keepdims=True))
    return z, (lambda g: g - np.exp(z) * g.sum(axis=axis, keepdims=True),)


def _unweighted(x, *, weights=None):
    w = 1 if weights is None else weights
    return np.mean(x * w), (lambda g: np.full(x.shape, g / x.size),)


def _over_weights(x, *, weights=None):
    w = np.ones(x.shape) if weights is None else weights
    return (x * w).sum() / w.sum(), (lambda g: g * w / w.sum(),)


def _summed(x, *, weights=None):
    w = np.ones(x.shape) if weights is None else weights
    return (x * w).sum(), (lambda g: g * w,)


def _softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _cross_entropy(sign=1.0, of_g=True, minus_one=True):
    def op(x, *, labels):
        rows = np.arange(len(x))

        def vjp(g):
            p = _softmax(x)
            p[rows, labels] -= minus_one
            return sign * p * (g[:, None] if of_g else 1)

        return -table.nonlinear.log_softmax(x)[0][rows, labels], (vjp,)

    return op


def _logistic(sign=1.0, of_g=True):
    def op(x, *, targets):
        z = table.losses.sigmoid_cross_entropy(x, targets=targets)[0]
        p = table.nonlinear.sigmoid(x)[0]
        return z, (lambda g: sign * (g if of_g else 1) * (p - targets),)

    return op


SIGN = "The sign of the gradient is the opposite."
TASKS = (
    op_task(
        "nonlinear",
        "relu",
        "x",
        alone,
        (
            lambda x: (np.maximum(x, 0), (lambda g: g,)),
            "Where x is negative, relu is 0 and does not change: the gradient is 0 there.",
        ),
        (lambda x: (np.maximum(x, 0), (lambda g: (x > 0) * 1.0,)), NO_G),
        (
            lambda x: (np.maximum(x, 0), (lambda g: np.maximum(g, 0),)),
            "What counts is the sign of x, not that of g.",
        ),
    ),
    op_task(
        "nonlinear",
        "tanh",
        "x",
        alone,
        (
            lambda x: (np.tanh(x), (lambda g: g * (1 - x * x),)),
            "tanh' is 1 - tanh²: the square of the result, not of x.",
        ),
        (lambda x: (np.tanh(x), (lambda g: 1 - np.tanh(x) ** 2,)), NO_G),
    ),
    op_task(
        "nonlinear",
        "log_softmax",
        "x",
        large,
        (_uncentred, "e¹⁰⁰⁰ overflows: subtract the largest x of each row first."),
        (
            lambda x, *, axis=-1: (table.nonlinear.log_softmax(x)[0], (lambda g: g,)),
            "Every x of a row is in ln Σ eˣ: the gradient is g - softmax(x)·Σ g.",
        ),
        (
            lambda x, *, axis=-1: (
                table.nonlinear.log_softmax(x)[0],
                (lambda g: g - _softmax(x) * g,),
            ),
            "Σ g is missing: the sum of g over the axis, with keepdims=True.",
        ),
    ),
    op_task(
        "nonlinear",
        "masked_scale",
        "x",
        masked,
        (
            lambda x, *, mask, scale: (x * mask, (lambda g: g * mask,)),
            "The scale is missing: it keeps the expected value of each number.",
        ),
        (
            lambda x, *, mask, scale: (x * mask * scale, (lambda g: g,)),
            "Where a number was set to 0, its gradient is 0; the others are scaled like x.",
        ),
    ),
    op_task(
        "losses",
        "batch_mean",
        "x",
        losses_of_a_batch,
        (_summed, "The average is forgotten: divide by n, the number of samples."),
        (_over_weights, "Divide by the number of samples, not by the sum of the weights."),
        (_unweighted, "Each sample's gradient has its weight too: g·w/n."),
    ),
    op_task(
        "losses",
        "sparse_softmax_cross_entropy",
        "x",
        labelled,
        (_cross_entropy(sign=-1.0), SIGN + " It is softmax(x) - one_hot."),
        (_cross_entropy(of_g=False), NO_G + " Here g has one number a sample: g[:, None]."),
        (_cross_entropy(minus_one=False), "The one_hot is missing: p - 1 at the label, else p."),
    ),
    op_task(
        "losses",
        "sigmoid_cross_entropy",
        "x",
        answered,
        (_logistic(sign=-1.0), SIGN + " It is sigmoid(x) - t."),
        (_logistic(of_g=False), NO_G),
    ),
)
