"""Small functions that Keras has: windows, correlation, blocks, determinants, pictures. The numbers
against Keras itself are in tests/parity/test_keras_ops.py.
"""

import numpy as np
import pytest

from minidl import Tensor, check_gradients, layers, models, ops

RNG = np.random.default_rng(0)
PICTURES = RNG.random((2, 4, 6, 3))
MATRIX = RNG.normal(size=(3, 3)) + 3 * np.eye(3)


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda x: ops.correlate(x, x[:3], "same"), RNG.normal(size=5)),
        (lambda x: ops.correlate(x[:2], x), RNG.normal(size=5)),
        (lambda x: ops.corrcoef(x), RNG.normal(size=(2, 5))),
        (lambda x: ops.depth_to_space(x, 2), RNG.normal(size=(1, 2, 2, 8))),
        (lambda x: ops.space_to_depth(x, 2, "channels_first"), RNG.normal(size=(1, 3, 4, 2))),
        (lambda x: ops.psnr(x, x * 1.5, 1.0), RNG.normal(size=4)),
        (lambda x: ops.slogdet(x)[1], MATRIX * 50),
        (lambda x: ops.logdet(x), MATRIX),
        (lambda x: ops.solve_triangular(x, np.ones(3)), MATRIX),
        (lambda x: ops.solve_triangular(x, np.ones((3, 2)), lower=True), MATRIX),
        (lambda x: ops.linalg.cholesky_inverse(x), MATRIX),
        (lambda x: ops.image.resize(x, (3, 3)), PICTURES),
        (lambda x: ops.image.rgb_to_grayscale(x), PICTURES),
        (lambda x: ops.image.rgb_to_hsv(x), PICTURES),
        (lambda x: ops.image.hsv_to_rgb(x), PICTURES),
        (lambda x: ops.image.extract_patches(x, (2, 3), strides=1, padding="same"), PICTURES),
        (lambda x: ops.image.sobel_edges(x), PICTURES),
        (lambda x: ops.image.pad_images(x, 1, 0, target_height=6, right_padding=2), PICTURES),
        (lambda x: ops.image.crop_images(x, 1, 0, target_height=2, right_cropping=2), PICTURES),
    ],
)
def test_gradients(function, x):
    assert check_gradients(function, x)


@pytest.mark.parametrize("mode", ["valid", "same", "full"])
@pytest.mark.parametrize(("n", "m"), [(5, 3), (5, 2), (4, 4), (2, 3), (3, 6), (1, 4)])
def test_correlation_is_numpys(n, m, mode):
    a, b = RNG.normal(size=n), RNG.normal(size=m)
    np.testing.assert_allclose(ops.correlate(a, b, mode).numpy(), np.correlate(a, b, mode))


def test_blocks_there_and_back():
    x = RNG.normal(size=(2, 4, 6, 3))
    for form in ("channels_last", "channels_first"):
        y = np.moveaxis(x, -1, 1) if form == "channels_first" else x
        deep = ops.space_to_depth(y, 2, form)
        assert deep.shape == ((2, 12, 2, 3) if form == "channels_first" else (2, 2, 3, 12))
        np.testing.assert_array_equal(ops.depth_to_space(deep, 2, form).numpy(), y)
    symbol = layers.Input((4, 4, 8))
    made = models.Model(symbol, ops.depth_to_space(symbol, 2))
    assert made.output_shape == (None, 8, 8, 2)


def test_large_determinants():
    big = np.eye(200) * 50.0
    sign, size = ops.slogdet(big)
    assert float(sign) == 1 and float(size) == pytest.approx(200 * np.log(50))
    sign, size = ops.slogdet(-np.eye(3))
    assert (
        float(sign) == -1
        and float(size) == pytest.approx(0)
        and np.isnan(float(ops.logdet(-np.eye(3))))
    )
    assert ops.slogdet(np.zeros((2, 2)))[1].numpy() == -np.inf


