"""Ops that reduce many numbers to fewer.

axis: None (all axes), a number, or a tuple of numbers, as in NumPy. g has the shape of
the result. `_spread` brings it back to the shape of x.
"""

import numpy as np


def _spread(g, x, axis, keepdims):
    """Return g repeated along the axes that were summed, in the shape of x."""
    if axis is None:
        return np.asarray(g).repeat(x.size).reshape(x.shape)
    return np.broadcast_to(g if keepdims else np.expand_dims(g, axis), x.shape)


def sum(x, *, axis=None, keepdims=False):
    """z = Σ x        ∂L/∂x = g for every x that was summed

    >>> z, (vjp,) = sum(np.array([[1.0, 2.0, 3.0]]), axis=1)
    >>> z, vjp(np.array([5.0]))
    (array([6.]), array([[5., 5., 5.]]))
    """
    raise NotImplementedError("write sum in derivatives/reductions.py")


def mean(x, *, axis=None, keepdims=False):
    """z = Σ x / n    ∂L/∂x = g/n for every x that was summed

    n: how many numbers each result is computed from. With z at hand, n = x.size / z.size.
    """
    raise NotImplementedError("write mean in derivatives/reductions.py")
