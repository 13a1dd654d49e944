"""The base classes of metrics. They add names, variables of several kinds, configs and masks to
core/metrics.py.

A metric adds up its sums over the batches of an epoch, so its result is exact for all samples. The
library's metrics use float64 variables.
"""

from __future__ import annotations

import contextlib
import math
from typing import Any

import numpy as np

from .. import losses
from ..core import metrics as core
from ..guards import answers
from ..initializers import draw
from ..initializers import get as get_initializer
from ..support import backend
from ..support.arrays import Number, as_array
from ..support.configs import Catalogue, Configurable
from ..support.registry import snake_case
from ..support.structures import leaves
from ..tensor import Tensor, Variable

registry = Catalogue("metric", "A metric is a name, a Metric or a function(y_true, y_pred)")
register = registry.register


class Metric(core.Metric, Configurable):
    """Base class of metrics. `update_state` adds a batch, `result` returns the value so far,
    `reset_state` starts again.

    Your own metric keeps its sums in variables, created in `__init__` after
    super().__init__(name=name):

    >>> self.total = self.add_weight(name="total", initializer="zeros")
    """

    _dtype = None

    def __init__(self, name: str | None = None, dtype=None):
        super().__init__(name or snake_case(type(self).__name__))
        self.set_dtype(dtype)
        # A reset may use variables that the subclass creates later; else the next reset raises
        with contextlib.suppress(AttributeError):
            self.reset_state()

    @property
    def dtype(self) -> str:
        """The dtype of the variables that add_weight creates: the given one, else
        `minidl.config.floatx()`.
        """
        return self._dtype or backend.floatx()

    def set_dtype(self, dtype) -> None:
        """Set the dtype; None for the default."""
        self._dtype = None if dtype is None else backend.number_type(dtype).name

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Add one batch. y_true, y_pred: arrays or tensors; sample_weight: one number a sample."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update_state(self, y_true, y_pred, "
            f"sample_weight=None)."
        )

    def result(self) -> Any:
        """Return the value over all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} needs a method result(self).")

    def reset_state(self) -> None:
        """Reset every variable to 0, unless overridden. If a subclass defines `reset_states`, the
        name in Keras 2, call that instead.
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
        core.Metric.reset_state(self)
        for inner in self._held(core.Metric):
            inner.reset_state()

    def _held(self, kind: type) -> list:
        """List the objects of this class among the attributes, also in lists and dicts."""
        return [v for value in vars(self).values() for v in leaves(value) if isinstance(v, kind)]

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
        """Create a variable for sums, which training does not move.

        name: a string. shape: (), a whole number or a tuple. initializer: 'zeros', 'ones', ..., a
        function of the shape, or the numbers themselves.

        By position: Keras 3's order (shape, initializer, dtype, name) or Keras 2's (name, shape).
        aggregation and synchronization have no effect.
        """
        given = list(args)
        if given and isinstance(given[0], str):
            name = given.pop(0)
        by_name: tuple[Any, ...] = (shape, initializer, dtype, name)
        shape, initializer, dtype, name = (*given, *by_name[len(given) :])
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}: call super().__init__(name=name) before add_weight."
            )
        shape = tuple(int(n) for n in np.atleast_1d(shape))
        dtype, name = dtype or self.dtype, name or self._free_name()
        if hasattr(initializer, "__array__"):
            value = np.broadcast_to(np.asarray(initializer, dtype), shape)
        else:
            value = draw(get_initializer(initializer or "zeros"), shape, dtype)
        self._variables.append(Variable(value, name=name, trainable=False, dtype=dtype))
        return self._variables[-1]

    add_variable = add_weight

    def add_sum(self, name: str, shape=()) -> Variable:
        """Create a float64 variable of zeros for a sum. No initializer is used, since it would
        change the state of the library's random generator.
        """
        zeros = np.zeros(shape, np.float64)
        self._variables.append(Variable(zeros, name=name, trainable=False))
        return self._variables[-1]

    def _free_name(self) -> str:
        return f"variable_{len(self._variables)}"

    @property
    def variables(self) -> list[Variable]:
        """The variables of this metric, also in lists, dicts and metrics inside."""
        inner = [v for m in self._held(Metric) for v in m.variables]
        own = {id(v): v for v in [*self._variables, *self._held(Variable), *inner]}
        return list(own.values())

    # -- for subclasses
    def sums(self, names: str, shape: tuple) -> None:
        """Create float64 variables of zeros with these names and this shape, which is known only
        from the first batch. ValueError if the metric has variables of another shape.
        """
        for name in names.split():
            old = vars(self).get(name)
            if old is not None and old.shape == shape:
                continue
            if old is not None and old.data.any():
                raise ValueError(
                    f"{type(self).__name__}: this batch needs sums of shape {shape}, but those of "
                    f"the batches before have {old.shape}. Call reset_state() first."
                )
            self._variables = [v for v in self._variables if v is not old]
            setattr(self, name, self.add_sum(name, shape))

    def __call__(self, *args, **kwargs) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} '{self.name}'>"


# --- means


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


# --- shapes


def targets_like(y_true: np.ndarray, shape: tuple, output_shape: tuple, title: str) -> np.ndarray:
    """Return y_true in this shape, from which it may differ by a last axis of size 1. ValueError,
    naming `title`, for any other shape.
    """
    if y_true.shape == shape:
        return y_true
    if y_true.shape == (*shape, 1) or (*y_true.shape, 1) == shape:
        return y_true.reshape(shape)
    raise answers.shapes_differ(title, y_true.shape, output_shape)


def as_rows(x: np.ndarray) -> np.ndarray:
    """Return the array as (n, outputs), also if n is 0."""
    return x.reshape(len(x), math.prod(x.shape[1:]))
