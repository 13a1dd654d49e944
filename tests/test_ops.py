"""minidl.ops: each door against NumPy, its gradient against finite differences, and the same call
on symbols.
"""

import math
import pickle

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Tensor, check_gradients, ops

rng = np.random.default_rng(7)


def normal(*shape):
    return rng.normal(size=shape)


def positive(*shape):
    return rng.uniform(0.5, 2.0, size=shape)


def naive_softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def erf(x):
    return np.array([math.erf(v) for v in np.ravel(x)]).reshape(np.shape(x))


def chosen(p, axis=-1):
    """A one-hot of the largest."""
    return (p == p.max(axis=axis, keepdims=True)).astype(float)


def scattered(indices, values, shape, into=None):
    z = np.zeros(shape) if into is None else into.copy()
    for index, value in zip(indices, values):
        z[tuple(index)] = value if into is not None else z[tuple(index)] + value
    return z


# Distinct numbers, none near 0, ±0.5, ±1, ±3, 6 or a whole or half number.
A = (rng.permutation(12).reshape(3, 4) - 5.4) * 0.41
B = (rng.permutation(12).reshape(3, 4) - 5.3) * 0.37
P = positive(3, 4)
I = np.array([[2, 0, 1, 3], [1, 1, 0, 2], [3, 2, 2, 0]])
L = np.array([2, 0, 3])
Q = naive_softmax(B)
T = chosen(A)

S = normal(3, 2, 2) * 0.3 + 2 * np.eye(2)
D = S @ np.swapaxes(S, 1, 2)

