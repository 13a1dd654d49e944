"""Rows of the table of derivatives: Fourier transforms as sums, windows one by one."""

import numpy as np
from derivative_rows import row
from derivative_samples import normal

from minidl.core.derivatives import frequencies


def waves(n, sign=-1):
    """The matrix of e^(±2πi kt/n)."""
    return np.exp(sign * 2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)


def pair(z):
    return np.stack([z.real, z.imag])


def fft(x, y, axes, inverse=False):
    z = x + 1j * y
    for axis in axes:
        n = z.shape[axis]
        matrix = waves(n, 1) / n if inverse else waves(n)
        z = np.moveaxis(np.moveaxis(z, axis, -1) @ matrix, -1, axis)
    return pair(z)


def rfft(x, n):
    whole = np.zeros((*x.shape[:-1], n))
    taken = min(n, x.shape[-1])
    whole[..., :taken] = x[..., :taken]
    return pair(whole @ waves(n)[:, : n // 2 + 1])


def irfft(x, y, n):
    """The sum over all n frequencies, of which the second half are conjugates of the first."""
    z = np.zeros((*x.shape[:-1], n), complex)
    for k in range(min(n // 2 + 1, x.shape[-1])):
        z[..., -k % n] = (x - 1j * y)[..., k]
        z[..., k] = x[..., k] if k in (0, n / 2) else (x + 1j * y)[..., k]
    if n % 2 == 0 and n // 2 < x.shape[-1]:
        z[..., n // 2] = x[..., n // 2]
    z[..., 0] = x[..., 0]
    return (z @ waves(n, 1) / n).real


def frames(x, length, stride):
    begins = range(0, x.shape[-1] - length + 1, stride)
    return np.stack([x[..., b : b + length] for b in begins], axis=-2)


def overlap_add(x, stride):
    *batch, count, length = x.shape
    z = np.zeros((*batch, (count - 1) * stride + length))
    for j, t in np.ndindex(count, length):
        z[..., j * stride + t] += x[..., j, t]
    return z


for shape, axes in [((5,), (-1,)), ((2, 4), (-1,)), ((3, 4), (-2, -1)), ((2, 1, 3), (-2, -1))]:
    for inverse in (False, True):
        row(frequencies.fft, normal(*shape), normal(*shape), axes=axes, inverse=inverse, naive=fft)
for shape, n in [((6,), 6), ((2, 5), 5), ((2, 5), 3), ((2, 5), 8), ((3, 1), 1), ((4,), 2)]:
    row(frequencies.rfft, normal(*shape), n=n, naive=rfft)
for shape, n in [((4,), 6), ((2, 4), 7), ((2, 4), 4), ((2, 3), 9), ((2, 3), 8), ((3, 1), 1)]:
    row(frequencies.irfft, normal(*shape), normal(*shape), n=n, naive=irfft)
for shape, length, stride in [((7,), 3, 2), ((2, 8), 3, 1), ((2, 9), 2, 4), ((5,), 5, 1)]:
    row(frequencies.frames, normal(*shape), length=length, stride=stride, naive=frames)
for shape, stride in [((3, 4), 2), ((2, 3, 2), 1), ((1, 3), 2), ((2, 2), 3)]:
    row(frequencies.overlap_add, normal(*shape), stride=stride, naive=overlap_add)
