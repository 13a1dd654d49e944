"""Images in files: load_img, img_to_array, array_to_img, save_img, and folders of them as data."""

import subprocess
import sys

import numpy as np
import PIL.Image
import pytest
from places import ROOT

import minidl
from minidl import layers, utils
from minidl.utils import image_dataset_from_directory, load_img

# --- folders


@pytest.fixture
def folder(tmp_path):
    """Folders 'cat' and 'dog' with 6 and 4 pictures; the gray of each picture is its number."""
    for start, (name, count) in enumerate([("cat", 6), ("dog", 4)]):
        (tmp_path / name / "more").mkdir(parents=True)
        (tmp_path / name / "notes.txt").write_text("no picture", encoding="utf-8")
        for i in range(count):
            at = tmp_path / name / ("more" if i == 0 else "") / f"{i}.png"
            PIL.Image.fromarray(np.full((5, 7, 3), 10 * start + i, np.uint8)).save(at)
    return tmp_path


QUIET = {"image_size": (4, 4), "verbose": False}


def seen(data):
    """{gray: label} of all images."""
    pairs = [(x.numpy(), y.numpy()) for x, y in data]
    x, y = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return dict(zip(x[:, 0, 0, 0].round().astype(int).tolist(), y.tolist(), strict=True))


EVERYTHING = {**{i: 0 for i in range(6)}, **{10 + i: 1 for i in range(4)}}


def test_a_folder_for_each_class(folder, capsys):
    data = image_dataset_from_directory(folder, batch_size=4, image_size=(4, 4))
    assert capsys.readouterr().out == "Found 10 files belonging to 2 classes.\n"
    assert data.class_names == ["cat", "dog"] and len(data) == 3 and len(data.file_paths) == 10
    x, y = next(iter(data))
    assert x.shape == (4, 4, 4, 3) and x.dtype == np.float32 and y.dtype == np.int32
    assert seen(data) == EVERYTHING
    orders = [list(seen(data)) for _ in range(2)]
    assert orders[0] != orders[1] and orders[0] != list(EVERYTHING)


def test_the_files_are_opened_when_their_turn_comes(folder):
    data = image_dataset_from_directory(folder, shuffle=False, batch_size=2, **QUIET)
    (folder / "dog" / "3.png").write_bytes(b"no picture")
    batches = iter(data)
    for _ in range(4):
        next(batches)
    with pytest.raises(OSError, match=r"3\.png"):
        next(batches)


def test_without_shuffling_the_order_is_that_of_the_paths(folder):
    data = image_dataset_from_directory(folder, shuffle=False, **QUIET)
    assert list(seen(data)) == [1, 2, 3, 4, 5, 0, 11, 12, 13, 10]
    assert [path[-5:] for path in data.file_paths[:2]] == ["1.png", "2.png"]


@pytest.mark.parametrize(
    ("label_mode", "labels"),
    [
        ("int", [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]),
        ("binary", [[0.0]] * 6 + [[1.0]] * 4),
        ("categorical", [[1.0, 0.0]] * 6 + [[0.0, 1.0]] * 4),
    ],
)
def test_label_modes(folder, label_mode, labels):
    data = image_dataset_from_directory(folder, label_mode=label_mode, shuffle=False, **QUIET)
    ((_, y),) = data
    assert y.numpy().tolist() == labels and y.dtype == ("int32" if label_mode == "int" else "f")


@pytest.mark.parametrize("options", [{"label_mode": None}, {"labels": None}])
def test_images_alone(folder, options):
    (x,) = image_dataset_from_directory(folder, shuffle=False, **options, **QUIET)
    assert x.shape == (10, 4, 4, 3)


def test_labels_of_your_own_and_classes_in_another_order(folder):
    mine = image_dataset_from_directory(folder, labels=list(range(10)), shuffle=False, **QUIET)
    assert list(seen(mine).values()) == list(range(10)) and mine.class_names[-1] == "9"
    turned = image_dataset_from_directory(folder, class_names=["dog", "cat"], **QUIET)
    assert seen(turned) == {gray: 1 - label for gray, label in EVERYTHING.items()}
    only = image_dataset_from_directory(folder, class_names=["dog"], **QUIET)
    assert seen(only) == {10 + i: 0 for i in range(4)}


