"""tf.debugging: errors where something does not hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .doors import tensors
from .running import nothing


def _asserted(title: str, holds: Callable, *values, message=None) -> None:
    """ValueError unless it holds everywhere."""
    arrays = [np.asarray(x) for x in tensors(values)]
    if not np.all(holds(*arrays)):
        shown = " and ".join([str(a.ravel()[:4]) for a in arrays])
        raise ValueError(f"{title} does not hold for {shown}.{f' {message}' if message else ''}")


def _asserting(title: str, holds: Callable, count: int) -> Callable:
    def check(*args, message=None, summarize=None, name=None, **given):
        _asserted(title, holds, *args[:count], *given.values(), message=message)

    return check


def _near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None) -> None:
    least = 10 * np.finfo(np.float32).eps
    near = partial(np.isclose, rtol=rtol or least, atol=atol or least)
    _asserted("assert_near", near, x, y, message=message)


def _rank(x, rank, message=None, name=None) -> None:
    _asserted("assert_rank", np.equal, np.ndim(x), rank, message=message)


def _shapes(shapes, data=None, summarize=None, message=None, name=None) -> None:
    """ValueError unless each tensor has the shape beside it. Letters are sizes that agree."""
    known: dict = {}
    for x, shape in shapes.items() if isinstance(shapes, dict) else shapes:
        own = np.shape(x)
        fit = len(own) == len(shape) and all(
            n is None or (known.setdefault(n, m) if isinstance(n, str) else n) == m
            for n, m in zip(shape, own)
        )
        if not fit:
            raise ValueError(f"assert_shapes: {tuple(shape)} is not the shape {own}.")


def _check_numerics(tensor, message="", name=None):
    """The tensor itself; ValueError if something in it is not finite."""
    _asserted("check_numerics", np.isfinite, tensor, message=message)
    return tensors([tensor])[0]


_COMPARED = ("equal", "greater", "greater_equal", "less", "less_equal")
_OF_TWO = {"none_equal": np.not_equal, **{name: getattr(np, name) for name in _COMPARED}}
_OF_ONE: dict[str, Callable] = {
    "all_finite": np.isfinite,
    "negative": lambda x: x < 0,
    "non_negative": lambda x: x >= 0,
    "non_positive": lambda x: x <= 0,
    "positive": lambda x: x > 0,
}
_CHECKS: dict[str, Callable] = {
    **{f"assert_{k}": _asserting(f"assert_{k}", f, 2) for k, f in _OF_TWO.items()},
    **{f"assert_{k}": _asserting(f"assert_{k}", f, 1) for k, f in _OF_ONE.items()},
    "Assert": _asserting("Assert", np.asarray, 1),
    "assert_near": _near,
    "assert_rank": _rank,
    "assert_shapes": _shapes,
    "check_numerics": _check_numerics,
    "enable_check_numerics": nothing,
    "set_log_device_placement": nothing,
}
_SHORT = ("Assert", "assert_equal", "assert_less", "assert_rank")
NAMES: dict[str, Any] = {f"debugging.{name}": check for name, check in _CHECKS.items()}
NAMES |= {name: _CHECKS[name] for name in _SHORT}
