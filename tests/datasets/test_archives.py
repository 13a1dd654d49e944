"""Boston and California housing, IMDB, Reuters: on small files of the same form, put where the real
ones would be found.

The numbers of Keras's own loaders on the same files are compared in
tests/parity/test_keras_datasets.py.
"""

import hashlib
import io
import json
import os
import pickle
import re
import zipfile

import numpy as np
import pytest

from minidl.datasets import boston_housing, california_housing, imdb, reuters
from minidl.support.disk import DataFileError

HOUSES = {"x": np.arange(700 * 3.0).reshape(700, 3), "y": np.arange(700.0)}
generator = np.random.default_rng(0)


def texts(count, low=1, high=60):
    out = np.empty(count, dtype=object)
    for i in range(count):
        out[i] = generator.integers(low, high, size=generator.integers(3, 20)).tolist()
    return out


REVIEWS = {
    "x_train": texts(30),
    "y_train": np.arange(30) % 2,
    "x_test": texts(20),
    "y_test": np.arange(20) % 2,
}
NEWS = {"x": texts(40), "y": np.arange(40) % 46}


@pytest.fixture
def put(tmp_path, monkeypatch):
    """put(module, arrays): a file as published, in MINIDL_HOME, with its own digest; put(module,
    words=...) the words.
    """
    monkeypatch.setenv("MINIDL_HOME", str(tmp_path))

    def put(module, arrays=None, words=None, digest=True):
        file = module.FILE if words is None else module.WORDS
        folder = tmp_path / "datasets" / module.__name__.rpartition(".")[2]
        folder.mkdir(parents=True, exist_ok=True)
        if words is None:
            np.savez(folder / file.name, **arrays)
        else:
            (folder / file.name).write_text(json.dumps(words), encoding="utf-8")
        data = (folder / file.name).read_bytes()
        if digest:
            found = (
                {"sha256": hashlib.sha256(data).hexdigest()}
                if words is None
                else {"md5": hashlib.md5(data).hexdigest()}
            )
            monkeypatch.setattr(
                module, "FILE" if words is None else "WORDS", file._replace(**found)
            )
        return folder / file.name

    return put


def test_the_rows_are_shuffled_together_and_split(put):
    put(boston_housing, HOUSES)
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data()
    assert (
        x_train.shape == (560, 3)
        and x_test.shape == (140, 3)
        and y_train.shape == (560,)
        and y_test.shape == (140,)
    )
    y = np.concatenate([y_train, y_test])
    # each row with its own value
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), HOUSES["x"][y.astype(int)])
    assert sorted(y) == HOUSES["y"].tolist() and y.tolist() != HOUSES["y"].tolist()
    assert len(boston_housing.load_data(test_split=0)[0][0]) == 700
    (other, _), (rest, _) = boston_housing.load_data(test_split=0.5, seed=1)
    assert len(other) == len(rest) == 350 and not np.array_equal(other, x_train[:350])
    assert all(a.flags.owndata and a.flags.writeable for a in (x_train, y_train, x_test, y_test))


def test_the_small_california_is_the_first_600(put):
    put(california_housing, HOUSES)
    (x, y), (x_test, y_test) = california_housing.load_data("small")
    assert sorted(np.concatenate([y, y_test])) == list(range(600))
    assert len(california_housing.load_data()[0][0]) == 560
    with pytest.raises(ValueError, match="'small'.*'medium'"):
        california_housing.load_data("medium")


@pytest.mark.parametrize(
    "load", [boston_housing.load_data, california_housing.load_data, reuters.load_data]
)
@pytest.mark.parametrize("wrong", [1, -0.1, 20])
def test_a_split_that_is_none(load, wrong):
    with pytest.raises(ValueError, match=re.escape(f"Received: {wrong}")):
        load(test_split=wrong)


def test_reviews_are_lists_of_numbers_that_begin_with_one(put):
    put(imdb, REVIEWS)
    (x_train, y_train), (x_test, y_test) = imdb.load_data()
    assert x_train.shape == y_train.shape == (30,) and x_test.shape == y_test.shape == (20,)
    assert x_train.dtype == object and all(
        isinstance(text, list) and text[0] == 1 for text in x_train
    )
    found = {tuple(text) for text in x_train}
    most = max(max(text) for part in ("x_train", "x_test") for text in REVIEWS[part]) + 3
    assert found == {
        (1, *(word + 3 if word + 3 < most else 2 for word in text)) for text in REVIEWS["x_train"]
    }


