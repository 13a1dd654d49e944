"""Gradients of indexing: added in place, so that a loop over positions costs one array of zeros."""

import numpy as np
import pytest

from minidl.core import backward
from minidl.core.backward import Placed
from minidl.core.tensor import Tensor


def loop(steps):
    x = Tensor(np.arange(steps * 3.0).reshape(steps, 3), requires_grad=True)
    total = x[0].sum() * 0.0
    for t in range(steps):
        total = total + (x[t] * float(t)).sum()
    return x, total


def test_a_loop_over_positions_makes_one_array_of_zeros(monkeypatch):
    made = []

    class Counting:
        def __getattr__(self, name):
            return getattr(np, name)

        def zeros_like(self, array):
            made.append(array.shape)
            return np.zeros_like(array)

    x, total = loop(50)
    monkeypatch.setattr(backward, "np", Counting())
    total.backward()
    assert made == [(50, 3)]
    np.testing.assert_array_equal(x.grad, np.repeat(np.arange(50.0), 3).reshape(50, 3))


def test_an_index_beside_other_uses_adds_up_and_changes_nobodys_array():
    y = Tensor(np.ones((3, 2)), requires_grad=True)
    w = Tensor(np.ones((3, 2)), requires_grad=True)
    picked = y[0]  # older than the sum, so its gradient comes after that of the sum
    total = y + w  # y and w are passed one and the same array
    gradient = np.full((3, 2), 5.0)
    (total + picked.sum() * 7.0).backward(gradient)
    np.testing.assert_array_equal(gradient, np.full((3, 2), 5.0))
    np.testing.assert_array_equal(w.grad, np.full((3, 2), 5.0))
    np.testing.assert_array_equal(y.grad, [[5 + 210, 5 + 210], [5, 5], [5, 5]])


def test_a_place_that_is_named_twice_gets_both():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x[[0, 0, 2]] * Tensor([1.0, 10.0, 100.0])).sum().backward()
    np.testing.assert_array_equal(x.grad, [11, 0, 100])


@pytest.mark.parametrize("repeats", [False, True])
def test_placed_adds_to_what_is_there(repeats):
    total = np.ones(3)
    Placed(np.array([1]), np.array([4.0]), repeats).add_to(total)
    np.testing.assert_array_equal(total, [1, 5, 1])
