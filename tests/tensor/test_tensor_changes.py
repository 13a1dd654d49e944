"""What a graph still needs may not change before backward()."""

import numpy as np
import pytest
from tensor_cases import leaf, right_or_refused

import minidl
from minidl import GraphError, Tensor, Variable, no_grad, ops

# Each of these moves w after the graph has used it. The rule: an error, or the right gradient,
# never a wrong one.
MOVES = {
    "assign": lambda w: w.assign([5.0, 5.0]),
    "assign_add": lambda w: w.assign_add([1.0, 1.0]),
    "assign_sub": lambda w: w.assign_sub(1.0),
    "data =": lambda w: setattr(w, "data", np.array([5.0, 5.0])),
    "data -=": lambda w: _move_data(w),
    "-= under no_grad": lambda w: _step_in_place(w),
    "an optimizer": lambda w: minidl.optimizers.SGD(0.1).apply([np.array([1.0, 1.0])], [w]),
    "a layer's set_weights": lambda w: _through_a_layer(w),
}


def _move_data(w):
    w.data -= 0.5


def _step_in_place(w):
    with no_grad():
        w -= 0.5
        w *= 2.0
        w += 1.0
        w /= 3.0


def _through_a_layer(w):
    class Holder(minidl.Layer):
        def __init__(self):
            super().__init__()
            self.w = w

    Holder().set_weights([np.array([5.0, 5.0])])


@pytest.mark.parametrize("move", MOVES)
def test_backward_refuses_a_graph_whose_values_have_changed(move):
    w = Variable([1.0, 2.0], name="kernel", dtype="float64")
    loss = (w * w).sum()
    MOVES[move](w)
    assert not np.array_equal(w.data, [1.0, 2.0])
    with pytest.raises(GraphError) as error:
        loss.backward()
    assert (
        "'kernel'" in str(error.value)
        and "modified in place" in str(error.value)
        and "'mul'" in str(error.value)
    )
    assert w.grad is None
    (w * w).sum().backward()  # the loss computed again is fine
    np.testing.assert_allclose(w.grad, 2 * w.data)


@pytest.mark.parametrize("move", MOVES)
def test_an_unchanged_graph_is_not_refused(move):
    w, other = Variable([1.0, 2.0], dtype="float64"), Variable([3.0, 4.0], dtype="float64")
    loss = (w * w).sum()
    MOVES[move](other)
    loss.backward()
    np.testing.assert_array_equal(w.grad, [2.0, 4.0])
    MOVES[move](w)  # after backward it may move


def views(w):
    """Ways to have the numbers of w without being w."""
    with no_grad():
        unrecorded = w.reshape(2)
    return {
        "detach": w.detach(),
        "stop_gradient": ops.stop_gradient(w),
        "a view made under no_grad": unrecorded,
        "a slice": w.detach()[0:2],
        "a view of a view": w.detach().reshape(1, 2)[0],
        "the transpose": w.detach().T,
        "a Tensor of it": Tensor(w),
        "numpy": Tensor(w.numpy()),
    }


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("way", views(Variable([1.0, 2.0])))
def test_moving_a_weight_does_not_spoil_what_shares_its_memory(way, move):
    w, v = Variable([1.0, 2.0], dtype="float64"), Variable([1.0, 1.0], dtype="float64")
    loss = (views(w)[way] * v).sum()
    MOVES[move](w)
    right_or_refused(loss, v, [1.0, 2.0])


@pytest.mark.parametrize("way", ["reshape", "slice", "T", "detach"])
@pytest.mark.parametrize("trainable", [True, False])
def test_moving_a_view_does_not_spoil_what_it_was_made_of(way, trainable):
    x, v = (
        Variable([1.0, 2.0], trainable=trainable, dtype="float64"),
        Variable([1.0, 1.0], dtype="float64"),
    )
    view = {
        "reshape": lambda: x.reshape(2),
        "slice": lambda: x[:],
        "T": lambda: x.T,
        "detach": lambda: x.detach(),
    }[way]()
    loss = (x * v).sum()
    view.data -= 1
    right_or_refused(loss, v, [1.0, 2.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda w: w * 1,
        lambda w: w[[0, 1]],
        lambda w: ops.logsumexp(w[None], axis=1),
        lambda w: ops.concatenate([w, w]),
        lambda w: w.reshape(2, 1).T.reshape(2) * 1,
        lambda w: w.sum(),
        lambda w: Tensor(w),
        lambda w: w.numpy(),
    ],
    ids=range(8),
)
def test_moving_a_weight_does_not_refuse_what_has_memory_of_its_own(f):
    w, v = Variable([1.0, 2.0]), Variable([1.0])
    with no_grad():
        y = f(w)
    loss = (y * v).sum()
    before = float(np.sum(np.asarray(y)))
    w.assign([9.0, 9.0])
    loss.backward()
    np.testing.assert_allclose(v.grad, [before], rtol=1e-6)


