"""The table of derivatives, row by row: every op against NumPy, against finite differences, and
against its contract.

ROWS holds sample inputs for each op. A new op without a row fails `test_every_op_has_a_row`. After
the rows come the naive twins of the fused ops, the choices made at kinks, and properties over
random shapes, axes and indices, each with an exact oracle.
"""

import importlib
import inspect
import itertools
import math
import pkgutil

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minidl import Tensor, apply, check_gradients, ops
from minidl.core import derivatives
from minidl.core.derivatives import (
    arithmetic,
    linear,
    nonlinear,
    normalizing,
    reductions,
    shaping,
)
from minidl.core.derivatives import losses as fused

rng = np.random.default_rng(2024)
steady = settings(derandomize=True, deadline=None, max_examples=120, database=None)


# --- sample inputs, all float64 and away from kinks
# ------------------------------------------------------------------------


def normal(*shape):
    return np.asarray(rng.normal(size=shape))


def positive(*shape):
    return np.asarray(rng.uniform(0.5, 2.0, size=shape))


def away_from_zero(*shape):
    return np.asarray(rng.uniform(0.3, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape))


def distinct(*shape, offset=0.0):
    """No two entries closer than 0.2, none closer to 0 than 0.05."""
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2).reshape(shape) * 0.2 + 0.05 + offset


def probabilities(*shape):
    p = positive(*shape)
    return p / p.sum(axis=-1, keepdims=True)


# --- the rows


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
            f"{k}={v.shape if isinstance(v, np.ndarray) else v}" for k, v in self.params.items()
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
row(
    arithmetic.power, away_from_zero(3, 2), np.array([2, 3]), naive=np.power
)  # a negative base to a whole exponent
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
        arithmetic.erf,
        normal(*shape),
        naive=lambda x: np.array([math.erf(v) for v in x.ravel()]).reshape(x.shape),
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
for axis in (None, 0, 1):
    row(reductions.sum, normal(0, 3), axis=axis, naive=np.sum)
    row(reductions.prod, normal(0, 3), axis=axis, naive=np.prod)
row(reductions.max, distinct(0, 3), axis=1, naive=np.max)
row(reductions.mean, normal(0, 3), axis=1, naive=np.mean)
row(
    reductions.prod, np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0]]), axis=1, naive=np.prod
)  # one zero, and two
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
row(
    shaping.reshape, normal(3, 4).T, shape=(2, 6), naive=lambda x, shape: x.reshape(shape)
)  # not contiguous
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

x345 = (3, 4, 5)
INDICES = [
    0,
    -1,
    (1, 2),
    (0, -1, 3),
    slice(1, 3),
    slice(None, None, -1),
    slice(None, None, -2),
    (slice(None), slice(3, 0, -2)),
    ...,
    (..., 0),
    (0, ..., 2),
    None,
    (None, 0),
    (slice(None), None, 1),
    (..., None),
    (None, ..., None),
    slice(2, 2),
    np.int64(1),
    (np.int64(0), slice(None)),
    np.array([0, 0, 2]),
    [0, 0, 1],
    (np.array([0, 1, 0]), np.array([2, 2, 2])),
    (np.array([[0], [0]]), np.array([1, 1])),
    (slice(None), [1, 1, -1]),
    ([0, 0], slice(None), [1, 1]),
    (0, [3, 3], slice(None, None, -1)),
    (np.array([0, -3]), ...),
    (..., np.array([4, -1])),
    ((0, 0), (1, 1)),
    (slice(None), (2, 2)),
    ((0, 0, 1),),
    (None, [1, 1], ..., 0),
    np.array(1),
    np.array([], dtype=int),
    np.zeros((2, 0), int),
    True,
    False,
    (np.arange(60).reshape(x345) % 7 == 0),
    np.array([True, False, True]),
    (slice(None), np.array([True, False, True, True])),
    (np.array([False, True, False]), np.array([1])),
    (np.ones((3, 4), bool), 2),
    np.zeros(x345, bool),
    range(2),
    (range(3), 0),
]
for index in INDICES:
    row(shaping.getitem, normal(*x345), index=index, naive=lambda x, index: x[index])
row(shaping.getitem, normal(), index=(), naive=lambda x, index: x)
row(shaping.getitem, normal(), index=(None, ...), naive=lambda x, index: x.reshape(1))
row(
    shaping.getitem,
    normal(0, 3),
    index=(slice(None), [0, 0]),
    naive=lambda x, index: np.zeros((0, 2)),
)

for indices, axis in itertools.product(
    [0, -1, [0, 2, 0], [[1, 1], [0, 2]], [], [-1, 2]], (0, 1, -1)
):
    row(
        shaping.take,
        normal(3, 4, 3),
        indices=np.array(indices, dtype=int),
        axis=axis,
        naive=np.take,
    )
row(shaping.take, normal(5), indices=np.array([4, 4, 0]), axis=0, naive=np.take)

for shapes, axis in [
    ([(3,), (2,)], 0),
    ([(2, 3), (4, 3), (1, 3)], 0),
    ([(2, 3), (2, 1)], 1),
    ([(2, 3), (2, 1)], -1),
    ([(2, 2, 2), (2, 5, 2)], -2),
    ([(0, 3), (2, 3)], 0),
    ([(4,)], 0),
]:
    row(
        shaping.concatenate,
        *[normal(*s) for s in shapes],
        axis=axis,
        naive=lambda *xs, axis: np.concatenate(xs, axis),
    )
for count, shape, axis in [
    (2, (3,), 0),
    (3, (3,), 1),
    (3, (2, 3), -1),
    (2, (2, 3), -3),
    (2, (), 0),
    (1, (2,), 0),
    (2, (0,), 0),
]:
    row(
        shaping.stack,
        *[normal(*shape) for _ in range(count)],
        axis=axis,
        naive=lambda *xs, axis: np.stack(xs, axis),
    )
for shape, widths, value in [
    ((3,), ((1, 2),), 0.0),
    ((2, 3), ((0, 1), (2, 0)), 1.5),
    ((2, 3), ((0, 0), (0, 0)), 0.0),
    ((2, 1, 2), ((1, 1),) * 3, -1.0),
    ((0, 2), ((1, 0), (0, 1)), 0.0),
]:
    row(
        shaping.pad,
        normal(*shape),
        widths=widths,
        value=value,
        naive=lambda x, widths, value: np.pad(x, widths, constant_values=value),
    )