def test_labels_of_your_own_count_from_0_with_gaps(folder, capsys):
    options = {"image_size": (4, 4), "shuffle": False}
    given = [0, 3] * 5
    ((_, y),) = image_dataset_from_directory(
        folder, labels=given, label_mode="categorical", **options
    )
    np.testing.assert_array_equal(y, np.eye(4)[given])
    ((_, y),) = image_dataset_from_directory(
        folder, labels=np.array(given) // 3, label_mode="binary", **options
    )
    assert y.numpy().ravel().tolist() == [0, 1] * 5
    (folder / "zebra").mkdir()
    ((_, y),) = image_dataset_from_directory(folder, label_mode="categorical", **options)
    assert y.shape == (10, 3), "a class of which there are no files"
    capsys.readouterr()
    image_dataset_from_directory(folder, labels=None, label_mode="binary", **options)
    assert capsys.readouterr().out == "Found 10 files.\n"
    for subset, said in (
        ("training", ["Using 6 files for training."]),
        ("validation", ["Using 4 files for validation."]),
        ("both", ["Using 6 files for training.", "Using 4 files for validation."]),
    ):
        image_dataset_from_directory(
            folder, labels=given, validation_split=0.4, subset=subset, **options
        )
        expected = ["Found 10 files belonging to 2 classes.", *said]
        assert capsys.readouterr().out.splitlines() == expected


def test_which_folders_and_files_are_seen(folder, tmp_path_factory):
    (folder / ".hidden").mkdir()
    (folder / "list.png").write_bytes(b"beside the folders")
    (folder / "dog" / "4.PNG").write_bytes((folder / "dog" / "3.png").read_bytes())
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "5.png").write_bytes((folder / "dog" / "3.png").read_bytes())
    (folder / "cat" / "link").symlink_to(elsewhere)
    for follow, count in ((False, 6), (True, 7)):
        data = image_dataset_from_directory(
            folder, shuffle=False, follow_links=follow, batch_size=1, **QUIET
        )
        assert data.class_names == ["cat", "dog"] and len(data) == count + 5
    (folder / "cow").mkdir()
    with pytest.raises(ValueError, match=r"No images in .*ends in \.bmp, \.gif, .*\.png\.$"):
        image_dataset_from_directory(folder / "cow", labels=None)
    for i in range(30):
        (folder / f"x{i:02}").mkdir()
    with pytest.raises(ValueError, match=r"'no', .*it has 'cat', 'cow', 'dog', .*, 'x16'\.$"):
        image_dataset_from_directory(folder, class_names=["cat", "no"])


@pytest.mark.parametrize("options", [{"seed": 5}, {"shuffle": False}])
def test_the_parts_share_no_image_and_leave_none_out(folder, options):
    options = {"validation_split": 0.35, **options, **QUIET}
    parts = [
        image_dataset_from_directory(folder, subset=subset, **options)
        for subset in ("training", "validation")
    ]
    both = image_dataset_from_directory(folder, subset="both", **options)
    for found in (parts, both):
        training, validation = map(seen, found)
        assert (len(training), len(validation)) == (7, 3)
        assert {**training, **validation} == EVERYTHING
    assert [sorted(seen(p)) for p in parts] == [sorted(seen(p)) for p in both]


def test_the_seed_of_the_library_fixes_parts_and_orders(folder):
    def orders():
        minidl.set_random_seed(3)
        both = image_dataset_from_directory(folder, validation_split=0.3, subset="both", **QUIET)
        return [list(seen(data)) for data in both]

    assert orders() == orders()


