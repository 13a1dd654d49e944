"""Normalization: numbers are brought to a common scale. The scale is computed from the numbers
themselves, so every x changes every z. This is where the means in the gradients come from.
"""

from __future__ import annotations

import numpy as np


def standardize(x, *, axes, epsilon, moments=None):
    """z = (x - m)/s      with m the mean along the axes, v the variance there and s = √(v + ε)
    ∂L/∂x = (g - mean g - z·mean(g·z))/s

    moments: an empty list, to which m and v are appended, for layers that keep averages of them.
    """
    m = x.mean(axis=axes, keepdims=True)
    z = x - m
    v = (z * z).mean(axis=axes, keepdims=True)
    s = np.sqrt(v + x.dtype.type(epsilon))
    z /= s
    if moments is not None:
        moments[:] = m, v

    def vjp(g):
        d = z * (g * z).mean(axis=axes, keepdims=True)
        np.subtract(g, d, out=d)
        d -= g.mean(axis=axes, keepdims=True)
        d /= s
        return d

    return z, (vjp,)


def normalize(x, γ, β, *, axes, epsilon, moments=None):
    """z = γ·y + β      with y = standardize(x)
    ∂L/∂x = ∂L/∂y ∂y/∂x      ∂L/∂y = g·γ      ∂L/∂γ = g·y      ∂L/∂β = g
    """
    y, (to_x,) = standardize(x, axes=axes, epsilon=epsilon, moments=moments)
    return γ * y + β, (lambda g: to_x(g * γ), lambda g: g * y, lambda g: g)


def divide_by_rms(x, *, axes, epsilon):
    """z = x/r      with r = √(mean x² + ε), the root of the mean square along the axes
    ∂L/∂x = (g - z·mean(g·z))/r
    """
    r = np.sqrt(np.mean(x * x, axis=axes, keepdims=True) + x.dtype.type(epsilon))
    z = x / r
    return z, (lambda g: (g - z * (g * z).mean(axis=axes, keepdims=True)) / r,)
