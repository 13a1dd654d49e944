"""Losses computed in one step with softmax or sigmoid.

The cross-entropies take logits, the numbers before softmax or sigmoid. log(softmax(x)) in
two steps overflows or takes the log of 0. In one step it is exact, and its gradient is
the famous p - y.
"""

import numpy as np

from .nonlinear import log_softmax, sigmoid


def batch_mean(x, *, weights=None):
    """z = Σ w·x / n, the mean loss of a batch of n samples      ∂L/∂x = g·w/n

    x: (n,), one loss a sample. weights: one a sample; if left out, all are 1.
    """
    raise NotImplementedError("write batch_mean in derivatives/losses.py")


def sparse_softmax_cross_entropy(x, *, labels):
    """z = -log_softmax(x)[label], one number a sample   ∂L/∂x = g·(softmax(x) - one_hot)

    x: logits (n, classes). labels: whole numbers 0 .. classes - 1, (n,). one_hot: (n,
    classes), a 1 at each sample's label, otherwise 0. z and g: (n,).

    log_softmax(x)[0] is the result without the vjps. z[np.arange(n), labels] chooses one
    number of each row.
    """
    raise NotImplementedError(
        "write sparse_softmax_cross_entropy in derivatives/losses.py"
    )


def sigmoid_cross_entropy(x, *, targets):
    """z = max(x, 0) - x·t + ln(1 + e^(-|x|))      ∂L/∂x = g·(sigmoid(x) - t)

    Element by element: -(t·ln p + (1 - t)·ln(1 - p)) with p = sigmoid(x), in a form that
    cannot overflow. np.log1p(y) is ln(1 + y). sigmoid(x)[0] is p.
    """
    raise NotImplementedError("write sigmoid_cross_entropy in derivatives/losses.py")
