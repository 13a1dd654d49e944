"""Matrix products, which take nearly all the time of a network, and matrix equations."""

from __future__ import annotations

import numpy as np


def _T(x):
    return np.swapaxes(x, -1, -2)


def matmul(x, y):
    """Z = X Y        ∂L/∂X = G Yᵀ     ∂L/∂Y = Xᵀ G

    NumPy's rules hold: a 1-D x is a row, a 1-D y is a column, further axes in front are batches
    that broadcast.
    """
    z = np.matmul(x, y)

    def vjp_x(g):
        if y.ndim == 1:
            return g[..., None] * y
        return np.matmul(y, g[..., None])[..., 0] if x.ndim == 1 else np.matmul(g, _T(y))

    def vjp_y(g):
        if x.ndim == 1:
            return g * x if y.ndim == 1 else x[:, None] * g[..., None, :]
        return np.matmul(_T(x), g[..., None])[..., 0] if y.ndim == 1 else np.matmul(_T(x), g)

    return z, (vjp_x, vjp_y)


def dense(x, w, *bias):
    """Z = X W + b    ∂L/∂X = G Wᵀ     ∂L/∂W = Xᵀ G     ∂L/∂b = Σ over the samples of G

    x: (..., n), w: (n, units), b: (units,) or left out. It is one op instead of two, so the sum
    needs no memory of its own.
    """
    z = np.matmul(x, w)
    for b in bias:
        z += b

    if x.ndim == 2:
        vjps = (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g.sum(axis=0))
    else:

        def rows(a):
            return a.reshape(-1, a.shape[-1])

        vjps = (
            lambda g: np.matmul(g, w.T),
            lambda g: rows(x).T @ rows(g),
            lambda g: rows(g).sum(axis=0),
        )
    return z, vjps[: 2 + len(bias)]


def einsum(*xs, subscripts):
    """Z = Σ of products, described by letters: "ij,jk->ik" is the matrix product
    ∂L/∂X: the same, with G in place of X

    subscripts: explicit ("->" and the letters of the result), without "...". Z is a sum over a
    letter that only X has, so g is spread over it. A letter that X has twice selects the diagonal
    of X, so g is placed on the diagonal.
    """
    terms, out = subscripts.split("->")
    terms, sizes = terms.split(","), {}
    for term, x in zip(terms, xs):
        sizes |= {c: n for c, n in zip(term, x.shape) if sizes.get(c, 1) == 1}

    def vjp(i):
        others = [out, *terms[:i], *terms[i + 1 :]]

        def back(g):
            return _spelled_back(terms[i], others, sizes, g, [*xs[:i], *xs[i + 1 :]])

        return back

    return np.einsum(subscripts, *xs, optimize=True), tuple(map(vjp, range(len(xs))))


def _spelled_back(term, others, sizes, g, xs):
    """Return the gradient of the array with the letters `term`: g times the xs, whose letters are
    in `others`.
    """
    own = "".join(dict.fromkeys(term))
    reached = "".join([c for c in own if c in "".join(others)])
    d = np.einsum(f"{','.join(others)}->{reached}", g, *xs, optimize=True)
    d = d.reshape([d.shape[reached.index(c)] if c in reached else 1 for c in own])
    if own == term:
        return np.broadcast_to(d, [sizes[c] for c in own])
    dx = np.zeros([sizes[c] for c in term], g.dtype)
    diagonal = np.einsum(f"{term}->{own}", dx)  # of one array einsum gives a view
    diagonal[...] = d
    return dx


def _solve(a, b):
    """Return A⁻¹ B for stacks of matrices. Where A is singular, the result is NaN, and not an
    error, because dry runs use matrices of zeros.
    """
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, stack + a.shape[-2:]), np.broadcast_to(b, stack + b.shape[-2:])
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        if stack:  # one of them may be singular: each by itself
            return np.stack([_solve(*pair) for pair in zip(a, b)])
        return np.full(b.shape, np.nan, b.dtype)


def inv(x):
    """Z = X⁻¹       ∂L/∂X = -Zᵀ G Zᵀ
    for each matrix in the last two axes; NaN where there is no inverse
    """
    z = _solve(x, np.eye(x.shape[-1], dtype=x.dtype))
    return z, (lambda g: -(_T(z) @ g @ _T(z)),)


def solve(x, y):
    """Z = X⁻¹ Y, so that X Z = Y        ∂L/∂Y = X⁻ᵀ G     ∂L/∂X = -(X⁻ᵀ G) Zᵀ

    A 1-D y is a column; further axes in front are batches that broadcast. NaN where X is singular.
    """
    z = _solve(x, y[:, None] if y.ndim == 1 else y)

    def vjp_y(g):
        return _solve(_T(x), g)

    if y.ndim == 1:
        return z[..., 0], (
            lambda g: -(vjp_y(g[..., None]) @ _T(z)),
            lambda g: vjp_y(g[..., None])[..., 0],
        )
    return z, (lambda g: -(vjp_y(g) @ _T(z)), vjp_y)


def singular_values(x):
    """The s of X = U diag(s) V, largest first        ∂L/∂X = U diag(g) V"""
    u, s, v = np.linalg.svd(x, full_matrices=False)
    return s, (lambda g: (u * g[..., None, :]) @ v,)


def det(x):
    """z = det X     ∂L/∂X = g·C, the cofactors: det(X)·X⁻ᵀ, or with X = U diag(s) V: det(UV)·U
    diag(Π of the other s) V
    """

    def vjp(g):
        if not np.isfinite(x).all():
            return np.full(x.shape, np.nan, x.dtype)
        u, s, v = np.linalg.svd(x)  # works for a singular X too, which has no inverse
        others = np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]).prod(axis=-1)
        return (g * np.linalg.det(u @ v))[..., None, None] * ((u * others[..., None, :]) @ v)

    return np.linalg.det(x), (vjp,)
