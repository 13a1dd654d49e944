"""The confusion matrix."""

import numpy as np
import pytest
from metric_cases import RNG, in_batches

from minidl import Tensor, metrics

W = RNG.random(30)


# --- classes

LABELS, SCORES = RNG.integers(0, 4, 30), RNG.random((30, 4))
GUESS = SCORES.argmax(axis=1)


def test_confusion_matrix():
    expected = np.array(
        [[((i == LABELS) & (j == GUESS)).sum() for j in range(4)] for i in range(4)]
    )
    for y in (LABELS, LABELS[:, None], np.eye(4)[LABELS], LABELS.astype(float), LABELS.tolist()):
        for p in (GUESS, SCORES, GUESS.tolist(), Tensor(SCORES)):
            found = metrics.confusion_matrix(y, p)
            assert found.dtype.kind == "i"
            np.testing.assert_array_equal(found, expected)
    assert metrics.confusion_matrix([0, 1], [1, 1], num_classes=3).tolist() == [
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 0],
    ]
    for metric in (metrics.ConfusionMatrix(4), metrics.ConfusionMatrix()):
        np.testing.assert_array_equal(in_batches(metric, LABELS, SCORES), expected)
        np.testing.assert_array_equal(in_batches(metric, np.eye(4)[LABELS], SCORES), expected)
        assert metric.name == "confusion_matrix" and metric.result().dtype.kind == "i"
    weighted = in_batches(metrics.ConfusionMatrix(4), LABELS, SCORES, W)
    assert weighted[1, 2] == pytest.approx(
        W[(LABELS == 1) & (GUESS == 2)].sum()
    ) and weighted.sum() == pytest.approx(W.sum())


def test_confusion_matrix_of_yes_and_no():
    assert metrics.ConfusionMatrix()([0, 1, 1, 0], [[0.2], [0.7], [0.4], [0.1]]).tolist() == [
        [2, 0],
        [1, 1],
    ]
    assert metrics.ConfusionMatrix(threshold=0.3)([0, 1, 1, 0], [0.2, 0.7, 0.4, 0.1]).tolist() == [
        [2, 0],
        [0, 2],
    ]
    assert metrics.ConfusionMatrix()([0, 1], [0.5, 0.6]).tolist() == [[1, 0], [0, 1]]  # ½ is a no
    growing = metrics.ConfusionMatrix()
    assert growing.result().shape == (0, 0)
    growing.update_state([0], [0])
    growing.update_state([2], [1])
    assert growing.result().tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("y", "p", "classes"),
    [
        ([], [], 0),
        ([0, 0], [0, 2], 3),
        ([3, 0], [0, 2], 4),
        ([0], [[0.9, 0.1]], 2),  # as many as there are outputs
        ([0], [[0.9, 0.1, 0.0]], 3),
        ([4], [[0.9, 0.1, 0.0]], 5),
        ([0, 0, 0], [[0], [0], [0]], 1),
        ([[0, 0, 0, 1]], [1], 4),
    ],
)
def test_how_many_classes_a_matrix_has(y, p, classes):
    for found in (metrics.confusion_matrix(y, p), metrics.ConfusionMatrix()(y, p)):
        assert found.shape == (classes, classes) and found.sum() == len(y)


def test_a_matrix_of_no_classes():
    for wrong in (0, -1, 2.5):
        with pytest.raises(ValueError, match="ConfusionMatrix: num_classes must be a whole number"):
            metrics.ConfusionMatrix(wrong)
