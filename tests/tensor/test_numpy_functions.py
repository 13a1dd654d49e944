"""Tensors among NumPy's functions and dtypes."""

import operator

import numpy as np
import pytest
from tensor_cases import A, f32, f64, leaf

import minidl
from minidl import Tensor, Variable, apply, backend, no_grad, ops

# --- dtypes
# ---


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 2.0 * x * np.float64(3),
        lambda x: np.float64(3) * x,
        lambda x: x / np.float64(3),
        lambda x: np.float64(1) / x,
        lambda x: x + 1,
        lambda x: 1 - x,
        lambda x: x**2,
        lambda x: x**0.5,
        lambda x: x ** np.float64(2),
        lambda x: 2.0**x,
        lambda x: np.float64(2) ** x,
        lambda x: x - True,
        lambda x: ops.maximum(x, 0.0),
        lambda x: np.maximum(np.float64(0), x),
        lambda x: ops.where(x > 0, x, 0.0),
        lambda x: x.clip(0.0, 1.0),
        lambda x: x.clip(np.float64(0.0), np.float64(1.0)),
        lambda x: x.mean(),
        lambda x: x.std(),
        lambda x: x * [1.0, 2.0],
        lambda x: [1.0, 2.0] - x,
        lambda x: ops.leaky_relu(x, np.float64(0.1)),
        lambda x: ops.elu(x, np.float64(0.1)),
        lambda x: ops.pad(x, 1, constant_values=np.float64(2.0)),
        lambda x: x * np.int64(2),
        lambda x: x + np.float16(1),
        lambda x: ops.softmax(x),
        lambda x: x @ [1.0, 2.0],
        lambda x: x.sum() / 3,
        lambda x: x.var() * np.float64(2),
        lambda x: ops.concatenate([x, [1.0]]),
        lambda x: ops.stack([x, x]),
        lambda x: ops.threshold(x, np.float64(0.5)),
        lambda x: ops.logsumexp(x),
        lambda x: x * 1e-300,
        lambda x: x[0] * np.float64(2),
        lambda x: x.prod() * np.float64(2),
    ],
    ids=range(37),
)
def test_float32_stays_float32(f):
    x = leaf([1.0, 2.0], f32)
    y = f(x)
    assert y.dtype == f32
    y.sum().backward()
    assert x.grad.dtype == f32 and x.grad.shape == (2,)


def test_arrays_promote_as_in_numpy():
    x = Tensor(np.ones(2, f32), requires_grad=True)
    y = x * np.ones(2)
    assert y.dtype == f64
    y.sum().backward()
    assert x.grad.dtype == f32
    for a in (np.float16, f32, f64, np.int8, np.int64, np.uint8, bool):
        for b in (np.float16, f32, f64, np.int8, np.int64, np.uint8, bool):
            assert (Tensor(np.ones(2, a)) * Tensor(np.ones(2, b))).dtype == (
                np.ones(2, a) * np.ones(2, b)
            ).dtype


def test_whole_numbers_stay_whole():
    n = Tensor(np.arange(3))
    assert (
        n.dtype == np.int64
        and (n + 1).dtype == np.int64
        and (n * n).dtype == np.int64
        and not n.requires_grad
    )
    assert (n * 2.5).dtype.kind == "f" and (n / 2).dtype.kind == "f" and n.mean().dtype.kind == "f"
    np.testing.assert_array_equal((n / 2).data, [0.0, 0.5, 1.0])
    assert Tensor([True, False]).dtype == bool
    assert n.sum().item() == 3 and isinstance(n.sum().item(), int)


def test_whole_numbers_in_a_graph_just_take_part():
    x = leaf([1.0, 2.0, 3.0])
    (x * Tensor(np.array([1, 0, 2]))).sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 0.0, 2.0])
    whole = x.astype(int)
    assert not whole.requires_grad
    assert x.astype("float32").requires_grad


