"""Checks of arguments: a clear error that names the argument and the value. Also a wrapper that
calls a function again after an error.

Constructors are wrapped too. A table lists valid values for arguments that many classes have.
Python's own errors, such as 'float' object is not iterable, are raised again with the name of the
class and its arguments.
"""

from __future__ import annotations

import inspect
import linecache
import math
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import numpy as np

_LIBRARY = __name__.partition(".")[0]


def check_number(
    name: str,
    value,
    low: float = -math.inf,
    high: float = math.inf,
    open_below: bool = False,
    open_above: bool = True,
) -> float:
    """Return the value as a finite number from low to high. ValueError, naming the argument,
    otherwise.

    open_below, open_above: whether the limit itself is excluded.
    """
    if getattr(value, "shape", None) == ():  # an array or a Tensor of one number
        value = value.item()
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, np.number))
        or not math.isfinite(value)
        or not low <= value <= high
        or (open_below and value == low)
        or (open_above and value == high)
    ):
        wanted = _described(low, high, open_below, open_above)
        raise ValueError(f"{name} must be a {wanted}; received {value!r}.")
    return float(value)


def _described(low: float, high: float, open_below: bool, open_above: bool) -> str:
    """Describe the limits in words: 'number of at least 0 and below 1'."""
    limits = []
    if low != -math.inf:
        limits.append(f"{'above' if open_below else 'of at least'} {low:g}")
    if high != math.inf:
        limits.append(f"{'below' if open_above else 'at most'} {high:g}")
    return f"number {' and '.join(limits)}" if limits else "finite number"


def check_count(name: str, value, least: int = 1) -> int:
    """Return `value` if it is a whole number of at least `least`. ValueError, naming the argument,
    otherwise.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}; received {value!r}.")
    return int(value)


def is_number(value) -> bool:
    """Whether this is one real number, also as an array or tensor. True and False are not
    numbers.
    """
    if getattr(value, "shape", None) == () and not isinstance(value, np.generic):
        value = value.item()
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def check_flag(name: str, value) -> bool:
    """Return `value` if it is True or False. TypeError, naming the argument, otherwise."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is True or False; received {value!r}.")
    return bool(value)


def is_ours(method) -> bool:
    """Whether a method belongs to minidl, not to a class of the user."""
    return str(method.__module__).partition(".")[0] == _LIBRARY


def retried(today: Callable, again: Callable[[Exception, tuple, dict], Any]) -> Callable:
    """Wrap a function: if it raises TypeError or ValueError, call again(error, args, kwargs).

    `again` returns a function without arguments to call instead, or None to raise the error. A call
    without an error costs nothing more. A constructor that is wrapped already is not wrapped twice.
    """
    if hasattr(today, "rescues"):
        today.rescues.append(again)  # pyright: ignore[reportFunctionMemberAccess]
        return today

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


# --- the arguments of constructors


_BARE = (TypeError, ValueError, AttributeError, OverflowError, ZeroDivisionError, IndexError)
_FUNDAMENTS = ("core", "symbolic", "tensor")  # which no reader makes by hand, or with checks


def _is_whole(value) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _are_sizes(value) -> bool:
    listed = isinstance(value, (list, tuple))
    return listed and all(n is None or (_is_whole(n) and n > 0) for n in value)


def _are(test, value) -> bool:
    """Whether this is one value that passes the test, or a list of such values."""
    is_list = isinstance(value, (list, tuple, range)) or getattr(value, "shape", ()) != ()
    return all(map(test, value)) if is_list else test(value)


def _are_finite(value) -> bool:
    """Whether this is a finite number, or a list or array of finite numbers."""
    if isinstance(value, (list, tuple)) or getattr(value, "shape", ()) != ():
        array = np.asarray(value)
        return array.dtype.kind in "fiu" and bool(np.isfinite(array).all())
    return is_number(value) and bool(np.isfinite(value))


def _is_limit(value) -> bool:
    """Whether this is a number that others can be compared with: possibly infinite, but not NaN."""
    return is_number(value) and value == value


def _is_seed(value) -> bool:
    return _is_whole(value) or hasattr(value, "generator") or hasattr(value, "bit_generator")


