"""core/tensor.py: what a tensor keeps, what operators give, and what is recorded."""

import doctest
import operator
import threading

import numpy as np
import pytest
from core_cases import leaf, slopes

from minidl.core import tensor as module
from minidl.core.backward import GraphError
from minidl.core.derivatives import arithmetic, reductions, shaping
from minidl.core.operators import Operators
from minidl.core.tensor import Tensor, Variable, apply, no_grad


def test_the_example_at_the_top_runs():
    done = doctest.testmod(module)
    assert done.attempted == 4 and done.failed == 0


def test_a_tensor_copies_what_it_is_given_and_of_does_not():
    array = np.array([1.0, 2.0], np.float32)
    copied, shared = Tensor(array), Tensor.of(array)
    array[0] = 5
    assert copied.array[0] == 1 and shared.array[0] == 5


def test_numbers_are_float32_unless_asked():
    assert Tensor([1.0]).array.dtype == np.float32
    assert Variable([1.0]).array.dtype == np.float32
    assert leaf([1.0]).array.dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_computed_keeps_its_dtype(dtype):
    x = Tensor([[1.5, 2.5]], requires_grad=True, dtype=dtype)
    made = [2 * x, x + 0.1, 1 / x, x**2, 2**x, x - np.float64(1), np.arange(2.0) - x, -x, x[0]]
    made += [x.sum(), x.mean(axis=1), x.reshape(2, 1), x @ x.reshape(2, 1)]
    assert {z.array.dtype for z in made} == {np.dtype(dtype)}
    (sum((z.sum() for z in made), start=x.sum())).backward()
    assert x.grad.dtype == dtype


def test_float64_is_computed_in_float64():
    x = leaf(1.0)
    z = x + 1e-12
    assert z.array - 1 == pytest.approx(1e-12, rel=1e-3)
    (x * 1e-12 + x).backward()
    assert x.grad - 1 == pytest.approx(1e-12, rel=1e-3)


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
@pytest.mark.parametrize(
    "shapes", [((2, 3), (3,)), ((2, 1), (3,)), ((), (2, 3)), ((3, 1, 2), (4, 1))]
)
def test_operators_broadcast_and_so_do_their_gradients(op, shapes):
    rng = np.random.default_rng(0)
    x, y = [leaf(rng.uniform(0.5, 2, shape)) for shape in shapes]
    z = op(x, y)
    np.testing.assert_array_equal(z.array, op(x.array, y.array))
    z.sum().backward()
    np.testing.assert_allclose(x.grad, slopes(lambda x: op(x, y).sum(), x), rtol=1e-7)
    np.testing.assert_allclose(y.grad, slopes(lambda y: op(x, y).sum(), y), rtol=1e-7)


@pytest.mark.parametrize("other", [3, 3.0, np.float64(3), np.array([3.0, 4.0])], ids=str)
@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
def test_numbers_and_arrays_stand_on_either_side(op, other):
    x = leaf([1.5, 2.5])
    for z, expected in [(op(x, other), op(x.array, other)), (op(other, x), op(other, x.array))]:
        assert type(z) is Tensor and z.requires_grad
        np.testing.assert_array_equal(z.array, expected)


def test_matrix_products_on_either_side():
    x, m = leaf([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_array_equal((x @ m).array, [[2, 1], [4, 3]])
    np.testing.assert_array_equal((m @ x).array, [[3, 4], [1, 2]])


def test_sums_means_indices_and_shapes():
    x = leaf(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(x.sum(axis=0).array, [3, 5, 7])
    assert x.sum(axis=1, keepdims=True).shape == (2, 1)
    np.testing.assert_array_equal(x.mean(axis=-1).array, [1, 4])
    np.testing.assert_array_equal(x[1, :2].array, [3, 4])
    assert x.reshape(3, -1).shape == (3, 2) and x.shape == (2, 3) and len(x) == 2
    (-x[0]).sum().backward()
    np.testing.assert_array_equal(x.grad, [[-1, -1, -1], [0, 0, 0]])


def test_every_operator_leads_to_the_table():
    """`_apply` alone decides what an operator gives: values that come later can inherit them."""

    class Noted(Operators):
        def _apply(self, op, *inputs, **settings):
            return op, inputs, settings

    x = Noted()
    assert x + 1 == (arithmetic.add, (x, 1), {}) and 1 + x == (arithmetic.add, (1, x), {})
    assert np.ones(1) - x == (arithmetic.sub, (np.ones(1), x), {})
    assert x.sum(0) == (reductions.sum, (x,), {"axis": 0, "keepdims": False})
    assert x.reshape(2, 3) == (shaping.reshape, (x,), {"shape": (2, 3)})


def test_the_way_back_is_kept_only_where_a_gradient_is_wanted():
    x, plain = leaf([1.0]), Tensor([2.0], dtype=np.float64)
    assert plain * plain is not None and (plain * plain).edges == ()
    z = x * plain
    assert [parent for parent, _ in z.edges] == [x] and z.op is arithmetic.mul
    assert [used for used, _ in z.used] == [x, plain], "the slope of x needs plain's numbers"


def test_no_grad_records_nothing_and_ends_with_its_block():
    x = leaf([1.0])
    with no_grad():
        with no_grad():
            pass
        inside = x * 2
    assert not inside.requires_grad and inside.edges == ()
    with pytest.raises(ZeroDivisionError):
        with no_grad():
            1 / 0
    assert (x * 2).requires_grad
    with pytest.raises(GraphError, match="nothing to differentiate"):
        inside.sum().backward()


def test_no_grad_is_of_one_thread():
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append((leaf([1.0]) * 2).requires_grad))
        thread.start()
        thread.join()
    assert seen == [True]


def test_whole_numbers_have_no_gradient():
    x = leaf([1.7, 2.2])
    assert not apply(arithmetic.cast, x, dtype=np.int64).requires_grad


def test_an_op_gives_one_vjp_for_each_input():
    def broken(x, y):
        return x + y, (lambda g: g,)

    with pytest.raises(TypeError, match="'broken' returned 1 vjps for 2 inputs"):
        apply(broken, leaf(1.0), leaf(2.0))


def test_a_variable_is_a_named_leaf_and_what_is_computed_from_it_is_no_variable():
    w = Variable([1.0, 2.0], name="kernel")
    assert w.name == "kernel" and w.requires_grad and w.edges == ()
    assert type(w + 1) is Tensor and type(w.detach()) is Tensor


def test_assign_changes_the_numbers_in_place_and_is_counted():
    w = Variable([1.0, 2.0])
    array, before = w.array, w.version[0]
    assert w.assign([3.0, 4.0]) is w
    assert w.array is array and w.version[0] == before + 1
    np.testing.assert_array_equal(array, [3, 4])
    w.data = np.zeros(2, np.float32)
    assert w.version[0] == before + 2


def test_detach_shares_memory_and_changes_but_no_graph():
    x = leaf([1.0, 2.0])
    cut = (y := x * 2).detach()
    assert cut.array is y.array and cut.version is y.version and not cut.requires_grad


def test_a_view_shares_the_count_of_changes():
    x = leaf([1.0, 2.0])
    assert x[:1].version is x.version and x.reshape(2, 1).version is x.version
    assert (x * 1).version is not x.version and x[[0]].version is not x.version


def test_repr_shows_the_numbers():
    assert repr(Tensor([1.0, 2.0])) == "Tensor([1. 2.])"