def put_by_hand(x, index, shape):
    z = np.zeros(shape)
    for numbers in np.ndindex(*x.shape):
        z[tuple(i[numbers] if isinstance(i, np.ndarray) else i for i in index)] += x[numbers]
    return z


def update_by_hand(x, y, index):
    z, y = x.copy(), np.broadcast_to(y, np.shape(x[index]))
    places = np.arange(x.size).reshape(x.shape)[index]
    for place, value in zip(places.ravel(), y.ravel()):
        z.flat[place] = value
    return z


row(shaping.put, normal(3), index=(np.array([0, 4, 0]),), shape=(5,), naive=put_by_hand)
row(
    shaping.put,
    normal(2, 2),
    index=(np.array([[0, 1], [1, 0]]), np.array([[2, 2], [2, 2]])),
    shape=(2, 3),
    naive=put_by_hand,
)
row(shaping.put, normal(0), index=(np.array([], int),), shape=(2,), naive=put_by_hand)
for index in [
    (slice(1, 3),),
    (np.array([0, 2]),),
    (np.array([2, 0, 2]),),
    (np.array([1, 1]), np.array([3, 3])),
    (slice(0, 2), slice(1, 4, 2)),
    (slice(2, 2),),
]:
    row(
        shaping.update,
        normal(3, 4),
        normal(*np.zeros((3, 4))[index].shape),
        index=index,
        naive=update_by_hand,
    )
row(shaping.update, normal(3, 4), normal(4), index=(slice(1, 3),), naive=update_by_hand)
row(shaping.update, normal(3), normal(), index=(np.array([0, 0, 1]),), naive=update_by_hand)


def by_letters(*xs, subscripts):
    """Einstein's sum, one number at a time."""
    terms, out = subscripts.split("->")
    sizes = {}
    for term, x in zip(terms.split(","), xs):
        for c, n in zip(term, x.shape):
            sizes[c] = max(n, sizes.get(c, 1)) if n else 0
    z, letters = np.zeros([sizes[c] for c in out]), sorted(sizes)
    for numbers in itertools.product(*[range(sizes[c]) for c in letters]):
        at = dict(zip(letters, numbers))
        entries = [
            x[tuple(at[c] % n for c, n in zip(term, x.shape))]
            for term, x in zip(terms.split(","), xs)
        ]
        z[tuple(at[c] for c in out)] += np.prod(entries)
    return z


for subscripts, *shapes in [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii->", (3, 3)),
    ("i,j->ij", (2,), (3,)),
    ("i,i->", (3,), (3,)),
    ("bqd,bkd->bqk", (2, 3, 4), (2, 2, 4)),
    ("ij,kj,k->i", (2, 3), (4, 3), (4,)),
    ("ijj,jk->ki", (2, 3, 3), (3, 2)),
    ("ij,k->i", (2, 3), (2,)),
    ("i,i,i->i", (3,), (3,), (3,)),
    (",i->i", (), (3,)),
    ("ij,jk->ik", (2, 1), (3, 4)),
    ("ij,ij->ij", (1, 3), (2, 3)),
    ("iii->i", (2, 2, 2)),
    ("ij,jk->ik", (0, 3), (3, 2)),
]:
    row(
        linear.einsum,
        *[normal(*shape) for shape in shapes],
        subscripts=subscripts,
        naive=by_letters,
    )

MATMUL = [
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((3,), (5, 3, 2)),
    ((5, 2, 3), (3,)),
    ((5, 2, 3), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 1, 3, 4), (5, 4, 2)),
    ((1, 3, 4), (6, 4, 2)),
    ((6, 3, 4), (1, 4, 2)),
    ((3,), (2, 5, 3, 4)),
    ((2, 5, 4, 3), (3,)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
    ((2, 3), (3, 0)),
    ((0,), (0,)),
    ((0, 2, 3), (3, 4)),
    ((1, 1), (1, 1)),
    ((1, 1, 3), (5, 3, 1)),
]
for a, b in MATMUL:
    row(linear.matmul, normal(*a), normal(*b), naive=lambda x, y: np.einsum(*_einsum(x, y)))
for shape in [(5, 3), (3,), (2, 4, 3), (0, 3), (1, 3)]:
    row(linear.dense, normal(*shape), normal(3, 2), naive=lambda x, w: x @ w)
    row(linear.dense, normal(*shape), normal(3, 2), normal(2), naive=lambda x, w, b: x @ w + b)
row(linear.dense, normal(4, 1), normal(1, 1), normal(1), naive=lambda x, w, b: x * w + b)


def _einsum(x, y):
    """matmul spelled in the letters of np.einsum: another way to the same sums."""
    if x.ndim == 1:
        return ("i,...ij->...j" if y.ndim > 1 else "i,i->"), x, y
    return ("...ij,j->...i" if y.ndim == 1 else "...ij,...jk->...ik"), x, y


def by_minors(x):
    """The determinant by Laplace's rule, along the first row."""
    if x.ndim > 2:
        return np.array([by_minors(m) for m in x.reshape(-1, *x.shape[-2:])]).reshape(x.shape[:-2])
    return (
        sum((-1) ** i * n * by_minors(np.delete(x[1:], i, axis=1)) for i, n in enumerate(x[0]))
        if x.size
        else 1.0
    )


def by_cofactors(x):
    """The inverse by Cramer's rule."""
    if x.ndim > 2:
        return np.array([by_cofactors(m) for m in x.reshape(-1, *x.shape[-2:])]).reshape(x.shape)
    n = len(x)
    minors = [
        [(-1) ** (i + j) * by_minors(np.delete(np.delete(x, j, 0), i, 1)) for j in range(n)]
        for i in range(n)
    ]
    return np.array(minors).reshape(n, n) / by_minors(x)


def invertible(*shape):
    return normal(*shape) * 0.3 + 2 * np.eye(shape[-1])


for shape in [(1, 1), (2, 2), (3, 3), (2, 3, 3), (2, 1, 2, 2), (0, 2, 2)]:
    row(linear.inv, invertible(*shape), naive=by_cofactors)
    row(linear.det, invertible(*shape), naive=by_minors)
    row(linear.det, invertible(*shape)[..., ::-1], naive=by_minors)  # an odd turn: below 0
