"""What the chapters of the course share: claims that are checked before the reader's eyes."""

from __future__ import annotations

import numpy as np

from .support import console
from .tensor import Tensor

__all__ = ["claim"]

COMPARISONS = {
    "at_least": ("at least", np.greater_equal),
    "at_most": ("at most", np.less_equal),
    "above": ("above", np.greater),
    "below": ("below", np.less),
}


def claim(text, value, *, equals=None, within=1e-6, **bounds) -> None:
    """Print `text` with a tick if it is true of `value`. Raise AssertionError if it is not.

    With bounds, a single number is printed too.

        claim("the loss fell", losses[-1] < losses[0])
        claim("both ways give the same image", by_hand, equals=by_matrix, within=1e-5)
        claim("the network reads digits", accuracy, at_least=0.99)

    value: a truth, a number or an array; what is claimed must hold for each of its entries.
    equals: the expected value, exact but for `within`, an absolute difference.
    bounds: any of at_least, at_most, above and below. Without a bound, `value` must be true.
    Raises AssertionError, which says what was expected and what came; under `python -O` it prints
    that instead, so that a chapter goes on. Raises TypeError for a bound of another name.
    """
    value = _array(value)
    expected = [_compared(value, name, bound) for name, bound in bounds.items()]
    if equals is not None:
        close = np.isclose(value, _array(equals), rtol=0, atol=within).all()
        expected.append((close, f"{_short(equals)} (within {within:g})"))
    if not expected:
        expected.append((value.all(), "True"))
    if not all(holds for holds, _ in expected):
        wanted = " and ".join(words for _, words in expected)
        said = f"{text}: expected {wanted}, got {_short(value)}"
        if __debug__:
            raise AssertionError(f"{said}. Under `python -O` the chapter goes on.")
        console.say(f"[false] {said}")
        return
    tick = "✓" if console.can_show(console.stream(), "✓") else "[true]"
    console.say(f"{tick} {text}" + (f" ({_short(value)})" if bounds and value.size == 1 else ""))


def _compared(value, name, bound):
    if name not in COMPARISONS:
        raise TypeError(
            f"claim() knows equals, {', '.join(COMPARISONS)}; received {name}={bound!r}"
        )
    word, holds = COMPARISONS[name]
    return holds(value, _array(bound)).all(), f"{word} {_short(bound)}"


def _array(value) -> np.ndarray:
    return value.numpy() if isinstance(value, Tensor) else np.asarray(value)


def _short(value) -> str:
    value = _array(value)
    if value.size == 1:
        number = value.item()
        return f"{number:.4g}" if isinstance(number, float) else str(number)
    return (
        f"{value.dtype} array of shape {value.shape}, from {value.min():.4g} to {value.max():.4g}"
    )
