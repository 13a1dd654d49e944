"""CIFAR-10 and CIFAR-100: small archives of the same form, put where the real ones would be, or
fetched from a server.
"""

import hashlib
import io
import os
import pickle
import re
import tarfile

import numpy as np
import pytest

import minidl
from minidl.datasets import cifar10, cifar100
from minidl.support import disk
from minidl.support.disk import DataFileError

rng = np.random.default_rng(0)
ROWS = {cifar10: (3, 4), cifar100: (7, 2)}


def contents(module, changes=None):
    """{name in the archive: what is pickled there}, with keys of bytes as Python 2 wrote them."""
    made = {}
    for names, rows in zip((module.FILE.training, module.FILE.test), ROWS[module], strict=True):
        for name in names:
            labels = {k.encode(): rng.integers(0, 10, rows).tolist() for k in module.FILE.labels}
            data = rng.integers(0, 256, (rows, 3072), dtype=np.uint8)
            made[name] = {b"batch_label": b"a part", b"data": data, **labels, **(changes or {})}
    return made


def test_the_parts_of_the_archives():
    """Their names and sizes in the archives that the University of Toronto has."""
    ten, hundred = cifar10.FILE, cifar100.FILE
    assert [name.partition("/")[2] for name in ten.training + ten.test] == [
        *("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"),
        "test_batch",
    ]
    assert [name.partition("/")[2] for name in hundred.training + hundred.test] == ["train", "test"]
    assert ten.rows == (10_000, 10_000) and hundred.rows == (50_000, 10_000)


class AsPython2(pickle._Pickler):
    """Writes bytes and texts as Python 2 wrote its texts."""

    dispatch = dict(pickle._Pickler.dispatch)

    def text(self, value):
        value = value.encode() if isinstance(value, str) else value
        self.write(pickle.BINSTRING + len(value).to_bytes(4, "little") + value)
        self.memoize(object())

    dispatch[bytes] = dispatch[str] = text


def pickled(thing) -> bytes:
    """The thing as Python 2 and the NumPy of its time would have pickled it."""
    buffer = io.BytesIO()
    AsPython2(buffer, protocol=2).dump(thing)
    return buffer.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def packed(files) -> bytes:
    """A .tar.gz of these pickles."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, thing in files.items():
            data = pickled(thing)
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def put(tmp_path, monkeypatch):
    """put(module, files): the archive, in MINIDL_HOME, with its own digest; its path."""
    monkeypatch.setenv("MINIDL_HOME", str(tmp_path))

    def put(module, files, digest=True):
        folder = tmp_path / "datasets" / module.__name__.rpartition(".")[2]
        folder.mkdir(parents=True)
        data = packed(files)
        (folder / module.FILE.name).write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest() if digest else module.FILE.sha256
        monkeypatch.setattr(module, "FILE", module.FILE._replace(sha256=sha256, rows=ROWS[module]))
        return folder / module.FILE.name

    return put


def test_ten_classes_in_five_parts(put):
    files = contents(cifar10)
    put(cifar10, files)
    (x, y), (x_test, y_test) = cifar10.load_data()
    assert x.shape == (15, 32, 32, 3) and y.shape == (15, 1) and x.dtype == y.dtype == np.uint8
    assert x_test.shape == (4, 32, 32, 3) and y_test.shape == (4, 1)
    assert x.flags.owndata and x.flags.writeable and x.flags.c_contiguous
    parts = list(files.values())
    # the second image of the fourth part: its red, green and blue planes, one after another
    image = parts[3][b"data"][1].reshape(3, 32, 32)
    for color in range(3):
        np.testing.assert_array_equal(x[10][..., color], image[color])
    assert y[9:12, 0].tolist() == parts[3][b"labels"]
    assert y_test[:, 0].tolist() == parts[5][b"labels"]
    assert len(cifar10.get_label_names()) == 10 and cifar10.get_label_names()[9] == "truck"


def test_a_hundred_classes_in_twenty_groups(put):
    files = contents(cifar100)
    put(cifar100, files)
    train, test = files.values()
    for mode in ("fine", "coarse"):
        (_, y), (x_test, y_test) = cifar100.load_data(label_mode=mode)
        assert y[:, 0].tolist() == train[f"{mode}_labels".encode()]
        assert y_test[:, 0].tolist() == test[f"{mode}_labels".encode()]
    np.testing.assert_array_equal(x_test[1].transpose(2, 0, 1).ravel(), test[b"data"][1])
    with pytest.raises(ValueError, match="'fine' or 'coarse'; received 'rough'"):
        cifar100.load_data("rough")


def test_channels_first(put, monkeypatch):
    files = contents(cifar100)
    put(cifar100, files)
    monkeypatch.setattr(minidl.backend, "image_data_format", lambda: "channels_first")
    (x, _), _ = cifar100.load_data()
    assert x.shape == (7, 3, 32, 32)
    np.testing.assert_array_equal(x[2].ravel(), next(iter(files.values()))[b"data"][2])


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_a_pickle_that_asks_for_more_than_arrays_is_refused(put, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put(cifar10, contents(cifar10, {b"more": Evil()}))
    with pytest.raises(DataFileError, match=r"refused to unpickle (posix|nt)\.mkdir"):
        cifar10.load_data()
    assert not (tmp_path / "evil").exists()


def test_another_file_is_refused_unopened(put, monkeypatch):
    path = put(cifar10, contents(cifar10), digest=False)
    monkeypatch.setattr(tarfile, "open", lambda **_: pytest.fail("opened before it was checked"))
    with pytest.raises(
        DataFileError, match=f"{re.escape(str(path))} is damaged.*expected sha256 6d958be0"
    ):
        cifar10.load_data()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {b"data": np.zeros((2, 3072), np.uint8)},
            "images of 3072 bytes in .*found uint8 of shape",
        ),
        ({b"data": np.zeros((3, 3072))}, "found float64"),
        ({b"labels": [1, 2]}, r"expected 3 labels in .*data_batch_1, found \(2,\)"),
    ],
)
def test_an_archive_of_something_else(changes, expected):
    data = packed(contents(cifar10, changes))
    file = cifar10.FILE._replace(sha256=hashlib.sha256(data).hexdigest(), rows=ROWS[cifar10])
    with pytest.raises(DataFileError, match=expected):
        file.read(data)


def test_a_part_is_missing():
    files = contents(cifar100)
    files.pop("cifar-100-python/test")
    data = packed(files)
    file = cifar100.FILE._replace(sha256=hashlib.sha256(data).hexdigest(), rows=ROWS[cifar100])
    with pytest.raises(DataFileError, match="expected the file cifar-100-python/test"):
        file.read(data)


@pytest.mark.parametrize("module", [cifar10, cifar100])
def test_the_file_is_fetched_once_and_kept(module, monkeypatch, tmp_path):
    data, asked = packed(contents(module)), []

    def fetch(url, name, max_bytes, timeout):
        asked.append(url)
        assert max_bytes == module.FILE.max_bytes > 170_498_071
        return data

    monkeypatch.setenv("MINIDL_HOME", str(tmp_path))
    monkeypatch.setattr(disk, "_fetch", fetch)
    with pytest.raises(DataFileError, match=f"expected sha256 {module.FILE.sha256}"):
        module.load_data()
    sha256 = hashlib.sha256(data).hexdigest()
    monkeypatch.setattr(module, "FILE", module.FILE._replace(sha256=sha256, rows=ROWS[module]))
    first, again = module.load_data(), module.load_data()
    np.testing.assert_array_equal(first[0][0], again[0][0])
    assert asked == [f"https://www.cs.toronto.edu/~kriz/{module.FILE.name}"] * 2
