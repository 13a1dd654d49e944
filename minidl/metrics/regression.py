"""Losses watched as metrics (regression, margins, distributions, cross-entropies), and R², RMSE and
correlations.

Shapes as for the loss of the same name: y_true and y_pred alike, (n, outputs); class indices (n,)
for the sparse one.
"""

from __future__ import annotations

import warnings

import numpy as np

from .. import losses
from ..support.arrays import as_array
from ..tensor import Tensor
from .base import LossMetric, MeanMetric, Metric, Number, metrics, targets_like


@metrics.register("mse")
class MeanSquaredError(LossMetric):
    """mean (y_true - y_pred)²."""

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.MeanSquaredError(), name, dtype)


@metrics.register("mae")
class MeanAbsoluteError(LossMetric):
    """mean |y_true - y_pred|."""

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.MeanAbsoluteError(), name, dtype)


@metrics.register("mape")
class MeanAbsolutePercentageError(LossMetric):
    """100 · mean |y_true - y_pred| / |y_true|."""

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.MeanAbsolutePercentageError(), name, dtype)


@metrics.register("msle")
class MeanSquaredLogarithmicError(LossMetric):
    """mean (ln(1 + y_true) - ln(1 + y_pred))²."""

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.MeanSquaredLogarithmicError(), name, dtype)


@metrics.register("rmse")
class RootMeanSquaredError(LossMetric):
    """√ of the mean of (y_true - y_pred)² over all samples: an error in the unit of y."""

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(losses.MeanSquaredError(), name, dtype)

    def result(self):
        return Number(np.sqrt(super().result()))


@metrics.register("logcosh", "log_cosh")
class LogCoshError(LossMetric):
    """mean ln cosh (y_pred - y_true)."""

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.LogCosh(), name, dtype)


@metrics.register()
class CosineSimilarity(LossMetric):
    """mean Σ t·p / (‖t‖‖p‖) along `axis`: 1 for the same direction. The loss of this name has the
    other sign.
    """

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(losses.CosineSimilarity(axis), name, dtype)
        self.axis = axis

    def result(self):
        return Number(-super().result())


@metrics.register()
class Hinge(LossMetric):
    """mean max(0, 1 - t·p), t = ±1."""

    def __init__(self, name="hinge", dtype=None):
        super().__init__(losses.Hinge(), name, dtype)


@metrics.register()
class SquaredHinge(LossMetric):
    """mean max(0, 1 - t·p)², t = ±1."""

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(losses.SquaredHinge(), name, dtype)


@metrics.register()
class CategoricalHinge(LossMetric):
    """mean max(0, 1 + the best wrong score - the right one)."""

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(losses.CategoricalHinge(), name, dtype)


@metrics.register()
class Poisson(LossMetric):
    """mean p - t·ln p."""

    def __init__(self, name="poisson", dtype=None):
        super().__init__(losses.Poisson(), name, dtype)


@metrics.register("kld", "kullback_leibler_divergence")
class KLDivergence(LossMetric):
    """mean Σ t·ln(t / p)."""

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(losses.KLDivergence(), name, dtype)


@metrics.register("bce")
class BinaryCrossentropy(LossMetric):
    """mean -(t·ln p + (1 - t)·ln(1 - p))."""

    def __init__(
        self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0
    ):
        super().__init__(losses.BinaryCrossentropy(from_logits, label_smoothing), name, dtype)
        self.from_logits, self.label_smoothing = from_logits, label_smoothing


@metrics.register()
class CategoricalCrossentropy(LossMetric):
    """mean -Σ t·ln p over the classes, t one-hot."""

    def __init__(
        self,
        name="categorical_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
        axis=-1,
    ):
        super().__init__(
            losses.CategoricalCrossentropy(from_logits, label_smoothing, axis), name, dtype
        )
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


@metrics.register()
class SparseCategoricalCrossentropy(LossMetric):
    """mean -ln p[label]. Samples with the label `ignore_class` do not count."""

    def __init__(
        self,
        name="sparse_categorical_crossentropy",
        dtype=None,
        from_logits=False,
        ignore_class=None,
        axis=-1,
    ):
        super().__init__(
            losses.SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis), name, dtype
        )
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.ignore_class is not None:
            labels = targets_like(
                as_array(y_true, keep_ints=True),
                np.shape(y_pred)[:-1],
                np.shape(y_pred),
                type(self).__name__,
            )
            kept = (labels != self.ignore_class).astype(float)
            sample_weight = (
                kept
                if sample_weight is None
                else kept * losses.weights_like(sample_weight, kept.shape)
            )
        super().update_state(y_true, y_pred, sample_weight)


