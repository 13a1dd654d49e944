"""Ops that reduce many numbers to fewer. `axis` is None (all), an int or a tuple of ints, as in
NumPy. g has the shape of the result.
"""

from __future__ import annotations

import math

import numpy as np


def _spread(g, x, axis, keepdims):
    """Return g repeated along the axes that were summed, in the shape of x."""
    if axis is None:
        return np.asarray(g).repeat(x.size).reshape(x.shape)
    return np.broadcast_to(g if keepdims else np.expand_dims(g, axis), x.shape)


def _count(x, axis):
    """Return how many numbers each result is computed from."""
    if axis is None:
        return x.size
    return math.prod([x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,))])


def _nonzero_count(x, axis, name):
    n = _count(x, axis)
    if n == 0:
        raise ValueError(
            f"{name}() of an empty array: shape {x.shape} has nothing along axis {axis}."
        )
    return n


def sum(x, *, axis=None, keepdims=False):
    """z = Σ x        ∂L/∂x = g for every x that was summed"""
    return x.sum(axis=axis, keepdims=keepdims), (lambda g: _spread(g, x, axis, keepdims),)


def mean(x, *, axis=None, keepdims=False):
    """z = Σ x / n    ∂L/∂x = g/n"""
    n = _nonzero_count(x, axis, "mean")
    z = (
        np.mean(x, axis=axis, keepdims=keepdims)
        if x.dtype == np.float16
        else x.sum(axis=axis, keepdims=keepdims) / n
    )
    return z, (lambda g: _spread(g / n, x, axis, keepdims),)


def var(x, *, axis=None, keepdims=False):
    """z = Σ (x - x̄)² / n      ∂L/∂x = g·2(x - x̄)/n
    (divides by n, as NumPy and batch normalisation do)
    """
    n = _nonzero_count(x, axis, "var")
    centred = x - np.mean(x, axis=axis, keepdims=True)
    z = np.mean(centred * centred, axis=axis, keepdims=keepdims)
    return z, (lambda g: _spread(g, x, axis, keepdims) * centred * (2 / n),)


def prod(x, *, axis=None, keepdims=False):
    """z = Π x        ∂L/∂xᵢ = g·Π of the others
    computed without division, so that zeros are allowed
    """
    z = np.prod(x, axis=axis, keepdims=keepdims)

    def vjp(g):
        axes = range(x.ndim) if axis is None else [a % x.ndim for a in np.atleast_1d(axis)]
        kept = [a for a in range(x.ndim) if a not in set(axes)]
        order = [*kept, *axes]
        rows = x.transpose(order).reshape([x.shape[a] for a in kept] + [_count(x, axis)])
        ones = np.ones_like(rows[..., :1])
        before = np.cumprod(np.concatenate([ones, rows[..., :-1]], -1), -1)
        after = np.cumprod(np.concatenate([ones, rows[..., :0:-1]], -1), -1)[..., ::-1]
        others = (before * after).reshape([x.shape[a] for a in order]).transpose(np.argsort(order))
        return _spread(g, x, axis, keepdims) * others

    return z, (vjp,)


def _extreme(x, z, axis, keepdims):
    """Return the vjp of max and min: g is divided among all entries with the extreme value."""
    hit = x == (z if keepdims or axis is None else np.expand_dims(z, axis))
    share = hit / np.sum(hit, axis=axis, keepdims=True)
    return lambda g: _spread(g, x, axis, keepdims) * share


def max(x, *, axis=None, keepdims=False):
    """z = max x      g goes to the largest; equal ones share it evenly"""
    z = np.max(x, axis=axis, keepdims=keepdims)
    return z, (_extreme(x, z, axis, keepdims),)


def min(x, *, axis=None, keepdims=False):
    """z = min x      g goes to the smallest; equal ones share it evenly"""
    z = np.min(x, axis=axis, keepdims=keepdims)
    return z, (_extreme(x, z, axis, keepdims),)


def logsumexp(x, *, axis=None, keepdims=False):
    """z = ln Σ eˣ      ∂L/∂x = g·softmax(x)
    the largest x is subtracted first, so that nothing overflows
    """
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    e = np.exp(x - top)
    total = np.sum(e, axis=axis, keepdims=True)
    z = np.log(total) + top
    return z if keepdims else np.squeeze(z, axis=axis), (
        lambda g: _spread(g, x, axis, keepdims) * (e / total),
    )


def over_processes(x, *, add, weight):
    """z = Σ_p x_p over processes p that compute together
    ∂L/∂x = Σ_p w_p·g_p / w      for g_p the gradients of the processes' own losses, L = Σ w_p·L_p

    add: a function that sums an array over the processes. weight: w, that of this process's loss;
    the gradient is that of the own loss too.
    """
    return add(x), (lambda g: add(g * x.dtype.type(weight)) / x.dtype.type(weight or 1),)


def cumsum(x, *, axis):
    """zᵢ = x₁ + ... + xᵢ      ∂L/∂xᵢ = gᵢ + gᵢ₊₁ + ...: the same sum, starting from the end"""
    return np.cumsum(x, axis=axis), (
        lambda g: np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis),
    )


def cumprod(x, *, axis):
    """zᵢ = x₁·...·xᵢ
    ∂L/∂xᵢ = zᵢ₋₁·sᵢ with sᵢ = gᵢ + xᵢ₊₁·sᵢ₊₁, from the last to the first
    computed without division, so that zeros are allowed
    """
    z = np.cumprod(x, axis=axis)

    def vjp(g):
        rows, s = np.moveaxis(x, axis, 0), np.moveaxis(g, axis, 0).copy()
        for i in range(len(s) - 2, -1, -1):
            s[i] += rows[i + 1] * s[i + 1]
        s[1:] *= np.moveaxis(z, axis, 0)[:-1]
        return np.moveaxis(s, 0, axis)

    return z, (vjp,)
