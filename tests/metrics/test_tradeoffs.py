"""The best of one rate where another has to be kept."""

import numpy as np
import pytest
from metric_cases import CHANCES, YES, counted, in_batches

from minidl import metrics


def test_the_best_under_a_condition():
    tp, fp, tn, fn = np.array([counted(t) for t in np.linspace(0, 1, 200)]).T
    precision = np.where(tp + fp > 0, tp / np.maximum(tp + fp, 1), 0)
    recall, specificity = tp / (tp + fn), tn / (tn + fp)
    for metric, value in (
        (metrics.SensitivityAtSpecificity(0.6), recall[specificity >= 0.6].max()),
        (metrics.SpecificityAtSensitivity(0.6), specificity[recall >= 0.6].max()),
        (metrics.PrecisionAtRecall(0.3), precision[recall >= 0.3].max()),
        (metrics.RecallAtPrecision(0.4), recall[precision >= 0.4].max()),
    ):
        assert in_batches(metric, YES, CHANCES) == pytest.approx(value, rel=1e-12), metric
    # nowhere reached
    assert (
        in_batches(metrics.RecallAtPrecision(1.0, num_thresholds=3), YES[:, :1], 1 - YES[:, :1])
        == 0
    )
