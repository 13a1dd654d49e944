"""Images beside Keras: sizes and moves of pixels, and whole training runs from the same weights."""

import keras
import numpy as np
import pytest

import minidl
from minidl.ops.resampling import affine

X = np.random.default_rng(0).uniform(0, 255, (3, 7, 9, 2)).astype("f")
CLOSE = {"rtol": 1e-5, "atol": 2e-4}  # of pixels up to 255: 1e-6 of the largest


@pytest.mark.parametrize(
    "options",
    [
        dict(height=5, width=4),
        dict(height=14, width=20),
        dict(height=14, width=20, interpolation="nearest"),
        dict(height=3, width=4, interpolation="nearest"),
        dict(height=5, width=12, interpolation="bicubic"),
        dict(height=5, width=12, interpolation="lanczos3"),
        dict(height=5, width=12, interpolation="lanczos5"),
        dict(height=3, width=3, antialias=True),
        dict(height=3, width=4, antialias=True, interpolation="bicubic"),
        dict(height=4, width=8, crop_to_aspect_ratio=True),
        dict(height=4, width=8, pad_to_aspect_ratio=True, fill_value=7.0),
    ],
    ids=str,
)
def test_resizing(options):
    ours, theirs = (f.layers.Resizing(**options)(X) for f in (minidl, keras))
    np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), **CLOSE)
    ours, theirs = (f.layers.Resizing(**options)(X.astype("uint8")) for f in (minidl, keras))
    apart = np.abs(ours.numpy().astype(int) - np.asarray(theirs))
    assert ours.dtype == np.uint8 and apart.max() <= 1  # where a mean ends in .5
    assert (apart > 0).mean() < 0.05


@pytest.mark.parametrize("size", [(5, 4), (9, 9), (5, 12)])
def test_center_crop(size):
    ours, theirs = (f.layers.CenterCrop(*size)(X) for f in (minidl, keras))
    np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), **CLOSE)


@pytest.mark.parametrize("fill_mode", ["constant", "nearest", "reflect", "wrap"])
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize(
    ("name", "options", "matrix"),
    [
        (
            "RandomRotation",
            dict(factor=0.3),
            lambda layer, drawn: layer.turned(X, np.deg2rad(np.asarray(drawn["angle"]))),
        ),
        (
            "RandomZoom",
            dict(height_factor=0.3, width_factor=0.2),
            lambda layer, drawn: layer.zoomed(
                X, np.asarray(drawn["height_zoom"])[:, 0], np.asarray(drawn["width_zoom"])[:, 0]
            ),
        ),
        (
            "RandomTranslation",
            dict(height_factor=0.7, width_factor=0.9),
            lambda layer, drawn: layer.moved(*np.asarray(drawn["translations"]).T[::-1]),
        ),
    ],
    ids=["rotation", "zoom", "translation"],
)
def test_pixels_from_elsewhere(name, options, matrix, fill_mode, interpolation):
    """With the numbers that Keras drew."""
    options = dict(options, fill_mode=fill_mode, interpolation=interpolation, fill_value=3.0)
    ours, theirs = (getattr(f.layers, name)(**options) for f in (minidl, keras))
    drawn = theirs.get_random_transformation(X, training=True)
    expected = np.asarray(theirs.transform_images(X, drawn))
    found = affine(minidl.Tensor(X), matrix(ours, drawn), interpolation, fill_mode, 3.0)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("RandomTranslation", dict(height_factor=0.2, width_factor=0.3)),
        ("RandomZoom", dict(height_factor=(-0.3, 0.1))),
        ("RandomRotation", dict(factor=(-0.1, 0.2))),
        ("RandomBrightness", dict(factor=0.3)),
        ("RandomFlip", dict(mode="horizontal")),
    ],
    ids=str,
)
def test_chance_has_the_same_statistics(name, options):
    """A slope from dark to light: how often which pixel is how light."""
    x = np.tile(np.linspace(50, 200, 8, dtype="f")[None, None, :, None], (3000, 8, 1, 1))
    ours, theirs = (
        np.asarray(getattr(f.layers, name)(**options)(x, training=True)) for f in (minidl, keras)
    )
    for moment in (1, 2):
        a, b = ((y / 100) ** moment for y in (ours, theirs))
        np.testing.assert_allclose(a.mean(axis=0), b.mean(axis=0), rtol=0.05)


def small_network(lib):
    layers = lib.layers
    return lib.Sequential(
        [
            lib.Input((10, 10, 2)),
            layers.Conv2D(6, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.SeparableConv2D(8, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2DTranspose(4, 2, strides=2),
            layers.AveragePooling2D(2),
            layers.DepthwiseConv2D(2, activation="tanh"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def sequence_network(lib):
    layers = lib.layers
    return lib.Sequential(
        [
            lib.Input((20, 3)),
            layers.Conv1D(8, 3, padding="causal", dilation_rate=2, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(8, 3, groups=2, strides=2, padding="same", activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def film_network(lib):
    layers = lib.layers
    return lib.Sequential(
        [
            lib.Input((6, 7, 5, 2)),
            layers.Conv3D(4, 2, activation="relu"),
            layers.MaxPooling3D(2),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.mark.parametrize("make", [small_network, sequence_network, film_network])
def test_training_from_the_same_weights(make):
    """30 steps of Adam: losses and predictions stay together."""
    rng = np.random.default_rng(3)
    ours, theirs = make(minidl), make(keras)
    theirs.set_weights(ours.get_weights())
    x = rng.normal(size=(48, *ours.input_shape[1:])).astype("f")
    y = rng.integers(0, 3, 48)
    histories = []
    for lib, model in ((minidl, ours), (keras, theirs)):
        optimizer = lib.optimizers.Adam(1e-2)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        fitted = model.fit(x, y, batch_size=16, epochs=10, shuffle=False, verbose=0)
        histories.append(fitted.history)
    np.testing.assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=2e-3)
    assert histories[0]["loss"][-1] < 0.9 * histories[0]["loss"][0]
    np.testing.assert_allclose(
        ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=0.02, atol=0.01
    )
