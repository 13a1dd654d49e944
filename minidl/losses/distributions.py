"""Losses between distributions other than the cross-entropies: counts (Poisson) and how far one
distribution is from another.
"""

from __future__ import annotations

from .. import ops
from ..support import backend
from ..tensor import Tensor
from .base import Regression, SameShape, losses


@losses.register()
class Poisson(Regression):
    """mean (p - t·ln(p + ε)): for counts t, with p > 0 their expected value. Up to a constant, -ln
    P(t) of a Poisson distribution.

    Shapes: alike, (n, outputs). End the model with activation='softplus' or 'exponential', so that
    p > 0.
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(reduction, name, dtype)

    def call(self, y_true, y_pred):
        if y_pred.size and y_pred.data.min() < 0:
            self._warn_once(
                "range",
                f"the outputs go down to {y_pred.data.min():.3g}, but an expected count is never "
                f"negative. "
                "End the model with activation='softplus'.",
            )
        return (y_pred - y_true * ops.log(y_pred + backend.epsilon())).mean(axis=-1)


@losses.register("kld", "kullback_leibler_divergence")
class KLDivergence(SameShape):
    """Σ t·ln(t / p) over the last axis, both clipped to [ε, 1]: what it costs to take p for the
    true distribution t.

    Shapes: alike, (n, classes), rows of probabilities. If a softmax has just made p, its logits
    give the stable form.
    Kullback and Leibler, On information and sufficiency, Annals of Mathematical Statistics, 1951.
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name="kl_divergence", dtype=None
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true, y_pred):
        t = ops.clip(y_true, backend.epsilon(), 1.0)
        kind, logits = y_pred.logits() or (None, None)
        if kind == "softmax":
            return (t * (ops.log(t) - ops.log_softmax(logits))).sum(axis=-1)
        if y_pred.size and (y_pred.data.min() < 0 or y_pred.data.max() > 1 + 1e-3):
            self._warn_once(
                "range",
                f"the outputs run {y_pred.data.min():.3g}..{y_pred.data.max():.3g} and are no "
                f"probabilities. "
                "End the model with activation='softmax'.",
            )
        return (t * (ops.log(t) - ops.log(ops.clip(y_pred, backend.epsilon(), 1.0)))).sum(axis=-1)


def poisson(y_true, y_pred) -> Tensor:
    """Poisson, one loss per sample."""
    return Poisson(reduction=None)(y_true, y_pred)


def kl_divergence(y_true, y_pred) -> Tensor:
    """KLDivergence, one loss per sample."""
    return KLDivergence(reduction=None)(y_true, y_pred)
