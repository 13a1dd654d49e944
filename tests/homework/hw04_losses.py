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
    ### BEGIN SOLUTION
    e = p - y
    return float(np.mean(e * e)), 2 * e / e.size
    ### END SOLUTION


def huber(y, p, delta):
    """Huber loss: like e²/2 near 0, straight further out. e = p − y; where |e| <=
    delta: e²/2, else delta·(|e| − delta/2).

    y, p: of one shape; delta: a number above 0. Returns (the mean, its gradient).

    >>> huber(np.array([0.0, 0.0]), np.array([0.5, 3.0]), 1.0)
    (1.3125, array([0.25, 0.5 ]))
    """
    ### BEGIN SOLUTION
    e = p - y
    clipped = np.clip(e, -delta, delta)
    return float(np.mean(clipped * (e - clipped / 2))), clipped / e.size
    ### END SOLUTION


def binary_cross_entropy(y, z):
    """Binary cross-entropy of sigmoid(z): the mean of −y·ln p − (1−y)·ln(1−p), where p
    = 1/(1 + e^(−z)); and (p − y)/n.

    y: (n,) of 0.0 and 1.0, z: (n,) logits. Returns (a number, (n,)). It must be exact
    for logits like 500, where p is 1 in
    floating point: ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|)).

    >>> binary_cross_entropy(np.array([1.0]), np.array([0.0]))
    (0.6931471805599453, array([-0.5]))
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    p = np.where(z >= 0, 1, small) / (1 + small)
    return float(np.mean(np.maximum(z, 0) - y * z + np.log1p(small))), (p - y) / len(y)
    ### END SOLUTION


def log_softmax(z):
    """The logarithm of softmax of each row, without computing softmax: z − max − ln Σ
    exp(z − max).

    z: (n, c). Returns (n, c).

    >>> log_softmax(np.array([[0.0, -2000.0]]))
    array([[    0., -2000.]])
    """
    ### BEGIN SOLUTION
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    ### END SOLUTION


def cross_entropy(labels, logits):
    """The mean of −log_softmax(logits) at the true class, and its gradient,
    (softmax(logits) − one-hot)/n.

    labels: (n,) from 0 to c − 1, logits: (n, c). Returns (a number, (n, c)).

    >>> cross_entropy(np.array([0]), np.array([[0.0, 0.0]]))
    (0.6931471805599453, array([[-0.5,  0.5]]))
    """
    ### BEGIN SOLUTION
    log_p, n = log_softmax(logits), len(labels)
    return float(-np.mean(log_p[np.arange(n), labels])), (
        np.exp(log_p) - np.eye(logits.shape[1])[labels]
    ) / n
    ### END SOLUTION
