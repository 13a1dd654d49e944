"""What the tests of very large and very small numbers share."""

import numpy as np
import pytest

from minidl import Tensor, apply
from minidl.core.derivatives import losses as fused

INF, NAN = np.inf, np.nan


both_floats = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def leaf(value, dtype=np.float64):
    return Tensor(np.asarray(value, dtype=dtype), requires_grad=True)


def gradient(f, value, dtype=np.float64):
    x = leaf(value, dtype)
    f(x).sum().backward()
    assert x.grad.shape == x.shape and x.grad.dtype == x.dtype
    return x.grad


def softmax_ce(x, targets):
    return apply(fused.softmax_cross_entropy, x, targets=np.asarray(targets, x.dtype))


def sparse_ce(x, labels):
    return apply(fused.sparse_softmax_cross_entropy, x, labels=np.asarray(labels))


def binary_ce(x, targets):
    return apply(fused.sigmoid_cross_entropy, x, targets=np.asarray(targets, x.dtype))
