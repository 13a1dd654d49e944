"""R² and correlations: the quality of predicted numbers, compared with the mean of the targets.

Shapes: y_true and y_pred have the same shape, (n, outputs) or (n,).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support import backend
from ..support.arrays import Number, as_array
from ..support.warning import warn
from ..tensor import Tensor
from .base import MeanMetric, Metric, as_rows, registry, targets_like
from .thresholds import weights_of


@registry.register("r2")
class R2Score(Metric):
    """1 - Σ w(t - p)² / Σ w(t - t̄)²: the share of the targets' variance that is explained. 0 is
    what the mean t̄ would score.

    Shapes: (n, outputs), or (n,). class_aggregation: 'uniform_average' of the outputs' scores,
    'variance_weighted_average', or None for one score an output. num_regressors k > 0: adjusted, 1
    - (1 - R²)(n - 1)/(n - k - 1), where n counts, as in Keras, every output of every sample.
    Constant targets leave nothing to explain: 1 if the outputs equal them, else 0.
    """

    _SUMS = "squared_sum sum residual count"  # Σ wt², Σ wt, Σ w(t - p)², Σ w, of each output

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors=0,
        name="r2_score",
        dtype=None,
    ):
        if class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise ValueError(
                "R2Score: class_aggregation is 'uniform_average', 'variance_weighted_average' or "
                "None; received "
                f"{class_aggregation!r}."
            )
        super().__init__(name, dtype)
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_sum("num_samples")

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = as_array(y_pred).astype(np.float64)
        t = targets_like(as_array(y_true), p.shape, p.shape, "R2Score").astype(np.float64)
        if t.ndim > 2:
            raise ValueError(
                f"R2Score: expected outputs of shape (n, outputs); received {p.shape}."
            )
        t, p = as_rows(t), as_rows(p)
        w = weights_of(sample_weight, t.shape)
        self.num_samples.data[...] += t.size
        self.sums(self._SUMS, t.shape[1:])
        for name, values in zip(self._SUMS.split(), (w * t * t, w * t, w * (t - p) ** 2, w)):
            getattr(self, name).data[...] += values.sum(axis=0)

    def result(self):
        if not self.num_samples:
            return Tensor(np.zeros(1)) if self.class_aggregation is None else Number(0.0)
        squares, targets, errors, weight = (getattr(self, n).data for n in self._SUMS.split())
        spread = np.maximum(squares - targets**2 / np.where(weight == 0, 1, weight), 0.0)
        scores = np.where(
            spread > 0, 1 - errors / np.where(spread > 0, spread, 1), (errors == 0) & (weight > 0)
        )
        if self.class_aggregation == "uniform_average":
            scores = scores.mean()
        elif self.class_aggregation == "variance_weighted_average":
            scores = (scores * spread).sum() / spread.sum() if spread.any() else scores.mean()
        scores = self._adjusted(scores)
        return Tensor(scores) if self.class_aggregation is None else Number(scores)

    def _adjusted(self, scores):
        """1 - (1 - R²)(n - 1)/(n - k - 1) for k regressors, where there are enough samples."""
        samples, k = int(self.num_samples), self.num_regressors
        if k and samples > k + 1:
            return 1 - (1 - scores) * (samples - 1) / (samples - k - 1)
        if k:
            warn(
                f"R2Score: {k} regressors need more than {samples} samples to adjust for; this is "
                "the plain R².",
            )
        return scores


class _Correlation(MeanMetric):
    def __init__(self, name, dtype, axis):
        super().__init__(name, dtype)
        self.axis = axis

    def measure(self, y_true, y_pred):
        t = self.targets(y_true, y_pred.shape, y_pred.shape)
        return self.correlation(t.astype(np.float64), y_pred.astype(np.float64))

    def correlation(self, t, p):
        """One number for each row along the axis."""
        raise NotImplementedError

    def _moments(self, t, p) -> tuple:
        t0, p0 = (x - x.mean(axis=self.axis, keepdims=True) for x in (t, p))
        return (
            (t0 * p0).mean(axis=self.axis),
            (t0 * t0).mean(axis=self.axis),
            (p0 * p0).mean(axis=self.axis),
        )


@registry.register()
class PearsonCorrelation(_Correlation):
    """mean cov(t, p) / (σ_t σ_p), each along `axis`: 1 if p rises and falls with t, whatever its
    scale; 0 if either is constant.
    """

    def __init__(self, name="pearson_correlation", dtype=None, axis: Any = -1):
        super().__init__(name, dtype, axis)

    def correlation(self, t, p):
        covariance, vt, vp = self._moments(t, p)
        scale = np.sqrt(vt * vp)
        return covariance / np.where(scale > 0, scale, 1)  # both are 0 where one is constant


@registry.register()
class ConcordanceCorrelation(_Correlation):
    """mean 2·cov(t, p) / (σ_t² + σ_p² + (t̄ - p̄)²), each along `axis`: 1 only if p equals t.

    Lin, A concordance correlation coefficient to evaluate reproducibility, Biometrics, 1989.
    """

    def __init__(self, name="concordance_correlation", dtype=None, axis: Any = -1):
        super().__init__(name, dtype, axis)

    def correlation(self, t, p):
        covariance, vt, vp = self._moments(t, p)
        apart = (t.mean(axis=self.axis) - p.mean(axis=self.axis)) ** 2
        return 2 * covariance / (vt + vp + apart + 1e-7)


# --- as functions: one number for each row along the axis


def pearson_correlation(y_true, y_pred, axis=-1) -> Tensor:
    """cov(t, p) / (σ_t σ_p) along `axis`; the shape of y_pred without it."""
    return _rows(PearsonCorrelation(axis=axis), y_true, y_pred)


def concordance_correlation(y_true, y_pred, axis=-1) -> Tensor:
    """2·cov(t, p) / (σ_t² + σ_p² + (t̄ - p̄)²) along `axis`; the shape of y_pred without it."""
    return _rows(ConcordanceCorrelation(axis=axis), y_true, y_pred)


def _rows(metric: _Correlation, y_true, y_pred) -> Tensor:
    return Tensor(metric.measure(as_array(y_true), as_array(y_pred)), dtype=backend.floatx())