def test_hues_there_and_back():
    np.testing.assert_allclose(
        ops.image.hsv_to_rgb(ops.image.rgb_to_hsv(PICTURES)).numpy(), PICTURES, atol=1e-6
    )
    grey = ops.image.rgb_to_hsv(np.full((2, 2, 3), 0.5)).numpy()
    assert grey[..., :2].max() == 0 and (grey[..., 2] == 0.5).all()


def test_pictures_come_single_and_with_channels_first():
    one = ops.image.rgb_to_grayscale(PICTURES[0])
    assert one.shape == (4, 6, 1)
    first = ops.image.rgb_to_grayscale(np.moveaxis(PICTURES, -1, 1), data_format="channels_first")
    np.testing.assert_allclose(first.numpy()[0, 0], one.numpy()[..., 0], rtol=1e-6)
    whole = ops.image.resize(np.arange(16, dtype="uint8").reshape(4, 4, 1), (2, 2))
    assert whole.dtype == np.uint8 and whole.numpy().ravel().tolist() == [2, 4, 10, 12]


def test_small_functions():
    assert ops.get_item(np.arange(5), slice(1, 3)).numpy().tolist() == [1, 2]
    assert ops.saturate_cast([-3.7, 300.2, 5.9], "uint8").numpy().tolist() == [0, 255, 5]
    assert ops.dtype(np.zeros(2, "f")) == "float32" and ops.dtype(Tensor([1.0])) == "float32"
    branches = [lambda a: a, lambda a: a * 2]
    assert [ops.switch(i, branches, 3) for i in (-1, 0, 1, 9)] == [3, 3, 6, 6]
    assert ops.vectorize(lambda a, b: a + b)(np.arange(3), 1).numpy().tolist() == [1, 2, 3]
    assert ops.view(np.zeros(2, "f"), "int32").numpy().tolist() == [0, 0]
    places = ops.argpartition([3.0, 1.0, 2.0], 1).numpy()
    assert places[0] == 1 and places.dtype == np.int32
    np.testing.assert_allclose(ops.angle([-2.0, 3.0]).numpy(), [np.pi, 0])
    assert ops.imag([1.0]).numpy() == 0 and ops.real([1.0]).numpy() == 1 == ops.conj([1.0]).numpy()
    assert ops.isreal([1.0]).numpy().all() and ops.isreal([1.0]).dtype == bool
    assert int(ops.linalg.matrix_rank(np.ones((3, 3)))) == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: ops.depth_to_space(np.zeros((1, 2, 2, 3)), 2),
            "channels, 3, is no multiple .*², 4",
        ),
        (lambda: ops.space_to_depth(np.zeros((1, 3, 2, 1)), 2), "width, 3 and 2, are .*, 2"),
        (lambda: ops.correlate(np.ones((2, 2)), np.ones(2)), "takes two vectors"),
        (lambda: ops.image.resize(PICTURES, (2, 2), "spline"), "received 'spline'"),
        (lambda: ops.image.resize(np.zeros((2, 2)), (2, 2)), r"received shape \(2, 2\)"),
        (lambda: ops.image.crop_images(PICTURES, 1), "needs two of three along each axis"),
        (lambda: ops.image.crop_images(PICTURES, 1, 1, 9, 9), "the target does not fit"),
        (lambda: ops.image.pad_images(PICTURES, 1, 1, None, 1, 3), "the target does not fit"),
    ],
)
def test_what_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.parametrize("shape", [(6, 4, 3), (2, 3, 8, 1)])
@pytest.mark.parametrize("how", ["crop_to_aspect_ratio", "pad_to_aspect_ratio"])
def test_resize_keeps_the_aspect_ratio_as_the_layer_does(how, shape):
    """Which numbers these are, tests/layers/test_resizing.py says."""
    x, value = RNG.random(shape), {"fill_value": 0.5}
    found = ops.image.resize(x, (4, 6), **{how: True}, **value)
    layer = layers.Resizing(4, 6, **{how: True}, **value, dtype="float64")
    np.testing.assert_allclose(found.data, layer(x).data)
    assert not np.allclose(found.data, ops.image.resize(x, (4, 6)).data)


