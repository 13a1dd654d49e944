"""The tape: what is recorded, what backward() gives, a second backward, and no_grad."""

import threading

import numpy as np
import pytest
from tensor_cases import leaf

import minidl
from minidl import GraphError, Tensor, Variable, no_grad, ops

# --- which tensors get a gradient
# ---


def test_the_example_at_the_top_of_the_file():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x * x).sum().backward()
    assert repr(x.grad) == "array([2., 4., 6.], dtype=float32)"


def test_leaves_get_gradients_and_only_those_that_want_one():
    x, y, w = (
        leaf([1.0, 2.0]),
        Tensor([3.0, 4.0], dtype="float64"),
        Variable([5.0, 6.0], dtype="float64"),
    )
    frozen = Variable([1.0, 1.0], trainable=False, dtype="float64")
    (x * y * w * frozen).sum().backward()
    np.testing.assert_array_equal(x.grad, [15.0, 24.0])
    np.testing.assert_array_equal(w.grad, [3.0, 8.0])
    assert y.grad is None and frozen.grad is None


def test_an_intermediate_says_how_to_keep_its_gradient():
    """After backward(), which is when people ask, and before."""
    x = leaf([1.0, 2.0])
    h = x * 3
    with pytest.warns(UserWarning, match="retain_grad"):
        assert h.grad is None
    h.sum().backward()
    with pytest.warns(UserWarning, match="retain_grad"):
        assert h.grad is None


def test_retain_grad():
    x = leaf([1.0, 2.0])
    h = x * 3
    h.retain_grad()
    loss = (h * h).sum()
    loss.retain_grad()
    loss.backward()
    np.testing.assert_array_equal(h.grad, [6.0, 12.0])
    np.testing.assert_array_equal(x.grad, [18.0, 36.0])
    assert loss.grad == 1.0
    h.grad[:] = 0
    np.testing.assert_array_equal(x.grad, [18.0, 36.0])


def test_gradients_add_up_until_cleared():
    x = leaf([1.0, 2.0])
    for n in (1, 2, 3):
        (x * x).sum().backward()
        np.testing.assert_array_equal(x.grad, n * np.array([2.0, 4.0]))
    x.zero_grad()
    assert x.grad is None
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    x.grad = None
    assert x.grad is None


def test_an_array_taken_from_grad_is_not_changed_by_the_next_backward():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    first = x.grad
    (x * x).sum().backward()
    np.testing.assert_array_equal(first, [2.0, 4.0])


@pytest.mark.parametrize(
    "f, x, expected",
    [
        (lambda x: x + x, 3.0, 2.0),
        (lambda x: x * x, 3.0, 6.0),
        (lambda x: x - x, 3.0, 0.0),
        (lambda x: x / x, 3.0, 0.0),
        (lambda x: x * x * x, 3.0, 27.0),
        (lambda x: (x + x) * (x + x), 3.0, 24.0),
        (lambda x: x**2 + 2**x + x**x, 2.0, 4 + 4 * np.log(2) + 4 * (np.log(2) + 1)),
        (lambda x: ops.maximum(x, x), 3.0, 1.0),
        (lambda x: (lambda h: h * x + h)(x * x), 2.0, 3 * 4.0 + 2 * 2.0),
        (lambda x: (lambda a: (lambda b: a * b)(a + 1))(x * x), 2.0, 2 * 2.0 * (2 * 4 + 1)),
        (lambda x: ops.stack([x, x, x]).sum(), 1.0, 3.0),
        (lambda x: ops.where(True, x, x), 1.0, 1.0),
    ],
)
def test_reused_nodes(f, x, expected):
    t = leaf(x)
    f(t).backward()
    np.testing.assert_allclose(t.grad, expected, rtol=1e-13)


def test_a_diamond_of_many_floors():
    """2³⁰ paths, 60 nodes: each node is walked once, after all that use it."""
    x = leaf(1.0)
    h = x
    for _ in range(30):
        h = h * 0.5 + h * 0.5
    h.backward()
    assert x.grad == 1.0


def test_a_node_used_early_and_late():
    x = leaf(2.0)
    a = x * x  # used at once, and at the very end
    b = a
    for _ in range(5):
        b = b + a
    (b * a).backward()  # 6a·a, a = x²
    assert x.grad == 6 * 4 * 8.0


