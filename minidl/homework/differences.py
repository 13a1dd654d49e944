"""Describes the difference between an answer and the expected one in a sentence."""

from __future__ import annotations

import numpy as np

ORDINALS = ("first", "second", "third", "fourth", "fifth")


def difference(
    expected, received, rtol: float, atol: float, where: str = "", each: str = "value"
) -> str:
    """Return '' if the two are equal. Otherwise describe the first difference: the kind, the shape,
    or the first entry that differs. each: what to call a value.
    """
    at = f" in {where}" if where else ""
    if isinstance(expected, (list, tuple)):
        return _difference_of_lists(expected, received, rtol, atol, where, each)
    if isinstance(expected, dict):
        if not isinstance(received, dict) or expected.keys() != received.keys():
            return f"expected a dict with {', '.join(expected)}{at}, received {_kind(received)}"
        return _first(difference(expected[k], received[k], rtol, atol, repr(k)) for k in expected)
    if isinstance(expected, (str, bool)) or expected is None:
        alike = type(expected) is type(received) and expected == received
        return "" if alike else f"expected {expected!r}{at}, received {_kind(received)}"
    return _difference_of_arrays(np.asarray(expected), received, rtol, atol, at)


def _first(differences) -> str:
    return next(filter(None, differences), "")


def _difference_of_lists(expected, received, rtol, atol, where, each) -> str:
    at = f" in {where}" if where else ""
    if not isinstance(received, (list, tuple)):
        return f"expected {len(expected)} values{at}, received {_kind(received)}"
    if len(expected) != len(received):
        return f"expected {len(expected)} values{at}, received {len(received)}"
    places = [
        f"{where}, value {i + 1}" if where else _called(i, each) for i in range(len(expected))
    ]
    return _first(
        difference(e, r, rtol, atol, place) for e, r, place in zip(expected, received, places)
    )


def _called(i: int, each: str) -> str:
    return f"the {ORDINALS[i]} {each}" if i < len(ORDINALS) else f"{each} {i + 1}"


def _difference_of_arrays(expected, received, rtol, atol, at) -> str:
    if received is None:
        return f"received None{at}: is a return missing?"
    if not isinstance(received, (np.ndarray, int, float)) or isinstance(received, bool):
        return f"expected {_kind(expected)}{at}, received {_kind(received)}"
    if expected.dtype.kind == "f" and np.asarray(received).dtype.kind == "b":
        return (
            f"expected floats{at}, received an array of bool: .astype(float) makes numbers of them"
        )
    if np.shape(received) != expected.shape:
        return f"expected shape {expected.shape}{at}, received {_kind(received)}"
    got, want = np.asarray(received, dtype=np.float64), expected.astype(np.float64)
    with np.errstate(all="ignore"):
        # of an infinite number no finite one is within any tolerance
        close = np.isfinite(want) & (np.abs(got - want) <= atol + rtol * np.abs(want))
    alike = close | (got == want) | (np.isnan(got) & np.isnan(want))
    return "" if alike.all() else _difference_of_numbers(got, want, alike, at)


def _difference_of_numbers(got, want, alike, at) -> str:
    index = tuple(int(i) for i in np.argwhere(~np.atleast_1d(alike))[0])
    place = f" at [{', '.join(map(str, index))}]" if want.ndim else ""
    first, right = np.atleast_1d(got)[index], np.atleast_1d(want)[index]
    if alike.size == 1:
        return f"the number{at}{place} is {first:.6g}, expected {right:.6g}"
    return (
        f"{int((~alike).sum())} of {alike.size} numbers differ{at}, the first{place}: "
        f"{first:.6g}, expected {right:.6g}"
    )


def _kind(value) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return "None" if value is None else f"{type(value).__name__} {value!r:.60}"
