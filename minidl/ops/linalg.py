"""Linear algebra: equations and decompositions. The last two axes are matrices, axes before them
batches.

`inv`, `det`, `solve` and what is made of them have derivatives. The decompositions and pinv raise
NotImplementedError in backward().
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import linear
from ..tensor import apply
from .arranging import swapaxes
from .base import convert_to_tensor, floats, on_symbols, without_derivative
from .comparing import where
from .elementwise import absolute, log
from .picking import tril, triu
from .products import matmul
from .reducing import norm  # noqa: F401  (keras.ops.linalg has it too)

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eigh",
    "inv",
    "logdet",
    "lstsq",
    "matrix_rank",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
]


def _square(x, door: str) -> Any:
    x = floats(x)
    if len(x.shape) < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(
            f"{door}: the last two axes make a square matrix; received shape {x.shape}."
        )
    return x


def _matrix(x, door: str) -> Any:
    x = floats(x)
    if len(x.shape) < 2:
        raise ValueError(f"{door}: a matrix has two axes; received shape {x.shape}.")
    return x


# --- with derivatives
@on_symbols
def inv(x):
    """The inverse: inv(x) @ x is the identity. NaN for a singular matrix."""
    return apply(linear.inv, _square(x, "inv"))


@on_symbols
def det(x):
    """The determinant: the factor by which the matrix scales volumes; 0 for a singular matrix."""
    return apply(linear.det, _square(x, "det"))


@on_symbols
def solve(a, b):
    """Solve a @ x = b for x, more exactly and faster than inv(a) @ b. b: one vector, a vector for
    each matrix of a (an axis less than a has), or a matrix of columns. NaN where a is singular.
    """
    a, b = _square(a, "solve"), floats(b)
    if b.shape == a.shape[:-1]:
        return apply(linear.solve, a, b[..., None])[..., 0]
    n = a.shape[-1]
    if b.ndim == 0 or b.shape[-2:][0] != n:
        raise ValueError(
            f"solve: b is a vector of {n} entries or a matrix of {n} rows; received shape "
            f"{b.shape}."
        )
    return apply(linear.solve, a, b)


# --- without
@on_symbols
def cholesky(x, upper=False):
    """The lower triangular L with L @ L.T = x, for a symmetric matrix with positive eigenvalues;
    upper: L.T. Without derivative.

    ValueError for any other matrix, except a matrix of zeros, whose L is 0.
    """
    x = _square(x, "cholesky")
    nothing = ~x.data.any(axis=(-2, -1), keepdims=True)
    try:
        triangle = np.linalg.cholesky(np.where(nothing, np.eye(x.shape[-1], dtype=x.dtype), x.data))
    except np.linalg.LinAlgError:
        raise ValueError(
            "cholesky: the matrix must be symmetric with positive eigenvalues; this one is not."
        ) from None
    triangle = np.where(nothing, 0, triangle)
    return apply(
        without_derivative,
        x,
        result=np.swapaxes(triangle, -1, -2) if upper else triangle,
        door="cholesky",
    )


@on_symbols
def qr(x, mode="reduced") -> tuple:
    """Return (q, r) with q @ r = x: q has orthonormal columns, r is upper triangular. Without
    derivative.

    mode: 'reduced', where q has min(rows, columns) columns, or 'complete', where q is square.
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr: mode is 'reduced' or 'complete'; received {mode!r}.")
    x = _matrix(x, "qr")
    return tuple(
        [
            apply(without_derivative, x, result=part, door="qr")
            for part in np.linalg.qr(x.data, mode)
        ]
    )


@on_symbols
def svd(x, full_matrices=True, compute_uv=True) -> Any:
    """The singular value decomposition (u, s, vh) with u @ diag(s) @ vh = x. Without derivative.

    The singular values s are in descending order. full_matrices: u and vh are square.
    compute_uv=False: return only s, with its derivative.
    """
    x = _matrix(x, "svd")
    if not compute_uv:
        return apply(linear.singular_values, x)
    parts = np.linalg.svd(x.data, full_matrices)
    return tuple([apply(without_derivative, x, result=part, door="svd") for part in parts])


@on_symbols
def eigh(x) -> tuple:
    """Return (w, v): the eigenvalues of a symmetric matrix in ascending order, and its
    eigenvectors, the columns of v. Without derivative.
    """
    x = _square(x, "eigh")
    return tuple(
        [apply(without_derivative, x, result=part, door="eigh") for part in np.linalg.eigh(x.data)]
    )


@on_symbols
def lstsq(a, b, rcond=None):
    """The x that minimizes Σ (a @ x - b)²; of several such x the shortest. Without derivative.

    a: one matrix. b: a vector, or a matrix of columns. rcond: singular values below rcond times the
    largest count as 0.
    """
    a, b = floats(a), floats(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or len(b) != len(a):
        raise ValueError(
            f"lstsq: a is a matrix and b a vector or matrix with as many rows; received shapes "
            f"{a.shape} and {b.shape}."
        )
    return apply(
        without_derivative, a, b, result=np.linalg.lstsq(a.data, b.data, rcond)[0], door="lstsq"
    )


@on_symbols
def slogdet(x) -> tuple:
    """Return (sign, log|det x|), also where the determinant itself is too large a number. The
    logarithm has the derivative inv(x).T.
    """
    x = _square(x, "slogdet")
    sign, size = np.linalg.slogdet(x.data)
    # a determinant of about 1
    share = np.where(np.isfinite(size), size, 0) / x.shape[-1]
    rest = log(absolute(det(x / np.exp(share)[..., None, None].astype(x.dtype))))
    return convert_to_tensor(sign), rest + (share * x.shape[-1]).astype(x.dtype)


@on_symbols
def logdet(x):
    """log(det x) of a matrix with a positive determinant; NaN for others."""
    sign, size = slogdet(x)
    return where(sign > 0, size, np.nan)


@on_symbols
def solve_triangular(a, b, lower=False):
    """Solve a @ x = b, where only the upper triangle of a counts, or the lower one."""
    a = _square(a, "solve_triangular")
    return solve(tril(a) if lower else triu(a), b)


@on_symbols
def cholesky_inverse(x, upper=False):
    """The inverse of L @ L.T, given L, or of U.T @ U, given U."""
    x = _square(x, "cholesky_inverse")
    turned = swapaxes(x, -1, -2)
    return inv(matmul(turned, x) if upper else matmul(x, turned))


@on_symbols
def matrix_rank(x, tol=None):
    """How many singular values are larger than tol: how many rows are independent."""
    return convert_to_tensor(np.asarray(np.linalg.matrix_rank(_matrix(x, "matrix_rank").data, tol)))


@on_symbols
def pinv(x, rcond=None):
    """The pseudo-inverse, with which pinv(a) @ b is lstsq(a, b). Without derivative. rcond:
    singular values below rcond times the largest count as 0.
    """
    x = _matrix(x, "pinv")
    least = max(x.shape[-2:]) * np.finfo(x.dtype).eps if rcond is None else rcond
    return apply(without_derivative, x, result=np.linalg.pinv(x.data, least), door="pinv")