row(
    linear.det, np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.5, 1.0, -2.0]]), naive=lambda x: 0.0
)  # singular, the cofactors are not all 0
row(linear.det, np.zeros((1, 1)), naive=lambda x: 0.0)
for a, b in [
    ((1, 1), (1,)),
    ((3, 3), (3,)),
    ((3, 3), (3, 2)),
    ((2, 3, 3), (3,)),
    ((2, 3, 3), (2, 3, 1)),
    ((3, 3), (2, 3, 2)),
    ((2, 1, 2, 2), (3, 2, 1)),
    ((2, 3, 3), (3, 2)),
    ((3, 3, 3), (3, 3)),
    ((2, 2), (2, 0)),
]:
    row(linear.solve, invertible(*a), normal(*b), naive=lambda x, y: by_cofactors(x) @ y)


def naive_softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


for shape, axis in [
    ((4,), -1),
    ((3, 4), -1),
    ((3, 4), 0),
    ((2, 3, 4), 1),
    ((2, 3, 4), -1),
    ((0, 3), -1),
]:
    row(nonlinear.softmax, normal(*shape), axis=axis, naive=naive_softmax)
    row(
        nonlinear.log_softmax,
        normal(*shape),
        axis=axis,
        naive=lambda x, axis: np.log(naive_softmax(x, axis)),
    )
for shape in [(3,), (4, 3), (2, 4, 3), (0, 3)]:
    for targets in (
        probabilities(*shape),
        np.eye(3)[rng.integers(3, size=shape[:-1])],
        2 * rng.random(shape),
    ):
        row(
            fused.softmax_cross_entropy,
            normal(*shape),
            targets=targets,
            naive=lambda x, targets: -(targets * np.log(naive_softmax(x))).sum(-1),
        )
for shape, axes in [((4, 3), (0,)), ((4, 3), (1,)), ((2, 3, 4), (0, 2)), ((2, 1, 3), (2,))]:
    row(
        normalizing.standardize,
        normal(*shape),
        axes=axes,
        epsilon=0.01,
        naive=lambda x, axes, epsilon: (
            (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)
        ),
    )
    row(
        normalizing.divide_by_rms,
        normal(*shape),
        axes=axes,
        epsilon=0.01,
        naive=lambda x, axes, epsilon: (
            x
            / np.sqrt(
                (x**2).sum(axes, keepdims=True) / np.prod([x.shape[a] for a in axes]) + epsilon
            )
        ),
    )
for n in (5, 1, 0):
    row(
        fused.sparse_softmax_cross_entropy,
        normal(n, 3),
        labels=rng.integers(3, size=n),
        naive=lambda x, labels: np.array([-np.log(naive_softmax(r))[c] for r, c in zip(x, labels)]),
    )

for n in (5, 1):
    row(fused.batch_mean, normal(n), naive=lambda x: np.mean(x))
    row(
        fused.batch_mean,
        normal(n, 2),
        weights=positive(n, 2),
        naive=lambda x, weights: np.mean(x * weights),
    )

each_row = pytest.mark.parametrize("r", ROWS, ids=str)


# --- every row, four times
# ---


def all_ops():
    """Every public function of every module of the table, those of later modules included."""
    for module in pkgutil.iter_modules(derivatives.__path__, derivatives.__name__ + "."):
        for name, thing in vars(importlib.import_module(module.name)).items():
            if (
                inspect.isfunction(thing)
                and thing.__module__ == module.name
                and not name.startswith("_")
            ):
                yield thing


def test_every_op_has_a_row():
    found = list(all_ops())
    assert len(found) >= 50  # the search itself works
    without = [f"{op.__module__}.{op.__name__}" for op in found if op not in {r.op for r in ROWS}]
    assert not without, f"these ops have no row in ROWS: {without}"


def test_every_op_says_what_it_computes():
    for op in all_ops():
        assert op.__doc__ and "=" in op.__doc__.splitlines()[0], (
            f"{op.__name__} has no formula in its first line"
        )


@each_row
def test_value(r):
    z, vjps = r.op(*r.inputs, **r.params)
    expected = np.asarray(r.naive(*r.inputs, **r.params))
    assert np.shape(z) == expected.shape
    np.testing.assert_allclose(z, expected, rtol=1e-12, atol=1e-14)
    assert len(vjps) == len(r.inputs)


@each_row
def test_gradient_against_finite_differences(r):
    report = check_gradients(
        lambda *tensors: apply(r.op, *tensors, **r.params), *r.inputs, entries=1000
    )
    assert report, report
    assert report.compared == sum(x.size for x in r.inputs if x.dtype.kind == "f")


@each_row
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
def test_contract_of_the_vjp(r, dtype):
    """A vjp returns a fresh array, g or a view of g, and writes into nothing that it was given."""
    inputs, params = r.as_type(dtype)
    before = [x.copy() for x in inputs]
    for x in inputs:
        x.flags.writeable = False
    z, vjps = r.op(*inputs, **params)
    for x, vjp in zip(inputs, vjps):
        if x.dtype.kind != "f":
            continue
        g1, g2 = (rng.normal(size=np.shape(z)).astype(dtype) for _ in range(2))
        for g in (g1, g2):
            g.flags.writeable = False
        copy = g1.copy()
        first = vjp(g1)
        kept = np.array(first)
        second = vjp(g2)
        np.testing.assert_array_equal(g1, copy)
        np.testing.assert_array_equal(
            first, kept
        )  # the second call did not reach into the first answer
        np.testing.assert_array_equal(vjp(g1), kept)  # and used nothing up
        for d, other in ((first, g2), (second, g1)):
            assert isinstance(d, (np.ndarray, np.generic))
            for what, array in [("an input", i) for i in inputs] + [
                ("the result", z),
                ("another gradient", other),
            ]:
                assert not np.shares_memory(d, array), f"the vjp hands out {what}"
        assert not np.shares_memory(first, second), "the vjp hands out one array twice"
    for x, copy in zip(inputs, before):
        np.testing.assert_array_equal(x, copy)


@each_row
def test_float32_all_the_way(r):
    """Value and gradients in float32: shape, dtype, a plain array of its own, and near the float64
    ones.
    """
    gradients = {}
    for dtype in (np.float64, np.float32):
        inputs, params = r.as_type(dtype)
        tensors = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
        out = apply(r.op, *tensors, **params)
        assert type(out.data) is np.ndarray
        assert out.dtype == (
            params["dtype"] if r.op is arithmetic.cast else np.result_type(*inputs)
        )
        out.backward(gradient=np.cos(np.arange(out.size)).reshape(out.shape))
        for t in tensors:
            if t.dtype.kind == "f":
                assert type(t.grad) is np.ndarray
                assert t.grad.shape == t.shape and t.grad.dtype == dtype
                assert t.grad.flags.owndata and t.grad.flags.writeable
        gradients[dtype] = [t.grad for t in tensors]
    for wide, narrow in zip(gradients[np.float64], gradients[np.float32]):
        if wide is not None:
            np.testing.assert_allclose(narrow, wide, rtol=2e-3, atol=2e-5)


