"""core/metrics.py: means and shares over batches."""

import numpy as np
import pytest

from minidl.core.metrics import Mean, MeanMetric, SparseCategoricalAccuracy
from minidl.core.tensor import Tensor

LOGITS = np.random.default_rng(0).normal(size=(4, 3)) * 3
LABELS = np.array([2, 0, 1, 2])


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
