"""Rows of the table of derivatives: sample inputs for each op, arithmetic and what has an axis.

Rows of indices, products and fused ops are in derivative_rows_of_arrays.py.
"""

import itertools
import math

import numpy as np
from derivative_samples import away_from_zero, distinct, normal, positive, rng

from minidl.core.derivatives import arithmetic, gaussian, nonlinear, reductions, shaping
from minidl.core.derivatives import losses as fused


class Row:
    def __init__(self, op, *inputs, params, naive):
        self.op, self.naive = op, naive
        self.inputs = [np.asarray(x) for x in inputs]
        self.params = {
            k: np.asarray(v) if isinstance(v, np.floating) else v for k, v in params.items()
        }

    def __str__(self):
        shapes = "·".join(str(x.shape) for x in self.inputs)
        params = ",".join(
            f"{k}={getattr(v, 'shape', getattr(v, '__name__', v))}" for k, v in self.params.items()
        )
        return (
            f"{self.op.__module__.rpartition('.')[2]}.{self.op.__name__} {shapes} {params}".strip()
        )

    def as_type(self, dtype):
        """The same row in another float type."""

        def convert(v):
            return v.astype(dtype) if isinstance(v, np.ndarray) and v.dtype.kind == "f" else v

        return [convert(x) for x in self.inputs], {k: convert(v) for k, v in self.params.items()}


ROWS = []


def row(op, *inputs, naive, **params):
    ROWS.append(Row(op, *inputs, params=params, naive=naive))


PAIRS = [
    ((), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3, 1), (1, 4)),
    ((), (3,)),
    ((1,), (3,)),
    ((2, 1, 3), (4, 1)),
    ((2, 3), ()),
    ((0, 3), (3,)),
    ((1, 1), (2, 3)),
    ((1, 3), (0, 1)),
]
SHAPES = [(), (4,), (2, 3), (2, 1, 3), (0, 3)]

for a, b in PAIRS:
    row(arithmetic.add, normal(*a), normal(*b), naive=np.add)
    row(arithmetic.sub, normal(*a), normal(*b), naive=np.subtract)
    row(arithmetic.mul, normal(*a), normal(*b), naive=np.multiply)
    row(arithmetic.div, normal(*a), away_from_zero(*b), naive=np.divide)
    row(arithmetic.power, positive(*a), normal(*b), naive=np.power)
    row(arithmetic.maximum, distinct(*a), distinct(*b, offset=0.1), naive=np.maximum)
    row(arithmetic.minimum, distinct(*a), distinct(*b, offset=0.1), naive=np.minimum)
    row(arithmetic.arctan2, normal(*a), away_from_zero(*b), naive=lambda x, y: np.angle(y + 1j * x))
    row(
        arithmetic.logaddexp,
        normal(*a),
        normal(*b),
        naive=lambda x, y: np.log(np.exp(x) + np.exp(y)),
    )
    row(
        arithmetic.mod,
        distinct(*a, offset=0.003),
        away_from_zero(*b),
        naive=lambda x, y: x - y * np.floor(x / y),
    )
    row(
        arithmetic.fmod,
        distinct(*a, offset=0.003),
        away_from_zero(*b),
        naive=lambda x, y: x - y * np.trunc(x / y),
    )
    row(
        arithmetic.where,
        normal(*a),
        normal(*b),
        naive=lambda x, y, condition: np.where(condition, x, y),
        condition=rng.random(np.broadcast_shapes(a, b)) < 0.5,
    )
# a negative base to a whole exponent
row(arithmetic.power, away_from_zero(3, 2), np.array([2, 3]), naive=np.power)
row(arithmetic.power, away_from_zero(4), np.array(-1), naive=lambda x, y: 1 / x)
row(
    arithmetic.power,
    away_from_zero(4),
    np.array([0, 1, -2, 5]),
    naive=lambda x, y: x ** y.astype(float),
)
row(
    arithmetic.where,
    normal(3),
    normal(3),
    naive=lambda x, y, condition: np.where(condition, x, y),
    condition=rng.random((2, 3)) < 0.5,
)
row(
    arithmetic.where,
    normal(2, 3),
    normal(),
    naive=lambda x, y, condition: np.where(condition, x, y),
    condition=np.array([1, 0, 2]),
)
row(
    arithmetic.where,
    normal(2),
    normal(2),
    naive=lambda x, y, condition: x,
    condition=np.array(True),
)

