"""core/losses.py and core/metrics.py: each formula beside NumPy's, and its slope by differences."""

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
from minidl.core.metrics import Mean, MeanMetric, SparseCategoricalAccuracy
from minidl.core.tensor import Tensor

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


def test_a_loss_of_ones_own():
    class Absolute(Loss):
        def call(self, y_true, y_pred):
            d = y_true - y_pred
            return ((d * d) ** 0.5).mean(axis=-1)

    assert Absolute()(np.array([[1.0, 3.0]]), leaf([[2.0, 1.0]])).array == pytest.approx(1.5)
    with pytest.raises(NotImplementedError):
        Loss()(LABELS, leaf(LOGITS))


# -- metrics


def test_mean_is_over_all_values_of_all_batches():
    mean = Mean("loss")
    assert mean.result() == 0
    mean.update_state(np.array([1.0, 2.0, 3.0]))
    mean.update_state(np.array([[6.0]]))
    assert mean.result() == 3 and mean.name == "loss"
    mean.reset_state()
    assert mean.result() == 0 and mean.count.array == 0


def test_mean_counts_weights():
    mean = Mean()
    mean.update_state(np.array(2.0), 3)  # a mean of three samples
    mean.update_state(np.array([1.0, 5.0]), np.array([1.0, 0.0]))
    assert mean.result() == pytest.approx(7 / 4)
    mean.reset_state()
    mean.update_state(np.array([True, False, True, True]), 2)
    assert mean.result() == 0.75 and mean.count.array == 8
    mean.reset_state()
    mean.update_state(np.array([1.0, 3.0]), np.array([0.25, 0.25]))
    assert mean.result() == 2, "weights need not add up to 1 or more"


def test_a_mean_of_float32_is_gathered_in_float64():
    mean = Mean()
    mean.update_state(np.array(1.0, np.float32), 2**24)
    for _ in range(4):
        mean.update_state(np.array(0.0, np.float32))  # float32 cannot count past 2**24
    assert mean.count.array == 2**24 + 4 and mean.total.array.dtype == np.float64


def test_accuracy_is_the_share_of_right_classes():
    accuracy = SparseCategoricalAccuracy("accuracy")
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    accuracy.update_state(np.array([1, 1, 1]), scores)
    assert accuracy.result() == pytest.approx(2 / 3)
    accuracy.update_state(np.array([0]), scores[:1])
    assert accuracy.result() == 0.5
    accuracy.reset_state()
    accuracy.update_state(np.array([1, 1, 1]), scores, np.array([1.0, 3.0, 0.0]))
    assert accuracy.result() == 0.25


def test_a_metric_of_ones_own():
    class Largest(MeanMetric):
        def measure(self, y_true, y_pred):
            return y_pred.max(axis=-1)

    largest = Largest("largest")
    largest.update_state(None, np.array([[1.0, 2.0], [4.0, 0.0]]))
    assert largest.result() == 3
    with pytest.raises(NotImplementedError):
        MeanMetric("none").update_state(LABELS, Tensor(LOGITS).array)
