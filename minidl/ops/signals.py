"""Windows for signals, correlation, and the functions on complex numbers at real ones."""

from __future__ import annotations

import math

import numpy as np

from ..support import backend
from ..tensor import Tensor
from .base import convert_to_tensor, floats, on_symbols
from .comparing import where
from .creation import ones_like, zeros_like
from .elementwise import sqrt
from .picking import diagonal, pad, take
from .products import matmul, outer
from .reducing import mean

__all__ = [
    "angle",
    "bartlett",
    "blackman",
    "conj",
    "conjugate",
    "corrcoef",
    "correlate",
    "hamming",
    "hanning",
    "imag",
    "isreal",
    "kaiser",
    "real",
]


def _window(make):
    """A function that returns `make(length)` as a tensor."""

    def window(x):
        return Tensor(make(int(x)), dtype=backend.floatx())

    window.__name__ = window.__qualname__ = make.__name__
    window.__doc__ = f"The {make.__name__.capitalize()} window of a length: weights of a signal."
    return window


bartlett, blackman = _window(np.bartlett), _window(np.blackman)
hamming, hanning = _window(np.hamming), _window(np.hanning)


def kaiser(x, beta):
    """The Kaiser window of a length. beta: how steeply it falls."""
    return Tensor(np.kaiser(int(x), float(beta)), dtype=backend.floatx())


def real(x):
    """x itself: tensors are real."""
    return convert_to_tensor(x)


def imag(x):
    """Zeros: tensors are real."""
    return zeros_like(convert_to_tensor(x))


def conj(x):
    """x itself: tensors are real."""
    return convert_to_tensor(x)


conjugate = conj


def isreal(x):
    """True everywhere."""
    return ones_like(convert_to_tensor(x), dtype=bool)


def angle(x):
    """The angle of a real number in the complex plane: 0, or π below 0."""
    x = floats(x)
    return where(x < 0, math.pi, zeros_like(x))


@on_symbols
def correlate(x1, x2, mode="valid"):
    """z[k] = Σₙ x1[n + k]·x2[n] of two vectors.

    mode: 'valid' only where they overlap wholly, 'same' as long as the longer one, 'full' wherever
    they overlap.
    """
    x1, x2 = floats(x1), floats(x2)
    if x1.ndim != 1 or x2.ndim != 1 or mode not in ("valid", "same", "full"):
        raise ValueError(
            "correlate takes two vectors and mode 'valid', 'same' or 'full'; received shapes "
            f"{x1.shape}, {x2.shape} and {mode!r}."
        )
    n, m = len(x1), len(x2)
    around = m - 1
    whole = pad(x1, (around, around))
    z = matmul(take(whole, np.arange(n + m - 1)[:, None] + np.arange(m)), x2)
    count = {"full": n + m - 1, "same": max(n, m), "valid": max(n, m) - min(n, m) + 1}[mode]
    begin = {"full": 0, "same": (m - 1) // 2 if n >= m else n // 2, "valid": min(n, m) - 1}[mode]
    return z[begin : begin + count]


@on_symbols
def corrcoef(x):
    """The correlation of each row with each other, from -1 to 1."""
    x = floats(x)
    away = x - mean(x, axis=1, keepdims=True)
    products = matmul(away, away.T)
    length = sqrt(diagonal(products))
    return products / outer(length, length)
