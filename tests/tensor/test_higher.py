"""Gradients that are differentiated again: closed forms, tapes inside tapes, what is left behind."""

import gc
import math
import weakref

import numpy as np
import pytest

import minidl
from minidl import GradientTape, Tensor, Variable, apply, no_grad, ops
from minidl.tensor.higher import gradients


def derivatives(f, x, orders):
    """f', f'', ... at x, by tapes inside each other."""
    x = Tensor(np.asarray(x, dtype=float))

    def nested(order):
        if order == 0:
            return f(x)
        with GradientTape() as tape:
            tape.watch(x)
            y = nested(order - 1)
        return tape.gradient(y, x)

    found = [nested(order) for order in range(1, orders + 1)]
    return [0.0 if d is None else d.data for d in found]


t = math.tanh(0.7)
s = 1 / (1 + math.exp(-0.7))
CLOSED = {
    "x³": (lambda x: x**3, 2.0, [12.0, 12.0, 6.0, 0.0]),
    "x·x·x": (lambda x: x * x * x, -1.5, [6.75, -9.0, 6.0, 0.0]),
    "x³ at 0": (lambda x: x**3, 0.0, [0.0, 0.0, 6.0, 0.0]),
    "1/x": (lambda x: 1 / x, 2.0, [-1 / 4, 2 / 8, -6 / 16, 24 / 32]),
    "√x": (ops.sqrt, 4.0, [1 / 4, -1 / 32, 3 / 256]),
    "ln x": (ops.log, 2.0, [1 / 2, -1 / 4, 2 / 8, -6 / 16]),
    "sin x": (ops.sin, 0.3, [math.cos(0.3), -math.sin(0.3), -math.cos(0.3), math.sin(0.3)]),
    "e^2x": (lambda x: ops.exp(2 * x), 0.5, [2 * math.e, 4 * math.e, 8 * math.e, 16 * math.e]),
    "tanh": (
        ops.tanh,
        0.7,
        [1 - t**2, -2 * t * (1 - t**2), (1 - t**2) * (6 * t**2 - 2)],
    ),
    "sigmoid": (ops.sigmoid, 0.7, [s * (1 - s), s * (1 - s) * (1 - 2 * s)]),
    "sigmoid at 0": (ops.sigmoid, 0.0, [1 / 4, 0.0, -1 / 8]),
    "softplus at 0": (ops.softplus, 0.0, [1 / 2, 1 / 4, 0.0, -1 / 8]),
    "gelu at 0": (ops.gelu, 0.0, [1 / 2, 2 / math.sqrt(2 * math.pi), 0.0]),
    "|x|³": (lambda x: ops.absolute(x) ** 3, -2.0, [-12.0, 12.0, -6.0]),
    "xˣ": (
        lambda x: x**x,
        2.0,
        [4 * (math.log(2) + 1), 4 * (math.log(2) + 1) ** 2 + 2],
    ),
    "x·floor(x)": (lambda x: x * ops.floor(x), 2.5, [2.0, 0.0]),
}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms(name):
    f, x, expected = CLOSED[name]
    np.testing.assert_allclose(
        derivatives(f, x, len(expected)),
        expected,
        rtol=1e-6 if name == "gelu at 0" else 1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: ops.where(x > 0, ops.sqrt(x), 0.0), [-1.0, 0.0, 4.0], [0, 0, -1 / 32]),
        (lambda x: ops.where(x > 0, ops.log(x), 0.0), [-1.0, 0.0, 4.0], [0, 0, -1 / 16]),
        (lambda x: ops.where(x != 0, 1 / x, 0.0), [0.0, 2.0], [0, 2 / 8]),
        (lambda p: ops.where(p > 0, p * ops.log(p), 0.0), [0.0, 0.5], [0, 2]),
        (lambda x: ops.where(x < 100, ops.exp(x), 0.0), [1e4, 0.0], [0, 1]),
        (lambda x: ops.where(x != 0, ops.sin(x) / x, 1.0), [0.0, math.pi], [0, 2 / math.pi**2]),
    ],
)
def test_a_branch_that_where_threw_away_sends_nothing_back(f, x, expected):
    np.testing.assert_allclose(derivatives(f, x, 2)[1], expected, rtol=1e-12, atol=1e-15)


