"""The area under a curve: the share of pairs in the right order."""

import itertools
from typing import Any

import numpy as np
import pytest
from metric_cases import RNG, in_batches, pairs_won

from minidl import metrics

GRID = np.linspace(0, 1, 200)[1:]  # outputs on the thresholds are compared exactly


def test_auc_is_the_share_of_pairs_in_the_right_order():
    y, p = RNG.integers(0, 2, 30), RNG.choice(GRID, 30)
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
    y, p = RNG.integers(0, 2, (30, 3)), RNG.choice(GRID, (30, 3))
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


CUTS = [-1.0, 0.2, 0.4, 0.6, 0.8, 2.0]


def counts_by_hand(y, p, w, cut):
    yes = p > cut
    return [(w * part).sum() for part in (yes & y, yes & ~y, ~yes & y, ~yes & ~y)]


def points(curve, counts):
    """(x, y) of a curve at each cut, from the definitions; a share of nothing is 0."""
    share = lambda a, b: a / (a + b) if a + b else 0.0
    for tp, fp, fn, tn in counts:
        odds = (tp + fn) / (fp + tn)
        yield {
            "ROC": (share(fp, tn), share(tp, fn)),
            "PR": (share(tp, fn), share(tp, fp)),
            "PRGAIN": (max(1 - odds * fn / tp, 0), 1 - odds * fp / tp) if tp else (0.0, 1.0),
        }[curve]


def davis_and_goadrich(counts):
    """Between two cuts fp grows linearly with tp; the precision is summed over fine steps."""
    area = 0.0
    for (tp, fp, fn, _), (tp0, fp0, *_) in itertools.pairwise(counts):
        steps = np.linspace(0, 1, 20_001)[1:] - 1 / 40_000
        hits, wrong = tp0 + (tp - tp0) * steps, fp0 + (fp - fp0) * steps
        area += (hits / (hits + wrong)).mean() * (tp - tp0) / (tp + fn)
    return area


@pytest.mark.parametrize("weights", [np.arange(1.0, 10), np.ones(9), np.arange(1.0, 10) / 20])
@pytest.mark.parametrize("method", ["interpolation", "majoring", "minoring"])
@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN"])
def test_the_area_under_each_curve_by_hand(curve, method, weights):
    y = np.array([1, 0, 1, 1, 0, 0, 1, 0, 0], bool)
    p = np.array([0.9, 0.7, 0.65, 0.5, 0.45, 0.3, 0.25, 0.1, 0.05])
    w = weights
    counts = [counts_by_hand(y, p, w, cut) for cut in CUTS]
    path = list(points(curve, counts))
    heights = {"interpolation": np.mean, "majoring": np.max, "minoring": np.min}[method]
    expected = sum((a[0] - b[0]) * heights([a[1], b[1]]) for a, b in itertools.pairwise(path))
    if (curve, method) == ("PR", "interpolation"):
        expected = davis_and_goadrich(counts)
    metric = metrics.AUC(curve=curve, summation_method=method, thresholds=CUTS[1:-1])
    assert in_batches(metric, y, p, w) == pytest.approx(expected, abs=1e-6)
    several = metrics.AUC(
        curve=curve, summation_method=method, thresholds=CUTS[1:-1], multi_label=True, num_labels=2
    )
    assert several.result() == 0 and {v.shape for v in several.variables} == {(6, 2)}
    found = several(np.stack([y, y], 1), np.stack([p, p], 1), np.stack([w, w], 1))
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.filterwarnings("ignore:AUC. the outputs run")
def test_the_ends_of_a_curve():
    """A tie is worth a half also at 0, at 1 and beyond; where all are yes, or none, there is no
    curve but that of the gains.
    """
    for tie in (0.0, 1.0, -3.0, 3.0, 0.5):
        assert metrics.AUC()([1, 0], [tie, tie]) == 0.5
    assert metrics.AUC()([1, 0], [2.0, 3.0]) == 0.5  # both count as 1
    chances = np.array([0.1, 0.6, 0.9])
    for curve, all_yes, all_no in (("ROC", 0, 0), ("PR", 1, 0), ("PRGAIN", 1, 0)):
        assert metrics.AUC(curve=curve)([1, 1, 1], chances) == pytest.approx(all_yes, rel=1e-12)
        assert metrics.AUC(curve=curve)([0, 0, 0], chances) == all_no
    # from gains of 1 for recall and 1 - ¼ for precision to 0 and 1
    assert metrics.AUC(curve="PRGAIN")([1, 0, 0, 0, 0], [0.8, 0.9, 0.1, 0.1, 0.1]) == 0.875


def test_label_weights_without_several_labels_and_labels_that_do_not_fit():
    y, p = RNG.integers(0, 2, (30, 3)), RNG.random((30, 3))
    weighted = metrics.AUC(label_weights=[1, 0, 3])(y, p)
    by_hand = metrics.AUC()(y.ravel(), p.ravel(), np.tile([1, 0, 3], 30))
    assert weighted == pytest.approx(by_hand, rel=1e-12)
    with pytest.raises(ValueError, match="num_labels goes with multi_label=True"):
        metrics.AUC(num_labels=3)
    with pytest.raises(ValueError, match=r"outputs of shape \(n, 2\); received \(30, 3\)"):
        metrics.AUC(multi_label=True, num_labels=2)(y, p)
    with pytest.raises(ValueError, match=r"outputs of shape \(n, labels\); received \(30,\)"):
        metrics.AUC(multi_label=True)(y[:, 0], p[:, 0])