def test_sizes_and_formats(folder):
    options = {"verbose": False, "shuffle": False, "batch_size": None, "format": "tf"}
    size = {"image_size": (2, 6), "color_mode": "grayscale", "data_format": "channels_first"}
    for more in ({}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}):
        x, y = next(iter(image_dataset_from_directory(folder, **size, **more, **options)))
        assert x.shape == (1, 2, 6) and y.shape == ()
        assert (x.numpy() == 0).any() == ("pad_to_aspect_ratio" in more)
    one = image_dataset_from_directory(folder, image_size=3, **options)
    assert next(iter(one))[0].shape == (3, 3, 3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"label_mode": "ints"}, "label_mode is 'int', 'categorical', 'binary', None"),
        ({"color_mode": "gray"}, "color_mode is"),
        ({"format": "grain"}, "format is 'tf'"),
        ({"labels": "folders"}, "labels is 'inferred'"),
        ({"labels": [1, 2]}, "for each of the 10 images"),
        ({"labels": [-1] * 10}, "0, 1, ..., for each of the 10 .*list of shape .10,. and type int"),
        ({"labels": [0.0] * 10}, "and type float64"),
        ({"labels": None, "class_names": ["cat"]}, "class_names goes with labels='inferred'"),
        ({"labels": [0] * 10, "class_names": ["cat"]}, "class_names goes with labels='inferred'"),
        ({"labels": [0, 1, 2, 3, 4] * 2, "label_mode": "binary"}, "needs two classes; there are 5"),
        ({"class_names": ["cow"]}, "'cow', and .* has no such folder; it has 'cat', 'dog'"),
        ({"class_names": ["cat"], "label_mode": "binary"}, "needs two classes; there are 1"),
        ({"validation_split": 0.2}, "validation_split and subset go together"),
        ({"subset": "both"}, "received validation_split=None, subset='both'"),
        ({"validation_split": 1, "subset": "both"}, "number above 0 and below 1; received 1"),
        ({"validation_split": 0, "subset": "both"}, "number above 0 and below 1; received 0"),
        ({"validation_split": 0.2, "subset": "test"}, "subset is 'training', 'validation'"),
        ({"validation_split": 0.2, "subset": "training"}, "Give both calls the same seed"),
        ({"validation_split": 0.01, "subset": "both"}, "leave none for validation"),
        ({"interpolation": "cubic"}, "interpolation is"),
        ({"batch_size": 0}, "batch_size must be a whole number"),
        ({"image_size": (1, 2, 3)}, r"image_size is \(height, width\)"),
    ],
)
def test_mistakes_with_folders(folder, options, expected):
    with pytest.raises(ValueError, match=expected):
        image_dataset_from_directory(folder, **{"verbose": False, **options})


def test_folders_without_images(tmp_path):
    with pytest.raises(ValueError, match=r"No images in .*ends in \.bmp.*one for each class"):
        image_dataset_from_directory(tmp_path)
    with pytest.raises(NotADirectoryError, match="no directory"):
        image_dataset_from_directory(tmp_path / "nowhere")


def test_a_network_learns_from_folders(folder):
    data = image_dataset_from_directory(folder, **QUIET).map(lambda x, y: (x / 255, y)).cache()
    model = minidl.Sequential(
        [layers.Flatten(), layers.Dense(2, activation="softmax", kernel_initializer="zeros")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    losses = model.fit(data, epochs=3, validation_data=data, verbose=0).history["val_loss"]
    assert losses[-1] < losses[0]
    assert model.predict(data, verbose=0).shape == (10, 2)


# --- the doors


def test_all_doors_lead_to_the_same_functions():
    from minidl.keras.preprocessing.image import load_img as older
    from minidl.preprocessing import image_dataset_from_directory as from_folders

    assert older is load_img is minidl.data.load_img is minidl.preprocessing.image.load_img
    assert from_folders is image_dataset_from_directory
    assert {"load_img", "image_dataset_from_directory"} <= set(dir(utils))
    assert {"Dataset", "load_img"} <= set(dir(minidl.data))
    for room in (utils, minidl.data, minidl.preprocessing, minidl.preprocessing.image):
        with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
            room.nonsense


def test_the_import_opens_neither_pillow_nor_pipelines():
    code = (
        "import sys, minidl; minidl.utils, minidl.preprocessing.image; names = set(sys.modules); "
        "print([m for m in names if m.split('.')[0] == 'PIL' or m in ('minidl.data.pipeline', "
        "'minidl.data.images', 'minidl.data.folders')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
