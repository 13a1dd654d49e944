"""Folders of texts as data. What they share with images is tested in test_images_on_disk.py."""

import numpy as np
import pytest

import minidl
from minidl import layers
from minidl.utils import text_dataset_from_directory

GOOD = ["a good film", "good, very good", "ein schönes Stück", "좋은 영화"]
BAD = ["a bad film\nand long\n", "bad", ""]


@pytest.fixture
def folder(tmp_path):
    """Folders 'bad' and 'good' with three and four texts, and something that is none."""
    for name, texts in (("good", GOOD), ("bad", BAD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "poster.png").write_bytes(b"no text")
        for i, text in enumerate(texts):
            (tmp_path / name / f"{i}.TXT").write_text(text, encoding="utf-8", newline="")
    return tmp_path


def pairs(data):
    """[(text, label)] of all batches."""
    return [(t, y) for texts, labels in data for t, y in zip(texts, labels.numpy().tolist())]


def test_the_folders_are_the_classes(folder, capsys):
    data = text_dataset_from_directory(folder, batch_size=5, shuffle=False)
    assert capsys.readouterr().out == "Found 7 files belonging to 2 classes.\n"
    assert data.class_names == ["bad", "good"] and len(data) == 2 and len(data.file_paths) == 7
    texts, labels = next(iter(data))
    assert isinstance(texts, np.ndarray) and texts.dtype == object and texts.shape == (5,)
    assert labels.dtype == np.int32
    assert pairs(data) == [*((t, 0) for t in BAD), *((t, 1) for t in GOOD)]


def test_each_loop_has_an_order_of_its_own(folder):
    data = text_dataset_from_directory(folder, verbose=False)
    orders = [pairs(data) for _ in range(6)]
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(orders[0]))}
    assert len({tuple(order) for order in orders}) > 1


def test_long_texts_are_cut_by_characters(folder):
    options = {"labels": None, "shuffle": False, "verbose": False}
    (texts,) = text_dataset_from_directory(folder, max_length=5, **options)
    assert texts.tolist() == [text[:5] for text in BAD + GOOD]
    single = list(text_dataset_from_directory(folder, batch_size=None, **options))
    assert [str(text) for text in single] == BAD + GOOD


@pytest.mark.parametrize(
    ("label_mode", "labels"),
    [("binary", [[0.0]] * 3 + [[1.0]] * 4), ("categorical", [[1.0, 0.0]] * 3 + [[0.0, 1.0]] * 4)],
)
def test_label_modes_of_texts(folder, label_mode, labels):
    options = {"label_mode": label_mode, "shuffle": False, "verbose": False}
    assert [y for _, y in pairs(text_dataset_from_directory(folder, **options))] == labels


@pytest.mark.parametrize("options", [{"seed": 5}, {"shuffle": False}])
def test_the_parts_share_no_text(folder, options):
    options = {"validation_split": 0.3, "verbose": False, **options}
    training, validation = text_dataset_from_directory(folder, subset="both", **options)
    first = text_dataset_from_directory(folder, subset="training", **options)
    assert len(pairs(training)) == 5 and len(pairs(validation)) == 2
    assert sorted(pairs(training)) == sorted(pairs(first))
    assert {t for t, _ in pairs(training) + pairs(validation)} == set(GOOD + BAD)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"label_mode": "ints"}, "label_mode is 'int', 'categorical', 'binary', None"),
        ({"labels": [1, 2]}, "for each of the 7 texts"),
        ({"format": "grain"}, "format is 'tf'"),
        ({"max_length": 0}, "max_length must be a whole number"),
        ({"batch_size": 0}, "batch_size must be a whole number"),
        ({"validation_split": 0.2, "subset": "training"}, "share files. Give both calls"),
        ({"validation_split": 0.01, "subset": "both"}, "7 files .* leave none for validation"),
        ({"class_names": ["good"], "label_mode": "binary"}, "needs two classes; there are 1"),
    ],
)
def test_mistakes_with_texts(folder, options, expected):
    with pytest.raises(ValueError, match=expected):
        text_dataset_from_directory(folder, **{"verbose": False, **options})


def test_folders_without_texts(tmp_path):
    with pytest.raises(ValueError, match=r"No texts in .*no file ends in \.txt.*one for each"):
        text_dataset_from_directory(tmp_path)
    with pytest.raises(NotADirectoryError, match="no directory .* to read texts from"):
        text_dataset_from_directory(tmp_path / "nowhere")


def test_a_file_that_is_no_text_is_named(folder):
    (folder / "good" / "2.TXT").write_bytes("schön".encode("latin-1"))
    data = text_dataset_from_directory(folder, shuffle=False, verbose=False)
    with pytest.raises(ValueError, match=r"2\.TXT is no text in UTF-8: byte 3 is 0xf6"):
        list(data)


def test_a_network_learns_from_texts(folder):
    data = text_dataset_from_directory(folder, shuffle=False, verbose=False)
    words = layers.TextVectorization(output_mode="multi_hot")
    words.adapt(data.map(lambda x, y: x))
    model = minidl.Sequential([layers.Dense(1, kernel_initializer="zeros")])
    model.compile(minidl.optimizers.Adam(0.1), minidl.losses.BinaryCrossentropy(from_logits=True))
    history = model.fit(data.map(lambda x, y: (words(x), y)), epochs=20, verbose=0).history
    assert history["loss"][-1] < 0.3 < history["loss"][0]
