"""Convolutions and other products, pooling, Fourier transforms, attention, matrix equations: how
their gradients are computed with tensors. See higher_forms.py.

A convolution is a product: linear in x, and linear in the kernel. So is what its vjp for x computes
from g and the kernel, and all its derivatives are vjps of convolutions again:
    b(g, w) = ∂L/∂x of z = conv(x, w)     means     Σ d·b(g, w) = Σ g·conv(d, w)  for each d
therefore, if d is the gradient of b: ∂/∂g is conv(d, w), and ∂/∂w is the vjp for w of conv(d, w).
"""

from __future__ import annotations

import functools
import itertools
import math
import operator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..core.derivatives import arithmetic, linear, nonlinear, shaping
from ..core.derivatives.stepping import shared
from .higher_forms import simpler, stepwise, vjps_of
from .tensor import apply, wrap


def own_vjps(z) -> list:
    """Return the vjps of arrays that a tensor keeps, one for each input of its op; None for an
    input that needed no gradient.
    """
    edges, vjps = list(z.edges), []
    for x, _ in z.used:
        vjps.append(edges.pop(0)[1] if edges and edges[0][0] is x else None)
    return vjps


def product(z, *inputs, **settings):
    """The vjps of an op that is linear in each of its inputs."""

    def vjp(i, own):
        others = [*inputs[:i], *inputs[i + 1 :]]
        how = {"product_of": z.op, "place": i, "vjp": own, "settings": settings}
        return lambda g: apply(_back, g, *others, **how)

    return [vjp(i, own) for i, own in zip(range(len(inputs)), own_vjps(z))]


def _back(g, *others, product_of, place, vjp, settings):
    """b = the vjp of a product for the input at `place`, computed from g and the other inputs
    ∂L/∂g = op(..., d, ...)     ∂L/∂other = the vjp of op(..., d, ...) for g     with d = ∂L/∂b
    """

    def again(d):
        return product_of(*others[:place], d, *others[place:], **settings)

    places = [i for i in range(1 + len(others)) if i != place]
    parts = [lambda z, vjps, i=i: vjps[i](g) for i in places]
    return vjp(g), shared(again, lambda z, vjps: z, *parts)


@vjps_of(_back)
def _back_again(b, g, *others, product_of, place, vjp, settings):
    """The same with tensors."""

    def again(d):
        inputs = [*others[:place], d, *others[place:]]
        z = apply(product_of, *inputs, **settings)
        return z, product(z, *inputs, **settings)

    places = [i for i in range(1 + len(others)) if i != place]
    parts = [lambda z, vjps, i=i: vjps[i](g) for i in places]
    return shared(again, lambda z, vjps: z, *parts)


@vjps_of("linear.einsum")
def _einsum(z, *xs, subscripts):
    return product(z, *xs, subscripts=subscripts)


@vjps_of("images.conv")
@vjps_of("images.conv_transpose")
@vjps_of("images.depthwise")
def _conv(z, x, w, *bias, relu=False, **settings):
    """The bias is a sum beside the product. relu: g counts where z > 0."""
    vjps = [*product(z, x, w, **settings), lambda g: g.sum(axis=tuple(range(g.ndim - 1)))]
    vjps = vjps[: 2 + len(bias)]
    if not relu:
        return vjps
    return [lambda g, vjp=vjp: vjp(g * stepwise(lambda z: z > 0, z)) for vjp in vjps]


@vjps_of("frequencies.fft")
@vjps_of("frequencies.rfft")
@vjps_of("frequencies.irfft")
@vjps_of("frequencies.frames")
@vjps_of("frequencies.overlap_add")
@vjps_of("images.average_pool")
def _sum_of_linear(z, *xs, **settings):
    """z = F x + G y: the vjp for x is that of a product with y = 0, since y does not change it."""

    def vjp(i, own):
        others = [wrap(np.zeros_like(x.array)) for x in [*xs[:i], *xs[i + 1 :]]]
        how = {"product_of": z.op, "place": i, "vjp": own, "settings": settings}
        return lambda g: apply(_back, g, *others, **how)

    return [vjp(i, own) for i, own in zip(range(len(xs)), own_vjps(z))]


@simpler("images.max_pool")
def _max_pool(x, *, size, strides, padding):
    """Look up which x is the largest in each window, and take it: z = x[index]."""
    widths = [(0, 0), *[(before, max(behind, 0)) for before, behind in padding], (0, 0)]
    x = apply(shaping.pad, x, widths=tuple(widths), value=-np.inf)
    axes = tuple(range(1, x.ndim - 1))
    windows = sliding_window_view(x.array, size, axes)
    windows = windows[(slice(None), *[slice(None, None, s) for s in strides])]
    stops = windows.shape[: x.ndim]
    largest = windows.reshape(*stops, math.prod(size)).argmax(axis=-1)
    samples, *places, channels = np.indices(stops)
    inside = np.unravel_index(largest, size)
    places = [o * s + k for o, s, k in zip(places, strides, inside)]
    return x[(samples, *places, channels)]


@simpler("attention.dot_product_attention")
def _attention(q, k, v, *bias, mask=None, scale=1.0):
    q, k, v = (x.swapaxes(1, 2) for x in (q, k, v))
    scores = (q @ k.swapaxes(2, 3)) * float(scale)
    for b in bias:
        scores = scores + b
    if mask is not None:
        lowest = -0.7 * np.finfo(scores.dtype).max
        scores = apply(arithmetic.where, scores, lowest, condition=mask)
    return (apply(nonlinear.softmax, scores) @ v).swapaxes(1, 2)


# --- matrix equations


def _T(x):
    return x.swapaxes(-1, -2)


@vjps_of("linear.inv")
def _inv(z, x):
    return (lambda g: -(_T(z) @ g @ _T(z)),)


@vjps_of("linear.solve")
def _solve(z, x, y):
    def vjp_y(g):
        return apply(linear.solve, _T(x), g)

    if y.ndim > 1:
        return lambda g: -(vjp_y(g) @ _T(z)), vjp_y
    column = (..., None)
    return lambda g: -(vjp_y(g[column]) @ _T(z[column])), lambda g: vjp_y(g[column])[..., 0]


# --- products of the numbers along an axis


def _slices(x, axis) -> list:
    """Return the slices of x along an axis, each with this axis of size 1."""
    before = (slice(None),) * range(x.ndim)[axis]
    return [x[(*before, slice(i, i + 1))] for i in range(x.shape[axis])]


@simpler("reductions.prod")
def _prod(x, *, axis=None, keepdims=False):
    axes = range(x.ndim) if axis is None else [range(x.ndim)[a] for a in np.atleast_1d(axis)]
    for a in axes:
        one = wrap(np.ones_like(x.array.sum(axis=a, keepdims=True)))
        x = functools.reduce(operator.mul, _slices(x, a), one)
    return x if keepdims else x.reshape([n for i, n in enumerate(x.shape) if i not in axes])


@simpler("reductions.cumprod")
def _cumprod(x, *, axis):
    products = list(itertools.accumulate(_slices(x, axis), operator.mul))
    return apply(shaping.concatenate, *products, axis=axis) if products else x
