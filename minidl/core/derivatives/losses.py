"""Losses computed in one step with softmax or sigmoid.

The cross-entropies take logits (the numbers before softmax or sigmoid). Computing log(softmax(x))
in two steps overflows or takes the log of 0. In one step the result is exact, and its gradient is
the famous p - y.
"""

from __future__ import annotations

import numpy as np

from .nonlinear import log_softmax, sigmoid


def batch_mean(x, *, weights=None):
    """z = Σ w·x / n, the mean loss of a batch of n samples      ∂L/∂x = g·w/n

    weights: one a sample, in the shape of x; if left out, all are 1.
    """
    n = max(x.size, 1)
    total = x.sum(dtype=np.float32 if x.dtype == np.float16 else None) / n
    if weights is None:
        return total.astype(x.dtype), (lambda g: np.full(x.shape, g / n),)
    return (x * weights).sum() / n, (lambda g: g / n * weights,)


def softmax_cross_entropy(x, *, targets):
    """z = -Σ t·log_softmax(x), one number per sample      ∂L/∂x = g·(softmax(x)·Σ t - t)

    x: logits (..., C), targets: one-hot or probabilities of the same shape.
    """
    log_p = log_softmax(x)[0]
    z = -np.sum(np.where(targets == 0, 0, targets * log_p), axis=-1)  # 0·(-inf) counts as 0
    weight = np.sum(targets, axis=-1, keepdims=True)
    return z, (lambda g: g[..., None] * (np.exp(log_p) * weight - targets),)


def sparse_softmax_cross_entropy(x, *, labels):
    """z = -log_softmax(x)[label], one number per sample   ∂L/∂x = g·(softmax(x) - one_hot(label))

    x: logits (n, C), labels: whole numbers 0 .. C-1, shape (n,); the loss above checks them.
    """
    rows = np.arange(len(x))
    log_p = log_softmax(x)[0]

    def vjp(g):
        p = np.exp(log_p)
        p[rows, labels] -= 1
        p *= g[:, None]
        return p

    return -log_p[rows, labels], (vjp,)


def sigmoid_cross_entropy(x, *, targets):
    """z = max(x, 0) - x·t + ln(1 + e^(-|x|))      ∂L/∂x = g·(sigmoid(x) - t)
    element by element
    """
    z = np.maximum(x, 0) - x * targets + np.log1p(np.exp(-np.abs(x)))
    return z, (lambda g: g * (sigmoid(x)[0] - targets),)
