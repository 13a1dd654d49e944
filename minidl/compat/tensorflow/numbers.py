"""tf.math, most of which is tf.add, tf.reduce_sum, ... too, and tf.linalg."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ... import ops
from ...ops.base import on_symbols
from ...tensor import Tensor
from .doors import DType, Strings, door, opening, tensor

NAMES: dict[str, Any] = {}
opens = opening(NAMES)


def kept(function: Callable) -> Callable:
    """Let the result have the type of x: sums of int32 are int32."""

    @wraps(function)
    def typed(*args, **kwargs):
        result, kind = function(*args, **kwargs), [*args, *kwargs.values()][0].dtype
        return result if result.dtype == kind else result.astype(kind)

    return typed


# Arguments in TensorFlow, and the functions of ops that have them: TensorFlow's name, and after a
# colon that in ops if it is another one. All are in tf.math.
_SAME = {
    "x": "abs acos:arccos acosh:arccosh asin:arcsin asinh:arcsinh atan:arctan atanh:arctanh ceil "
    "cos cosh erf erfc erfinv exp expm1 floor is_finite:isfinite is_inf:isinf is_nan:isnan log "
    "log1p log_sigmoid logical_not negative reciprocal rint:round round rsqrt sign sin sinh sqrt "
    "square tan",
    "x y": "add divide_no_nan floordiv:floor_divide floormod:mod greater greater_equal less "
    "less_equal logical_and logical_or logical_xor maximum minimum mod multiply not_equal "
    "pow:power subtract",
    "y x": "atan2:arctan2",
    "targets predictions | k": "in_top_k",
    "input_tensor | axis keepdims": "reduce_all:all reduce_any:any reduce_logsumexp:logsumexp "
    "reduce_std:std reduce_variance:var",
}
for _arguments, _functions in _SAME.items():
    for _function in _functions.split():
        _name, _, _known = _function.partition(":")
        NAMES[_name] = door(getattr(ops, _known or _name), _arguments)
for _name in ("max", "min", "prod", "sum"):
    NAMES[f"reduce_{_name}"] = door(kept(getattr(ops, _name)), "input_tensor | axis keepdims")
# Activations are the functions of ops themselves, so that layers know them.
NAMES |= {
    name: getattr(ops, name) for name in ["sigmoid", "softmax", "softplus", "softsign", "tanh"]
}


@opens("reduce_mean", "input_tensor | axis keepdims")
def _mean(x, axis=None, keepdims=False):
    """The mean. That of whole numbers is a whole number, its fraction cut off."""
    if x.dtype.kind == "f":
        return ops.mean(x, axis, keepdims)
    return ops.trunc(ops.mean(x.astype("float64"), axis, keepdims)).astype(x.dtype)


@opens("reduce_euclidean_norm", "input_tensor | axis keepdims")
def _length(x, axis=None, keepdims=False):
    return ops.sqrt(ops.sum(ops.square(x), axis, keepdims))


@opens("divide truediv", "x y")
def _divide(x, y):
    """x / y. Whole numbers become float64 first, as in Python."""
    x, y = (v if v.dtype.kind == "f" else v.astype("float64") for v in (x, y))
    return x / y


@opens("equal", "x y")
def _equal(x, y):
    """Whether the numbers, or the texts, are the same."""
    if isinstance(x, Strings):
        return Tensor(np.equal(x.texts(), y.texts()).astype(bool))
    return ops.equal(x, y)


@opens("squared_difference", "x y")
def _squared_difference(x, y):
    return ops.square(x - y)


@opens("add_n", "*inputs")
def _add_n(inputs):
    return sum(inputs[1:], start=inputs[0])


@opens("argmax", "input | axis output_type")
def _argmax(x, axis=None, output_type: Any = "int64", function: Callable = ops.argmax):
    """The position of the largest entry along an axis, the first if none is given."""
    return function(x, 0 if axis is None else int(axis)).astype(np.dtype(output_type))


@opens("argmin", "input | axis output_type")
def _argmin(x, axis=None, output_type: Any = "int64"):
    return _argmax(x, axis, output_type, ops.argmin)


@opens("cumsum", "x | axis exclusive reverse")
def _cumsum(x: Any, axis=0, exclusive=False, reverse=False, function: Callable = ops.cumsum):
    """Sums up to each entry along an axis; exclusive: without it; reverse: from the end."""
    x = ops.flip(x, axis) if reverse else x
    result: Any = kept(function)(x, axis)
    result = ops.roll(result, 1, axis) if exclusive else result
    if exclusive:  # the first has nothing before it: a sum of 0, a product of 1
        first = np.arange(x.shape[axis]).reshape([-1, *[1] * (x.ndim - 1)]) == 0
        result = ops.where(np.moveaxis(first, 0, axis), function is not ops.cumsum, result)
        result = result.astype(x.dtype)
    return ops.flip(result, axis) if reverse else result


@opens("cumprod", "x | axis exclusive reverse")
def _cumprod(x, axis=0, exclusive=False, reverse=False):
    return _cumsum(x, axis, exclusive, reverse, ops.cumprod)


_TopK = namedtuple("TopKV2", "values indices")


@opens("top_k", "input | k sorted")
def _top_k(x, k=1, sorted=True):
    return _TopK(*ops.top_k(x, int(k)))


@opens("count_nonzero", "input | axis keepdims")
def _count_nonzero(x, axis=None, keepdims=False):
    return ops.sum(ops.not_equal(x, 0), axis, keepdims).astype("int64")


@opens("l2_normalize linalg.l2_normalize", "x | axis epsilon")
def _l2_normalize(x, axis=None, epsilon=1e-12):
    """x / √(Σ x²) along an axis, or over all entries. Σ x² counts as epsilon at least."""
    return x * ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis, True), epsilon))


@opens("confusion_matrix", "labels predictions | num_classes weights dtype")
def _confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype: Any = "int32"):
    """How often a sample of class i was taken for class j, in row i and column j."""
    pairs = np.stack([labels.numpy().ravel(), predictions.numpy().ravel()]).astype(np.intp)
    n = int(pairs.max(initial=-1)) + 1 if num_classes is None else int(num_classes)
    counts = np.zeros((n, n), np.dtype(dtype))
    np.add.at(counts, tuple(pairs), 1 if weights is None else np.asarray(weights))
    return Tensor(counts)


@opens("bincount", "arr weights | minlength")
def _bincount(arr, weights=None, minlength=None):
    return ops.bincount(arr.ravel(), None if weights is None else weights.ravel(), minlength or 0)


for _name in ("max", "min", "sum"):
    _function = kept(getattr(ops, f"segment_{_name}"))
    NAMES[f"segment_{_name}"] = door(_function, "data segment_ids")
    NAMES[f"unsorted_segment_{_name}"] = door(_function, "data segment_ids num_segments")
NAMES["log_softmax"] = ops.log_softmax
NAMES["zero_fraction"] = door(lambda x: ops.mean(ops.equal(x, 0)), "value")
NAMES |= {f"math.{name}": thing for name, thing in NAMES.items() if "." not in name}

# --- tf.linalg


@opens("matmul linalg.matmul", "a b | transpose_a transpose_b")
def _matmul(a, b, transpose_a=False, transpose_b=False):
    """The product of matrices, each first transposed if so wished."""
    a = a.swapaxes(-1, -2) if transpose_a else a
    return ops.matmul(a, b.swapaxes(-1, -2) if transpose_b else b)


@opens("norm linalg.norm", "tensor | ord axis keepdims")
def _norm(x, ord: Any = "euclidean", axis=None, keepdims=False):
    """The length √Σ x², also of a matrix or of all entries together; or the norm of this order."""
    if ord == "euclidean":
        return _length(x, axis, keepdims)
    return ops.norm(x.ravel() if axis is None else x, ord, axis, keepdims)


@opens("linalg.normalize", "tensor | ord axis")
def _normalize(x, ord: Any = "euclidean", axis=None):
    """Return x divided by its norm, and the norm."""
    size = _norm(x, ord, tuple(range(len(x.shape))) if axis is None else axis, True)
    return x / size, size


@opens("linalg.global_norm", "| t_list")
def _global_norm(t_list):
    """The length √Σ x² of all entries of all tensors of a list; None counts as nothing."""
    return ops.sqrt(sum([ops.sum(ops.square(tensor(t))) for t in t_list if t is not None]))


@opens("clip_by_global_norm", "| t_list clip_norm use_norm")
def _clip_by_global_norm(t_list, clip_norm, use_norm=None):
    """Return the tensors, made shorter together so that their global norm is clip_norm at most,
    and the norm that they had.
    """
    size = _global_norm(t_list) if use_norm is None else tensor(use_norm)
    factor = clip_norm / ops.maximum(size, clip_norm)
    return [None if t is None else tensor(t) * factor for t in t_list], size


@opens("clip_by_norm", "t | clip_norm axes")
def _clip_by_norm(t, clip_norm, axes=None):
    """Make x shorter where its length √Σ x² exceeds clip_norm."""
    return t * (clip_norm / ops.maximum(_length(t, axes, True), clip_norm))


@opens("clip_by_value", "t clip_value_min clip_value_max")
def _clip_by_value(t, low, high):
    return ops.minimum(ops.maximum(t, low), high)


@opens("linalg.svd", "tensor | full_matrices compute_uv")
def _svd(x, full_matrices=False, compute_uv=True):
    """Return (s, u, v) with u @ diag(s) @ vᵀ = x, or s alone."""
    if not compute_uv:
        return ops.svd(x, full_matrices, False)
    u, s, vh = ops.svd(x, full_matrices)
    return s, u, vh.swapaxes(-1, -2)


@opens("linalg.band_part", "input | num_lower num_upper")
def _band_part(x, num_lower, num_upper):
    """The entries within these numbers of diagonals below and above the main one, else 0; a
    negative number: all.
    """
    x = ops.triu(x, -int(num_lower)) if num_lower >= 0 else x
    return ops.tril(x, int(num_upper)) if num_upper >= 0 else x


def _eye(rows, columns=None, batch_shape=None, dtype: Any = "float32"):
    return ops.eye(int(rows), columns and int(columns), dtype=np.dtype(dtype))


_LINALG: dict[str, tuple[str, Callable]] = {
    "cholesky": ("input", lambda x: ops.cholesky(x)),
    "cross": ("a b", ops.cross),
    "det": ("input", ops.det),
    "diag": ("diagonal", on_symbols(lambda x: x[..., None] * np.eye(x.shape[-1], dtype=x.dtype))),
    "diag_part": ("input", lambda x: ops.diagonal(x, 0, -2, -1)),
    "eigh": ("tensor", ops.eigh),
    "eye": ("| num_rows num_columns batch_shape dtype", _eye),
    "inv": ("input", ops.inv),
    "lstsq": ("matrix rhs", lambda a, b: ops.lstsq(a, b)),
    "matrix_transpose": ("a", lambda a: a.swapaxes(-1, -2)),
    "matvec": ("a b", lambda a, b: ops.squeeze(ops.matmul(a, ops.expand_dims(b, -1)), -1)),
    "qr": ("input | full", lambda x, full=False: ops.qr(x, "complete" if full else "reduced")),
    "solve": ("matrix rhs", ops.solve),
    "tensordot": ("a b | axes", ops.tensordot),
    "trace": ("x", lambda x: ops.trace(x, 0, -2, -1)),
}
NAMES |= {f"linalg.{name}": door(f, names) for name, (names, f) in _LINALG.items()}
NAMES |= {name: NAMES[f"linalg.{name}"] for name in ("eye", "tensordot")}
NAMES["einsum"] = NAMES["linalg.einsum"] = ops.einsum

# --- types

_TYPES = (
    "bfloat16 bool float16 float32 float64 int8 int16 int32 int64 string uint8 uint16 uint32 uint64"
)
NAMES |= {name: DType(name) for name in _TYPES.split()}
NAMES |= {"double": NAMES["float64"], "half": NAMES["float16"]}
NAMES["cast"] = door(lambda x, dtype: x.astype(np.dtype(dtype)), "x | dtype")
NAMES["as_dtype"] = lambda type_value: NAMES[np.dtype(type_value).name]
NAMES |= {f"dtypes.{name}": NAMES[name] for name in [*_TYPES.split(), "as_dtype", "cast"]}
NAMES["DType"] = NAMES["dtypes.DType"] = DType
