"""What a tensor looks like, how it is copied, and its methods."""

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tensor_cases import A, f32, f64, leaf, right_or_refused

import minidl
from minidl import Tensor, Variable, apply, ops
from minidl.core.derivatives import arithmetic

# --- what it looks like
# ---


@pytest.mark.parametrize(
    "shape",
    [
        (),
        (3,),
        (20,),
        (21,),
        (1000, 1000),
        (64, 28, 28, 3),
        (2, 3, 4, 5, 6),
        (0,),
        (5, 0),
        (1, 1, 1, 1, 1, 1),
    ],
)
def test_reprs_are_short(shape):
    for thing in (
        Tensor(np.ones(shape)),
        leaf(np.ones(shape)) * 1e-7,
        Variable(np.ones(shape), name="kernel"),
    ):
        assert len(repr(thing)) < 600 if len(shape) > 2 else len(repr(thing)) < 300


def test_reprs_tell_what_matters():
    assert repr(Tensor([1.0, 2.0])) == "Tensor([1., 2.])"
    assert repr(leaf([1.0])) == "Tensor([1.], dtype=float64, requires_grad=True)"
    assert "op=mul" in repr(leaf([1.0]) * 2)
    assert "shape=(5, 5)" in repr(Tensor(np.ones((5, 5))))
    assert "shape=" not in repr(Tensor(np.ones(20))) and "shape=(21,)" in repr(Tensor(np.ones(21)))
    assert "dtype=int64" in repr(Tensor(np.arange(2)))
    text = repr(Variable([1.0, 2.0], name="bias", trainable=False))
    assert "'bias'" in text and "shape=(2,)" in text and "trainable=False" in text
    for t in (Tensor(1.0), leaf(1.0) * 2):
        assert str(t) == repr(t)


# --- copies
# ---


COPIES = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda t: pickle.loads(pickle.dumps(t)),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_a_variable_is_a_variable_of_its_own(how):
    w = Variable([1.0, 2.0], name="kernel", dtype="float64")
    frozen = Variable([3.0], name="moving_mean", trainable=False)
    c, f = COPIES[how](w), COPIES[how](frozen)
    assert type(c) is Variable and c.name == "kernel" and c.trainable and c.dtype == f64
    assert type(f) is Variable and f.name == "moving_mean" and not f.trainable
    c.assign([9.0, 9.0])
    np.testing.assert_array_equal(w.data, [1.0, 2.0])
    (c * c).sum().backward()
    np.testing.assert_array_equal(c.grad, [18.0, 18.0])
    assert w.grad is None


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize(
    "make",
    [
        lambda: leaf([1.0, 2.0]),
        lambda: Tensor(np.arange(3)),
        lambda: leaf([1.0]) * 2,
        lambda: Tensor(True),
        lambda: ops.softmax(leaf([1.0, 2.0])),
    ],
    ids=["leaf", "whole", "computed", "bool", "softmax"],
)
def test_a_copy_has_the_same_numbers(how, make):
    t = make()
    c = COPIES[how](t)
    assert type(c) is Tensor and c.dtype == t.dtype and not np.shares_memory(c.data, t.data)
    np.testing.assert_array_equal(c.data, t.data)
    if t.requires_grad:
        (c * 3).sum().backward()
        np.testing.assert_array_equal(c.grad, np.full(t.shape, 3.0))


@pytest.mark.parametrize("how", COPIES)
def test_a_used_up_tensor_can_be_copied(how):
    x = leaf(2.0)
    y = x * x
    y.backward()
    assert COPIES[how](y).item() == 4.0


def test_deepcopy_keeps_what_is_shared_shared():
    w = Variable([1.0])
    a, b = copy.deepcopy([w, w])
    assert a is b and a is not w


