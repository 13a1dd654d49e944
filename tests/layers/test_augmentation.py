"""Layers that prepare images: sizes, cuts, and what training sees at random."""

import numpy as np
import pytest

import minidl
from minidl import Input, Sequential, Tensor, layers
from minidl.ops.resampling import affine

RNG = np.random.default_rng(0)
X = RNG.uniform(0, 255, (6, 8, 10, 3)).astype("f")
SQUARE = np.arange(16.0, dtype="f").reshape(1, 4, 4, 1)
CHANCE = {
    "RandomFlip": {},
    "RandomRotation": dict(factor=0.2),
    "RandomZoom": dict(height_factor=0.3),
    "RandomTranslation": dict(height_factor=0.3, width_factor=(-0.2, 0.1)),
    "RandomContrast": dict(factor=0.5),
    "RandomBrightness": dict(factor=0.3),
    "RandomCrop": dict(height=5, width=6),
}
each_chance = pytest.mark.parametrize("name", CHANCE)


@pytest.mark.parametrize(
    ("fill_mode", "expected"),
    [
        ("constant", [9, 9, 0, 1]),
        ("nearest", [0, 0, 0, 1]),
        ("reflect", [1, 0, 0, 1]),
        ("wrap", [2, 3, 0, 1]),
    ],
)
def test_what_stands_beyond_the_edge(fill_mode, expected):
    """An image moved two pixels to the right."""
    matrix = np.array([[[1.0, 0, -2], [0, 1, 0]]])
    for interpolation in ("bilinear", "nearest"):
        y = affine(Tensor(SQUARE), matrix, interpolation, fill_mode, 9.0).numpy()
        assert y[0, 0, :, 0].tolist() == expected


def test_the_directions():
    right = layers.RandomTranslation(0, (0.25, 0.25), fill_mode="constant")(SQUARE, training=True)
    assert right.numpy()[0, 0, :, 0].tolist() == [0, 0, 1, 2]
    down = layers.RandomTranslation((0.5, 0.5), 0, fill_mode="constant")(SQUARE, training=True)
    assert down.numpy()[0, :, 1, 0].tolist() == [0, 0, 1, 5]
    quarter = layers.RandomRotation((0.25, 0.25))(SQUARE, training=True).numpy()
    np.testing.assert_allclose(quarter[0, :, :, 0], np.rot90(SQUARE[0, :, :, 0]), atol=1e-5)
    small = layers.RandomZoom((1.0, 1.0), fill_mode="constant")(
        np.ones((1, 8, 8, 1)), training=True
    )
    assert small.numpy().sum() == pytest.approx(16, rel=1e-5)  # half as high and half as wide
    low = layers.RandomZoom((1.0, 1.0), (0.0, 0.0), fill_mode="constant")(
        np.ones((1, 8, 8, 1)), training=True
    )
    assert low.numpy()[0, :, 0, 0].tolist() == [0, 0, 1, 1, 1, 1, 0, 0]  # half as high, as wide


def test_images_that_are_no_squares():
    x = np.arange(24.0, dtype="f").reshape(1, 4, 6, 1)
    half_turn = layers.RandomRotation((0.5, 0.5), "constant")(x, training=True).numpy()
    np.testing.assert_allclose(half_turn, x[:, ::-1, ::-1], atol=1e-4)
    moved = layers.RandomTranslation((0.25, 0.25), (-0.5, -0.5), "constant", fill_value=7.0)
    expected = np.full((4, 6), 7.0)
    expected[1:, :3] = x[0, :3, 3:, 0]
    np.testing.assert_allclose(moved(x, training=True).numpy()[0, :, :, 0], expected, atol=1e-4)
    zoomed = layers.RandomZoom((0.0, 0.0), (-0.5, -0.5), interpolation="nearest")(x, training=True)
    assert zoomed.numpy()[0, 1, :, 0].tolist() == [7, 8, 8, 9, 9, 10]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.RandomRotation(-0.2), (-0.2, 0.2)),
        (layers.RandomRotation([0.1]), (-0.1, 0.1)),
        (layers.RandomRotation((0.3, -0.1)), (-0.1, 0.3)),
        (layers.RandomBrightness(1), (-1, 1)),
        (layers.RandomContrast(0.4), (0.4, 0.4)),
        (layers.RandomContrast((0.1, 1)), (0.1, 1)),
    ],
)
def test_a_factor_is_a_pair(layer, expected):
    assert layer.factor == expected


