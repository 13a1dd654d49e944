"""Ops give what NumPy gives."""

import numpy as np
import pytest
from ops_rows import TABLE
from ops_samples import A, B, P, naive_softmax

from minidl import Tensor, ops

# --- the doors whose derivatives test_derivatives.py has, against NumPy
# ----------------------------------------------------

DOORS = {
    "add": lambda: (ops.add(A, B), A + B),
    "subtract": lambda: (ops.subtract(A, B), A - B),
    "multiply": lambda: (ops.multiply(A, B), A * B),
    "divide": lambda: (ops.divide(A, B), A / B),
    "negative": lambda: (ops.negative(A), -A),
    "power": lambda: (ops.power(P, B), P**B),
    "exp": lambda: (ops.exp(A), np.exp(A)),
    "expm1": lambda: (ops.expm1(A), np.expm1(A)),
    "log": lambda: (ops.log(P), np.log(P)),
    "log1p": lambda: (ops.log1p(P), np.log1p(P)),
    "sqrt": lambda: (ops.sqrt(P), np.sqrt(P)),
    "square": lambda: (ops.square(A), A**2),
    "absolute": lambda: (ops.absolute(A), np.abs(A)),
    "abs": lambda: (ops.abs(A), np.abs(A)),
    "sin": lambda: (ops.sin(A), np.sin(A)),
    "cos": lambda: (ops.cos(A), np.cos(A)),
    "maximum": lambda: (ops.maximum(A, B), np.maximum(A, B)),
    "minimum": lambda: (ops.minimum(A, B), np.minimum(A, B)),
    "clip": lambda: (ops.clip(A, -0.5, 0.5), np.clip(A, -0.5, 0.5)),
    "where": lambda: (ops.where(A > 0, A, B), np.where(A > 0, A, B)),
    "sum": lambda: (ops.sum(A, axis=0), A.sum(0)),
    "mean": lambda: (ops.mean(A, axis=1, keepdims=True), A.mean(1, keepdims=True)),
    "max": lambda: (ops.max(A, axis=-1), A.max(-1)),
    "min": lambda: (ops.min(A), A.min()),
    "prod": lambda: (ops.prod(A, axis=(0, 1)), A.prod()),
    "var": lambda: (ops.var(A, axis=0), A.var(0)),
    "std": lambda: (ops.std(A, axis=0), A.std(0)),
    "cumsum": lambda: (ops.cumsum(A, axis=1), A.cumsum(1)),
    "logsumexp": lambda: (ops.logsumexp(A, axis=1), np.log(np.exp(A).sum(1))),
    "argmax": lambda: (ops.argmax(A, axis=1), A.argmax(1)),
    "argmin": lambda: (ops.argmin(A), A.argmin()),
    "norm": lambda: (ops.norm(A, axis=1), np.linalg.norm(A, axis=1)),
    "reshape": lambda: (ops.reshape(A, (2, 6)), A.reshape(2, 6)),
    "transpose": lambda: (ops.transpose(A), A.T),
    "swapaxes": lambda: (ops.swapaxes(A, 0, 1), A.T),
    "squeeze": lambda: (ops.squeeze(A[:, None]), A),
    "expand_dims": lambda: (ops.expand_dims(A, 1), A[:, None]),
    "broadcast_to": lambda: (ops.broadcast_to(A, (2, 3, 4)), np.broadcast_to(A, (2, 3, 4))),
    "concatenate": lambda: (ops.concatenate([A, B], axis=1), np.concatenate([A, B], 1)),
    "stack": lambda: (ops.stack([A, B], axis=1), np.stack([A, B], 1)),
    "flip": lambda: (ops.flip(A, axis=1), A[:, ::-1]),
    "take": lambda: (ops.take(A, [0, 0, 3], axis=1), A[:, [0, 0, 3]]),
    "pad": lambda: (
        ops.pad(A, ((1, 0), (0, 2)), constant_values=7.0),
        np.pad(A, ((1, 0), (0, 2)), constant_values=7.0),
    ),
    "split": lambda: (ops.concatenate(ops.split(A, 2, axis=1)[::-1], axis=1), A[:, [2, 3, 0, 1]]),
    "matmul": lambda: (ops.matmul(A, B.T), A @ B.T),
    "dot": lambda: (ops.dot(A, B.T), A @ B.T),
    "dense": lambda: (ops.dense(A, B.T, [1.0, 2.0, 3.0]), A @ B.T + [1, 2, 3]),
    "relu": lambda: (ops.relu(A), np.maximum(A, 0)),
    "threshold": lambda: (ops.threshold(A, 0.5), np.where(A > 0.5, A, 0)),
    "leaky_relu": lambda: (ops.leaky_relu(A, 0.1), np.where(A > 0, A, 0.1 * A)),
    "elu": lambda: (ops.elu(A), np.where(A > 0, A, np.expm1(A))),
    "tanh": lambda: (ops.tanh(A), np.tanh(A)),
    "softplus": lambda: (ops.softplus(A), np.log1p(np.exp(A))),
    "sigmoid": lambda: (ops.sigmoid(A), 1 / (1 + np.exp(-A))),
    "softmax": lambda: (ops.softmax(A), naive_softmax(A)),
    "log_softmax": lambda: (ops.log_softmax(A), np.log(naive_softmax(A))),
    "one_hot": lambda: (ops.one_hot([2, 0], 3), np.eye(3)[[2, 0]]),
    "zeros": lambda: (ops.zeros((2, 3)), np.zeros((2, 3))),
    "ones": lambda: (ops.ones((2, 3)), np.ones((2, 3))),
    "zeros_like": lambda: (ops.zeros_like(A), np.zeros((3, 4))),
    "ones_like": lambda: (ops.ones_like(A), np.ones((3, 4))),
    "arange": lambda: (ops.arange(3), np.arange(3)),
    "cast": lambda: (ops.cast(A, "float32"), A.astype(np.float32)),
    "convert_to_tensor": lambda: (ops.convert_to_tensor(A), A),
    "convert_to_numpy": lambda: (ops.convert_to_numpy(Tensor(A)), A),
    "stop_gradient": lambda: (ops.stop_gradient(Tensor(A)), A),
    "floats": lambda: (ops.floats(np.array([1, 2])), np.array([1.0, 2.0])),
    "shape": lambda: (ops.shape(Tensor(A)), (3, 4)),
}


