"""Arrays to call ops on, and what NumPy has no function for."""

import math

import numpy as np

rng = np.random.default_rng(7)


def normal(*shape):
    return rng.normal(size=shape)


def positive(*shape):
    return rng.uniform(0.5, 2.0, size=shape)


def naive_softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def erf(x):
    return np.array([math.erf(v) for v in np.ravel(x)]).reshape(np.shape(x))


def chosen(p, axis=-1):
    """A one-hot of the largest."""
    return (p == p.max(axis=axis, keepdims=True)).astype(float)


def scattered(indices, values, shape, into=None):
    z = np.zeros(shape) if into is None else into.copy()
    for index, value in zip(indices, values):
        z[tuple(index)] = value if into is not None else z[tuple(index)] + value
    return z


# Distinct numbers, none near 0, ±0.5, ±1, ±3, 6 or a whole or half number.
A = (rng.permutation(12).reshape(3, 4) - 5.4) * 0.41
B = (rng.permutation(12).reshape(3, 4) - 5.3) * 0.37
P = positive(3, 4)
I = np.array([[2, 0, 1, 3], [1, 1, 0, 2], [3, 2, 2, 0]])
L = np.array([2, 0, 3])
Q = naive_softmax(B)
T = chosen(A)

S = normal(3, 2, 2) * 0.3 + 2 * np.eye(2)
D = S @ np.swapaxes(S, 1, 2)

# name: (inputs, the door, the same in NumPy). Float inputs are differentiated, but for the names in
# STEPS.
