"""ImageDataGenerator: images changed by chance, batch by batch, from arrays and from folders."""

import numpy as np
import pytest

from minidl.data import ImageDataGenerator

X = np.random.default_rng(0).uniform(0, 255, (10, 6, 8, 3)).astype("f")
Y = np.arange(10)


# --- changes


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, lambda x: x),
        ({"tx": 2}, lambda x: x[:, [2, 3, 4, 5, 6, 7, 7, 7]]),
        ({"ty": -1}, lambda x: x[[0, 0, 1, 2, 3, 4]]),
        ({"theta": 180}, lambda x: x[::-1, ::-1]),
        ({"flip_horizontal": True}, lambda x: x[:, ::-1]),
        ({"flip_vertical": True}, lambda x: x[::-1]),
        ({"channel_shift_intensity": 30.0}, lambda x: np.minimum(x + 30, x.max())),
        ({"brightness": 0.5}, lambda x: x / 2),
        ({"brightness": 2.0}, lambda x: np.minimum(x * 2, 255)),
    ],
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_one_change(change, expected, data_format):
    maker = ImageDataGenerator(data_format=data_format)
    x = X[0] if data_format == "channels_last" else X[0].transpose(2, 0, 1)
    found = maker.apply_transform(x, change)
    found = found if data_format == "channels_last" else found.transpose(1, 2, 0)
    np.testing.assert_allclose(found, expected(X[0]), rtol=1e-5, atol=2e-3)


def test_a_zoom_keeps_the_middle():
    x = np.zeros((5, 7, 1), "f")
    x[2, 3] = 1
    bigger = ImageDataGenerator().apply_transform(x, {"zx": 0.5, "zy": 0.5})[..., 0]
    expected = np.outer([0, 0.5, 1, 0.5, 0], [0, 0, 0.5, 1, 0.5, 0, 0])
    np.testing.assert_allclose(bigger, expected, atol=1e-6)


def test_what_stands_beyond_the_edges():
    maker = ImageDataGenerator(fill_mode="constant", cval=7.0, interpolation_order=0)
    moved = maker.apply_transform(X[0], {"tx": 3})
    assert (moved[:, -3:] == 7).all() and (moved[:, :-3] == X[0][:, 3:]).all()


def test_the_ranges_are_kept_and_used():
    maker = ImageDataGenerator(
        rotation_range=20,
        width_shift_range=0.25,
        height_shift_range=[1, 3],
        shear_range=5,
        zoom_range=0.2,
        channel_shift_range=9.0,
        brightness_range=(0.5, 1.5),
        horizontal_flip=True,
    )
    drawn = [maker.get_random_transform((6, 8, 3), seed) for seed in range(300)]
    limits = {"theta": 20, "tx": 2, "shear": 5, "channel_shift_intensity": 9}
    for name, limit in limits.items():
        found = np.array([d[name] for d in drawn])
        assert -limit <= found.min() < -0.9 * limit and 0.9 * limit < found.max() <= limit
    for name, (low, high) in {"zx": (0.8, 1.2), "zy": (0.8, 1.2), "brightness": (0.5, 1.5)}.items():
        found = np.array([d[name] for d in drawn])
        assert low <= found.min() < low + 0.05 and high - 0.05 < found.max() <= high
    assert {d["ty"] for d in drawn} == {-3, -1, 1, 3}
    assert 100 < sum(d["flip_horizontal"] for d in drawn) < 200
    assert not any(d["flip_vertical"] for d in drawn)
    assert maker.get_random_transform((6, 8, 3), 5) == drawn[5]


# --- standardizing


def test_what_is_done_to_every_image():
    maker = ImageDataGenerator(preprocessing_function=lambda x: 255 - x, rescale=1 / 255)
    np.testing.assert_allclose(maker.standardize(X[0]), 1 - X[0] / 255, atol=1e-6)
    alone = ImageDataGenerator(samplewise_std_normalization=True).standardize(X[0])
    assert abs(alone.mean()) < 1e-5 and abs(alone.std() - 1) < 1e-5


def test_what_is_learned_from_the_data():
    maker = ImageDataGenerator(featurewise_std_normalization=True)
    with pytest.warns(UserWarning, match="call fit"):
        maker.standardize(X[0])
    maker.fit(X)
    found = np.stack([maker.standardize(x) for x in X])
    np.testing.assert_allclose(found.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(axis=(0, 1, 2)), 1, atol=1e-5)
    white = ImageDataGenerator(zca_whitening=True, dtype="float64")
    many = np.random.default_rng(1).normal(size=(50, 2, 3, 1)) @ np.ones((1, 1, 1, 1))
    many = np.cumsum(many, axis=2)
    white.fit(many)
    flat = np.stack([white.standardize(x) for x in many]).reshape(50, -1)
    np.testing.assert_allclose(flat.T @ flat / 50, np.eye(6), atol=1e-4)
    with pytest.raises(ValueError, match=r"expects images.*received shape \(6, 8, 3\)"):
        maker.fit(X[0])


def test_images_are_kept_to_be_looked_at(tmp_path):
    flow = ImageDataGenerator().flow(X, batch_size=4, save_to_dir=tmp_path, save_prefix="a")
    next(flow)
    assert len(list(tmp_path.glob("a_*.png"))) == 4


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: ImageDataGenerator(zoom_range=(1, 2, 3)), "zoom_range is a pair"),
        (lambda: ImageDataGenerator(brightness_range=0.5), "brightness_range is a pair"),
        (lambda: ImageDataGenerator(fill_mode="edge"), "fill_mode is 'constant', 'nearest'"),
        (lambda: ImageDataGenerator(interpolation_order=3), "interpolation_order is 0, 1"),
        (lambda: ImageDataGenerator(validation_split=1.0), "validation_split must be a number"),
        (lambda: ImageDataGenerator().flow(X[..., 0]), r"x\[..., None\]"),
        (lambda: ImageDataGenerator().flow(X, Y[:4]), "number of samples differs"),
        (lambda: ImageDataGenerator().flow(X, Y, subset="training"), r"validation_split=\.\.\."),
        (lambda: ImageDataGenerator().flow(X, Y, batch_size=0), "batch_size must be"),
        (lambda: ImageDataGenerator().flow(X, Y[:, None], subset="all"), "subset is 'training'"),
        (
            lambda: ImageDataGenerator(validation_split=0.01).flow(X, subset="validation"),
            "holds no images",
        ),
    ],
)
def test_mistakes_of_makers(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()


def test_images_with_their_channels_first_are_changed_alike():
    how = {"width_shift_range": 0.25, "height_shift_range": 0.5, "interpolation_order": 0}
    last = ImageDataGenerator(**how)
    first = ImageDataGenerator(**how, data_format="channels_first")
    assert first.get_random_transform((3, 6, 8), 3) == last.get_random_transform((6, 8, 3), 3)
    for maker, images in ((last, X), (first, X.transpose(0, 3, 1, 2))):
        maker.featurewise_center = maker.featurewise_std_normalization = True
        maker.fit(images)
    np.testing.assert_allclose(first.mean.ravel(), X.mean(axis=(0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(first.std.ravel(), last.std.ravel(), rtol=1e-5)
    for seed in range(3):
        found = first.random_transform(X[0].transpose(2, 0, 1), seed).transpose(1, 2, 0)
        np.testing.assert_array_equal(found, last.random_transform(X[0], seed))
