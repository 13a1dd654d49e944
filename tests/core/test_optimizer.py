"""core/optimizer.py: the loop that all optimizers share, and SGD and Adam beside their papers."""

import numpy as np
import pytest

from minidl.core.optimizer import SGD, Adam, Optimizer
from minidl.core.tensor import Variable


def variables(*values, dtype=np.float64):
    return [Variable(value, name=f"w{i}", dtype=dtype) for i, value in enumerate(values)]


def built(optimizer, *values):
    """(optimizer, variables)"""
    ws = variables(*values)
    optimizer.build(ws)
    return optimizer, ws


class Noted(Optimizer):
    """Notes what the loop gives to `update`."""

    def __init__(self):
        super().__init__(0.5)
        self.seen = []

    def slots(self):
        return ("first", "second")

    def initial(self, slot, w):
        return np.ones_like(w) if slot == "second" else super().initial(slot, w)

    def begin_step(self, t):
        self.seen.append(t)

    def update(self, w, g, lr, first, second):
        self.seen.append((w.copy(), g, lr, first.copy(), second.copy()))
        first += g
        w -= lr * g


def test_update_is_given_each_variable_its_gradient_and_its_memory():
    optimizer, (a, b) = built(Noted(), [1.0, 2.0], [[3.0]])
    a.grad, b.grad = np.array([1.0, 1.0]), np.array([[2.0]])
    optimizer.step()
    t, (w, g, lr, first, second), (w2, *_) = optimizer.seen
    assert (t, lr) == (1, 0.5)
    np.testing.assert_array_equal([w, g, first, second], [[1, 2], [1, 1], [0, 0], [1, 1]])
    np.testing.assert_array_equal(w2, [[3]])
    np.testing.assert_array_equal(a.array, [0.5, 1.5])
    np.testing.assert_array_equal(optimizer.memory[0][0], [1, 1])


def test_a_step_clears_the_gradients_counts_itself_and_counts_the_change():
    optimizer, (a,) = built(Noted(), [1.0])
    before = a.version[0]
    for t in (1, 2, 3):
        a.grad = np.array([1.0])
        optimizer.step()
        assert a.grad is None and optimizer.iterations == t
    assert a.version[0] == before + 3
    assert [s for s in optimizer.seen if isinstance(s, int)] == [1, 2, 3]


def test_a_variable_without_a_gradient_stays():
    optimizer, (a, b) = built(Noted(), [1.0], [2.0])
    b.grad = np.array([1.0])
    before = a.version[0]
    optimizer.step()
    assert a.array == 1 and a.version[0] == before and b.array == 1.5
    assert len(optimizer.seen) == 2


def test_an_update_may_return_the_new_numbers():
    class Halved(Optimizer):
        def update(self, w, g, lr):
            return w / 2

    optimizer, (a,) = built(Halved(1.0), [4.0])
    array = a.array
    a.grad = np.array([1.0])
    optimizer.step()
    assert a.array is array and a.array == 2


def test_without_an_update_it_says_so():
    optimizer, (a,) = built(Optimizer(0.1), [1.0])
    a.grad = np.array([1.0])
    with pytest.raises(NotImplementedError, match="Optimizer needs a method update"):
        optimizer.step()


def test_scratch_is_kept_by_shape_dtype_and_number():
    optimizer, w = SGD(), np.zeros((2, 3))
    one = optimizer.scratch(w)
    assert one is optimizer.scratch(np.ones((2, 3))) and one.shape == (2, 3)
    others = [optimizer.scratch(w, 1), optimizer.scratch(w[0]), optimizer.scratch(w.astype("f4"))]
    assert all(other is not one for other in others)


# -- the papers' rules, written out plainly


def sgd(w, grads, lr, momentum=0.0, nesterov=False):
    v = np.zeros_like(w)
    for g in grads:
        v = momentum * v - lr * g
        w = w + (momentum * v - lr * g if nesterov else v)
    return w


def adam(w, grads, lr, beta_1, beta_2, epsilon):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(grads, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        rate = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - rate * m / (np.sqrt(v) + epsilon)
    return w


START = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, -0.1]])
GRADS = [np.random.default_rng(i).normal(size=(2, 3)) * 10.0 ** (i % 3 - 1) for i in range(20)]

RULES = {
    "SGD": (SGD(0.1), sgd(START, GRADS, 0.1)),
    "momentum": (SGD(0.1, 0.9), sgd(START, GRADS, 0.1, 0.9)),
    "nesterov": (SGD(0.1, 0.8, nesterov=True), sgd(START, GRADS, 0.1, 0.8, True)),
    "Adam": (Adam(), adam(START, GRADS, 0.001, 0.9, 0.999, 1e-7)),
    "Adam with its own numbers": (
        Adam(0.1, 0.8, 0.95, 1e-2),
        adam(START, GRADS, 0.1, 0.8, 0.95, 1e-2),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_twenty_steps_are_those_of_the_paper(rule):
    optimizer, expected = RULES[rule]
    optimizer, (w,) = built(optimizer, START)
    for g in GRADS:
        w.grad, given = g, g.copy()
        optimizer.step()
        np.testing.assert_array_equal(g, given, "a gradient is not to be changed")
    np.testing.assert_allclose(w.array, expected, rtol=1e-12)


def test_adam_s_first_step_is_its_rate_whatever_the_slope():
    optimizer, (w,) = built(Adam(0.01), [1.0, 1.0, 1.0])
    w.grad = np.array([1.0, 30.0, -1e3])
    optimizer.step()
    np.testing.assert_allclose(w.array, [0.99, 0.99, 1.01], rtol=1e-7)


@pytest.mark.parametrize(
    "make", [SGD, lambda: SGD(0.1, 0.9), Adam], ids=["SGD", "momentum", "Adam"]
)
def test_float32_stays_float32(make):
    optimizer, ws = make(), variables([1.0, 2.0], dtype=np.float32)
    optimizer.build(ws)
    ws[0].grad = np.ones(2, np.float32)
    optimizer.step()
    assert {a.dtype for a in [ws[0].array, *optimizer.memory[0]]} == {np.dtype(np.float32)}


def test_variables_of_one_shape_do_not_mix():
    """The scratch arrays are shared; what they hold must not pass from one variable to the next."""
    optimizer, (a, b) = built(Adam(0.1), [1.0, 2.0], [3.0, 4.0])
    alone, (c,) = built(Adam(0.1), [3.0, 4.0])
    for g in (1.0, -3.0, 0.5):
        a.grad, b.grad, c.grad = np.array([9.0, g]), np.array([g, 1.0]), np.array([g, 1.0])
        optimizer.step()
        alone.step()
    np.testing.assert_array_equal(b.array, c.array)
