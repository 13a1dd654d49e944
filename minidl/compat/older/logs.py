"""Old names of logs, before 2019: 'acc' for 'accuracy', 'lr' for 'learning_rate'. Callbacks may use
either.
"""

from __future__ import annotations

from ...callbacks import Logs, Monitor, Records
from .warning import older

PAIRS = [
    ("acc", "accuracy"),
    ("lr", "learning_rate"),
    ("mae", "mean_absolute_error"),
    ("mse", "mean_squared_error"),
    ("mape", "mean_absolute_percentage_error"),
    ("msle", "mean_squared_logarithmic_error"),
    ("rmse", "root_mean_squared_error"),
]


def other_name(name, known) -> str | None:
    """Return the other name of the same log: 'val_accuracy' for the 'val_acc' of older tutorials;
    None if there is none.
    """
    part = "val_" if str(name).startswith("val_") else ""
    for one, other in PAIRS:
        for asked, there in ((one, other), (other, one)):
            if name == part + asked and part + there in known:
                return part + there
    return None


def attach() -> None:
    """Let logs, histories and the callbacks that watch a number accept the other names."""
    _accept_in_records()
    _accept_in_monitors()


def _accept_in_records() -> None:
    missing_today = Records.__missing__

    def missing(self, key):
        other = other_name(key, self)
        if other is None:
            return missing_today(self, key)
        where = "the logs" if isinstance(self, Logs) else "the history"
        older(f"{key!r} in {where}", f"{other!r}, as it is named in compile()")
        return self[other]

    def get(self, key, default=None):
        """As of any dict, but for older names."""
        return self[key] if key in self or other_name(key, self) else default

    Records.__missing__, Records.get = missing, get


def _accept_in_monitors() -> None:
    value_today = Monitor.value

    def value(self, logs):
        """The watched number, or None, with a warning, if it is not among the logs."""
        other = None if self.monitor in (logs or {}) else other_name(self.monitor, logs or {})
        if other:
            spelling = f"{type(self).__name__}(monitor={self.monitor!r})"
            older(spelling, f"monitor={other!r}, as it is named in compile()")
            self.monitor = other
        return value_today(self, logs)

    Monitor.value = value
