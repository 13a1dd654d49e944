"""The base class of callbacks that watch one number."""

from __future__ import annotations

import numpy as np

from ..support.registry import did_you_mean
from ..support.warning import warn
from .base import Callback


class Monitor(Callback):
    """Base of callbacks that watch whether one number improves: `value(logs)` returns it,
    `is_better(a, b)` compares two values.

    monitor: its name in the logs. mode: 'min' or 'max' says which direction is better; 'auto' knows
    it for losses and the library's metrics. min_delta: the smallest change that counts as an
    improvement.
    """

    def __init__(self, monitor="val_loss", mode="auto", min_delta=0.0, best=None):
        if mode not in ("auto", "min", "max"):
            raise ValueError(
                f"{type(self).__name__}: mode is 'auto', 'min' or 'max'; received {mode!r}."
            )
        self.monitor, self.mode, self.min_delta, self._first = monitor, mode, abs(min_delta), best
        self.best = best

        self._sign = 0  # -1 if less is better, 1 if more is; 0 until the first value comes

    def on_train_begin(self, logs=None):
        self._sign = 0
        self.best = self._first

    @property
    def monitor_op(self):
        """np.less or np.greater, whichever is better; None before the first value."""
        return {-1: np.less, 1: np.greater}.get(self._sign)

    def value(self, logs) -> float | None:
        """Return the watched number. If the logs do not have it, warn and return None."""
        logs = {} if logs is None else logs
        if self.monitor in logs:
            if not self._sign:
                self._sign = -1 if self._direction() == "min" else 1
            return float(logs[self.monitor])
        measured = any(name.startswith("val_") for name in logs)
        cure = " It is measured only with validation_data or validation_split."
        warn(
            f"{type(self).__name__} watches {self.monitor!r}, which is not there."
            f"{did_you_mean(self.monitor, logs)}"
            f"{cure if self.monitor.startswith('val_') and not measured else ''} "
            f"Available: {', '.join(logs) or 'nothing'}.",
        )
        return None

    get_monitor_value = value  # Keras's name

    def is_better(self, value: float, than: float | None) -> bool:
        """Whether value is better by more than min_delta. Any value is better than None."""
        return than is None or self._sign * (value - than) > self.min_delta

    def _direction(self) -> str:
        """Return the better direction, 'min' or 'max'."""
        if self.mode != "auto":
            return self.mode
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return "min"
        direction = getattr(self._metric(name), "direction", None) or _direction_of_words(name)
        if direction is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether {self.monitor!r} should rise or fall: "
                "pass mode='max' or mode='min'."
            )
        return direction

    def _metric(self, name: str):
        """Return the model's metric with this name in the logs, or None."""
        if getattr(self.model, "optimizer", None) is None:
            return None
        return dict(getattr(self.model, "labelled_metrics", list)()).get(name)


def _direction_of_words(name: str) -> str | None:
    """Return 'max' if the name has a word like accuracy, 'min' if one like error, None if
    neither.
    """
    words = set(name.lower().replace("-", "_").split("_"))
    if words & _RISE:
        return "max"
    return "min" if words & _FALL else None


_RISE = {
    "acc",
    "accuracy",
    "auc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "iou",
    "r2",
    "similarity",
    "sensitivity",
    "specificity",
}
_FALL = {
    "error",
    "mse",
    "mae",
    "mape",
    "msle",
    "rmse",
    "crossentropy",
    "hinge",
    "poisson",
    "divergence",
    "kld",
    "logcosh",
    "cosh",
}