# --- naive twins

one_hot = np.eye(4)[[0, 3, 1]]
labels = np.array([0, 3, 1])
shares = probabilities(3, 4)
TWINS = {
    "dense": (
        lambda x, w, b: ops.dense(x, w, b),
        lambda x, w, b: x @ w + b,
        normal(5, 3),
        normal(3, 2),
        normal(2),
    ),
    "dense without bias": (
        lambda x, w: ops.dense(x, w),
        lambda x, w: x @ w,
        normal(2, 5, 3),
        normal(3, 2),
    ),
    "softmax": (
        lambda x: ops.softmax(x),
        lambda x: ops.exp(x) / ops.exp(x).sum(-1, keepdims=True),
        normal(3, 4),
    ),
    "softmax on axis 0": (
        lambda x: ops.softmax(x, 0),
        lambda x: ops.exp(x) / ops.exp(x).sum(0, keepdims=True),
        normal(3, 4),
    ),
    "log_softmax": (lambda x: ops.log_softmax(x), lambda x: ops.log(ops.softmax(x)), normal(3, 4)),
    "logsumexp": (
        lambda x: ops.logsumexp(x, axis=1),
        lambda x: ops.log(ops.exp(x).sum(1)),
        normal(3, 4),
    ),
    "softmax cross-entropy": (
        lambda x: apply(fused.softmax_cross_entropy, x, targets=one_hot),
        lambda x: -(one_hot * ops.log(ops.softmax(x))).sum(-1),
        normal(3, 4),
    ),
    "softmax cross-entropy of shares": (
        lambda x: apply(fused.softmax_cross_entropy, x, targets=shares),
        lambda x: -(shares * ops.log(ops.softmax(x))).sum(-1),
        normal(3, 4),
    ),
    "sparse softmax cross-entropy": (
        lambda x: apply(fused.sparse_softmax_cross_entropy, x, labels=labels),
        lambda x: -ops.log(ops.softmax(x))[np.arange(3), labels],
        normal(3, 4),
    ),
    "sparse and one-hot": (
        lambda x: apply(fused.sparse_softmax_cross_entropy, x, labels=labels),
        lambda x: apply(fused.softmax_cross_entropy, x, targets=one_hot),
        normal(3, 4),
    ),
    "sigmoid": (lambda x: ops.sigmoid(x), lambda x: 1 / (1 + ops.exp(-x)), normal(3, 4)),
    "sigmoid and tanh": (
        lambda x: ops.sigmoid(x),
        lambda x: (ops.tanh(x / 2) + 1) / 2,
        normal(3, 4),
    ),
    "sigmoid cross-entropy": (
        lambda x: apply(fused.sigmoid_cross_entropy, x, targets=shares),
        lambda x: -shares * ops.log(ops.sigmoid(x)) - (1 - shares) * ops.log(1 - ops.sigmoid(x)),
        normal(3, 4),
    ),
    "softplus": (lambda x: ops.softplus(x), lambda x: ops.log(1 + ops.exp(x)), normal(3, 4)),
    "tanh": (
        lambda x: ops.tanh(x),
        lambda x: (ops.exp(x) - ops.exp(-x)) / (ops.exp(x) + ops.exp(-x)),
        normal(3, 4),
    ),
    "elu": (
        lambda x: ops.elu(x, 0.5),
        lambda x: ops.where(x > 0, x, 0.5 * (ops.exp(x) - 1)),
        away_from_zero(3, 4),
    ),
    "relu": (lambda x: ops.relu(x), lambda x: ops.maximum(x, 0), away_from_zero(3, 4)),
    "leaky_relu": (
        lambda x: ops.leaky_relu(x, 0.1),
        lambda x: ops.maximum(x, 0.1 * x),
        away_from_zero(3, 4),
    ),
    "absolute": (
        lambda x: ops.absolute(x),
        lambda x: ops.relu(x) + ops.relu(-x),
        away_from_zero(3, 4),
    ),
    "clip": (
        lambda x: ops.clip(x, -0.5, 0.5),
        lambda x: ops.minimum(ops.maximum(x, -0.5), 0.5),
        distinct(3, 4),
    ),
    "square": (lambda x: x**2, lambda x: x * x, normal(3, 4)),
    "power": (lambda x, y: x**y, lambda x, y: ops.exp(y * ops.log(x)), positive(3, 4), normal(4)),
    "div": (lambda x, y: x / y, lambda x, y: x * y**-1.0, normal(3, 4), away_from_zero(4)),
    "sub": (lambda x, y: x - y, lambda x, y: x + (-y), normal(3, 4), normal(4)),
    "expm1": (lambda x: ops.expm1(x), lambda x: ops.exp(x) - 1, normal(3)),
    "log1p": (lambda x: ops.log1p(x), lambda x: ops.log(1 + x), positive(3)),
    "mean": (
        lambda x: x.mean(axis=(0, 2)),
        lambda x: x.sum(axis=0).sum(axis=1) / 6,
        normal(2, 4, 3),
    ),
    "var": (
        lambda x: x.var(axis=1),
        lambda x: ops.square(x - x.mean(1, keepdims=True)).mean(1),
        normal(3, 4),
    ),
    "std": (
        lambda x: x.std(axis=0, keepdims=True),
        lambda x: ops.sqrt(x.var(0, True)),
        normal(3, 4),
    ),
    "norm": (lambda x: ops.norm(x, axis=1), lambda x: ((x * x).sum(1)) ** 0.5, normal(3, 4)),
    "prod": (lambda x: x.prod(axis=1), lambda x: x[:, 0] * x[:, 1] * x[:, 2], normal(2, 3)),
    "max": (
        lambda x: x.max(axis=1),
        lambda x: ops.maximum(ops.maximum(x[:, 0], x[:, 1]), x[:, 2]),
        distinct(4, 3),
    ),
    "min": (lambda x: x.min(axis=0), lambda x: -(-x).max(axis=0), distinct(4, 3)),
    "cumsum": (lambda x: x.cumsum(axis=1), lambda x: x @ np.triu(np.ones((4, 4))), normal(3, 4)),
    "matmul": (
        lambda x, y: x @ y,
        lambda x, y: (x[:, :, None] * y[None]).sum(1),
        normal(2, 3),
        normal(3, 4),
    ),
    "stack": (
        lambda x, y: ops.stack([x, y], axis=1),
        lambda x, y: ops.concatenate([x[:, None], y[:, None]], axis=1),
        normal(3),
        normal(3),
    ),
    "take": (
        lambda x: ops.take(x, [1, 1, 0], axis=1),
        lambda x: x @ np.eye(3)[:, [1, 1, 0]],
        normal(2, 3),
    ),
    "masked_scale": (
        lambda x: apply(nonlinear.masked_scale, x, mask=shares > 0.25, scale=4.0),
        lambda x: x * (shares > 0.25) * 4.0,
        normal(3, 4),
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_a_fused_op_and_its_naive_twin_agree(name):
    fused, naive, *arrays = TWINS[name]
    results = []
    for f in (fused, naive):
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        out = f(*tensors)
        out.backward(gradient=np.sin(np.arange(1, out.size + 1)).reshape(out.shape))
        results.append([out.data] + [t.grad for t in tensors])
    for a, b in zip(*results):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_the_famous_gradient_of_the_cross_entropies_is_p_minus_y():
    x = Tensor(normal(3, 4), requires_grad=True)
    apply(fused.softmax_cross_entropy, x, targets=one_hot).sum().backward()
    np.testing.assert_allclose(x.grad, naive_softmax(x.data) - one_hot, rtol=1e-12)
    b = Tensor(normal(3, 4), requires_grad=True)
    apply(fused.sigmoid_cross_entropy, b, targets=one_hot).sum().backward()
    np.testing.assert_allclose(b.grad, 1 / (1 + np.exp(-b.data)) - one_hot, rtol=1e-12, atol=1e-15)


def test_ops_compute_with_plain_arrays_as_the_table_promises():
    z, (vjp_x, vjp_y) = arithmetic.mul(np.array(3.0), np.array(4.0))
    assert (z, vjp_x(1.0), vjp_y(1.0)) == (12.0, 4.0, 3.0)


@pytest.mark.parametrize(
    "op, params, expected",
    [
        (nonlinear.leaky_relu, {"negative_slope": 0.2}, [-2.0, 0.0, 10.0]),
        (nonlinear.elu, {"alpha": 0.5}, [0.5 * np.expm1(-10.0), 0.0, 10.0]),
        (nonlinear.threshold, {"value": 0.5}, [0.0, 0.0, 10.0]),
        (nonlinear.relu, {}, [0.0, 0.0, 10.0]),
        (nonlinear.sigmoid, {}, [1 / (1 + np.exp(10)), 0.5, 1 / (1 + np.exp(-10))]),
        (nonlinear.softplus, {}, [np.log1p(np.exp(-10)), np.log(2), 10 + np.log1p(np.exp(-10))]),
        (arithmetic.sqrt, {}, [np.nan, 0.0, np.sqrt(10)]),
        (arithmetic.exp, {}, np.exp([-10.0, 0.0, 10.0])),
    ],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_whole_numbers_are_not_truncated(op, params, expected):
    out = apply(op, Tensor(np.array([-10, 0, 10])), **params)
    np.testing.assert_allclose(out.data, expected, rtol=1e-5)


# --- the choices made at kinks, as the docstrings state them
# ---------------------------------------------------------------


def gradient_at(f, *values):
    tensors = [Tensor(np.asarray(v, dtype=float), requires_grad=True) for v in values]
    f(*tensors).sum().backward()
    found = [t.grad.tolist() for t in tensors]
    return found if len(found) > 1 else found[0]


@pytest.mark.parametrize(
    "f, values, expected",
    [
        (ops.relu, [0.0], 0.0),
        (lambda x: ops.relu(-x), [0.0], 0.0),
        (lambda x: ops.threshold(x, 1.0), [1.0], 0.0),
        (lambda x: ops.leaky_relu(x, 0.1), [0.0], 0.1),
        (lambda x: ops.elu(x, 0.5), [0.0], 0.5),
        (ops.absolute, [[0.0, -0.0]], [0.0, 0.0]),
        (ops.sqrt, [0.0], 0.0),
        (ops.maximum, [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], [[0.5, 0.0, 1.0], [0.5, 1.0, 0.0]]),
        (ops.minimum, [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], [[0.5, 1.0, 0.0], [0.5, 0.0, 1.0]]),
        (lambda x: ops.maximum(x, x), [2.0], 1.0),
        (lambda x: ops.clip(x, -1, 1), [[-1.0, 1.0, -1.001, 1.001]], [1.0, 1.0, 0.0, 0.0]),
        (lambda x: x.max(), [[1.0, 3.0, 3.0, 3.0]], [0.0, 1 / 3, 1 / 3, 1 / 3]),
        (lambda x: x.min(axis=1), [[[1.0, 1.0], [0.0, 2.0]]], [[0.5, 0.5], [1.0, 0.0]]),
        (
            lambda x: x.max(axis=(0, 2)),
            [[[[1.0, 1.0]], [[1.0, 0.0]]]],
            [[[1 / 3, 1 / 3]], [[1 / 3, 0.0]]],
        ),
        (lambda x: x**0.0, [[0.0, 2.0]], [0.0, 0.0]),
        (lambda x: x**2.0, [0.0], 0.0),
        (lambda x: x**3.0, [-2.0], 12.0),
        (lambda x, y: x**y, [[-2.0, 0.0], [3.0, 2.0]], [[12.0, 0.0], [np.nan, 0.0]]),
        (lambda y: (-2.0) ** y, [-3.0], np.nan),
        (ops.norm, [[0.0, 0.0]], [0.0, 0.0]),
        (lambda x: ops.norm(x, 3), [[0.0, 0.0]], [0.0, 0.0]),
        (ops.floor, [[0.5, 1.0, -1.5]], [0.0, 0.0, 0.0]),
        (ops.sign, [[0.0, -2.0]], [0.0, 0.0]),
        (ops.round, [[0.5, 2.2]], [0.0, 0.0]),
        (lambda x, y: ops.mod(x, y), [[5.0, -5.0], [3.0, 3.0]], [[1.0, 1.0], [-1.0, 2.0]]),
        (lambda x, y: ops.fmod(x, y), [[5.0, -5.0], [3.0, 3.0]], [[1.0, 1.0], [-1.0, 1.0]]),
        (ops.trunc, [[0.5, 1.0, -1.5]], [0.0, 0.0, 0.0]),
        (ops.nansum, [[1.0, np.nan]], [1.0, 0.0]),
        (ops.nanmean, [[1.0, np.nan, 2.0]], [0.5, 0.0, 0.5]),
        (ops.nanmax, [[2.0, np.nan, 2.0]], [0.5, 0.0, 0.5]),
        (ops.unique, [[2.0, 1.0, 2.0]], [1.0, 1.0, 0.0]),
        (ops.det, [[[0.0, 0.0], [0.0, 0.0]]], [[0.0, 0.0], [0.0, 0.0]]),
        (lambda x: ops.logaddexp(x, x), [1.0], 1.0),
        (lambda x, y: ops.arctan2(x, y), [0.0, 0.0], [0.0, 0.0]),
        (ops.sort, [[2.0, 1.0, 2.0]], [1.0, 1.0, 1.0]),
        (lambda x: ops.sparse_plus(x), [[-1.0, 1.0]], [0.0, 1.0]),
        (lambda x: ops.soft_shrink(x), [[-0.5, 0.5]], [0.0, 0.0]),
        (lambda x: ops.hard_shrink(x), [[-0.5, 0.5]], [0.0, 0.0]),
        (lambda x: x.std(), [[2.0, 2.0, 2.0]], [0.0, 0.0, 0.0]),
    ],
)
def test_the_choice_at_a_kink(f, values, expected):
    found = gradient_at(f, *values)
    np.testing.assert_allclose(np.array(found), np.array(expected), rtol=1e-12)


@pytest.mark.parametrize(
    "op, values",
    [
        (arithmetic.mul, [np.inf, np.inf]),
        (arithmetic.div, [0.0, 0.0]),
        (arithmetic.power, [-1.0, 0.5]),
        (arithmetic.exp, [1000.0]),
        (arithmetic.expm1, [1000.0]),
        (arithmetic.log, [0.0]),
        (arithmetic.log1p, [-1.0]),
        (arithmetic.log2, [0.0]),
        (arithmetic.log10, [0.0]),
        (arithmetic.square, [np.inf]),
        (arithmetic.sin, [np.inf]),
        (arithmetic.cos, [np.inf]),
        (arithmetic.tan, [np.inf]),
        (arithmetic.arcsin, [1.0]),
        (arithmetic.arccos, [1.0]),
        (arithmetic.arccosh, [1.0]),
        (arithmetic.arctanh, [1.0]),
        (arithmetic.sinh, [1000.0]),
        (arithmetic.cosh, [1000.0]),
    ],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_where_g_is_0_the_gradient_is_0_whatever_the_slope(op, values):
    with np.errstate(all="ignore"):
        _, vjps = op(*[np.array([v, v]) for v in values])
        for vjp in vjps:
            d = vjp(np.array([0.0, 1.0]))
            assert d[0] == 0 and not np.isfinite(d[1]), "the slope is a bad one, and g is 0"


def test_a_branch_that_where_threw_away_sends_nothing_back():
    p = Tensor([0.0, 0.5], requires_grad=True)
    ops.where(p > 0, p * ops.log(p), 0.0).sum().backward()
    np.testing.assert_allclose(p.grad, [0.0, 1 + np.log(0.5)], rtol=1e-6)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(),
        lambda x: x.mean(axis=0),
        lambda x: x.max(),
        lambda x: x.prod(),
        lambda x: x.var(),
        lambda x: ops.logsumexp(x),
        lambda x: x.cumsum(),
        lambda x: ops.softmax(x, 0),
    ],
)
def test_a_reduction_is_not_fooled_by_a_view(f):
    """The same numbers in another memory order give the same result."""
    a = distinct(4, 3)
    contiguous, strided = Tensor(a), Tensor(np.asfortranarray(a))
    np.testing.assert_allclose(f(contiguous).data, f(strided).data, rtol=1e-13)


# --- random shapes, with an exact oracle
# -----------------------------------------------------------------------------------
# Un-broadcasting and rearranging are told apart from their implementation by bookkeeping: number
# the entries of x, send the numbers
# the way the entries go, and add up g by number.


def collect(numbers, g, x):
    """Σ of g over all places to which entry i of x went; numbers: which entry went to each place
    (-1: none).
    """
    numbers, g = np.asarray(numbers).ravel(), np.asarray(g).ravel()
    mine = numbers >= 0
    return np.bincount(numbers[mine].astype(int), weights=g[mine], minlength=x.size).reshape(
        x.shape
    )


def numbered(x):
    return np.arange(x.size).reshape(x.shape)


def floats_for(shape, seed, low=-2.0, high=2.0):
    return np.asarray(np.random.default_rng(seed).uniform(low, high, size=shape))


BINARY = {
    "add": (ops.add, lambda x, y: (np.ones_like(x + y), np.ones_like(x + y))),
    "sub": (ops.subtract, lambda x, y: (np.ones_like(x + y), -np.ones_like(x + y))),
    "mul": (ops.multiply, lambda x, y: (y + 0 * x, x + 0 * y)),
    "div": (ops.divide, lambda x, y: (1 / y + 0 * x, -x / y**2)),
    "maximum": (ops.maximum, lambda x, y: ((x > y) + 0.5 * (x == y), (y > x) + 0.5 * (x == y))),
    "minimum": (ops.minimum, lambda x, y: ((x < y) + 0.5 * (x == y), (y < x) + 0.5 * (x == y))),
}


@steady
@given(
    name=st.sampled_from(sorted(BINARY)),
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=3),
    seed=st.integers(0, 1000),
    swapped=st.booleans(),
)
def test_broadcasting_is_undone(name, shapes, seed, swapped):
    op, slopes = BINARY[name]
    a, b = shapes.input_shapes[::-1] if swapped else shapes.input_shapes
    x, y = floats_for(a, seed), floats_for(b, seed + 1, 0.5, 2.0)
    tx, ty = Tensor(x, requires_grad=True), Tensor(y, requires_grad=True)
    z = op(tx, ty)
    assert z.shape == np.broadcast_shapes(a, b)
    g = floats_for(z.shape, seed + 2)
    z.backward(gradient=g)
    for t, array, slope in zip((tx, ty), (x, y), slopes(x, y)):
        expected = collect(np.broadcast_to(numbered(array), z.shape), g * slope, array)
        assert type(t.grad) is np.ndarray and t.grad.shape == array.shape
        np.testing.assert_allclose(t.grad, expected, rtol=1e-12, atol=1e-13)


@steady
@given(
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3),
    seed=st.integers(0, 1000),
)
def test_where_broadcasts_all_three(shapes, seed):
    c, a, b = shapes.input_shapes
    condition = np.random.default_rng(seed).random(c) < 0.5
    x, y = (
        Tensor(floats_for(a, seed), requires_grad=True),
        Tensor(floats_for(b, seed + 1), requires_grad=True),
    )
    z = ops.where(condition, x, y)
    np.testing.assert_array_equal(z.data, np.where(condition, x.data, y.data))
    g = floats_for(z.shape, seed + 2)
    z.backward(gradient=g)
    np.testing.assert_allclose(
        x.grad,
        collect(
            np.broadcast_to(numbered(x.data), z.shape),
            g * np.broadcast_to(condition, z.shape),
            x.data,
        ),
    )
    np.testing.assert_allclose(
        y.grad,
        collect(
            np.broadcast_to(numbered(y.data), z.shape),
            g * ~np.broadcast_to(condition, z.shape),
            y.data,
        ),
    )


