"""The loaders of tables and texts against Keras's own, on the same small files."""

import hashlib
import importlib

import numpy as np
import pytest

import minidl

keras = pytest.importorskip("keras")
generator = np.random.default_rng(1)


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


def test_the_digests_and_names_are_the_published_ones():
    import inspect

    for name in ARRAYS:
        theirs, ours = (
            inspect.getsource(importlib.import_module(f"keras.src.datasets.{name}")),
            getattr(minidl.datasets, name),
        )
        assert ours.FILE.sha256 in theirs and ours.FILE.name in theirs
        if hasattr(ours, "WORDS"):
            assert ours.WORDS.md5 in theirs and ours.WORDS.name in theirs
    assert minidl.datasets.reuters.get_label_names() == keras.datasets.reuters.get_label_names()
