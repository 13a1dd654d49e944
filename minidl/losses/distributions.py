"""Losses that compare distributions, except the cross-entropies: Poisson for counts, and the
Kullback-Leibler divergence.
"""

from __future__ import annotations

from .. import ops
from ..guards import outputs, targets
from ..support import backend
from .base import Regression, SameShape, registry


@registry.register()
class Poisson(Regression):
    """mean (p - t·ln(p + ε)), for counts t; p > 0 is their expected value. Up to a constant this is
    -ln P(t) of a Poisson distribution.

    Shapes: y_true and y_pred alike, (n, outputs). End the model with activation='softplus' or
    'exponential', so that p > 0.
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(reduction, name, dtype)

    def check_targets(self, y, output_shape):
        targets.check_counts(self.title, y)

    def call(self, y_true, y_pred):
        self.look_at(y_pred, outputs.no_counts)
        return (y_pred - y_true * ops.log(y_pred + backend.epsilon())).mean(axis=-1)


@registry.register("kld", "kullback_leibler_divergence")
class KLDivergence(SameShape):
    """Σ t·ln(t / p) over the last axis, both clipped to [ε, 1]: how much worse p describes the data
    than the true distribution t.

    Shapes: y_true and y_pred alike, (n, classes), rows of probabilities. If p was computed by
    softmax, the stable formula from its logits is used.
    Kullback and Leibler, On information and sufficiency, Annals of Mathematical Statistics, 1951.
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name="kl_divergence", dtype=None
    ):
        super().__init__(name, reduction, dtype)

    def check_targets(self, y, output_shape):
        targets.check_distribution(self.title, y)

    def call(self, y_true, y_pred):
        t = ops.clip(y_true, backend.epsilon(), 1.0)
        kind, logits = y_pred.logits() or (None, None)
        if kind == "softmax":
            return (t * (ops.log(t) - ops.log_softmax(logits))).sum(axis=-1)
        self.look_at(y_pred, outputs.no_probabilities)
        return (t * (ops.log(t) - ops.log(ops.clip(y_pred, backend.epsilon(), 1.0)))).sum(axis=-1)