@st.composite
def indexed_shapes(draw):
    """A shape and an index for it: positions, slices, lists with repeats, masks, newaxis, an
    ellipsis, all mixed.
    """
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    if draw(st.integers(0, 5)) == 0:
        return shape, draw(hnp.arrays(bool, shape))  # one mask for the whole
    length, masked, parts = draw(st.integers(0, 4)), False, []
    for n in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(
            st.sampled_from(
                ["position", "slice", "slice", "list", "array", "column", "tuple", "tensor", "mask"]
            )
        )
        if (
            kind == "mask"
            and not masked
            and not any(isinstance(p, (list, tuple, np.ndarray, Tensor)) for p in parts)
        ):
            masked = True
            parts.append(draw(hnp.arrays(bool, n)))
        elif kind == "slice" or masked:
            parts.append(draw(st.slices(n)))
        elif kind == "position":
            parts.append(draw(st.integers(-n, n - 1)))
        else:
            chosen = draw(st.lists(st.integers(-n, n - 1), min_size=length, max_size=length))
            if kind == "column":
                chosen = np.array(chosen, dtype=int).reshape(-1, 1)
            parts.append(
                {
                    "array": lambda c: np.array(c, dtype=int),
                    "tuple": tuple,
                    "tensor": lambda c: Tensor(np.array(c, dtype=int)),
                }.get(kind, lambda c: c)(chosen)
            )
    if draw(st.booleans()):
        parts = [
            draw(st.sampled_from([slice(None)])) if isinstance(p, type(None)) else p for p in parts
        ] + [...]
    for _ in range(draw(st.integers(0, 2))):
        parts.insert(draw(st.integers(0, len(parts))), None)
    return shape, tuple(parts)