for shape in SHAPES:
    row(arithmetic.neg, normal(*shape), naive=np.negative)
    row(arithmetic.exp, normal(*shape), naive=np.exp)
    row(arithmetic.expm1, normal(*shape), naive=np.expm1)
    row(arithmetic.log, positive(*shape), naive=np.log)
    row(arithmetic.log1p, positive(*shape) - 0.4, naive=np.log1p)
    row(arithmetic.sqrt, positive(*shape), naive=np.sqrt)
    row(arithmetic.square, normal(*shape), naive=np.square)
    row(arithmetic.absolute, away_from_zero(*shape), naive=np.abs)
    row(arithmetic.sin, normal(*shape), naive=np.sin)
    row(arithmetic.cos, normal(*shape), naive=np.cos)
    row(arithmetic.cast, normal(*shape), naive=lambda x, dtype: x, dtype=np.dtype(np.float64))
    row(nonlinear.relu, away_from_zero(*shape), naive=lambda x: np.where(x > 0, x, 0))
    row(
        nonlinear.threshold,
        away_from_zero(*shape),
        naive=lambda x, value: np.where(x > value, x, 0),
        value=0.0,
    )
    row(
        nonlinear.leaky_relu,
        away_from_zero(*shape),
        naive=lambda x, negative_slope: np.where(x > 0, x, negative_slope * x),
        negative_slope=0.2,
    )
    row(
        nonlinear.elu,
        away_from_zero(*shape),
        naive=lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x) - 1)),
        alpha=0.7,
    )
    row(nonlinear.sigmoid, normal(*shape), naive=lambda x: 1 / (1 + np.exp(-x)))
    row(nonlinear.tanh, normal(*shape), naive=lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1))
    row(nonlinear.softplus, normal(*shape), naive=lambda x: np.log(1 + np.exp(x)))
    row(
        fused.sigmoid_cross_entropy,
        3 * normal(*shape),
        targets=rng.random(shape),
        naive=lambda x, targets: (
            -targets * np.log(1 / (1 + np.exp(-x))) - (1 - targets) * np.log(1 / (1 + np.exp(x)))
        ),
    )
    row(
        nonlinear.masked_scale,
        normal(*shape),
        mask=rng.random(shape) < 0.6,
        scale=1.25,
        naive=lambda x, mask, scale: x * mask * scale,
    )
    row(arithmetic.tan, normal(*shape) / 3, naive=lambda x: np.sin(x) / np.cos(x))
    row(arithmetic.arcsin, np.tanh(normal(*shape)), naive=np.arcsin)
    row(arithmetic.arccos, np.tanh(normal(*shape)), naive=lambda x: np.pi / 2 - np.arcsin(x))
    row(arithmetic.arctan, normal(*shape), naive=np.arctan)
    row(arithmetic.sinh, normal(*shape), naive=lambda x: (np.exp(x) - np.exp(-x)) / 2)
    row(arithmetic.cosh, normal(*shape), naive=lambda x: (np.exp(x) + np.exp(-x)) / 2)
    row(arithmetic.arcsinh, normal(*shape), naive=lambda x: np.log(x + np.sqrt(x * x + 1)))
    row(arithmetic.arccosh, 1 + positive(*shape), naive=lambda x: np.log(x + np.sqrt(x * x - 1)))
    row(arithmetic.arctanh, np.tanh(normal(*shape)), naive=lambda x: np.log((1 + x) / (1 - x)) / 2)
    row(arithmetic.log2, positive(*shape), naive=np.log2)
    row(arithmetic.log10, positive(*shape), naive=np.log10)
    row(
        gaussian.erf,
        normal(*shape),
        naive=lambda x: np.array([math.erf(v) for v in x.ravel()]).reshape(x.shape),
    )
    row(
        gaussian.gelu,
        normal(*shape),
        naive=lambda x: (
            x * (1 + np.array([math.erf(v / math.sqrt(2)) for v in x.ravel()]).reshape(x.shape)) / 2
        ),
    )
    row(
        gaussian.gelu_tanh,
        normal(*shape),
        naive=lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    )
    row(arithmetic.step, normal(*shape), function=np.floor, naive=lambda x, function: x - x % 1)
row(arithmetic.step, away_from_zero(3), function=np.sign, naive=lambda x, function: x / np.abs(x))
row(
    nonlinear.threshold,
    distinct(5),
    naive=lambda x, value, default: np.where(x > value, x, default),
    value=0.1,
    default=7.0,
)
row(
    nonlinear.masked_scale,
    normal(4, 3),
    mask=rng.random((4, 1)) < 0.6,
    scale=2.0,
    naive=lambda x, mask, scale: x * mask * scale,
)
row(nonlinear.threshold, distinct(5), naive=lambda x, value: np.where(x > value, x, 0), value=0.1)
row(nonlinear.threshold, distinct(5), naive=lambda x, value: np.where(x > value, x, 0), value=-0.3)
row(nonlinear.relu, away_from_zero(20), naive=lambda x: np.where(x > 0, x, 0))

for low, high in [(-0.5, 0.5), (None, 0.5), (-0.5, None), (np.array([-0.5, 0.0, 0.5]), 0.9)]:
    row(
        arithmetic.clip,
        distinct(4, 3),
        low=low,
        high=high,
        naive=lambda x, low, high: np.minimum(
            np.maximum(x, -np.inf if low is None else low), np.inf if high is None else high
        ),
    )
