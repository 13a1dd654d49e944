"""Convolution and pooling along any number of axes: sequences, images, films.

Shapes: x (samples, *places, c), w (*kernel, c, f), z (samples, *stops, f). Along each axis a window
slides over x. When the window is at its stop o, the place k of the kernel covers this place of x:
    i = o·s + k·d - before        (stride s, dilation d, `before` zeros in front of x)
z[o] = Σₖ x[i]·w[k] is a product of matrices: each patch of x is a row, and the kernel is a matrix.
The patches are made in blocks that stay in the cache of a core, never all at once (Chellapilla et
al. 2006). Patches that overlap along the first axis share their memory (Cho & Brand 2017).

Settings: strides and dilation, one number for each axis; padding, a pair: zeros before and after.
"""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

BLOCK = 1 << 17  # numbers of a block: 512 KB in float32


class _Window(NamedTuple):
    """How the window slides. Each field has one entry for each axis."""

    kernel: tuple
    strides: tuple
    dilation: tuple
    padding: tuple

    def stops(self, sizes) -> tuple:
        """Return how many stops the window makes along each axis of x."""
        axes = zip(sizes, *self)
        return tuple([(n + sum(p) - (k - 1) * d - 1) // s + 1 for n, k, s, d, p in axes])


def _blocks(samples: int, rows: int, size: int):
    """Return two lists of slices, of samples and rows; each pair is a block of about BLOCK numbers.
    size: the numbers in a row.
    """
    n, r = max(1, BLOCK // max(1, rows * size)), max(1, BLOCK // max(1, size))
    return tuple(
        [slice(i, min(i + part, whole)) for i in range(0, whole, part)]
        for whole, part in ((samples, n), (rows, r))
    )


def _framed(x, padding):
    """Return x with zeros around it. A negative number of zeros after x cuts part of x off."""
    if not any(map(any, padding)):
        return x
    x = x[(slice(None), *[slice(n + min(p[1], 0)) for n, p in zip(x.shape[1:], padding)])]
    wide = [(before, max(behind, 0)) for before, behind in padding]
    frame = np.zeros(
        (len(x), *[n + sum(p) for n, p in zip(x.shape[1:], wide)], x.shape[-1]), x.dtype
    )
    frame[(slice(None), *[slice(p[0], p[0] + n) for n, p in zip(x.shape[1:], wide)])] = x
    return frame


def _patches(x, window, f, shared=False):
    """Yield blocks of patches: (samples and rows of z, an array with a patch in each row). f: the
    numbers of z at each stop.

    shared: only the windows along the later axes are copied; a patch is several views of them.
    """
    kernel, strides, dilation, padding = window
    rows, *others = window.stops(x.shape[1:-1])
    x, c = _framed(x, padding), x.shape[-1]
    size = c * (strides[0] * math.prod(kernel[1:]) if shared else math.prod(kernel))
    sample, *to_next, channel = x.strides
    steps = [n * s for n, s in zip(to_next, strides)]
    gaps = [n * d for n, d in zip(to_next, dilation)]
    for at in itertools.product(*_blocks(len(x), rows, math.prod(others) * max(size, f))):
        n, r = (part.stop - part.start for part in at)
        seen = x[at[0], at[1].start * strides[0] :]
        if not shared:
            shape = (n, r, *others, *kernel, c)
            copied = as_strided(seen, shape, (sample, *steps, *gaps, channel))
            yield at, np.ascontiguousarray(copied).reshape(-1, size)
            continue
        shape = (n, *others, (r - 1) * strides[0] + kernel[0], *kernel[1:], c)
        copied = as_strided(seen, shape, (sample, *steps[1:], to_next[0], *gaps[1:], channel))
        copied = np.ascontiguousarray(copied)
        sample_, *steps_, row = copied.strides[: len(kernel) + 1]
        strides_ = (sample_, row * strides[0], *steps_, copied.itemsize)
        yield at, as_strided(copied, (n, r, *others, math.prod(kernel) * c), strides_)


def _taps(window, sizes, stops, row):
    """Yield for each place k of the kernel: (k, an index of the stops at which k covers x and no
    zeros, an index of the places of x that it covers).

    row: the first stop along the first axis.
    """
    first = [row, *[0] * (len(sizes) - 1)]
    for place in itertools.product(*map(range, window.kernel)):
        of_z, of_x = [slice(None)], [slice(None)]
        for k, o, n, m, (_, s, d, (before, _)) in zip(place, first, sizes, stops, zip(*window)):
            shift = o * s + k * d - before  # i = o·s + shift lies inside x for these o:
            start, stop = max(0, -(shift // s)), min(m, (n - 1 - shift) // s + 1)
            stop = max(start, stop)
            of_z.append(slice(start, stop))
            of_x.append(slice(max(0, start * s + shift), max(0, stop * s + shift), s))
        yield place, tuple(of_z), tuple(of_x)


def _meetings(window, at_stops, at_places):
    """Yield for each block of stops and each place k of the kernel: (k, views of the arrays shaped
    like z, views of those shaped like x): the numbers at the stops, and those that k covers there.
    """
    x, z = at_places[0], at_stops[0]
    pieces, cuts = _blocks(len(z), z.shape[1], x[:1].size // max(1, z.shape[1]))
    for rows in cuts:
        stops = (rows.stop - rows.start, *z.shape[2:-1])
        taps = list(_taps(window, x.shape[1:-1], stops, rows.start))
        for samples in pieces:
            part, seen = [a[samples, rows] for a in at_stops], [a[samples] for a in at_places]
            for k, of_z, of_x in taps:
                yield k, [a[of_z] for a in part], [a[of_x] for a in seen]


def _correlate(x, w, bias=None, *, window, relu=False):
    """z[o] = Σₖ x[i]·w[k] + b; with relu, negative z become 0."""
    f, stops = w.shape[-1], window.stops(x.shape[1:-1])
    z = np.empty((len(x), *stops, f), np.result_type(x, w))
    overlap = len(stops) > 1 and window.dilation[0] == 1 and window.kernel[0] > window.strides[0]
    shared = overlap and (x.shape[-1] < 48 or x.shape[-2] >= 20)
    # The bias of a whole row of stops at once: a longer inner loop.
    repeats = stops[-1] if len(stops) > 1 else 1
    row = None if bias is None else np.tile(bias, repeats)
    for at, patches in _patches(x, window, f, shared):
        part = z[at]
        np.matmul(patches, w.reshape(-1, f), out=part.reshape(*patches.shape[:-1], f))
        if row is not None:
            lines = part.reshape(-1, row.size)
            lines += row
        if relu:
            np.maximum(part, 0, out=part)
    return z


def _back_to_input(g, w, window, sizes):
    """∂L/∂x[i] = Σ g[o]·w[k]ᵀ over all o and k for which k covers i at stop o."""
    c, f = w.shape[-2:]
    dx = np.zeros((len(g), *sizes, c), np.result_type(g, w))
    turned = np.ascontiguousarray(w.swapaxes(-1, -2))
    pieces, cuts = _blocks(len(g), g.shape[1], math.prod(g.shape[2:-1]) * max(c, f))
    for rows in cuts:
        stops = (rows.stop - rows.start, *g.shape[2:-1])
        taps = list(_taps(window, sizes, stops, rows.start))
        for samples in pieces:
            part = g[samples, rows].reshape(-1, f)
            for k, of_z, of_x in taps:
                dx[samples][of_x] += (part @ turned[k]).reshape(-1, *stops, c)[of_z]
    return dx


def _back_to_kernel(x, g, window):
    """∂L/∂w[k] = Σ x[i]ᵀ·g[o] over all o, in i = o·s + k·d - before."""
    c, f = x.shape[-1], g.shape[-1]
    dw = np.zeros((math.prod(window.kernel) * c, f), np.result_type(x, g))
    for at, patches in _patches(x, window, f):
        dw += patches.T @ g[at].reshape(-1, f)
    return dw.reshape(*window.kernel, c, f)


def _by_groups(function, groups: int, *arrays):
    """Return function(*arrays), computed for each group of channels separately."""
    if groups == 1:
        return function(*arrays)
    parts = zip(*[np.split(a, groups, axis=-1) for a in arrays])
    return np.concatenate([function(*part) for part in parts], axis=-1)


def _column_sums(g):
    """Return Σ of g over all axes but the last, as a product with ones: three times as fast."""
    return np.ones(g.size // g.shape[-1], g.dtype) @ g.reshape(-1, g.shape[-1])


def conv(x, w, *bias, strides, dilation, padding, groups=1, relu=False):
    """z[o] = Σₖ x[i]·w[k] + b      with i = o·s + k·d - before
    ∂L/∂x[i] = Σ g[o]·w[k]ᵀ     ∂L/∂w[k] = Σ x[i]ᵀ·g[o]     ∂L/∂b = Σ g

    bias: (f,) or left out. groups: of channels. The filters of a group use only its channels of x,
    so w is (*kernel, c/groups, f). relu: z becomes max(z, 0), and g counts where z > 0.
    """
    window = _Window(w.shape[:-2], strides, dilation, padding)
    z = _by_groups(partial(_correlate, window=window, relu=relu), groups, x, w, *bias)

    kept = [None, None]  # a gradient of z, and what relu leaves of it for the three vjps

    def slope(g):
        if relu and kept[0] is not g:
            kept[:] = g, g * (z > 0).astype(g.dtype)
        return kept[1] if relu else g

    def vjp_x(g):
        back = partial(_back_to_input, window=window, sizes=x.shape[1:-1])
        return _by_groups(back, groups, slope(g), w)

    def vjp_w(g):
        return _by_groups(partial(_back_to_kernel, window=window), groups, x, slope(g))

    return z, (vjp_x, vjp_w, lambda g: _column_sums(slope(g)))[: 2 + len(bias)]


def conv_transpose(x, w, *bias, sizes, strides, dilation, before):
    """z[i] = Σ x[o]·w[k]ᵀ + b over all o and k with i = o·s + k·d - before
    ∂L/∂x[o] = Σₖ g[i]·w[k]     ∂L/∂w[k] = Σ g[i]ᵀ·x[o]     ∂L/∂b = Σ g

    The gradient of a convolution with respect to its input, used to enlarge images. w: (*kernel, f,
    c). sizes: of z along the axes of the window.
    """
    axes = zip(w.shape, strides, dilation, before, sizes, x.shape[1:])
    behind = [(m - 1) * s + (k - 1) * d + 1 - n - b for k, s, d, b, n, m in axes]
    window = _Window(w.shape[:-2], strides, dilation, tuple(zip(before, behind)))
    z = _back_to_input(x, w, window, sizes)
    for b in bias:
        z += b
    vjps = (
        lambda g: _correlate(g, w, window=window),
        lambda g: _back_to_kernel(g, x, window),
        _column_sums,
    )
    return z, vjps[: 2 + len(bias)]


def depthwise(x, w, *bias, strides, dilation, padding):
    """z[o] = Σₖ x[i]·w[k] + b, for each channel separately      with i = o·s + k·d - before
    ∂L/∂x[i] = Σ g[o]·w[k]     ∂L/∂w[k] = Σ x[i]·g[o]     ∂L/∂b = Σ g

    w: (*kernel, c).
    """
    window = _Window(w.shape[:-1], strides, dilation, padding)
    z = np.zeros((len(x), *window.stops(x.shape[1:-1]), x.shape[-1]), np.result_type(x, w))
    for k, (o,), (i,) in _meetings(window, [z], [x]):
        o += i * w[k]
    for b in bias:
        z += b

    def vjp_x(g):
        dx = np.zeros(x.shape, z.dtype)
        for k, (o,), (i,) in _meetings(window, [g], [dx]):
            i += o * w[k]
        return dx

    def vjp_w(g):
        dw = np.zeros(w.shape, z.dtype)
        for k, (o,), (i,) in _meetings(window, [g], [x]):
            dw[k] += _column_sums(o * i)
        return dw

    return z, (vjp_x, vjp_w, _column_sums)[: 2 + len(bias)]


def max_pool(x, *, size, strides, padding):
    """z[o] = the largest x[i] in the window      ∂L/∂x[i] = Σ g[o] where x[i] is the largest

    If several are equally large, the first one gets the gradient.
    """
    window = _Window(size, strides, (1,) * len(size), padding)
    z = np.full((len(x), *window.stops(x.shape[1:-1]), x.shape[-1]), -np.inf, x.dtype)
    for _, (o,), (i,) in _meetings(window, [z], [x]):
        np.maximum(o, i, out=o)

    def vjp(g):
        dx, left = np.zeros(x.shape, x.dtype), g.copy()  # left: what no place was given yet
        overlap = any([k > s for k, s in zip(size, strides)])
        for _, (o, rest), (i, d) in _meetings(window, [z, left], [x, dx]):
            share = i.copy()  # in one piece of memory: what follows is quicker there
            np.copyto(share, share == o)
            share *= rest
            rest -= share
            np.add(d, share, out=d) if overlap else np.copyto(d, share)
        return dx

    return z, (vjp,)


def average_pool(x, *, size, strides, padding):
    """z[o] = Σ x[i] / n over the n places of x in the window      ∂L/∂x[i] = Σ g[o] / n"""
    window = _Window(size, strides, (1,) * len(size), padding)
    stops, ones = window.stops(x.shape[1:-1]), np.ones((1, *x.shape[1:-1], 1), x.dtype)
    z, n = np.zeros((len(x), *stops, x.shape[-1]), x.dtype), np.zeros((1, *stops, 1), x.dtype)
    for sums, numbers in ((z, x), (n, ones)):
        for _, (o,), (i,) in _meetings(window, [sums], [numbers]):
            o += i
    z /= n

    def vjp(g):
        dx = np.zeros(x.shape, x.dtype)
        for _, (o,), (d,) in _meetings(window, [g / n], [dx]):
            d += o
        return dx

    return z, (vjp,)
