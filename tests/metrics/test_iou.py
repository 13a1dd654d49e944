"""Intersection over union."""

import numpy as np
import pytest
from metric_cases import RNG, in_batches

from minidl import metrics

W = RNG.random(30)


# --- classes

LABELS, SCORES = RNG.integers(0, 4, 30), RNG.random((30, 4))
GUESS = SCORES.argmax(axis=1)


def test_intersection_over_union():
    def iou(i):
        return ((i == LABELS) & (i == GUESS)).sum() / ((i == LABELS) | (i == GUESS)).sum()

    assert in_batches(metrics.MeanIoU(4), LABELS, GUESS) == pytest.approx(
        np.mean([iou(i) for i in range(4)])
    )
    # absent classes
    assert in_batches(metrics.MeanIoU(9), LABELS, GUESS) == pytest.approx(
        np.mean([iou(i) for i in range(4)])
    )
    assert in_batches(metrics.IoU(4, [1, 3]), LABELS, GUESS) == pytest.approx((iou(1) + iou(3)) / 2)
    assert in_batches(metrics.IoU(4, [2], sparse_y_pred=False), LABELS, SCORES) == pytest.approx(
        iou(2)
    )
    assert in_batches(metrics.OneHotIoU(4, [2]), np.eye(4)[LABELS], SCORES) == pytest.approx(iou(2))
    yes, no = (LABELS > 1), (SCORES[:, 0] >= 0.4)
    assert in_batches(metrics.BinaryIoU([1], 0.4), yes, SCORES[:, 0]) == pytest.approx(
        (yes & no).sum() / (yes | no).sum()
    )
    both, either = W[(LABELS == 2) & (GUESS == 2)].sum(), W[(LABELS == 2) | (GUESS == 2)].sum()
    assert in_batches(metrics.IoU(4, [2]), LABELS, GUESS, W) == pytest.approx(both / either)
    assert metrics.MeanIoU(3).result() == 0


def test_a_class_that_is_rare_and_a_score_on_the_threshold():
    assert metrics.IoU(3, [0, 1, 2])([0, 0, 1], [0, 0, 1]) == 1  # of class 2 nothing is known
    assert metrics.IoU(2, [1])([1], [1], [0.25]) == 1
    assert metrics.BinaryIoU([1])([1, 0], [0.5, 0.2]) == 1
