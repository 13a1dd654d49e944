"""Functions of the bits of whole numbers, and of the parts of floats. All are piecewise
constant.
"""

from __future__ import annotations

import numpy as np

from .base import step

__all__ = [
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "gcd",
    "heaviside",
    "isneginf",
    "isposinf",
    "lcm",
    "left_shift",
    "nextafter",
    "right_shift",
    "signbit",
]


def bitwise_and(x, y):
    return step(np.bitwise_and, x, y)


def bitwise_or(x, y):
    return step(np.bitwise_or, x, y)


def bitwise_xor(x, y):
    return step(np.bitwise_xor, x, y)


def bitwise_not(x):
    return step(np.invert, x)


def bitwise_left_shift(x, y):
    return step(np.left_shift, x, y)


def bitwise_right_shift(x, y):
    return step(np.right_shift, x, y)


bitwise_invert, left_shift, right_shift = bitwise_not, bitwise_left_shift, bitwise_right_shift


def gcd(x1, x2):
    return step(np.gcd, x1, x2)


def lcm(x1, x2):
    return step(np.lcm, x1, x2)


def heaviside(x1, x2):
    """0 where x1 < 0, x2 where it is 0, 1 where x1 > 0."""
    return step(np.heaviside, x1, x2)


def signbit(x):
    return step(np.signbit, x)


def isposinf(x):
    return step(np.isposinf, x)


def isneginf(x):
    return step(np.isneginf, x)


def nextafter(x1, x2):
    """The next float after x1 in the direction of x2."""
    return step(np.nextafter, x1, x2)
