"""core/losses.py: each formula beside NumPy's, and its slope by differences."""

import numpy as np
import pytest
from core_cases import leaf, slopes

from minidl.core.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

LOGITS = np.random.default_rng(0).normal(size=(4, 3)) * 3
LABELS = np.array([2, 0, 1, 2])
ONE_HOT = np.eye(3)[LABELS]
SHARES = np.array([[0.2, 0.3, 0.5], [1, 0, 0], [0, 0.9, 0.1], [0.4, 0.4, 0.2]])
YES_NO = np.array([[0, 1, 1], [0, 0, 1], [1, 1, 1], [0.5, 0.2, 0]])


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def binary(t, p):
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean(axis=-1)


CASES = {
    "mse": (MeanSquaredError(), YES_NO, ((YES_NO - LOGITS) ** 2).mean(axis=-1)),
    "binary": (BinaryCrossentropy(), YES_NO, binary(YES_NO, sigmoid(LOGITS))),
    "categorical": (
        CategoricalCrossentropy(),
        SHARES,
        -(SHARES * np.log(softmax(LOGITS))).sum(axis=-1),
    ),
    "sparse": (
        SparseCategoricalCrossentropy(),
        LABELS,
        -np.log(softmax(LOGITS)[np.arange(4), LABELS]),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_number_a_sample_and_their_mean(case):
    loss, y, expected = CASES[case]
    np.testing.assert_allclose(loss.per_sample(y, leaf(LOGITS)).array, expected, rtol=1e-10)
    value = loss(y, leaf(LOGITS))
    assert value.shape == () and value.array.dtype == np.float64
    assert value.array == pytest.approx(expected.mean(), rel=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_sample_weights_say_how_much_each_counts(case):
    loss, y, expected = CASES[case]
    weights = np.array([1.0, 0.0, 2.0, 0.5])
    value = loss(y, leaf(LOGITS), weights)
    assert value.array == pytest.approx((expected * weights).mean(), rel=1e-12)


@pytest.mark.parametrize(
    "weights", [None, np.array([1.0, 0.0, 2.0, 0.5])], ids=["plain", "weighted"]
)
@pytest.mark.parametrize("case", CASES)
def test_slopes_by_differences(case, weights):
    loss, y, _ = CASES[case]
    x = leaf(LOGITS)
    loss(y, x, weights).backward()
    expected = slopes(lambda x: loss(y, x, weights), x)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6, atol=1e-9)


def test_the_slope_of_a_cross_entropy_is_probability_minus_target():
    x = leaf(LOGITS)
    SparseCategoricalCrossentropy()(LABELS, x).backward()
    np.testing.assert_allclose(x.grad, (softmax(LOGITS) - ONE_HOT) / 4, atol=1e-12)


@pytest.mark.parametrize("size", [1e3, 1e4])
def test_large_logits_neither_overflow_nor_give_log_of_0(size):
    logits = np.array([[size, -size, 0.0]])
    for loss, y, expected in [
        (SparseCategoricalCrossentropy(), np.array([1]), 2 * size),
        (CategoricalCrossentropy(), np.array([[0.0, 1.0, 0.0]]), 2 * size),
        (BinaryCrossentropy(), np.array([[0.0, 1.0, 1.0]]), (2 * size + np.log(2)) / 3),
    ]:
        x = leaf(logits)
        value = loss(y, x)
        value.backward()
        assert value.array == pytest.approx(expected) and np.isfinite(x.grad).all()


def test_a_label_for_each_step_of_a_sequence():
    logits, labels = (
        np.random.default_rng(1).normal(size=(2, 3, 5)),
        np.array([[0, 4, 2], [1, 1, 3]]),
    )
    each = SparseCategoricalCrossentropy().per_sample(labels, leaf(logits))
    assert each.shape == (2, 3)
    expected = -np.log(softmax(logits)[np.arange(2)[:, None], np.arange(3), labels])
    np.testing.assert_allclose(each.array, expected)


def test_means_are_over_the_last_axis():
    y, z = np.random.default_rng(2).random((2, 3, 2, 4))
    found = MeanSquaredError().per_sample(y, leaf(z)).array
    np.testing.assert_allclose(found, ((y - z) ** 2).mean(axis=-1))
    found = BinaryCrossentropy().per_sample(y, leaf(z)).array
    np.testing.assert_allclose(found, binary(y, sigmoid(z)))


def test_a_loss_of_ones_own():
    class Absolute(Loss):
        def call(self, y_true, y_pred):
            d = y_true - y_pred
            return ((d * d) ** 0.5).mean(axis=-1)

    assert Absolute()(np.array([[1.0, 3.0]]), leaf([[2.0, 1.0]])).array == pytest.approx(1.5)
    with pytest.raises(NotImplementedError):
        Loss()(LABELS, leaf(LOGITS))
