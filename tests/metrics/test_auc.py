"""The area under a curve: the share of pairs in the right order."""

from typing import Any

import numpy as np
import pytest
from metric_cases import RNG, in_batches, pairs_won

from minidl import metrics


def test_auc_is_the_share_of_pairs_in_the_right_order():
    y, p = RNG.integers(0, 2, 30), RNG.integers(0, 200, 30) / 199
    # outputs on the grid: exact
    assert in_batches(metrics.AUC(), y, p) == pytest.approx(pairs_won(y, p), rel=1e-12)
    assert in_batches(metrics.AUC(), y[:, None], p) == pytest.approx(pairs_won(y, p), rel=1e-12)
    assert metrics.AUC()([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]) == pytest.approx(0.75)
    assert metrics.AUC()([0, 1], [0.0, 1.0]) == 1 and metrics.AUC()([1, 0], [0.0, 1.0]) == 0
    logits = np.log((p + 1e-9) / (1 - p + 1e-9))
    assert in_batches(metrics.AUC(from_logits=True), y, logits) == pytest.approx(
        pairs_won(y, p), abs=0.02
    )
    repeated = np.repeat(np.arange(30), 3 * (y == 1) + 1)
    assert in_batches(metrics.AUC(), y, p, np.where(y == 1, 4, 1)) == pytest.approx(
        pairs_won(y[repeated], p[repeated]), rel=1e-12
    )


def test_auc_of_several_labels():
    y, p = RNG.integers(0, 2, (30, 3)), RNG.integers(0, 200, (30, 3)) / 199
    each = np.array([pairs_won(y[:, i], p[:, i]) for i in range(3)])
    assert in_batches(metrics.AUC(multi_label=True), y, p) == pytest.approx(each.mean(), rel=1e-12)
    assert in_batches(
        metrics.AUC(multi_label=True, label_weights=[1, 0, 3]), y, p
    ) == pytest.approx((each * [1, 0, 3]).sum() / 4, rel=1e-12)
    assert in_batches(metrics.AUC(), y, p) == pytest.approx(
        pairs_won(y.ravel(), p.ravel()), rel=1e-12
    )


def test_auc_keeps_no_more_than_its_thresholds():
    metric = metrics.AUC(num_thresholds=50)
    for _ in range(3):
        metric.update_state(RNG.integers(0, 2, 1000), RNG.random(1000))
    assert sum(v.size for v in metric.variables) == 4 * 50


def test_auc_of_logits_is_warned_about_once():
    metric = metrics.AUC()
    with pytest.warns(UserWarning, match=r"AUC: the outputs run -1\.\.2.*from_logits=True"):
        metric.update_state([0, 1], [-1.0, 2.0])
    metric.update_state([0, 1], [-1.0, 2.0])


def test_auc_with_thresholds_alone():
    auc: Any = metrics.AUC(num_thresholds=None, thresholds=[0.5])
    made: Any = metrics
    np.testing.assert_allclose(auc.thresholds, [0, 0.5, 1], atol=1e-6)
    again = metrics.AUC.from_config(auc.get_config())
    assert again.thresholds == auc.thresholds and again.num_thresholds == 3
    for wrong in (None, 1, 2.5):
        with pytest.raises(ValueError, match="AUC: num_thresholds must be a whole number"):
            made.AUC(num_thresholds=wrong)
    for wrong in (None, "one", 0, -1.0):
        with pytest.raises(ValueError, match="FBetaScore: beta must be a number above 0"):
            made.FBetaScore(beta=wrong)
