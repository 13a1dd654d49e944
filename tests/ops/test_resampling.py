"""Resizing and moving of images, beside the same by other means."""

import math

import numpy as np
import pytest

from minidl import Tensor
from minidl.ops.resampling import (
    FILL_MODES,
    KERNELS,
    affine,
    largest_part,
    mixing,
    padded_to,
    resize,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 3, 5, 2))


def sinc(x):
    return math.sin(math.pi * x) / (math.pi * x)


# Keys 1981, equation 15; Lanczos: sinc(d)·sinc(d/radius)
WEIGHTS = {
    "bilinear": {0: 1, 0.25: 0.75, 1: 0, 1.5: 0},
    "bicubic": {0: 1, 0.5: 0.5625, 1: 0, 1.5: -0.0625, 2: 0, 2.5: 0},
    "lanczos3": {0: 1, 0.5: 6 / math.pi**2, 2.5: sinc(2.5) * sinc(2.5 / 3), 3.5: 0},
    "lanczos5": {0: 1, 0.5: sinc(0.5) * sinc(0.1), 4.5: sinc(4.5) * sinc(0.9), 5.5: 0},
}


@pytest.mark.parametrize("name", KERNELS)
def test_the_weight_falls_with_the_distance(name):
    distances, expected = zip(*WEIGHTS[name].items())
    np.testing.assert_allclose(KERNELS[name](np.array(distances)), expected, atol=1e-15)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("name", KERNELS)
def test_a_size_is_changed_by_weights_along_each_axis(name, antialias):
    """Half as high: each new row lies between two old ones, at a distance of half a row or, with
    antialias, of a quarter of a new one.
    """
    weights, scale = mixing(6, 3, name, antialias), 2 if antialias else 1
    raw = KERNELS[name](np.abs(np.arange(6)[:, None] - [0.5, 2.5, 4.5]) / scale)
    np.testing.assert_allclose(weights, raw / raw.sum(axis=0))
    grown = mixing(3, 4, name, antialias)  # a larger size needs none
    raw = KERNELS[name](np.abs(np.arange(3)[:, None] - [-0.125, 0.625, 1.375, 2.125]))
    np.testing.assert_allclose(grown, raw / raw.sum(axis=0))
    found = resize(Tensor(X), (6, 2), name, antialias).data
    high, wide = mixing(3, 6, name, antialias), mixing(5, 2, name, antialias)
    np.testing.assert_allclose(found, np.einsum("nhwc,hr,ws->nrsc", X, high, wide), rtol=1e-12)


def test_the_nearest_pixel():
    found = resize(Tensor(X), (6, 2), "nearest").data
    np.testing.assert_array_equal(found, X[:, [0, 0, 1, 1, 2, 2]][:, :, [1, 3]])


@pytest.mark.parametrize(
    ("old", "size", "part", "padding"),
    [
        ((5, 8), (4, 4), np.s_[:, 0:5, 1:6], (1, 0)),
        ((7, 3), (2, 3), np.s_[:, 2:4, :], (0, 3)),
        ((1, 9), (9, 1), np.s_[:, :, 4:5], (40, 0)),
        ((9, 1), (1, 9), np.s_[:, 4:5, :], (0, 40)),
        ((4, 6), (2, 3), np.s_[:, :, :], (0, 0)),
    ],
)
def test_the_aspect_ratio_of_another_size(old, size, part, padding):
    x = RNG.normal(size=(2, *old, 3))
    np.testing.assert_array_equal(largest_part(Tensor(x), size).data, x[part])
    rows, columns = padding
    around = ((0, 0), (rows, rows), (columns, columns), (0, 0))
    expected = np.pad(x, around, constant_values=7.0)
    np.testing.assert_array_equal(padded_to(Tensor(x), size, 7.0).data, expected)


def moved_by_hand(x, matrix, interpolation, fill_mode, fill_value):
    """Pixel by pixel, from a picture with a wide border."""
    mode = {"nearest": "edge", "reflect": "symmetric"}.get(fill_mode, fill_mode)
    value = {"constant_values": fill_value} if mode == "constant" else {}
    wide, z = np.pad(x, ((0, 0), (9, 9), (9, 9), (0, 0)), mode, **value), np.zeros(x.shape)
    for i, row, column in np.ndindex(x.shape[:3]):
        across, down = matrix[i] @ [column, row, 1.0] + 9
        if interpolation == "nearest":
            z[i, row, column] = wide[i, round(down), round(across)]
            continue
        low, left = math.floor(down), math.floor(across)
        for r, share in ((low, low + 1 - down), (low + 1, down - low)):
            for c, part in ((left, left + 1 - across), (left + 1, across - left)):
                z[i, row, column] += share * part * wide[i, r, c]
    return z


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_images_are_moved_as_by_hand(fill_mode, interpolation):
    matrix = np.array(
        [[[0.71, -0.43, 1.33], [0.6, 1.1, -2.21]], [[1.3, 0.2, -3.11], [-0.3, 0.9, 2.33]]]
    )
    how = (interpolation, fill_mode, 0.5)
    found = affine(Tensor(X), matrix, *how).data
    np.testing.assert_allclose(found, moved_by_hand(X, matrix, *how), rtol=1e-10)
    same = np.array([np.eye(2, 3)] * 2)
    np.testing.assert_array_equal(affine(Tensor(X), same, *how).data, X)
    beside = same + np.array([[0, 0, 5.0], [0, 0, 0]])  # exactly as wide as the picture
    found = affine(Tensor(X), beside, *how).data
    np.testing.assert_array_equal(found, moved_by_hand(X, beside, *how))
