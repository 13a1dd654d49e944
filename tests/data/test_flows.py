"""Flows: batches of changed images from arrays, folders and tables."""

import itertools

import numpy as np
import PIL.Image
import pytest

import minidl
from minidl import layers
from minidl.data import ImageDataGenerator

X = np.random.default_rng(0).uniform(0, 255, (10, 6, 8, 3)).astype("f")
Y = np.arange(10)


# --- batches of arrays


def test_batches_of_arrays():
    flow = ImageDataGenerator().flow(
        X, Y.tolist(), batch_size=4, shuffle=False, sample_weight=Y / 2
    )
    assert len(flow) == 3 and flow.n == flow.samples == 10
    found = list(itertools.islice(flow, 4))
    assert [y.tolist() for _, y, _ in found] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [0, 1, 2, 3]]
    np.testing.assert_array_equal(found[0][0], X[:4])
    assert found[1][2].tolist() == [2, 2.5, 3, 3.5] and found[0][1].dtype.kind == "i"
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
    with pytest.raises(ValueError, match="class_mode is 'categorical'.*'raw'"):
        maker.flow_from_dataframe(table(), folder, class_mode="int")


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
        ({"class_mode": "raw", "y_col": "weight"}, [0, 2, 3, 10, 12], [1, 2, 3, 5, 6]),
        ({"class_mode": "sparse", "subset": "validation"}, [0, 2], [0, 0]),
        ({"class_mode": "sparse", "subset": "training"}, [3, 10, 12], [0, 1, 1]),
    ],
)
def test_batches_of_a_table(folder, options, grays, labels, capsys):
    maker = ImageDataGenerator(validation_split=0.4)
    with pytest.warns(UserWarning, match=r"1 files of the table are missing, the first is .*dog"):
        flow = maker.flow_from_dataframe(
            table(), folder, target_size=(3, 4), shuffle=False, weight_col="weight", **options
        )
    x, y, weights = next(flow)
    assert x[:, 0, 0, 0].tolist() == grays and y.tolist() == labels and len(weights) == len(grays)
    assert len(flow.filenames) == flow.samples == len(grays)
    assert weights[-1] == (2 if options.get("subset") == "validation" else 6)
    assert (y.dtype.kind == "i") == (options.get("y_col") == "weight")
    kinds = (
        "" if "y_col" in options else f" belonging to {len(options.get('classes', 'ab'))} classes"
    )
    assert capsys.readouterr().out == f"Found {len(grays)} image files{kinds}.\n"