row(arithmetic.clip, np.array(0.2), low=0, high=1, naive=lambda x, low, high: x)

AXES = [None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2), ()]
for axis, keepdims in itertools.product(AXES, (False, True)):
    row(reductions.sum, normal(2, 3, 4), axis=axis, keepdims=keepdims, naive=np.sum)
    row(reductions.mean, normal(2, 3, 4), axis=axis, keepdims=keepdims, naive=np.mean)
    row(reductions.var, normal(2, 3, 4), axis=axis, keepdims=keepdims, naive=np.var)
    row(reductions.prod, away_from_zero(2, 3, 4), axis=axis, keepdims=keepdims, naive=np.prod)
    row(reductions.max, distinct(2, 3, 4), axis=axis, keepdims=keepdims, naive=np.max)
    row(reductions.min, distinct(2, 3, 4), axis=axis, keepdims=keepdims, naive=np.min)
    row(
        reductions.logsumexp,
        normal(2, 3, 4),
        axis=axis,
        keepdims=keepdims,
        naive=lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)),
    )
for shape, axis in [((), None), ((5,), 0), ((1,), -1), ((3, 1), 1)]:
    row(reductions.sum, normal(*shape), axis=axis, naive=np.sum)
    row(reductions.mean, normal(*shape), axis=axis, naive=np.mean)
    row(reductions.var, normal(*shape), axis=axis, naive=np.var)
    row(reductions.prod, away_from_zero(*shape), axis=axis, naive=np.prod)
    row(reductions.max, distinct(*shape), axis=axis, naive=np.max)
    row(reductions.min, distinct(*shape), axis=axis, naive=np.min)
    row(
        reductions.logsumexp,
        normal(*shape),
        axis=axis,
        naive=lambda x, axis: np.log(np.sum(np.exp(x), axis=axis)),
    )
row(  # three processes that hold the same numbers
    reductions.over_processes,
    normal(2, 3),
    add=lambda a: 3 * a,
    weight=1 / 3,
    naive=lambda x, add, weight: 3 * x,
)
for axis in (None, 0, 1):
    row(reductions.sum, normal(0, 3), axis=axis, naive=np.sum)
    row(reductions.prod, normal(0, 3), axis=axis, naive=np.prod)
row(reductions.max, distinct(0, 3), axis=1, naive=np.max)
row(reductions.mean, normal(0, 3), axis=1, naive=np.mean)
# one zero, and two
row(reductions.prod, np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0]]), axis=1, naive=np.prod)
row(reductions.prod, np.array([[2.0, 0.0], [-3.0, 4.0]]), axis=None, naive=np.prod)
for shape, axis in [
    ((4,), 0),
    ((2, 3), 0),
    ((2, 3), 1),
    ((2, 3, 2), -2),
    ((0, 3), 0),
    ((1, 1), -1),
]:
    row(reductions.cumsum, normal(*shape), axis=axis, naive=np.cumsum)

    row(reductions.cumprod, away_from_zero(*shape), axis=axis, naive=np.cumprod)
row(
    reductions.cumprod,
    np.array([[2.0, 0.0, 3.0, 4.0], [0.0, 5.0, 0.0, 4.0], [1.0, 2.0, 3.0, 0.0]]),
    axis=1,
    naive=np.cumprod,
)

for before, after in [
    ((6,), (2, 3)),
    ((2, 3), (3, 2)),
    ((2, 3), (-1,)),
    ((2, 3, 4), (2, -1)),
    ((), (1, 1)),
    ((1,), ()),
    ((0, 3), (3, 0)),
]:
    row(
        shaping.reshape,
        normal(*before),
        shape=after,
        naive=lambda x, shape: x.ravel().reshape(shape),
    )
# not contiguous
row(shaping.reshape, normal(3, 4).T, shape=(2, 6), naive=lambda x, shape: x.reshape(shape))
for shape, axes in [
    ((2, 3), None),
    ((2, 3), (1, 0)),
    ((2, 3, 4), None),
    ((2, 3, 4), (2, 0, 1)),
    ((3, 3, 3), (1, 2, 0)),
    ((2, 3, 4), (-1, 0, 1)),
    ((3, 3), (-1, 0)),
    ((3, 3, 3), (-2, -1, 0)),
    ((3, 3, 3), (0, -1, 1)),
    ((3,), (0,)),
    ((), None),
    ((0, 3), (1, 0)),
]:
    row(shaping.transpose, normal(*shape), axes=axes, naive=np.transpose)
for before, after in [
    ((3,), (2, 3)),
    ((2, 1), (2, 4)),
    ((), (2, 3)),
    ((1, 3, 1), (2, 3, 2)),
    ((1,), (0,)),
    ((2, 3), (2, 3)),
]:
    row(shaping.broadcast_to, normal(*before), shape=after, naive=np.broadcast_to)
