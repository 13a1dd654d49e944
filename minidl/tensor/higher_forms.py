"""How each op is computed with tensors in the place of arrays, so that its gradient has a gradient.

An op stands in one of three tables, by its name in core/derivatives:

AS_WRITTEN  its formulas there serve tensors too, line by line.
VJPS        its vjps once more, as functions of (z, *inputs, **settings), where z is the tensor that
            the op computed. They say what core/derivatives says, which computes in place there, or
            with functions that tensors have not.
SIMPLER     the op as a formula of simpler ops, whose derivatives follow.

An op in none of them has a first derivative only. Products and windows: higher_products.py;
recurrent layers: higher_recurrent.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..core.derivatives import arithmetic, gaussian, nonlinear, shaping
from .tensor import apply

_AS_WRITTEN = {
    "arithmetic": "add arccos arccosh arcsin arctan arctanh cast cos cosh div expm1 log "
    "log10 log1p log2 logaddexp maximum minimum mul neg power sin sinh sqrt square sub tan where",
    "linear": "dense matmul",
    "nonlinear": "elu masked_scale",
    "shaping": "concatenate getitem reshape take transpose",
}
AS_WRITTEN = {f"{module}.{op}" for module, ops in _AS_WRITTEN.items() for op in ops.split()}
VJPS: dict[str | Callable, Callable] = {}
SIMPLER: dict[str, Callable] = {}


def vjps_of(op):
    """Let the decorated function stand in VJPS for this op."""
    return lambda function: VJPS.setdefault(op, function)


def simpler(op):
    """Let the decorated function stand in SIMPLER for this op."""
    return lambda function: SIMPLER.setdefault(op, function)


# --- element by element


@vjps_of("arithmetic.exp")
def _exp(z, x):
    return (lambda g: g * z,)


@vjps_of("nonlinear.tanh")
def _tanh(z, x):
    return (lambda g: g * (1 - z * z),)


@vjps_of("nonlinear.sigmoid")
def _sigmoid(z, x):
    return (lambda g: g * z * (1 - z),)


@vjps_of("nonlinear.softplus")
def _softplus(z, x):
    return (lambda g: g * apply(nonlinear.sigmoid, x),)


@vjps_of("gaussian.erf")
def _erf(z, x):
    return (lambda g: g * np.exp(-x * x) * (2 / math.sqrt(math.pi)),)


@simpler("gaussian.gelu")
def _gelu(x):
    return x * (1 + apply(gaussian.erf, x * math.sqrt(0.5))) * 0.5


@simpler("gaussian.gelu_tanh")
def _gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))
    return 0.5 * x * (1 + np.tanh(inner))


@vjps_of("arithmetic.arcsinh")
def _arcsinh(z, x):
    return (lambda g: g / np.sqrt(x * x + 1),)


@vjps_of("arithmetic.arctan2")
def _arctan2(z, x, y):
    """r² is 1 at (0, 0), which has no angle, so that both are 0."""
    r = np.hypot(x.array, y.array)
    r2 = x * x + y * y + (r == 0)
    return lambda g: g * y / r2, lambda g: -g * x / r2


@vjps_of("arithmetic.mod")
def _mod(z, x, y):
    return lambda g: g, lambda g: -g * np.floor_divide(x.array, y.array)


@vjps_of("arithmetic.fmod")
def _fmod(z, x, y):
    return lambda g: g, lambda g: -g * np.trunc(x.array / y.array)


@vjps_of("arithmetic.step")
def _step(z, *xs, function):
    return tuple([lambda g, x=x: np.zeros_like(x.array) for x in xs])


def stepwise(slope, x):
    """Return slope(x), which jumps and is constant between: a tensor whose derivative is 0, so that
    a second derivative is 0 where a network of straight pieces has one, and not missing.
    """
    return apply(arithmetic.step, x, function=lambda x: np.asarray(slope(x)).astype(x.dtype))


@vjps_of("arithmetic.absolute")
def _absolute(z, x):
    return (lambda g: g * stepwise(np.sign, x),)


@vjps_of("nonlinear.relu")
def _relu(z, x):
    return (lambda g: g * stepwise(lambda x: x > 0, x),)


@vjps_of("nonlinear.threshold")
def _threshold(z, x, *, value=0.0, default=0):
    return (lambda g: g * stepwise(lambda x: x > value, x),)


@vjps_of("nonlinear.leaky_relu")
def _leaky_relu(z, x, *, negative_slope=0.3):
    return (lambda g: g * stepwise(lambda x: np.where(x > 0, 1, float(negative_slope)), x),)


@vjps_of("arithmetic.clip")
def _clip(z, x, *, low=None, high=None):
    return (lambda g: g * stepwise(lambda x: x == np.clip(x, low, high), x),)


# --- reductions


def _stretched(z, x, axis):
    """Return the result z of a reduction, or its gradient, in a shape that broadcasts with x."""
    axes = range(x.ndim) if axis is None else [range(x.ndim)[a] for a in np.atleast_1d(axis)]
    return z.reshape([1 if i in axes else n for i, n in enumerate(x.shape)])


def _spread(g, x, axis):
    """Return g repeated along the axes that were reduced, in the shape of x."""
    return apply(shaping.broadcast_to, _stretched(g, x, axis), shape=x.shape)


@vjps_of("reductions.sum")
def _sum(z, x, *, axis=None, keepdims=False):
    return (lambda g: _spread(g, x, axis),)


@vjps_of("reductions.mean")
def _mean(z, x, *, axis=None, keepdims=False):
    n = x.size / max(z.size, 1)
    return (lambda g: _spread(g / n, x, axis),)


@simpler("reductions.var")
def _var(x, *, axis=None, keepdims=False):
    return ((x - x.mean(axis, keepdims=True)) ** 2).mean(axis, keepdims)


@vjps_of("reductions.max")
@vjps_of("reductions.min")
def _extreme(z, x, *, axis=None, keepdims=False):
    hit = x.array == _stretched(z.array, x, axis)
    share = hit / hit.sum(axis=axis, keepdims=True)
    return (lambda g: _spread(g, x, axis) * share,)


@vjps_of("reductions.logsumexp")
def _logsumexp(z, x, *, axis=None, keepdims=False):
    return (lambda g: _spread(g, x, axis) * np.exp(x - _stretched(z, x, axis)),)


@vjps_of("reductions.cumsum")
def _cumsum(z, x, *, axis):
    back = (*(slice(None),) * range(x.ndim)[axis], slice(None, None, -1))
    return (lambda g: g[back].cumsum(axis)[back],)


# --- rearranging


@vjps_of("shaping.broadcast_to")
def _broadcast_to(z, x, *, shape):
    return (lambda g: g,)


@vjps_of("shaping.stack")
def _stack(z, *xs, axis=0):
    before = (slice(None),) * range(z.ndim)[axis]
    return tuple([lambda g, i=i: g[(*before, i)] for i in range(len(xs))])


@vjps_of("shaping.pad")
def _pad(z, x, *, widths, value=0.0):
    inner = tuple([slice(before, before + n) for (before, _), n in zip(widths, x.shape)])
    return (lambda g: g[inner],)


@vjps_of("shaping.put")
def _put(z, x, *, index, shape):
    return (lambda g: g[index],)


@vjps_of("shaping.update")
def _update(z, x, y, *, index):
    """mask: where x remains. kept: which of the numbers of y remain."""
    mask, writer = np.ones(x.shape, bool), np.zeros(x.shape, int)
    mask[index] = False
    turn = np.arange(writer[index].size).reshape(writer[index].shape)
    writer[index] = turn
    kept = writer[index] == turn
    return lambda g: g * mask, lambda g: g[index] * kept


# --- softmax, the losses made of it, normalization


@vjps_of("nonlinear.softmax")
def _softmax(z, x, *, axis=-1):
    return (lambda g: z * (g - (g * z).sum(axis, keepdims=True)),)


@vjps_of("nonlinear.log_softmax")
def _log_softmax(z, x, *, axis=-1):
    return (lambda g: g - np.exp(z) * g.sum(axis, keepdims=True),)


@simpler("losses.softmax_cross_entropy")
def _softmax_cross_entropy(x, *, targets):
    each = apply(nonlinear.log_softmax, x) * targets
    return -apply(arithmetic.where, each, 0.0, condition=targets != 0).sum(axis=-1)


@simpler("losses.sparse_softmax_cross_entropy")
def _sparse_softmax_cross_entropy(x, *, labels):
    return -apply(nonlinear.log_softmax, x)[np.arange(len(labels)), labels]


@simpler("losses.sigmoid_cross_entropy")
def _sigmoid_cross_entropy(x, *, targets):
    return apply(nonlinear.softplus, x) - x * targets


@simpler("losses.batch_mean")
def _batch_mean(x, *, weights=None):
    return (x if weights is None else x * weights).sum() / max(x.size, 1)


@simpler("normalizing.standardize")
def _standardize(x, *, axes, epsilon, moments=None):
    centred = x - x.mean(axes, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axes, keepdims=True) + float(epsilon))


@simpler("normalizing.normalize")
def _normalize(x, γ, β, *, axes, epsilon, moments=None):
    return γ * _standardize(x, axes=axes, epsilon=epsilon) + β


@simpler("normalizing.divide_by_rms")
def _divide_by_rms(x, *, axes, epsilon):
    return x / np.sqrt((x**2).mean(axes, keepdims=True) + float(epsilon))
