"""ImageDataGenerator: images changed by chance, batch by batch, from arrays and from folders."""

import inspect

import numpy as np
import pytest

from minidl.data import ImageDataGenerator, changes

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


@pytest.mark.parametrize(
    ("change", "column", "row"),
    [
        ({"theta": 30}, (0.75**0.5, -0.5, 0), (0.5, 0.75**0.5, 0)),
        ({"shear": 30}, (1, -0.5, 0), (0, 0.75**0.5, 0)),
        ({"zx": 0.5}, (0.5, 0, 0), (0, 1, 0)),
        ({"zy": 1.5}, (1, 0, 0), (0, 1.5, 0)),
        # zoom, shear, shift and rotation, one on top of the other
        (
            {"theta": 90, "tx": 1, "ty": -0.5, "shear": 30, "zx": 0.5, "zy": 2},
            (0, -(0.75**0.5) * 2, 0.5),
            (0.5, -1, 1),
        ),
    ],
)
def test_where_a_pixel_comes_from(change, column, row):
    """Pixel (x, y), counted from the middle, comes from column a·x + b·y + c, and a row alike: seen
    at images whose values are their columns and rows.
    """
    y, x = np.indices((5, 9)) - np.array([2, 4])[:, None, None]
    for values, limit, (a, b, c) in ((x, 4, column), (y, 2, row)):
        found = ImageDataGenerator().apply_transform(values[..., None], change)[..., 0]
        np.testing.assert_allclose(found, np.clip(a * x + b * y + c, -limit, limit), atol=1e-5)


@pytest.mark.parametrize(
    ("limits", "length", "most"), [(0.5, 8, 4), (1, 8, 1), (1.5, 8, 1.5), (0, 8, 0)]
)
def test_shifts_below_1_are_parts_of_the_image(limits, length, most):
    drawn = [abs(changes.shift(np.random.default_rng(i), limits, length)) for i in range(99)]
    assert 0.9 * most <= max(drawn) <= most
    listed = {changes.shift(np.random.default_rng(i), [limits], length) for i in range(20)}
    assert listed == {-most, most}


@pytest.mark.parametrize(
    ("values", "factor", "expected"),
    [
        ([0, 40, 100], 2, [0, 80, 200]),
        ([10, 200, 255], 0.5, [5, 100, 127.5]),
        ([10, 200, 255], 2, [20, 255, 255]),
        ([-1, 1, 3], 0.5, [-1, 0, 1]),  # as [0, 127.5, 255] becomes [0, 63.75, 127.5]
        ([-1, 1, 3], 2, [-1, 3, 3]),
        ([56, 156, 256], 0.5, [56, 106, 156]),
    ],
)
def test_brightness_within_0_and_255(values, factor, expected):
    assert changes.brighter(np.array(values, float), factor).tolist() == expected


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
    other = ImageDataGenerator(vertical_flip=True, zoom_range=None)
    drawn = [other.get_random_transform((6, 8, 3), seed) for seed in range(300)]
    assert 100 < sum(d["flip_vertical"] for d in drawn) < 200
    assert {(d["zx"], d["zy"], d["flip_horizontal"]) for d in drawn} == {(1, 1, False)}
    assert other.get_random_transform((6, 8, 3), 5) == drawn[5]


# --- standardizing


def test_what_is_done_to_every_image():
    maker = ImageDataGenerator(preprocessing_function=lambda x: 255 - x, rescale=1 / 255)
    np.testing.assert_allclose(maker.standardize(X[0]), 1 - X[0] / 255, atol=1e-6)
    alone = ImageDataGenerator(samplewise_std_normalization=True).standardize(X[0])
    assert abs(alone.mean()) < 1e-5 and abs(alone.std() - 1) < 1e-5
    assert alone.dtype == np.float32
    assert ImageDataGenerator(dtype="float64").standardize(X[0]).dtype == np.float64
    faint = np.array([-1e-6, 1e-6]).reshape(2, 1, 1)  # 1e-6 is added to each standard deviation
    for name in ("samplewise", "featurewise"):
        maker = ImageDataGenerator(**{name + "_std_normalization": True})
        if name == "featurewise":
            maker.fit(faint[None])
        np.testing.assert_allclose(maker.standardize(faint).ravel(), [-0.5, 0.5], rtol=1e-5)


def test_the_images_that_fit_learns_from():
    class Adds(ImageDataGenerator):
        made = 0

        def random_transform(self, x, seed=None):
            self.made += 1
            return x + self.made

    for options, count in (({}, 0), ({"augment": True}, 10), ({"augment": True, "rounds": 3}, 30)):
        maker = Adds(featurewise_center=True, rescale=0.5)
        maker.fit(X, **options)
        assert maker.made == count and maker.std is None
        more = sum(range(count + 1)) / max(count, 1)
        np.testing.assert_allclose(maker.mean.ravel(), X.mean((0, 1, 2)) / 2 + more, rtol=1e-5)
        assert maker.standardize(X[0]).mean() == pytest.approx(
            (X[0] / 2 - maker.mean).mean(), abs=1e-3
        )


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
    white.fit(many[:3])  # fewer images than pixels
    flat = np.stack([white.standardize(x) for x in many[:3]]).reshape(3, -1)
    np.testing.assert_allclose(flat @ flat.T, 3 * np.eye(3), atol=1e-4)
    both = ImageDataGenerator(
        zca_whitening=True, featurewise_std_normalization=True, zca_epsilon=18**0.5
    )
    both.fit(np.array([7.0, 1.0]).reshape(2, 1, 1, 1))  # less their mean: 3, -3
    assert both.standardize(np.full((1, 1, 1), 7.0)).item() == pytest.approx(3 / 18**0.5 / 2**0.5)
    with pytest.raises(ValueError, match=r"expects images.*received shape \(6, 8, 3\)"):
        maker.fit(X[0])


def test_images_are_kept_to_be_looked_at(tmp_path):
    flow = ImageDataGenerator().flow(X, batch_size=4, save_to_dir=tmp_path, save_prefix="a")
    next(flow), next(flow)
    names = [path.name.split("_")[:2] for path in tmp_path.glob("a_*.png")]
    assert sorted(names) == [["a", str(i)] for i in range(8)]


KEPT = {"seed": None, "save_to_dir": None, "save_prefix": "", "save_format": "png", "subset": None}
FILES = {"target_size": (256, 256), "color_mode": "rgb", "classes": None}
FILES |= {"class_mode": "categorical", "interpolation": "nearest", "batch_size": 32}


@pytest.mark.parametrize(
    ("method", "defaults"),
    [
        ("flow", {**KEPT, "y": None, "batch_size": 32, "shuffle": True, "sample_weight": None}),
        (
            "flow_from_directory",
            {**KEPT, **FILES, "shuffle": True, "follow_links": False, "keep_aspect_ratio": False},
        ),
        (
            "flow_from_dataframe",
            {**KEPT, **FILES, "shuffle": True, "directory": None, "x_col": "filename"}
            | {"y_col": "class", "weight_col": None},
        ),
        ("fit", {"augment": False, "rounds": 1, "seed": None}),
    ],
)
def test_arguments_that_are_left_out_are_those_of_keras(method, defaults):
    found = inspect.signature(getattr(ImageDataGenerator, method)).parameters
    assert {n: p.default for n, p in found.items() if p.default is not p.empty} == defaults
    assert ImageDataGenerator().cval == 0


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
