"""minidl.ops and minidl.activations against keras.ops and keras.activations, live, in float32."""

import inspect

import keras
import numpy as np
import pytest
from keras import ops as k
from test_keras_small_ops import NAMES

import minidl
from minidl import ops

rng = np.random.default_rng(11)


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


def positive(*shape):
    return rng.uniform(0.5, 2.0, size=shape).astype(np.float32)


A, B, P = normal(3, 4), normal(3, 4), positive(3, 4)
X = normal(2, 3, 4)
I = np.array([[2, 0, 1, 3], [1, 1, 0, 2], [3, 2, 2, 0]], np.int32)
L = np.array([2, 0, 3], np.int32)
T = np.eye(4, dtype=np.float32)[L]
Q = P / P.sum(axis=-1, keepdims=True)
M = A > 0
S = X[..., :3] + 2 * np.eye(3, dtype=np.float32)
D = S @ np.swapaxes(S, 1, 2)
G = np.where(X > 0.8, np.nan, X)
G[0, 1] = np.nan

# Each line is one call, made twice with the same arguments: (name, positional arguments, keyword
# arguments).
CALLS = [
    *[
        (name, (A,), {})
        for name in [
            "abs",
            "absolute",
            "arctan",
            "arcsinh",
            "ceil",
            "cos",
            "cosh",
            "elu",
            "erf",
            "exp",
            "exp2",
            "expm1",
            "floor",
            "gelu",
            "glu",
            "hard_shrink",
            "hard_sigmoid",
            "hard_silu",
            "hard_swish",
            "hard_tanh",
            "isfinite",
            "isinf",
            "isnan",
            "leaky_relu",
            "log_sigmoid",
            "log_softmax",
            "negative",
            "ravel",
            "reciprocal",
            "relu",
            "relu6",
            "round",
            "selu",
            "celu",
            "sigmoid",
            "sign",
            "silu",
            "sin",
            "sinh",
            "soft_shrink",
            "softmax",
            "softplus",
            "softsign",
            "sparse_plus",
            "sparse_sigmoid",
            "square",
            "squareplus",
            "swish",
            "tan",
            "tanh",
            "tanh_shrink",
            "argmax",
            "argmin",
            "argsort",
            "sort",
            "sum",
            "mean",
            "var",
            "std",
            "max",
            "min",
            "amax",
            "amin",
            "prod",
            "median",
            "norm",
            "logsumexp",
            "cumsum",
            "cumprod",
            "any",
            "all",
            "count_nonzero",
            "average",
            "normalize",
            "layer_normalization",
            "transpose",
            "tril",
            "triu",
            "diag",
            "diagonal",
            "trace",
            "flip",
            "nan_to_num",
            "zeros_like",
            "ones_like",
            "copy",
            "array",
            "convert_to_tensor",
            "stop_gradient",
            "unstack",
            "logical_not",
            "trunc",
            "diff",
            "nansum",
            "nanmean",
            "nanmax",
            "nanmin",
            "unique",
        ]
    ],
    *[(name, (P,), {}) for name in ["log", "log1p", "log2", "log10", "sqrt", "rsqrt"]],
    *[(name, (A / 4,), {}) for name in ["arcsin", "arccos", "arctanh"]],
    ("arccosh", (P + 1,), {}),
    *[
        (name, (A, B), {})
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "true_divide",
            "arctan2",
            "logaddexp",
            "maximum",
            "minimum",
            "equal",
            "not_equal",
            "less",
            "less_equal",
            "greater",
            "greater_equal",
            "isclose",
            "append",
            "inner",
            "vdot",
            "outer",
            "tensordot",
        ]
    ],
    *[(name, (A, P), {}) for name in ["mod", "floor_divide", "fmod"]],
    ("fmod", (I, 2), {}),
    ("trunc", (I,), {}),
    ("allclose", (A, A + 1e-7), {}),
    ("allclose", (A, B, 10.0), dict(atol=1.0)),
    ("diff", (A, 2), dict(axis=0)),
    ("diff", (I,), {}),
    ("diff", (M,), {}),
    *[
        (name, (G,), dict(axis=axis, keepdims=keepdims))
        for name in ["nansum", "nanmean", "nanmax", "nanmin"]
        for axis, keepdims in [(None, False), (1, True), ((0, 1), False)]
    ],
    *[(name, (I,), {}) for name in ["nansum", "nanmean", "nanmax", "nanmin"]],
    ("percentile", (A, [10, 50]), dict(axis=1)),
    ("percentile", (A, 30), dict(method="lower", keepdims=True)),
    ("isin", (I, L), {}),
    ("isin", (I, [0, 3]), dict(invert=True)),
    ("digitize", (A, np.float32([-1, 0, 1])), {}),
    ("digitize", (I, np.array([1, 2])), {}),
    ("digitize", (A, np.float32([1, 0, -1])), {}),
    ("histogram", (A[0],), {}),
    ("histogram", (A.ravel(),), dict(bins=4, range=(-1, 1))),
    ("histogram", (I.ravel(),), dict(bins=3)),
    *[
        ("unique", (I,), dict(return_index=True, return_inverse=True, return_counts=True, size=n))
        for n in (None, 2, 6)
    ],
    ("unique", (I,), dict(size=6, fill_value=9)),
    ("unique", (I[:, [0, 1, 0]],), dict(axis=1, return_inverse=True)),
    ("unique", (I,), dict(axis=1, size=6, fill_value=-1)),
    *[
        (n, (A,), {})
        for n in [
            "cbrt",
            "deg2rad",
            "rad2deg",
            "fabs",
            "sinc",
            "erfc",
            "signbit",
            "fliplr",
            "flipud",
        ]
    ],
    *[(n, (A,), {}) for n in ["ptp", "diagflat", "trapezoid"]],
    *[
        (n, (A, B), {})
        for n in ["hypot", "fmax", "fmin", "logaddexp2", "divide_no_nan", "kron", "nextafter"]
    ],
    *[(n, (I, I + 1), {}) for n in ["bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm"]],
    *[(n, (I, 2), {}) for n in ["bitwise_left_shift", "bitwise_right_shift", "left_shift"]],
    ("bitwise_not", (I,), {}),
    ("bitwise_invert", (I,), {}),
    ("erfinv", (A / 4,), {}),
    ("ldexp", (A, I), {}),
    ("heaviside", (np.round(A), np.float32(0.5)), {}),
    ("fmax", (G, X), {}),
    ("divide_no_nan", (A, np.round(B)), {}),
    ("cdist", (A, B[:2]), {}),
    ("ptp", (A,), dict(axis=1, keepdims=True)),
    ("trapezoid", (A, P[0]), {}),
    ("trapezoid", (A,), dict(dx=0.5, axis=0)),
    ("rms_normalization", (A,), {}),
    ("rms_normalization", (A, P[0]), dict(epsilon=0.1)),
    ("tri", (3, 5, 1), {}),
    ("vander", (A[0], 3), {}),
    ("vander", (A[0],), dict(increasing=True)),
    ("logspace", (0, 2, 5), {}),
    ("logspace", (0, 2, 5), dict(endpoint=False, base=2)),
    ("geomspace", (1, 64, 4), {}),
    ("unravel_index", (L, (2, 2)), {}),
    ("array_split", (A, 3), dict(axis=1)),
    *[(name, (np.float32([1, -np.inf, np.inf]),), {}) for name in ("isneginf", "isposinf")],
    ("right_shift", (I, 1), {}),
    ("empty_like", (I,), {}),
    ("hsplit", (A, 2), {}),
    ("vsplit", (A, 3), {}),
    ("dsplit", (X, 2), {}),
    ("dstack", ([A, B],), {}),
    ("dstack", ([A[0], B[0]],), {}),
    *[
        (name, (G,), dict(axis=axis))
        for name in ("nanprod", "nanvar", "nanstd", "nanargmax", "nanargmin", "nancumsum")
        for axis in (None, 1)
    ],
    ("nancumprod", (G,), dict(axis=2)),
    *[(name, (A, L, 5), {}) for name in ("segment_max", "segment_min", "segment_prod")],
    *[(name, (I, L, 5), {}) for name in ("segment_max", "segment_min", "segment_prod")],
    ("inv", (S,), {}),
    ("inv", (I[:, :3],), {}),
    ("det", (S,), {}),
    ("solve", (S, A[:2, :3].T), {}),
    ("solve", (S[0], A[0, :3]), {}),
    ("solve", (S[0], S), {}),
    ("cholesky", (D,), {}),
    ("cholesky", (D,), dict(upper=True)),
    ("lstsq", (A.T, B.T), {}),
    ("lstsq", (A.T, B[0]), {}),
    ("lstsq", (A, B[:, 0]), {}),
    ("svd", (S,), dict(compute_uv=False)),
    ("power", (P, A), {}),
    ("mod", (I, 3), {}),
    ("floor_divide", (I, 2), {}),
    ("mod", (-P, P.T[:3, :1]), {}),
    *[(name, (M, ~M), {}) for name in ["logical_and", "logical_or", "logical_xor"]],
    ("any", (M,), dict(axis=1, keepdims=True)),
    ("all", (M,), dict(axis=0)),
    ("count_nonzero", (I,), dict(axis=1)),
    ("argmax", (A,), dict(axis=-1)),
    ("argmin", (A,), dict(axis=0, keepdims=True)),
    ("argsort", (I,), dict(axis=0)),
    ("sort", (A,), dict(axis=0)),
    ("top_k", (A, 2), {}),
    ("top_k", (np.float32([[1, 3, 3, 2, 3]]), 4), {}),
    ("in_top_k", (L, A, 2), {}),
    ("take", (A, L), dict(axis=1)),
    ("take", (A, L), {}),
    ("take_along_axis", (A, I), dict(axis=1)),
    ("take_along_axis", (A, I.ravel()), {}),
    ("tile", (A, (2, 1, 2)), {}),
    ("tile", (A, 2), {}),
    ("repeat", (A, 2), dict(axis=1)),
    ("repeat", (A, np.array([0, 2, 1, 3])), dict(axis=1)),
    ("repeat", (A, 3), {}),
    ("roll", (A, 2), {}),
    ("roll", (A, -1), dict(axis=1)),
    ("roll", (A, (1, 2)), dict(axis=(0, 1))),
    ("flip", (A,), dict(axis=1)),
    ("moveaxis", (X, 0, -1), {}),
    ("moveaxis", (X, (0, 1), (2, 0)), {}),
    ("rot90", (A,), {}),
    ("rot90", (X, 3), dict(axes=(1, 2))),
    ("split", (A, 2), dict(axis=1)),
    ("split", (A, [1, 3]), dict(axis=1)),
    ("concatenate", ([A, B],), dict(axis=1)),
    ("stack", ([A, B],), dict(axis=-1)),
    ("hstack", ([A, B],), {}),
    ("vstack", ([A, B],), {}),
    ("hstack", ([A[0], B[0]],), {}),
    ("vstack", ([A[0], B[0]],), {}),
    ("append", (A, B), dict(axis=1)),
    ("expand_dims", (A, 1), {}),
    ("expand_dims", (A, (0, -1)), {}),
    ("squeeze", (A[:, None],), {}),
    ("squeeze", (A[:, None],), dict(axis=1)),
    *[("pad", (A, ((1, 2), (2, 1)), mode), {}) for mode in ("constant", "reflect", "symmetric")],
    ("pad", (A, 1), dict(constant_values=3.0)),
    ("tril", (X,), dict(k=-1)),
    ("triu", (X,), dict(k=1)),
    ("diag", (A[0],), dict(k=-2)),
    ("diagonal", (X,), dict(offset=1, axis1=1, axis2=2)),
    ("trace", (X,), dict(offset=-1, axis1=1, axis2=2)),
    ("eye", (3,), {}),
    ("eye", (2, 4, 1), {}),
    ("identity", (3,), {}),
    ("full", ((2, 3), 7), {}),
    ("full_like", (I, 2), {}),
    ("linspace", (0.0, 3.0), dict(num=7)),
    ("linspace", (0.0, 3.0), dict(num=4, endpoint=False)),
    ("zeros", ((2, 3),), {}),
    ("ones", ((2, 3),), {}),
    ("arange", (5,), {}),
    ("arange", (1, 7, 2), {}),
    ("arange", (0.0, 1.0, 0.25), {}),
    ("arange", (3,), dict(dtype="float32")),
    ("einsum", ("ij,kj->ik", A, B), {}),
    ("einsum", ("...ij,...kj->...ik", X, A), {}),
    ("einsum", ("bij->b", X), {}),
    ("tensordot", (X, A.T), dict(axes=1)),
    ("tensordot", (X, X), dict(axes=((0, 2), (0, 2)))),
    ("matmul", (X, A.T), {}),
    ("dot", (X, A.T), {}),
    ("dot", (A, B.T), {}),
    ("outer", (A[0], B[1]), {}),
    ("cross", (A[:, :3], B[:, 1:]), {}),
    ("reshape", (A, (2, -1)), {}),
    ("swapaxes", (X, 0, 2), {}),
    ("transpose", (X, (1, 2, 0)), {}),
    ("broadcast_to", (A, (2, 3, 4)), {}),
    *[
        (name, (X,), dict(axis=axis, keepdims=keepdims))
        for name in [
            "sum",
            "mean",
            "var",
            "std",
            "prod",
            "max",
            "min",
            "logsumexp",
            "median",
            "norm",
        ]
        for axis in (1, (0, 2))
        for keepdims in (False, True)
    ],
    ("cumsum", (A,), dict(axis=1)),
    ("cumprod", (A,), dict(axis=1)),
    ("average", (A, 1, P[0]), {}),
    ("average", (A,), dict(weights=P)),
    *[
        ("quantile", (A, 0.3), dict(axis=1, method=m))
        for m in ("linear", "lower", "higher", "midpoint", "nearest")
    ],
    ("quantile", (A, [0.1, 0.5]), dict(axis=1, keepdims=True)),
    ("quantile", (A, 0.5), {}),
    *[("norm", (A,), dict(ord=o, axis=1)) for o in (None, 1, 2, 3, 0, np.inf, -np.inf)],
    *[("norm", (A,), dict(ord=o)) for o in ("fro", 1, np.inf)],
    ("normalize", (A,), dict(axis=0, order=1)),
    ("normalize", (np.zeros((2, 3), np.float32),), {}),
    ("moments", (X, (0, 1)), dict(keepdims=True)),
    ("where", (M, A, B), {}),
    ("where", (M, A, 0.0), {}),
    ("where", (M,), {}),
    ("select", ([A < -1, A > 1], [A * 2, A * 3], 0.5), {}),
    ("clip", (A, -0.5, 0.7), {}),
    ("one_hot", (I, 4), {}),
    ("one_hot", (I, 3), dict(axis=0)),
    ("multi_hot", (I, 5), {}),
    ("multi_hot", (L, 5), {}),
    ("cast", (A, "int32"), {}),
    ("cast", (I, "float32"), {}),
    ("size", (A,), {}),
    ("ndim", (A,), {}),
    ("shape", (A,), {}),
    ("round", (A,), dict(decimals=1)),
    ("nan_to_num", (np.float32([np.nan, np.inf, -np.inf, 1]),), dict(nan=2.0, posinf=3.0)),
    ("searchsorted", (np.sort(A[0]), B[0]), {}),
    ("searchsorted", (np.arange(4), L), dict(side="right")),
    ("bincount", (L,), dict(minlength=6)),
    ("bincount", (L,), dict(weights=P[:, 0])),
    ("bincount", (I,), dict(minlength=5)),
    ("segment_sum", (A, np.array([1, 0, 1])), dict(num_segments=3)),
    ("segment_sum", (A, np.array([1, 5, -1])), dict(num_segments=3)),
    ("meshgrid", (A[0], B[:, 0]), {}),
    ("meshgrid", (A[0], B[:, 0]), dict(indexing="ij")),
    ("scatter", (np.array([[0, 1], [2, 3], [0, 1]]), A[0, :3], (3, 4)), {}),
    ("scatter_update", (A, [[2], [0]], B[:2]), {}),
    ("scatter_update", (A, [[0, 1], [2, 3], [0, 1]], B[0, :3]), dict(reduction="add")),
    ("slice", (A, (1, 0), (2, 3)), {}),
    ("slice_update", (A, (1, 1), B[:2, :2]), {}),
    ("unstack", (A,), dict(axis=1)),
    ("leaky_relu", (A, 0.3), {}),
    ("elu", (A, 0.5), {}),
    ("celu", (A, 0.5), {}),
    ("gelu", (A, False), {}),
    ("squareplus", (A, 2), {}),
    ("threshold", (A, 0.5, -1.0), {}),
    ("hard_shrink", (A, 0.2), {}),
    ("soft_shrink", (A, 0.2), {}),
    ("glu", (A,), dict(axis=1)),
    ("softmax", (X,), dict(axis=1)),
    ("softmax", (X,), dict(axis=(1, 2))),
    ("log_softmax", (X,), dict(axis=0)),
    ("binary_crossentropy", (T, Q), {}),
    ("binary_crossentropy", (T, A, True), {}),
    ("binary_crossentropy", (np.float32([0, 1, 0]), np.float32([0, 0, 1])), {}),
    ("categorical_crossentropy", (T, P), {}),
    ("categorical_crossentropy", (Q, A, True), {}),
    ("categorical_crossentropy", (T.T, A.T), dict(from_logits=True, axis=0)),
    ("sparse_categorical_crossentropy", (L, P), {}),
    ("sparse_categorical_crossentropy", (L, A, True), {}),
    ("sparse_categorical_crossentropy", (L[:, None], A, True), {}),
    ("batch_normalization", (X, P[0, :3], P[1, :3], 1), {}),
    ("batch_normalization", (A, B[0], P[0], -1, A[1], A[2], 0.1), {}),
    ("layer_normalization", (A, P[0], B[0]), {}),
    ("layer_normalization", (X,), dict(axis=(1, 2), epsilon=0.01)),
    ("fori_loop", (0, 3, lambda i, v: v * 2 + i, A), {}),
    ("while_loop", (lambda i, v: i < 3, lambda i, v: (i + 1, v * A), (0, A)), {}),
    ("cond", (True, lambda: A, lambda: B), {}),
    ("scan", (lambda c, x: (c + x, c * x), A[0], B), {}),
    ("scan", (lambda c, x: (c + x, c * x), A[0], B), dict(reverse=True)),
    ("map", (lambda x: x * 2, A), {}),
    ("vectorized_map", (lambda x: x * x, A), {}),
]
IMAGES, KERNEL, EACH, POINTS = (
    np.random.default_rng(3).normal(size=shape).astype(np.float32)
    for shape in ((2, 6, 6, 4), (3, 3, 4, 4), (3, 3, 4, 1), (1, 1, 4, 3))
)
CALLS += [
    ("conv", (IMAGES, KERNEL), dict(strides=2, padding="same")),
    ("conv_transpose", (IMAGES, KERNEL), dict(strides=2, padding="same")),
    ("depthwise_conv", (IMAGES, EACH), {}),
    ("separable_conv", (IMAGES, EACH, POINTS), dict(padding="same")),
    ("average_pool", (IMAGES, 2), dict(strides=1, padding="same")),
    ("max_pool", (IMAGES, 2), dict(strides=2)),
    ("adaptive_average_pool", (IMAGES, 4), {}),
    ("adaptive_max_pool", (IMAGES, 4), {}),
]
IN_OTHER_FILES = {"ctc_decode", "ctc_loss", "dot_product_attention", *NAMES}
# keras.ops has no such function: it is here for dense layers and activations.
WITHOUT_A_PEER = {"dense", "floats"}
ELSEWHERE = {
    "convert_to_numpy": (A,),
    "is_tensor": (A,),
    "empty": ((2, 3),),
    "nonzero": (M,),
    "mish": (A,),
    "sparsemax": (A,),
    "qr": (S,),
    "eigh": (D,),
}
# On JAX with float64 switched on, as for these tests, Keras gives these as float64, whatever went
# in.
WIDE_IN_KERAS = {
    "linspace",
    "logspace",
    "geomspace",
    "bincount",
    "sparse_categorical_crossentropy",
    "histogram",
}
COUNTS = {"histogram"}  # float in Keras on JAX, whole numbers in Keras on other backends and here


