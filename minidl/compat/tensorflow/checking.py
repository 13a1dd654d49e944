"""tf.debugging: errors where something does not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .running import nothing


def _asserting(title: str, holds: Callable) -> Callable:
    def check(value, *others, message="", summarize=None, name=None, **given):
        """ValueError unless it holds everywhere. check_numerics returns the value."""
        values = [np.asarray(v) for v in (value, *others)]
        if not np.all(holds(*values, **given)):
            shown = " and ".join([str(a.ravel()[:4]) for a in values])
            raise ValueError(f"{title} does not hold for {shown}. {message}".strip())
        return value if title == "check_numerics" else None

    return check


_LEAST = 10 * np.finfo(np.float32).eps
_HOLDS: dict[str, Callable] = {
    "Assert": lambda condition, data=None: condition,
    "assert_all_finite": np.isfinite,
    "assert_equal": np.equal,
    "assert_greater": np.greater,
    "assert_greater_equal": np.greater_equal,
    "assert_less": np.less,
    "assert_less_equal": np.less_equal,
    "assert_near": lambda x, y, rtol=_LEAST, atol=_LEAST: np.isclose(x, y, rtol, atol),
    "assert_negative": lambda x: x < 0,
    "assert_non_negative": lambda x: x >= 0,
    "assert_non_positive": lambda x: x <= 0,
    "assert_none_equal": np.not_equal,
    "assert_positive": lambda x: x > 0,
    "assert_rank": lambda x, rank: x.ndim == rank,
    "check_numerics": lambda tensor, message="": np.isfinite(tensor),
}
_CHECKS = {name: _asserting(name, holds) for name, holds in _HOLDS.items()}
_SHORT = ("Assert", "assert_equal", "assert_less", "assert_rank")
NAMES: dict[str, Any] = {f"debugging.{name}": check for name, check in _CHECKS.items()}
NAMES |= {name: _CHECKS[name] for name in _SHORT}
_SILENT = ("enable_check_numerics", "set_log_device_placement")
NAMES |= {f"debugging.{name}": nothing for name in _SILENT}
