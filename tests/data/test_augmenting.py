"""ImageDataGenerator: images changed by chance, batch by batch, from arrays and from folders."""

import itertools

import numpy as np
import PIL.Image
import pytest

import minidl
from minidl import layers
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


# --- batches of arrays


def test_batches_of_arrays():
    flow = ImageDataGenerator().flow(X, Y, batch_size=4, shuffle=False, sample_weight=Y / 2)
    assert len(flow) == 3 and flow.n == flow.samples == 10
    found = list(itertools.islice(flow, 4))
    assert [y.tolist() for _, y, _ in found] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [0, 1, 2, 3]]
    np.testing.assert_array_equal(found[0][0], X[:4])
    assert found[1][2].tolist() == [2, 2.5, 3, 3.5]
    next(flow)
    flow.reset()
    assert next(flow)[1].tolist() == [0, 1, 2, 3]
    assert next(ImageDataGenerator().flow(X, batch_size=10)).shape == X.shape
    with pytest.raises(IndexError, match="no batch 3"):
        flow[3]


def test_each_epoch_has_an_order_and_changes_of_its_own():
    maker = ImageDataGenerator(width_shift_range=0.3)
    flow = maker.flow(X, Y, batch_size=10, seed=1)
    (x1, y1), (x2, y2) = next(flow), next(flow)
    assert sorted(y1) == sorted(y2) == list(Y) and list(y1) != list(y2)
    assert (x1[np.argsort(y1)] != x2[np.argsort(y2)]).any()
    again = next(maker.flow(X, Y, batch_size=10, seed=1))
    np.testing.assert_array_equal(x1, again[0])
    minidl.set_random_seed(5)
    first = next(maker.flow(X, Y))
    minidl.set_random_seed(5)
    np.testing.assert_array_equal(first[0], next(maker.flow(X, Y))[0])


def test_the_parts_of_arrays():
    maker = ImageDataGenerator(validation_split=0.3)
    options = {"batch_size": 10, "shuffle": False}
    assert next(maker.flow(X, Y, subset="validation", **options))[1].tolist() == [0, 1, 2]
    assert next(maker.flow(X, Y, subset="training", **options))[1].tolist() == [*range(3, 10)]


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


def test_training_on_a_flow():
    minidl.set_random_seed(0)
    model = minidl.Sequential([layers.Flatten(), layers.Dense(1)])
    model.compile("adam", "mse")
    flow = ImageDataGenerator(rescale=1 / 255).flow(X, Y / 10, batch_size=4)
    losses = model.fit(flow, epochs=20, validation_data=flow, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    history = model.fit(flow, epochs=2, steps_per_epoch=5, verbose=0).history
    assert len(history["loss"]) == 2
    assert model.predict(flow, verbose=0).shape == (10, 1)


# --- batches of files


@pytest.fixture
def folder(tmp_path):
    """Folders 'cat' and 'dog' with 6 and 4 pictures; the gray of each picture is its number."""
    for start, (name, count) in enumerate([("cat", 6), ("dog", 4)]):
        (tmp_path / name).mkdir()
        for i in range(count):
            picture = PIL.Image.fromarray(np.full((5, 7, 3), 10 * start + i, np.uint8))
            picture.save(tmp_path / name / f"{i}.{'tif' if i == 1 else 'png'}")
    return tmp_path


def test_batches_of_files(folder, capsys):
    flow = ImageDataGenerator(rescale=0.1).flow_from_directory(
        folder, target_size=(3, 4), batch_size=10, shuffle=False
    )
    assert capsys.readouterr().out == "Found 10 images belonging to 2 classes.\n"
    assert flow.class_indices == {"cat": 0, "dog": 1} and flow.num_classes == 2
    assert flow.classes.tolist() == [0] * 6 + [1] * 4
    assert flow.filenames[0].replace("\\", "/") == "cat/0.png"
    x, y = next(flow)
    assert x.shape == (10, 3, 4, 3) and y.tolist() == [[1, 0]] * 6 + [[0, 1]] * 4
    np.testing.assert_allclose(x[:, 0, 0, 0], [0, 0.1, 0.2, 0.3, 0.4, 0.5, 1, 1.1, 1.2, 1.3])


@pytest.mark.parametrize("mode", ["binary", "sparse", "input", None])
def test_class_modes(folder, mode):
    maker = ImageDataGenerator(validation_split=0.5)
    flow = maker.flow_from_directory(
        folder, (5, 7), "grayscale", class_mode=mode, shuffle=False, subset="training"
    )
    batch = next(flow)
    x = batch if mode is None else batch[0]
    assert x[:, 0, 0, 0].tolist() == [3, 4, 5, 12, 13] and x.shape == (5, 5, 7, 1)
    if mode == "input":
        np.testing.assert_array_equal(batch[1], x)
    elif mode is not None:
        assert batch[1].tolist() == [0, 0, 0, 1, 1]


def test_classes_in_another_order_and_mistakes(folder):
    maker = ImageDataGenerator()
    flow = maker.flow_from_directory(folder, classes=["dog", "cat"], class_mode="sparse")
    assert flow.class_indices == {"dog": 0, "cat": 1} and sum(next(flow)[1]) == 6
    with pytest.raises(ValueError, match="class_mode is 'categorical'"):
        maker.flow_from_directory(folder, class_mode="int")
    with pytest.raises(ValueError, match="needs two classes; there are 1"):
        maker.flow_from_directory(folder, classes=["dog"], class_mode="binary")


# --- batches of files that a table names: a data frame, or a dict of columns


def table():
    names = [f"cat/{i}.png" for i in (0, 2, 3)] + ["dog/9.png"] + [f"dog/{i}.png" for i in (0, 2)]
    return {
        "filename": names,
        "class": ["cat"] * 3 + ["dog"] * 3,
        "age": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5],
        "weight": [1, 2, 3, 4, 5, 6],
    }


@pytest.mark.parametrize(
    ("options", "grays", "labels"),
    [
        ({}, [0, 2, 3, 10, 12], [[1, 0]] * 3 + [[0, 1]] * 2),
        ({"class_mode": "binary"}, [0, 2, 3, 10, 12], [0, 0, 0, 1, 1]),
        ({"class_mode": "sparse", "classes": ["dog"]}, [10, 12], [0, 0]),
        ({"class_mode": "raw", "y_col": "age"}, [0, 2, 3, 10, 12], [1.5, 2.5, 3.5, 5.5, 6.5]),
        ({"class_mode": "sparse", "subset": "validation"}, [0, 2], [0, 0]),
        ({"class_mode": "sparse", "subset": "training"}, [3, 10, 12], [0, 1, 1]),
    ],
)
def test_batches_of_a_table(folder, options, grays, labels):
    maker = ImageDataGenerator(validation_split=0.4)
    with pytest.warns(UserWarning, match=r"1 files of the table are missing, the first is .*dog"):
        flow = maker.flow_from_dataframe(
            table(), folder, target_size=(3, 4), shuffle=False, weight_col="weight", **options
        )
    x, y, weights = next(flow)
    assert x[:, 0, 0, 0].tolist() == grays and y.tolist() == labels and len(weights) == len(grays)
    assert len(flow.filenames) == flow.samples == len(grays)
    assert weights[-1] == (2 if options.get("subset") == "validation" else 6)
