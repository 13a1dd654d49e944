"""Matrix products: where nearly all the time of a network goes."""

from __future__ import annotations

import numpy as np


def _T(x):
    return np.swapaxes(x, -1, -2)


def matmul(x, y):
    """Z = X Y        ∂L/∂X = G Yᵀ     ∂L/∂Y = Xᵀ G

    All of NumPy's rank rules: a 1-D x is a row, a 1-D y a column, further axes in front are batches that broadcast.
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

    x: (..., n), w: (n, units), b: (units,) or left out. One node instead of two: the sum needs no memory of its own.
    """
    z = np.matmul(x, w)
    for b in bias:
        z += b

    if x.ndim == 2:
        vjps = (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g.sum(axis=0))
    else:

        def rows(a):
            return a.reshape(-1, a.shape[-1])

        vjps = (lambda g: np.matmul(g, w.T), lambda g: rows(x).T @ rows(g), lambda g: rows(g).sum(axis=0))
    return z, vjps[: 2 + len(bias)]


def einsum(*xs, subscripts):
    """Z = Σ of products, spelled in letters: "ij,jk->ik" is the matrix product      ∂L/∂X: the same with G in X's place

    subscripts: explicit ("->" and the letters of the result), without "...". A letter that X alone has was summed away, so its
    g is spread; one that X has twice meant X's diagonal, so g is laid on the diagonal.
    """
    terms, out = subscripts.split("->")
    terms = terms.split(",")
    sizes: dict = {}
    for term, x in zip(terms, xs):
        sizes.update({c: n for c, n in zip(term, x.shape) if sizes.get(c, 1) == 1})

    def vjp(i):
        own, others = "".join(dict.fromkeys(terms[i])), terms[:i] + terms[i + 1 :]
        reached = "".join([c for c in own if any(c in term for term in (out, *others))])

        def back(g):
            d = np.einsum(f"{','.join([out, *others])}->{reached}", g, *xs[:i], *xs[i + 1 :], optimize=True)
            d = d.reshape([d.shape[reached.index(c)] if c in reached else 1 for c in own])
            if own == terms[i]:
                return np.broadcast_to(d, [sizes[c] for c in own])
            dx = np.zeros([sizes[c] for c in terms[i]], g.dtype)
            np.einsum(f"{terms[i]}->{own}", dx)[...] = d            # of one array einsum gives a view: here of a diagonal of dx
            return dx

        return back

    return np.einsum(subscripts, *xs, optimize=True), tuple(map(vjp, range(len(xs))))
