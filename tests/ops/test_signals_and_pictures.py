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
    check_gradients(function, x)


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
        (lambda: ops.depth_to_space(np.zeros((1, 2, 2, 3)), 2), "number of channels, 3, is no"),
        (lambda: ops.space_to_depth(np.zeros((1, 3, 2, 1)), 2), "height and width, 3 and 2"),
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