HUES = {  # red, green, blue: hue in sixths, saturation, value
    (1, 0, 0): (0, 1, 1),
    (1, 1, 0): (1, 1, 1),
    (0, 1, 0): (2, 1, 1),
    (0, 1, 1): (3, 1, 1),
    (0, 0, 1): (4, 1, 1),
    (1, 0, 1): (5, 1, 1),
    (0.8, 0.2, 0.5): (5.5, 0.75, 0.8),
    (0.2, 0.5, 0.4): (2 + 2 / 3, 0.6, 0.5),
    (0, 0, 0): (0, 0, 0),
    (0.5, 0.5, 0.5): (0, 0, 0.5),
}


def test_hues_are_sixths_of_the_circle():
    colours, expected = np.array(list(HUES), float)[None], np.array(list(HUES.values()), float)
    expected[:, 0] /= 6
    np.testing.assert_allclose(ops.image.rgb_to_hsv(colours).data[0], expected, atol=1e-12)
    np.testing.assert_allclose(ops.image.hsv_to_rgb(expected[None]).data, colours, atol=1e-12)
    black = Tensor(np.zeros((1, 1, 3)), requires_grad=True)
    ops.image.rgb_to_hsv(black).sum().backward()
    assert np.isfinite(black.grad).all()
    grey = ops.image.rgb_to_grayscale(np.eye(3)[None]).data
    np.testing.assert_allclose(grey.ravel(), [0.2989, 0.587, 0.114])


def test_edges_are_slopes_downwards_and_to_the_right():
    rows, columns = np.mgrid[:4, :5]
    x = np.stack([3.0 * rows + columns, columns**2], axis=-1)
    found = ops.image.sobel_edges(x).data[1:-1, 1:-1]
    assert found.shape == (2, 3, 2, 2)
    np.testing.assert_allclose(found[..., 0, :], np.broadcast_to([24, 8], (2, 3, 2)))
    np.testing.assert_allclose(found[..., 1, 1], [[16, 32, 48]] * 2)  # 8·(slope 2, 4, 6)


@pytest.mark.parametrize(
    ("options", "rows", "columns"),
    [
        (dict(size=2), [[0, 1], [2, 3]], [[0, 1], [2, 3], [4, 5]]),
        (dict(size=(3, 2)), [[0, 1, 2]], [[0, 1], [2, 3], [4, 5]]),
        (dict(size=2, strides=(2, 3)), [[0, 1], [2, 3]], [[0, 1], [3, 4]]),
        (dict(size=2, strides=1, dilation_rate=3), [[0, 3]], [[0, 3], [1, 4], [2, 5]]),
    ],
)
def test_patches_are_windows_row_by_row(options, rows, columns):
    found = ops.image.extract_patches(PICTURES, **options).data
    expected = [[PICTURES[:, r][:, :, c].reshape(2, -1) for c in columns] for r in rows]
    np.testing.assert_allclose(found, np.moveaxis(expected, 2, 0))


CUTS = {"top": 1, "bottom": 2, "target_height": 1, "left": 2, "right": 1, "target_width": 3}