# name: (inputs, the door, the same in NumPy). Float inputs are differentiated, but for the names in
# STEPS.
TABLE = {
    "tan": ([A / 3], ops.tan, np.tan),
    "arcsin": ([A / 3], ops.arcsin, np.arcsin),
    "arccos": ([A / 3], ops.arccos, np.arccos),
    "arctan": ([A], ops.arctan, np.arctan),
    "arctan2": ([A, B], ops.arctan2, np.arctan2),
    "sinh": ([A], ops.sinh, np.sinh),
    "cosh": ([A], ops.cosh, np.cosh),
    "arcsinh": ([A], ops.arcsinh, np.arcsinh),
    "arccosh": ([P + 1], ops.arccosh, np.arccosh),
    "arctanh": ([A / 3], ops.arctanh, np.arctanh),
    "log2": ([P], ops.log2, np.log2),
    "log10": ([P], ops.log10, np.log10),
    "logaddexp": ([A, B], ops.logaddexp, np.logaddexp),
    "reciprocal": ([A], ops.reciprocal, np.reciprocal),
    "rsqrt": ([P], ops.rsqrt, lambda x: 1 / np.sqrt(x)),
    "erf": ([A], ops.erf, erf),
    "mod": ([A, P], ops.mod, np.mod),
    "fmod": ([A, P], ops.fmod, np.fmod),
    "trunc": ([A], ops.trunc, np.trunc),
    "inv": ([S], ops.inv, np.linalg.inv),
    "det": ([S], ops.det, np.linalg.det),
    "solve": ([S, normal(2)], ops.solve, lambda a, b: np.linalg.inv(a) @ b),
    "solve, columns": ([S, normal(3, 2, 4)], ops.solve, np.linalg.solve),
    "cholesky": ([D], lambda x: ops.cholesky(ops.stop_gradient(x)), np.linalg.cholesky),
    "cholesky, upper": (
        [D],
        lambda x: ops.cholesky(ops.stop_gradient(x), True),
        lambda x: np.swapaxes(np.linalg.cholesky(x), 1, 2),
    ),
    "qr": ([S], lambda x: ops.qr(ops.stop_gradient(x))[1], lambda x: np.linalg.qr(x)[1]),
    "svd": (
        [S],
        lambda x: ops.svd(ops.stop_gradient(x))[1],
        lambda x: np.sqrt(np.linalg.eigvalsh(x @ np.swapaxes(x, 1, 2))[:, ::-1]),
    ),
    "svd, values": (
        [S],
        lambda x: ops.svd(ops.stop_gradient(x), compute_uv=False),
        lambda x: np.linalg.svd(x, compute_uv=False),
    ),
    "eigh": (
        [D],
        lambda x: ops.eigh(ops.stop_gradient(x))[0],
        lambda x: np.linalg.svd(x, compute_uv=False)[:, ::-1],
    ),
    "lstsq": (
        [A, B[:, 0]],
        lambda a, b: ops.lstsq(ops.stop_gradient(a), ops.stop_gradient(b)),
        lambda a, b: np.linalg.pinv(a) @ b,
    ),
    "lstsq, columns": (
        [A, B],
        lambda a, b: ops.lstsq(ops.stop_gradient(a), ops.stop_gradient(b)),
        lambda a, b: np.linalg.pinv(a) @ b,
    ),
    "diff": ([A], ops.diff, np.diff),
    "diff twice": ([A], lambda x: ops.diff(x, 2, 0), lambda x: np.diff(x, 2, 0)),
    "diff of truth values": ([A], lambda x: ops.diff(ops.greater(x, 0)), lambda x: np.diff(x > 0)),
    "allclose": (
        [A, A + 1e-6],
        lambda x, y: ops.allclose(x, y, 1e-4),
        lambda x, y: np.allclose(x, y, 1e-4),
    ),
    "isin": ([I], lambda x: ops.isin(x, [0, 3]), lambda x: (x == 0) | (x == 3)),
    "isin, not": ([I, L], lambda x, y: ops.isin(x, y, invert=True), lambda x, y: ~np.isin(x, y)),
    "digitize": (
        [A],
        lambda x: ops.digitize(x, [-1.0, 0.0, 1.0]),
        lambda x: np.sum(x[..., None] >= np.array([-1, 0, 1]), -1),
    ),
    "digitize, falling": (
        [A],
        lambda x: ops.digitize(x, [1.0, -1.0]),
        lambda x: np.sum(x[..., None] < np.array([1, -1]), -1),
    ),
    "histogram": (
        [A],
        lambda x: ops.histogram(x, 5, (-2, 2))[0],
        lambda x: np.histogram(x, 5, (-2, 2))[0],
    ),
    "histogram, edges": (
        [A],
        lambda x: ops.histogram(x, 5)[1],
        lambda x: np.linspace(x.min(), x.max(), 6),
    ),
    "histogram between edges": (
        [A],
        lambda x: ops.histogram(x, [-1.0, 0.0, 0.2])[0],
        lambda x: np.histogram(x, [-1.0, 0.0, 0.2])[0],
    ),
    "percentile": (
        [A],
        lambda x: ops.percentile(x, 30, 1, "lower"),
        lambda x: np.percentile(x, 30, 1, method="lower"),
    ),
    "percentiles": (
        [A],
        lambda x: ops.percentile(x, [0, 30, 100], 1, keepdims=True),
        lambda x: np.percentile(x, [0, 30, 100], 1, keepdims=True),
    ),
    "unique": ([A], lambda x: ops.unique(x, size=12), np.unique),
    "unique, filled up": (
        [np.array([[3, 1], [7, 3], [1, 5]])],
        lambda x: ops.unique(x, size=6, fill_value=-1),
        lambda x: [1, 3, 5, 7, -1, -1],
    ),
    "unique rows": ([A], lambda x: ops.unique(x, axis=0, size=3), lambda x: np.unique(x, axis=0)),
    "nansum": (
        [A],
        lambda x: ops.nansum(ops.where(ops.greater(x, 0), x, np.nan), 1),
        lambda x: np.nansum(np.where(x > 0, x, np.nan), 1),
    ),
    "nanmean": (
        [A],
        lambda x: ops.nanmean(ops.where(ops.greater(x, 0), x, np.nan)),
        lambda x: np.nanmean(np.where(x > 0, x, np.nan)),
    ),
    "nanmax": (
        [A],
        lambda x: ops.nanmax(ops.where(ops.greater(x, 0), np.nan, x), 1, True),
        lambda x: np.nanmax(np.where(x > 0, np.nan, x), 1, keepdims=True),
    ),
    "nanmin": (
        [A],
        lambda x: ops.nanmin(ops.where(ops.greater(x, 0), x, np.nan)),
        lambda x: np.nanmin(np.where(x > 0, x, np.nan)),
    ),
    "true_divide": ([A, B], ops.true_divide, np.true_divide),
    "exp2": ([A], ops.exp2, np.exp2),
    "sign": ([A], ops.sign, np.sign),
    "floor": ([A], ops.floor, np.floor),
    "ceil": ([A], ops.ceil, np.ceil),
    "round": ([A], ops.round, np.round),
    "round to tenths": ([A], lambda x: ops.round(x, 1), lambda x: np.round(x, 1)),
    "floor_divide": ([A, P], ops.floor_divide, np.floor_divide),
    "isnan": ([A], lambda x: ops.isnan(x), np.isnan),
    "isfinite": ([A], ops.isfinite, np.isfinite),
    "isinf": ([A], ops.isinf, np.isinf),
    "equal": ([I, I[0]], ops.equal, np.equal),
    "not_equal": ([I, I[0]], ops.not_equal, np.not_equal),
    "less": ([A, B], ops.less, np.less),
    "less_equal": ([I, I[0]], ops.less_equal, np.less_equal),
    "greater": ([A], lambda x: ops.greater(x, 0), lambda x: x > 0),
    "greater_equal": ([I, I[0]], ops.greater_equal, np.greater_equal),
    "logical_and": (
        [A, B],
        lambda x, y: (
            ops.logical_and(x > 0, y > 0)
            if isinstance(x, np.ndarray)
            else ops.logical_and(ops.greater(x, 0), ops.greater(y, 0))
        ),
        lambda x, y: (x > 0) & (y > 0),
    ),
    "logical_or": (
        [A, B],
        lambda x, y: ops.logical_or(ops.greater(x, 0), ops.greater(y, 0)),
        lambda x, y: (x > 0) | (y > 0),
    ),
    "logical_xor": (
        [A, B],
        lambda x, y: ops.logical_xor(ops.greater(x, 0), ops.greater(y, 0)),
        lambda x, y: (x > 0) ^ (y > 0),
    ),
    "logical_not": ([A], lambda x: ops.logical_not(ops.greater(x, 0)), lambda x: x <= 0),
    "isclose": (
        [A, A + 1e-6],
        lambda x, y: ops.isclose(x, y, 1e-6),
        lambda x, y: np.isclose(x, y, 1e-6),
    ),
    "any": ([A], lambda x: ops.any(ops.greater(x, 1.5), axis=1), lambda x: (x > 1.5).any(1)),
    "all": (
        [A],
        lambda x: ops.all(ops.greater(x, -1), axis=[1], keepdims=True),
        lambda x: (x > -1).all(1, keepdims=True),
    ),
    "count_nonzero": ([I], lambda x: ops.count_nonzero(x, 1), lambda x: np.count_nonzero(x, 1)),
    "argmax": ([A], lambda x: ops.argmax(x, -1), lambda x: x.argmax(-1)),
    "argmin": ([A], lambda x: ops.argmin(x, 1, True), lambda x: x.argmin(1, keepdims=True)),
    "argsort": ([A], ops.argsort, np.argsort),
    "sort": ([A], ops.sort, np.sort),
    "sort along 0": ([A], lambda x: ops.sort(x, 0), lambda x: np.sort(x, 0)),
    "top_k": ([A], lambda x: ops.top_k(x, 2)[0], lambda x: np.sort(x)[:, :-3:-1]),
    "top_k, positions": ([A], lambda x: ops.top_k(x, 3)[1], lambda x: np.argsort(-x)[:, :3]),
    "in_top_k": (
        [L, A],
        lambda t, p: ops.in_top_k(t, p, 2),
        lambda t, p: np.array([(q > q[i]).sum() < 2 for i, q in zip(t, p)]),
    ),
    "take": ([A, L], lambda x, i: ops.take(x, i, 1), lambda x, i: x[:, i]),
    "take_along_axis": (
        [A, I],
        lambda x, i: ops.take_along_axis(x, i, 1),
        lambda x, i: np.take_along_axis(x, i, 1),
    ),
    "take_along_axis, flat": ([A, I], ops.take_along_axis, lambda x, i: x.ravel()[i.ravel()]),
    "tile": ([A], lambda x: ops.tile(x, (1, 2)), lambda x: np.tile(x, (1, 2))),
    "tile by one number": ([A], lambda x: ops.tile(x, 2), lambda x: np.tile(x, 2)),
    "tile to more axes": ([A], lambda x: ops.tile(x, (2, 1, 2)), lambda x: np.tile(x, (2, 1, 2))),
    "repeat": ([A], lambda x: ops.repeat(x, 2, axis=1), lambda x: np.repeat(x, 2, 1)),
    "repeat, different": (
        [A],
        lambda x: ops.repeat(x, [0, 2, 1, 3], axis=1),
        lambda x: np.repeat(x, [0, 2, 1, 3], 1),
    ),
    "repeat, flat": ([A], lambda x: ops.repeat(x, 2), lambda x: np.repeat(x, 2)),
    "roll": ([A], lambda x: ops.roll(x, 1, 1), lambda x: np.roll(x, 1, 1)),
    "roll both": (
        [A],
        lambda x: ops.roll(x, (-1, 5), (0, 1)),
        lambda x: np.roll(x, (-1, 5), (0, 1)),
    ),
    "roll, flat": ([A], lambda x: ops.roll(x, 2), lambda x: np.roll(x, 2)),
    "moveaxis": (
        [normal(2, 3, 4)],
        lambda x: ops.moveaxis(x, 1, -1),
        lambda x: np.moveaxis(x, 1, -1),
    ),
    "moveaxis, several": (
        [normal(2, 3, 4)],
        lambda x: ops.moveaxis(x, (1, 2), (2, 0)),
        lambda x: np.moveaxis(x, (1, 2), (2, 0)),
    ),
    "ravel": ([A], ops.ravel, np.ravel),
    "rot90": (
        [normal(3, 2, 2)],
        lambda x: ops.rot90(x, 1, (1, 2)),
        lambda x: np.rot90(x, 1, (1, 2)),
    ),
    "rot90 twice": ([A], lambda x: ops.rot90(x, 2), lambda x: np.rot90(x, 2)),
    "rot90 back": ([A], lambda x: ops.rot90(x, -1), lambda x: np.rot90(x, -1)),
    "rot90 not": ([A], lambda x: 1 * ops.rot90(x, 4), lambda x: x),
    "vstack": ([A, B], lambda x, y: ops.vstack([x, y]), lambda x, y: np.vstack([x, y])),
    "vstack of vectors": (
        [A[0], B[0]],
        lambda x, y: ops.vstack([x, y]),
        lambda x, y: np.vstack([x, y]),
    ),
    "hstack": ([A, B], lambda x, y: ops.hstack([x, y]), lambda x, y: np.hstack([x, y])),
    "hstack of vectors": (
        [A[0], B[0]],
        lambda x, y: ops.hstack([x, y]),
        lambda x, y: np.hstack([x, y]),
    ),
    "append": ([A, B], lambda x, y: ops.append(x, y, 1), lambda x, y: np.append(x, y, 1)),
    "append, flat": ([A, B], ops.append, np.append),
    "expand_dims, several": (
        [A],
        lambda x: ops.expand_dims(x, (1, -1)),
        lambda x: np.expand_dims(x, (1, -1)),
    ),
    "unstack": ([A], lambda x: ops.unstack(x, axis=1)[2], lambda x: x[:, 2]),
    "meshgrid": (
        [A[0], B[1]],
        lambda x, y: ops.meshgrid(x, y)[0] * ops.meshgrid(x, y)[1],
        lambda x, y: np.prod(np.meshgrid(x, y), 0),
    ),
    "meshgrid ij": (
        [A[0], B[1, :2]],
        lambda x, y: ops.meshgrid(x, y, indexing="ij")[1] * 1,
        lambda x, y: np.meshgrid(x, y, indexing="ij")[1],
    ),
    "pad reflect": (
        [A],
        lambda x: ops.pad(x, ((0, 0), (2, 1)), "reflect"),
        lambda x: np.pad(x, ((0, 0), (2, 1)), "reflect"),
    ),
    "pad symmetric": (
        [A],
        lambda x: ops.pad(x, ((0, 0), (2, 1)), "symmetric"),
        lambda x: np.pad(x, ((0, 0), (2, 1)), "symmetric"),
    ),
    "pad edge": (
        [A],
        lambda x: ops.pad(x, ((0, 0), (2, 0)), "edge"),
        lambda x: np.pad(x, ((0, 0), (2, 0)), "edge"),
    ),
    "tril": ([normal(2, 3, 4)], ops.tril, np.tril),
    "triu": ([normal(2, 3, 4)], lambda x: ops.triu(x, 1), lambda x: np.triu(x, 1)),
    "tril of a symbol's batch": ([A], lambda x: ops.tril(x, -1), lambda x: np.tril(x, -1)),
    "diag": ([A[0]], lambda x: ops.diag(x, -1), lambda x: np.diag(x, -1)),
    "diag of a matrix": ([A], ops.diag, np.diag),
    "diagonal": (
        [normal(2, 3, 4)],
        lambda x: ops.diagonal(x, 1, 1, 2),
        lambda x: np.diagonal(x, 1, 1, 2),
    ),
    "diagonal below": ([A], lambda x: ops.diagonal(x, -1), lambda x: np.diagonal(x, -1)),
    "trace": ([normal(2, 3, 4)], lambda x: ops.trace(x, 0, 1, 2), lambda x: np.trace(x, 0, 1, 2)),
    "einsum": (
        [normal(2, 3), normal(3, 4)],
        lambda x, y: ops.einsum("ij,jk->ik", x, y),
        lambda x, y: x @ y,
    ),
    "einsum with dots": (
        [normal(2, 3, 4), normal(4, 5)],
        lambda x, y: ops.einsum("...i,ij->...j", x, y),
        lambda x, y: x @ y,
    ),
    "einsum, dots of two": (
        [normal(2, 3, 4), normal(3, 4)],
        lambda x, y: ops.einsum("...i,...i", x, y),
        lambda x, y: (x * y).sum(-1),
    ),
    "einsum, implicit": (
        [normal(2, 3), normal(4, 3)],
        lambda x, y: ops.einsum("cb, ab", x, y),
        lambda x, y: y @ x.T,
    ),
    "einsum, one": (
        [normal(2, 3, 3)],
        lambda x: ops.einsum("bii->b", x),
        lambda x: np.trace(x, 0, 1, 2),
    ),
    "tensordot": ([normal(2, 3, 4), normal(3, 4, 5)], ops.tensordot, np.tensordot),
    "tensordot, axes": (
        [normal(2, 3, 4), normal(4, 5, 3)],
        lambda x, y: ops.tensordot(x, y, ((1, 2), (2, 0))),
        lambda x, y: np.tensordot(x, y, ((1, 2), (2, 0))),
    ),
    "tensordot, one": (
        [normal(2, 3), normal(3, 2)],
        lambda x, y: ops.tensordot(x, y, 1),
        lambda x, y: x @ y,
    ),
    "dot of stacks": ([normal(2, 3), normal(4, 3, 2)], ops.dot, np.dot),
    "outer": ([A[0], B[1]], ops.outer, np.outer),
    "inner": ([A, B], ops.inner, np.inner),
    "vdot": ([A, B], ops.vdot, np.vdot),
    "cross": ([A[:, :3], B[:, 1:]], ops.cross, np.cross),
    "cumprod": ([A], lambda x: ops.cumprod(x, 1), lambda x: np.cumprod(x, 1)),
    "cumprod, flat": ([A], ops.cumprod, np.cumprod),
    "amax": ([A], lambda x: ops.amax(x, 1), lambda x: x.max(1)),
    "amin": ([A], lambda x: ops.amin(x, 1), lambda x: x.min(1)),
    "median": ([A], lambda x: ops.median(x, 1), lambda x: np.median(x, 1)),
    "median of all": ([A], ops.median, np.median),
    "median along two": (
        [normal(3, 2, 3)],
        lambda x: ops.median(x, (1, 2), True),
        lambda x: np.median(x, (1, 2), keepdims=True),
    ),
    **{
        f"quantile {m}": (
            [A],
            lambda x, m=m: ops.quantile(x, 0.3, 1, m),
            lambda x, m=m: np.quantile(x, 0.3, 1, method=m),
        )
        for m in ("linear", "lower", "higher", "midpoint", "nearest")
    },
    "quantiles": (
        [A],
        lambda x: ops.quantile(x, [0.0, 0.25, 1.0], 1, keepdims=True),
        lambda x: np.quantile(x, [0.0, 0.25, 1.0], 1, keepdims=True),
    ),
    "average": ([A, P[0]], lambda x, w: ops.average(x, 1, w), lambda x, w: np.average(x, 1, w)),
    "average, as many weights": (
        [A, P],
        lambda x, w: ops.average(x, None, w),
        lambda x, w: np.average(x, None, w),
    ),
    "average without weights": ([A], lambda x: ops.average(x, 1), lambda x: x.mean(1)),
    **{
        f"norm {o}": ([A], lambda x, o=o: ops.norm(x, o, 1), lambda x, o=o: np.linalg.norm(x, o, 1))
        for o in (None, 1, 2, 3, 0.5, np.inf, -np.inf)
    },
    **{
        f"norm {o} of a matrix": (
            [A],
            lambda x, o=o: ops.norm(x, o, (0, 1), True),
            lambda x, o=o: np.linalg.norm(x, o, keepdims=True),
        )
        for o in ("fro", 1, -1, np.inf, -np.inf)
    },
    "norm 0": ([I], lambda x: ops.norm(x, 0, 1), lambda x: (x != 0).sum(1)),
    "normalize": ([A], ops.normalize, lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True)),
    "normalize, order 1": (
        [A],
        lambda x: ops.normalize(x, 1, 1),
        lambda x: x / np.abs(x).sum(1, keepdims=True),
    ),
    "moments": (
        [A],
        lambda x: ops.moments(x, [1])[0] * ops.moments(x, [1], True)[1],
        lambda x: x.mean(1) * x.var(1, keepdims=True),
    ),
    "where": (
        [A, B],
        lambda x, y: ops.where(ops.greater(x, 0), x, y),
        lambda x, y: np.where(x > 0, x, y),
    ),
    "where, 0": (
        [A],
        lambda x: ops.where(ops.greater(x, 0), x, 0),
        lambda x: np.where(x > 0, x, 0),
    ),
    "select": (
        [A],
        lambda x: ops.select([ops.less(x, -1), ops.greater(x, 1)], [x * 2, x * 3], x),
        lambda x: np.select([x < -1, x > 1], [x * 2, x * 3], x),
    ),
    "nan_to_num": ([A], ops.nan_to_num, np.nan_to_num),
    "searchsorted": ([np.sort(A[0]), B], ops.searchsorted, np.searchsorted),
    "searchsorted right": (
        [np.arange(4.0), I],
        lambda s, v: ops.searchsorted(s, v, "right"),
        lambda s, v: np.searchsorted(s, v, "right"),
    ),
    "bincount": (
        [L],
        lambda x: ops.bincount(x, minlength=6),
        lambda x: np.bincount(x, minlength=6),
    ),
    "bincount, weights": (
        [L, P[:, 0]],
        lambda x, w: ops.bincount(x, w, 4),
        lambda x, w: np.bincount(x, w, 4),
    ),
    "bincount of rows": (
        [I, P],
        lambda x, w: ops.bincount(x, w, 5),
        lambda x, w: np.stack([np.bincount(a, b, 5) for a, b in zip(x, w)]),
    ),
    "segment_sum": (
        [A, L],
        lambda x, i: ops.segment_sum(x, i, 4),
        lambda x, i: scattered(i[:, None], x, (4, 4)),
    ),
    "segment_sum, some": (
        [A, L],
        lambda x, i: ops.segment_sum(x, i, 3),
        lambda x, i: scattered(i[:, None], x, (4, 4))[:3],
    ),
    "scatter": (
        [A[0], I.T[:, :2]],
        lambda v, i: ops.scatter(i, v, (4, 4)),
        lambda v, i: scattered(i, v, (4, 4)),
    ),
    "scatter_update": (
        [A, np.array([[0, 1], [2, 3], [0, 1]]), B[:, 0]],
        ops.scatter_update,
        lambda x, i, v: scattered(i, v, None, x),
    ),
    "scatter_update rows": (
        [A, np.array([[2], [0]]), B[:2]],
        ops.scatter_update,
        lambda x, i, v: scattered(i, v, None, x),
    ),
    "scatter_update add": (
        [A, np.array([[0, 1], [2, 3], [0, 1]]), B[:, 0]],
        lambda x, i, v: ops.scatter_update(x, i, v, "add"),
        lambda x, i, v: x + scattered(i, v, x.shape),
    ),
    "slice": ([A], lambda x: ops.slice(x, (0, 1), (1, 2)), lambda x: x[:1, 1:3]),
    "slice_update": (
        [A, B[:1, :2]],
        lambda x, y: ops.slice_update(x, (0, 1), y),
        lambda x, y: np.hstack(
            [np.vstack([x[:1, :1], x[1:, :1]]), np.vstack([y, x[1:, 1:3]]), x[:, 3:]]
        ),
    ),
    "one_hot": ([I], lambda x: ops.one_hot(x, 4), lambda x: np.eye(4)[x]),
    "one_hot, axis 1": (
        [I],
        lambda x: ops.one_hot(x, 3, axis=1),
        lambda x: np.moveaxis(np.eye(4)[x], -1, 1)[:, :3],
    ),
    "multi_hot": ([I], lambda x: ops.multi_hot(x, 5), lambda x: np.eye(5)[x].max(1)),
    "multi_hot of one": ([L], lambda x: ops.multi_hot(x, 5), lambda x: np.eye(5)[x].max(0)),
    "copy": ([A], ops.copy, np.copy),
    "array": ([A], ops.array, np.array),
    "zeros_like": ([I], ops.zeros_like, np.zeros_like),
    "ones_like": ([I], ops.ones_like, np.ones_like),
    "full_like": ([I], lambda x: ops.full_like(x, 3), lambda x: np.full_like(x, 3)),
    "size": ([I], ops.size, np.size),
    "relu6": ([4 * A], ops.relu6, lambda x: np.clip(x, 0, 6)),
    "celu": (
        [A],
        lambda x: ops.celu(x, 0.5),
        lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0) / 0.5)),
    ),
    "selu": (
        [A],
        ops.selu,
        lambda x: (
            1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))
        ),
    ),
    "gelu": (
        [A],
        ops.gelu,
        lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    "gelu, exact": (
        [A],
        lambda x: ops.gelu(x, False),
        lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2))),
    ),
    "silu": ([A], ops.silu, lambda x: x * sigmoid(x)),
    "swish": ([A], ops.swish, lambda x: x * sigmoid(x)),
    "log_sigmoid": ([A], ops.log_sigmoid, lambda x: np.log(sigmoid(x))),
    "softsign": ([A], ops.softsign, lambda x: x / (1 + np.abs(x))),
    "hard_sigmoid": ([2 * A], ops.hard_sigmoid, lambda x: np.clip(x / 6 + 0.5, 0, 1)),
    "hard_silu": ([2 * A], ops.hard_silu, lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "hard_swish": ([2 * A], ops.hard_swish, lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "hard_tanh": ([A], ops.hard_tanh, lambda x: np.clip(x, -1, 1)),
    "hard_shrink": ([A], ops.hard_shrink, lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    "soft_shrink": ([A], ops.soft_shrink, lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    "tanh_shrink": ([A], ops.tanh_shrink, lambda x: x - np.tanh(x)),
    "sparse_plus": (
        [A],
        ops.sparse_plus,
        lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    ),
    "sparse_sigmoid": ([A], ops.sparse_sigmoid, lambda x: np.clip((x + 1) / 2, 0, 1)),
    "sparsemax": (
        [np.array([[0.1, 0.2, 3.0], [0.5, 0.25, 0.05]])],
        ops.sparsemax,
        lambda x: np.array([[0, 0, 1], x[1] + 0.2 / 3]),
    ),
    "squareplus": ([A], ops.squareplus, lambda x: (x + np.sqrt(x**2 + 4)) / 2),
    "threshold": ([A], lambda x: ops.threshold(x, 0.7, -2.0), lambda x: np.where(x > 0.7, x, -2.0)),
    "glu": ([A], ops.glu, lambda x: x[:, :2] * sigmoid(x[:, 2:])),
    "mish": ([A], ops.mish, lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    "softmax of two axes": (
        [normal(2, 3, 4)],
        lambda x: ops.softmax(x, [1, 2]),
        lambda x: np.exp(x) / np.exp(x).sum((1, 2), keepdims=True),
    ),
    "batch_normalization": (
        [A, B[0], P[0]],
        lambda x, m, v: ops.batch_normalization(x, m, v, 1),
        lambda x, m, v: (x - m) / np.sqrt(v + 1e-3),
    ),
    "batch_normalization, all": (
        [normal(2, 4, 3), B[0], P[0], A[0], A[1]],
        lambda x, m, v, o, s: ops.batch_normalization(x, m, v, 1, o, s, 0.1),
        lambda x, m, v, o, s: (
            (x - m[:, None]) / np.sqrt(v + 0.1)[:, None] * s[:, None] + o[:, None]
        ),
    ),
    "layer_normalization": (
        [A],
        ops.layer_normalization,
        lambda x: (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-7),
    ),
    "layer_normalization, all": (
        [A, P[0], B[0]],
        lambda x, g, b: ops.layer_normalization(x, g, b, -1, 0.1),
        lambda x, g, b: (
            (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 0.1) * g + b
        ),
    ),
    "binary_crossentropy": (
        [T, Q],
        ops.binary_crossentropy,
        lambda t, p: -t * np.log(p) - (1 - t) * np.log(1 - p),
    ),
    "binary_crossentropy of logits": (
        [Q, A],
        lambda t, x: ops.binary_crossentropy(t, x, True),
        lambda t, x: -t * np.log(sigmoid(x)) - (1 - t) * np.log(1 - sigmoid(x)),
    ),
    "categorical_crossentropy": (
        [T, Q],
        ops.categorical_crossentropy,
        lambda t, p: -(t * np.log(p)).sum(-1),
    ),
    "categorical_crossentropy of logits": (
        [Q, A],
        lambda t, x: ops.categorical_crossentropy(t, x, True),
        lambda t, x: -(t * np.log(naive_softmax(x))).sum(-1),
    ),
    "categorical_crossentropy, axis 1": (
        [normal(2, 3, 4) ** 2, normal(2, 3, 4)],
        lambda t, x: ops.categorical_crossentropy(t, x, True, 1),
        lambda t, x: -(t * np.log(naive_softmax(x, 1))).sum(1),
    ),
    "sparse_categorical_crossentropy": (
        [L, Q],
        ops.sparse_categorical_crossentropy,
        lambda t, p: -np.log(p[range(3), t]),
    ),
    "sparse_categorical_crossentropy of logits": (
        [L[:, None], A],
        lambda t, x: ops.sparse_categorical_crossentropy(t, x, True),
        lambda t, x: -np.log(naive_softmax(x)[range(3), t[:, 0]]),
    ),
    "map": (
        [A],
        lambda x: ops.map(lambda r: r.sum() * r, x),
        lambda x: x.sum(1, keepdims=True) * x,
    ),
    "map of several": (
        [A, B],
        lambda x, y: ops.map(lambda r: [r[0] * r[1]], (x, y))[0],
        lambda x, y: x * y,
    ),
    "vectorized_map": (
        [A],
        lambda x: ops.vectorized_map(lambda r: r[::-1], x),
        lambda x: x[:, ::-1],
    ),
    "scan": (
        [A[0], B],
        lambda c, x: ops.scan(lambda c, r: (c * r, c + r), c, x)[1],
        lambda c, x: np.array([c + x[0], c * x[0] + x[1], c * x[0] * x[1] + x[2]]),
    ),
    "scan, carry": (
        [B, A[0]],
        lambda x, c: ops.scan(lambda c, r: (c * r, c), c, x)[0],
        lambda x, c: c * x.prod(0),
    ),
    "scan back": (
        [B],
        lambda x: ops.scan(lambda c, r: (c + r, c + r), 0.0, x, reverse=True)[1],
        lambda x: x[::-1].cumsum(0)[::-1],
    ),
    "fori_loop": (
        [A],
        lambda x: ops.fori_loop(1, 4, lambda i, v: v * x + i, ops.convert_to_tensor(x)),
        lambda x: ((x * x + 1) * x + 2) * x + 3,
    ),
}
# Their results are no floats, or do not depend smoothly on the inputs.
STEPS = {"trunc", "sign", "floor", "ceil", "round", "round to tenths", "floor_divide"}
NO_FLOATS = {
    "isnan",
    "isfinite",
    "isinf",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "logical_not",
    "isclose",
    "any",
    "all",
    "count_nonzero",
    "argmax",
    "argmin",
    "argsort",
    "top_k, positions",
    "in_top_k",
    "searchsorted",
    "searchsorted right",
    "diff of truth values",
    "allclose",
    "isin",
    "isin, not",
    "digitize",
    "digitize, falling",
    "histogram",
    "histogram between edges",
}
CONSTANT = {
    "one_hot",
    "one_hot, axis 1",
    "multi_hot",
    "multi_hot of one",
    "zeros_like",
    "ones_like",
    "full_like",
    "size",
    "norm 0",
    "bincount",
    "histogram, edges",
    "cholesky",
    "cholesky, upper",
    "qr",
    "svd",
    "svd, values",
    "eigh",
    "lstsq",
    "lstsq, columns",
    "unique, filled up",
}
# Here all inputs belong to one batch, so all become symbols; elsewhere the first does.
TOGETHER = {
    "arctan2",
    "logaddexp",
    "mod",
    "true_divide",
    "floor_divide",
    "less",
    "logical_and",
    "logical_or",
    "logical_xor",
    "isclose",
    "in_top_k",
    "take_along_axis",
    "hstack",
    "append",
    "vdot",
    "cross",
    "average, as many weights",
    "where",
    "bincount of rows",
    "segment_sum",
    "binary_crossentropy",
    "binary_crossentropy of logits",
    "categorical_crossentropy",
    "categorical_crossentropy of logits",
    "categorical_crossentropy, axis 1",
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy of logits",
    "map of several",
    "scatter",
    "fmod",
    "allclose",
    "solve, columns",
}
# Here the other inputs name places in a batch of this very size, or broadcast with it.
KNOWN_BATCH = {
    "scatter_update",
    "scatter_update rows",
    "scatter_update add",
    "scan",
    "sparsemax",
    "bincount, weights",
    "vstack of vectors",
    "lstsq",
    "lstsq, columns",
    "unique",
    "unique, filled up",
    "unique rows",
}
every_case = pytest.mark.parametrize("name", TABLE)


@every_case
def test_value(name):
    inputs, f, naive = TABLE[name]
    for arguments in (inputs, [Tensor(x) for x in inputs]):
        found, expected = f(*arguments), np.asarray(naive(*inputs))
        assert isinstance(found, Tensor) or name == "size"
        assert np.shape(found) == expected.shape
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-11, atol=1e-13)


@every_case
def test_gradient(name):
    inputs, f, _ = TABLE[name]
    if name in NO_FLOATS | CONSTANT:
        tensors = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
        found = f(*tensors)
        assert name == "size" or not found.requires_grad
        assert name in CONSTANT or found.dtype.kind in "bi"
    elif name in STEPS:
        x = [Tensor(v, requires_grad=True) for v in inputs]
        f(*x).sum().backward()
        assert not any(t.grad.any() for t in x)
    else:
        report = check_gradients(f, *inputs)
        assert report, report
        assert report.compared == sum(min(x.size, 100) for x in inputs if x.dtype.kind == "f")


@every_case
def test_float32_stays_float32(name):
    inputs, f, naive = TABLE[name]
    found = f(*[x.astype(np.float32) if x.dtype.kind == "f" else x for x in inputs])
    if name == "size":
        assert type(found) is int
    elif name in NO_FLOATS:
        assert found.dtype in (np.bool_, np.int32)
    elif any(x.dtype.kind == "f" for x in inputs):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found.data, naive(*inputs), rtol=1e-4, atol=1e-5)


@every_case
def test_on_symbols(name):
    """Called with symbols the door knows the shape at once, and the model computes what the door
    computes.
    """
    inputs, f, naive = TABLE[name]
    several = len(inputs) if name in TOGETHER else 1
    starts = [
        Input(x.shape[1:], batch_size=len(x) if name in KNOWN_BATCH else None, dtype=x.dtype)
        for x in inputs[:several]
    ]
    end, expected = f(*starts, *inputs[several:]), np.asarray(naive(*inputs))
    assert len(end.shape) == expected.ndim and all(
        n in (None, m) for n, m in zip(end.shape, expected.shape)
    ), end.shape
    found = Model(starts, end, dtype="float64")(list(inputs[:several]))
    assert found.dtype == end.dtype
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-11, atol=1e-13)


# --- the doors whose derivatives test_derivatives.py has, against NumPy
# ----------------------------------------------------

DOORS = {
    "add": lambda: (ops.add(A, B), A + B),
    "subtract": lambda: (ops.subtract(A, B), A - B),
    "multiply": lambda: (ops.multiply(A, B), A * B),
    "divide": lambda: (ops.divide(A, B), A / B),
    "negative": lambda: (ops.negative(A), -A),
    "power": lambda: (ops.power(P, B), P**B),
    "exp": lambda: (ops.exp(A), np.exp(A)),
    "expm1": lambda: (ops.expm1(A), np.expm1(A)),
    "log": lambda: (ops.log(P), np.log(P)),
    "log1p": lambda: (ops.log1p(P), np.log1p(P)),
    "sqrt": lambda: (ops.sqrt(P), np.sqrt(P)),
    "square": lambda: (ops.square(A), A**2),
    "absolute": lambda: (ops.absolute(A), np.abs(A)),
    "abs": lambda: (ops.abs(A), np.abs(A)),
    "sin": lambda: (ops.sin(A), np.sin(A)),
    "cos": lambda: (ops.cos(A), np.cos(A)),
    "maximum": lambda: (ops.maximum(A, B), np.maximum(A, B)),
    "minimum": lambda: (ops.minimum(A, B), np.minimum(A, B)),
    "clip": lambda: (ops.clip(A, -0.5, 0.5), np.clip(A, -0.5, 0.5)),
    "where": lambda: (ops.where(A > 0, A, B), np.where(A > 0, A, B)),
    "sum": lambda: (ops.sum(A, axis=0), A.sum(0)),
    "mean": lambda: (ops.mean(A, axis=1, keepdims=True), A.mean(1, keepdims=True)),
    "max": lambda: (ops.max(A, axis=-1), A.max(-1)),
    "min": lambda: (ops.min(A), A.min()),
    "prod": lambda: (ops.prod(A, axis=(0, 1)), A.prod()),
    "var": lambda: (ops.var(A, axis=0), A.var(0)),
    "std": lambda: (ops.std(A, axis=0), A.std(0)),
    "cumsum": lambda: (ops.cumsum(A, axis=1), A.cumsum(1)),
    "logsumexp": lambda: (ops.logsumexp(A, axis=1), np.log(np.exp(A).sum(1))),
    "argmax": lambda: (ops.argmax(A, axis=1), A.argmax(1)),
    "argmin": lambda: (ops.argmin(A), A.argmin()),
    "norm": lambda: (ops.norm(A, axis=1), np.linalg.norm(A, axis=1)),
    "reshape": lambda: (ops.reshape(A, (2, 6)), A.reshape(2, 6)),
    "transpose": lambda: (ops.transpose(A), A.T),
    "swapaxes": lambda: (ops.swapaxes(A, 0, 1), A.T),
    "squeeze": lambda: (ops.squeeze(A[:, None]), A),
    "expand_dims": lambda: (ops.expand_dims(A, 1), A[:, None]),
    "broadcast_to": lambda: (ops.broadcast_to(A, (2, 3, 4)), np.broadcast_to(A, (2, 3, 4))),
    "concatenate": lambda: (ops.concatenate([A, B], axis=1), np.concatenate([A, B], 1)),
    "stack": lambda: (ops.stack([A, B], axis=1), np.stack([A, B], 1)),
    "flip": lambda: (ops.flip(A, axis=1), A[:, ::-1]),
    "take": lambda: (ops.take(A, [0, 0, 3], axis=1), A[:, [0, 0, 3]]),
    "pad": lambda: (
        ops.pad(A, ((1, 0), (0, 2)), constant_values=7.0),
        np.pad(A, ((1, 0), (0, 2)), constant_values=7.0),
    ),
    "split": lambda: (ops.concatenate(ops.split(A, 2, axis=1)[::-1], axis=1), A[:, [2, 3, 0, 1]]),
    "matmul": lambda: (ops.matmul(A, B.T), A @ B.T),
    "dot": lambda: (ops.dot(A, B.T), A @ B.T),
    "dense": lambda: (ops.dense(A, B.T, [1.0, 2.0, 3.0]), A @ B.T + [1, 2, 3]),
    "relu": lambda: (ops.relu(A), np.maximum(A, 0)),
    "threshold": lambda: (ops.threshold(A, 0.5), np.where(A > 0.5, A, 0)),
    "leaky_relu": lambda: (ops.leaky_relu(A, 0.1), np.where(A > 0, A, 0.1 * A)),
    "elu": lambda: (ops.elu(A), np.where(A > 0, A, np.expm1(A))),
    "tanh": lambda: (ops.tanh(A), np.tanh(A)),
    "softplus": lambda: (ops.softplus(A), np.log1p(np.exp(A))),
    "sigmoid": lambda: (ops.sigmoid(A), 1 / (1 + np.exp(-A))),
    "softmax": lambda: (ops.softmax(A), naive_softmax(A)),
    "log_softmax": lambda: (ops.log_softmax(A), np.log(naive_softmax(A))),
    "one_hot": lambda: (ops.one_hot([2, 0], 3), np.eye(3)[[2, 0]]),
    "zeros": lambda: (ops.zeros((2, 3)), np.zeros((2, 3))),
    "ones": lambda: (ops.ones((2, 3)), np.ones((2, 3))),
    "zeros_like": lambda: (ops.zeros_like(A), np.zeros((3, 4))),
    "ones_like": lambda: (ops.ones_like(A), np.ones((3, 4))),
    "arange": lambda: (ops.arange(3), np.arange(3)),
    "cast": lambda: (ops.cast(A, "float32"), A.astype(np.float32)),
    "convert_to_tensor": lambda: (ops.convert_to_tensor(A), A),
    "convert_to_numpy": lambda: (ops.convert_to_numpy(Tensor(A)), A),
    "stop_gradient": lambda: (ops.stop_gradient(Tensor(A)), A),
    "floats": lambda: (ops.floats(np.array([1, 2])), np.array([1.0, 2.0])),
    "shape": lambda: (ops.shape(Tensor(A)), (3, 4)),
}


def test_every_door_is_tried():
    tried = {name.split(" ")[0].strip(",") for name in TABLE} | set(DOORS)
    for file in ops.LATER:  # test_ops_of_images.py, test_ctc.py, ops/test_more_doors.py
        tried |= set(ops.LATER[file].split())
    # below
    tried |= {
        "while_loop",
        "cond",
        "ndim",
        "is_tensor",
        "full",
        "eye",
        "identity",
        "empty",
        "linspace",
        "nonzero",
        # ops/test_ops_of_signals_and_pictures.py
        "cholesky_inverse",
        "logdet",
        "matrix_rank",
        "pinv",
        "slogdet",
        "solve_triangular",
    }
    assert set(ops.__all__) <= tried, (
        f"doors that no test opens: {sorted(set(ops.__all__) - tried)}"
    )
    assert len(set(ops.__all__)) == len(ops.__all__) and all(
        hasattr(ops, name) for name in ops.__all__
    )


@pytest.mark.parametrize("name", DOORS)
def test_a_door_gives_what_numpy_gives(name):
    found, expected = DOORS[name]()
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6, atol=1e-12)


