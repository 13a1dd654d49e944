"""Cross-entropies as ops."""

import math

import numpy as np
import pytest
from ops_samples import naive_softmax, normal, positive

from minidl import Tensor, ops


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


def test_certainty_costs_as_much_as_the_smallest_number():
    """At 0 and 1 probabilities are moved by 1e-7, so that no logarithm is infinite."""
    most = -math.log(1e-7)
    for t, p in (([1.0], [0.0]), ([0.0], [1.0])):
        found = ops.binary_crossentropy(np.array(t), np.array(p)).data
        np.testing.assert_allclose(found, most, rtol=1e-6)
    rows = np.array([[0.0, 2.0], [3.0, 3.0], [5.0, 0.0]])  # their sums are not 1
    expected = [most, math.log(2), -math.log1p(-1e-7)]
    found = ops.sparse_categorical_crossentropy([0, 1, 0], rows).data
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    found = ops.categorical_crossentropy([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], rows).data
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("logits", [False, True])
def test_classes_on_any_axis(axis, logits):
    x = normal(4, 4, 3) if logits else positive(4, 4, 3)
    p = naive_softmax(x, axis) if logits else x / x.sum(axis, keepdims=True)
    labels = np.random.default_rng(0).integers(3, size=np.delete(x.shape, axis))
    hot = np.moveaxis(np.eye(x.shape[axis])[labels], -1, axis)
    expected = -(hot * np.log(p)).sum(axis)
    how = (logits,) if axis == -1 else (logits, axis)
    found = ops.sparse_categorical_crossentropy(labels, x, *how).data
    np.testing.assert_allclose(found, expected)
    for t in (hot, Tensor(hot, requires_grad=True)):
        found = ops.categorical_crossentropy(t, x, *how).data
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    ("labels", "axis", "said"),
    [
        (
            np.zeros((4, 3)),
            1,
            r"shape \(4, 3, 2\) need targets of shape \(4, 2\); received \(4, 3\)",
        ),
        (np.zeros(4), -1, r"targets of shape \(4, 3\); received \(4,\)"),
        (np.full((4, 3), 2), -1, "from 0 to 1, one less .* axis -1; received 2 .. 2"),
        (np.full((4, 2), -1), 1, "from 0 to 2, one less .* axis 1; received -1 .. -1"),
    ],
)
def test_targets_that_do_not_fit(labels, axis, said):
    with pytest.raises(ValueError, match=said):
        ops.sparse_categorical_crossentropy(labels, np.ones((4, 3, 2)), axis=axis)
    assert ops.sparse_categorical_crossentropy(np.ones((4, 3, 1)), np.ones((4, 3, 2))).shape == (
        4,
        3,
    )
