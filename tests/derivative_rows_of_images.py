"""Rows of the table of derivatives: windows that slide, beside the same number by number."""

import itertools

import numpy as np
from derivative_rows import row
from derivative_samples import distinct, normal

from minidl.core.derivatives import images


def meetings(x_sizes, kernel, strides, dilation, padding, stops=None):
    """(o, k, i) for each stop o and place k of the kernel that meet in a place i of x."""
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    if stops is None:
        stops = [(n + sum(p) - r) // s + 1 for n, p, r, s in zip(x_sizes, padding, reach, strides)]
    for o, k in itertools.product(np.ndindex(*stops), np.ndindex(*kernel)):
        i = [a * s + b * d - p[0] for a, b, s, d, p in zip(o, k, strides, dilation, padding)]
        if all(0 <= place < n for place, n in zip(i, x_sizes)):
            yield o, k, tuple(i)


def at(a, place):
    return a[(slice(None), *place)]


def stops_of(x, kernel, strides, dilation, padding):
    axes = zip(x.shape[1:-1], kernel, strides, dilation, padding)
    return [(n + sum(p) - (k - 1) * d - 1) // s + 1 for n, k, s, d, p in axes]


def conv_by_hand(x, w, *bias, strides, dilation, padding, groups=1, relu=False):
    kernel, (c, f) = w.shape[:-2], w.shape[-2:]
    z = np.zeros((len(x), *stops_of(x, kernel, strides, dilation, padding), f), x.dtype)
    for o, k, i in meetings(x.shape[1:-1], kernel, strides, dilation, padding):
        for g in range(groups):
            own, filters = slice(g * c, (g + 1) * c), slice(g * f // groups, (g + 1) * f // groups)
            at(z, o)[:, filters] += at(x, i)[:, own] @ w[k][:, filters]
    z = z + sum(bias)
    return np.maximum(z, 0) if relu else z


def conv_transpose_by_hand(x, w, *bias, sizes, strides, dilation, before):
    z = np.zeros((len(x), *sizes, w.shape[-2]), x.dtype)
    padding = [(b, 0) for b in before]
    for o, k, i in meetings(sizes, w.shape[:-2], strides, dilation, padding, x.shape[1:-1]):
        at(z, i)[...] += at(x, o) @ w[k].T
    return z + sum(bias)


def depthwise_by_hand(x, w, *bias, strides, dilation, padding):
    kernel = w.shape[:-1]
    z = np.zeros((len(x), *stops_of(x, kernel, strides, dilation, padding), w.shape[-1]), x.dtype)
    for o, k, i in meetings(x.shape[1:-1], kernel, strides, dilation, padding):
        at(z, o)[...] += at(x, i) * w[k]
    return z + sum(bias)


def pool_by_hand(reduce):
    def pool(x, *, size, strides, padding):
        one = (1,) * len(size)
        z = np.zeros((len(x), *stops_of(x, size, strides, one, padding), x.shape[-1]), x.dtype)
        seen: dict = {}
        for o, _, i in meetings(x.shape[1:-1], size, strides, one, padding):
            seen.setdefault(o, []).append(at(x, i))
        for o, numbers in seen.items():
            at(z, o)[...] = reduce(numbers, axis=0)
        return z

    return pool


NO = {1: ((0, 0),), 2: ((0, 0), (0, 0)), 3: ((0, 0),) * 3}
# sizes of x, kernel, strides, dilation, padding
WINDOWS = [
    ((5,), (3,), (1,), (1,), NO[1]),
    ((6,), (2,), (2,), (1,), ((1, 0),)),
    ((7,), (3,), (1,), (2,), ((4, 0),)),
    ((4, 5), (2, 3), (1, 1), (1, 1), NO[2]),
    ((5, 4), (3, 2), (2, 1), (1, 1), ((1, 2), (0, 1))),
    ((5, 6), (2, 2), (1, 1), (2, 3), ((0, 1), (1, 1))),
    ((3, 3), (1, 1), (2, 2), (1, 1), NO[2]),
    ((3, 4, 3), (2, 2, 2), (1, 2, 1), (1, 1, 1), ((1, 0), (0, 0), (0, 1))),
]
for sizes, kernel, strides, dilation, padding in WINDOWS:
    how = {"strides": strides, "dilation": dilation, "padding": padding}
    x = normal(2, *sizes, 4)
    row(images.conv, x, normal(*kernel, 4, 2), normal(2), naive=conv_by_hand, **how)
    row(images.conv, x, normal(*kernel, 2, 4), naive=conv_by_hand, groups=2, **how)
    w, b = normal(*kernel, 4, 3), normal(3) + 0.3
    row(images.conv, x, w, b, naive=conv_by_hand, relu=True, **how)
    row(images.depthwise, x, normal(*kernel, 4), normal(4), naive=depthwise_by_hand, **how)
    row(images.depthwise, x, normal(*kernel, 4), naive=depthwise_by_hand, **how)
    how = {"strides": strides, "dilation": dilation, "before": tuple(p[0] for p in padding)}
    how["sizes"] = sizes
    stops = stops_of(x, kernel, strides, dilation, padding)
    x = normal(2, *stops, 3)
    row(images.conv_transpose, x, normal(*kernel, 2, 3), naive=conv_transpose_by_hand, **how)
    w, b = normal(*kernel, 2, 3), normal(2)
    row(images.conv_transpose, x, w, b, naive=conv_transpose_by_hand, **how)
    if max(dilation) == 1 and strides != (2, 2):
        how = {"size": kernel, "strides": strides, "padding": padding}
        row(images.max_pool, distinct(2, *sizes, 2), naive=pool_by_hand(np.max), **how)
        row(images.average_pool, normal(2, *sizes, 2), naive=pool_by_hand(np.mean), **how)
how = {"sizes": (9,), "strides": (2,), "dilation": (1,), "before": (1,)}
row(images.conv_transpose, normal(2, 4, 3), normal(3, 2, 3), naive=conv_transpose_by_hand, **how)
