"""Enlarging images."""

import numpy as np
import pytest

from minidl import backend, layers
from minidl.gradcheck import check_gradients
from minidl.layers.upsampling import KERNELS, between

RNG = np.random.default_rng(4)
IMAGE = RNG.normal(size=(2, 4, 5, 2))


@pytest.mark.parametrize("interpolation", KERNELS)
@pytest.mark.parametrize("data_format", backend.FORMATS)
def test_interpolation_is_its_formula_pixel_by_pixel(interpolation, data_format, in_float64):
    """Every new pixel as the weighted sum over all old ones, written with loops."""
    kernel, reach = KERNELS[interpolation]
    layer = layers.UpSampling2D((2, 3), data_format, interpolation)
    y = layer(IMAGE if data_format == "channels_last" else np.moveaxis(IMAGE, -1, 1))
    y = np.asarray(y) if data_format == "channels_last" else np.moveaxis(np.asarray(y), 1, -1)

    def weights(place, n):
        d = np.array([abs(place - i) for i in range(n)])
        w = np.array([float(kernel(v)) if v < reach else 0.0 for v in d])
        return w / w.sum()

    for row, column in ((0, 0), (3, 7), (7, 14), (4, 2)):
        w = np.outer(weights((row + 0.5) / 2 - 0.5, 4), weights((column + 0.5) / 3 - 0.5, 5))
        expected = (IMAGE * w[None, :, :, None]).sum(axis=(1, 2))
        np.testing.assert_allclose(y[:, row, column], expected, rtol=0, atol=1e-12)
    weighed = RNG.normal(size=y.shape)
    last = layers.UpSampling2D((2, 3), None, interpolation)
    assert check_gradients(lambda x: (last(x) * weighed).sum(), IMAGE)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_straight_lines_stay_straight_away_from_the_edges(interpolation):
    line = np.arange(8.0) @ between(8, 4, *KERNELS[interpolation])
    np.testing.assert_allclose(np.diff(line[8:-8]), 0.25, atol=1e-12)