@settings(steady, max_examples=300)
@given(indexed_shapes(), st.integers(0, 1000))
def test_indexing_puts_the_gradient_back(shape_and_index, seed):
    shape, index = shape_and_index
    x = Tensor(floats_for(shape, seed), requires_grad=True)
    plain = (
        tuple(
            p.data
            if isinstance(p, Tensor)
            else np.array(p, dtype=int)
            if isinstance(p, (list, tuple))
            else p
            for p in index
        )
        if isinstance(index, tuple)
        else index
    )
    try:
        numbers = numbered(x.data)[plain]
    except IndexError:
        assume(False)
    z = x[index]
    np.testing.assert_array_equal(z.data, x.data[plain])
    g = floats_for(z.shape, seed + 1)
    z.backward(gradient=g)
    expected = np.zeros(shape)
    np.add.at(expected, plain, g)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(x.grad, collect(numbers, g, x.data), rtol=1e-12, atol=1e-13)


def naive_prod_slope(x, axes):
    """The product of all others, by leaving one out at a time."""
    slope = np.ones_like(x)
    for i in np.ndindex(*x.shape):
        others = np.array(
            x[tuple(slice(None) if a in axes else slice(k, k + 1) for a, k in enumerate(i))]
        )
        others[tuple(k if a in axes else 0 for a, k in enumerate(i))] = 1
        slope[i] = others.prod()
    return slope


