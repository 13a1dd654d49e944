"""Attention: each query computes the mean of the values of all keys, weighted by how well the keys
match it. Bahdanau et al. 2015; Vaswani et al. 2017.
"""

from __future__ import annotations

import numpy as np

from .stepping import shared


def dot_product_attention(q, k, v, *bias, mask=None, scale=1.0):
    """Z = P V with P = softmax(S) and S = scale·Q Kᵀ + bias, along the keys, for each head

    ∂L/∂V = Pᵀ G            ∂L/∂S = D = P·(G Vᵀ - Σ G·Z), with the sum along the last axis
    ∂L/∂Q = scale·D K       ∂L/∂K = scale·Dᵀ Q       ∂L/∂bias = D

    q (n, T, heads, d), k (n, S, heads, d), v (n, S, heads, e), z (n, T, heads, e). bias: left out,
    or numbers that broadcast with (n, heads, T, S). mask: None, or booleans that broadcast with it.
    A query ignores a key where the mask is False. If the mask is False for all keys, z is the mean
    of all values.
    """
    q, k, v = (np.swapaxes(x, 1, 2) for x in (q, k, v))
    p, factor = np.matmul(q, np.swapaxes(k, 2, 3)), q.dtype.type(scale)
    p *= factor
    for b in bias:
        p += b
    _softmax_in_place(p, mask)
    z = np.empty((len(q), q.shape[2], q.shape[1], v.shape[3]), p.dtype)
    np.matmul(p, v, out=np.swapaxes(z, 1, 2))

    def slopes(g):
        g = np.swapaxes(g, 1, 2)
        d = np.matmul(g, np.swapaxes(v, 2, 3))
        d -= np.einsum("nhte,nhte->nht", g, np.swapaxes(z, 1, 2))[..., None]
        d *= p
        if mask is not None:
            np.copyto(d, 0, where=~mask)
        return d, g

    vjps = [
        _heads_last(lambda d, g: factor * np.matmul(d, k)),
        _heads_last(lambda d, g: factor * np.matmul(np.swapaxes(d, 2, 3), q)),
        _heads_last(lambda d, g: np.matmul(np.swapaxes(p, 2, 3), g)),
        lambda d, g: d.copy(),
    ]
    return z, shared(slopes, *vjps[: 3 + len(bias)])


def _heads_last(part):
    """Transpose a part from (n, heads, T, d) to (n, T, heads, d)."""
    return lambda d, g: np.swapaxes(part(d, g), 1, 2)


def _lowest(dtype):
    """Return a score so low that the key gets weight 0, but whose differences do not overflow."""
    return -0.7 * np.finfo(dtype).max


def _softmax_in_place(x, mask):
    """Replace the scores by their softmax along the keys, over those where the mask, if any, is
    True.
    """
    if mask is not None:
        np.copyto(x, _lowest(x.dtype), where=~mask)
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
