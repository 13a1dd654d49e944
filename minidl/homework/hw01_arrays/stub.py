"""hw01: arrays. Write each function with NumPy, without a loop. Check with
python -m minidl.homework check hw01
"""

import numpy as np


def standardize(x):
    """Give each column of a table the mean 0 and the standard deviation 1.

    x: (n, k). Returns (n, k): x' = (x − mean of its column) / standard deviation of its
    column (divided by n, as np.std does).
    A column that never changes has the standard deviation 0: divide it by 1 instead.

    >>> standardize(np.array([[1.0, 5.0], [3.0, 5.0]]))
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    raise NotImplementedError("hw01 task 1: standardize")


def one_hot(labels, classes):
    """Turn labels into rows with a single 1.

    labels: (n,) whole numbers from 0 to classes − 1. Returns (n, classes) of floats:
    row i is 0 but for a 1 at labels[i].

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    raise NotImplementedError("hw01 task 2: one_hot")


def pairwise_distances(a, b):
    """All distances between the points of two sets.

    a: (n, d), b: (m, d). Returns (n, m): entry [i, j] is √Σ (a[i] − b[j])². Hint: a[:,
    None] has the shape (n, 1, d).

    >>> pairwise_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]))
    array([[5., 1.]])
    """
    raise NotImplementedError("hw01 task 3: pairwise_distances")


def softmax(z):
    """Turn each row of scores into probabilities.

    z: (n, k). Returns (n, k): exp(z[i, j]) / Σⱼ exp(z[i, j]). It must also work for
    scores like 1000, where exp overflows:
    subtracting the same number from a whole row changes nothing in the result.

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    raise NotImplementedError("hw01 task 4: softmax")
