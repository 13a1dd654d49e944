"""Reductions: ties, zeros, precision."""

import numpy as np
from extreme_cases import INF, gradient, leaf

from minidl import Tensor, apply, ops
from minidl.core.derivatives import reductions


def test_ties_share_evenly():
    np.testing.assert_allclose(
        gradient(lambda x: x.max(), [2.0, 2.0, 1.0, 2.0]), [1 / 3, 1 / 3, 0, 1 / 3]
    )
    np.testing.assert_allclose(
        gradient(lambda x: x.min(axis=0), [[1.0, 5.0], [1.0, 4.0]]), [[0.5, 0.0], [0.5, 1.0]]
    )
    np.testing.assert_allclose(gradient(lambda x: x.max(), np.zeros((2, 2))), np.full((2, 2), 0.25))
    x, y = leaf([1.0, 2.0]), leaf([1.0, 1.0])
    ops.maximum(x, y).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.5, 1.0])
    np.testing.assert_array_equal(y.grad, [0.5, 0.0])
    assert x.grad.sum() + y.grad.sum() == 2.0  # nothing is counted twice or lost
    np.testing.assert_allclose(gradient(lambda x: x.max(), [INF, INF, 0.0]), [0.5, 0.5, 0.0])
    np.testing.assert_allclose(gradient(lambda x: x.max(axis=1), [[-INF, -INF]]), [[0.5, 0.5]])


def test_a_process_whose_loss_does_not_count_has_the_gradient_of_the_others():
    _, (vjp,) = reductions.over_processes(np.ones(2), add=lambda a: a + 6, weight=0.0)
    assert vjp(np.array([1.0, 2.0])).tolist() == [6, 6]


def test_products_with_zeros():
    np.testing.assert_array_equal(gradient(lambda x: x.prod(), [2.0, 0.0, 5.0]), [0.0, 10.0, 0.0])
    np.testing.assert_array_equal(gradient(lambda x: x.prod(), [0.0, 0.0, 5.0]), [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(
        gradient(lambda x: x.prod(axis=0), [[1.0, 0.0], [3.0, 4.0]]), [[3.0, 4.0], [1.0, 0.0]]
    )


def test_logsumexp_at_the_extremes():
    z = apply(
        reductions.logsumexp,
        Tensor(np.array([[1e4, 1e4], [-1e4, -1e4], [-INF, 0.0], [-INF, -INF], [INF, 0.0]])),
        axis=1,
    )
    np.testing.assert_allclose(z.data, [1e4 + np.log(2), -1e4 + np.log(2), 0.0, -INF, INF])
    np.testing.assert_allclose(
        gradient(lambda x: ops.logsumexp(x, axis=1), [[1e4, 1e4], [-INF, 0.0]]),
        [[0.5, 0.5], [0.0, 1.0]],
    )


def test_the_variance_of_large_numbers_is_not_lost():
    """E[x²] - E[x]² would give 0 or less here."""
    x = np.array([1e8, 1e8 + 1, 1e8 + 2])
    np.testing.assert_allclose(Tensor(x).var().item(), 2 / 3, rtol=1e-9)
    small = np.array([1e4, 1e4 + 1, 1e4 + 2], np.float32)
    np.testing.assert_allclose(Tensor(small).var().item(), 2 / 3, rtol=1e-5)
    np.testing.assert_allclose(gradient(lambda x: x.var(), x), 2 * (x - x.mean()) / 3, rtol=1e-9)


def test_means_of_half_precision_do_not_overflow_on_the_way():
    assert Tensor(np.full(1000, 100, np.float16)).mean().item() == 100.0
    assert Tensor(np.full((10, 1000), 100, np.float16)).mean(axis=1).tolist() == [100.0] * 10
    np.testing.assert_allclose(
        gradient(lambda x: x.mean(), np.full(1000, 100), np.float16),
        np.full(1000, 0.001),
        rtol=1e-2,
    )


def test_sums_of_many_float32_numbers():
    x = np.full(1_000_000, 0.1, np.float32)
    np.testing.assert_allclose(Tensor(x).sum().item(), 1e5, rtol=1e-5)
    np.testing.assert_allclose(Tensor(x).mean().item(), 0.1, rtol=1e-5)
