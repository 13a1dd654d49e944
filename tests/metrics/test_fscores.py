"""F scores."""

import numpy as np
import pytest
from metric_cases import RNG, in_batches

from minidl import Tensor, metrics

W = RNG.random(30)


# --- classes

LABELS, SCORES = RNG.integers(0, 4, 30), RNG.random((30, 4))
GUESS = SCORES.argmax(axis=1)


def f_scores(beta=1.0, w=None):
    w = np.ones(30) if w is None else w
    each = []
    for i in range(4):
        tp, fp, fn = (
            w[(i == LABELS) & (i == GUESS)].sum(),
            w[(i != LABELS) & (i == GUESS)].sum(),
            w[(i == LABELS) & (i != GUESS)].sum(),
        )
        each.append((1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp))
    return np.array(each)


def test_f_scores():
    y, counts = np.eye(4)[LABELS], np.bincount(LABELS, minlength=4)
    result = in_batches(metrics.F1Score(), y, SCORES)
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result.numpy(), f_scores(), rtol=1e-5)
    np.testing.assert_allclose(
        in_batches(metrics.FBetaScore(beta=2.0), y, SCORES, W).numpy(), f_scores(2.0, W), rtol=1e-5
    )
    assert in_batches(metrics.F1Score("macro"), y, SCORES) == pytest.approx(
        f_scores().mean(), rel=1e-5
    )
    assert in_batches(metrics.F1Score("weighted"), y, SCORES) == pytest.approx(
        (f_scores() * counts).sum() / 30, rel=1e-5
    )
    assert in_batches(metrics.F1Score("micro"), y, SCORES) == pytest.approx(
        (LABELS == GUESS).mean(), rel=1e-5
    )
    assert metrics.F1Score("micro", threshold=0.5)(
        [1, 0, 1, 1], [[0.9], [0.8], [0.1], [0.7]]
    ) == pytest.approx(2 / 3, rel=1e-5)


def test_f1_of_one_output_without_a_threshold_is_warned_about():
    with pytest.warns(UserWarning, match=r"every answer is yes. Use F1Score\(threshold=0.5\)"):
        metrics.F1Score("micro")([1, 0], [[0.9], [0.1]])


def test_what_counts_as_the_largest_and_one_warning():
    """At an output of 0 nothing is said, so it is no yes: as in Keras, all of at most 1e-9."""
    found = metrics.F1Score()([[1, 0], [1, 0]], [[1e-9, 0.0], [0.5, 0.5]])
    np.testing.assert_allclose(found.numpy(), [2 / 3, 0], rtol=1e-5)
    metric = metrics.F1Score("micro")
    with pytest.warns(UserWarning, match="every answer is yes"):
        metric.update_state([[1.0], [0.0]], [[0.9], [0.1]])
    metric.update_state([[1.0], [0.0]], [[0.9], [0.1]])  # once


def test_an_f_score_to_the_last_digit():
    """Keras adds 1e-7 to each divisor, so that nothing is divided by 0."""
    one, small = 1 / (1 + 1e-7), 1e-7
    for beta in (1.0, 2.0):
        top = (1 + beta**2) * one * one / ((1 + beta**2) * one + small)
        y, p = [[1.0, 0.0]], [[0.9, 0.2]]  # nothing is known of the second class
        for average, expected in (("micro", top), ("macro", top / 2), ("weighted", top * one)):
            found = metrics.FBetaScore(average, beta)(y, p)
            assert found == pytest.approx(expected, rel=1e-12), average
        np.testing.assert_allclose(metrics.FBetaScore(None, beta)(y, p).numpy(), [top, 0], 1e-12)
    assert metrics.FBetaScore().beta == 1


def test_the_threshold_of_an_f_score():
    """What lies on it is no yes. 1 is one, 0 is none."""
    found = metrics.F1Score("micro", threshold=0.5)([[1.0], [1.0]], [[0.5], [0.6]])
    assert found == pytest.approx(2 / 3, rel=1e-6)
    assert metrics.F1Score(threshold=1).threshold == 1
    for wrong in (0, 1.5, -1):
        with pytest.raises(ValueError, match="F1Score: threshold must be .* at most 1; received"):
            metrics.F1Score(threshold=wrong)
    with pytest.raises(ValueError, match=r"of shape \(n, classes\); received \(2, 1, 3\)"):
        metrics.F1Score()(np.ones((2, 1, 3)), np.ones((2, 1, 3)))
