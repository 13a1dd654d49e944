"""The loaders of tables and texts against Keras's own, on the same small files."""

import hashlib
import importlib
import inspect
import io
import pickle
import tarfile

import numpy as np
import pytest

import minidl

keras = pytest.importorskip("keras")
generator = np.random.default_rng(1)
MODES = ("fine", "coarse")


def texts(count):
    out = np.empty(count, dtype=object)
    for i in range(count):
        out[i] = generator.integers(1, 60, size=generator.integers(3, 20)).tolist()
    return out


ARRAYS = {
    "boston_housing": {"x": generator.normal(size=(50, 13)), "y": generator.normal(size=50)},
    "california_housing": {"x": generator.normal(size=(700, 8)), "y": generator.normal(size=700)},
    "imdb": {
        "x_train": texts(30),
        "y_train": np.arange(30) % 2,
        "x_test": texts(20),
        "y_test": np.arange(20) % 2,
    },
    "reuters": {"x": texts(40), "y": np.arange(40)},
}
OPTIONS = [
    ("boston_housing", {}),
    ("boston_housing", {"test_split": 0.33, "seed": 5}),
    ("california_housing", {}),
    ("california_housing", {"version": "small", "test_split": 0.1}),
]
for dataset in ("imdb", "reuters"):
    OPTIONS += [
        (dataset, {}),
        (dataset, {"num_words": 30}),
        (dataset, {"num_words": 30, "skip_top": 7, "seed": 3}),
        (dataset, {"maxlen": 12}),
        (dataset, {"num_words": 25, "oov_char": None}),
        (dataset, {"start_char": None}),
        (dataset, {"start_char": None, "index_from": 0, "maxlen": 15}),
    ]
OPTIONS.append(("reuters", {"test_split": 0.4}))


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=lambda v: str(v))
def test_the_loader(name, options, tmp_path, monkeypatch):
    path = tmp_path / f"{name}.npz"
    np.savez(path, **ARRAYS[name])
    ours, theirs = (
        getattr(minidl.datasets, name),
        importlib.import_module(f"keras.src.datasets.{name}"),
    )
    monkeypatch.setattr(
        ours, "FILE", ours.FILE._replace(sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    )
    monkeypatch.setattr(theirs, "get_file", lambda *_, **__: str(path))
    for mine, other in zip(
        ours.load_data(path=str(path), **options), theirs.load_data(**options), strict=True
    ):
        for a, b in zip(mine, other, strict=True):
            assert len(a) == len(b) > 0 and [
                np.array_equal(p, q) for p, q in zip(a, b, strict=True)
            ] == [True] * len(a)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("label_mode", ["fine", "coarse"])
def test_photographs(label_mode, data_format, tmp_path, monkeypatch):
    """Of CIFAR-100; Keras's loader of CIFAR-10 reads the same way, 50 000 images or none."""
    ours, folder = minidl.datasets.cifar100, tmp_path / "cifar-100-python"
    folder.mkdir()
    for name, rows in (("train", 6), ("test", 4)):
        labels = {f"{m}_labels": generator.integers(0, 99, rows).tolist() for m in MODES}
        data = {"data": generator.integers(0, 256, (rows, 3072), dtype="uint8"), **labels}
        content = {key.encode(): value for key, value in data.items()}
        (folder / name).write_bytes(pickle.dumps(content, protocol=3))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, "cifar-100-python")
    place = tmp_path / "datasets" / "cifar100" / ours.FILE.name
    place.parent.mkdir(parents=True)
    place.write_bytes(packed.getvalue())
    sha256 = hashlib.sha256(packed.getvalue()).hexdigest()
    monkeypatch.setenv("MINIDL_HOME", str(tmp_path))
    monkeypatch.setattr(ours, "FILE", ours.FILE._replace(sha256=sha256, rows=(6, 4)))
    theirs = importlib.import_module("keras.src.datasets.cifar100")
    monkeypatch.setattr(theirs, "get_file", lambda *_, **__: str(tmp_path))
    for library in (minidl, keras):
        monkeypatch.setattr(library.backend, "image_data_format", lambda: data_format)
    monkeypatch.setattr(theirs.backend, "image_data_format", lambda: data_format)
    for mine, other in zip(ours.load_data(label_mode), theirs.load_data(label_mode), strict=True):
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_digests_of_photographs_are_the_published_ones():
    for name in ("cifar10", "cifar100"):
        theirs = inspect.getsource(importlib.import_module(f"keras.src.datasets.{name}"))
        file = getattr(minidl.datasets, name).FILE
        assert file.sha256 in theirs and file.name in theirs


def test_the_digests_and_names_are_the_published_ones():
    for name in ARRAYS:
        theirs, ours = (
            inspect.getsource(importlib.import_module(f"keras.src.datasets.{name}")),
            getattr(minidl.datasets, name),
        )
        assert ours.FILE.sha256 in theirs and ours.FILE.name in theirs
        if hasattr(ours, "WORDS"):
            assert ours.WORDS.md5 in theirs and ours.WORDS.name in theirs
    assert minidl.datasets.reuters.get_label_names() == keras.datasets.reuters.get_label_names()
