"""Cutting, framing and enlarging along the axes of space, against NumPy and finite differences."""

import numpy as np
import pytest

import minidl
from minidl import Input, backend, layers, ops
from minidl.gradcheck import check_gradients

RNG = np.random.default_rng(4)
STEPS = RNG.normal(size=(2, 5, 3))
IMAGE = RNG.normal(size=(2, 4, 5, 2))
VOLUME = RNG.normal(size=(2, 3, 4, 3, 2))
FIRST = {"data_format": "channels_first"}


def enlarged(x, *factors):
    for axis, factor in enumerate(factors, 1):
        x = np.repeat(x, factor, axis)
    return x


# (layer, input, what NumPy gives)
CASES = {
    "cut 1": (layers.Cropping1D((1, 0)), STEPS, STEPS[:, 1:]),
    "cut all but 1": (layers.Cropping1D((2, 2)), STEPS, STEPS[:, 2:3]),
    "cut 1, default": (layers.Cropping1D(), STEPS, STEPS[:, 1:-1]),
    "cut 2": (layers.Cropping2D(((1, 0), (0, 2))), IMAGE, IMAGE[:, 1:, :-2]),
    "cut 2, a number an axis": (layers.Cropping2D((1, 2)), IMAGE, IMAGE[:, 1:-1, 2:-2]),
    "cut 2, first": (
        layers.Cropping2D((1, (0, 1)), **FIRST),
        VOLUME[0],
        VOLUME[0][:, :, 1:-1, :-1],
    ),
    "cut 3": (layers.Cropping3D((1, (2, 0), 0)), VOLUME, VOLUME[:, 1:-1, 2:]),
    "frame 1": (
        layers.ZeroPadding1D((0, 2)),
        STEPS,
        np.pad(STEPS, ((0, 0), (0, 2), (0, 0))),
    ),
    "frame 1, first": (
        layers.ZeroPadding1D(1, **FIRST),
        STEPS,
        np.pad(STEPS, ((0, 0), (0, 0), (1, 1))),
    ),
    "frame 2": (
        layers.ZeroPadding2D((0, 2)),
        IMAGE,
        np.pad(IMAGE, ((0, 0), (0, 0), (2, 2), (0, 0))),
    ),
    "frame 3": (
        layers.ZeroPadding3D(((0, 1), (1, 1), (2, 0))),
        VOLUME,
        np.pad(VOLUME, ((0, 0), (0, 1), (1, 1), (2, 0), (0, 0))),
    ),
    "enlarge 1": (layers.UpSampling1D(3), STEPS, enlarged(STEPS, 3)),
    "enlarge 2": (layers.UpSampling2D((2, 3)), IMAGE, enlarged(IMAGE, 2, 3)),
    "enlarge 2, first": (layers.UpSampling2D(2, **FIRST), IMAGE, enlarged(IMAGE, 1, 2, 2)),
    "enlarge 3": (layers.UpSampling3D((2, 1, 3)), VOLUME, enlarged(VOLUME, 2, 1, 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_as_in_numpy(name):
    layer, x, expected = CASES[name]
    np.testing.assert_array_equal(layer(x), expected.astype("float32"))


@pytest.mark.parametrize("name", CASES)
def test_gradients(name, in_float64):
    layer, x, expected = CASES[name]
    weights = RNG.normal(size=expected.shape)
    again = type(layer).from_config({**layer.get_config(), "dtype": "float64"})
    assert check_gradients(lambda x: (again(x) * weights).sum(), x)


# --- dropout of whole channels


@pytest.mark.parametrize(
    ("layer", "shape", "space"),
    [
        (layers.SpatialDropout1D, (6, 5, 7), (1,)),
        (layers.SpatialDropout2D, (6, 4, 5, 7), (1, 2)),
        (layers.SpatialDropout3D, (6, 3, 4, 2, 7), (1, 2, 3)),
    ],
)
def test_channels_are_dropped_as_a_whole(layer, shape, space):
    minidl.set_random_seed(0)
    y = np.asarray(layer(0.5)(np.ones(shape), training=True))
    channels = y.mean(axis=space)
    assert set(np.unique(y)) == {0.0, 2.0}
    assert set(np.unique(channels)) == {0.0, 2.0}  # a whole channel or nothing of it
    if len(space) > 1:
        first = layer(0.5, **FIRST)(np.ones(shape), training=True)
        assert set(np.unique(np.asarray(first).mean(axis=tuple(a + 1 for a in space)))) == {0, 2}


# --- where the channels stand


def test_the_default_of_data_format_is_the_librarys():
    backend.set_image_data_format("channels_first")
    try:
        layer = layers.ZeroPadding2D(1)
        assert layers.Flatten().data_format == "channels_first"
    finally:
        backend.set_image_data_format("channels_last")
    assert layer(np.ones((1, 2, 3, 4))).shape == (1, 2, 5, 6)
    again = type(layer).from_config(layer.get_config())
    assert again.data_format == "channels_first"


# --- mistakes


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: layers.Cropping1D(-1), "Cropping1D: cropping is a whole number.*received -1"),
        (lambda: layers.Cropping1D((1, 2, 3)), r"for each of 1 axes.*received \(1, 2, 3\)"),
        (lambda: layers.Cropping2D(((1, 2, 3), 1)), "a pair .before, after. for each"),
        (lambda: layers.ZeroPadding3D((1, 1)), "for each of 3 axes"),
        (lambda: layers.ZeroPadding2D(1.5), "whole number of at least 0.*received 1.5"),
        (lambda: layers.Cropping1D((2, 3))(STEPS), r"cuts 2 \+ 3 entries off an axis of 5"),
        (lambda: layers.ZeroPadding2D(1)(STEPS), r"shape \(n, rows, columns, channels\); received"),
        (
            lambda: layers.UpSampling3D(1, **FIRST)(STEPS),
            r"shape \(n, channels, planes, rows, columns\); received shape \(2, 5, 3\)",
        ),
        (lambda: layers.SpatialDropout2D(0.5)(STEPS, training=True), r"\(n, rows, columns, chan"),
        (
            lambda: layers.SpatialDropout3D(0.5, **FIRST)(STEPS, training=True),
            r"shape \(n, channels, planes, rows, columns\); received shape \(2, 5, 3\)",
        ),
        (lambda: layers.UpSampling2D(0), "size must be a whole number of at least 1; received 0"),
        (lambda: layers.UpSampling2D((1, 2, 3)), "one number, or 2 of them"),
        (
            lambda: layers.UpSampling2D(2, interpolation="cubic"),
            "interpolation is one of 'nearest'",
        ),
        (lambda: layers.ZeroPadding2D(1, "last"), "'channels_last' or 'channels_first'"),
    ],
)
def test_mistakes_are_named(work, message):
    with pytest.raises(ValueError, match=message):
        work()


def test_symbols_and_whole_numbers():
    start = layers.Input((4, 5, 1), dtype="int32")
    y = layers.UpSampling2D(2)(layers.ZeroPadding2D(1)(layers.Cropping2D(1)(start)))
    assert y.shape == (None, 8, 10, 1) and y.dtype == np.int32
    assert ops.shape(layers.UpSampling2D(2, interpolation="bilinear")(start))[1] == 8
    between = layers.UpSampling2D((1, 2), interpolation="bilinear")(np.array([[[[0], [4]]]]))
    assert between.numpy().ravel().tolist() == [0, 1, 3, 4]


def test_cropping_of_unknown_sizes_gives_unknown_sizes():
    for layer, shape in (
        (layers.Cropping1D((1, 2)), (None, 7)),
        (layers.Cropping2D(((1, 2), (30, 50))), (None, None, 3)),
        (layers.Cropping3D(4), (9, None, 9, 2)),
    ):
        symbol = layer(Input(shape))
        sizes = [n if n is None else n - 8 for n in shape[:-1]]
        assert symbol.shape == (None, *sizes, shape[-1])
