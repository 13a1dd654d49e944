"""ops.conv, its kin and pooling: at random windows beside loops over single numbers, cut into
blocks of any size, in both data formats; what they refuse, and what they keep in memory.
"""

import tracemalloc

import numpy as np
import pytest
from derivative_rows_of_images import conv_by_hand, depthwise_by_hand, pool_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st

import minidl
from minidl import Tensor, check_gradients, ops
from minidl.core.derivatives import images


@st.composite
def windows(draw):
    """Sizes of x, and how a window slides: kernel, strides, dilation, padding."""
    rank = draw(st.integers(1, 3))
    some = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * rank))
    kernel, one = some(1, 3), (1,) * rank
    strides, dilation = (some(1, 3), one) if draw(st.booleans()) else (one, some(1, 2))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    sizes = tuple(r + n for r, n in zip(reach, some(0, 3 if rank < 3 else 1)))
    padding = draw(st.sampled_from(["valid", "same", "causal"] if rank == 1 else ["valid", "same"]))
    return sizes, kernel, strides, dilation, padding


def zeros_around(sizes, kernel, strides, dilation, padding):
    """What `padding` means, as Keras's documentation says it."""
    pairs = []
    for n, k, s, d in zip(sizes, kernel, strides, dilation):
        total = max((int(np.ceil(n / s)) - 1) * s + (k - 1) * d + 1 - n, 0)
        same, causal = (total // 2, total - total // 2), ((k - 1) * d, 0)
        pairs.append({"valid": (0, 0), "same": same, "causal": causal}[padding])
    return tuple(pairs)


blocks = st.sampled_from([1, 40, 1 << 17])
each_door = settings(max_examples=15, deadline=None)


@pytest.fixture(autouse=True)
def block_of_usual_size():
    usual = images.BLOCK
    yield
    images.BLOCK = usual


def check(door, by_hand, arrays, first, **options):
    """The value beside the loops, the gradients beside finite differences. arrays: x first."""
    turn = lambda a: np.moveaxis(a, -1, 1) if first else a
    options["data_format"] = "channels_first" if first else "channels_last"
    x, *others = arrays
    call = lambda *tensors: door(*tensors, **options)
    z = call(Tensor(turn(x), dtype="float64"), *[Tensor(a, dtype="float64") for a in others])
    np.testing.assert_allclose(z.numpy(), turn(by_hand), rtol=1e-11, atol=1e-12)
    report = check_gradients(call, turn(x), *others, entries=40)
    assert report, report


@each_door
@given(windows(), st.integers(1, 2), st.booleans(), blocks, st.integers(0, 2**32))
def test_conv(window, groups, first, block, seed):
    sizes, kernel, strides, dilation, padding = window
    rng, images.BLOCK = np.random.default_rng(seed), block
    x, w = rng.normal(size=(2, *sizes, 2 * groups)), rng.normal(size=(*kernel, 2, 3 * groups))
    how = {"strides": strides, "dilation": dilation, "padding": zeros_around(*window)}
    expected = conv_by_hand(x, w, groups=groups, **how)
    options = {"strides": strides, "dilation_rate": dilation, "padding": padding}
    check(ops.conv, expected, [x, w], first, **options)


@each_door
@given(windows(), st.integers(1, 2), st.booleans(), blocks, st.integers(0, 2**32))
def test_depthwise_and_separable(window, m, first, block, seed):
    sizes, kernel, strides, dilation, padding = window
    rng, images.BLOCK = np.random.default_rng(seed), block
    x, w = rng.normal(size=(2, *sizes, 3)), rng.normal(size=(*kernel, 3, m))
    how = {"strides": strides, "dilation": dilation, "padding": zeros_around(*window)}
    apart = [depthwise_by_hand(x, w[..., j], **how) for j in range(m)]
    expected = np.stack(apart, axis=-1).reshape(*apart[0].shape[:-1], 3 * m)
    options = {"strides": strides, "dilation_rate": dilation, "padding": padding}
    check(ops.depthwise_conv, expected, [x, w], first, **options)
    mix = rng.normal(size=(*[1] * len(sizes), 3 * m, 2))
    mixed = expected @ mix.reshape(3 * m, 2)
    check(ops.separable_conv, mixed, [x, w, mix], first, **options)


@each_door
@given(windows(), st.booleans(), blocks, st.integers(0, 2**32))
def test_conv_transpose_is_the_gradient_of_conv(window, first, block, seed):
    """⟨conv(x, w), g⟩ = ⟨x, conv_transpose(g, w)⟩, for whatever x and g."""
    sizes, kernel, strides, dilation, padding = window
    padding = "same" if padding == "same" else "valid"
    rng, images.BLOCK = np.random.default_rng(seed), block
    g, w = rng.normal(size=(2, *sizes, 3)), rng.normal(size=(*kernel, 2, 3))
    options = {"strides": strides, "dilation_rate": dilation, "padding": padding}
    z = ops.conv_transpose(Tensor(g, dtype="float64"), w, **options)
    longest = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    for n, m, s, r in zip(z.shape[1:], sizes, strides, longest):
        assert n == (m * s if padding == "same" else (m - 1) * s + max(r, s))
    x = rng.normal(size=z.shape)
    if padding == "valid" or max(strides) == 1:  # 'same' with strides may stand elsewhere
        there = ops.conv(Tensor(x, dtype="float64"), w, **options).numpy()
        there = there[(slice(None), *[slice(m) for m in sizes])]
        np.testing.assert_allclose((there * g).sum(), (x * z.numpy()).sum(), rtol=1e-9, atol=1e-9)
    turned = z.numpy()
    check(ops.conv_transpose, turned, [g, w], first, **options)


@each_door
@given(windows(), st.booleans(), blocks, st.integers(0, 2**32))
def test_pooling(window, first, block, seed):
    sizes, size, strides, _, padding = window
    padding = "same" if padding == "causal" else padding
    rng, images.BLOCK = np.random.default_rng(seed), block
    x = rng.permutation(int(np.prod(sizes)) * 4).reshape(2, *sizes, 2) / 10
    one = (1,) * len(sizes)
    zeros = zeros_around(sizes, size, strides, one, padding)
    how = {"size": size, "strides": strides, "padding": zeros}
    options = {"pool_size": size, "strides": strides, "padding": padding}
    check(ops.max_pool, pool_by_hand(np.max)(x, **how), [x], first, **options)
    check(ops.average_pool, pool_by_hand(np.mean)(x, **how), [x], first, **options)


def test_of_equal_numbers_the_first_has_the_gradient():
    x = Tensor(np.zeros((1, 3, 3, 1)), requires_grad=True)
    ops.max_pool(x, 2, strides=1).sum().backward()
    assert x.grad[0, :, :, 0].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


def test_adaptive_pools():
    x = np.arange(7.0).reshape(1, 7, 1)
    assert ops.adaptive_max_pool(x, 3).numpy().ravel().tolist() == [2, 4, 6]
    assert ops.adaptive_average_pool(x, 3).numpy().ravel().tolist() == [1, 3, 5]
    first = ops.adaptive_average_pool(np.ones((2, 3, 5, 7)), (2, 3), data_format="channels_first")
    assert first.shape == (2, 3, 2, 3)


def test_on_symbols_of_unknown_size():
    image = minidl.Input((None, None, 3))
    kernel = np.ones((5, 5, 3, 2), "f")
    assert ops.conv(image, kernel, strides=2).shape == (None, None, None, 2)
    assert ops.max_pool(image, 2).shape == (None, None, None, 3)
    assert ops.average_pool(image, pool_size=(4, 3), strides=3).shape == (None, None, None, 3)
    assert ops.conv_transpose(image, np.ones((2, 2, 4, 3)), 2).shape == (None, None, None, 4)
    model = minidl.Model(image, ops.conv(image, kernel, strides=2, padding="same"))
    assert model.predict(np.ones((1, 6, 9, 3)), verbose=0).shape == (1, 3, 5, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: ops.conv(x, np.ones((3, 3, 3, 2))), "for 3 channels.*received 4 channels"),
        (lambda x: ops.conv(x, np.ones((3, 4, 2))), "along 1 axes slides over inputs of 3 axes"),
        (lambda x: ops.conv(x, np.ones((9, 3, 4, 2))), r"reaches over \(9, 3\) places.*\(8, 8\)"),
        (lambda x: ops.conv(x, np.ones((3, 3, 4, 2)), padding="full"), "padding is 'valid' or"),
        (lambda x: ops.conv(x, np.ones((3, 3, 4, 2)), strides=0), "strides must be a whole"),
        (lambda x: ops.max_pool(x, (2, 2, 2)), "pool_size is a whole number or 2 of them"),
        (lambda x: ops.depthwise_conv(x, np.ones((3, 3, 2, 1))), "for 2 channels; received 4"),
        (lambda x: ops.conv_transpose(x, np.ones((3, 3, 2, 3))), "for 3 channels and 2 axes"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.ones((1, 8, 8, 4)))


def test_the_patches_are_never_all_in_memory():
    """A patch of 7 x 7 is 49 times its place. What is needed beside the result does not grow with
    the batch or the image.
    """
    x = np.ones((16, 64, 64, 8), "f")
    w = Tensor(np.ones((7, 7, 8, 8), "f"), requires_grad=True)
    tensor = Tensor(x, requires_grad=True)
    tracemalloc.start()
    try:
        y = ops.conv(tensor, w)
        y.backward(gradient=np.ones(y.shape, "f"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    arrays = 3 * x.nbytes  # z, its gradient and that of x
    assert peak < arrays + 8 * 4 * images.BLOCK < 49 * x.nbytes / 4


class Counted(np.ndarray):
    """An array that counts the multiplications of the matrix products it takes part in."""

    total = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **settings):
        inputs = [np.asarray(a) for a in inputs]
        if ufunc is np.matmul:
            Counted.total += inputs[0].size * inputs[1].shape[-1]
        out = tuple(np.asarray(a) for a in out) or None
        return getattr(ufunc, method)(*inputs, out=out, **settings)


@pytest.mark.parametrize("size", [(2, 20, 30), (4, 20, 30), (2, 38, 30), (2, 20, 58), (64, 128, 9)])
def test_the_cost_is_linear_in_batch_height_and_width(size):
    """Forward and both gradients: for each output number one product for each weight of its
    filter, no more, however large the images are.
    """
    rng = np.random.default_rng(0)
    x, w = rng.random((*size, 3), "f"), rng.random((3, 3, 3, 5), "f")
    g = rng.random((size[0], size[1] - 2, size[2] - 2, 5), "f")
    how = {"strides": (1, 1), "dilation": (1, 1), "padding": ((0, 0), (0, 0))}
    counts, (z, vjps) = [], images.conv(x, w, **how)
    for work in (
        lambda: images.conv(x, w.view(Counted), **how)[0],
        lambda: vjps[0](g.view(Counted)),
        lambda: vjps[1](g.view(Counted)),
    ):
        Counted.total = 0
        work()
        counts.append(Counted.total)
    assert counts == [z.size * 3 * 3 * 3] * 3