def test_random_graphs_against_forward_differences_of_the_same_polynomial():
    """Programs of + - * on a growing pool of nodes; an exact dual number runs alongside."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        start = [float(v) for v in rng.normal(size=3)]
        tensors = [leaf(v) for v in start]
        duals = [(v, np.eye(3)[i]) for i, v in enumerate(start)]
        for _ in range(25):
            i, j = rng.integers(len(tensors), size=2)
            (a, da), (b, db) = duals[i], duals[j]
            kind = rng.integers(3)
            tensors.append(
                [lambda s, t: s + t, lambda s, t: s - t, lambda s, t: s * t * 0.5][kind](
                    tensors[i], tensors[j]
                )
            )
            duals.append(
                [(a + b, da + db), (a - b, da - db), (a * b * 0.5, 0.5 * (da * b + a * db))][kind]
            )
        total, slope = tensors[3] + tensors[-1], duals[3][1] + duals[-1][1]
        if total.requires_grad:
            total.backward()
        found = [0.0 if t.grad is None else float(t.grad) for t in tensors[:3]]
        np.testing.assert_allclose(found, slope, rtol=1e-10, atol=1e-12)


SMOOTH = [
    lambda a, b: a * b,
    lambda a, b: a + b,
    lambda a, b: a - b * 0.5,
    lambda a, b: a / (b * b + 1.0),
    lambda a, b: ops.tanh(a) * b,
    lambda a, b: ops.sigmoid(a) + b,
    lambda a, b: a @ b * 0.3,
    lambda a, b: a.T * b,
    lambda a, b: a - b.mean(axis=0),
    lambda a, b: a * b.sum(axis=1, keepdims=True) * 0.2,
    lambda a, b: ops.softmax(a) * b,
    lambda a, b: ops.concatenate([a[1:], b[:1]]),
    lambda a, b: ops.stack([a[0], b[1], a[2]], axis=1),
    lambda a, b: a[[2, 0, 0]] + b,
    lambda a, b: a[::-1, 1:2] * b,
    lambda a, b: ops.log(a * a + 1.0) - b,
    lambda a, b: ops.sqrt(a * a + b * b + 1.0),
    lambda a, b: ops.sin(a) * ops.cos(b),
    lambda a, b: ops.softplus(a) - b,
    lambda a, b: ops.log_softmax(a, axis=0) * 0.1 + b,
    lambda a, b: a.reshape(9)[::-1].reshape(3, 3) * b,
    lambda a, b: (a.var(axis=1) + 1.0) ** 0.5 * b,
    lambda a, b: ops.logsumexp(a, axis=0) - b,
    lambda a, b: ops.dense(a, b, a[0]),
    lambda a, b: ops.pad(a, 1)[:3, 1:4] + b,
    lambda a, b: ops.exp(-a * a) * b,
]


@pytest.mark.parametrize("seed", range(25))
def test_random_programs_of_all_kinds_of_ops(seed):
    """A pool of 3 x 3 nodes grows by twelve random ops; many are reused, some lead nowhere."""
    rng = np.random.default_rng(seed)
    steps = [
        (rng.integers(len(SMOOTH)), rng.integers(3 + i), rng.integers(3 + i)) for i in range(12)
    ]

    def program(*inputs):
        pool = list(inputs)
        for kind, i, j in steps:
            pool.append(SMOOTH[kind](pool[i], pool[j]))
        return ops.stack(pool[-4:]).sum(axis=0)

    report = minidl.check_gradients(program, *rng.uniform(-1, 1, size=(3, 3, 3)))
    assert report, report


def test_one_variable_in_two_layers():
    w = Variable([[2.0]], dtype="float64")
    x = np.array([[3.0]])
    (x @ w @ w).sum().backward()
    np.testing.assert_allclose(w.grad, [[12.0]])


def test_what_is_not_on_the_way_to_the_loss_gets_nothing():
    x, y = leaf(1.0), leaf(2.0)
    (x * 2).backward()
    y * 3
    assert y.grad is None


# --- the second backward
# ---


def test_a_second_backward_is_an_error_that_names_the_cure():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        loss.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_retain_graph_allows_it_and_leaves_add_up():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    for n in (1, 2):
        loss.backward(retain_graph=True)
        np.testing.assert_array_equal(x.grad, n * np.array([2.0, 4.0]))
    loss.backward()
    np.testing.assert_array_equal(x.grad, [6.0, 12.0])
    with pytest.raises(GraphError, match="already freed"):
        loss.backward()


def test_a_shared_trunk():
    """Two losses on one trunk: the first backward must keep the graph, or the second says what
    happened.
    """
    x = leaf([1.0, 2.0])
    trunk = x * x
    a, b = trunk.sum(), (trunk * 3).sum()
    a.backward()
    with pytest.raises(GraphError, match="already freed"):
        b.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])  # the failed one changed nothing

    x.zero_grad()
    trunk = x * x
    a, b = trunk.sum(), (trunk * 3).sum()
    a.backward(retain_graph=True)
    b.backward()
    np.testing.assert_array_equal(x.grad, [8.0, 16.0])


def test_computing_on_with_a_used_up_result_is_noticed():
    x = leaf(2.0)
    h = x * x
    h.backward()
    with pytest.raises(GraphError, match="already freed"):
        (h * 2).backward()
    assert (h.detach() * x).requires_grad


def test_backward_from_a_leaf_and_from_a_result_of_one_number():
    x = leaf(3.0)
    x.backward()
    assert x.grad == 1.0
    y = leaf([[2.0]])
    (y * y).backward()
    np.testing.assert_array_equal(y.grad, [[4.0]])


def test_backward_with_a_gradient():
    x = leaf([1.0, 2.0, 3.0])
    (x * x).backward(gradient=[1.0, 0.0, -1.0])
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, -6.0])
    x.zero_grad()
    (x * x).backward(Tensor([1.0, 1.0, 1.0]))
    np.testing.assert_array_equal(x.grad, [2.0, 4.0, 6.0])
    weights = np.ones(3)
    x.zero_grad()
    (x + 0).backward(weights)
    assert not np.shares_memory(x.grad, weights)
    np.testing.assert_array_equal(weights, 1.0)


def test_a_gradient_that_is_given_is_copied():
    x, given = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    x.grad = given
    given *= 0
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    x.grad *= 0.5  # clipping by hand
    x.grad = np.clip(x.grad, -1.8, 1.8)
    np.testing.assert_array_equal(x.grad, [1.5, 1.8])
    (x * 1).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.5, 2.8])


def test_the_gradient_takes_the_dtype_of_the_tensor():
    x = leaf([1.0, 2.0], np.float32)
    (x * 2).backward(np.array([1.0, 1.0]))
    assert x.grad.dtype == np.float32
    x.grad = [1, 2]
    assert x.grad.dtype == np.float32 and type(x.grad) is np.ndarray


# --- no_grad
# ---


def recording():
    return (leaf(1.0) * 2).requires_grad


def test_nothing_is_recorded_under_no_grad():
    x = leaf([1.0, 2.0])
    with no_grad():
        y = x * x
        assert not y.requires_grad
        z = leaf(1.0)
    assert z.requires_grad and recording()
    with pytest.raises(GraphError, match="nothing to differentiate"):
        y.sum().backward()


def test_what_was_recorded_before_can_go_backward_under_no_grad():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    with no_grad():
        loss.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_no_grad_nests():
    with no_grad():
        with no_grad():
            assert not recording()
        assert not recording()
    assert recording()
    same = no_grad()
    with same:
        with same:
            assert not recording()
        assert not recording()
    assert recording()


def test_no_grad_ends_with_an_exception():
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert recording()

    @no_grad()
    def fails():
        raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert recording()


def test_no_grad_as_a_decorator():
    @no_grad()
    def double(x, *, by=2):
        """Twice."""
        return x * by

    x = leaf(3.0)
    assert not double(x, by=3).requires_grad and double(x).item() == 6.0
    assert double.__name__ == "double" and double.__doc__ == "Twice."
    assert recording()

    @no_grad()
    def countdown(n):
        return n if n == 0 else countdown(n - 1)

    assert countdown(5) == 0 and recording()


def test_no_grad_is_per_thread():
    inside, go_on, seen = threading.Event(), threading.Event(), []

    def other():
        with no_grad():
            inside.set()
            go_on.wait(5)
            seen.append(recording())

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(5)
    assert recording()
    x = leaf(3.0)
    (x * x).backward()
    assert x.grad == 6.0
    go_on.set()
    thread.join()
    assert seen == [False]

    with no_grad():
        fresh = []
        thread = threading.Thread(target=lambda: fresh.append(recording()))
        thread.start()
        thread.join()
    assert fresh == [True]


def test_threads_can_differentiate_at_the_same_time():
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        for _ in range(50):
            a = rng.normal(size=(4, 4))
            x = leaf(a)
            h = x
            for _ in range(5):
                h = h @ x
            h.sum().backward()
            powers = [np.linalg.matrix_power(a, k) for k in range(6)]
            expected = sum(powers[k].T @ np.ones((4, 4)) @ powers[5 - k].T for k in range(6))
            if not np.allclose(x.grad, expected, rtol=1e-8):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(s,)) for s in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_generator_that_pauses_inside_no_grad_does_not_leave_it_on():
    def predictions():
        with no_grad():
            yield 1
            yield 2

    g = predictions()
    with no_grad():
        next(g)
    g.close()
    assert recording()

    g = predictions()
    next(g)
    g.close()
    assert recording()
    assert list(predictions()) == [1, 2] and recording()