def test_rare_and_common_words_become_two_or_go(put):
    put(imdb, REVIEWS)
    (x, _), _ = imdb.load_data(num_words=20, skip_top=6)
    assert {word for text in x for word in text} == {2, *range(6, 20)} and x[0][
        0
    ] == 2  # the start too, as in Keras
    (x, _), _ = imdb.load_data(num_words=20, oov_char=None)
    assert all({*text} <= {1, *range(4, 20)} for text in x)
    (x, _), _ = imdb.load_data(num_words=20, skip_top=6, oov_char=None)
    assert {word for text in x for word in text} == {*range(6, 20)}
    (x, _), _ = imdb.load_data(num_words=100, start_char=None, index_from=0)
    assert {tuple(text) for text in x} == {tuple(text) for text in REVIEWS["x_train"]}


def test_only_shorter_texts_and_their_labels(put):
    put(reuters, NEWS)
    label_of = {
        (1, *(word + 3 for word in text)): label
        for text, label in zip(NEWS["x"], NEWS["y"], strict=True)
    }
    (x, y), (x_test, y_test) = reuters.load_data(maxlen=10, num_words=100)
    assert 0 < len(x) + len(x_test) < 40 and len(x) == len(y) == int(0.8 * (len(x) + len(x_test)))
    for text, label in zip([*x, *x_test], [*y, *y_test], strict=True):
        assert len(text) < 10 and label_of[tuple(text)] == label
    with pytest.raises(ValueError, match="No text is shorter than maxlen=2. The shortest has 4"):
        reuters.load_data(maxlen=2)


def test_texts_of_one_length_are_still_lists(put):
    put(reuters, {"x": np.fromiter([[1, 2]] * 10, dtype=object, count=10), "y": np.arange(10)})
    (x, _), _ = reuters.load_data()
    assert x.shape == (8,) and x[0] == [1, 4, 2]


def test_words_and_topics(put):
    put(imdb, words={"film": 1, "schön": 2})
    assert imdb.get_word_index() == {"film": 1, "schön": 2}
    put(imdb, words={"film": 3}, digest=False)
    with pytest.raises(DataFileError, match="expected md5 .*found"):
        imdb.get_word_index()
    names = reuters.get_label_names()
    assert (
        len(names) == len(set(names)) == 46
        and names[0] == "cocoa"
        and names[3] == "earn"
        and names[45] == "lead"
    )


@pytest.mark.parametrize("home", [False, True])
def test_a_path_of_your_own(put, tmp_path, monkeypatch, home):
    path = put(boston_housing, HOUSES)
    copy = tmp_path / "copy.npz"
    os.replace(path, copy)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert len(boston_housing.load_data("~/copy.npz" if home else str(copy))[0][0]) == 560


def test_another_file_is_refused_unopened(put, monkeypatch):
    path = put(imdb, REVIEWS, digest=False)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("opened before it was checked"))
    with pytest.raises(
        DataFileError,
        match=f"{re.escape(str(path))} is damaged, or is not imdb.npz: expected sha256 69664113",
    ):
        imdb.load_data()


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_a_pickle_that_asks_for_more_than_lists_is_refused(put, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    forged = np.empty(1, dtype=object)
    forged[0] = Evil()
    put(imdb, {**REVIEWS, "x_train": forged})
    with pytest.raises(DataFileError, match="refused to unpickle (posix|nt).mkdir"):
        imdb.load_data()
    assert not (tmp_path / "evil").exists()


def test_both_spellings_of_numpy_are_read(put, monkeypatch):
    path = put(reuters, NEWS)
    old, new = b"numpy.core.multiarray", b"numpy._core.multiarray"
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    header = content["x.npy"].index(b"\n") + 1
    for name in (old, new):
        rewritten = content["x.npy"][:header] + pickle.dumps(NEWS["x"], protocol=3).replace(
            new, old
        ).replace(old, name)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("x.npy", rewritten)
            archive.writestr("y.npy", content["y.npy"])
        path.write_bytes(buffer.getvalue())
        monkeypatch.setattr(
            reuters,
            "FILE",
            reuters.FILE._replace(sha256=hashlib.sha256(buffer.getvalue()).hexdigest()),
        )
        assert reuters.load_data()[0][0].shape == (32,)


@pytest.mark.parametrize("module", [boston_housing, california_housing, imdb, reuters])
def test_without_the_file_each_says_where_to_put_it(module, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIDL_HOME", str(tmp_path))
    monkeypatch.setattr(
        "minidl.support.disk._fetch", lambda *_: (_ for _ in ()).throw(OSError("no network"))
    )
    name = module.__name__.rpartition(".")[2]
    with pytest.raises(
        DataFileError,
        match=r"could not download(.|\n)*storage.googleapis.com(.|\n)*place the file at",
    ) as caught:
        module.load_data()
    assert str(tmp_path / "datasets" / name / module.FILE.name) in str(caught.value)
