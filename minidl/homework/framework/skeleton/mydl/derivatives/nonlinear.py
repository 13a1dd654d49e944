"""Activations, softmax, and the mask of dropout: they make a network nonlinear."""

import numpy as np


def relu(x):
    """z = max(x, 0)  ∂L/∂x = g where x > 0, else 0"""
    raise NotImplementedError("write relu in derivatives/nonlinear.py")


def sigmoid(x):
    """z = 1/(1 + e⁻ˣ)      ∂L/∂x = g·z(1 - z)      from e^(-|x|), which cannot overflow"""
    e = np.exp(-np.abs(x))
    z = np.where(x >= 0, 1, e) / (1 + e)
    return z, (lambda g: g * z * (1 - z),)


def tanh(x):
    """z = tanh x     ∂L/∂x = g(1 - z²)"""
    raise NotImplementedError("write tanh in derivatives/nonlinear.py")


def log_softmax(x, *, axis=-1):
    """z = x - ln Σ eˣ      ∂L/∂x = g - softmax(x)·Σ g      (Σ: over the axis, keepdims)

    e¹⁰⁰⁰ is too large for a float. So subtract the largest x along the axis first:
    z = y - ln Σ eʸ with y = x - max x is the same number. And softmax(x) is eᶻ.
    """
    raise NotImplementedError("write log_softmax in derivatives/nonlinear.py")


def masked_scale(x, *, mask, scale):
    """z = x·mask·scale     ∂L/∂x = g·mask·scale

    For dropout. mask: booleans in the shape of x, which the layer draws. scale: a number.
    """
    raise NotImplementedError("write masked_scale in derivatives/nonlinear.py")
