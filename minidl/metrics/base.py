"""What all metrics share. A metric gathers over the batches of an epoch, so its result is exact for
all samples.

The library's own gather in NumPy numbers, never in tensors, so nothing here keeps a graph alive.
Yours may use `add_weight`.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from .. import losses
from ..initializers import draw
from ..initializers import get as get_initializer
from ..support import backend
from ..support.arrays import Number, as_array
from ..support.configs import find
from ..support.registry import Registry, did_you_mean, snake_case
from ..tensor import Tensor, Variable, no_grad

metrics = Registry("metric")


class Metric:
    """Base class: `update_state` takes a batch in, `result` says where it stands, `reset_state`
    starts anew.

    A metric of your own keeps what it gathers in variables, made in `__init__` after
    super().__init__(name=name):

    >>> self.total = self.add_weight(name="total", initializer="zeros")
    """

    dtype: Any = None

    def __init__(self, name: str | None = None, dtype=None):
        self.name = name or snake_case(type(self).__name__)
        self.dtype = dtype
        self._variables: list[Variable] = []
        with contextlib.suppress(
            AttributeError
        ):  # of variables that the subclass makes after this; if not, the next reset says so
            self.reset_state()

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Take in one batch. y_true, y_pred: arrays or tensors; sample_weight: one number a
        sample.
        """
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update_state(self, y_true, y_pred, "
            f"sample_weight=None)."
        )

    def result(self) -> Any:
        """The value over everything since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} needs a method result(self).")

    def reset_state(self) -> None:
        """Forget all batches: unless overridden, every variable becomes 0. A `reset_states`, the
        name in Keras 2, is called too.
        """
        if type(self).reset_states is not Metric.reset_states:
            self.reset_states()
        else:
            self._zero()

    def reset_states(self) -> None:
        """The name that `reset_state` had in Keras 2."""
        if type(self).reset_state is Metric.reset_state:
            self._zero()
        else:
            self.reset_state()

    def _zero(self) -> None:
        for variable in self._variables:
            variable.assign(np.zeros(variable.shape))
        for inner in list(vars(self).values()):
            if isinstance(inner, Metric):
                inner.reset_state()

    def add_weight(
        self,
        *args,
        name=None,
        shape=(),
        initializer: Any = "zeros",
        dtype=None,
        aggregation=None,
        synchronization=None,
    ):
        """A variable to gather in, which training does not move.

        name: a string. shape: (), a whole number or a tuple. initializer: 'zeros', 'ones', ... or a
        function of the shape.
        By position: Keras 3's order (shape, initializer) or Keras 2's (name, shape). The last two
        arguments mean nothing here.
        """
        given = list(args)
        if given and isinstance(given[0], str):
            name = given.pop(0)
        shape, initializer = (*given, *(shape, initializer)[len(given) :])[:2]
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}: call super().__init__(name=name) before add_weight."
            )
        shape = tuple(int(n) for n in np.atleast_1d(shape))
        dtype = dtype or self.dtype or backend.floatx()
        value = draw(get_initializer(initializer or "zeros"), shape, dtype)
        self._variables.append(
            Variable(
                value, name=name or f"variable_{len(self._variables)}", trainable=False, dtype=dtype
            )
        )
        return self._variables[-1]

    add_variable = add_weight

    @property
    def variables(self) -> list[Variable]:
        """What add_weight has made, also in metrics that this one holds."""
        inner = [m for m in vars(self).values() if isinstance(m, Metric)]
        return [*self._variables, *[v for m in inner for v in m.variables]]

    def get_config(self) -> dict:
        """The constructor's arguments by name: what `from_config` needs to make the same metric
        again.
        """
        return losses.constructor_arguments(self, ("name", "dtype"))

    @classmethod
    def from_config(cls, config: dict):
        """A metric from what `get_config` gave."""
        return cls(**config)

    def __call__(self, *args, **kwargs) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} '{self.name}'>"


@metrics.register()
class Mean(Metric):
    """The weighted mean of the values it is given: Σ w·v / Σ w."""

    def __init__(self, name: str | None = "mean", dtype=None):
        super().__init__(name, dtype)

    def reset_state(self):
        self.total, self.count = 0.0, 0.0

    def update_state(self, values, sample_weight=None):  # pyright: ignore[reportIncompatibleMethodOverride]
        """values: a number or array; sample_weight: a number, or one a value."""
        if isinstance(values, (list, tuple)):
            values = [as_array(value) for value in values]  # [loss], a list of a tensor
        values = values.data if isinstance(values, Tensor) else as_array(values)
        if values.ndim == 0:
            weight = (
                1
                if sample_weight is None
                else sample_weight
                if isinstance(sample_weight, int)
                else float(np.sum(sample_weight))
            )
            self.total += values.item() * weight
            self.count += weight
        elif sample_weight is None or isinstance(sample_weight, (int, float)):
            weight = 1.0 if sample_weight is None else sample_weight
            self.total += (
                float(values.sum() if values.dtype != bool else np.count_nonzero(values)) * weight
            )
            self.count += values.size * weight
        else:
            weight = losses.weights_like(sample_weight, values.shape)
            self.total += float((values * weight).sum())
            self.count += float(weight.sum())

    def result(self):
        return Number(self.total / self.count if self.count else 0.0)


@metrics.register()
class Sum(Mean):
    """The weighted sum of the values it is given: Σ w·v."""

    def __init__(self, name: str | None = "sum", dtype=None):
        super().__init__(name, dtype)

    def result(self):
        return Number(self.total)


class MeanMetric(Mean):
    """The mean over the samples of what `measure(y_true, y_pred)` gives for each."""

    def __init__(self, name: str | None = None, dtype=None):
        super().__init__(name, dtype)

    def measure(self, y_true: np.ndarray, y_pred: np.ndarray):
        """One number per sample, from arrays."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method measure(self, y_true, y_pred)."
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = y_pred.data if isinstance(y_pred, Tensor) else as_array(y_pred)
        Mean.update_state(
            self, self.measure(as_array(y_true, keep_ints=True), y_pred), sample_weight
        )

    def targets(self, y_true: np.ndarray, shape: tuple, output_shape: tuple) -> np.ndarray:
        """y_true in this shape, from which it may differ by a last axis of 1; ValueError for any
        other.
        """
        return targets_like(y_true, shape, output_shape, type(self).__name__)


