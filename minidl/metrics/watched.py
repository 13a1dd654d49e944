"""Losses as metrics. The decorator `watch` names the loss and creates the constructor.

Shapes as for the loss of the same name: y_true and y_pred alike, (n, outputs); class indices (n,)
for the sparse one.
"""

from __future__ import annotations

import inspect

import numpy as np

from .. import losses
from ..support.arrays import Number
from ..support.configs import parameters
from ..support.registry import snake_case
from .base import registry
from .means import LossMetric


def watch(loss: type[losses.Loss], *aliases: str, name: str | None = None, options: str = ""):
    """Decorator: register a LossMetric for `loss`, and give it the constructor (name, dtype,
    *options).

    aliases: further names in compile(). name: its default name, if not that of the class. options:
    the arguments of the loss that the metric takes too, kept as attributes.
    """
    passed = [p for p in parameters(loss.__init__) if p.name in options.split()]

    def finish(cls):
        own = {"self": inspect.Parameter.empty, "name": name or snake_case(cls.__name__)}
        own["dtype"] = None
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        first = [inspect.Parameter(n, kind, default=value) for n, value in own.items()]
        signature = inspect.Signature([*first, *passed])

        def __init__(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            self, title, dtype, *values = bound.arguments.values()
            given = dict(zip((p.name for p in passed), values))
            LossMetric.__init__(self, loss(**given), title, dtype)
            vars(self).update(given)

        __init__.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
        cls.__init__ = __init__
        return registry.register(*aliases)(cls)

    return finish


@watch(losses.MeanSquaredError, "mse")
class MeanSquaredError(LossMetric):
    """mean (y_true - y_pred)²."""


@watch(losses.MeanAbsoluteError, "mae")
class MeanAbsoluteError(LossMetric):
    """mean |y_true - y_pred|."""


@watch(losses.MeanAbsolutePercentageError, "mape")
class MeanAbsolutePercentageError(LossMetric):
    """100 · mean |y_true - y_pred| / |y_true|."""


@watch(losses.MeanSquaredLogarithmicError, "msle")
class MeanSquaredLogarithmicError(LossMetric):
    """mean (ln(1 + y_true) - ln(1 + y_pred))²."""


@watch(losses.MeanSquaredError, "rmse")
class RootMeanSquaredError(LossMetric):
    """√ of the mean of (y_true - y_pred)² over all samples: an error in the unit of y. Steps that a
    mask leaves out do not count (in Keras they do in this metric, though not in MeanSquaredError).
    """

    def result(self):
        return Number(np.sqrt(super().result()))


@watch(losses.LogCosh, "logcosh", "log_cosh", name="logcosh")
class LogCoshError(LossMetric):
    """mean ln cosh (y_pred - y_true)."""


@watch(losses.CosineSimilarity, options="axis")
class CosineSimilarity(LossMetric):
    """mean Σ t·p / (‖t‖‖p‖) along `axis`: 1 for the same direction. The loss of this name has the
    other sign.
    """

    def result(self):
        return Number(-super().result())


@watch(losses.Hinge)
class Hinge(LossMetric):
    """mean max(0, 1 - t·p), t = ±1."""


@watch(losses.SquaredHinge)
class SquaredHinge(LossMetric):
    """mean max(0, 1 - t·p)², t = ±1."""


@watch(losses.CategoricalHinge)
class CategoricalHinge(LossMetric):
    """mean max(0, 1 + the best wrong score - the right one)."""


@watch(losses.Poisson)
class Poisson(LossMetric):
    """mean p - t·ln p."""


@watch(losses.KLDivergence, "kld", "kullback_leibler_divergence")
class KLDivergence(LossMetric):
    """mean Σ t·ln(t / p)."""


@watch(losses.BinaryCrossentropy, "bce", options="from_logits label_smoothing")
class BinaryCrossentropy(LossMetric):
    """mean -(t·ln p + (1 - t)·ln(1 - p))."""


@watch(losses.CategoricalCrossentropy, options="from_logits label_smoothing axis")
class CategoricalCrossentropy(LossMetric):
    """mean -Σ t·ln p over the classes, t one-hot."""


@watch(losses.SparseCategoricalCrossentropy, options="from_logits ignore_class axis")
class SparseCategoricalCrossentropy(LossMetric):
    """mean -ln p[label]. Samples with the label `ignore_class` do not count."""

    loss: losses.SparseCategoricalCrossentropy

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.loss.ignore_class is not None:
            kept = self.loss.counts(y_true, y_pred).astype(float)
            if sample_weight is not None:
                kept = kept * losses.weights_like(sample_weight, kept.shape)
            sample_weight = kept
        super().update_state(y_true, y_pred, sample_weight)
