"""core/backward.py: the sum over all ways from the loss to a leaf, and what is refused."""

import numpy as np
import pytest
from core_cases import leaf, slopes

from minidl.core.backward import ChangedError, GraphError, sum_to
from minidl.core.derivatives import linear
from minidl.core.tensor import Tensor, Variable, apply


def test_a_value_used_twice_collects_from_both():
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad == 7


def test_gradients_add_up_until_they_are_set_to_none():
    x = leaf(3.0)
    (x * 2).backward()
    (x * 5).backward()
    assert x.grad == 7
    x.grad = None
    (x * 5).backward()
    assert x.grad == 5


def test_every_leaf_owns_its_gradient():
    """A vjp may hand on g itself: two leaves of a sum must not share one array."""
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    g = np.array([1.0, 1.0])
    (x + y).backward(g)
    x.grad += 10
    np.testing.assert_array_equal(y.grad, [1, 1])
    np.testing.assert_array_equal(g, [1, 1])


def test_adding_up_never_writes_into_what_a_vjp_gave():
    x = leaf([1.0, 2.0])
    y = x + 0.0
    z = y + y  # both parts of y are g itself
    g = np.array([1.0, 10.0])
    (z + y).backward(g)
    np.testing.assert_array_equal(x.grad, [3, 30])
    np.testing.assert_array_equal(g, [1, 10])


def test_three_ways_meet():
    rng = np.random.default_rng(0)
    x, w = leaf(rng.normal(size=(3, 2))), leaf(rng.normal(size=(2, 2)))

    def loss(x):
        a = x @ w
        b = a * x + a
        return (b * a / (a * a + 1)).mean()

    loss(x).backward()
    np.testing.assert_allclose(x.grad, slopes(loss, x), rtol=1e-6, atol=1e-9)


def test_a_gradient_other_than_one():
    x = leaf([1.0, 2.0])
    (x * x).backward(np.array([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad, [2, 40])


def test_a_graph_of_100_000_nodes():
    x, one = leaf(1.0), Tensor(1.0, dtype=np.float64)
    z = x
    for _ in range(100_000):
        z = z + one
    z.backward()
    assert x.grad == 1


def test_the_graph_is_freed_and_a_second_backward_is_refused():
    x = leaf(3.0)
    z = x * x
    z.backward()
    assert z.used == () and not z.edges
    with pytest.raises(GraphError, match="freed by an earlier backward"):
        z.backward()
    assert x.grad == 6, "what was refused adds nothing"
    with pytest.raises(GraphError, match="freed"):
        (z + x).backward()


def test_retain_graph_keeps_it_for_another():
    x = leaf(3.0)
    z = x * x
    z.backward(retain_graph=True)
    z.backward()
    assert x.grad == 12
    with pytest.raises(GraphError):
        z.backward()


def test_nothing_to_differentiate():
    with pytest.raises(GraphError, match="nothing to differentiate"):
        (Tensor([1.0]) * 2).backward()


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.assign([5.0, 5.0]),
        lambda w: setattr(w, "data", np.zeros(2, np.float32)),
        lambda w: setattr(w.assign([5.0, 5.0]), "data", np.zeros(2, np.float32)),
    ],
    ids=["assign", "data", "both"],
)
def test_values_that_changed_since_their_use_are_refused(change):
    w, x = Variable([1.0, 2.0]), leaf([3.0, 4.0])
    z = (w * x).sum()
    change(w)
    with pytest.raises(ChangedError, match="modified in place after 'mul' had used it") as caught:
        z.backward()
    assert caught.value.tensor is w and caught.value.op.__name__ == "mul"
    assert isinstance(caught.value, GraphError) and w.grad is None and x.grad is None


def test_what_has_no_gradient_itself_must_not_change_either():
    """The slope of w is x, so x is needed as it was."""
    w, x = Variable([1.0, 2.0]), Tensor([3.0, 4.0])
    z = (w * x).sum()
    x.data = np.zeros(2, np.float32)
    with pytest.raises(ChangedError) as caught:
        z.backward()
    assert caught.value.tensor is x and w.grad is None