def test_flips():
    x = np.tile(SQUARE, (400, 1, 1, 1))
    for mode, possible in (
        ("horizontal", [0, 3]),
        ("vertical", [0, 12]),
        ("horizontal_and_vertical", [0, 3, 12, 15]),
    ):
        y = layers.RandomFlip(mode, seed=1)(x, training=True).numpy()
        corners, counts = np.unique(y[:, 0, 0, 0], return_counts=True)
        assert corners.tolist() == possible
        assert counts.min() > 0.7 * 400 / len(possible)
        assert (np.sort(y.reshape(400, -1)) == np.arange(16)).all()


def test_contrast_and_brightness():
    x = np.tile(np.array([50.0, 150.0], "f").reshape(1, 1, 2, 1), (500, 1, 1, 1))
    y = layers.RandomContrast(0.4, seed=1)(x, training=True).numpy()
    spread = (y[:, 0, 1, 0] - y[:, 0, 0, 0]) / 100
    assert 0.6 <= spread.min() < 0.65 and 1.35 < spread.max() <= 1.4
    np.testing.assert_allclose(y.mean(axis=(1, 2, 3)), 100, rtol=1e-5)
    bent = layers.RandomContrast((0.1, 0.4), seed=1)(x, training=True).numpy()
    spread = (bent[:, 0, 1, 0] - bent[:, 0, 0, 0]) / 100
    assert 0.9 <= spread.min() < 0.92 and 1.38 < spread.max() <= 1.4
    both = layers.RandomContrast((1, 0), seed=1)(np.concatenate([x, x / 2], -1), training=True)
    np.testing.assert_allclose(both.numpy().mean(axis=(1, 2)), [[100, 50]] * 500, rtol=1e-5)
    for low, high in ((50, 130), (100, 150), (120, 130)):  # by half of its length, and clipped
        bright = layers.RandomBrightness((0.5, 0.5), (low, high))(x[:1], training=True).numpy()
        expected = np.clip([50 + (high - low) / 2, 150 + (high - low) / 2], low, high)
        np.testing.assert_allclose(bright[0, 0, :, 0], expected, rtol=1e-6)
        clipped = layers.RandomContrast((0, 0), (low, high))(x[:1], training=True).numpy()
        np.testing.assert_allclose(clipped[0, 0, :, 0], np.clip([50, 150], low, high), rtol=1e-6)
    y = layers.RandomBrightness((0.1, 0.2), seed=1)(x, training=True).numpy()
    by = y - x
    assert 25.5 <= by.min() < 27 and 49 < by.max() <= 51
    assert (
        np.ptp(by[0]) < 1e-4 and layers.RandomBrightness(1.0)(X, training=True).numpy().max() <= 255
    )


@each_chance
def test_only_in_training_and_by_its_seed(name):
    make = lambda seed=3: getattr(layers, name)(**CHANCE[name], seed=seed)
    used = make()(X, training=False).numpy()
    if name != "RandomCrop":
        np.testing.assert_array_equal(used, X)
    y = make()(X, training=True).numpy()
    assert y.shape == used.shape and y.dtype == np.float32
    assert not np.array_equal(y, used)
    np.testing.assert_array_equal(make()(X).numpy(), y)
    np.testing.assert_array_equal(make()(X, training=True).numpy(), y)
    assert not np.array_equal(make(4)(X, training=True).numpy(), y)
    if name != "RandomCrop":  # each image by itself
        same = make()(np.tile(X[:1], (6, 1, 1, 1)), training=True).numpy()
        assert not np.array_equal(same[0], same[1]) or not np.array_equal(same[0], same[2])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *CHANCE.items(),
        ("Resizing", dict(height=4, width=5)),
        ("CenterCrop", dict(height=4, width=5)),
    ],
)
def test_single_images_channels_first_configs_and_unknown_sizes(name, options):
    seed = {"seed": 3} if name in CHANCE else {}
    make = lambda **more: getattr(layers, name)(**options, **seed, **more)
    whole = make()(X[:1], training=True).numpy()
    np.testing.assert_array_equal(make()(X[0], training=True).numpy(), whole[0])
    first = make(data_format="channels_first")(np.moveaxis(X[:1], -1, 1), training=True).numpy()
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), whole, rtol=1e-5, atol=1e-3)
    config = make().get_config()
    again = getattr(layers, name).from_config(config)
    np.testing.assert_array_equal(again(X[:1], training=True).numpy(), whole)
    shape = getattr(layers, name)(**options)(Input((None, None, 3))).shape
    sized = "height" in options
    assert shape == ((None, *whole.shape[1:]) if sized else (None, None, None, 3))