def test_lists_and_numbers_become_the_default_float_type():
    assert Tensor([1, 2]).dtype == f32 and Tensor(1).dtype == f32 and Tensor([[1.5]]).dtype == f32
    assert (
        Tensor(np.float64(1.0)).dtype == f64
        and Tensor(np.ones(2)).dtype == f64
        and Tensor(np.int8(3)).dtype == np.int8
    )
    assert (
        Tensor([1, 2], dtype="float64").dtype == f64 and Tensor(np.ones(2), dtype=f32).dtype == f32
    )
    backend.set_floatx("float64")
    try:
        assert (
            Tensor([1, 2]).dtype == f64 and Variable(3).dtype == f64 and ops.zeros(2).dtype == f64
        )
        assert (leaf([1.0], f32) * 2.0).dtype == f32
    finally:
        backend.set_floatx("float32")
    assert Tensor([1, 2]).dtype == f32


@pytest.mark.parametrize(
    "number",
    [
        2.0,
        2,
        np.float64(2.0),
        np.float32(2.0),
        np.int64(2),
        np.array(2.0),
        np.array([2.0, 2.0]),
        [2.0, 2.0],
        Tensor(2.0),
    ],
    ids=lambda n: type(n).__name__ + str(np.shape(n)),
)
@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
def test_operators_from_both_sides(name, number):
    f, values = getattr(operator, name), np.array([1.0, 3.0])
    plain = np.asarray(number, dtype=float)
    for swapped in (False, True):
        x = leaf(values)
        y = f(number, x) if swapped else f(x, number)
        expected = f(plain, values) if swapped else f(values, plain)
        assert type(y) is Tensor and y.requires_grad
        np.testing.assert_allclose(y.data, expected)
        y.sum().backward()
        h = 1e-6
        slope = [
            (
                f(plain, values + d) - f(plain, values - d)
                if swapped
                else f(values + d, plain) - f(values - d, plain)
            ).sum()
            / (2 * h)
            for d in h * np.eye(2)
        ]
        np.testing.assert_allclose(x.grad, slope, rtol=1e-6)


@pytest.mark.parametrize(
    "other",
    [np.ones((2, 3)), [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], Tensor(np.ones((2, 3)))],
    ids=["array", "list", "tensor"],
)
def test_matmul_from_both_sides(other):
    x = leaf(np.arange(6.0).reshape(3, 2))
    for y, shape in ((x @ other, (3, 3)), (other @ x, (2, 2))):
        assert type(y) is Tensor and y.shape == shape and y.requires_grad
    np.matmul(np.ones((2, 3)), x).sum().backward()
    np.testing.assert_array_equal(x.grad, np.full((3, 2), 2.0))


# --- among NumPy's functions
# ---


