"""Functions that get a second chance: `retried` hears of a failure, and may know what was meant."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def retried(today: Callable, again: Callable[[Exception, tuple, dict], Any]) -> Callable:
    """The function, where a TypeError or ValueError is shown to again(error, args, kwargs).

    again returns a function without arguments to call instead, or None to let the error pass. A
    call that succeeds costs nothing more.
    """

    @wraps(today)
    def called(*args, **kwargs):
        try:
            return today(*args, **kwargs)
        except (TypeError, ValueError) as error:
            instead = again(error, args, kwargs)
            if instead is None:
                raise
        return instead()

    return called
