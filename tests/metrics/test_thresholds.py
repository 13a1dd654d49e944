"""Counts at thresholds, precision and recall, and what they refuse."""

import numpy as np
import pytest
from metric_cases import CHANCES, RNG, YES, counted, in_batches

from minidl import Tensor, metrics

T, P = RNG.random((30, 3)) + 0.1, RNG.random((30, 3)) + 0.1
W = RNG.random(30)


@pytest.mark.parametrize("weight", [None, W], ids=["plain", "weighted"])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_counts_precision_and_recall_at_a_threshold(threshold, weight):
    tp, fp, tn, fn = counted(threshold, weight)
    expected = {
        "TruePositives": tp,
        "FalsePositives": fp,
        "TrueNegatives": tn,
        "FalseNegatives": fn,
        "Precision": tp / (tp + fp) if tp + fp else 0.0,
        "Recall": tp / (tp + fn),
    }
    for name, value in expected.items():
        metric = getattr(metrics, name)(thresholds=threshold)
        assert in_batches(metric, YES, CHANCES, weight) == pytest.approx(value, rel=1e-12), name
        assert in_batches(metric, YES, CHANCES.astype(np.float32), weight) == pytest.approx(
            value, rel=1e-7
        ), name
        default = getattr(metrics, name)()
        assert in_batches(default, YES, CHANCES) == pytest.approx(
            in_batches(getattr(metrics, name)(0.5), YES, CHANCES)
        )


def test_several_thresholds_give_results_in_the_order_given():
    thresholds = [0.7, 0.1, 0.4]
    result = in_batches(metrics.Precision(thresholds), YES, CHANCES, W)
    assert isinstance(result, Tensor)
    expected = [tp / (tp + fp) for tp, fp, _, _ in (counted(t, W) for t in thresholds)]
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-12)


def test_one_class_and_the_k_largest():
    tp, fp, _, fn = counted(0.5, W, slice(2, 3))
    assert in_batches(metrics.Precision(class_id=2), YES, CHANCES, W) == pytest.approx(
        tp / (tp + fp), rel=1e-12
    )
    assert in_batches(metrics.Recall(class_id=-1), YES, CHANCES, W) == pytest.approx(
        tp / (tp + fn), rel=1e-12
    )
    best = np.argsort(-P, axis=1)[:, :2]
    hits = np.take_along_axis(YES, best, axis=1)
    assert in_batches(metrics.Precision(top_k=2), YES, P) == pytest.approx(hits.mean(), rel=1e-12)
    assert in_batches(metrics.Recall(top_k=2), YES, P) == pytest.approx(
        hits.sum() / YES.sum(), rel=1e-12
    )
    # logits too
    assert in_batches(metrics.Recall(top_k=2), YES, P - 10) == pytest.approx(
        hits.sum() / YES.sum(), rel=1e-12
    )
    for shape in ((2, 15, 3), (15, 2, 3)):  # of every step
        assert metrics.Recall(top_k=2)(YES.reshape(shape), P.reshape(shape)) == pytest.approx(
            hits.sum() / YES.sum(), rel=1e-12
        )