def test_every_door_is_tried():
    tried = {name.split(" ")[0].strip(",") for name in TABLE} | set(DOORS)
    for file in ops.LATER:  # test_ops_of_images.py, test_ctc.py, ops/test_more_doors.py
        tried |= set(ops.LATER[file].split())
    # below
    tried |= {
        "while_loop",
        "cond",
        "ndim",
        "is_tensor",
        "full",
        "eye",
        "identity",
        "empty",
        "linspace",
        "nonzero",
        # test_ops_of_signals_and_pictures.py
        "cholesky_inverse",
        "logdet",
        "matrix_rank",
        "pinv",
        "slogdet",
        "solve_triangular",
    }
    assert set(ops.__all__) <= tried, (
        f"doors that no test opens: {sorted(set(ops.__all__) - tried)}"
    )
    assert len(set(ops.__all__)) == len(ops.__all__) and all(
        hasattr(ops, name) for name in ops.__all__
    )


@pytest.mark.parametrize("name", DOORS)
def test_a_door_gives_what_numpy_gives(name):
    found, expected = DOORS[name]()
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6, atol=1e-12)


def test_doors_take_keras_arguments():
    """By position and by default, so that a line from a tutorial means the same here."""
    # without an axis: from the flattened array
    np.testing.assert_array_equal(ops.take(A, [5, 0]).data, A.ravel()[[5, 0]])
    x = Tensor(A, requires_grad=True)
    ops.take(x, [[5, 5]]).sum().backward()
    np.testing.assert_array_equal(x.grad.ravel(), 2.0 * (np.arange(12) == 5))
    np.testing.assert_allclose(ops.norm(A, 2, 1).data, np.linalg.norm(A, 2, 1))
    np.testing.assert_allclose(ops.norm(A, None, 0, True).data, np.linalg.norm(A, None, 0, True))
    np.testing.assert_array_equal(
        ops.pad(A, 1, "constant", 7.0).data, np.pad(A, 1, constant_values=7.0)
    )
    np.testing.assert_array_equal(ops.arange(start=1, stop=7, step=2).data, [1, 3, 5])
    assert ops.arange(3).dtype.kind == "i" and ops.arange(0, 1, 0.5).dtype == np.float32
    np.testing.assert_array_equal(ops.argmax(A, 1, True), A.argmax(1, keepdims=True))
    np.testing.assert_array_equal(ops.argmin(A, 0, True), A.argmin(0, keepdims=True))
    np.testing.assert_array_equal(ops.split(A, [1, 2], 1)[1].data, A[:, 1:2])
    np.testing.assert_array_equal(ops.leaky_relu(A, 0.3).data, np.where(A > 0, A, 0.3 * A))