def test_the_hessian_of_a_quadratic_is_its_matrix():
    a = np.array([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 4.0]])
    x = Variable(np.array([0.3, -0.2, 1.0]))
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = 0.5 * ops.sum(x * (a @ x))
        slope = inner.gradient(y, x)
    np.testing.assert_allclose(slope.data, a @ x.data, rtol=1e-12)
    np.testing.assert_allclose(outer.jacobian(slope, x).data, a, rtol=1e-12, atol=1e-15)


def test_the_length_of_a_gradient_has_a_gradient():
    """Of the critic x·w it is |w|: the derivative of (|w| - 1)² is 2(|w| - 1)·w/|w|."""
    w, b = Variable(np.array([[3.0], [4.0]])), Variable(np.zeros(1))
    x = Tensor(np.ones((1, 2)))
    with GradientTape() as tape:
        with GradientTape() as inner:
            inner.watch(x)
            y = x @ w + b
        g = inner.gradient(y, [x])[0]
        penalty = (ops.norm(g) - 1.0) ** 2
    of_w, of_b = tape.gradient(penalty, [w, b])
    np.testing.assert_allclose(of_w.data, 2 * 4 * np.array([[3 / 5], [4 / 5]]), rtol=1e-12)
    assert of_b is None, "the slope of the critic does not depend on b"
    assert not x.requires_grad and w.grad is None and b.grad is None


@pytest.mark.parametrize(
    "f", [ops.relu, ops.leaky_relu, ops.absolute, ops.relu6, lambda x: ops.threshold(x, 1.0)]
)
def test_a_function_of_straight_pieces_has_a_second_derivative_of_0(f):
    """So has a network of them: it is 0, and not missing, as in TensorFlow."""
    assert derivatives(f, [-2.0, 0.5, 3.0], 2)[1].tolist() == [0.0, 0.0, 0.0]


# --- which tapes record


def test_a_persistent_tape_differentiates_what_it_was_asked_inside_its_block():
    x = Tensor(np.array([1.0, 2.0]))
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**4
        slope = tape.gradient(y, x)
    assert tape.gradient(slope, x).tolist() == [12.0, 48.0]
    assert tape.gradient(y, x).tolist() == tape.gradient(y, x).tolist() == [4.0, 32.0]


def test_a_source_whose_tape_has_ended_is_still_one():
    """The inner tape is asked after its block, twice, while the outer one records."""
    x, w = Tensor(np.array([0.5, 1.0])), Variable(np.array([2.0, 3.0]))
    with GradientTape() as outer:
        with GradientTape(persistent=True) as inner:
            inner.watch(x)
            y = ops.tanh(ops.sin(x) * w) * w
        slope = inner.gradient(y, x)
        bend = inner.gradient(slope, x)
        total = bend.sum()
    assert not x.requires_grad
    z, c = np.sin(x.data) * w.data, np.cos(x.data) * w.data
    tanh, slope_of_tanh = np.tanh(z), 1 - np.tanh(z) ** 2
    np.testing.assert_allclose(slope.data, w.data * slope_of_tanh * c, rtol=1e-12)
    np.testing.assert_allclose(
        bend.data, w.data * (-2 * tanh * slope_of_tanh * c * c - slope_of_tanh * z), rtol=1e-12
    )
    assert np.isfinite(outer.gradient(total, w).data).all()


def test_without_a_tape_around_nothing_is_recorded():
    x = Variable(np.array([1.0, 2.0]))
    with GradientTape() as tape:
        y = x**3
    assert not tape.gradient(y, x).requires_grad
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = x**3
        with outer.stop_recording():
            slope = inner.gradient(y, x)
        z = ops.sum(slope * x)
    assert not slope.requires_grad
    assert outer.gradient(z, x).tolist() == [3.0, 12.0], "the slope counts as a constant"


def test_a_second_derivative_that_is_not_recorded():
    """The outer tape is told not to record what is asked of a recorded gradient."""
    x, w = Tensor(np.ones((1, 4, 1))), Variable(np.ones((2, 1, 1)))
    with GradientTape() as outer:
        with GradientTape(persistent=True) as inner:
            inner.watch(x)
            y = ops.sum(ops.conv(x, w) ** 3)
            slope = ops.sum(inner.gradient(y, x) ** 2)
        with outer.stop_recording():
            bend = inner.gradient(slope, w)
    assert not bend.requires_grad and bend.shape == (2, 1, 1) and bend.data.all()