def test_nothing_to_count_is_0_and_nan_is_no_yes():
    assert (
        metrics.Precision().result()
        == metrics.Recall()([0, 0], [0.1, 0.9])
        == metrics.AUC().result()
        == 0
    )
    assert metrics.TruePositives()([0.5, 0.6], [0.9, 0.9]) == 1  # ½ is a no
    assert (
        metrics.TruePositives()([1, 1], [np.nan, 0.9]) == 1
        and metrics.FalseNegatives()([1, 1], [np.nan, 0.9]) == 1
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: metrics.Precision(1.5), "thresholds lie between 0 and 1; received 1.5"),
        (
            lambda: metrics.Precision()([0, 1, 2], [0.1, 0.2, 0.3]),
            r"targets are 0 or 1, but y runs 0\.\.2.*to_categorical",
        ),
        (
            lambda: metrics.Precision()([0, 1], [[0.1, 0.2], [0.3, 0.4]]),
            r"Precision.*\(2,\).*\(2, 2\)",
        ),
        (
            lambda: metrics.Recall(class_id=3)([[0, 1]], [[0.1, 0.2]]),
            r"no class_id=3 in outputs of shape \(1, 2\)",
        ),
        (lambda: metrics.AUC(curve="RUC"), "curve is one of ROC, PR, PRGAIN.*'RUC'"),
        (
            lambda: metrics.AUC(num_thresholds=1),
            "num_thresholds must be a whole number of at least 2",
        ),
        (
            lambda: metrics.AUC(multi_label=True, num_labels=3)(np.ones((2, 2)), np.ones((2, 2))),
            r"\(n, 3\); received \(2, 2\)",
        ),
        (
            lambda: metrics.SensitivityAtSpecificity(1.2),
            "specificity must be a number of at least 0 and at most 1; received 1.2",
        ),
        (
            lambda: metrics.PrecisionAtRecall(0.5, num_thresholds=0),
            "PrecisionAtRecall: num_thresholds must be a whole number of at least 1; received 0",
        ),
        (
            lambda: metrics.TopKCategoricalAccuracy(k=0),
            "k must be a whole number of at least 1; received 0",
        ),
        (
            lambda: metrics.SparseTopKCategoricalAccuracy()([0], [[0.1, 0.9]]),
            "k=5, but the model has 2 outputs",
        ),
        (
            lambda: metrics.SparseTopKCategoricalAccuracy(1)([2], [[0.1, 0.9]]),
            r"labels run 2\.\.2.*valid labels 0\.\.1",
        ),
        (
            lambda: metrics.F1Score("mean"),
            "average is None, 'micro', 'macro' or 'weighted'; received 'mean'",
        ),
        (
            lambda: metrics.F1Score()([0, 1], np.ones((2, 3))),
            r"F1Score.*\(2,\).*\(2, 3\).*to_categorical\(y, 3\)",
        ),
        (lambda: metrics.FBetaScore(beta=-1.0), "beta must be a number above 0"),
        (lambda: metrics.IoU(2, [2]), r"target_class_ids lie in 0\.\.1; received \[2\]"),
        (
            lambda: metrics.confusion_matrix([0, 3], [0, 1], 3),
            r"y_true runs 0\.\.3, but there are 3 classes",
        ),
        (lambda: metrics.confusion_matrix([0, 1], [0.2, 0.9]), "fractions, not labels"),
        (lambda: metrics.confusion_matrix([0, 1, 1], [0, 1]), r"\(3,\).*\(2,\)"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_errors_name_what_was_received(make, said):
    with pytest.raises(ValueError, match=said):
        make()


# --- metrics on logits

ON_LOGITS = [
    (metrics.Precision, "Precision(thresholds=0)"),
    (metrics.Recall, "Recall(thresholds=0)"),
    (metrics.TruePositives, "TruePositives(thresholds=0)"),
    (metrics.TrueNegatives, "TrueNegatives(thresholds=0)"),
    (metrics.FalsePositives, "FalsePositives(thresholds=0)"),
    (metrics.FalseNegatives, "FalseNegatives(thresholds=0)"),
    (metrics.BinaryIoU, "BinaryIoU(threshold=0)"),
    (lambda: metrics.F1Score(threshold=0.5), "F1Score()"),
    (lambda: metrics.FBetaScore(threshold=0.5), "FBetaScore()"),
    (lambda: metrics.PrecisionAtRecall(0.5), "AUC(from_logits=True)"),
    (lambda: metrics.SensitivityAtSpecificity(0.5), "AUC(from_logits=True)"),
]


@pytest.mark.parametrize(("make", "cure"), ON_LOGITS, ids=[cure for _, cure in ON_LOGITS])
def test_a_threshold_for_probabilities_on_logits_is_warned_about_once(make, cure):
    metric = make()
    y, logits = np.array([[0.0, 1], [1, 0]]), np.array([[-3.0, 0.2], [2.0, -0.1]])
    with pytest.warns(UserWarning) as said:
        metric.update_state(y, logits)
        metric.update_state(y, logits)
    assert len(said) == 1 and cure in str(said[0].message), [str(w.message) for w in said]


def test_logits_that_are_expected_are_no_reason_to_warn():
    for metric in (
        metrics.Precision(thresholds=0),
        metrics.Recall(thresholds=[0.0]),
        metrics.Precision(top_k=1),
        metrics.BinaryIoU(threshold=0),
    ):
        assert metric([[0.0, 1], [1, 0]], [[-3.0, 0.2], [2.0, -0.1]]) == 1


@pytest.mark.parametrize("wrong", ["a", [], [0.5, "b"], [None], {}], ids=str)
def test_thresholds_that_are_no_numbers(wrong):
    with pytest.raises(TypeError, match="Recall: thresholds is a number from 0 to 1, or a list"):
        metrics.Recall(thresholds=wrong)
