"""Sizes and cuts of images."""

import numpy as np
import pytest

from minidl import Tensor, layers

RNG = np.random.default_rng(0)
X = RNG.uniform(0, 255, (6, 8, 10, 3)).astype("f")
SQUARE = np.arange(16.0, dtype="f").reshape(1, 4, 4, 1)


def test_resizing():
    x = np.array([0.0, 1.0, 2.0, 3.0], "f").reshape(1, 1, 4, 1)
    grow = lambda **options: layers.Resizing(1, 8, **options)(x).numpy().ravel()
    expected = [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]
    np.testing.assert_allclose(grow(), expected, rtol=1e-6)
    assert grow(interpolation="nearest").tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    shrink = lambda **options: layers.Resizing(1, 2, **options)(x).numpy().ravel()
    np.testing.assert_allclose(shrink(), [0.5, 2.5], rtol=1e-6)
    np.testing.assert_allclose(shrink(antialias=True), [5 / 7, 16 / 7], rtol=1e-6)


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest", "bicubic", "lanczos3"])
def test_resizing_leaves_one_colour_as_it_is(interpolation):
    y = layers.Resizing(5, 13, interpolation)(np.full((2, 8, 8, 3), 7.0)).numpy()
    np.testing.assert_allclose(y, 7, rtol=1e-6)


def test_pixels_stay_whole():
    pixels = X.astype(np.uint8)
    y = layers.Resizing(16, 5, "bicubic")(pixels).numpy()
    fractions = layers.Resizing(16, 5, "bicubic")(pixels.astype("f")).numpy()
    assert y.dtype == np.uint8 and fractions.max() > 255 and fractions.min() < 0
    assert np.abs(y - np.clip(fractions, 0, 255)).max() <= 0.5001


def test_the_aspect_ratio():
    tall = np.ones((1, 8, 4, 1), "f")
    padded = layers.Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=9.0)(tall).numpy()
    assert padded[0, :, :, 0].tolist() == [[9, 1, 1, 9]] * 4
    wide = np.ones((2, 4, 8, 3), "f")
    padded = layers.Resizing(8, 8, pad_to_aspect_ratio=True, fill_value=9.0)(wide).numpy()
    assert padded.shape == (2, 8, 8, 3) and padded[1, :, 3, 2].tolist() == [9, 9, 1, 1, 1, 1, 9, 9]
    cut = layers.Resizing(4, 4, crop_to_aspect_ratio=True)(SQUARE.repeat(2, axis=1)).numpy()
    assert cut[0, 0, :, 0].tolist() == [4, 5, 6, 7]  # of 8 rows the middle 4


def test_center_crop():
    assert layers.CenterCrop(2, 2)(SQUARE).numpy().ravel().tolist() == [5, 6, 9, 10]
    assert layers.CenterCrop(8, 2)(SQUARE).shape == (1, 8, 2, 1)
    assert layers.CenterCrop(1, 3)(SQUARE).numpy().ravel().tolist() == [4, 5, 6]  # of 3 row 1
    for crop in (layers.CenterCrop(4, 4), layers.RandomCrop(4, 4)):
        np.testing.assert_array_equal(crop(SQUARE, training=True), SQUARE)  # all there is
    larger = layers.CenterCrop(2, 4)(SQUARE[:, :, :2]).numpy()  # row 1 of 4, in both directions
    assert larger[0, :, :, 0].tolist() == [[4, 4.25, 4.75, 5]] * 2


def test_the_gradient_goes_through():
    for layer in (
        layers.Resizing(5, 7),
        layers.RandomRotation(0.2, seed=1),
        layers.RandomFlip(seed=1),
        layers.CenterCrop(3, 3),
    ):
        x = Tensor(X, requires_grad=True)
        y = layer(x, training=True)
        y.sum().backward()
        assert x.grad is not None and x.grad.shape == X.shape and x.grad.any()