def _functional(*stack):
    symbol = output = Input((8, 10, 3))
    for layer in stack:
        output = layer(output)
    return minidl.Model(symbol, output)


@pytest.mark.parametrize("model", [lambda *stack: Sequential(stack), _functional])
@pytest.mark.parametrize(
    ("after", "changes"),
    [
        ((), True),
        ((layers.Rescaling(1.0),), True),
        ((layers.Conv2D(3, 1, kernel_initializer="ones"),), False),
    ],
)
def test_a_stack_that_only_prepares_images_changes_them_when_called(model, after, changes):
    """As tutorials show what augmentation does: augment(images)."""
    made = model(layers.RandomBrightness((0.5, 0.5), (0, 1000)), *after)
    plain = made(X, training=False).numpy()
    assert np.allclose(made(X).numpy(), plain) != changes
    np.testing.assert_allclose(made.predict(X, verbose=0), plain, rtol=1e-5)


@pytest.mark.parametrize("layer", [layers.RandomBrightness, layers.RandomContrast])
def test_a_value_range_may_begin_with_its_end(layer):
    np.testing.assert_array_equal(layer(0.4, (255, 0), 1)(X), layer(0.4, (0, 255), 1)(X))


def test_inside_a_model(tmp_path):
    stack = [
        layers.Resizing(8, 8),
        layers.RandomFlip("horizontal"),
        layers.RandomTranslation(0.1, 0.1),
        layers.Rescaling(1 / 255),
        layers.Conv2D(4, 3),
        layers.GlobalAveragePooling2D(),
        layers.Dense(2, activation="softmax"),
    ]
    model = Sequential([Input((8, 10, 3)), *stack])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(X, np.arange(6) % 2, epochs=2, verbose=0)
    model.save(tmp_path / "m.keras")
    again = minidl.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda: layers.Resizing(4, 4, "cubic"), "interpolation is 'nearest', 'bilinear'"),
        (lambda: layers.Resizing(0, 4), "Resizing: height must be"),
        (lambda: layers.Resizing(4, 4, "nearest", True, True), "cut or pad"),
        (
            lambda: layers.Resizing(4, 4, fill_mode="edge"),
            "fill_mode is 'constant'; received 'edge'",
        ),
        (lambda: layers.RandomRotation(1.5), "factor is a number between -1 and 1"),
        (lambda: layers.RandomContrast(-0.5), "factor is a number between 0 and 1"),
        (lambda: layers.RandomZoom("big"), "height_factor is a number between.* received 'big'"),
        (lambda: layers.RandomTranslation({"a": 0.3}, 0), "height_factor is a number between"),
        (lambda: layers.RandomBrightness(0.1, 255), "value_range is a pair of numbers"),
        (lambda: layers.RandomContrast(0.1, [10]), r"value_range is a pair.* received \[10\]"),
        (lambda: layers.RandomContrast(0.1, ("a", "b")), r"value_range is a pair of numbers"),
        (lambda: layers.RandomContrast(0.1, (0, 1, 2)), r"value_range is a pair of numbers"),
        (lambda: layers.RandomContrast((0.1, 1.5)), "factor is a number between 0 and 1, or a p"),
        (lambda: layers.RandomZoom(0.1, -1.5), "width_factor is a number between -1 and 1, or"),
        (lambda: layers.RandomRotation(0.1, interpolation="cubic"), "interpolation is 'bilinear'"),
        (lambda: layers.RandomFlip("sideways"), "mode is 'horizontal'"),
        (lambda: layers.RandomZoom(0.1, fill_mode="edge"), "fill_mode is 'constant'"),
        (lambda: layers.RandomTranslation((0.1, 0.2, 0.3), 0.1), "or a pair of them"),
        (lambda: layers.Resizing(4, 4)(np.ones((3, 3))), r"one without the n; received .*\(3, 3\)"),
    ],
)
def test_mistakes(mistake, words):
    with pytest.raises(ValueError, match=words):
        mistake()


def test_a_random_crop_is_every_part_there_is():
    x = np.arange(20.0).reshape(1, 4, 5, 1)
    layer = layers.RandomCrop(2, 3, seed=0)
    corners = {layer(x, training=True).numpy()[0, 0, 0, 0] for _ in range(200)}
    assert corners == {0, 1, 2, 5, 6, 7, 10, 11, 12}
    assert layer(x).numpy()[0].shape == (2, 3, 1)
    for crop, possible in ((layers.RandomCrop(4, 3), {0, 1, 2}), (layers.RandomCrop(3, 5), {0, 5})):
        assert {crop(x).numpy()[0, 0, 0, 0] for _ in range(40)} == possible
