"""Errors of ops."""

import numpy as np
import pytest
from ops_samples import A, B, D, L, P, normal

import minidl
from minidl import Input, Tensor, ops


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


@pytest.mark.parametrize(
    "door",
    [
        ops.cholesky,
        ops.qr,
        ops.svd,
        ops.eigh,
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
        (lambda: ops.norm(A, 3), ValueError, ["received 3 for 2 axes"]),
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
        (lambda: ops.scatter_update(A, [[0, 0]], [1.0], "or"), ValueError, ["'or'", "'add'"]),
        (lambda: ops.slice(A, (2, 0), (2,)), ValueError, ["each axis of (3, 4)"]),
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


AXIS_5 = {
    "flip": lambda x: ops.flip(x, 5),
    "expand_dims": lambda x: ops.expand_dims(x, 5),
    "moveaxis": lambda x: ops.moveaxis(x, 5, 0),
    "rot90": lambda x: ops.rot90(x, 1, (0, 5)),
    "split": lambda x: ops.split(x, 2, 5),
    "array_split": lambda x: ops.array_split(x, 2, 5),
    "unstack": lambda x: ops.unstack(x, axis=5),
    "diff": lambda x: ops.diff(x, axis=5),
    "take": lambda x: ops.take(x, [0], 5),
    "take_along_axis": lambda x: ops.take_along_axis(x, [[0]], 5),
    "repeat": lambda x: ops.repeat(x, 2, 5),
    "roll": lambda x: ops.roll(x, 1, 5),
    "median": lambda x: ops.median(x, 5),
    "glu": lambda x: ops.glu(x, 5),
    "trapezoid": lambda x: ops.trapezoid(x, axis=5),
    "tensordot": lambda x: ops.tensordot(x, x, ([5], [0])),
}


@pytest.mark.parametrize("name", AXIS_5)
@pytest.mark.parametrize("x", [A, Input((4,))], ids=["numbers", "symbol"])
def test_an_axis_that_is_not_there(name, x):
    with pytest.raises(ValueError, match="axis 5 is out of bounds for array of dimension"):
        AXIS_5[name](x)
