"""What Python says of an argument that a class of the library cannot use, 'float' object is not
iterable, said with the name of the class and its arguments.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import Any

_BARE = (TypeError, ValueError, AttributeError, OverflowError, ZeroDivisionError, IndexError)
_LIBRARY = __name__.partition(".")[0]


def explain_arguments(rooms) -> None:
    """Let every class of these modules name itself and its arguments in such errors."""
    for room in rooms:
        for thing in list(vars(room).values()):
            ours = inspect.isclass(thing) and thing.__module__.partition(".")[0] == _LIBRARY
            if ours and "__init__" in vars(thing) and not issubclass(thing, BaseException):
                _explain(thing)


def _explain(cls: Any) -> None:
    plain = vars(cls)["__init__"]
    if hasattr(plain, "explains"):
        return

    @wraps(plain)
    def __init__(self, *args, **kwargs):
        try:
            plain(self, *args, **kwargs)
        except _BARE as error:
            kind: Any = type(self)  # one without an __init__ of its own is named, too
            if kind.__init__ is not __init__ or _is_clear(error, kind):
                raise
            raise _named(error, kind, args, kwargs) from error

    __init__.explains = True  # pyright: ignore[reportFunctionMemberAccess]
    cls.__init__ = __init__


def _is_clear(error: Exception, cls: type) -> bool:
    """Whether the error is one of the library's own sentences, which say what was received."""
    said = str(error)
    return any(word in said for word in (cls.__name__, "received", "Available:"))


def _named(error: Exception, cls: type, args: tuple, kwargs: dict) -> Exception:
    bound = inspect.signature(cls).bind_partial(*args, **kwargs)
    given = ", ".join(f"{name}={_short(value)}" for name, value in bound.arguments.items())
    kind = TypeError if isinstance(error, (TypeError, AttributeError)) else ValueError
    return kind(f"{cls.__name__} cannot be made with {given}: {error}. See help({cls.__name__}).")


def _short(value) -> str:
    shown = repr(value)
    return shown if len(shown) < 40 else f"{shown[:36]} ..."