def test_doors_take_keras_arguments():
    """By position and by default, so that a line from a tutorial means the same here."""
    # without an axis: from the flattened array
    np.testing.assert_array_equal(ops.take(A, [5, 0]).data, A.ravel()[[5, 0]])
    x = Tensor(A, requires_grad=True)
    ops.take(x, [[5, 5]]).sum().backward()
    np.testing.assert_array_equal(x.grad.ravel(), 2.0 * (np.arange(12) == 5))
    np.testing.assert_allclose(ops.norm(A, 2, 1).data, np.linalg.norm(A, 2, 1))
    np.testing.assert_allclose(ops.norm(A, None, 0, True).data, np.linalg.norm(A, None, 0, True))
    np.testing.assert_array_equal(
        ops.pad(A, 1, "constant", 7.0).data, np.pad(A, 1, constant_values=7.0)
    )
    np.testing.assert_array_equal(ops.arange(start=1, stop=7, step=2).data, [1, 3, 5])
    assert ops.arange(3).dtype.kind == "i" and ops.arange(0, 1, 0.5).dtype == np.float32
    np.testing.assert_array_equal(ops.argmax(A, 1, True), A.argmax(1, keepdims=True))
    np.testing.assert_array_equal(ops.argmin(A, 0, True), A.argmin(0, keepdims=True))
    np.testing.assert_array_equal(ops.split(A, [1, 2], 1)[1].data, A[:, 1:2])
    np.testing.assert_array_equal(ops.leaky_relu(A, 0.3).data, np.where(A > 0, A, 0.3 * A))