# --- the doors with NumPy's own arguments: defaults, axes from the back, single entries
X, V = np.arange(24.0).reshape(2, 3, 4) % 7 - 2.5, np.array([3.0, -1.0, 2.5, 0.5, 4.0])
N = np.where(np.arange(12).reshape(3, 4) % 5 == 1, np.nan, A)
E = np.array([1.0, 0.0, np.nan])
K = np.array([[2, 0, 1, 3], [1, 1, 0, 2], [3, 2, 2, 0]])
SAME_CALLS = [
    ("tri", (3,), {}),
    ("tri", (3, 4, -1), {}),
    ("logspace", (0, 1), {}),
    ("logspace", ([0, 1], 2, 3), dict(axis=1)),
    ("geomspace", (1, 2), {}),
    ("geomspace", ([1, 8], 64, 3), dict(axis=1)),
    ("geomspace", (1, 64, 3, False), {}),
    ("linspace", (0, 1), {}),
    ("diagflat", (X,), {}),
    ("diagflat", (V, -2), {}),
    ("array_split", (X, 2), {}),
    ("array_split", (X, 4), dict(axis=-1)),
    ("array_split", (X, [1, 3], 2), {}),
    ("hsplit", (V, 5), {}),
    ("split", (A, 1), {}),
    ("split", (X, 3, -2), {}),
    ("dstack", ([V, V],), {}),
    ("dstack", ([1.0, 2.0],), {}),
    ("dstack", ([X, X],), {}),
    ("kron", (V, A), {}),
    ("kron", (X, A), {}),
    ("vander", (V,), {}),
    ("vander", (V, 2, True), {}),
    ("ptp", (X,), {}),
    ("ptp", (X, 1), dict(keepdims=True)),
    ("trapezoid", (X, X[0] * X), dict(axis=1)),
    ("trapezoid", (X, [0.0, 1.0, 4.0]), dict(axis=1)),
    ("trapezoid", (X,), dict(dx=3.0, axis=0)),
    ("nanprod", (N,), dict(axis=1, keepdims=True)),
    ("nanvar", (N, 0), dict(keepdims=True)),
    ("nanargmax", (N, 1), {}),
    ("nanargmin", (N, 0), dict(keepdims=True)),
    ("nanmin", (N, 0), dict(keepdims=True)),
    ("nanmean", (N, 1), dict(keepdims=True)),
    ("nansum", (N, 0), dict(keepdims=True)),
    ("moveaxis", (X, -1, 0), {}),
    ("moveaxis", (X, [0, -1], [-1, 0]), {}),
    ("rot90", (X, 3), dict(axes=(1, 2))),
    ("rot90", (X, 2), dict(axes=(2, 0))),
    ("rot90", (X, 5), dict(axes=(-1, -2))),
    ("vstack", ([1.0, 2.0],), {}),
    ("vstack", ([X, X],), {}),
    ("hstack", ([1.0, 2.0],), {}),
    ("hstack", ([X, X],), {}),
    ("hstack", ([V],), {}),
    ("append", (X, X, -2), {}),
    ("meshgrid", (V,), {}),
    ("meshgrid", (V, V[:2], V[:3]), {}),
    ("meshgrid", (2.0, V[:2]), {}),
    ("diff", (X, 3), {}),
    ("diff", (X, 2, -2), {}),
    ("flip", (X, (0, -1)), {}),
    ("expand_dims", (X, (-1, 1, 0)), {}),
    ("roll", (X, -9, -1), {}),
    ("roll", (X, (1, 2), (0, 2)), {}),
    ("roll", (np.zeros((0, 2)), 1, 0), {}),
    ("tile", (V, (2, 1)), {}),
    ("tile", (3.0, 4), {}),
    ("tile", (A, ()), {}),
    ("repeat", (X, 2, -1), {}),
    ("repeat", (X, [1, 0, 2], 1), {}),
    ("take", (X, -1, -2), {}),
    ("take", (X, [[0], [5]]), {}),
    ("take_along_axis", (X, K[:1, :3, None] % 2, 0), {}),
    ("pad", (A, 2, "symmetric"), {}),
    ("pad", (A, (1, 2), "edge"), {}),
    ("pad", (A, ((0, 1), (2, 0))), {}),
    ("tril", (X,), {}),
    ("triu", (X,), {}),
    ("diag", (V,), {}),
    ("diag", (V, 2), {}),
    ("diagonal", (X,), {}),
    ("diagonal", (X, -1, 2, 0), {}),
    ("diagonal", (X, 5), {}),
    ("diagonal", (X, -5), {}),
    ("diagonal", (X, 3, -2, -1), {}),
    ("trace", (X,), {}),
    ("trace", (X, -1, 1, 2), {}),
    ("argmax", (X,), dict(keepdims=True)),
    ("argsort", (A, None), {}),
    ("sort", (A, None), {}),
    ("sort", (X, 1), {}),
    ("median", (X, 1), dict(keepdims=True)),
    ("quantile", (X, 0.3), dict(axis=(0, -1))),
    ("quantile", (X, [0.0, 0.5]), {}),
    ("quantile", (X, 1.0), {}),
    ("quantile", (X, [0.25, 0.6], -2), dict(method="midpoint", keepdims=True)),
    ("percentile", (X, 100), {}),
    ("percentile", (X, 0, (1,)), {}),
    ("searchsorted", ([1.0, 2.0, 2.0, 3.0], [2.0, 0.0, 3.0, 9.0]), {}),
    ("dot", (X[0], X.swapaxes(1, 2)), {}),
    ("dot", (2.0, X), {}),
    ("inner", (X, A), {}),
    ("tensordot", (X, X.transpose(1, 2, 0)), {}),
    ("tensordot", (X, V, 0), {}),
    ("tensordot", (X, A, (-1, 1)), {}),
    ("tensordot", (X, X, ([0, 2], [0, -1])), {}),
    ("cross", (X[..., :3], V[:3]), {}),
    ("cross", (V[:3], X[..., 1:]), {}),
    ("einsum", ("Bi,ij", X[0], A.T), {}),
    ("einsum", ("...a->a...", X), {}),
    ("sum", (X, -1), dict(keepdims=True)),
    ("prod", (X, 1), dict(keepdims=True)),
    ("var", (X, (0, 2)), dict(keepdims=True)),
    ("std", (X, 1), dict(keepdims=True)),
    ("max", (X,), dict(initial=100.0)),
    ("min", (X, 0), dict(keepdims=True, initial=-2.0)),
    ("cumsum", (X,), {}),
    ("cumsum", (X, -2), {}),
    ("cumprod", (A, -1), {}),
    ("average", (X, -2), dict(weights=[1.0, 2.0, 5.0])),
    ("average", (X,), {}),
    ("average", ([1.0, np.inf],), dict(weights=[1.0, 2.0])),
    ("sinc", ([0.0, 0.5, -2.5],), {}),
    ("isclose", (E, [1 + 0.9e-5, 0.9e-8, np.nan]), {}),
    ("isclose", (E, [1 + 1.1e-5, 1.1e-8, np.nan]), {}),
    ("isclose", (E, E), dict(equal_nan=True)),
    ("allclose", (E[0], E[0] + 0.9e-5), {}),
    ("allclose", (E[0], E[0] + 1.1e-5), {}),
    ("allclose", (E[1], E[1] + 0.9e-8), {}),
    ("allclose", (E[1], E[1] + 1.1e-8), {}),
    ("nan_to_num", ([np.nan, np.inf, -np.inf],), dict(nan=1.0, posinf=2.0, neginf=3.0)),
    ("digitize", ([0.0, 1.0, 2.0], [1.0, 2.0]), {}),
    ("digitize", ([0.0, 1.0, 2.0], [2.0, 1.0]), {}),
    ("histogram", (V,), {}),
    ("histogram", (K, [0, 2, 4]), {}),
    ("bincount", ([0, 3, 1],), {}),
    ("bincount", ([0, 3, 1],), dict(weights=[0.5, 2.0, 1.0])),
    ("eye", (2,), {}),
    ("eye", (3, 2), {}),
    ("eye", (3, 4, -1), {}),
    ("arange", (2, 8, 3), {}),
    ("arange", (2, 8, None), {}),
]


