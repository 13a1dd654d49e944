"""Sums of values, and means over all samples of the results of a function or of a loss."""

from __future__ import annotations

import numpy as np

from .. import losses
from ..support.arrays import Number, as_array
from ..support.configs import find
from ..support.registry import snake_case
from ..tensor import Tensor, no_grad
from .base import Mean, MeanMetric, Metric, plain, registry, spread


@registry.register()
class Sum(Metric):
    """The weighted sum of values: Σ w·v."""

    def __init__(self, name: str | None = "sum", dtype=None):
        super().__init__(name, dtype)
        self.total = self.add_sum("total")

    def update_state(self, values, sample_weight=None):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add values to the sum. values and sample_weight as for Mean."""
        values = plain(values)
        weight = 1.0 if sample_weight is None else spread(sample_weight, values.shape)
        self.total.array[...] += float((values * weight).sum())

    def result(self):
        return Number(self.total.data)


@registry.describe("MeanMetricWrapper")
class FunctionMetric(MeanMetric):
    """The mean over the samples of any function(y_true, y_pred, **options) of tensors."""

    def __init__(self, fn, name=None, dtype=None, **options):
        super().__init__(name or getattr(fn, "__name__", "metric"), dtype)
        self.fn, self.options = fn, options

    def measure(self, y_true, y_pred):
        with no_grad():
            values = as_array(
                self.fn(Tensor(y_true, dtype=y_pred.dtype), Tensor(y_pred), **self.options)
            )
        return values if values.ndim else np.full(len(y_pred), values)

    def get_config(self):
        """Return the config with the function's name. Register your own with
        @minidl.metrics.register().
        """
        name = getattr(self.fn, "__name__", self.name)
        return {**super().get_config(), "fn": name, **self.options}

    @classmethod
    def from_config(cls, config):
        """Create the metric. The function is looked up by name among the metrics and the losses,
        then elsewhere.
        """
        fn = config["fn"]
        if isinstance(fn, dict):  # as Keras describes a function
            fn = fn.get("config")
        fn = losses.FUNCTIONS.get(fn, fn) if isinstance(fn, str) else fn
        if isinstance(fn, str):
            known = registry if fn in registry else losses.registry
            fn = known[fn] if fn in known else find(fn)
        if isinstance(fn, type) and issubclass(fn, losses.Loss):
            fn = fn(reduction=None)
        if isinstance(fn, type):
            return fn(**{name: value for name, value in config.items() if name != "fn"})
        return cls(**{**config, "fn": fn})


MeanMetricWrapper = FunctionMetric  # Keras's name


@registry.describe()
class LossMetric(MeanMetric):
    """The mean of a loss over all samples."""

    def __init__(self, loss, name=None, dtype=None):
        super().__init__(name or snake_case(loss.name), dtype)
        self.loss = loss

    def update_state(self, y_true, y_pred, sample_weight=None):
        if isinstance(y_pred, Tensor) and y_pred.mask is not None:
            sample_weight = losses.masked_weights(sample_weight, y_pred.mask)
        with no_grad():
            Mean.update_state(self, self.loss.per_sample(y_true, y_pred), sample_weight)

    @classmethod
    def from_config(cls, config):
        """Create the metric. The config may contain a loss as `losses.serialize` describes it."""
        return cls(
            **{**config, "loss": losses.as_loss(config["loss"])} if "loss" in config else config
        )
