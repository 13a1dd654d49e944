"""The table of derivatives, row by row: every op against NumPy, against finite differences, and
against its contract; and the choices made at kinks.

ROWS holds sample inputs for each op. A new op without a row fails `test_every_op_has_a_row`.
"""

import importlib
import inspect
import pkgutil

import derivative_rows_of_frequencies  # noqa: F401  (it adds its rows to ROWS)
import derivative_rows_of_images  # noqa: F401  (and so does it)
import numpy as np
import pytest
from derivative_rows import ROWS
from derivative_rows_of_arrays import each_row
from derivative_rows_of_sequences import TOOLS
from derivative_samples import distinct, rng

from minidl import Tensor, Variable, apply, check_gradients, ops
from minidl.core import derivatives
from minidl.core.backward import Placed
from minidl.core.derivatives import arithmetic, shaping


def all_ops():
    """Every public function of every module of the table, those of later modules included."""
    for module in pkgutil.iter_modules(derivatives.__path__, derivatives.__name__ + "."):
        if module.name.rpartition(".")[2] in TOOLS:
            continue
        for name, thing in vars(importlib.import_module(module.name)).items():
            if (
                inspect.isfunction(thing)
                and thing.__module__ == module.name
                and not name.startswith("_")
                and name != "guarded"  # which marks ops
            ):
                yield thing


def test_every_op_has_a_row():
    found = list(all_ops())
    assert len(found) >= 50  # the search itself works
    without = [f"{op.__module__}.{op.__name__}" for op in found if op not in {r.op for r in ROWS}]
    assert not without, f"these ops have no row in ROWS: {without}"


def test_every_op_says_what_it_computes():
    for op in all_ops():
        assert op.__doc__ and "=" in op.__doc__.splitlines()[0], (
            f"{op.__name__} has no formula in its first line"
        )


@each_row
def test_value(r):
    z, vjps = r.op(*r.inputs, **r.params)
    expected = np.asarray(r.naive(*r.inputs, **r.params))
    assert np.shape(z) == expected.shape
    np.testing.assert_allclose(z, expected, rtol=1e-12, atol=1e-14)
    assert len(vjps) == len(r.inputs)


@each_row
def test_gradient_against_finite_differences(r):
    report = check_gradients(
        lambda *tensors: apply(r.op, *tensors, **r.params), *r.inputs, entries=1000
    )
    assert report, report
    assert report.compared == sum(x.size for x in r.inputs if x.dtype.kind == "f")


def whole(gradient, x):
    """What a vjp returned, as an array of x's shape, if it is a Placed."""
    if not isinstance(gradient, Placed):
        return gradient
    total = np.zeros_like(x)
    gradient.add_to(total)
    return total


@each_row
def test_contract_of_the_vjp(r):
    """A vjp returns a fresh array, g or a view of g, and writes into nothing that it was given. In
    the place of an array it may return a Placed.
    """
    for dtype in (np.float64, np.float32):
        keeps_the_contract(r, dtype)


def keeps_the_contract(r, dtype):
    inputs, params = r.as_type(dtype)
    before = [x.copy() for x in inputs]
    for x in inputs:
        x.flags.writeable = False
    z, vjps = r.op(*inputs, **params)
    for x, back in zip(inputs, vjps):
        if x.dtype.kind != "f":
            continue

        def vjp(g, back=back, x=x):
            return whole(back(g), x)

        g1, g2 = (rng.normal(size=np.shape(z)).astype(dtype) for _ in range(2))
        for g in (g1, g2):
            g.flags.writeable = False
        copy = g1.copy()
        first = vjp(g1)
        kept = np.array(first)
        second = vjp(g2)
        np.testing.assert_array_equal(g1, copy)
        # the second call did not reach into the first answer
        np.testing.assert_array_equal(first, kept)
        np.testing.assert_array_equal(vjp(g1), kept)  # and used nothing up
        for d, other in ((first, g2), (second, g1)):
            assert isinstance(d, (np.ndarray, np.generic))
            for what, array in [("an input", i) for i in inputs] + [
                ("the result", z),
                ("another gradient", other),
            ]:
                assert not np.shares_memory(d, array), f"the vjp hands out {what}"
        assert not np.shares_memory(first, second), "the vjp hands out one array twice"
    for x, copy in zip(inputs, before):
        np.testing.assert_array_equal(x, copy)