def test_a_change_through_a_view_is_noticed_too():
    x = leaf([1.0, 2.0])
    z = (x * x).sum()
    view = x.detach()[:1]
    view.data -= 1
    with pytest.raises(ChangedError):
        z.backward()


def test_a_value_that_no_slope_needs_any_more_may_change():
    w = Variable([1.0, 2.0])
    (w * w).sum().backward()
    w.assign([0.0, 0.0])
    (w * 3).sum().backward()
    np.testing.assert_array_equal(w.grad, [5, 7])


def failing(x):
    """An op whose way back fails."""

    def vjp(g):
        raise ArithmeticError("no way back")

    return x * 2, (vjp,)


def test_a_vjp_that_fails_leaves_all_gradients_as_they_were():
    early = leaf([1.0, 2.0])
    early.grad = before = np.array([7.0, 7.0])
    half = apply(failing, early)
    late = leaf([3.0, 4.0])  # younger than half, so its gradient is known before the failure
    z = (half * late).sum() + (early * late).sum()
    with pytest.raises(ArithmeticError, match="no way back"):
        z.backward()
    assert early.grad is before and late.grad is None
    np.testing.assert_array_equal(before, [7, 7])


def test_a_gradient_of_a_wrong_shape_is_refused():
    def broken(x):
        return x * 2, (lambda g: np.ones(5),)

    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match=r"shape \(5,\) for an input of shape \(2,\)"):
        apply(broken, x).sum().backward()
    assert x.grad is None


def test_gradients_take_the_dtype_of_their_tensor():
    half, double = Tensor([1.0], requires_grad=True), leaf([2.0])
    (half * double).sum().backward()
    assert half.grad.dtype == np.float32 and double.grad.dtype == np.float64


def test_whole_numbers_cannot_have_one():
    x = Tensor([1], requires_grad=True, dtype=np.int64)
    with pytest.raises(TypeError, match="Only float tensors"):
        (x * leaf([2.0])).sum().backward()


def test_an_inner_tensor_keeps_a_gradient_if_it_retains():
    x = leaf([1.0, 2.0])
    inner, other = x * 2, x * 3
    inner.retains = True
    (inner * other).sum().backward()
    np.testing.assert_array_equal(inner.grad, [3, 6])
    assert other.grad is None
    np.testing.assert_array_equal(x.grad, [12, 24])


def test_what_an_inner_tensor_keeps_is_its_own():
    """The slope of a sum is g itself, which passes through to x: changing one changes no other."""
    x = leaf([1.0, 2.0])
    inner = x * 1.0 + 0.0
    middle = inner + 0.0
    inner.retains = middle.retains = True
    (middle * middle).sum().backward()
    inner.grad += 100
    np.testing.assert_array_equal(middle.grad, [2, 4])
    middle.grad += 100
    np.testing.assert_array_equal(inner.grad, [102, 104])
    np.testing.assert_array_equal(x.grad, [2, 4])


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 1), (1, 3), (1, 1), (2, 3)])
def test_sum_to_undoes_broadcasting(shape):
    g = np.arange(6.0).reshape(2, 3)
    z = sum_to(shape, g)
    assert z.shape == shape
    ones = np.broadcast_to(np.ones(shape), g.shape)
    assert z.sum() == (ones * g).sum()
    if shape == (2, 1):
        np.testing.assert_array_equal(z, [[3], [12]])


@pytest.mark.parametrize("shape", [(4,), (2, 2), (2, 3, 1)])
def test_sum_to_refuses_what_was_never_broadcast(shape):
    with pytest.raises(ValueError, match="a vjp returned shape"):
        sum_to(shape, np.ones((2, 3)))


def test_a_large_product_of_matrices_equals_the_formula():
    rng = np.random.default_rng(1)
    x, w, b = [leaf(rng.normal(size=s)) for s in ((5, 4), (4, 3), (3,))]
    g = rng.normal(size=(5, 3))
    apply(linear.dense, x, w, b).backward(g)
    np.testing.assert_allclose(x.grad, g @ w.array.T)
    np.testing.assert_allclose(w.grad, x.array.T @ g)
    np.testing.assert_allclose(b.grad, g.sum(axis=0))
