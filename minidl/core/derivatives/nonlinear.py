"""Activations, softmax, and the mask of dropout: they make a network nonlinear."""

from __future__ import annotations

import numpy as np


def relu(x):
    """z = max(x, 0)  ∂L/∂x = g where x > 0, else 0"""
    z = np.maximum(x, 0)
    return z, (lambda g: g * (z > 0).astype(z.dtype),)


def threshold(x, *, value=0.0, default=0):
    """z = x where x > value, else default       ∂L/∂x = g where x > value, else 0"""
    below = x <= value
    return np.where(below, default, x), (lambda g: np.where(below, 0, g),)


def leaky_relu(x, *, negative_slope=0.3):
    """z = x where x > 0, else a·x      ∂L/∂x = g, or a·g      (Maas et al. 2013)"""
    above, negative_slope = x > 0, float(negative_slope)
    return np.where(above, x, negative_slope * x), (
        lambda g: np.where(above, g, negative_slope * g),
    )


def elu(x, *, alpha=1.0):
    """z = x where x > 0, else α(eˣ - 1)      ∂L/∂x = g, or g·(z + α)      (Clevert et al. 2016)"""
    alpha = float(alpha)
    z = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    return z, (lambda g: g * np.where(x > 0, 1, z + alpha),)


def sigmoid(x):
    """z = 1/(1 + e⁻ˣ)      ∂L/∂x = g·z(1 - z)      computed from e^(-|x|), which cannot overflow"""
    e = np.exp(-np.abs(x))
    z = np.where(x >= 0, 1, e) / (1 + e)
    return z, (lambda g: g * z * (1 - z),)


def tanh(x):
    """z = tanh x     ∂L/∂x = g(1 - z²)"""
    z = np.tanh(x)
    return z, (lambda g: g * (1 - z * z),)


def softplus(x):
    """z = ln(1 + eˣ)       ∂L/∂x = g·sigmoid(x)"""
    return np.logaddexp(x, x.dtype.type(0)), (lambda g: g * sigmoid(x)[0],)


def softmax(x, *, axis=-1):
    """z = eˣ / Σ eˣ        ∂L/∂x = z·(g - Σ g·z)"""
    e = np.exp(x - x.max(axis=axis, keepdims=True))  # the largest becomes e⁰ = 1: no overflow
    z = e / e.sum(axis=axis, keepdims=True)
    return z, (lambda g: z * (g - (g * z).sum(axis=axis, keepdims=True)),)


def log_softmax(x, *, axis=-1):
    """z = x - ln Σ eˣ      ∂L/∂x = g - softmax(x)·Σ g"""
    z = x - x.max(axis=axis, keepdims=True)
    z -= np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return z, (lambda g: g - np.exp(z) * g.sum(axis=axis, keepdims=True),)


def masked_scale(x, *, mask, scale):
    """z = x·mask·scale     ∂L/∂x = g·mask·scale
    for dropout; the layer draws the mask (booleans) and chooses the scale
    """
    factor = mask * x.dtype.type(scale)  # x: floats
    return x * factor, (lambda g: g * factor,)