def parts(value):
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in parts(part)]
    return [np.asarray(value)]


@pytest.mark.parametrize(
    ("name", "arguments", "options"), CALLS, ids=[f"{i}-{c[0]}" for i, c in enumerate(CALLS)]
)
def test_values_and_types(name, arguments, options):
    ours, theirs = (
        parts(getattr(ops, name)(*arguments, **options)),
        parts(getattr(k, name)(*arguments, **options)),
    )
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert a.shape == b.shape
        assert (a.dtype.kind == b.dtype.kind or name in COUNTS) and (
            a.dtype.kind != "f" or a.dtype == b.dtype or name in WIDE_IN_KERAS
        )
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)


def test_no_door_is_left_out():
    called = {name for name, _, _ in CALLS} | set(ELSEWHERE) | WITHOUT_A_PEER | IN_OTHER_FILES
    assert set(ops.__all__) == called
    assert not any(hasattr(k, name) for name in WITHOUT_A_PEER)


def test_the_others():
    assert isinstance(ops.convert_to_numpy(minidl.Tensor(A)), np.ndarray) and np.array_equal(
        ops.convert_to_numpy(A), k.convert_to_numpy(k.array(A))
    )
    assert (
        ops.is_tensor(minidl.Tensor(A))
        and k.is_tensor(k.array(A))
        and not ops.is_tensor(A)
        and not k.is_tensor(A)
    )
    assert ops.empty((2, 3)).shape == tuple(k.empty((2, 3)).shape)
    for ours, theirs in zip(ops.nonzero(M), k.nonzero(M)):
        np.testing.assert_array_equal(ours.data, np.asarray(theirs))
    for name, x, options in [
        ("qr", S, {}),
        ("qr", A, {}),
        ("qr", A.T, {}),
        ("qr", A.T, dict(mode="complete")),
        ("svd", A, {}),
        ("svd", X, dict(full_matrices=False)),
        ("eigh", D, {}),
    ]:
        # columns may point the other way
        for ours, theirs in zip(getattr(ops, name)(x, **options), getattr(k, name)(x, **options)):
            np.testing.assert_allclose(
                np.abs(ours.data), np.abs(np.asarray(theirs)), rtol=1e-4, atol=1e-4
            )
            assert ours.dtype == np.float32
    np.testing.assert_allclose(
        ops.mish(A).data, np.asarray(keras.activations.mish(A)), rtol=1e-5, atol=1e-6
    )


