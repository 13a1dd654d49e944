"""tf.linalg, and what of it is tf.matmul, tf.norm, ... too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...ops.base import on_symbols
from .doors import door, shelf
from .doors import tensor as _tensor
from .maths import l2_normalize, reduce_euclidean_norm

SAME = {
    "input": "cholesky det inv",
    "tensor": "eigh",
    "a b": "cross",
    "a b | axes": "tensordot",
    "matrix rhs": "lstsq solve",
}
HERE: dict[str, Callable] = {
    "diag_part": lambda input, /: ops.diagonal(input, 0, -2, -1),
    "matrix_transpose": lambda a, /: a.swapaxes(-1, -2),
    "matvec": lambda a, b, /: ops.squeeze(ops.matmul(a, ops.expand_dims(b, -1)), -1),
    "qr": lambda input, /, full_matrices=False: ops.qr(
        input, "complete" if full_matrices else "reduced"
    ),
    "trace": lambda x, /: ops.trace(x, 0, -2, -1),
}


def matmul(a, b, /, transpose_a=False, transpose_b=False):
    """The product of matrices, each first transposed if so wished."""
    a = a.swapaxes(-1, -2) if transpose_a else a
    return ops.matmul(a, b.swapaxes(-1, -2) if transpose_b else b)


def norm(tensor, /, ord: Any = "euclidean", axis=None, keepdims=False):
    """The length √Σ x², also of a matrix or of all entries together; or the norm of this order."""
    if ord == "euclidean":
        return reduce_euclidean_norm(tensor, axis, keepdims)
    return ops.norm(tensor.ravel() if axis is None else tensor, ord, axis, keepdims)


def normalize(tensor, /, ord: Any = "euclidean", axis=None):
    """Return x divided by its norm, and the norm."""
    size = norm(tensor, ord, tuple(range(len(tensor.shape))) if axis is None else axis, True)
    return tensor / size, size


def global_norm(t_list):
    """The length √Σ x² of all entries of all tensors of a list; None counts as nothing."""
    return ops.sqrt(sum([ops.sum(ops.square(_tensor(t))) for t in t_list if t is not None]))


def svd(tensor, /, full_matrices=False, compute_uv=True):
    """Return (s, u, v) with u @ diag(s) @ vᵀ = x, or s alone."""
    if not compute_uv:
        return ops.svd(tensor, full_matrices, False)
    u, s, vh = ops.svd(tensor, full_matrices)
    return s, u, vh.swapaxes(-1, -2)


def band_part(input, /, num_lower, num_upper):
    """The entries within these numbers of diagonals below and above the main one, else 0; a
    negative number: all.
    """
    x = ops.triu(input, -int(num_lower)) if num_lower >= 0 else input
    return ops.tril(x, int(num_upper)) if num_upper >= 0 else x


@on_symbols
def diag(diagonal, /):
    """The matrix with these numbers on its diagonal."""
    return diagonal[..., None] * np.eye(diagonal.shape[-1], dtype=diagonal.dtype)


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32"):
    """The identity matrix."""
    return ops.eye(int(num_rows), num_columns and int(num_columns), dtype=dtype)


NAMES = shelf(globals(), "linalg.")
NAMES |= {"linalg.einsum": ops.einsum, "linalg.l2_normalize": door(l2_normalize)}
NAMES |= {n: NAMES[f"linalg.{n}"] for n in ("einsum", "eye", "matmul", "norm", "tensordot")}
