"""Losses for regression: the distance between the output and the right number. e = y_true - y_pred
throughout.

Shapes: y_true and y_pred alike, (n, outputs) or (n, steps, outputs); (n,) counts as (n, 1). One
loss a sample: the mean over the last axis.
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..core import losses as core
from ..guards import targets
from ..support import backend
from ..support.checks import check_number
from ..tensor import Tensor
from .base import Regression, SameShape, registry


@registry.register("mse")
class MeanSquaredError(core.MeanSquaredError, Regression):
    """mean e²: large errors count most."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name="mean_squared_error", dtype=None
    ):
        super().__init__(reduction, name, dtype)


@registry.register("mae")
class MeanAbsoluteError(Regression):
    """mean |e|: each unit of error counts the same, so outliers matter less."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name="mean_absolute_error", dtype=None
    ):
        super().__init__(reduction, name, dtype)

    def call(self, y_true, y_pred):
        return ops.absolute(y_true - y_pred).mean(axis=-1)


@registry.register("mape")
class MeanAbsolutePercentageError(Regression):
    """100 · mean |e| / max(|y_true|, ε), ε = 1e-7: errors in percent. It becomes huge for targets
    near 0.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name="mean_absolute_percentage_error",
        dtype=None,
    ):
        super().__init__(reduction, name, dtype)

    def check_targets(self, y, output_shape):
        targets.check_divisors(self.title, y)

    def call(self, y_true, y_pred):
        size = ops.maximum(ops.absolute(y_true), backend.epsilon())
        return 100.0 * ops.absolute((y_true - y_pred) / size).mean(axis=-1)


@registry.register("msle")
class MeanSquaredLogarithmicError(Regression):
    """mean (ln(1 + y_true) - ln(1 + y_pred))²: ratios count, not differences. Numbers below ε =
    1e-7 are replaced by ε.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name="mean_squared_logarithmic_error",
        dtype=None,
    ):
        super().__init__(reduction, name, dtype)

    def check_targets(self, y, output_shape):
        targets.check_counts(self.title, y)

    def call(self, y_true, y_pred):
        small = backend.epsilon()
        return ops.square(
            ops.log1p(ops.maximum(y_pred, small)) - ops.log1p(ops.maximum(y_true, small))
        ).mean(axis=-1)


@registry.register("huber_loss")
class Huber(Regression):
    """mean of e²/2 where |e| <= δ, and δ(|e| - δ/2) beyond: a parabola near 0, straight lines
    outside.

    Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics, 1964.
    """

    def __init__(
        self,
        delta=1.0,
        reduction: str | None = "sum_over_batch_size",
        name="huber_loss",
        dtype=None,
    ):
        super().__init__(reduction, name, dtype)
        self.delta = check_number("Huber: delta", delta, 0, open_below=True)

    def call(self, y_true, y_pred):
        error = ops.absolute(y_true - y_pred)
        inside = ops.minimum(error, self.delta)  # both branches in one: inside = |e| gives e²/2
        return (inside * (error - 0.5 * inside)).mean(axis=-1)


@registry.register("logcosh")
class LogCosh(Regression):
    """mean ln cosh e: about e²/2 for small errors and |e| - ln 2 for large ones. Computed as e +
    softplus(-2e) - ln 2, which cannot overflow.
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(reduction, name, dtype)

    def call(self, y_true, y_pred):
        error = y_pred - y_true
        return (error + ops.softplus(-2.0 * error) - math.log(2.0)).mean(axis=-1)


@registry.register()
class CosineSimilarity(SameShape):
    """-Σ t·p / (‖t‖‖p‖) along `axis`: -1 for the same direction, 0 for a right angle, 1 for
    opposite directions. Lengths do not matter.

    A vector of zeros has no direction and gives 0. Shapes: y_true and y_pred alike; the loss has
    that shape without `axis`.
    """

    kind = "regression"

    def __init__(
        self,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name="cosine_similarity",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true, y_pred):
        return -(_unit(y_true, self.axis) * _unit(y_pred, self.axis)).sum(axis=self.axis)


def _unit(x: Tensor, axis) -> Tensor:
    """x / ‖x‖, and 0 where x is 0."""
    return x / ops.maximum(ops.norm(x, axis=axis, keepdims=True), 1e-12)