# Where Keras takes what we do not: sparse tensors, a hint for compilers, dtypes of results, or axes
# of other than three-vectors.
MORE_IN_KERAS = {"sparse", "ragged", "synchronized", "kwargs", "axisa", "axisb", "axisc", "initial"}


@pytest.mark.parametrize(
    "name", sorted(set(ops.__all__) - WITHOUT_A_PEER - {"mish", "size", "shape", "ndim", "cond"})
)
def test_arguments_have_keras_names_and_order(name):
    ours, theirs = (
        list(inspect.signature(getattr(library, name)).parameters) for library in (ops, k)
    )
    theirs = [p for p in theirs if p not in MORE_IN_KERAS and (name, p) != ("cross", "axis")]
    assert ours == theirs


@pytest.mark.parametrize("shelf", ["nn", "numpy", "linalg"])
def test_the_doors_stand_on_keras_shelves(shelf):
    theirs = [name for name in vars(getattr(k, shelf)) if name in ops.__all__]
    assert len(theirs) > 8
    for name in theirs:
        assert getattr(getattr(ops, shelf), name) is getattr(ops, name)


LOWER = sorted(
    n
    for n, f in vars(keras.initializers).items()
    if isinstance(f, type) and n.islower() and n != "stft"
)


@pytest.mark.parametrize("name", LOWER)
def test_initializers_have_keras_names_and_defaults(name):
    ours, theirs = (
        inspect.signature(getattr(library.initializers, name)).parameters
        for library in (minidl, keras)
    )
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values() if p.name not in ("input_axes", "output_axes")
    ]
    made = getattr(keras.initializers, name)()
    config = {
        n: v
        for n, v in keras.initializers.serialize(made)["config"].items()
        if n not in ("input_axes", "output_axes")
    }
    back = minidl.initializers.deserialize({**keras.initializers.serialize(made), "config": config})
    assert type(back).__name__ == type(made).__name__ and back.get_config() == {
        **({"gain": 1.0} if name == "identity" else {}),
        **config,
    }