NUMPY = {
    "np.add": lambda x: np.add(x, 1.0),
    "np.subtract": lambda x: np.subtract(3.0, x),
    "np.multiply": lambda x: np.multiply(x, x),
    "np.divide": lambda x: np.divide(1.0, x),
    "np.true_divide": lambda x: np.true_divide(x, 2.0),
    "np.negative": lambda x: np.negative(x),
    "np.power": lambda x: np.power(x, 3.0),
    "np.exp": lambda x: np.exp(x),
    "np.expm1": lambda x: np.expm1(x),
    "np.log": lambda x: np.log(x),
    "np.log1p": lambda x: np.log1p(x),
    "np.sqrt": lambda x: np.sqrt(x),
    "np.square": lambda x: np.square(x),
    "np.abs": lambda x: np.abs(x),
    "np.absolute": lambda x: np.absolute(x),
    "np.sin": lambda x: np.sin(x),
    "np.cos": lambda x: np.cos(x),
    "np.tan": lambda x: np.tan(0.3 * x),
    "np.arcsin": lambda x: np.arcsin(0.3 * x),
    "np.arccos": lambda x: np.arccos(0.3 * x),
    "np.arctan": lambda x: np.arctan(x),
    "np.arctan2": lambda x: np.arctan2(x, 2.0),
    "np.sinh": lambda x: np.sinh(x),
    "np.cosh": lambda x: np.cosh(x),
    "np.tanh": lambda x: np.tanh(x),
    "np.arcsinh": lambda x: np.arcsinh(x),
    "np.arccosh": lambda x: np.arccosh(1 + x),
    "np.arctanh": lambda x: np.arctanh(0.3 * x),
    "np.log2": lambda x: np.log2(x),
    "np.log10": lambda x: np.log10(x),
    "np.logaddexp": lambda x: np.logaddexp(x, 0.5),
    "np.maximum": lambda x: np.maximum(x, 1.1),
    "np.minimum": lambda x: np.minimum(1.1, x),
    "np.matmul": lambda x: np.matmul(x, A.T),
    "np.sum": lambda x: np.sum(x, axis=0),
    "np.sum, named": lambda x: np.sum(a=x, axis=0, keepdims=True),
    "np.mean": lambda x: np.mean(x, axis=(0, 1)),
    "np.max": lambda x: np.max(x, 1),
    "np.amax": lambda x: np.amax(x, axis=0),
    "np.min": lambda x: np.min(x),
    "np.amin": lambda x: np.amin(x),
    "np.prod": lambda x: np.prod(x, axis=1),
    "np.var": lambda x: np.var(x, axis=0),
    "np.std": lambda x: np.std(x),
    "np.cumsum": lambda x: np.cumsum(x),
    "np.cumsum, axis": lambda x: np.cumsum(x, axis=1),
    "np.clip": lambda x: np.clip(x, 0.7, 1.7),
    "np.clip, named": lambda x: np.clip(x, a_min=0.7, a_max=1.7),
    "np.reshape": lambda x: np.reshape(x, (3, 2)),
    "np.transpose": lambda x: np.transpose(x),
    "np.transpose, axes": lambda x: np.transpose(x, (1, 0)),
    "np.transpose, an array": lambda x: np.transpose(x, np.array([1, 0])),
    "np.transpose, named": lambda x: np.transpose(x, axes=(1, 0)),
    "np.swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "np.ravel": lambda x: np.ravel(x),
    "np.squeeze": lambda x: np.squeeze(x[:, :1], 1),
    "np.dot": lambda x: np.dot(x, A.T),
    "np.dot, a number": lambda x: np.dot(x, 2.0),
    "np.concatenate": lambda x: np.concatenate([x, A]),
    "np.concatenate, axis": lambda x: np.concatenate((A, x), axis=1),
    "np.concatenate, by position": lambda x: np.concatenate((A, x), 1),
    "np.stack": lambda x: np.stack([x, x], axis=1),
    "np.stack, axis 0": lambda x: np.stack([x, x]),
    "np.where": lambda x: np.where(A > 1, x, 0.0),
    "np.where, other side": lambda x: np.where(A > 1, A, x),
}


def test_an_action_is_chosen_by_probabilities():
    """np.random.choice takes float32 numbers as probabilities only from an array, so np.squeeze of
    a softmax gives one, as agents of reinforcement learning expect.
    """
    p = minidl.ops.softmax(leaf(np.array([[0.1, 0.2, 0.3, 0.4, 0.7]], "float32")))
    assert np.random.default_rng(0).choice(5, p=np.squeeze(p)) in range(5)
    assert np.random.choice(5, p=np.squeeze(p, axis=0)) in range(5)
    q = minidl.ops.softmax(leaf(np.ones((1, 5, 1))))
    assert type(np.squeeze(q, 0)) is np.ndarray and np.squeeze(q, 0).shape == (5, 1)
    assert type(np.mean(p)) is Tensor, "only np.squeeze"


@pytest.mark.parametrize("name", NUMPY)
def test_numpys_function_on_a_tensor(name):
    f = NUMPY[name]
    x = leaf(A)
    y = f(x)
    assert type(y) is Tensor and y.requires_grad
    np.testing.assert_allclose(y.data, f(A), rtol=1e-12)
    assert y.shape == np.shape(f(A))
    report = minidl.check_gradients(f, A)
    assert report, report