@each_row
def test_float32_all_the_way(r):
    """Value and gradients in float32: shape, dtype, a plain array of its own, and near the float64
    ones.
    """
    gradients = {}
    for dtype in (np.float64, np.float32):
        inputs, params = r.as_type(dtype)
        tensors = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
        out = apply(r.op, *tensors, **params)
        assert type(out.data) is np.ndarray
        assert out.dtype == (
            params["dtype"] if r.op is arithmetic.cast else np.result_type(*inputs)
        )
        out.backward(gradient=np.cos(np.arange(out.size)).reshape(out.shape))
        for t in tensors:
            if t.dtype.kind == "f":
                assert type(t.grad) is np.ndarray
                assert t.grad.shape == t.shape and t.grad.dtype == dtype
                assert t.grad.flags.owndata and t.grad.flags.writeable
        gradients[dtype] = [t.grad for t in tensors]
    for wide, narrow in zip(gradients[np.float64], gradients[np.float32]):
        if wide is not None:
            np.testing.assert_allclose(narrow, wide, rtol=2e-3, atol=2e-5)


def gradient_at(f, *values):
    tensors = [Tensor(np.asarray(v, dtype=float), requires_grad=True) for v in values]
    f(*tensors).sum().backward()
    found = [t.grad.tolist() for t in tensors]
    return found if len(found) > 1 else found[0]


@pytest.mark.parametrize(
    "f, values, expected",
    [
        (ops.relu, [0.0], 0.0),
        (lambda x: ops.relu(-x), [0.0], 0.0),
        (lambda x: ops.threshold(x, 1.0), [1.0], 0.0),
        (lambda x: ops.leaky_relu(x, 0.1), [0.0], 0.1),
        (lambda x: ops.elu(x, 0.5), [0.0], 0.5),
        (ops.absolute, [[0.0, -0.0]], [0.0, 0.0]),
        (ops.sqrt, [0.0], 0.0),
        (ops.maximum, [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], [[0.5, 0.0, 1.0], [0.5, 1.0, 0.0]]),
        (ops.minimum, [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], [[0.5, 1.0, 0.0], [0.5, 0.0, 1.0]]),
        (lambda x: ops.maximum(x, x), [2.0], 1.0),
        (lambda x: ops.clip(x, -1, 1), [[-1.0, 1.0, -1.001, 1.001]], [1.0, 1.0, 0.0, 0.0]),
        (lambda x: x.max(), [[1.0, 3.0, 3.0, 3.0]], [0.0, 1 / 3, 1 / 3, 1 / 3]),
        (lambda x: x.min(axis=1), [[[1.0, 1.0], [0.0, 2.0]]], [[0.5, 0.5], [1.0, 0.0]]),
        (
            lambda x: x.max(axis=(0, 2)),
            [[[[1.0, 1.0]], [[1.0, 0.0]]]],
            [[[1 / 3, 1 / 3]], [[1 / 3, 0.0]]],
        ),
        (lambda x: x**0.0, [[0.0, 2.0]], [0.0, 0.0]),
        (lambda x: x**2.0, [0.0], 0.0),
        (lambda x: x**3.0, [-2.0], 12.0),
        (lambda x, y: x**y, [[-2.0, 0.0], [3.0, 2.0]], [[12.0, 0.0], [np.nan, 0.0]]),
        (lambda y: (-2.0) ** y, [-3.0], np.nan),
        (ops.norm, [[0.0, 0.0]], [0.0, 0.0]),
        (lambda x: ops.norm(x, 3), [[0.0, 0.0]], [0.0, 0.0]),
        (ops.floor, [[0.5, 1.0, -1.5]], [0.0, 0.0, 0.0]),
        (ops.sign, [[0.0, -2.0]], [0.0, 0.0]),
        (ops.round, [[0.5, 2.2]], [0.0, 0.0]),
        (lambda x, y: ops.mod(x, y), [[5.0, -5.0], [3.0, 3.0]], [[1.0, 1.0], [-1.0, 2.0]]),
        (lambda x, y: ops.fmod(x, y), [[5.0, -5.0], [3.0, 3.0]], [[1.0, 1.0], [-1.0, 1.0]]),
        (ops.trunc, [[0.5, 1.0, -1.5]], [0.0, 0.0, 0.0]),
        (ops.nansum, [[1.0, np.nan]], [1.0, 0.0]),
        (ops.nanmean, [[1.0, np.nan, 2.0]], [0.5, 0.0, 0.5]),
        (ops.nanmax, [[2.0, np.nan, 2.0]], [0.5, 0.0, 0.5]),
        (ops.unique, [[2.0, 1.0, 2.0]], [1.0, 1.0, 0.0]),
        (ops.det, [[[0.0, 0.0], [0.0, 0.0]]], [[0.0, 0.0], [0.0, 0.0]]),
        (lambda x: ops.logaddexp(x, x), [1.0], 1.0),
        (lambda x, y: ops.arctan2(x, y), [0.0, 0.0], [0.0, 0.0]),
        (ops.sort, [[2.0, 1.0, 2.0]], [1.0, 1.0, 1.0]),
        (lambda x: ops.sparse_plus(x), [[-1.0, 1.0]], [0.0, 1.0]),
        (lambda x: ops.soft_shrink(x), [[-0.5, 0.5]], [0.0, 0.0]),
        (lambda x: ops.hard_shrink(x), [[-0.5, 0.5]], [0.0, 0.0]),
        (lambda x: x.std(), [[2.0, 2.0, 2.0]], [0.0, 0.0, 0.0]),
    ],
)
def test_the_choice_at_a_kink(f, values, expected):
    found = gradient_at(f, *values)
    np.testing.assert_allclose(np.array(found), np.array(expected), rtol=1e-12)