@pytest.mark.parametrize(
    "f",
    [
        lambda: ops.take(A, [0], axis=5),
        lambda: ops.take(A, [0], axis=-3),
        lambda: ops.take(A, [3], axis=0),
        lambda: ops.expand_dims(A, 4),
        lambda: ops.expand_dims(A, -4),
        lambda: ops.flip(A, 2),
        lambda: ops.squeeze(A[:, None], 4),
        lambda: ops.split(A, 2, axis=2),
        lambda: ops.split(A, 3, axis=2),
        lambda: ops.concatenate([A, B], axis=2),
        lambda: ops.stack([A, B], axis=3),
        lambda: ops.sum(A, axis=2),
        lambda: ops.swapaxes(A, 0, 2),
        lambda: ops.softmax(A, axis=2),
        lambda: ops.cumsum(A, axis=2),
        lambda: Tensor(A).transpose(0, 2),
    ],
)
def test_an_axis_that_is_not_there_is_an_error(f):
    with pytest.raises((IndexError, ValueError)):  # NumPy's AxisError is both
        f()


def test_fractions_are_no_positions():
    with pytest.raises((TypeError, IndexError, ValueError)):
        ops.take(A, [0.7], axis=0)
    with pytest.raises(IndexError):
        Tensor(A)[np.array([0.7])]
    # a list of whole numbers became floatx
    np.testing.assert_array_equal(ops.take(A, Tensor([2.0, 0.0]), axis=0).data, A[[2, 0]])