def test_a_copy_of_a_frozen_layer_can_be_thawed():
    layer = minidl.layers.Dense(2)
    layer(np.ones((1, 3)))
    layer.trainable = False
    twin = copy.deepcopy(layer)
    assert not twin.trainable_weights
    twin.trainable = True
    assert len(twin.trainable_weights) == 2
    assert not layer.trainable_weights


def test_a_pickle_read_by_a_fresh_process_still_learns(tmp_path):
    """There it may be 'younger' than what is computed from it."""
    for _ in range(5000):
        Tensor(0.0)
    w = Variable([1.0, 2.0], name="w")
    file = tmp_path / "w.pickle"
    file.write_bytes(pickle.dumps([w, leaf([3.0])]))
    code = f"""
import pickle
w, x = pickle.load(open({str(file)!r}, "rb"))
(w * w).sum().backward()
(x * x * x).sum().backward()
print(w.grad.tolist(), x.grad.tolist())
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(minidl.__file__).parents[1])}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.strip() == "[2.0, 4.0] [27.0]", result.stderr


# --- methods
# ---


@pytest.mark.parametrize(
    "f",
    [
        lambda a: a.sum(),
        lambda a: a.sum(0),
        lambda a: a.sum(axis=1, keepdims=True),
        lambda a: a.mean((0, 1)),
        lambda a: a.max(-1),
        lambda a: a.min(axis=0),
        lambda a: a.prod(1),
        lambda a: a.var(0),
        lambda a: a.std(axis=1),
        lambda a: a.cumsum(),
        lambda a: a.cumsum(1),
        lambda a: a.clip(0.7, 1.7),
        lambda a: a.clip(min=0.7),
        lambda a: a.astype("float32"),
        lambda a: a.dot(A.T),
        lambda a: a.ravel(),
        lambda a: a.flatten(),
        lambda a: a.reshape(3, 2),
        lambda a: a.reshape((3, 2)),
        lambda a: a.reshape([3, 2]),
        lambda a: a.reshape(-1),
        lambda a: a.reshape(3, -1),
        lambda a: a.transpose(),
        lambda a: a.transpose(1, 0),
        lambda a: a.transpose((1, 0)),
        lambda a: a.transpose(None),
        lambda a: a.swapaxes(0, -1),
        lambda a: a[None].squeeze(),
        lambda a: a[None].squeeze(0),
        lambda a: a.T,
        lambda a: abs(a),
        lambda a: -a,
        lambda a: +a,
        lambda a: a.argmax(),
        lambda a: a.argmin(1),
        lambda a: a.argsort(),
        lambda a: a[None].argsort(),
        lambda a: a.round(),
        lambda a: a.any(),
        lambda a: a.all(0),
        lambda a: a.round(1),
        lambda a: a.tolist(),
        lambda a: a.item() if a.size == 1 else 0,
        lambda a: a[1],
        lambda a: a[:, ::-1],
        lambda a: a[a.argmax(0), [0, 1, 2]],
        lambda a: a[a > 1],
    ],
    ids=range(47),
)
def test_methods_are_numpys(f):
    expected = f(A)
    for t in (Tensor(A), leaf(A)):
        found = f(t)
        np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-6)
        assert np.shape(found) == np.shape(expected)


def test_index_by_tensors():
    x = leaf([10.0, 20.0, 30.0])
    y = x[Tensor([2.0, 0.0])] + x[Tensor(np.array([True, False, True]))] + x[[]].sum()
    np.testing.assert_array_equal(y.data, [40.0, 40.0])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, 2.0])


def test_copy_has_memory_of_its_own_and_passes_gradients():
    for t in (leaf([1.0, 2.0]), Tensor([1.0, 2.0])):
        c = t.copy()
        assert type(c) is Tensor and not np.shares_memory(c.data, t.data)
        assert c.tolist() == [1.0, 2.0] and c.requires_grad == t.requires_grad
    x = leaf([1.0, 2.0])
    (x.copy() * 3).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_detach_and_stop_gradient():
    x = leaf([1.0, 2.0])
    (x * x.detach()).sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])
    x.zero_grad()
    (x * ops.stop_gradient(x * 3)).sum().backward()
    np.testing.assert_array_equal(x.grad, [3.0, 6.0])


def test_convert_to_tensor_keeps_the_tape():
    x = leaf([1.0])
    assert ops.convert_to_tensor(x) is x
    y = ops.convert_to_tensor(x, "float32")
    assert y.dtype == f32 and y.requires_grad
    w = Variable([1.0])
    assert ops.convert_to_tensor(w) is w


def test_an_op_of_ones_own():
    """What a learner writes: one function, used like the others."""

    def cube(x):
        return x**3, (lambda g: g * 3 * x**2,)

    x = leaf([1.0, 2.0])
    y = apply(cube, x)
    assert "op=cube" in repr(y)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [3.0, 12.0])
    assert minidl.check_gradients(lambda x: apply(cube, x), x.data)


def test_an_op_may_return_its_input():
    """Then both are one memory, and a change to one is noticed by what was computed from the
    other.
    """
    x = leaf([1.0, 2.0])
    y = apply(lambda x: (x, (lambda g: g,)), x)
    (y * y).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    v = leaf([1.0, 1.0])
    y = apply(lambda x: (x, (lambda g: g,)), x)
    loss = (x * v).sum()
    y.data -= 1
    right_or_refused(loss, v, [1.0, 2.0])


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_probabilities_along_the_last_axis_remember_their_logits(ndim):
    x = leaf(np.ones((2, 3, 4)[:ndim]))
    for axis in range(-ndim, ndim):
        known = ops.softmax(x, axis).logits()
        assert (known is not None) == (axis in (-1, ndim - 1)), axis
    kind, source = ops.sigmoid(x).logits()
    assert kind == "sigmoid" and source is x


def test_params_are_not_differentiated():
    x = leaf([-1.0, 1.0])
    apply(arithmetic.clip, x, low=0.0, high=None).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 1.0])


def test_variable_trainable():
    w, n = Variable([1.0]), Variable(np.array(3))
    assert w.trainable and w.requires_grad and not n.trainable and n.dtype == np.int64
    w.trainable = False
    assert not (w * 2).requires_grad
    w.trainable = True
    assert (w * 2).requires_grad
    n.trainable = True
    assert not n.trainable


def test_requires_grad_can_be_switched():
    t = Tensor([1.0])
    t.requires_grad = True
    (t * 2).sum().backward()
    assert t.grad.item() == 2.0
    t.requires_grad = False
    assert not (t * 2).requires_grad


def test_a_list_of_tensors_is_stacked_and_learns():
    a, b = Variable([1.0, 2.0]), Variable([3.0, 4.0])
    total = ops.sum([ops.sum(a * a), ops.sum(b)])
    total.backward()
    assert total.item() == 12.0 and a.grad.tolist() == [2.0, 4.0] and b.grad.tolist() == [1.0, 1.0]
    assert ops.convert_to_tensor([a, b]).shape == (2, 2)


def test_products_and_switches_that_are_refused():
    a = Tensor(np.ones((2, 3)))
    assert a.dot(2.0).numpy().tolist() == [[2] * 3] * 2 and Tensor(2.0).dot(np.ones(2)).shape == (
        2,
    )
    with pytest.raises(ValueError, match=r"dot of \(2, 3\) and \(4, 3, 2\).*write a @ b"):
        a.dot(np.ones((4, 3, 2)))
    with pytest.raises(ValueError, match=r"squeeze\(axis=0\) needs axes of size 1; .* \(2, 3\)"):
        a.squeeze(0)

    def numbers():
        yield 1

    with pytest.raises(TypeError, match="cannot decorate a generator function"):
        minidl.no_grad()(numbers)
    assert minidl.no_grad()(lambda x: (x * a).requires_grad)(2) is False