@pytest.mark.parametrize(
    "op, values",
    [
        (arithmetic.mul, [np.inf, np.inf]),
        (arithmetic.div, [0.0, 0.0]),
        (arithmetic.power, [-1.0, 0.5]),
        (arithmetic.exp, [1000.0]),
        (arithmetic.expm1, [1000.0]),
        (arithmetic.log, [0.0]),
        (arithmetic.log1p, [-1.0]),
        (arithmetic.log2, [0.0]),
        (arithmetic.log10, [0.0]),
        (arithmetic.square, [np.inf]),
        (arithmetic.sin, [np.inf]),
        (arithmetic.cos, [np.inf]),
        (arithmetic.tan, [np.inf]),
        (arithmetic.arcsin, [1.0]),
        (arithmetic.arccos, [1.0]),
        (arithmetic.arccosh, [1.0]),
        (arithmetic.arctanh, [1.0]),
        (arithmetic.sinh, [1000.0]),
        (arithmetic.cosh, [1000.0]),
    ],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_where_g_is_0_the_gradient_is_0_whatever_the_slope(op, values):
    inputs = [Tensor([v, v], requires_grad=True) for v in values]
    apply(op, *inputs).backward(np.array([0.0, 1.0]))
    for x in inputs:
        assert x.grad[0] == 0 and not np.isfinite(x.grad[1]), "the slope is a bad one, and g is 0"


def test_a_branch_that_where_threw_away_sends_nothing_back():
    p = Tensor([0.0, 0.5], requires_grad=True)
    ops.where(p > 0, p * ops.log(p), 0.0).sum().backward()
    np.testing.assert_allclose(p.grad, [0.0, 1 + np.log(0.5)], rtol=1e-6)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(),
        lambda x: x.mean(axis=0),
        lambda x: x.max(),
        lambda x: x.prod(),
        lambda x: x.var(),
        lambda x: ops.logsumexp(x),
        lambda x: x.cumsum(),
        lambda x: ops.softmax(x, 0),
    ],
)
def test_a_reduction_is_not_fooled_by_a_view(f):
    """The same numbers in another memory order give the same result."""
    a = distinct(4, 3)
    contiguous, strided = Tensor(a), Tensor(np.asfortranarray(a))
    np.testing.assert_allclose(f(contiguous).data, f(strided).data, rtol=1e-13)


def leaf(value, dtype=np.float64):
    return Tensor(np.asarray(value, dtype=dtype), requires_grad=True)


# --- memory layouts
# ---


@pytest.mark.parametrize(
    "layout", ["fortran", "reversed", "strided", "broadcast", "read-only", "big-endian"]
)
def test_any_memory_layout_will_do(layout):
    base = np.random.default_rng(0).normal(size=(4, 6))
    a = {
        "fortran": np.asfortranarray(base),
        "reversed": base[::-1, ::-1],
        "strided": np.repeat(base, 2, axis=1)[:, ::2],
        "broadcast": np.broadcast_to(base[0], (4, 6)),
        "read-only": base.copy(),
        "big-endian": base.astype(">f8"),
    }[layout]
    if layout == "read-only":
        a.flags.writeable = False
    x, twin = leaf(a), leaf(np.array(a, dtype=float, order="C"))
    for t in (x, twin):
        (ops.softmax(t @ t.T) * t[:, :4]).sum().backward()
    np.testing.assert_allclose(x.grad, twin.grad, rtol=1e-12)
    w = Variable(a)
    w.assign(w.numpy() + 1)
    np.testing.assert_allclose(w.data, a + 1, rtol=1e-6)


def test_a_place_that_is_written_twice_keeps_the_last_number():
    """Only the number that stays has a gradient."""
    x, y = np.zeros(3), np.array([5.0, 6.0, 7.0])
    z, (vjp_x, vjp_y) = shaping.update(x, y, index=np.array([0, 2, 0]))
    assert z.tolist() == [7, 0, 6]
    g = np.array([1.0, 2.0, 3.0])
    assert vjp_x(g).tolist() == [0, 2, 0] and vjp_y(g).tolist() == [0, 3, 1]
