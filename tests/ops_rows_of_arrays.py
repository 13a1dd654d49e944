"""Rows of ops_rows.py, for ops that pick, order, cut and join."""

import numpy as np
from ops_samples import A, B, I, L, P, Q, T, erf, naive_softmax, normal, scattered, sigmoid

from minidl import ops

ROWS_OF_ARRAYS = {
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