def test_dot_is_numpys_dot_or_refuses():
    """For matrices dot and @ are the same; beyond they differ, and the answer must not be silently
    the other one.
    """
    np.testing.assert_allclose(ops.dot(A, 2.0).data, A * 2)
    x, y = normal(2, 3, 4), normal(2, 4, 5)
    try:
        found = ops.dot(x, y)
    except ValueError as refusal:
        assert "@" in str(refusal)
    else:
        np.testing.assert_allclose(found.data, np.dot(x, y))


@pytest.mark.parametrize(
    "f, phrase",
    [
        (lambda: ops.split(A, 3, axis=1), "do not divide into 3 equal parts"),
        (lambda: ops.split(A, 0, axis=1), "0"),
        (lambda: ops.split(A, -1, axis=1), "-1"),
        (lambda: ops.squeeze(A, 0), "needs axes of size 1"),
        (lambda: ops.mean(np.zeros((0, 3))), "mean() of an empty array"),
        (lambda: ops.mean(np.zeros((2, 0)), axis=1), "nothing along axis 1"),
        (lambda: ops.var(np.zeros(0)), "var() of an empty array"),
    ],
)
def test_errors_of_the_doors(f, phrase):
    with pytest.raises(ValueError) as error:
        f()
    assert phrase in str(error.value)