def test_weights_along_one_axis_in_a_tuple():
    """NumPy takes them from 2.0 on."""
    expected = np.average(X, 1, weights=[1.0, 2.0, 5.0])
    np.testing.assert_allclose(ops.average(X, (1,), weights=[1.0, 2.0, 5.0]), expected)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("call", SAME_CALLS, ids=lambda call: f"{call[0]} {call[2]}")
def test_the_same_call_gives_what_numpy_gives(call):
    name, arguments, options = call
    expected = (getattr(np, name, None) or np.trapz)(*arguments, **options)
    found = getattr(ops, name)(*arguments, **options)
    several = isinstance(expected, (list, tuple))
    pairs = zip(found, expected, strict=True) if several else [(found, expected)]
    for a, b in pairs:
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-6, atol=1e-6)


LAST = "softmax log_softmax glu sparsemax argsort sort diff layer_normalization rms_normalization"


@pytest.mark.parametrize("name", [*LAST.split(), "normalize", "trapezoid"])
def test_without_an_axis_it_is_the_last(name):
    x = np.random.default_rng(0).normal(size=(2, 4, 6))
    found, expected = getattr(ops, name)(x), getattr(ops, name)(x, axis=2)
    np.testing.assert_array_equal(found.data, expected.data)
    assert not np.array_equal(found.data, getattr(ops, name)(x, axis=1).data)
