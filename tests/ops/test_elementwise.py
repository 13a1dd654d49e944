"""Whole numbers and NaN in functions of one number."""

import numpy as np
import pytest

from minidl import Tensor, ops


@pytest.mark.parametrize("dtype", ["int32", "int64", "bool", "uint8"])
@pytest.mark.parametrize(
    "name",
    [
        "arctan2",
        "cos",
        "divide",
        "exp",
        "expm1",
        "log",
        "log1p",
        "logaddexp",
        "logsumexp",
        "mean",
        "relu6",
        "sin",
        "sqrt",
        "std",
        "true_divide",
        "var",
    ],
)
def test_whole_numbers_in_functions_of_fractions_give_the_default_floats(name, dtype):
    x = np.arange(1, 4).astype(dtype)
    two = name in ("arctan2", "divide", "logaddexp", "true_divide")
    found = getattr(ops, name)(*(x, x) if two else (x,))
    wanted = getattr(np, {"logsumexp": "exp", "relu6": "abs"}.get(name, name))
    expected = wanted(*(x.astype(float),) * (2 if two else 1))
    assert found.dtype == np.float32
    if name == "logsumexp":
        expected = np.log(expected.sum())
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


INF, NAN = np.inf, np.nan


def leaf(value, dtype=np.float64):
    return Tensor(np.asarray(value, dtype=dtype), requires_grad=True)


# --- NaN goes on, it does not vanish
# ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        ops.relu,
        ops.threshold,
        ops.sigmoid,
        ops.tanh,
        ops.softplus,
        ops.elu,
        ops.leaky_relu,
        ops.exp,
        ops.log,
        ops.sqrt,
        ops.absolute,
        ops.square,
        ops.sin,
        lambda x: x + 1,
        lambda x: x * 0,
        lambda x: x / 2,
        lambda x: -x,
        lambda x: x**2,
        lambda x: ops.maximum(x, 0.0),
        lambda x: ops.minimum(x, 0.0),
        lambda x: ops.clip(x, 0, 1),
        lambda x: x.sum(),
        lambda x: x.mean(),
        lambda x: x.max(),
        lambda x: x.min(),
        lambda x: x.prod(),
        lambda x: x.var(),
        lambda x: x.std(),
        ops.logsumexp,
        lambda x: ops.softmax(x),
        lambda x: ops.log_softmax(x),
        lambda x: x @ np.zeros((3, 2)),
        lambda x: x.cumsum()[-1],
    ],
    ids=range(33),
)
def test_nan_propagates(f):
    z = f(leaf([0.0, NAN, 1.0]))
    assert np.isnan(z.data).any()
    z.sum().backward()


def test_a_nan_in_one_row_stays_in_that_row():
    x = leaf([[1.0, NAN], [1.0, 2.0]])
    ops.softmax(x).max(axis=1).sum().backward()
    assert np.isnan(x.grad[0]).all() and np.isfinite(x.grad[1]).all()
    np.testing.assert_array_equal(np.isnan(ops.mean(x, axis=1).data), [True, False])