REDUCTIONS = {
    "sum": (np.sum, lambda x, z, n, axes: np.ones_like(x)),
    "mean": (np.mean, lambda x, z, n, axes: np.ones_like(x) / n),
    "var": (np.var, lambda x, z, n, axes: 2 * (x - np.mean(x, axis=axes, keepdims=True)) / n),
    "prod": (np.prod, lambda x, z, n, axes: naive_prod_slope(x, axes)),
    "max": (np.max, lambda x, z, n, axes: (x == z) / (x == z).sum(axis=axes, keepdims=True)),
    "min": (np.min, lambda x, z, n, axes: (x == z) / (x == z).sum(axis=axes, keepdims=True)),
}


@settings(steady, max_examples=200)
@given(
    name=st.sampled_from(sorted(REDUCTIONS)),
    data=st.data(),
    keepdims=st.booleans(),
    seed=st.integers(0, 1000),
    whole=st.booleans(),
)
def test_reductions_over_any_axes(name, data, keepdims, seed, whole):
    shape = data.draw(
        hnp.array_shapes(
            min_dims=0, max_dims=4, min_side=0 if name in ("sum", "prod") else 1, max_side=3
        )
    )
    axis = data.draw(
        st.one_of(
            st.none(),
            hnp.valid_tuple_axes(len(shape)),
            *([st.integers(-len(shape), len(shape) - 1)] if shape else []),
        )
    )
    array = floats_for(shape, seed)
    if whole:
        array = np.round(array)  # many ties, many zeros
    reduce, slope = REDUCTIONS[name]
    x = Tensor(array, requires_grad=True)
    z = getattr(x, name)(
        axis=list(axis) if isinstance(axis, tuple) and seed % 2 else axis, keepdims=keepdims
    )
    expected = reduce(array, axis=axis, keepdims=keepdims)
    assert z.shape == np.shape(expected)
    np.testing.assert_allclose(z.data, expected, rtol=1e-12, atol=1e-14)
    axes = (
        tuple(range(len(shape)))
        if axis is None
        else tuple(a % len(shape) for a in np.atleast_1d(axis).astype(int))
    )
    full = np.asarray(reduce(array, axis=axes, keepdims=True))
    g = floats_for(z.shape, seed + 1)
    z.backward(gradient=g)
    n = int(np.prod([shape[a] for a in axes]))
    np.testing.assert_allclose(
        x.grad,
        g.reshape(full.shape) * slope(array, full, n, axes) * np.ones(shape),
        rtol=1e-10,
        atol=1e-12,
    )