# --- activations

ACTIVATIONS = sorted(
    n
    for n, f in vars(keras.activations).items()
    if callable(f) and n not in ("get", "serialize", "deserialize")
)
ARGUMENTS = {"threshold": (0.5, -1.0)}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    x, more = 3 * normal(6, 8), ARGUMENTS.get(name, ())
    found = np.asarray(getattr(minidl.activations, name)(x, *more))
    assert found.dtype == np.float32
    if name != "sparsemax":
        np.testing.assert_allclose(
            found, np.asarray(getattr(keras.activations, name)(x, *more)), rtol=1e-5, atol=2e-6
        )
    ours, theirs = (
        inspect.signature(getattr(library.activations, name)).parameters
        for library in (minidl, keras)
    )
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]
    assert minidl.activations.serialize(
        getattr(minidl.activations, name)
    ) == keras.activations.serialize(getattr(keras.activations, name))


def test_sparsemax_gives_probabilities_and_keras_does_not():
    """The one disagreement: by the paper each row sums to 1. When Keras's rows do too, compare the
    values instead.
    """
    x = 3 * normal(6, 8)
    np.testing.assert_allclose(minidl.activations.sparsemax(x).data.sum(axis=-1), 1, rtol=1e-6)
    assert np.abs(np.asarray(keras.activations.sparsemax(x)).sum(axis=-1) - 1).max() > 0.1


