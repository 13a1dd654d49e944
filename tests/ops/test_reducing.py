"""Reductions at zero and of nothing."""

import numpy as np
import pytest
from extreme_cases import binary_ce, gradient, leaf, softmax_ce, sparse_ce

from minidl import ops

# --- kinks and singular points
# ---


def test_square_root_norm_and_std_at_zero_have_gradient_zero():
    np.testing.assert_array_equal(gradient(ops.sqrt, [0.0, 4.0]), [0.0, 0.25])
    np.testing.assert_array_equal(gradient(ops.norm, [0.0, 0.0]), [0.0, 0.0])
    np.testing.assert_allclose(
        gradient(lambda x: ops.norm(x, axis=1), [[0.0, 0.0], [3.0, 4.0]]),
        [[0.0, 0.0], [0.6, 0.8]],
        rtol=1e-14,
    )
    np.testing.assert_array_equal(
        gradient(lambda x: x.std(axis=0), [[1.0, 2.0], [1.0, 2.0]]), np.zeros((2, 2))
    )
    np.testing.assert_array_equal(gradient(lambda x: x.std(), [5.0]), [0.0])
    np.testing.assert_array_equal(gradient(lambda x: x.var(axis=0), [[1.0, 2.0]]), [[0.0, 0.0]])


def test_normalising_a_zero_vector_with_a_floor():
    x = leaf([[0.0, 0.0], [3.0, 4.0]])
    (x / ops.maximum(ops.norm(x, axis=1, keepdims=True), 1e-6)).sum().backward()
    assert np.isfinite(x.grad).all()


# --- nothing at all
# ---


@pytest.mark.parametrize(
    "f, shape",
    [
        (lambda x: x.sum(), ()),
        (lambda x: x.sum(axis=0), (3,)),
        (lambda x: x.sum(axis=1), (0,)),
        (lambda x: x.prod(), ()),
        (lambda x: x.prod(axis=1), (0,)),
        (lambda x: x.mean(axis=1), (0,)),
        (lambda x: x.max(axis=1), (0,)),
        (lambda x: x.var(axis=1), (0,)),
        (lambda x: ops.softmax(x), (0, 3)),
        (lambda x: ops.log_softmax(x), (0, 3)),
        (lambda x: ops.logsumexp(x, axis=1), (0,)),
        (lambda x: ops.relu(x), (0, 3)),
        (lambda x: x @ np.ones((3, 2)), (0, 2)),
        (lambda x: np.ones((4, 0)) @ x, (4, 3)),
        (lambda x: ops.dense(x, np.ones((3, 2)), np.ones(2)), (0, 2)),
        (lambda x: x * 2 + 1, (0, 3)),
        (lambda x: x.T, (3, 0)),
        (lambda x: x.reshape(3, 0), (3, 0)),
        (lambda x: x[:, 1], (0,)),
        (lambda x: ops.concatenate([x, np.ones((2, 3))]), (2, 3)),
        (lambda x: x.cumsum(axis=0), (0, 3)),
        (lambda x: ops.pad(x, ((1, 1), (0, 0))), (2, 3)),
        (lambda x: ops.where(np.zeros((0, 3), bool), x, 0.0), (0, 3)),
        (lambda x: ops.maximum(x, 0.0), (0, 3)),
        (lambda x: ops.norm(x, axis=1), (0,)),
        (lambda x: softmax_ce(x, np.zeros((0, 3))), (0,)),
        (lambda x: sparse_ce(x, np.zeros(0, int)), (0,)),
        (lambda x: binary_ce(x, np.zeros((0, 3))), (0, 3)),
        (lambda x: ops.flip(x), (0, 3)),
        (lambda x: ops.stack([x, x]), (2, 0, 3)),
    ],
    ids=range(30),
)
def test_an_empty_batch(f, shape):
    x = leaf(np.zeros((0, 3)))
    z = f(x)
    assert z.shape == shape
    z.backward(gradient=np.ones(shape))
    assert x.grad.shape == (0, 3) and type(x.grad) is np.ndarray


def test_an_empty_sum_is_0_and_an_empty_product_1():
    assert leaf(np.zeros(0)).sum().item() == 0.0 and leaf(np.zeros(0)).prod().item() == 1.0
    np.testing.assert_array_equal(leaf(np.zeros((0, 2))).sum(axis=0).data, [0.0, 0.0])


@pytest.mark.parametrize(
    "f, phrase",
    [
        (lambda x: x.mean(), "mean() of an empty array"),
        (lambda x: x.mean(axis=0), "shape (0, 3) has nothing along axis 0"),
        (lambda x: x.var(), "var() of an empty"),
        (lambda x: x.std(axis=0), "empty"),
        (lambda x: x.max(), "zero-size|empty"),
        (lambda x: x.min(axis=0), "zero-size|empty"),
        (lambda x: x.argmax(), "empty"),
        (lambda x: ops.logsumexp(x), "zero-size|empty"),
        (lambda x: ops.concatenate([]), "at least one"),
        (lambda x: ops.stack([]), "at least one"),
    ],
    ids=range(10),
)
def test_the_mean_of_nothing_is_an_error_not_a_nan(f, phrase):
    with pytest.raises(ValueError) as error:
        f(leaf(np.zeros((0, 3))))
    assert any(p in str(error.value) for p in phrase.split("|")), error.value


def test_lengths_along_two_axes():
    x = np.arange(24.0).reshape(2, 3, 4)
    lengths = np.sqrt((x**2).sum((1, 2)))[:, None, None]
    np.testing.assert_allclose(ops.normalize(x, (1, 2)).data, x / lengths, rtol=1e-6)
    columns = np.array([[1.0, -4.0], [2.0, 4.0]])  # of a matrix 1 is the largest of their sums
    np.testing.assert_allclose(ops.normalize(columns, (0, 1), 1).data, columns / 8)
    small = np.array([[3e-3, 4e-3], [3.0, 4.0]])
    np.testing.assert_allclose(ops.normalize(small, epsilon=0.01).data, [[0.3, 0.4], [0.6, 0.8]])
    assert ops.norm([0.0, -1.0], 3).item() == 1
    assert ops.norm([0.0, 0.0], 3).item() == ops.norm([[0.0], [0.0]], 0.5, 0).item() == 0
    for found, expected in zip(ops.moments(x, 1), (x.mean(1), x.var(1))):
        np.testing.assert_allclose(found.data, expected)


def test_the_extremes_with_an_initial_value():
    """As in NumPy: the initial value is one more entry."""
    x = np.array([[1.0, 5.0], [2.0, 3.0]])
    for initial in (0.0, 4.0, 9.0):
        for found, as_numpy in ((ops.max, np.max), (ops.min, np.min)):
            np.testing.assert_array_equal(
                found(x, 1, initial=initial).data, as_numpy(x, 1, initial=initial)
            )
