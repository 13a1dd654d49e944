"""Keras's methods of metrics as functions, which change nothing: they take the values of the
metric's variables, and return values.
"""

from __future__ import annotations

import contextlib
from typing import Any

from ..metrics import Metric
from ..tensor import Tensor


class KerasMetric:
    """Methods that are added to every metric."""

    def stateless_update_state(self: Any, metric_variables, *args, **kwargs) -> list[Tensor]:
        """Return the values of `variables` after this batch, if they had the values
        `metric_variables` before.
        """
        with _holding(self, metric_variables):
            self.update_state(*args, **kwargs)
            return _values(self)

    def stateless_result(self: Any, metric_variables) -> Any:
        """Return the `result` for `variables` with the values `metric_variables`."""
        with _holding(self, metric_variables):
            return self.result()

    def stateless_reset_state(self: Any) -> list[Tensor]:
        """Return the values of `variables` after a reset."""
        with _holding(self, _values(self)):
            self.reset_state()
            return _values(self)


def _values(metric) -> list[Tensor]:
    return [Tensor(v.numpy()) for v in metric.variables]


@contextlib.contextmanager
def _holding(metric, values):
    """Set the values of a metric's variables inside a with-block."""
    values, own = list(values), metric.variables
    if len(values) != len(own):
        raise ValueError(
            f"{type(metric).__name__} has {len(own)} variables; received {len(values)} values."
        )
    before = [v.numpy() for v in own]
    try:
        for variable, value in zip(own, values):
            variable.assign(value)
        yield
    finally:
        for variable, value in zip(own, before):
            variable.assign(value)


def add_all() -> None:
    """Add the methods above to the base class of metrics."""
    for name, method in vars(KerasMetric).items():
        if name.startswith("stateless"):
            setattr(Metric, name, method)
