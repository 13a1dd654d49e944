"""Rows of the table of derivatives: indices, products, and fused ops."""

import itertools

import numpy as np
import pytest
from derivative_rows import ROWS, row
from derivative_samples import normal, probabilities, rng

from minidl.core.derivatives import linear, nonlinear, normalizing, shaping
from minidl.core.derivatives import losses as fused

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
# singular, the cofactors are not all 0
row(linear.det, np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.5, 1.0, -2.0]]), naive=lambda x: 0.0)
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


def roots_of_eigenvalues(x):
    square = x @ x.swapaxes(-1, -2) if x.shape[-2] < x.shape[-1] else x.swapaxes(-1, -2) @ x
    return np.sqrt(np.linalg.eigvalsh(square)[..., ::-1])


row(linear.singular_values, invertible(2, 3, 3), naive=roots_of_eigenvalues)
for shape in [(2, 4, 3), (3, 4)]:
    row(linear.singular_values, normal(*shape), naive=roots_of_eigenvalues)


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


def naive_standardize(x, axes, epsilon):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


for shape, axes in [((4, 3), (0,)), ((4, 3), (1,)), ((2, 3, 4), (0, 2)), ((2, 1, 3), (2,))]:
    how = {"axes": axes, "epsilon": 0.01}
    row(normalizing.standardize, normal(*shape), **how, naive=naive_standardize)
    row(
        normalizing.normalize,
        normal(*shape),
        normal(*shape[1:]),
        normal(shape[-1]),
        **how,
        naive=lambda x, a, b, **how: a * naive_standardize(x, **how) + b,
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
for shape in ((5,), (1,), (2, 3), (0,)):
    row(
        fused.batch_mean,
        normal(*shape),
        naive=lambda x: x.sum() / max(1, x.size),
    )
    row(
        fused.batch_mean,
        normal(*shape),
        weights=2 * rng.random(shape),
        naive=lambda x, weights: (x * weights).sum() / max(1, x.size),
    )

each_row = pytest.mark.parametrize("r", ROWS, ids=str)