# --- beyond the table
# ---


def test_whole_numbers_and_truth_values_have_keras_types():
    for found in (
        ops.argmax(A),
        ops.argmin(A, 0),
        ops.argsort(A),
        ops.count_nonzero(A),
        ops.searchsorted([1.0, 2.0], [1.5]),
        ops.bincount(L),
        ops.top_k(A, 1)[1],
        ops.arange(3),
        ops.nonzero(A)[0],
        ops.where(A > 0)[0],
    ):
        assert found.dtype == np.int32 and isinstance(found, Tensor)
    for found in (
        ops.equal(A, B),
        ops.isnan(A),
        ops.logical_not(A > 0),
        ops.any(A > 0),
        ops.in_top_k(L, A, 1),
        ops.isclose(A, B),
    ):
        assert found.dtype == np.bool_ and isinstance(found, Tensor)
    for found in (
        ops.full((2,), 3),
        ops.eye(2),
        ops.identity(2),
        ops.linspace(0, 1, 3),
        ops.empty((2,)),
        ops.one_hot(L, 4),
        ops.arange(3.0),
        ops.floor(L),
        ops.exp2(L),
        ops.log2(L + 1),
        ops.erf(L),
        ops.silu(L),
        ops.hard_sigmoid(L),
        ops.multi_hot(I, 4),
    ):
        assert found.dtype == np.float32 and isinstance(found, Tensor)
    assert ops.sign(L).dtype == ops.floor_divide(L, 2).dtype == ops.mod(L, 2).dtype == L.dtype
    np.testing.assert_array_equal(ops.floor_divide(L, 2).data, L // 2)


def test_new_tensors():
    np.testing.assert_array_equal(ops.full((2, 3), 7, "int32").data, np.full((2, 3), 7))
    np.testing.assert_array_equal(ops.eye(2, 3, 1).data, np.eye(2, 3, 1))
    np.testing.assert_array_equal(ops.identity(3).data, np.eye(3))
    assert ops.empty((2, 3), "int32").shape == (2, 3)
    np.testing.assert_array_equal(
        ops.linspace(0, 1, 5).data, np.linspace(0, 1, 5, dtype=np.float32)
    )
    values, distance = ops.linspace(
        [0.0, 1.0], 2.0, 4, endpoint=False, retstep=True, dtype="float64", axis=1
    )
    np.testing.assert_allclose(values.data, np.linspace([0, 1], 2, 4, False, axis=1))
    np.testing.assert_allclose(distance.data, [0.5, 0.25])
    np.testing.assert_array_equal(ops.arange(1, 7, 2, "float32").data, [1, 3, 5])
    np.testing.assert_array_equal(ops.nonzero(I > 1)[1].data, np.nonzero(I > 1)[1])
    np.testing.assert_array_equal(ops.where(I > 1)[0].data, np.nonzero(I > 1)[0])


def test_what_is_a_tensor_and_how_large():
    symbol = Input((3, 4))
    assert (
        ops.is_tensor(Tensor(A))
        and ops.is_tensor(symbol)
        and not ops.is_tensor(A)
        and not ops.is_tensor([1.0])
    )
    assert (
        ops.shape(symbol) == (None, 3, 4)
        and ops.ndim(symbol) == 3
        and ops.ndim(A) == 2
        and ops.ndim(2.0) == 0
    )
    assert (
        ops.size(A) == 12
        and ops.size([[1.0, 2.0]]) == 2
        and ops.size(Input((3,), batch_size=2)) == 6
    )
    assert Model(symbol, ops.size(symbol))(np.ones((5, 3, 4))).item() == 60


def test_copies_are_copies():
    a = A.copy()
    for made in (ops.array(a), ops.copy(a), ops.copy(t := Tensor(a))):
        assert not np.shares_memory(made.data, a)
    assert not np.shares_memory(made.data, t.data)
    assert ops.array([1.0, 2.0], "float64").dtype == np.float64


def test_nan_to_num():
    x = Tensor([np.nan, np.inf, -np.inf, 2.0], requires_grad=True)
    y = ops.nan_to_num(x, nan=1.0, posinf=5.0)
    np.testing.assert_array_equal(y.data, np.float32([1, 5, np.finfo(np.float32).min, 2]))
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 0, 1])


def test_matrices_taken_apart():
    for x in (normal(4, 3), normal(2, 3, 4), normal(3, 3)):
        q, r = ops.qr(x)
        np.testing.assert_allclose((q @ r).data, x)
        np.testing.assert_allclose(
            (ops.swapaxes(q, -1, -2) @ q).data,
            np.zeros((q.shape[-1],) * 2) + np.eye(q.shape[-1]) + 0 * q.data[..., :1, :1],
            atol=1e-12,
        )
        full, triangle = ops.qr(x, "complete")
        assert full.shape[-2:] == (x.shape[-2],) * 2 and triangle.shape == x.shape
        u, s, vh = ops.svd(x, full_matrices=False)
        np.testing.assert_allclose(((u * s[..., None, :]) @ vh).data, x)
        assert [m.shape[-1] for m in ops.svd(x)] == [
            x.shape[-2],
            min(x.shape[-2:]),
            x.shape[-1],
        ] and (ops.diff(s).data <= 0).all()
    w, v = ops.eigh(D)
    np.testing.assert_allclose((D @ v).data, (v * w[:, None]).data)
    np.testing.assert_array_equal(
        ops.cholesky(np.stack([np.eye(2), np.zeros((2, 2))])).data[1], np.zeros((2, 2))
    )
    assert (
        ops.inv(np.eye(2, dtype=np.int32)).dtype
        == ops.eigh([[1, 0], [0, 1]])[0].dtype
        == np.float32
    )


