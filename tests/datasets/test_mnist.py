"""The real MNIST, and pictures of digits."""

import hashlib
import re

import numpy as np
import pytest
from places import ROOT

from minidl.datasets import mnist
from minidl.support.disk import DataFileError

pytestmark = pytest.mark.usefixtures("alone")

# --- the real MNIST
# ---


@pytest.fixture(scope="module")
def arrays():
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    return x_train, y_train, x_test, y_test


def test_mnist_is_the_four_arrays_of_keras(arrays):
    assert [array.shape for array in arrays] == [
        (60000, 28, 28),
        (60000,),
        (10000, 28, 28),
        (10000,),
    ]
    for array in arrays:
        assert array.dtype == np.uint8
        assert array.flags.owndata and array.flags.writeable and array.flags.c_contiguous


def test_mnist_holds_the_known_digits(arrays):
    x_train, y_train, x_test, y_test = arrays
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(y_train).tolist() == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert round(x_train.mean() / 255, 4) == 0.1307 and round(x_test.mean() / 255, 4) == 0.1325


def test_the_readme_tells_the_truth_about_the_files():
    readme = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    for file in mnist.FILES:
        (row,) = [line for line in readme.splitlines() if line.startswith(f"| `{file.name}`")]
        size = (ROOT / "datasets" / "mnist" / file.name).stat().st_size
        unpacked = len(file.header) + np.prod(file.shape)
        assert re.findall(r"[\w,]+", row)[-3:] == [f"{size:,}", f"{unpacked:,}", file.sha256]


def test_the_path_of_keras_is_accepted_and_changes_nothing(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mnist, "load", lambda *arguments: arguments)
    expected = ("mnist", mnist.FILES, mnist.MIRRORS)
    assert (
        mnist.load_data()
        == mnist.load_data("mnist.npz")
        == mnist.load_data(path="mnist.npz")
        == expected
    )


def test_the_file_of_keras_is_read(monkeypatch, tmp_path):
    path = tmp_path / "mnist.npz"
    values = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    np.savez_compressed(
        path, x_train=values, y_train=values + 1, x_test=values + 2, y_test=values + 3
    )
    monkeypatch.setattr(
        mnist,
        "KERAS_NPZ",
        mnist.KERAS_NPZ._replace(sha256=hashlib.sha256(path.read_bytes()).hexdigest()),
    )
    train, test = mnist.load_data(path)
    for added, array in enumerate((*train, *test)):
        np.testing.assert_array_equal(array, values + added)
        assert array.flags.writeable and array.flags.c_contiguous


def test_another_npz_in_its_place_is_refused_unopened(monkeypatch, tmp_path):
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=np.zeros(3))
    monkeypatch.setattr(
        np, "load", lambda *arguments, **options: pytest.fail("opened before it was checked")
    )
    with pytest.raises(
        DataFileError, match=r"is not mnist\.npz: expected sha256 731c5ac6"
    ) as caught:
        mnist.load_data(path)
    assert str(path) in str(caught.value) and "put a good copy in its place" in str(caught.value)


# --- a digit of one's own
# ---


@pytest.mark.parametrize("dark_on_white", [True, False])
def test_a_picture_of_a_digit_comes_out_like_one_of_mnist(tmp_path, dark_on_white):
    import matplotlib.image

    _, (images, _) = mnist.load_data()
    paper = np.zeros((300, 260), np.uint8)
    # eight times as large, off the centre
    paper[40:264, 20:244] = np.kron(images[0], np.ones((8, 8), np.uint8))
    matplotlib.image.imsave(
        tmp_path / "digit.png",
        255 - paper if dark_on_white else paper,
        cmap="gray",
        vmin=0,
        vmax=255,
    )
    read = mnist.read_picture(tmp_path / "digit.png")
    assert read.shape == (28, 28) and read.min() >= 0 and read.max() <= 1
    assert np.corrcoef(read.ravel(), images[0].ravel())[0, 1] > 0.9


def test_an_empty_paper(tmp_path):
    import matplotlib.image

    matplotlib.image.imsave(
        tmp_path / "empty.png", np.full((50, 50), 255, np.uint8), cmap="gray", vmin=0, vmax=255
    )
    with pytest.raises(ValueError, match="seems to be empty: draw one digit"):
        mnist.read_picture(tmp_path / "empty.png")


@pytest.mark.parametrize(("name", "ink"), [("bar.png", 0.35), ("bar.png", 1.0), ("bar.jpg", 1.0)])
def test_a_picture_is_cut_out_shrunk_to_20_pixels_and_centred(tmp_path, name, ink):
    """A bar of 60 by 30 pixels; what is fainter than 0.3 is no ink."""
    import matplotlib.image

    paper = np.zeros((100, 90))
    paper[2:97, 2:88] = 0.25
    paper[20:80, 30:60] = ink
    quality = {"pil_kwargs": {"quality": 100}} if "jpg" in name else {}
    matplotlib.image.imsave(tmp_path / name, paper, cmap="gray", vmin=0, vmax=1, **quality)
    expected = np.zeros((28, 28))
    expected[4:24, 9:19] = 1
    np.testing.assert_allclose(mnist.read_picture(tmp_path / name), expected, atol=0.01)


def test_the_mass_is_in_the_middle(tmp_path):
    """Two thirds of an L are its foot: its mass is below and right of the middle of its frame."""
    import matplotlib.image

    paper = np.zeros((40, 40, 3))
    paper[10:30, 10:14] = paper[22:30, 10:30] = 1
    matplotlib.image.imsave(tmp_path / "l.png", paper)
    read = mnist.read_picture(tmp_path / "l.png")
    assert read.max() == 1 and read.sum() == 20 * 4 + 8 * 16
    for places in np.indices(read.shape):
        assert abs(np.average(places, weights=read) - 14) <= 0.5
    rows, columns = (np.flatnonzero(read.max(axis=axis)) for axis in (1, 0))
    assert len(rows) == len(columns) == 20 and rows[0] < 4 < columns[0]


@pytest.mark.parametrize("wide", [False, True])
def test_a_picture_smaller_than_20_pixels(tmp_path, wide):
    """Each of 4 by 2 pixels becomes 5 by 5."""
    import matplotlib.image

    paper, expected = np.pad(np.ones((4, 2)), 9), np.zeros((28, 28))
    expected[4:24, 9:19] = 1
    paper, expected = (paper.T, expected.T) if wide else (paper, expected)
    matplotlib.image.imsave(tmp_path / "i.png", paper, cmap="gray")
    np.testing.assert_array_equal(mnist.read_picture(tmp_path / "i.png"), expected)