# Argument -> (whether a value is valid, a description). The default is always valid.
_MEANT = {
    **dict.fromkeys(
        ("axis", "axes", "shared_axes"),
        (
            lambda v: isinstance(v, dict) or _are(_is_whole, v),
            "the number of an axis, or a list of such",
        ),
    ),
    **dict.fromkeys(
        ("alpha", "gamma", "margin", "threshold", "delta", "gain"),
        (_are_finite, "a finite number"),
    ),
    **dict.fromkeys(("mean", "stddev", "minval", "maxval"), (_are_finite, "a finite number")),
    **dict.fromkeys(
        ("baseline", "initial_value_threshold", "min_delta", "min_lr"),
        (_is_limit, "a number"),
    ),
    **dict.fromkeys(("monitor", "separator"), (lambda v: isinstance(v, str), "a string")),
    "start_from_epoch": (lambda v: _is_whole(v) and v >= 0, "a whole number of at least 0"),
    **dict.fromkeys(("ignore_class", "class_id"), (_is_whole, "the number of a class, or None")),
    **dict.fromkeys(
        ("top_k", "num_labels"),
        (lambda v: _is_whole(v) and v > 0, "a whole number of at least 1, or None"),
    ),
    "num_regressors": (lambda v: _is_whole(v) and v >= 0, "a whole number of at least 0"),
    "seed": (_is_seed, "a whole number, a SeedGenerator or None"),
    "noise_shape": (
        lambda v: _are_sizes(v) or hasattr(v, "shape"),
        "a tuple of sizes, or None",
    ),
    "fn": (callable, "a function(y_true, y_pred)"),
}

_MAY_BE_NONE = {("Normalization", "axis")}  # although it is not the default


def explain_arguments(thing) -> None:
    """If this is a class, wrap its constructor, and those of the classes above it, so that such
    errors name the class and its arguments.
    """
    if isinstance(thing, type) and not issubclass(thing, BaseException):
        for cls in thing.__mro__:
            if _is_wrapped(cls):
                _explain(cls)


def _is_wrapped(cls: type) -> bool:
    """Whether a class has its own __init__, in the library but outside its lowest packages."""
    library, _, place = cls.__module__.partition(".")
    return library == _LIBRARY and not place.startswith(_FUNDAMENTS) and "__init__" in vars(cls)


def _explain(cls: Any) -> None:
    plain = vars(cls)["__init__"]
    if hasattr(plain, "rescues"):
        return

    rescues: list[Callable] = []  # functions (error, args, kwargs), see `retried`

    @wraps(plain)
    def __init__(self, *args, **kwargs):
        outermost = type(self).__init__ is __init__  # not called by a subclass
        if outermost:
            _check(type(self).__name__, args, kwargs, _defaults(plain))
        try:
            return plain(self, *args, **kwargs)
        except _BARE as error:
            better = _explained(error, type(self), args, kwargs) if outermost else error
            found = (again(better, (self, *args), kwargs) for again in rescues)
            instead = next(filter(None, found), None)
            if instead is None and better is error:
                raise
            if instead is None:
                raise better from error
        instead()

    vars(__init__)["rescues"] = rescues
    cls.__init__ = __init__


@cache  # asked at the first use: for all classes together it takes long
def _defaults(function) -> dict[str, Any]:
    """The parameters of a function with their defaults, in order."""
    return {name: p.default for name, p in inspect.signature(function).parameters.items()}


def _check(title: str, args: tuple, kwargs: dict, defaults: dict) -> None:
    """Raise ValueError for an invalid value of an argument in the table."""
    given = dict(zip(list(defaults)[1:], args)) | kwargs
    for name in given.keys() & _MEANT.keys():
        value, default = given[name], defaults.get(name, ...)
        fits, words = _MEANT[name]
        may_lack = name not in defaults or "None" in words or (title, name) in _MAY_BE_NONE
        no_value = value is None and may_lack
        if not (no_value or value is default or fits(value)):
            raise ValueError(f"{title}: {name} is {words}; received {value!r}.")


def _is_clear(error: Exception, cls: type) -> bool:
    """Whether the library itself raised the error with a message of its own, or the error names the
    class.
    """
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    line = ""
    if place is not None:
        line = linecache.getline(place.tb_frame.f_code.co_filename, place.tb_lineno)
    return cls.__name__ in str(error) or line.lstrip().startswith("raise ")


def _explained(error: Exception, cls: type, args: tuple, kwargs: dict) -> Exception:
    """Return the error to raise instead, which names the class and its arguments."""
    if "unexpected keyword" in str(error) or _is_clear(error, cls):
        return error
    bound = inspect.signature(cls).bind_partial(*args, **kwargs)
    given = ", ".join(f"{name}={_short(value)}" for name, value in bound.arguments.items())
    kind = TypeError if isinstance(error, (TypeError, AttributeError)) else ValueError
    return kind(f"{cls.__name__} cannot be made with {given}: {error}. See help({cls.__name__}).")


def _short(value) -> str:
    shown = repr(value)
    return shown if len(shown) < 40 else f"{shown[:36]} ..."