def test_a_singular_matrix_has_no_inverse():
    """NaN, as 0/0: the others of its batch keep theirs."""
    x = np.stack([np.ones((2, 2)), 2 * np.eye(2)])
    for found in (ops.inv(x), ops.solve(x, np.eye(2)), ops.solve(x, np.stack([np.eye(2)] * 2))):
        assert np.isnan(found.data[0]).all()
        np.testing.assert_array_equal(found.data[1], np.eye(2) / 2)
    assert np.isnan(ops.solve(x[0], [1.0, 2.0]).data).all()
    weights = Tensor(np.full((2, 2), np.nan), requires_grad=True)
    ops.det(weights).backward()
    assert np.isnan(weights.grad).all()


@pytest.mark.parametrize(
    "door",
    [
        ops.cholesky,
        ops.qr,
        ops.svd,
        ops.eigh,
        lambda x: ops.svd(x, compute_uv=False),
        lambda x: ops.lstsq(x[0], x[1]),
        lambda x: ops.lstsq(np.eye(2), x[0]),
    ],
)
def test_what_has_no_derivative_refuses_to_go_backward(door):
    x = Tensor(D, requires_grad=True)
    found = door(x)
    for part in found if isinstance(found, tuple) else [found]:
        with pytest.raises(NotImplementedError, match=r"has no derivative here.*stop_gradient"):
            ops.sum(part).backward()
    with minidl.no_grad():
        door(x)
    found = door(ops.stop_gradient(x))
    assert not any(part.requires_grad for part in (found if isinstance(found, tuple) else [found]))


def test_unique():
    x = np.array([[3, 1, 3], [7, 3, 1]])
    values, first, places, counts = ops.unique(
        x, return_index=True, return_inverse=True, return_counts=True
    )
    np.testing.assert_array_equal(values.data, [1, 3, 7])
    np.testing.assert_array_equal(x.ravel()[first.data], values.data)
    np.testing.assert_array_equal(values.data[places.data], x)
    assert (
        counts.tolist() == [2, 3, 1]
        and counts.dtype == first.dtype == places.dtype == np.int32
        and values.dtype == x.dtype
    )
    columns, places = ops.unique(x[:, [0, 1, 0]], return_inverse=True, axis=1)
    assert columns.tolist() == [[1, 3], [3, 7]] and places.tolist() == [1, 0, 1]
    assert ops.unique(x, size=2).tolist() == [1, 3] and ops.unique(x, size=5).tolist() == [
        1,
        3,
        7,
        1,
        1,
    ]
    assert ops.unique(x, size=4, return_counts=True)[1].tolist() == [2, 3, 1, 0]
    assert ops.unique(x, axis=1, size=4, fill_value=0).tolist() == [[1, 3, 3, 0], [3, 1, 7, 0]]
    assert isinstance(ops.unique(Input((3,)), size=2), minidl.KerasTensor)


def test_past_what_is_missing():
    x = np.float32([[np.nan, np.nan], [1, np.nan], [2, 4]])
    np.testing.assert_array_equal(ops.nanmean(x, 1).data, [np.nan, 1, 3])
    np.testing.assert_array_equal(ops.nanmax(x, 1).data, [np.nan, 1, 4])
    np.testing.assert_array_equal(ops.nanmin(x, 1).data, [np.nan, 1, 2])
    np.testing.assert_array_equal(ops.nansum(x, 1).data, [0, 1, 6])
    assert (
        ops.nanmax(I).item() == 3
        and ops.nanmax(I).dtype == I.dtype
        and ops.nanmean(I).dtype == np.float32
        and ops.nansum(I).item() == I.sum()
    )
    assert ops.allclose(x, x, equal_nan=True).item() and not ops.allclose(x, x).item()
    assert ops.diff(A, 0).tolist() == A.tolist()


def test_the_doors_stand_sorted_too():
    from minidl.ops import linalg, nn, numpy

    assert nn.relu is ops.relu and nn.one_hot is ops.one_hot and nn.moments is ops.moments
    assert numpy.mean is ops.mean and numpy.linspace is ops.linspace and numpy.array is ops.array
    assert linalg.inv is ops.inv and linalg.norm is ops.norm
    for shelf in (nn, numpy):
        assert all(door is getattr(ops, name) for name, door in vars(shelf).items())


def test_ties():
    x = np.array([[1.0, 3.0, 3.0, 2.0, 3.0]])
    np.testing.assert_array_equal(ops.argmax(x, 1).data, [1])
    np.testing.assert_array_equal(ops.argsort(x).data, [[0, 3, 1, 2, 4]])
    np.testing.assert_array_equal(ops.top_k(x, 4)[1].data, [[1, 2, 4, 3]])
    np.testing.assert_array_equal(
        ops.in_top_k([4, 3, 0], np.repeat(x, 3, 0), 1).data, [True, False, False]
    )
    np.testing.assert_array_equal(ops.top_k(np.array([[3, 9, 9]], np.uint8), 2)[0].data, [[9, 9]])


def test_a_target_of_0_or_1_with_large_logits_loses_no_digits():
    for x, t, expected in (
        (20.0, 1.0, math.log1p(math.exp(-20))),
        (-20.0, 0.0, math.log1p(math.exp(-20))),
        (1e4, 0.0, 1e4),
    ):
        found = ops.binary_crossentropy(np.float32([t]), np.float32([x]), True)
        np.testing.assert_allclose(found.data, expected, rtol=1e-6)
    assert np.isfinite(ops.binary_crossentropy([0.0, 1.0], [1.0, 0.0]).data).all()
    assert np.isfinite(ops.sparse_categorical_crossentropy(np.array([0]), [[0.0, 1.0]]).data).all()


def test_loops_and_branches():
    """Python's own: they stop when they should, and gradients flow through every turn."""
    assert ops.while_loop(lambda i: i < 10, lambda i: i + 1, 0) == 10
    assert ops.while_loop(lambda i, j: i < 10, lambda i, j: (i + 3, j * 2), (0, 1)) == (12, 16)
    assert ops.while_loop(lambda i: True, lambda i: i + 1, (0,), maximum_iterations=5) == (5,)
    assert (
        ops.fori_loop(2, 5, lambda i, v: v + i, 0) == 9
        and ops.fori_loop(3, 3, lambda i, v: 1 / 0, 7) == 7
    )
    x = Tensor([2.0], requires_grad=True)
    y = ops.while_loop(lambda v: ops.all(v < 100), lambda v: v * x, x)
    y.backward()
    assert y.item() == 128 and x.grad.item() == 7 * 2**6
    assert ops.cond(ops.greater(x[0], 1), lambda: "more", lambda: "less") == "more"
    assert ops.cond(np.array(False), lambda: 1 / 0, lambda: "less") == "less"
    carry, ys = ops.scan(lambda c, _: (c + 1, c * 10), ops.convert_to_tensor(0.0), length=3)
    assert carry.item() == 3 and ys.tolist() == [0, 10, 20]
    (a, b), ys = ops.scan(
        lambda c, x: ((c[0] + x["p"], c[1]), {"q": x["p"] * x["r"]}), (0.0, 5.0), {"p": A, "r": B}
    )
    np.testing.assert_allclose(a.data, A.sum(0))
    np.testing.assert_allclose(ys["q"].data, A * B)
    assert b == 5.0 and ops.scan(lambda c, x: (c + x, None), 0.0, np.ones(3))[1] is None
    several = ops.map(lambda x: {"twice": 2 * x, "sum": x.sum()}, A)
    np.testing.assert_allclose(several["twice"].data, 2 * A)
    np.testing.assert_allclose(several["sum"].data, A.sum(1))


def test_comparisons_and_where_make_a_network_on_symbols():
    """What a custom layer of the functional API may be made of."""
    x = Input((3,), dtype="float64")
    relu = ops.where(ops.greater(x, 0), x, 0)
    classes, mask = ops.argmax(x, axis=-1), ops.cast(ops.greater(x, 0.5), "float32")
    hot = ops.one_hot(classes, 3)
    assert (
        relu.shape == mask.shape == hot.shape == (None, 3)
        and classes.shape == (None,)
        and classes.dtype == np.int32
    )
    assert mask.dtype == np.float32
    array = normal(5, 3)
    out = Model(
        x, [relu, classes, mask, hot, ops.top_k(x, 2)[1], *ops.moments(x, 1)], dtype="float64"
    )(array)
    expected = [
        np.maximum(array, 0),
        array.argmax(1),
        array > 0.5,
        np.eye(3)[array.argmax(1)],
        np.argsort(-array)[:, :2],
        array.mean(1),
        array.var(1),
    ]
    for found, right in zip(out, expected):
        np.testing.assert_allclose(found.data, right)
    start = Tensor(array, requires_grad=True)
    Model(x, relu, dtype="float64")(start).sum().backward()
    np.testing.assert_array_equal(start.grad, array > 0)


