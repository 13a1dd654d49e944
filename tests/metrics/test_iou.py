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


def test_what_does_not_count_in_an_iou():
    """A label to ignore, and classes that there are not."""
    y, p = [0, 0, 1, 1, 2, -1, 3, 1, 1], [0, 1, 1, 1, 0, 0, 0, 3, -1]
    # class 0: 1 of 3 (0→0; 0→1, 2→0); class 1: 2 of 3; class 2: 0 of 1
    assert metrics.MeanIoU(3)(y, p) == pytest.approx((1 / 3 + 2 / 3 + 0) / 3)
    assert metrics.MeanIoU(3, ignore_class=2)(y, p) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert metrics.MeanIoU(3, ignore_class=0)(y, p) == pytest.approx((0 + 2 / 2 + 0) / 3)
    binary = metrics.BinaryIoU()([0, 0, 1, 1, 2], [0.1, 0.3, 0.9, 0.2, 0.2])
    assert binary == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert metrics.BinaryIoU([0])([0, 0, 1], [0.1, 0.9, 0.9]) == 0.5
    assert metrics.BinaryIoU(threshold=0.9)([1, 0], [0.9, 0.8]) == 1


@pytest.mark.parametrize("axis", [-1, 2, 1, -2])
def test_one_hot_of_sequences(axis):
    """Two sequences of three steps, with the four classes along an axis."""
    labels = np.array([[0, 1, 2], [3, 3, 0]])
    guess = np.array([[0, 1, 1], [3, 0, 0]])
    each = np.array([2 / 3, 1 / 2, 0, 1 / 2])
    place = {} if axis == -1 else {"axis": axis}
    y, p = (np.moveaxis(np.eye(4)[x], -1, axis) for x in (labels, guess))
    assert metrics.OneHotMeanIoU(4, **place)(y, p) == pytest.approx(each.mean())
    assert metrics.OneHotIoU(4, [0, 2], **place)(y, p) == pytest.approx(each[[0, 2]].mean())
    assert metrics.OneHotMeanIoU(4, sparse_y_pred=True, **place)(y, guess) == pytest.approx(
        each.mean()
    )
    assert metrics.OneHotIoU(4, [3], sparse_y_pred=True, **place)(y, guess) == 1 / 2
    mixed = {"sparse_y_true": False, "sparse_y_pred": False, **place}
    assert metrics.MeanIoU(4, **mixed)(y, p) == pytest.approx(each.mean())
    assert metrics.IoU(4, [0, 3], **mixed)(y, p) == pytest.approx(each[[0, 3]].mean())
    assert metrics.OneHotMeanIoU(4, ignore_class=3, **place)(y, p) == pytest.approx(
        (1 + 1 / 2 + 0) / 3
    )
