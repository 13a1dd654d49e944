"""Matrices taken apart and inverted."""

import numpy as np
import pytest
from ops_samples import D, normal

from minidl import Input, Tensor, ops


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
    for found in (
        ops.inv(x),
        ops.solve(x, np.eye(2)[None]),
        ops.solve(x, np.stack([np.eye(2)] * 2)),
    ):
        assert np.isnan(found.data[0]).all()
        np.testing.assert_array_equal(found.data[1], np.eye(2) / 2)
    assert np.isnan(ops.solve(x[0], [1.0, 2.0]).data).all()
    weights = Tensor(np.full((2, 2), np.nan), requires_grad=True)
    ops.det(weights).backward()
    assert np.isnan(weights.grad).all()


def test_a_vector_for_each_matrix():
    """An axis less than the matrices have, also where it could be one matrix for all."""
    a, vectors = normal(3, 3, 3) + 3 * np.eye(3), normal(3, 3)
    expected = [np.linalg.solve(*pair) for pair in zip(a, vectors)]
    np.testing.assert_allclose(ops.solve(a, vectors).data, expected)
    expected = [np.linalg.solve(np.tril(m), v) for m, v in zip(a, vectors)]
    np.testing.assert_allclose(ops.solve_triangular(a, vectors, lower=True).data, expected)
    assert ops.solve(Input((3, 3)), Input((3,))).shape == (None, 3)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("ord", [2, -2, "nuc"])
def test_norms_of_singular_values(ord, keepdims):
    for x, axis in ((normal(3, 4), None), (normal(4, 2, 3), (2, 0)), (normal(4, 2, 3), (0, -1))):
        found = ops.norm(x, ord, axis, keepdims).data
        np.testing.assert_allclose(found, np.linalg.norm(x, ord, axis, keepdims))
    x = Tensor(np.diag([3.0, 2.0]), requires_grad=True)
    ops.norm(x, ord).backward()
    np.testing.assert_allclose(
        x.grad, {2: np.diag([1, 0]), -2: np.diag([0, 1])}.get(ord, np.eye(2))
    )


def test_stacks_of_stacks():
    a, b = normal(2, 5, 3, 3) + 3 * np.eye(3), normal(2, 5, 3, 4)
    np.testing.assert_allclose(ops.solve(a, b).data, np.linalg.solve(a, b))
    np.testing.assert_allclose(ops.inv(a).data, np.linalg.inv(a))
    turned = np.swapaxes(a, -1, -2)
    lower, upper = ops.cholesky(a @ turned), ops.cholesky(a @ turned, True)
    np.testing.assert_allclose((lower @ upper).data, a @ turned)
    for triangle, options in ((lower, {}), (upper, {"upper": True})):
        found = ops.cholesky_inverse(triangle, **options).data
        np.testing.assert_allclose(found, np.linalg.inv(a @ turned))
    np.testing.assert_allclose(ops.det(a).data, np.linalg.det(a))
    for found, expected in zip(ops.slogdet(a), np.linalg.slogdet(a)):
        np.testing.assert_allclose(found.data, expected)
    np.testing.assert_allclose(ops.linalg.pinv(b).data, np.linalg.pinv(b))
    np.testing.assert_array_equal(ops.linalg.matrix_rank(b).data, np.full((2, 5), 3))
    assert np.isnan(ops.logdet(np.zeros((2, 2))).data)


def test_small_singular_values_may_count_as_0():
    x, b = np.diag([3.0, 0.2]), np.array([3.0, 1.0])
    np.testing.assert_allclose(ops.lstsq(x, b).data, [1, 5])
    np.testing.assert_allclose(ops.lstsq(x, b, 0.1).data, [1, 0])
    np.testing.assert_allclose(ops.linalg.pinv(x).data, np.diag([1 / 3, 5]))
    np.testing.assert_allclose(ops.linalg.pinv(x, 0.1).data, np.diag([1 / 3, 0]))
    ranks = [int(ops.linalg.matrix_rank(x, tol)) for tol in (None, 0.1, 0.3)]
    assert ranks == [2, 2, 1]
    tall = np.ones((40, 2)) + np.arange(2) * [[3e-15]]  # as good as twice the same column
    assert np.abs(ops.linalg.pinv(tall).data).max() < 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ops.inv(np.ones((2, 3, 4))), r"inv: .* square matrix; received shape \(2, 3, 4\)"),
        (lambda: ops.qr(np.ones(3)), r"qr: a matrix has two axes; received shape \(3,\)"),
        (lambda: ops.lstsq(np.ones((1, 2, 2)), np.ones(1)), r"\(1, 2, 2\) and \(1,\)"),
        (lambda: ops.lstsq(np.ones((2, 2)), np.ones((2, 1, 1))), r"\(2, 2\) and \(2, 1, 1\)"),
        (lambda: ops.lstsq(np.ones((2, 2)), np.ones(3)), r"\(2, 2\) and \(3,\)"),
        (lambda: ops.solve(np.ones((4, 3, 3)), np.ones((4, 2, 5))), "of 3 entries or .* 3 rows"),
    ],
)
def test_shapes_that_do_not_fit(call, said):
    with pytest.raises(ValueError, match=said):
        call()
