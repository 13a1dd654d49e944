"""R² and its edges."""

import numpy as np
import pytest
from metric_cases import RNG, in_batches

from minidl import Tensor, metrics

T, P = RNG.random((30, 3)) + 0.1, RNG.random((30, 3)) + 0.1
W = RNG.random(30)


def test_r2_score():
    each = 1 - ((T - P) ** 2).sum(0) / ((T - T.mean(0)) ** 2).sum(0)
    assert in_batches(metrics.R2Score(), T, P) == pytest.approx(each.mean(), rel=1e-10)
    single = in_batches(metrics.R2Score(class_aggregation=None), T, P)
    assert isinstance(single, Tensor)
    np.testing.assert_allclose(single.numpy(), each, rtol=1e-10)
    spread = ((T - T.mean(0)) ** 2).sum(0)
    assert in_batches(metrics.R2Score("variance_weighted_average"), T, P) == pytest.approx(
        (each * spread).sum() / spread.sum(), rel=1e-10
    )
    t, p = T[:, 0], P[:, 0]
    mean = (W * t).sum() / W.sum()
    assert in_batches(metrics.R2Score(), t, p[:, None], W) == pytest.approx(
        1 - (W * (t - p) ** 2).sum() / (W * (t - mean) ** 2).sum(), rel=1e-10
    )
    plain = in_batches(metrics.R2Score(), t, p)
    assert in_batches(metrics.R2Score(num_regressors=4), t, p) == pytest.approx(
        1 - (1 - plain) * 29 / 25, rel=1e-10
    )


def test_r2_at_its_edges():
    assert metrics.R2Score().result() == 0
    assert metrics.R2Score()([1.0, 2.0], [1.0, 2.0]) == 1
    assert (
        metrics.R2Score()([2.0, 2.0], [2.0, 2.0]) == 1
        and metrics.R2Score()([2.0, 2.0], [2.0, 4.0]) == 0
    )
    assert metrics.R2Score()([3.0], [3.0]) == 1
    assert metrics.R2Score()([1.0, 2.0], [1.0, 2.0], sample_weight=[0, 0]) == 0
    each = metrics.R2Score(None)([[1.0, 2], [3, 2]], [[1.0, 2], [3, 5]], [[0.5, 1], [0.5, 0]])
    assert each.tolist() == [1, 1]
    varied = metrics.R2Score("variance_weighted_average")
    assert varied([[1.0, 2], [3, 2]], [[1.0, 2], [2, 2]]) == 0.5  # the second does not vary
    assert varied.result() == 0.5 and varied([[1.0, 2], [3, 2]], [[1.0, 2], [2, 2]]) == 0.5
    varied.reset_state()
    assert varied([[2.0, 2], [2, 2]], [[2.0, 2], [2, 3]]) == 0.5  # none does: the plain mean
    with pytest.warns(UserWarning, match="5 regressors need more than 2 samples"):
        assert metrics.R2Score(num_regressors=5)([1.0, 2.0], [1.0, 2.0]) == 1
    with pytest.raises(ValueError, match="class_aggregation is"):
        metrics.R2Score("mean")
    with pytest.raises(ValueError, match=r"\(3,\).*\(3, 2\)"):
        metrics.R2Score()(np.ones(3), np.ones((3, 2)))
    with pytest.raises(
        ValueError, match="num_regressors is a whole number of at least 0; received -1"
    ):
        metrics.R2Score(num_regressors=-1)
    with pytest.raises(ValueError, match=r"shape \(n, outputs\); received \(3, 2, 1\)"):
        metrics.R2Score()(np.ones((3, 2, 1)), np.ones((3, 2, 1)))
    metric = metrics.R2Score(num_regressors=1)
    with pytest.warns(UserWarning, match="1 regressors need more than 2 samples"):
        assert metric([1.0, 3.0], [1.0, 2.0]) == 0.5
    assert metrics.R2Score(num_regressors=1)([1.0, 3.0, 5.0], [1.0, 3.0, 6.0]) == 1 - 1 / 8 * 2


def test_the_correlations_as_functions():
    rng = np.random.default_rng(0)
    y, p = rng.random((3, 8)), rng.random((3, 8))
    found = metrics.pearson_correlation(y, p).numpy()
    np.testing.assert_allclose(found, [np.corrcoef(a, b)[0, 1] for a, b in zip(y, p)], rtol=1e-5)
    lin = [2 * np.cov(a, b, bias=True)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
           for a, b in zip(y.T, p.T)]  # fmt: skip
    np.testing.assert_allclose(
        metrics.concordance_correlation(y, p, axis=0).numpy(), lin, rtol=1e-4
    )


def test_the_correlations_of_sequences_and_of_small_numbers():
    """Along the last axis unless told otherwise: (2, 3, 4) gives (2, 3)."""
    rng = np.random.default_rng(0)
    y, p = rng.random((2, 3, 4)), rng.random((2, 3, 4))
    for function, metric in (
        (metrics.pearson_correlation, metrics.PearsonCorrelation),
        (metrics.concordance_correlation, metrics.ConcordanceCorrelation),
    ):
        found = function(y, p).numpy()
        assert found.shape == (2, 3)
        rows = function(y.reshape(6, 4), p.reshape(6, 4), axis=1).numpy()
        np.testing.assert_allclose(found.ravel(), rows, rtol=1e-6)
        assert metric()(y, p) == pytest.approx(found.mean(), rel=1e-6)
        steps = function(y, p, axis=1).numpy()
        assert steps.shape == (2, 4)
        assert metric(axis=1)(y, p) == pytest.approx(steps.mean(), rel=1e-6)
    # Keras adds 1e-7 to the divisor: variances and covariance are 1e-6
    tiny = np.array([[0.0, 2e-3]])
    assert metrics.ConcordanceCorrelation()(tiny, tiny) == pytest.approx(2 / 2.1, rel=1e-9)
    assert metrics.PearsonCorrelation()(tiny, tiny) == pytest.approx(1, rel=1e-12)
    assert metrics.PearsonCorrelation()(tiny, np.ones((1, 2))) == 0


def test_adjusted_r2_counts_every_output_as_keras_does():
    y = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    p = [[0.4, 0.9, 1.6], [0.1, 1.2, 0.6], [1.5, 0.8, 0.6]]
    found = metrics.R2Score(None, num_regressors=2)(y, p, sample_weight=[0.8, 0.1, 0.4])
    np.testing.assert_allclose(found.numpy(), [-0.10259259, -12.115555, -1.0280001], rtol=1e-5)
