"""Convolution and pooling against PyTorch in float64, at random windows: values and gradients to
1e-10 of the largest.
"""

import numpy as np
import pytest
import torch

from minidl import Tensor, ops

F = torch.nn.functional
SEEDS = range(60)


def first(a):
    """Channels first, for torch."""
    return torch.tensor(np.ascontiguousarray(np.moveaxis(a, -1, 1)), requires_grad=True)


def kernel_of(w):
    """(filters, channels, *window)."""
    turned = np.moveaxis(w, (-1, -2), (0, 1))
    return torch.tensor(np.ascontiguousarray(turned), requires_grad=True)


def close(ours, theirs):
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10 * np.abs(theirs).max(initial=1e-3))


def compare(ours, arrays, theirs, tensors, backs, rng):
    """The results, and the gradients with respect to each of the arrays, for a random g."""
    leaves = [Tensor(a, requires_grad=True, dtype="float64") for a in arrays]
    z, z_torch = ours(*leaves), theirs(*tensors)
    last = np.moveaxis(z_torch.detach().numpy(), 1, -1)
    g = rng.normal(size=last.shape)
    close(z.numpy(), last)
    z.backward(gradient=g)
    for leaf, gradient, back in zip(
        leaves, torch.autograd.grad(z_torch, tensors, first(g).detach()), backs
    ):
        close(leaf.grad, back(gradient.numpy()))


def to_last(a):
    return np.moveaxis(a, 1, -1)


def to_kernel(a):
    return np.moveaxis(a, (0, 1), (-1, -2))


def window(rng):
    """rank, kernel, strides, dilation, sizes that have room."""
    rank = int(rng.integers(1, 4))
    kernel, strides, dilation = (
        tuple(map(int, rng.integers(1, n, rank))) for n in ((5, 4, 4) if rank < 3 else (4, 3, 3))
    )
    room = rng.integers(0, 7 if rank < 3 else 4, rank)
    sizes = [(k - 1) * d + 1 + int(n) for k, d, n in zip(kernel, dilation, room)]
    return rank, kernel, strides, dilation, sizes


@pytest.mark.parametrize("seed", SEEDS)
def test_conv(seed):
    rng = np.random.default_rng(seed)
    rank, kernel, strides, dilation, sizes = window(rng)
    groups, c, f, n = map(int, rng.integers(1, 4, 4))
    x = rng.normal(size=(n, *sizes, groups * c))
    w = rng.normal(size=(*kernel, c, groups * f))
    torch_conv = getattr(F, f"conv{rank}d")
    compare(
        lambda x, w: ops.conv(x, w, strides, "valid", "channels_last", dilation),
        [x, w],
        lambda x, w: torch_conv(x, w, stride=strides, dilation=dilation, groups=groups),
        [first(x), kernel_of(w)],
        [to_last, to_kernel],
        rng,
    )
    # torch puts the odd zero of an even window in front, and warns
    if set(strides) == {1} and not any((k - 1) * d % 2 for k, d in zip(kernel, dilation)):
        compare(
            lambda x, w: ops.conv(x, w, 1, "same", "channels_last", dilation),
            [x, w],
            lambda x, w: torch_conv(x, w, padding="same", dilation=dilation, groups=groups),
            [first(x), kernel_of(w)],
            [to_last, to_kernel],
            rng,
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_depthwise_conv(seed):
    rng = np.random.default_rng(seed)
    rank, kernel, strides, dilation, sizes = window(rng)
    c, m, n = map(int, rng.integers(1, 4, 3))
    x, w = rng.normal(size=(n, *sizes, c)), rng.normal(size=(*kernel, c, m))
    torch_conv = getattr(F, f"conv{rank}d")
    flat = np.moveaxis(w.reshape(*kernel, c * m), -1, 0)[:, None]
    compare(
        lambda x, w: ops.depthwise_conv(x, w, strides, dilation_rate=dilation),
        [x, w],
        lambda x, w: torch_conv(x, w, stride=strides, dilation=dilation, groups=c),
        [first(x), torch.tensor(flat.copy(), requires_grad=True)],
        [to_last, lambda a: np.moveaxis(a[:, 0], 0, -1).reshape(w.shape)],
        rng,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_conv_transpose(seed):
    rng = np.random.default_rng(seed)
    rank, kernel, strides, dilation, sizes = window(rng)
    c, f, n = map(int, rng.integers(1, 4, 3))
    more = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(strides, dilation))
    x, w = rng.normal(size=(n, *sizes, c)), rng.normal(size=(*kernel, f, c))
    torch_conv = getattr(F, f"conv_transpose{rank}d")
    compare(
        lambda x, w: ops.conv_transpose(x, w, strides, "valid", more, None, dilation),
        [x, w],
        lambda x, w: torch_conv(x, w, stride=strides, dilation=dilation, output_padding=more),
        [first(x), kernel_of(w)],
        [to_last, to_kernel],
        rng,
    )


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("seed", SEEDS)
def test_pooling_ties_included(seed, kind):
    rng = np.random.default_rng(seed)
    rank, size, strides, _, sizes = window(rng)
    x = rng.normal(size=(2, *sizes, 3))
    x = np.round(x) if seed % 2 else x  # many equal numbers
    door = ops.max_pool if kind == "max" else ops.average_pool
    compare(
        lambda x: door(x, size, strides),
        [x],
        lambda x: getattr(F, f"{kind}_pool{rank}d")(x, size, strides),
        [first(x)],
        [to_last],
        rng,
    )


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("seed", range(6))
def test_adaptive_pooling(seed, kind):
    rng = np.random.default_rng(seed)
    rank = 1 + seed % 3
    x = rng.normal(size=(2, *map(int, rng.integers(4, 10, rank)), 3))
    parts = tuple(map(int, rng.integers(1, 5, rank)))
    door = ops.adaptive_max_pool if kind == "max" else ops.adaptive_average_pool
    compare(
        lambda x: door(x, parts),
        [x],
        lambda x: getattr(F, f"adaptive_{kind}_pool{rank}d")(x, parts),
        [first(x)],
        [to_last],
        rng,
    )