@pytest.mark.parametrize(
    "f",
    [
        np.argmax,
        np.argmin,
        np.argsort,
        np.sign,
        np.floor,
        np.ceil,
        np.rint,
        np.isnan,
        np.isfinite,
        np.shape,
        np.ndim,
        np.size,
        np.any,
        np.all,
        np.count_nonzero,
        np.zeros_like,
        np.ones_like,
        np.round,
        np.unique,
        lambda t: np.allclose(t, A),
        lambda t: np.isclose(t, 1.0, 0.3),
        lambda t: np.array_equal(t, A),
        lambda t: np.equal(t, 1.0),
        lambda t: np.greater(1.0, t),
        lambda t: np.logical_not(t > 1),
        lambda t: np.isclose(t, 1.0),
    ],
    ids=lambda f: f.__name__,
)
def test_what_has_no_slope_gives_plain_answers(f):
    found, expected = f(leaf(A)), f(A)
    assert not isinstance(found, Tensor) and type(found) is type(expected)
    np.testing.assert_array_equal(found, expected)


def test_other_numpy_functions_work_where_no_gradient_is_lost():
    t = Tensor([3.0, 4.0])
    assert (
        np.linalg.norm(t) == 5.0 and np.median(t) == 3.5 and np.outer(t, [1.0, 2.0]).shape == (2, 2)
    )
    with no_grad():
        assert np.linalg.norm(leaf([3.0, 4.0]) * 2) == 10.0
    assert np.mean([Tensor(1.0), Tensor(2.0)]) == 1.5
    np.testing.assert_array_equal(np.vstack([t, t]), [[3.0, 4.0], [3.0, 4.0]])


def test_asarray_shares_but_cannot_write():
    t = leaf([1.0, 2.0])
    a = np.asarray(t)
    assert type(a) is np.ndarray and np.shares_memory(a, t.data)
    with pytest.raises(ValueError, match="read-only"):
        a[0] = 5
    t.data[:] = t.data  # and the tensor's own array did not become read-only
    for copied in (np.array(t), t.numpy(), np.asarray(t, dtype=np.float32), np.array(t, dtype=int)):
        assert not np.shares_memory(copied, t.data)
        copied[0] = 9
    assert t.data[0] == 1.0
    assert ops.convert_to_numpy(t).flags.writeable


def test_conversions_to_python():
    t = Tensor([[1.5]])
    assert (
        t.item() == 1.5
        and type(t.item()) is float
        and float(t) == 1.5
        and int(t) == 1
        and t.tolist() == [[1.5]]
    )
    assert bool(Tensor(1.0)) and not bool(Tensor([0.0]))
    assert range(5)[Tensor(np.array(2))] == 2 and [10, 20, 30][Tensor(np.int64(1))] == 20
    with pytest.raises(TypeError):
        [1, 2][Tensor(1.0)]
    assert len(Tensor([1, 2, 3])) == 3 and Tensor([[1, 2]]).size == 2 and Tensor([[1, 2]]).ndim == 2


def test_formatting():
    loss = Tensor(0.123456)
    assert (
        f"{loss:.3f}" == "0.123"
        and f"{leaf([2.5]):5.1f}" == "  2.5"
        and f"{loss}" == str(loss.item())
        and f"{Tensor([2.5])}" == "Tensor([2.5])"
        and format(loss, ".2f") == "0.12"
    )
    with pytest.raises(ValueError):
        f"{Tensor([1.0, 2.0]):.3f}"


def test_iteration_gives_rows_that_carry_gradients():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    first, second = x
    assert type(first) is Tensor and first.shape == (2,)
    (first * 10 + second).sum().backward()
    np.testing.assert_array_equal(x.grad, [[10.0, 10.0], [1.0, 1.0]])
    assert [float(v) for v in Tensor([1.0, 2.0])] == [1.0, 2.0]
    assert list(Tensor(np.zeros((0, 2)))) == []
    total = sum(Tensor([1.0, 2.0, 3.0]))
    assert total.item() == 6.0


COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]


@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize(
    "other",
    [
        2,
        2.0,
        np.float64(2.0),
        np.array([1.0, 2.0, 3.0]),
        [2.0, 2.0, 2.0],
        Tensor([3.0, 2.0, 1.0]),
        np.float32(0.1),
    ],
    ids=lambda o: type(o).__name__,
)
def test_comparisons_give_plain_arrays(name, other):
    f, t = getattr(operator, name), leaf([0.1, 2.0, 3.0], f32)
    expected = f(t.data, np.asarray(other.data if isinstance(other, Tensor) else other, dtype=f32))
    for found in (f(t, other), *([] if isinstance(other, list) else [f(other, t)])):
        assert type(found) is np.ndarray and found.dtype == bool
    np.testing.assert_array_equal(f(t, other), expected)


def test_a_number_compares_alike_from_both_sides():
    t = Tensor([0.1])
    assert (t == 0.1).all() and (t == np.float64(0.1)).all() and (t == np.float32(0.1)).all()
    for number in (0.1, np.float64(0.1), np.float32(0.1)):
        assert np.equal(number, t).all() and operator.eq(number, t).all()


def test_comparisons_of_whole_numbers():
    pixels = Tensor(np.array([0, 255], np.uint8))
    np.testing.assert_array_equal(pixels == 300, [False, False])
    np.testing.assert_array_equal(pixels == -1, [False, False])
    np.testing.assert_array_equal(pixels > -1, [True, True])
    np.testing.assert_array_equal(pixels < 256.5, [True, True])
    np.testing.assert_array_equal(Tensor(np.array([1, 2])) == 1.5, [False, False])


def test_comparing_with_what_is_no_number():
    t = Tensor([1.0])
    assert (t == None) is False and (t != None) is True and (t == "a") is False  # noqa: E711
    with pytest.raises(TypeError):
        assert t < "a"


def test_tensors_can_be_keys():
    a, b = Tensor([1.0]), Tensor([1.0])
    assert len({a, b, a}) == 2 and {a: 1}[a] == 1 and hash(a) != hash(b)


def test_clipping_whole_numbers_at_fractions():
    np.testing.assert_array_equal(Tensor(np.arange(3)).clip(0.5, 1.5).data, [0.5, 1.0, 1.5])
    np.testing.assert_array_equal(Tensor(np.arange(3)).clip(1).data, [1, 1, 2])


def test_assigning_a_weight_a_view_of_itself():
    w = Variable([1.0, 2.0, 3.0])
    w.assign(w[::-1])
    np.testing.assert_array_equal(w.data, [3.0, 2.0, 1.0])
    w.assign_add(w)
    np.testing.assert_array_equal(w.data, [6.0, 4.0, 2.0])


def test_numpys_own_warnings_stay_as_the_user_set_them():
    """Ops are silent about inf and nan, also after one of them failed; NumPy outside is not."""
    before = np.geterr()
    for fails in (
        lambda: leaf([1.0, 2.0]) + leaf([1.0, 2.0, 3.0]),
        lambda: apply(lambda a: 1 / 0, leaf(1.0)),
        lambda: apply(lambda a: (a * 1, (lambda g: 1 / 0,)), leaf(1.0)).backward(),
    ):
        with pytest.raises((ValueError, ZeroDivisionError)):
            fails()
        assert np.geterr() == before
        x = leaf([0.0])
        ops.log(x).sum().backward()
        assert x.grad[0] == np.inf and np.geterr() == before
        with pytest.raises(RuntimeWarning):
            np.log(np.array([0.0]))
    with np.errstate(all="raise"):
        assert ops.log(Tensor([0.0])).item() == -np.inf
        with pytest.raises(FloatingPointError):
            np.log(np.array([0.0]))
