"""minidl.utils: one-hot, normalize, and what Keras's tutorials import."""

import hashlib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from minidl import Tensor, set_random_seed, utils
from minidl.support import fetching
from minidl.support.disk import DataFileError

# --- to_categorical
# ---


def test_one_hot():
    np.testing.assert_array_equal(utils.to_categorical([0, 2]), [[1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(utils.to_categorical([0, 2], 4), [[1, 0, 0, 0], [0, 0, 1, 0]])
    np.testing.assert_array_equal(utils.to_categorical([[1], [0]], num_classes=2), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(
        utils.to_categorical([[1, 0], [0, 1]]), [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]
    )
    np.testing.assert_array_equal(utils.to_categorical(1, 3), [0, 1, 0])
    assert utils.to_categorical(np.array([], int), 3).shape == (0, 3)
    assert utils.to_categorical([]).shape == utils.to_categorical([], 0).shape == (0, 0)
    assert utils.to_categorical([0], 1).tolist() == [[1]]
    column = utils.to_categorical([[[1], [0], [1]]])
    assert column.tolist() == [[[0, 1], [1, 0], [0, 1]]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.float32, bool])
def test_one_hot_of_any_number_type(dtype):
    hot = utils.to_categorical(np.array([0, 1, 1], dtype))
    assert hot.dtype == np.float64
    np.testing.assert_array_equal(hot, [[1, 0], [0, 1], [0, 1]])
    of_tensor = utils.to_categorical(Tensor(np.array([0, 1, 1], dtype)))
    assert isinstance(of_tensor, Tensor) and of_tensor.dtype == np.float32
    np.testing.assert_array_equal(of_tensor, hot)


@pytest.mark.parametrize(
    ("labels", "classes", "said"),
    [
        ([0, -1], None, r"indices run -1..0; valid are 0..0"),
        ([0, 3], 3, r"indices run 0..3; valid are 0..2"),
        ([[0], [2]], 2, r"indices run 0..2; valid are 0..1"),
        ([0], 0, r"indices run 0..0; valid are 0..-1"),
        ([0], -1, "num_classes must be a whole number of at least 0; received -1"),
        ([2**24 + 1], 2, r"indices run 16777217..16777217"),
        (
            [0, 1 << 32],
            None,
            r"run to 4294967296, so each of the 2 rows .* have 4294967297 columns",
        ),
        ([0.5, 1], None, "whole numbers; received fractions"),
        ([0, float("nan")], None, "whole numbers"),
    ],
)
def test_one_hot_of_what_is_no_class(labels, classes, said):
    with pytest.raises(ValueError, match=said):
        utils.to_categorical(labels, classes)


def test_one_hot_of_text_names_the_cure():
    with pytest.raises(TypeError, match="return_inverse=True"):
        utils.to_categorical(["cat", "dog"])


def test_one_hot_of_a_large_vocabulary_takes_only_its_rows():
    tracemalloc.start()
    try:
        hot = utils.to_categorical([0, 19_999])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert hot.shape == (2, 20_000) and hot.sum() == 2
    assert peak < 4 * hot.nbytes


# --- normalize


def test_normalize():
    x = np.array([[3.0, 4.0]], "f")
    assert type(utils.normalize(x)) is np.ndarray
    y = utils.normalize(Tensor(x))
    assert isinstance(y, Tensor) and np.allclose(y, [[0.6, 0.8]])
    np.testing.assert_allclose(
        utils.normalize([[3.0, 4.0], [0.0, 0.0]]), [[0.6, 0.8], [0, 0]], rtol=1e-6
    )
    np.testing.assert_allclose(
        utils.normalize(np.array([[3.0, 0.0], [4.0, 2.0]]), axis=0), [[0.6, 0], [0.8, 1]]
    )
    np.testing.assert_allclose(utils.normalize(np.array([[1.0, -3.0]]), order=1), [[0.25, -0.75]])
    # whole numbers too
    np.testing.assert_allclose(utils.normalize(np.array([[3, 4]])), [[0.6, 0.8]])
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    np.testing.assert_array_equal(utils.normalize(x), utils.normalize(x, axis=2))
    for axis in (0, 1, 2, -1):
        np.testing.assert_allclose(
            np.linalg.norm(utils.normalize(x, axis), axis=axis), 1, rtol=1e-12
        )


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, 1.0),
        ({"stateful_metrics": ["a"]}, 2.0),
        ({"stateful_metrics": []}, 1.0),
        ({"stateless_metrics": ["a"]}, 1.0),
        ({"stateless_metrics": []}, 2.0),
    ],
)
def test_a_progress_bar_shows_means_but_for_what_it_is_told(options, shown, capsys):
    bar = utils.Progbar(2, **options)
    bar.update(1, [("a", 0.0)])
    bar.update(2, [("a", [1.0, 3.0])])  # a list counts as its mean
    assert f"a: {shown:.4f}" in capsys.readouterr().out
    bar = utils.Progbar(5, **options)
    bar.update(3, [("a", 1.0)])  # of three steps
    bar.update(5, [("a", 3.5)])
    assert f"a: {2.0 if shown == 1 else 3.5:.4f}" in capsys.readouterr().out
    with pytest.raises(ValueError, match="not both"):
        utils.Progbar(2, stateful_metrics=[], stateless_metrics=[])


def test_utils_has_what_keras_tutorials_import():
    utils.clear_session(free_memory=False)
    assert utils.set_random_seed is set_random_seed
    assert set(utils.__all__) >= {"normalize", "set_random_seed", "to_categorical"}
    assert utils.load_img and not hasattr(utils, "np_utils_of_2015")


# --- files


def test_a_file_is_fetched_once(tmp_path, monkeypatch):
    fetched = []

    def download(addresses, path, verify, limit):
        fetched.append((addresses, limit))
        verify(b"words")
        Path(path).write_bytes(b"words")

    monkeypatch.setattr(fetching, "download", download)
    (tmp_path / "kept").mkdir()
    sha = hashlib.sha256(b"words").hexdigest()
    get = lambda **more: utils.get_file(
        origin="https://example.org/w.txt", cache_dir=str(tmp_path), cache_subdir="kept", **more
    )
    path = get(file_hash=sha)
    assert path == str(tmp_path / "kept" / "w.txt")
    assert fetched == [(["https://example.org/w.txt"], 2**31)]
    assert get(file_hash=sha) == get() == get(md5_hash=hashlib.md5(b"words").hexdigest()) == path
    assert get(file_hash=sha, hash_algorithm="sha256") == path and len(fetched) == 1
    get(force_download=True)
    assert len(fetched) == 2
    (tmp_path / "kept" / "w.txt").write_bytes(b"other")
    get(file_hash=sha)  # what lies there is another file
    assert len(fetched) == 3
    with pytest.raises(DataFileError):
        get(file_hash="0" * 64, force_download=True)
    assert get(fname="n.txt").endswith("n.txt") and len(fetched) == 5
    with pytest.raises(ValueError, match="get_file needs the address"):
        utils.get_file("w.txt")
    for unpack in ("untar", "extract"):
        with pytest.raises(DataFileError, match="w.txt_archive is no tar or zip archive"):
            get(**{unpack: True})