def test_what_was_computed_before_a_tensor_was_watched_does_not_count():
    x, w = Tensor(np.array([3.0])), Variable(np.array([5.0]))
    with GradientTape() as outer:
        with GradientTape() as inner:
            before = w * x
            inner.watch(x)
            y = before * x
        slope, of_w = inner.gradient(y, [x, w])
    assert slope.tolist() == [15.0] and of_w.tolist() == [9.0]
    assert outer.gradient(slope, w).tolist() == [3.0]


def test_an_inner_step_of_learning_to_learn():
    """Model-agnostic meta-learning (Finn et al. 2017): L(w - a·∂l/∂w), with the loss l = w²·c."""
    w, c, a = Variable(np.array(2.0)), 3.0, 0.1
    with GradientTape() as outer:
        with GradientTape() as inner:
            loss = c * w * w
        moved = w - a * inner.gradient(loss, w)
        with GradientTape() as inner:
            loss = c * moved * moved
        moved = moved - a * inner.gradient(loss, moved)
        after = moved**2
    factor = (1 - 2 * a * c) ** 2
    assert outer.gradient(after, w).item() == pytest.approx(2 * factor**2 * 2.0, rel=1e-12)


# --- jacobians


def test_a_jacobian_has_a_slope_for_each_pair():
    x, unused = Variable(np.array([1.0, 2.0, 3.0])), Variable(np.ones(2))
    with GradientTape() as tape:
        y = ops.outer(x, x)
    jacobian, none = tape.jacobian(y, [x, unused])
    expected = np.einsum("ik,j->ijk", np.eye(3), x.data) + np.einsum("jk,i->ijk", np.eye(3), x.data)
    np.testing.assert_allclose(jacobian.data, expected, rtol=1e-12)
    assert none is None and x.grad is None and not y.edges, "the tape is used up"
    with pytest.raises(minidl.GraphError, match="used up by its first"):
        tape.jacobian(y, x)


def test_the_jacobian_of_each_sample():
    x = Tensor(np.arange(6.0).reshape(2, 3))
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = ops.stack([x.prod(axis=1), (x**2).sum(axis=1)], axis=1)
        nothing = y[:0]
    each = tape.batch_jacobian(y, x)
    assert each.tolist() == [[[2, 0, 0], [0, 2, 4]], [[20, 15, 12], [6, 8, 10]]]
    whole = tape.jacobian(y, x).data
    np.testing.assert_array_equal(whole[[0, 1], :, [0, 1]], each.data)
    assert not whole[0, :, 1].any() and not whole[1, :, 0].any()
    assert tape.jacobian(nothing, x).shape == (0, 2, 2, 3)
    unused = Tensor(np.ones((2, 4)))
    assert tape.batch_jacobian(y, unused) is None
    assert tape.batch_jacobian(y, unused, "zero").shape == (2, 2, 4)
    assert tape.jacobian(y, unused, "zero").shape == (2, 2, 2, 4)


def test_what_a_gradient_is_weighed_with_and_zeros_for_none():
    x, unused = Variable(np.array([1.0, 2.0])), Variable(np.ones(3))
    with GradientTape(persistent=True) as tape:
        y = x**2
        inside = tape.gradient(y, x, output_gradients=[10.0, 0.0])
    assert tape.gradient(y, x, [10.0, 1.0]).tolist() == [20.0, 4.0] and inside.tolist() == [
        20.0,
        0.0,
    ]
    with pytest.raises(ValueError, match="received output_gradients of shape \\(3,\\)"):
        tape.gradient(y, x, [1.0, 1.0, 1.0])
    found = tape.gradient(y, {"x": x, "unused": unused}, unconnected_gradients="zero")
    assert found["unused"].tolist() == [0.0, 0.0, 0.0] and found["x"].tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match='is "none" or "zero"; received \'zeros\''):
        tape.gradient(y, x, unconnected_gradients="zeros")


