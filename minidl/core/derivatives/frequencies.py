"""Fourier transforms, and windows along a signal.

Tensors are real, so a complex number x + iy is a pair of arrays, and a complex result has the shape
(2, ...): its real and its imaginary parts. A transform is linear, z = F x, so ∂L/∂x = Fᴴ ∂L/∂z,
with the conjugate transpose of F.
"""

from __future__ import annotations

import numpy as np

from .stepping import shared


def fft(x, y, *, axes, inverse=False):
    """z_k = Σ_t (x + iy)_t e^(−2πi kt/n) along each of the axes; inverse: e^(+2πi kt/n), and 1/n of
    the sum.
    """
    n = np.prod([x.shape[a] for a in axes])
    forth, back, factor = np.fft.fftn, np.fft.ifftn, n
    if inverse:
        forth, back, factor = back, forth, 1 / n

    def vjps(g):
        return _pair(factor * back(_complex(*g), axes=axes), x.dtype)

    z = _pair(forth(_complex(x, y), axes=axes), x.dtype)
    return z, shared(vjps, lambda dx, dy: dx, lambda dx, dy: dy)


def rfft(x, *, n):
    """z_k = Σ_t x_t e^(−2πi kt/n) for k from 0 to n/2, along the last axis of x, which is cut or
    continued by zeros to n entries.
    """

    def vjp(g):
        d = n * np.fft.irfft(_complex(*g) / _twins(n), n)
        return _of_length(x.shape[-1], d).astype(x.dtype)

    return _pair(np.fft.rfft(x, n), x.dtype), (vjp,)


def irfft(x, y, *, n):
    """z_t = 1/n Σ_k (x + iy)_k e^(2πi kt/n): the n real numbers whose rfft is x + iy. Frequencies
    that are missing at the end are 0, and those of the second half conjugates of the first.
    """
    count = x.shape[-1]

    def vjps(g):
        d = np.fft.rfft(g, n) * _twins(n) / n
        return _pair(_of_length(count, d), x.dtype)

    z = np.fft.irfft(_complex(x, y), n).astype(x.dtype)
    return z, shared(vjps, lambda dx, dy: dx, lambda dx, dy: dy)


def frames(x, *, length, stride):
    """z_j = x_(j·stride), ..., x_(j·stride + length − 1) for each j that fits. x: (..., n).
    Returns (..., count, length).
    """
    windows = np.lib.stride_tricks.sliding_window_view(x, length, axis=-1)[..., ::stride, :]

    def vjp(g):
        return _of_length(x.shape[-1], _overlapped(g, stride))

    return windows.copy(), (vjp,)


def overlap_add(x, *, stride):
    """z_t = Σ_j x_(j, t − j·stride): windows in their places, added up. x: (..., count, length).
    Returns (..., (count − 1)·stride + length).
    """

    def vjp(g):
        return frames(g, length=x.shape[-1], stride=stride)[0]

    return _overlapped(x, stride), (vjp,)


def _overlapped(x, stride):
    *batch, count, length = x.shape
    z = np.zeros((*batch, (count - 1) * stride + length), x.dtype)
    for j in range(count):
        z[..., j * stride : j * stride + length] += x[..., j, :]
    return z


def _twins(n):
    """How many of the n frequencies z_0, z_1, ..., z_n/2 each stands for: z_k and z_(n−k) are
    conjugates, z_0 and z_n/2 have no twin.
    """
    counts = np.full(n // 2 + 1, 2)
    counts[0] = 1
    if n % 2 == 0:
        counts[-1] = 1
    return counts


def _of_length(n, x):
    """Cut the last axis, or continue it by zeros, to n entries."""
    missing = max(n - x.shape[-1], 0)
    return np.pad(x[..., :n], [(0, 0)] * (x.ndim - 1) + [(0, missing)])


def _complex(x, y):
    return x + 1j * y


def _pair(z, dtype):
    return np.stack([z.real, z.imag]).astype(dtype)