def test_positions_may_be_symbols():
    table, words = Tensor(normal(6, 2), requires_grad=True), Input((4,), dtype="int32")
    rows = ops.take(table, words, axis=0)
    assert rows.shape == (None, 4, 2)
    model, array = Model(words, rows, dtype="float64"), np.array([[0, 5, 5, 1]])
    y = model(array)
    np.testing.assert_array_equal(y.data, table.data[array])
    y.sum().backward()
    np.testing.assert_array_equal(table.grad[:, 0], [1, 1, 0, 0, 0, 2])


def test_what_a_symbol_records_can_be_filed():
    """The step is a function that a file can name, not one made on the way."""
    x = Input((4,))
    for y in (
        ops.argmax(x, -1),
        ops.one_hot(x, 3),
        ops.floor(x),
        ops.greater(x, 0),
        ops.where(ops.greater(x, 0), x, 0),
        ops.any(x, 1),
        ops.round(x, 1),
        ops.sort(x),
        ops.tril(x),
        ops.sparsemax(x),
        ops.trunc(x),
        ops.isin(x, [1.0]),
        ops.digitize(x, [1.0]),
        ops.relu(x),
        ops.einsum("bi->b", x),
    ):
        assert pickle.loads(pickle.dumps(y.node.function)) is not None
    assert (
        ops.one_hot(x, 3).node.function is ops.one_hot and ops.argmax(x).node.function is ops.argmax
    )


@pytest.mark.parametrize(
    "subscripts, shapes",
    [
        ("bij,jk->bik", [(2, 3, 4), (4, 3)]),
        ("bij,jk", [(2, 3, 4), (4, 3)]),
        ("...j,jk->...k", [(2, 3, 4), (4, 3)]),
        ("bij,bi", [(2, 3, 4), (2, 3)]),
        ("i...->...", [(3, 2, 2)]),
        ("...->...", [(2, 3)]),
        (" b i j -> j i b", [(2, 3, 4)]),
        ("kk", [(3, 3)]),
        (",i", [(), (3,)]),
        ("bi...,...k->bk...", [(2, 3, 4), (4, 5)]),
        ("bij,jk,i->b", [(2, 3, 4), (4, 3), (3,)]),
        ("...ij,...jk", [(5, 1, 2, 3), (4, 3, 2)]),
    ],
)
def test_einsum_reads_like_numpy(subscripts, shapes):
    operands = [normal(*shape) for shape in shapes]
    expected = np.einsum(subscripts, *operands)
    found = ops.einsum(subscripts, *operands)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.data, expected, rtol=1e-12, atol=1e-14)
    assert check_gradients(lambda *xs: ops.einsum(subscripts, *xs), *operands)


@pytest.mark.parametrize(
    "call, kind, phrases",
    [
        (lambda: ops.einsum("ij,jk->ik", A), ValueError, ["describes 2 arrays", "received 1"]),
        (lambda: ops.einsum("ijk->k", A), ValueError, ["'ijk'", "describes 3 axes", "has 2"]),
        (lambda: ops.einsum("i->i", A), ValueError, ["describes 1 axes", "has 2"]),
        (lambda: ops.einsum("...i->i", A), ValueError, ["'...' after '->'"]),
        (lambda: ops.tensordot(A, B, ((0, 1), (0,))), ValueError, ["as many axes"]),
        (lambda: ops.cross(A, B), ValueError, ["three components", "(3, 4)"]),
        (lambda: ops.where(A > 0, A), ValueError, ["both x1 and x2"]),
        (lambda: ops.select([A > 0], [A, B]), ValueError, ["received 2 and 1"]),
        (lambda: ops.meshgrid(A[0], indexing="yx"), ValueError, ["'yx'"]),
        (lambda: ops.take_along_axis(A, L, 1), ValueError, ["as many axes as x, 2", "(3,)"]),
        (lambda: ops.take_along_axis(A, B, 1), TypeError, ["whole numbers", "fractions"]),
        (lambda: ops.take(A, [0.5]), TypeError, ["take: positions are whole numbers"]),
        (lambda: ops.pad(A, 1, "wrapped"), ValueError, ["'wrapped'", "'reflect'"]),
        (
            lambda: ops.pad(A, 1, "reflect", 2.0),
            ValueError,
            ["constant_values belong to mode='constant'"],
        ),
        (lambda: ops.unstack(A, 5), ValueError, ["size of axis 0, 3", "received 5"]),
        (lambda: ops.unstack(Input((2,))), ValueError, ["received None"]),
        (lambda: ops.average(A, None, P[0]), ValueError, ["(3, 4)", "(4,)"]),
        (lambda: ops.norm(A, 2), ValueError, ["received 2 for 2 axes", "singular values"]),
        (lambda: ops.norm(A, "fro", 1), ValueError, ["'fro'"]),
        (lambda: ops.norm(normal(2, 2, 2), 1), ValueError, ["for 3 axes"]),
        (lambda: ops.quantile(A, 1.5), ValueError, ["between 0 and 1", "1.5"]),
        (lambda: ops.quantile(A, 0.5, method="cubic"), ValueError, ["linear, lower", "'cubic'"]),
        (lambda: ops.percentile(A, 101), ValueError, ["between 0 and 100", "101"]),
        (lambda: ops.diff(A, -1), ValueError, ["0 or more", "-1"]),
        (lambda: ops.unique(Input((2,))), ValueError, ["symbol", "size="]),
        (lambda: ops.inv(A), ValueError, ["inv:", "square", "(3, 4)"]),
        (lambda: ops.det(A[0]), ValueError, ["det:", "(4,)"]),
        (lambda: ops.solve(A, B), ValueError, ["solve:", "(3, 4)"]),
        (lambda: ops.solve(np.eye(3), np.ones(2)), ValueError, ["3 entries", "3 rows", "(2,)"]),
        (lambda: ops.solve(np.eye(3), 1.0), ValueError, ["()"]),
        (lambda: ops.cholesky(-np.eye(2)), ValueError, ["positive eigenvalues"]),
        (lambda: ops.cholesky(A), ValueError, ["cholesky:", "square"]),
        (lambda: ops.qr(A, "full"), ValueError, ["'reduced' or 'complete'", "'full'"]),
        (lambda: ops.svd(A[0]), ValueError, ["svd:", "two axes", "(4,)"]),
        (lambda: ops.lstsq(A, B[0]), ValueError, ["as many rows", "(3, 4)", "(4,)"]),
        (lambda: ops.top_k(A, 5), ValueError, ["4 entries", "received 5"]),
        (lambda: ops.bincount([-1, 2]), ValueError, ["counts from 0", "-1"]),
        (lambda: ops.slice(A, (2, 0), (2, 2)), ValueError, ["beyond the shape (3, 4)"]),
        (lambda: ops.slice_update(A, (2, 0), B[:2]), ValueError, ["reach beyond the shape (3, 4)"]),
        (lambda: ops.scatter_update(A, [[0, 0]], [1.0], "max"), ValueError, ["'max'", "'add'"]),
        (lambda: ops.glu(A[:, :3]), ValueError, ["must be even", "(3, 3)"]),
        (
            lambda: ops.binary_crossentropy(A[0], A),
            ValueError,
            ["binary_crossentropy", "(4,)", "(3, 4)"],
        ),
        (
            lambda: ops.categorical_crossentropy(L, A),
            ValueError,
            ["categorical_crossentropy", "(3,)"],
        ),
        (
            lambda: ops.sparse_categorical_crossentropy(L[:2], A),
            ValueError,
            ["targets of shape (3,)", "(2,)"],
        ),
        (
            lambda: ops.sparse_categorical_crossentropy(L + 2, A),
            ValueError,
            ["from 0 to 3", "2 .. 5"],
        ),
        (lambda: ops.sparse_categorical_crossentropy(P[:, 0], A), TypeError, ["whole numbers"]),
        (lambda: ops.scan(lambda c, x: (c, x), 0.0), ValueError, ["pass xs, or a length"]),
        (lambda: ops.map(lambda x: x[0], (A, A[:2])), ValueError, ["same length", "[2, 3]"]),
        (lambda: ops.map(lambda x: x, np.zeros((0, 2))), ValueError, ["nothing to stack"]),
    ],
)
def test_errors_say_what_and_how(call, kind, phrases):
    with pytest.raises(kind) as error:
        call()
    for phrase in phrases:
        assert phrase in str(error.value), error.value


def test_the_whole_package_is_named_once():
    assert (
        minidl.ops.__name__ == "minidl.ops"
        and ops.abs is ops.absolute
        and ops.amax is ops.max
        and ops.swish is ops.silu
    )
