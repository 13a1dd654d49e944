"""hw04: losses. Each returns (value, gradient with respect to the prediction). Check
with  python -m minidl.homework check hw04
"""

import numpy as np


def mse(y, p):
    """Mean squared error: the mean of (p − y)² over all entries, and 2(p − y)/n.

    y, p: of one shape. Returns (a number, an array of that shape).

    >>> mse(np.array([0.0, 0.0]), np.array([1.0, 3.0]))
    (5.0, array([1., 3.]))
    """
    raise NotImplementedError("hw04 task 1: mse")


def huber(y, p, delta):
    """Huber loss: like e²/2 near 0, straight further out. e = p − y; where |e| <=
    delta: e²/2, else delta·(|e| − delta/2).

    y, p: of one shape; delta: a number above 0. Returns (the mean, its gradient).

    >>> huber(np.array([0.0, 0.0]), np.array([0.5, 3.0]), 1.0)
    (1.3125, array([0.25, 0.5 ]))
    """
    raise NotImplementedError("hw04 task 2: huber")


def binary_cross_entropy(y, z):
    """Binary cross-entropy of sigmoid(z): the mean of −y·ln p − (1−y)·ln(1−p), where p
    = 1/(1 + e^(−z)); and (p − y)/n.

    y: (n,) of 0.0 and 1.0, z: (n,) logits. Returns (a number, (n,)). It must be exact
    for logits like 500, where p is 1 in
    floating point: ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|)).

    >>> binary_cross_entropy(np.array([1.0]), np.array([0.0]))
    (0.6931471805599453, array([-0.5]))
    """
    raise NotImplementedError("hw04 task 3: binary_cross_entropy")


def log_softmax(z):
    """The logarithm of softmax of each row, without computing softmax: z − max − ln Σ
    exp(z − max).

    z: (n, c). Returns (n, c).

    >>> log_softmax(np.array([[0.0, -2000.0]]))
    array([[    0., -2000.]])
    """
    raise NotImplementedError("hw04 task 4: log_softmax")


def cross_entropy(labels, logits):
    """The mean of −log_softmax(logits) at the true class, and its gradient,
    (softmax(logits) − one-hot)/n.

    labels: (n,) from 0 to c − 1, logits: (n, c). Returns (a number, (n, c)).

    >>> cross_entropy(np.array([0]), np.array([[0.0, 0.0]]))
    (0.6931471805599453, array([[-0.5,  0.5]]))
    """
    raise NotImplementedError("hw04 task 5: cross_entropy")