@pytest.mark.parametrize("across", [("left", "right"), ("left", "target"), ("right", "target")])
@pytest.mark.parametrize("down", [("top", "bottom"), ("top", "target"), ("bottom", "target")])
def test_two_of_three_say_what_is_cut_or_added(down, across):
    crop, pad = {}, {}
    names = {"target": "target_height"}, {"target": "target_width"}
    larger = {"target_height": 7, "target_width": 9}
    for pair, target in zip((down, across), names):
        for name in pair:
            cut = target.get(name, name)
            crop[cut if name == "target" else f"{name}_cropping"] = CUTS[cut]
            pad[cut if name == "target" else f"{name}_padding"] = larger.get(cut, CUTS[cut])
    found = ops.image.crop_images(PICTURES, **crop).data
    np.testing.assert_array_equal(found, PICTURES[:, 1:2, 2:5])
    found = ops.image.pad_images(PICTURES, **pad).data
    np.testing.assert_array_equal(found, np.pad(PICTURES, ((0, 0), (1, 2), (2, 1), (0, 0))))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ops.image.crop_images(PICTURES, 3, 0, 1, 0), "it would need 3 and 1"),
        (lambda: ops.image.crop_images(PICTURES[:, :1], 1, 0, 0, 0), "would need 1 and 0"),
        (lambda: ops.image.crop_images(PICTURES, None, 0, -1, 0, 4), "would need 1 and -1"),
        (lambda: ops.image.crop_images(PICTURES, 1, 0, 1, 0, 2), "received 1, 1 and 2"),
        (lambda: ops.image.pad_images(PICTURES, 1, 0, None, 0, 4), "would need 1 and -1"),
        (lambda: ops.image.pad_images(PICTURES, 0, 0, 0), "received 0, None and None"),
        (
            lambda: ops.image.resize(PICTURES, (2, 2), "nearest", False, True, True),
            "not both; fill_mode is 'constant'. Received 'constant'",
        ),
        (
            lambda: ops.image.resize(PICTURES, (2, 2), fill_mode="reflect"),
            "Received 'reflect'",
        ),
    ],
)
def test_sizes_that_do_not_fit_are_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_pictures_may_keep_their_size():
    for cut in (ops.image.crop_images, ops.image.pad_images):
        np.testing.assert_array_equal(cut(PICTURES, 0, 0, 0, 0).data, PICTURES)
    pixels = np.tile(np.array([0, 255], np.uint8), 8).reshape(4, 4, 1)
    smooth = ops.image.resize(pixels.astype(float), (4, 7), "bicubic").data
    found = ops.image.resize(pixels, (4, 7), "bicubic").data
    assert smooth.min() < -1 and smooth.max() > 256
    np.testing.assert_array_equal(found, np.clip(np.round(smooth), 0, 255))


def test_windows_and_blocks_by_hand():
    np.testing.assert_allclose(ops.bartlett(5).data, [0, 0.5, 1, 0.5, 0])
    np.testing.assert_allclose(ops.hanning(5).data, [0, 0.5, 1, 0.5, 0], atol=1e-7)
    assert ops.hamming.__name__ == "hamming" and "Hamming window" in ops.hamming.__doc__
    np.testing.assert_allclose(ops.kaiser(4, 3.0).data, np.kaiser(4, 3.0), rtol=1e-6)
    np.testing.assert_allclose(ops.psnr([1.0, 2.0], [1.0, 4.0], 10), 10 * np.log10(100 / 2))
    x = np.arange(24.0).reshape(1, 2, 3, 4)  # four channels become blocks of two by two
    found = ops.depth_to_space(x, 2).data[0, :, :, 0]
    np.testing.assert_array_equal(found[:2, :4], [[0, 1, 4, 5], [2, 3, 6, 7]])
    np.testing.assert_array_equal(ops.space_to_depth(found[None, ..., None], 2).data, x)
    first = ops.depth_to_space(np.moveaxis(x, -1, 1), 2, "channels_first").data
    np.testing.assert_array_equal(first[0, 0], found)
    for call in (ops.depth_to_space, ops.space_to_depth):
        with pytest.raises(ValueError, match="block_size"):
            call(x, 3 if call is ops.depth_to_space else 0)
        with pytest.raises(ValueError, match="data_format"):
            call(x, 1, "first")
    assert ops.saturate_cast([300.0, -3.0], "float64").tolist() == [300, -3]
    assert ops.saturate_cast([300.0, -300.0], "int8").tolist() == [127, -128]
    assert ops.view(np.float32([1.0])).dtype == np.float32 and ops.dtype([1.0]) == "float32"
    assert ops.argpartition([[3, 1], [1, 2]], 0, axis=0).tolist() == [[1, 0], [0, 1]]
    assert ops.switch(np.array(-2), [lambda: "first", lambda: "last"]) == "first"