def test_a_derivative_along_a_direction_by_two_tapes():
    """The gradient is linear in what it is weighed with: its slope for the weights is J·u."""
    x, v, u = Variable(np.array([0.5, 1.0])), Tensor(np.ones(3)), np.array([2.0, -1.0])
    with GradientTape() as outer:
        outer.watch(v)
        with GradientTape() as inner:
            y = ops.stack([x[0] * x[1], ops.sin(x[0]), x[1] ** 3])
        slope = inner.gradient(y, x, output_gradients=v)
    along = outer.gradient(slope, v, output_gradients=u)
    expected = [1.0 * 2 - 0.5, np.cos(0.5) * 2, -3.0]
    np.testing.assert_allclose(along.data, expected, rtol=1e-12)


# --- what has no second derivative


def cube(x):
    """An op of one's own, arrays in and out."""
    return x**3, (lambda g: g * 3 * x**2,)


def test_an_op_without_a_second_derivative_says_so_where_it_is_asked_for():
    x = Variable(np.array([1.0, 2.0]))
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = apply(cube, x)
        slope = inner.gradient(y, x)
        z = ops.sum(slope * x)
    assert slope.tolist() == [3.0, 12.0], "the first derivative is right"
    with pytest.raises(NotImplementedError, match="gradient of 'cube' has no derivative here.*2·h"):
        outer.gradient(z, x)
    assert x.grad is None
    with GradientTape() as outer:  # what does not pass through it, does not mind it
        with GradientTape() as inner:
            y = apply(cube, x)
        step = inner.gradient(y, x).numpy()
        z = ops.sum(x * x * step)
    assert outer.gradient(z, x).tolist() == [6.0, 48.0]


def test_an_error_and_ctrl_c_leave_nothing_behind():
    x = Tensor(np.array([1.0, 2.0]))

    def stops(x):
        def vjp(g):
            raise KeyboardInterrupt

        return x * 2, (vjp,)

    before = np.geterr()
    with GradientTape():
        with GradientTape() as inner:
            inner.watch(x)
            y = apply(stops, x)
        assert not x.requires_grad
        with pytest.raises(KeyboardInterrupt):
            inner.gradient(y, x)
        assert not x.requires_grad and x.grad is None and np.geterr() == before


def test_a_value_that_was_changed_is_found_out():
    x = Variable(np.array([1.0, 2.0]))
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = x**3
        slope = inner.gradient(y, x)
        x.assign([5.0, 5.0])
        with pytest.raises(minidl.GraphError, match="modified in place"):
            inner.gradient(y, x)
    with pytest.raises(minidl.GraphError, match="modified in place"):
        outer.gradient(slope, x)


# --- memory


def test_the_graphs_are_freed_by_the_last_tape():
    x = Variable(np.array([1.0, 2.0]))
    with GradientTape() as outer:
        with GradientTape() as inner:
            middle = ops.sin(x)
            y = ops.sum(middle**3)
        slope = inner.gradient(y, x)
        z = ops.sum(slope**2)
    seen = weakref.ref(middle)
    del middle
    assert seen() is not None
    outer.gradient(z, x)
    gc.collect()
    assert seen() is None, "y, slope and z are still there, and hold nothing"
    assert not y.edges and not slope.edges and y.settings is slope.settings is z.settings is None


def test_a_graph_that_is_freed_lets_its_settings_go():
    class Mask(np.ndarray):
        pass

    x = Variable(np.ones(3))
    mask = np.array([True, False, True]).view(Mask)
    y = ops.sum(ops.where(mask, x, 0.0))
    held = weakref.ref(mask)
    del mask
    y.backward()
    gc.collect()
    assert held() is None


def test_recorded_gradients_keep_the_dtype_and_the_shape():
    x, y = Variable(np.ones((2, 1), "float32")), Variable(np.ones(3, "float64"))
    with no_grad():
        pass
    z = ops.sum(x * y * ops.exp(x))
    of_x, of_y = gradients(z, [x, y])
    assert (of_x.dtype, of_x.shape) == (np.float32, (2, 1))
    assert (of_y.dtype, of_y.shape) == (np.float64, (3,))
    again = gradients(ops.sum(of_x**2), [x])[0]
    assert (again.dtype, again.shape) == (np.float32, (2, 1))
    assert gradients(Tensor([1.0]), [x]) == [None]
