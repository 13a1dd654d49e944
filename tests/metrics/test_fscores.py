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