def targets_like(y_true: np.ndarray, shape: tuple, output_shape: tuple, title: str) -> np.ndarray:
    """y_true in this shape, from which it may differ by a last axis of 1; ValueError for any other,
    which names `title`.
    """
    if y_true.shape == shape:
        return y_true
    if y_true.shape == (*shape, 1) or (*y_true.shape, 1) == shape:
        return y_true.reshape(shape)
    cure = {
        output_shape: " One-hot targets want 'categorical_accuracy'.",
        output_shape[:-1]: " Class indices want 'sparse_categorical_accuracy'.",
    }.get(y_true.shape, "")
    raise ValueError(
        f"{title}: y_true has shape {y_true.shape} but the model outputs {output_shape}.{cure}"
    )


class FunctionMetric(MeanMetric):
    """Any function(y_true, y_pred, **options) of tensors, averaged over the samples."""

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
        return {
            **super().get_config(),
            "fn": getattr(self.fn, "__name__", self.name),
            **self.options,
        }

    @classmethod
    def from_config(cls, config):
        """The function is looked up by its name: file yours with @minidl.metrics.register()."""
        fn = config["fn"]
        if isinstance(fn, str):
            known = metrics if fn in metrics else losses.losses
            fn = known[fn] if fn in known else find(fn)
        if isinstance(fn, type) and issubclass(fn, losses.Loss):
            fn = fn(reduction=None)
        if isinstance(fn, type):
            return fn(**{name: value for name, value in config.items() if name != "fn"})
        return cls(**{**config, "fn": fn})


class LossMetric(MeanMetric):
    """A loss, watched as a metric: the mean over all samples."""

    def __init__(self, loss, name=None, dtype=None):
        super().__init__(name or snake_case(loss.name), dtype)
        self.loss = loss

    def update_state(self, y_true, y_pred, sample_weight=None):
        reduction, self.loss.reduction = self.loss.reduction, None
        try:
            with no_grad():
                Mean.update_state(self, self.loss(y_true, y_pred).data, sample_weight)
        finally:
            self.loss.reduction = reduction

    def get_config(self):
        config = super().get_config()
        return {**config, "loss": losses.serialize(self.loss)} if "loss" in config else config

    @classmethod
    def from_config(cls, config):
        """A loss inside the config may be given as `losses.serialize` describes it."""
        return cls(**{**config, "loss": losses.get(config["loss"])} if "loss" in config else config)


def get(identifier) -> Metric:
    """A metric from a name, a class, an instance, a loss, a function(y_true, y_pred) or what
    `serialize` gave.
    """
    if isinstance(identifier, dict) and "class_name" in identifier:
        return deserialize(identifier)
    if isinstance(identifier, str):
        if identifier not in metrics and identifier in losses.losses:
            return LossMetric(losses.get(identifier), name=identifier)
        if identifier not in metrics:
            raise ValueError(_unknown(identifier))
        metric = _made(metrics[identifier])
        if identifier in losses.losses:
            metric.name = identifier  # 'mse' stays 'mse' in the history
        return metric
    if isinstance(identifier, type) and issubclass(identifier, losses.Loss):
        identifier = identifier()
    if isinstance(identifier, losses.Loss):
        return LossMetric(identifier)
    return _made(identifier)


def _unknown(name: str) -> str:
    """What is near, and the most used of the many: all of them would fill a screen."""
    known = [*metrics.names, *losses.losses.names]
    often = [
        n
        for n in (
            "accuracy",
            "auc",
            "f1_score",
            "mae",
            "mse",
            "precision",
            "r2_score",
            "recall",
            "root_mean_squared_error",
            "top_k_categorical_accuracy",
        )
        if n in known
    ]
    return (
        f"Unknown metric {name!r}.{did_you_mean(name, known)} Available: {', '.join(often)}, and "
        f"{len(known) - len(often)} more; see "
        "dir(minidl.metrics)."
    )


def _made(identifier) -> Metric:
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        identifier = identifier()
    if isinstance(identifier, Metric):
        return identifier
    if callable(identifier):
        return FunctionMetric(identifier)
    raise ValueError(
        f"A metric is a name, a Metric or a function(y_true, y_pred); received {identifier!r}."
    )


def serialize(metric: Metric) -> dict:
    """The metric as plain data, {'class_name': ..., 'config': ...}, from which `deserialize` makes
    it again.
    """
    return {"class_name": type(metric).__name__, "config": metric.get_config()}


def deserialize(data: dict) -> Metric:
    """The metric that `serialize` described. One of your own is found by the name it was registered
    under.
    """
    general = {
        "FunctionMetric": FunctionMetric,
        "MeanMetricWrapper": FunctionMetric,
        "LossMetric": LossMetric,
    }
    cls = (
        general[data["class_name"]]
        if data["class_name"] in general
        else metrics[data["class_name"]]
    )
    return cls.from_config(data.get("config", {}))
