"""The frequencies of signals. Tensors are real: a complex tensor is a pair (real part, imaginary
part) of tensors, as in Keras.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.derivatives import frequencies
from ..support.arrays import as_array
from ..support.checks import check_count
from ..tensor import apply
from .base import floats, on_symbols
from .picking import pad

__all__ = ["extract_sequences", "fft", "fft2", "ifft2", "irfft", "istft", "rfft", "stft"]


@on_symbols
def fft(x) -> tuple:
    """z_k = Σ_t x_t e^(−2πi kt/n) along the last axis. x: a pair (real, imaginary). Returns a pair
    of tensors of the same shape.
    """
    return _transformed("fft", x, (-1,))


@on_symbols
def fft2(x) -> tuple:
    """`fft` along the last two axes."""
    return _transformed("fft2", x, (-2, -1))


@on_symbols
def ifft2(x) -> tuple:
    """The inverse of `fft2`."""
    return _transformed("ifft2", x, (-2, -1), inverse=True)


def _transformed(name, x, axes, inverse=False) -> tuple:
    real, imaginary = _pair(name, x, axes=len(axes))
    z = apply(frequencies.fft, real, imaginary, axes=axes, inverse=inverse)
    return z[0], z[1]


@on_symbols
def rfft(x, fft_length=None) -> tuple:
    """z_k = Σ_t x_t e^(−2πi kt/n) of real numbers along the last axis, for k from 0 to n/2. The
    other frequencies are their conjugates.

    x: (..., n). fft_length: n; x is cut, or continued by zeros. Returns a pair (real, imaginary),
    each (..., n/2 + 1).
    """
    x = _signal("rfft", x)
    n = x.shape[-1] if fft_length is None else check_count("fft_length", fft_length)
    z = apply(frequencies.rfft, x, n=n)
    return z[0], z[1]


@on_symbols
def irfft(x, fft_length=None):
    """The inverse of `rfft`. x: a pair (real, imaginary), each (..., n/2 + 1). fft_length: n; if
    left out, twice the number of entries less 2.
    """
    real, imaginary = _pair("irfft", x)
    n = 2 * (real.shape[-1] - 1) if fft_length is None else fft_length
    return apply(frequencies.irfft, real, imaginary, n=check_count("fft_length", n))


@on_symbols
def extract_sequences(x, sequence_length, sequence_stride):
    """The windows of a signal: x[0:L], x[s:s + L], ... x: (..., n). Returns
    (..., 1 + (n − L) // s, L), where L is sequence_length and s sequence_stride.
    """
    x = _signal("extract_sequences", x)
    length = check_count("sequence_length", sequence_length)
    stride = check_count("sequence_stride", sequence_stride)
    return _frames("extract_sequences", x, length, stride)


@on_symbols
def stft(
    x, sequence_length, sequence_stride, fft_length, window: Any = "hann", center=True
) -> tuple:
    """The short-time Fourier transform: `rfft` of each window of a signal.

    x: (..., n). sequence_length: of a window. sequence_stride: from one window to the next.
    fft_length: at least sequence_length; zeros stand around the window. window: 'hann', 'hamming',
    an array of weights, or None: no weights, and fft_length entries of the
    signal in each window. center: mirror x at both ends, so that the first
    window has x_0 in its middle. Returns a pair (real, imaginary), each
    (..., windows, fft_length // 2 + 1).
    """
    x, weights = _signal("stft", x), _window("stft", window, sequence_length, fft_length)
    around = fft_length // 2 if center else 0
    if around >= x.shape[-1]:
        raise ValueError(
            f"stft with center=True mirrors fft_length // 2 = {around} entries at each end, and "
            f"the signal has {x.shape[-1]}. Take a longer signal, a shorter fft_length, or "
            "center=False."
        )
    x = pad(x, [(0, 0)] * (x.ndim - 1) + [(around, around)], "reflect")
    windows = _frames("stft", x, len(weights), check_count("sequence_stride", sequence_stride))
    return rfft(windows * weights.astype(x.dtype))


@on_symbols
def istft(
    x, sequence_length, sequence_stride, fft_length, length=None, window: Any = "hann", center=True
):
    """The inverse of `stft`: the signal (..., n) of a pair (real, imaginary) of shapes
    (..., windows, fft_length // 2 + 1).

    Each window is added in its place, times its weights, and the sum is divided by the sum of the
    squared weights (Griffin & Lim 1984, eq. 6). length: n. The other arguments are those of `stft`.
    """
    real, imaginary = _pair("istft", x, axes=2)
    weights = _window("istft", window, sequence_length, fft_length).astype(real.dtype)
    stride = check_count("sequence_stride", sequence_stride)
    windows = irfft((real, imaginary), fft_length) * weights
    squares = np.broadcast_to(weights**2, windows.shape[-2:])
    total, _ = frequencies.overlap_add(squares, stride=stride)
    z = apply(frequencies.overlap_add, windows, stride=stride)
    z = z / np.where(total > 1e-10, total, 1)
    begin = fft_length // 2 if center else 0
    end = z.shape[-1] - begin if length is None else begin + int(length)
    return z[..., begin:end]


def _window(name: str, window, length, fft_length) -> np.ndarray:
    """The weights of a window, with zeros around them to fft_length entries."""
    length = check_count("sequence_length", length)
    around = check_count("fft_length", fft_length) - length
    if around < 0:
        raise ValueError(
            f"{name}: fft_length is at least sequence_length; received {fft_length} and {length}."
        )
    if window is None:
        return np.ones(fft_length)
    known = {"hann": np.hanning, "hamming": np.hamming}
    if isinstance(window, str):
        if window not in known:
            raise ValueError(
                f"{name}: window is 'hann', 'hamming', an array of {length} weights or None; "
                f"received {window!r}."
            )
        weights = known[window](length + 1)[:-1]  # periodic: the next window begins where it ends
    else:
        weights = as_array(window)
    if weights.shape != (length,):
        raise ValueError(
            f"{name}: window has sequence_length = {length} weights; received shape "
            f"{weights.shape}."
        )
    return np.pad(weights, (around // 2, around - around // 2))


def _frames(name: str, x, length: int, stride: int):
    if x.shape[-1] < length:
        raise ValueError(
            f"{name}: a window of {length} does not fit into a signal of {x.shape[-1]} entries. "
            "Take a shorter window, or ops.pad the signal."
        )
    return apply(frequencies.frames, x, length=length, stride=stride)


def _signal(name: str, x) -> Any:
    x = floats(x)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"{name} takes a signal, (..., n); received shape {x.shape}.")
    return x


def _pair(name: str, x, axes: int = 1) -> tuple:
    """Check a complex tensor: a pair of tensors of one shape, with at least this many axes."""
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(
            f"{name} takes a pair (real part, imaginary part). Received: {type(x).__name__}. "
            f"For real numbers: {name}((x, ops.zeros_like(x)))."
        )
    real, imaginary = (floats(part) for part in x)
    if real.shape != imaginary.shape or real.ndim < axes:
        raise ValueError(
            f"{name}: the real and the imaginary part have one shape, of at least {axes} axes. "
            f"Received: {real.shape} and {imaginary.shape}."
        )
    return real, imaginary