# --- more than a mean of losses
# --------------------------------------------------------------------------------------


@metrics.register("r2")
class R2Score(Metric):
    """1 - Σ w(t - p)² / Σ w(t - t̄)²: the share of the targets' variance that is explained. 0 is
    what the mean t̄ would score.

    Shapes: (n, outputs), or (n,). class_aggregation: 'uniform_average' of the outputs' scores,
    'variance_weighted_average', or None for one score an output. num_regressors k > 0: adjusted, 1
    - (1 - R²)(n - 1)/(n - k - 1).
    Constant targets leave nothing to explain: 1 if they are met exactly, else 0.
    """

    _SUMS = ("weight", "targets", "squares", "errors")

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
        if num_regressors < 0:
            raise ValueError(
                f"R2Score: num_regressors must be 0 or more; received {num_regressors!r}."
            )
        super().__init__(name, dtype)
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors

    def reset_state(self):
        self.samples, self._sums = 0, {name: np.zeros(1) for name in self._SUMS}

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = as_array(y_pred).astype(np.float64)
        t = targets_like(as_array(y_true), p.shape, p.shape, "R2Score").astype(np.float64)
        if t.ndim > 2:
            raise ValueError(
                f"R2Score: expected outputs of shape (n, outputs); received {p.shape}."
            )
        t, p = t.reshape(len(t), -1), p.reshape(len(p), -1)
        w = (
            np.ones(t.shape)
            if sample_weight is None
            else losses.weights_like(sample_weight, t.shape)
        )
        self.samples += len(t)
        for name, values in zip(self._SUMS, (w, w * t, w * t * t, w * (t - p) ** 2)):
            self._sums[name] = self._sums[name] + values.sum(axis=0)

    def result(self):
        weight, targets, squares, errors = (self._sums[name] for name in self._SUMS)
        spread = np.maximum(squares - targets**2 / np.where(weight == 0, 1, weight), 0.0)
        scores = np.where(
            spread > 0, 1 - errors / np.where(spread > 0, spread, 1), (errors == 0) & (weight > 0)
        )
        if self.class_aggregation == "uniform_average":
            scores = scores.mean()
        elif self.class_aggregation == "variance_weighted_average":
            scores = (scores * spread).sum() / spread.sum() if spread.any() else scores.mean()
        free = self.samples - self.num_regressors - 1
        if self.num_regressors and self.samples:
            if free > 0:
                scores = 1 - (1 - scores) * (self.samples - 1) / free
            else:
                warnings.warn(
                    f"R2Score: {self.num_regressors} regressors need more than {self.samples} "
                    f"samples to adjust for; this is "
                    "the plain R².",
                    stacklevel=2,
                )
        return Tensor(scores) if self.class_aggregation is None else Number(scores)


class _Correlation(MeanMetric):
    def __init__(self, name=None, dtype=None, axis=-1):
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


@metrics.register()
class PearsonCorrelation(_Correlation):
    """mean cov(t, p) / (σ_t σ_p), each along `axis`: 1 if p rises and falls with t, whatever its
    scale; 0 if either is constant.
    """

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(name, dtype, axis)

    def correlation(self, t, p):
        covariance, vt, vp = self._moments(t, p)
        scale = np.sqrt(vt * vp)
        return np.where(scale > 0, covariance / np.where(scale > 0, scale, 1), 0.0)


@metrics.register()
class ConcordanceCorrelation(_Correlation):
    """mean 2·cov(t, p) / (σ_t² + σ_p² + (t̄ - p̄)²), each along `axis`: 1 only if p equals t.

    Lin, A concordance correlation coefficient to evaluate reproducibility, Biometrics, 1989.
    """

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(name, dtype, axis)

    def correlation(self, t, p):
        covariance, vt, vp = self._moments(t, p)
        apart = (t.mean(axis=self.axis) - p.mean(axis=self.axis)) ** 2
        return 2 * covariance / (vt + vp + apart + 1e-7)
