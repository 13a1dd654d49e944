"""How deep a graph may be, what it keeps alive, who owns a gradient, and what is not computed."""

import gc
import weakref

import numpy as np
import pytest
from tensor_cases import leaf

import minidl
from minidl import Tensor, Variable, apply, no_grad, ops

# --- depth and memory
# ---


DEPTH = 100_000


def chain(x, step=lambda h: h + 1.0, depth=DEPTH):
    h = x
    for _ in range(depth):
        h = step(h)
    return h


def test_a_chain_of_100_000_goes_forward_and_backward():
    x = leaf(1.0)
    h = chain(x)
    h.backward()
    assert x.grad == 1.0
    del h
    gc.collect()


def test_a_chain_of_100_000_dies_without_backward():
    x = leaf(1.0)
    h = chain(x, lambda h: -h)
    end = weakref.ref(h)
    del h
    assert end() is None


def test_a_deep_chain_that_remembers_its_logits_dies():
    x = leaf(1.0)
    h = chain(x, ops.sigmoid, 30_000)
    h.backward()
    del h


def test_a_wide_sum_of_one_leaf():
    x = leaf(1.0)
    total = x
    for _ in range(5_000):
        total = total + x
    total.backward()
    assert x.grad == 5_001


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (x * x).sum(),
        lambda x: ops.softmax(x @ x).sum(),
        lambda x: ops.sigmoid(x).mean(),
        lambda x: x[[0, 0]].max(),
        lambda x: ops.concatenate([x, x]).std(),
        lambda x: x.T.reshape(-1).prod(),
        lambda x: ops.dense(x, x, x[0]).sum(),
        lambda x: minidl.losses.SparseCategoricalCrossentropy()([0, 1, 1], ops.softmax(x)),
        lambda x: minidl.losses.BinaryCrossentropy()(np.ones((3, 3)), ops.sigmoid(x)),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("how", ["backward", "retained", "only forward", "under no_grad"])
def test_no_reference_cycles(no_collector, f, how):
    """Python frees a graph the moment the loss goes, without the cycle collector: memory does not
    grow between its visits.
    """
    x = leaf(np.random.default_rng(0).normal(size=(3, 3)))
    if how == "under no_grad":
        with no_grad():
            loss = f(x)
    else:
        loss = f(x)
    if how in ("backward", "retained"):
        loss.backward(retain_graph=how == "retained")
    inner = [weakref.ref(loss)] + [
        weakref.ref(parent) for parent, _ in loss.edges if parent is not x
    ]
    del loss
    assert all(ref() is None for ref in inner)
    assert gc.collect() == 0


def test_a_graph_is_freed_by_backward_though_the_loss_lives():
    x = leaf(np.ones(1000))
    h = x * 2
    watch = weakref.ref(h)
    loss = h.sum()
    del h
    assert watch() is not None
    loss.backward()
    assert watch() is None and loss.item() == 2000


def test_adding_up_losses_as_numbers_keeps_no_graph():
    x, watched, total = leaf(np.ones(10)), [], 0.0
    for _ in range(3):
        h = x * x
        watched.append(weakref.ref(h))
        loss = h.mean()
        loss.backward()
        total += loss.item()
    del h, loss
    assert isinstance(total, float) and total == 3.0
    assert all(w() is None for w in watched)


def test_under_no_grad_nothing_is_kept():
    x = leaf(np.ones(10))
    with no_grad():
        h = x * 2
        watch = weakref.ref(h)
        y = h + 1
        del h
    assert watch() is None and y.data[0] == 3.0


def test_what_needs_no_gradient_keeps_nothing():
    x = Tensor(np.ones(10))
    h = x * 2
    watch = weakref.ref(h)
    y = h + 1
    del h
    assert watch() is None and not y.requires_grad


# --- who owns a gradient
# ---


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: ops.concatenate([x, y]),
        lambda x, y: ops.stack([x, y]),
        lambda x, y: (x + y).reshape(-1),
        lambda x, y: x.T + y.T,
        lambda x, y: x + y + x,
        lambda x, y: x.sum() + y.sum(),
        lambda x, y: x.sum(axis=0) + y.mean(axis=0),
        lambda x, y: ops.where(np.ones((2, 2), bool), x, y),
        lambda x, y: x[0] + y[1],
        lambda x, y: ops.broadcast_to(x + y, (3, 2, 2)),
        lambda x, y: x.astype("float64") + y,
        lambda x, y: ops.exp(x) * 1 + ops.exp(y) * 1,
        lambda x, y: (x + 0.0) + (y + 0.0),
    ],
    ids=range(15),
)
def test_a_leaf_owns_its_gradient(f):
    x, y = leaf(np.ones((2, 2))), leaf(np.full((2, 2), 2.0))
    out = f(x, y)
    seed = np.ones(out.shape)
    out.backward(gradient=seed)
    assert not np.shares_memory(x.grad, y.grad)
    for t in (x, y):
        assert t.grad.flags.writeable and t.grad.flags.owndata and type(t.grad) is np.ndarray
        assert not np.shares_memory(t.grad, seed) and not np.shares_memory(t.grad, t.data)
    before = y.grad.copy()
    x.grad *= 100
    np.testing.assert_array_equal(y.grad, before)
    np.testing.assert_array_equal(seed, 1.0)


def test_a_gradient_that_two_paths_share_is_not_added_into():
    """h + h hands the same g to both; adding one into the other would count it wrongly further
    down.
    """
    x = leaf([1.0, 2.0])
    a = x + 0.0
    b = x + 0.0
    s = a + b  # a and b receive the very same array
    t = a * 1.0  # then a receives more
    (s.sum() + t.sum() + b.sum() * 5).backward()
    np.testing.assert_array_equal(x.grad, [1 + 1 + 1 + 5.0] * 2)


def test_a_retained_gradient_is_a_copy():
    x = leaf([1.0, 2.0])
    h = x + 0.0
    h.retain_grad()
    (h + 0.0).sum().backward()
    h.grad[:] = 99
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + x,
        lambda x: x * x,
        lambda x: x * np.ones(3),
        lambda x: x + x + x,
        lambda x: ops.exp(x),
        lambda x: x[()],
    ],
)
def test_the_gradient_of_a_single_number_is_an_array_of_no_axes(f):
    x = leaf(2.0, np.float32)
    for _ in range(3):
        f(x).sum().backward()
        assert type(x.grad) is np.ndarray and x.grad.shape == () and x.grad.dtype == np.float32


# --- no gradient is computed in vain
# ---


def watched_op(calls):
    def watched(x, y):
        return x * y, (lambda g: calls.append("x") or g * y, lambda g: calls.append("y") or g * x)

    return watched


def test_the_vjp_of_what_needs_no_gradient_never_runs():
    images, w, frozen, calls = (
        Tensor([1.0, 2.0]),
        Variable([3.0, 4.0]),
        Variable([1.0, 1.0], trainable=False),
        [],
    )
    apply(watched_op(calls), images, w).sum().backward()
    assert calls == ["y"]
    apply(watched_op(calls), np.array([1.0, 2.0], np.float32), w).sum().backward()
    apply(watched_op(calls), frozen, w).sum().backward()
    assert calls == ["y"] * 3
    apply(watched_op(calls), images.detach(), w.detach())
    assert calls == ["y"] * 3


def test_each_vjp_runs_once():
    calls = []
    x, y = leaf(2.0), leaf(3.0)
    h = apply(watched_op(calls), x, y)
    (h + h * h + ops.exp(h)).backward()
    assert sorted(calls) == ["x", "y"]
