"""tf.math, most of which is tf.add, tf.reduce_sum, ... too."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...metrics import matrix
from ...support.texts import Texts
from ...tensor import Tensor
from .doors import shelf, tensors

SAME = {
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
    "reduce_max:max reduce_min:min reduce_std:std reduce_variance:var",
    "data segment_ids": "segment_max segment_min segment_sum",
    "data segment_ids num_segments": "unsorted_segment_max:segment_max "
    "unsorted_segment_min:segment_min unsorted_segment_sum:segment_sum",
}
_TopK = namedtuple("TopKV2", "values indices")
HERE: dict[str, Callable] = {
    "add_n": lambda inputs: sum(tensors(inputs)),
    "squared_difference": lambda x, y, /: ops.square(x - y),
    "top_k": lambda input, /, k=1, sorted=True: _TopK(*ops.top_k(input, int(k))),
    "zero_fraction": lambda value, /: ops.mean(ops.equal(value, 0)),
}


def _reduced(function: Callable) -> Callable:
    """The sum or the product, in the type of the numbers."""
    return lambda input_tensor, /, axis=None, keepdims=False: function(
        input_tensor, axis, keepdims
    ).astype(input_tensor.dtype)


def _place(function: Callable) -> Callable:
    """The position of the largest or the smallest entry along an axis."""
    return lambda input, /, axis=0, output_type="int64": function(input, int(axis or 0)).astype(
        output_type
    )


HERE |= {"argmax": _place(ops.argmax), "argmin": _place(ops.argmin)}
HERE |= {"reduce_prod": _reduced(ops.prod), "reduce_sum": _reduced(ops.sum)}


def reduce_mean(input_tensor, /, axis=None, keepdims=False):
    """The mean. That of whole numbers is a whole number, its fraction cut off."""
    if input_tensor.dtype.kind == "f":
        return ops.mean(input_tensor, axis, keepdims)
    return ops.trunc(ops.mean(input_tensor.astype("f8"), axis, keepdims)).astype(input_tensor.dtype)


def reduce_euclidean_norm(input_tensor, /, axis=None, keepdims=False):
    """√Σ x²"""
    return ops.sqrt(ops.sum(ops.square(input_tensor), axis, keepdims))


def divide(x, y, /):
    """x / y. Whole numbers become float64 first, as in Python."""
    x, y = (v if v.dtype.kind == "f" else v.astype("float64") for v in (x, y))
    return x / y


truediv = divide


def equal(x, y, /):
    """Whether the numbers, or the texts, are the same."""
    if isinstance(x, Texts):
        return Tensor(np.equal(x.decoded(), y.decoded()).astype(bool))
    return ops.equal(x, y)


def cumsum(x, /, axis=0, exclusive=False, reverse=False, function: Callable = ops.cumsum):
    """Sums up to each entry along an axis; exclusive: without it; reverse: from the end."""
    x = ops.flip(x, axis) if reverse else x
    if exclusive:  # before the first entry: a sum of 0, a product of 1
        first = np.indices(x.shape, sparse=True)[axis] == 0
        moved: Any = ops.where(first, function is not ops.cumsum, ops.roll(x, 1, axis))
        x = moved.astype(x.dtype)
    z = function(x, axis).astype(x.dtype)
    return ops.flip(z, axis) if reverse else z


def cumprod(x, /, axis=0, exclusive=False, reverse=False):
    """Products up to each entry along an axis."""
    return cumsum(x, axis, exclusive, reverse, ops.cumprod)


def count_nonzero(input, /, axis=None, keepdims=False):
    """How many numbers are not 0."""
    return ops.sum(ops.not_equal(input, 0), axis, keepdims).astype("int64")


def l2_normalize(x, /, axis=None, epsilon=1e-12):
    """x / √(Σ x²) along an axis, or over all entries. Σ x² counts as epsilon at least."""
    return x * ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis, True), epsilon))


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32"):
    """How often a sample of class i was taken for class j, in row i and column j."""
    return Tensor(matrix.confusion_matrix(labels, predictions, num_classes, weights), dtype=dtype)


def bincount(arr, weights=None, /, minlength=None):
    """How often 0, 1, 2, ... occur, or the sums of their weights."""
    return ops.bincount(arr.ravel(), None if weights is None else weights.ravel(), minlength or 0)


NAMES = shelf(globals(), "", "math.")
# Activations are the functions of ops themselves, so that layers know them.
_ACTIVATIONS = ["log_softmax", "sigmoid", "softmax", "softplus", "softsign", "tanh"]
NAMES |= {f"{place}{n}": getattr(ops, n) for place in ("", "math.") for n in _ACTIVATIONS}