def rearrangements():
    """Functions that only move numbers, for arrays of one shape: (of tensors, the same of
    arrays).
    """

    @st.composite
    def choose(draw):
        shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=3))
        n, axis = len(shape), draw(st.integers(-len(shape), len(shape) - 1))
        kind = draw(
            st.sampled_from(
                [
                    "reshape",
                    "transpose",
                    "swapaxes",
                    "T",
                    "ravel",
                    "squeeze",
                    "expand_dims",
                    "flip",
                    "take",
                    "split",
                    "split at",
                    "pad",
                    "broadcast_to",
                    "concatenate",
                    "stack",
                    "roll by hand",
                ]
            )
        )
        if kind == "reshape":
            sizes = draw(st.permutations(list(shape)))
            return shape, lambda x: x.reshape(*sizes), lambda a: a.reshape(sizes)
        if kind == "transpose":
            axes = [a - n if draw(st.booleans()) else a for a in draw(st.permutations(range(n)))]
            return shape, lambda x: x.transpose(axes), lambda a: a.transpose(axes)
        if kind == "swapaxes":
            other = draw(st.integers(-n, n - 1))
            return shape, lambda x: x.swapaxes(axis, other), lambda a: a.swapaxes(axis, other)
        if kind == "T":
            return shape, lambda x: x.T, lambda a: a.T
        if kind == "ravel":
            return shape, lambda x: x.ravel(), lambda a: a.ravel()
        if kind == "squeeze":
            one = (*shape[: axis % n], 1, *shape[axis % n :])
            return one, lambda x: ops.squeeze(x, axis % n), lambda a: a.squeeze(axis % n)
        if kind == "expand_dims":
            return shape, lambda x: ops.expand_dims(x, axis), lambda a: np.expand_dims(a, axis)
        if kind == "flip":
            axes = draw(st.one_of(st.none(), st.just(axis), hnp.valid_tuple_axes(n, min_size=1)))
            return shape, lambda x: ops.flip(x, axes), lambda a: np.flip(a, axes)
        if kind == "take":
            chosen = draw(
                hnp.arrays(
                    int,
                    hnp.array_shapes(max_dims=2, max_side=3),
                    elements=st.integers(-shape[axis], shape[axis] - 1),
                )
            )
            return shape, lambda x: ops.take(x, chosen, axis), lambda a: np.take(a, chosen, axis)
        if kind == "split":
            double = tuple(2 * s if a == axis % n else s for a, s in enumerate(shape))
            part = draw(st.integers(0, 1))
            return (
                double,
                lambda x: ops.split(x, 2, axis)[part],
                lambda a: np.split(a, 2, axis)[part],
            )
        if kind == "split at":
            cuts = sorted(draw(st.lists(st.integers(0, shape[axis]), min_size=1, max_size=3)))
            part = draw(st.integers(0, len(cuts)))
            return (
                shape,
                lambda x: ops.split(x, cuts, axis)[part],
                lambda a: np.split(a, cuts, axis)[part],
            )
        if kind == "pad":
            widths = [draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in shape]
            return (
                shape,
                lambda x: ops.pad(x, widths, constant_values=-1),
                lambda a: np.pad(a, widths, constant_values=-1),
            )
        if kind == "broadcast_to":
            return (
                shape,
                lambda x: ops.broadcast_to(x, (2, *shape)),
                lambda a: np.broadcast_to(a, (2, *shape)),
            )
        if kind == "concatenate":
            return (
                shape,
                lambda x: ops.concatenate([x, x * 1, x], axis),
                lambda a: np.concatenate([a, a, a], axis),
            )
        if kind == "stack":
            return shape, lambda x: ops.stack([x, x], axis), lambda a: np.stack([a, a], axis)
        return shape, lambda x: ops.concatenate([x[1:], x[:1]]), lambda a: np.roll(a, -1, axis=0)

    return choose()


@settings(steady, max_examples=300)
@given(rearrangements(), st.integers(0, 1000))
def test_what_moves_numbers_moves_gradients_back(case, seed):
    shape, of_tensors, of_arrays = case
    array = floats_for(shape, seed)
    x = Tensor(array, requires_grad=True)
    z = of_tensors(x)
    np.testing.assert_array_equal(z.data, of_arrays(array))
    g = floats_for(z.shape, seed + 1)
    z.backward(gradient=g)
    np.testing.assert_allclose(
        x.grad, collect(of_arrays(numbered(array)), g, array), rtol=1e-12, atol=1e-13
    )


@steady
@given(
    hnp.mutually_broadcastable_shapes(
        signature="(n?,k),(k,m?)->(n?,m?)", max_dims=3, min_side=0, max_side=3
    ),
    st.integers(0, 1000),
)
def test_matmul_of_any_ranks(shapes, seed):
    a, b = shapes.input_shapes
    x, y = (
        Tensor(floats_for(a, seed), requires_grad=True),
        Tensor(floats_for(b, seed + 1), requires_grad=True),
    )
    z = x @ y
    assert z.shape == shapes.result_shape
    g = floats_for(z.shape, seed + 2)
    z.backward(gradient=g)
    columns, rows = (
        (x.data if len(a) > 1 else x.data[None]),
        (y.data if len(b) > 1 else y.data[:, None]),
    )
    product = (
        columns[..., :, :, None] * rows[..., None, :, :]
    )  # every single product x[.., i, k]·y[.., k, j] that was summed
    full = g.reshape(product.shape[:-2] + product.shape[-1:])[..., :, None, :] * np.ones_like(
        product
    )
    for t, factor, spread in (
        (x, rows[..., None, :, :], columns[..., :, :, None]),
        (y, columns[..., :, :, None], rows[..., None, :, :]),
    ):
        numbers = np.broadcast_to(numbered(t.data).reshape(spread.shape), product.shape)
        np.testing.assert_allclose(
            t.grad, collect(numbers, full * factor, t.data), rtol=1e-11, atol=1e-12
        )