def test_a_frozen_variable_counts_too():
    w, frozen = Variable([1.0]), Variable([2.0], trainable=False)
    loss = (w * frozen).sum()
    frozen.assign([9.0])
    with pytest.raises(GraphError, match="modified in place"):
        loss.backward()


def test_giving_data_copies_it():
    """Otherwise two weights share one memory, and training one moves the other."""
    online, target, array = (
        Variable([1.0, 2.0]),
        Variable([0.0, 0.0]),
        np.array([7.0, 8.0], np.float32),
    )
    target.data = online.data
    online.assign([9.0, 9.0])
    np.testing.assert_array_equal(target.data, [1.0, 2.0])
    target.data = array
    target.assign_add(1.0)
    np.testing.assert_array_equal(array, [7.0, 8.0])
    target.data = Tensor([3.0, 4.0])
    target.assign_add(1.0)  # and it is not read-only now
    np.testing.assert_array_equal(target.data, [4.0, 5.0])
    with pytest.raises(ValueError, match="received data of shape"):
        target.data = [1.0]
    plain = Tensor([0.0, 0.0])
    plain.data = array
    own = plain.data
    array += 1
    np.testing.assert_array_equal(plain.data, [7.0, 8.0])
    plain.data -= 1
    assert plain.data is own and own.tolist() == [6.0, 7.0]


def test_a_tensor_copies_the_array_it_is_made_of():
    a = np.ones(3)
    t, v = Tensor(a), Variable(a, dtype="float64")
    a += 1
    np.testing.assert_array_equal(t.data, 1.0)
    np.testing.assert_array_equal(v.data, 1.0)


def test_in_place_operators_on_a_leaf_that_records():
    w = leaf([1.0, 2.0])
    for statement in ("w += 1", "w -= 1", "w *= 2", "w /= 2"):
        with pytest.raises(TypeError) as error:
            exec(statement, {"w": w})
        assert f"w.data {statement[2:4]}" in str(error.value) and "no_grad" in str(error.value)
    np.testing.assert_array_equal(w.data, [1.0, 2.0])


def test_in_place_operators_under_no_grad_move_the_same_object():
    w = same = Variable([1.0, 2.0], name="w")
    with no_grad():
        w += [1.0, 1.0]
        w -= Tensor([0.5, 0.5])
        w *= 2
        w /= np.array([3.0, 5.0])
    assert w is same and w.dtype == np.float32
    np.testing.assert_allclose(w.data, [1.0, 1.0])
    with pytest.raises(ValueError), no_grad():
        w += np.ones((3, 2))


@pytest.mark.parametrize("backward_first", [False, True])
@pytest.mark.parametrize("under_no_grad", [False, True])
def test_elsewhere_they_rebind_the_name(backward_first, under_no_grad):
    """total += loss: also when the total has been through backward(). The old tensor keeps its
    numbers.
    """
    x = leaf([1.0, 2.0])
    total = old = (x * 2).sum()
    if backward_first:
        total.backward()
    if under_no_grad:
        with no_grad():
            total += 1
    else:
        total += 1
    assert total is not old and total.item() == 7.0 and old.item() == 6.0
    plain = before = Tensor([1.0])
    plain += 1
    assert plain is not before and before.item() == 1.0


def test_entries_are_not_assigned():
    t = Tensor([1.0, 2.0])
    with pytest.raises(TypeError) as error:
        t[0] = 5.0
    assert "ops.where" in str(error.value) and "t.numpy()" in str(error.value)
    with pytest.raises(TypeError, match="not assigned"):
        t[0] += 1.0


def test_assign_keeps_shape_dtype_and_memory():
    w = Variable([1.0, 2.0], name="bias")
    array = w.data
    w.assign(np.array([3.0, 4.0]))
    assert w.data is array and w.dtype == np.float32
    w.assign_add([1, 1])
    w.assign_sub(np.float64(2.0))
    np.testing.assert_array_equal(w.data, [2.0, 3.0])
    with pytest.raises(ValueError) as error:
        w.assign([1.0, 2.0, 3.0])
    assert "'bias' of shape (2,)" in str(error.value) and "(3,)" in str(error.value)
    np.testing.assert_array_equal(w.data, [2.0, 3.0])
