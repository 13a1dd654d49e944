"""Means over all samples: of values, of the results of a function, of a loss."""

from __future__ import annotations

import numpy as np

from .. import losses
from ..core import metrics as core
from ..support.arrays import Number, as_array
from ..support.configs import find
from ..support.registry import snake_case
from ..tensor import Tensor, no_grad
from .base import Metric, registry, targets_like


@registry.register()
class Mean(core.Mean, Metric):
    """The weighted mean of values: Σ w·v / Σ w."""

    def __init__(self, name: str | None = "mean", dtype=None):
        super().__init__(name or "")
        self.set_dtype(dtype)

    def update_state(self, values, sample_weight=None):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add values to the mean. values: a number or array. sample_weight: a number, or one for
        each value, or weights that `losses.weights_like` extends to the values.
        """
        if isinstance(values, Tensor):
            values = values.array
        elif type(values) is not np.ndarray or values.dtype.kind not in "biuf":
            values = plain(values)
        if sample_weight is None:
            sample_weight = 1
        elif not isinstance(sample_weight, (int, float)):
            sample_weight = spread(sample_weight, values.shape)
        super().update_state(values, sample_weight)

    def result(self):
        return Number(super().result())


def plain(values) -> np.ndarray:
    """Convert values of any type to an array."""
    if isinstance(values, Tensor):
        return values.array
    if isinstance(values, (list, tuple)):
        return as_array([as_array(value) for value in values])  # [loss], a list of a tensor
    return as_array(values)


def spread(sample_weight, shape: tuple):
    """Return weights for values of this shape: for a single value their sum, else one for each
    value.
    """
    return losses.weights_like(sample_weight, shape) if shape else float(np.sum(sample_weight))


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


class MeanMetric(core.MeanMetric, Mean):
    """The mean over the samples of `measure(y_true, y_pred)`."""

    def __init__(self, name: str | None = None, dtype=None):
        super().__init__(name, dtype)

    def measure(self, y_true: np.ndarray, y_pred: np.ndarray):
        """Return one number for each sample, from arrays."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method measure(self, y_true, y_pred)."
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        if isinstance(y_pred, Tensor) and y_pred.mask is not None:
            sample_weight = losses.masked_weights(sample_weight, y_pred.mask)
        y_pred = y_pred.array if isinstance(y_pred, Tensor) else as_array(y_pred)
        if type(y_true) is not np.ndarray or y_true.dtype.kind not in "biuf":
            y_true = as_array(y_true, keep_ints=True)
        try:
            super().update_state(y_true, y_pred, sample_weight)
        except ValueError as error:
            better = self.explained(error, y_true, y_pred)
            if better is error:
                raise
            raise better from error

    def explained(self, error: ValueError, y_true, y_pred) -> ValueError:
        """Return the error to raise instead of one that `measure` raised; it names the cure."""
        return error

    def targets(self, y_true: np.ndarray, shape: tuple, output_shape: tuple) -> np.ndarray:
        """Return y_true in this shape, from which it may differ by a last axis of size 1.
        ValueError for any other.
        """
        return targets_like(y_true, shape, output_shape, type(self).__name__)


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
        fn = losses.functions.NAMES.get(fn, fn) if isinstance(fn, str) else fn
        if isinstance(fn, str):
            known = registry if fn in registry else losses.registry
            fn = known[fn] if fn in known else find(fn)
        if isinstance(fn, type) and issubclass(fn, losses.Loss):
            fn = fn(reduction=None)
        if isinstance(fn, type):
            return fn(**{name: value for name, value in config.items() if name != "fn"})
        return cls(**{**config, "fn": fn})


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