def test_every_activation_of_keras_is_here():
    assert len(ACTIVATIONS) >= 30
    assert set(ACTIVATIONS) == set(minidl.activations.registry.names)


# --- random

RANDOM = sorted(n for n, f in vars(keras.random).items() if callable(f) and n != "SeedGenerator")


@pytest.mark.parametrize("name", RANDOM)
def test_random_functions_take_keras_arguments(name):
    ours, theirs = (
        inspect.signature(getattr(library.random, name)).parameters for library in (minidl, keras)
    )
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("normal", ((20_000,), 1.0, 2.0)),
        ("uniform", ((20_000,), -1.0, 3.0)),
        ("truncated_normal", ((20_000,), 1.0, 2.0)),
        ("randint", ((20_000,), -3, 4)),
        ("gamma", ((20_000,), 2.0)),
        ("beta", ((20_000,), 2.0, 3.0)),
        ("binomial", ((20_000,), 9.0, 0.4)),
        ("dropout", (np.ones(20_000, np.float32), 0.31)),
        ("categorical", (np.float32([[0.5, -1, 2]]), 20_000)),
    ],
)
def test_random_numbers_are_spread_alike(name, arguments):
    ours, theirs = (
        np.asarray(getattr(library.random, name)(*arguments, seed=1)) for library in (minidl, keras)
    )
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
    levels = np.linspace(0.02, 0.98, 25)
    spread = theirs.std()
    assert np.abs(np.quantile(ours, levels) - np.quantile(theirs, levels)).mean() < 0.05 * spread
    assert abs(ours.mean() - theirs.mean()) < 0.05 * spread and abs(ours.std() / spread - 1) < 0.05
