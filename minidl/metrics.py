"""What to watch while training. A metric gathers over the batches of an epoch, so its result is exact for all samples.

Sums are NumPy numbers, never tensors, so nothing here keeps a graph alive.
"""

from __future__ import annotations

import warnings

import numpy as np

from . import losses
from .arrays import as_array
from .recording import no_grad
from .registry import Registry, snake_case
from .tensor import Tensor

metrics = Registry("metric")


def get(identifier):
    """A metric from a name, a class, an instance or a function(y_true, y_pred)."""
    if isinstance(identifier, str):
        if identifier in losses.losses:
            return LossMetric(losses.get(identifier), name=identifier)
        identifier = metrics[identifier]
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        identifier = identifier()
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, losses.Loss):
        return LossMetric(identifier, name=snake_case(identifier.name))
    if callable(identifier):
        return FunctionMetric(identifier)
    raise ValueError(f"A metric is a name, a Metric or a function(y_true, y_pred); received {identifier!r}.")


class Metric:
    """Base class: `update_state` takes a batch in, `result` says where it stands, `reset_state` starts anew."""

    def __init__(self, name: str | None = None):
        self.name = name or snake_case(type(self).__name__)
        self.reset_state()

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Take in one batch. y_true, y_pred: arrays or tensors; sample_weight: one number a sample."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update_state(self, y_true, y_pred, sample_weight=None).")

    def result(self) -> float:
        """The value over everything since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} needs a method result(self).")

    def reset_state(self) -> None:
        """Forget all batches."""

    def __call__(self, *args, **kwargs) -> float:
        self.update_state(*args, **kwargs)
        return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} '{self.name}'>"


@metrics.register()
class Mean(Metric):
    """The weighted mean of the values it is given."""

    def reset_state(self):
        self.total, self.count = 0.0, 0.0

    def update_state(self, values, sample_weight=None):  # pyright: ignore[reportIncompatibleMethodOverride]
        """values: a number or array; sample_weight: a number, or one a value."""
        values = values.data if isinstance(values, Tensor) else as_array(values)
        if values.ndim == 0:
            weight = 1 if sample_weight is None else sample_weight if isinstance(sample_weight, int) else float(np.sum(sample_weight))
            self.total += values.item() * weight
            self.count += weight
        elif sample_weight is None or isinstance(sample_weight, (int, float)):
            weight = 1.0 if sample_weight is None else sample_weight
            self.total += float(values.sum() if values.dtype != bool else np.count_nonzero(values)) * weight
            self.count += values.size * weight
        else:
            weight = losses.weights_like(sample_weight, values.shape)
            self.total += float((values * weight).sum())
            self.count += float(weight.sum())

    def result(self):
        return self.total / self.count if self.count else 0.0


class MeanMetric(Mean):
    """The mean over the samples of what `measure(y_true, y_pred)` gives for each."""

    def measure(self, y_true: np.ndarray, y_pred: np.ndarray):
        """One number per sample, from arrays."""
        raise NotImplementedError(f"{type(self).__name__} needs a method measure(self, y_true, y_pred).")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = y_pred.data if isinstance(y_pred, Tensor) else as_array(y_pred)
        Mean.update_state(self, self.measure(as_array(y_true, keep_ints=True), y_pred), sample_weight)

    def targets(self, y_true: np.ndarray, shape: tuple, output_shape: tuple) -> np.ndarray:
        """y_true in this shape, from which it may differ by a last axis of 1; ValueError for any other."""
        if y_true.shape == shape:
            return y_true
        if y_true.shape == (*shape, 1) or (*y_true.shape, 1) == shape:
            return y_true.reshape(shape)
        cure = {output_shape: " One-hot targets want 'categorical_accuracy'.",
                output_shape[:-1]: " Class indices want 'sparse_categorical_accuracy'."}.get(y_true.shape, "")
        raise ValueError(f"{type(self).__name__}: y_true has shape {y_true.shape} but the model outputs {output_shape}.{cure}")


class FunctionMetric(MeanMetric):
    """Any function(y_true, y_pred) of tensors, averaged over the samples."""

    def __init__(self, function, name=None):
        super().__init__(name or getattr(function, "__name__", "metric"))
        self.function = function

    def measure(self, y_true, y_pred):
        with no_grad():
            values = as_array(self.function(Tensor(y_true, dtype=y_pred.dtype), Tensor(y_pred)))
        return values if values.ndim else np.full(len(y_pred), values)


class LossMetric(MeanMetric):
    """A loss, watched as a metric."""

    def __init__(self, loss, name=None):
        super().__init__(name)
        self.loss = loss

    def update_state(self, y_true, y_pred, sample_weight=None):
        reduction, self.loss.reduction = self.loss.reduction, None
        try:
            with no_grad():
                Mean.update_state(self, self.loss(y_true, y_pred).data, sample_weight)
        finally:
            self.loss.reduction = reduction


@metrics.register("mse")
class MeanSquaredError(LossMetric):
    """mean (y_true - y_pred)²."""

    def __init__(self, name="mean_squared_error"):
        super().__init__(losses.MeanSquaredError(), name)


@metrics.register("mae")
class MeanAbsoluteError(LossMetric):
    """mean |y_true - y_pred|."""

    def __init__(self, name="mean_absolute_error"):
        super().__init__(losses.MeanAbsoluteError(), name)


# --- accuracies ------------------------------------------------------------------------------------------------------

@metrics.register()
class BinaryAccuracy(MeanMetric):
    """The share of outputs on the right side of `threshold`: 0.5 for probabilities, 0 for logits."""

    def __init__(self, name="binary_accuracy", threshold=0.5):
        super().__init__(name)
        self.threshold = threshold

    def measure(self, y_true, y_pred):
        hits = (self.targets(y_true, y_pred.shape, y_pred.shape) > 0.5) == (y_pred > self.threshold)
        return hits.reshape(len(hits), -1).mean(axis=-1)


@metrics.register()
class CategoricalAccuracy(MeanMetric):
    """The share of samples whose largest output is the class that is 1 in the one-hot target."""

    def __init__(self, name="categorical_accuracy"):
        super().__init__(name)

    def measure(self, y_true, y_pred):
        return self.targets(y_true, y_pred.shape, y_pred.shape).argmax(axis=-1) == y_pred.argmax(axis=-1)


@metrics.register()
class SparseCategoricalAccuracy(MeanMetric):
    """The share of samples whose largest output is the class whose index is the target."""

    def __init__(self, name="sparse_categorical_accuracy"):
        super().__init__(name)

    def measure(self, y_true, y_pred):
        return self.targets(y_true, y_pred.shape[:-1], y_pred.shape) == y_pred.argmax(axis=-1)


@metrics.register("acc")
class Accuracy(MeanMetric):
    """The share of entries that are equal. As a name in compile(), 'accuracy' picks the fitting one: see `resolve_accuracy`."""

    def __init__(self, name="accuracy"):
        super().__init__(name)

    def measure(self, y_true, y_pred):
        return self.targets(y_true, y_pred.shape, y_pred.shape) == y_pred


def check_metric(identifier) -> None:
    """ValueError if this names no metric."""
    if identifier not in ("accuracy", "acc"):
        get(identifier)


def resolve_metric(identifier, loss, target_shape: tuple, output_shape: tuple) -> Metric:
    """The metric that compile() was given, under the name it was typed as."""
    if identifier in ("accuracy", "acc"):
        return resolve_accuracy(identifier, loss, target_shape, output_shape)
    metric = get(identifier)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


def resolve_accuracy(name: str, loss, target_shape: tuple, output_shape: tuple) -> Metric:
    """Which accuracy 'accuracy' means for this loss and these shapes. It keeps the name that was typed, 'acc' included.

    The loss decides where it can (logits of a binary loss are cut at 0, not at 0.5); otherwise the shapes do.
    """
    kind = getattr(loss, "kind", None)
    one_output = output_shape[-1:] in ((1,), ()) or len(output_shape) == 1
    if kind == "regression" and (one_output or target_shape == output_shape):
        warnings.warn(f"'{name}' is not meaningful for a regression loss ({loss.name}): it counts exact hits. Use metrics=['mae'].",
                      stacklevel=2)
    if kind == "binary" or (one_output and kind in (None, "regression")):
        return BinaryAccuracy(name, threshold=0.0 if loss is not None and loss.from_logits else 0.5)
    if kind == "sparse" or (kind != "categorical" and (len(target_shape) < len(output_shape) or target_shape[-1:] == (1,))):
        return SparseCategoricalAccuracy(name)
    return CategoricalAccuracy(name)
