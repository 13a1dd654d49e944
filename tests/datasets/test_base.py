"""minidl.datasets: the real MNIST, damaged files of every kind, the order of the search, and the
toy problems.

The network's part is in test_files.py; here, asking for it fails the test.
"""

import gzip
import hashlib
import re
import tracemalloc
import types
from pathlib import Path

import numpy as np
import pytest

from minidl.datasets import base, fashion_mnist, mnist
from minidl.support.disk import DataFileError

pytestmark = pytest.mark.usefixtures("alone")


def test_fashion_mnist_asks_for_its_four_files(monkeypatch):
    monkeypatch.setattr(
        base, "find", lambda dataset, file, mirrors: (dataset, file.name, file.shape)
    )
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    assert x_train == ("fashion_mnist", "train-images-idx3-ubyte.gz", (60000, 28, 28))
    assert y_train == ("fashion_mnist", "train-labels-idx1-ubyte.gz", (60000,))
    assert x_test == ("fashion_mnist", "t10k-images-idx3-ubyte.gz", (10000, 28, 28))
    assert y_test == ("fashion_mnist", "t10k-labels-idx1-ubyte.gz", (10000,))


@pytest.mark.parametrize("dataset", [mnist, fashion_mnist])
def test_every_file_has_a_digest_and_two_https_mirrors(dataset):
    assert len(dataset.MIRRORS) == 2 and all(
        re.fullmatch(r"https://.*/", mirror) for mirror in dataset.MIRRORS
    )
    for file in dataset.FILES:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256) or re.fullmatch("[0-9a-f]{32}", file.md5)


# --- reading, on small files of the same form
# ------------------------------------------------------------------------

IMAGES = np.random.default_rng(0).integers(0, 256, (200, 28, 28), dtype=np.uint8)
LABELS = np.arange(200, dtype=np.uint8) % 10


def header(*sizes, kind=8):
    return bytes([0, 0, kind, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


def idx(array):
    return header(*array.shape) + array.tobytes()


def good_file(array, name="data.gz"):
    """What find() is told about a file that holds `array`."""
    return base.IdxFile(name, array.shape, sha256=hashlib.sha256(idx(array)).hexdigest())


def flip(data, position):
    return data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :]


@pytest.mark.parametrize("array", [IMAGES, LABELS], ids=["images", "labels"])
@pytest.mark.parametrize("level", [0, 1, 9])
def test_reads_the_same_contents_from_any_encoding(tmp_path, array, level):
    path = tmp_path / "data.gz"
    path.write_bytes(gzip.compress(idx(array), level, mtime=level))
    found = base.read_file(str(path), good_file(array))
    np.testing.assert_array_equal(found, array)
    assert found.dtype == np.uint8
    assert found.flags.owndata and found.flags.writeable and found.flags.c_contiguous


PACKED = gzip.compress(idx(IMAGES))
# 200, 28 and 28 with their bytes in little-endian order
BACKWARDS = header(3355443200, 469762048, 469762048)
PAGE = b"<!DOCTYPE html><html><title>404</title></html>"

DAMAGED_IMAGES = {
    "empty": (b"", "found b''"),
    "cut in the header": (
        gzip.compress(idx(IMAGES)[:10]),
        r"found .*0x00000803 and the sizes \[200\]",
    ),
    "cut early": (PACKED[:5], "cut off after 5 bytes"),
    "cut in half": (PACKED[: len(PACKED) // 2], f"cut off after {len(PACKED) // 2:,} bytes"),
    "cut by one byte": (PACKED[:-1], f"cut off after {len(PACKED) - 1:,} bytes"),
    "cut before packing": (
        gzip.compress(idx(IMAGES)[:-1]),
        "expected 156,800 values, found only 156,799",
    ),
    "one value more": (gzip.compress(idx(IMAGES) + b"\0"), "expected 156,800 values, found more"),
    "a byte flipped": (flip(PACKED, len(PACKED) // 2), "sound gzip file|expected sha256|cut off"),
    "a byte of the checksum flipped": (flip(PACKED, -6 + len(PACKED)), "CRC check failed"),
    "something after the end": (PACKED + b"more", "sound gzip file"),
    "a web page": (PAGE, "found b'<!DOCTYPE ht' and so on"),
    "a packed web page": (gzip.compress(PAGE), "<!DOCTYPE html><"),
    "not packed": (idx(IMAGES)[:1000], "sound gzip file"),
    "much too long": (PACKED + bytes(10_000), "bytes at most, found more"),
    "other pixels": (
        gzip.compress(idx(255 - IMAGES)),
        "expected sha256 [0-9a-f]{64}, found [0-9a-f]{64}",
    ),
    "all zeros": (gzip.compress(idx(IMAGES * 0)), "expected sha256"),
    "labels in their place": (
        gzip.compress(idx(LABELS)),
        r"0x00000803 .*\[200, 28, 28\], found .*0x00000801 .*\[200\]",
    ),
    "fewer images": (gzip.compress(idx(IMAGES[:-1])), r"\[200, 28, 28\], found .*\[199, 28, 28\]"),
    "fewer, but it says all": (
        gzip.compress(header(200, 28, 28) + bytes(7840)),
        "156,800 values, found only 7,840",
    ),
    "another width": (
        gzip.compress(header(200, 28, 27) + bytes(200 * 28 * 27)),
        r"found .*\[200, 28, 27\]",
    ),
    "sizes the wrong way round": (
        gzip.compress(BACKWARDS + IMAGES.tobytes()),
        r"found .*\[3355443200, 469762048, ",
    ),
    "another type": (
        gzip.compress(header(200, 28, 28, kind=9) + bytes(156_800)),
        "no IDX file of unsigned bytes",
    ),
}


@pytest.mark.parametrize(("data", "reason"), DAMAGED_IMAGES.values(), ids=DAMAGED_IMAGES)
def test_a_damaged_file_is_refused_by_name_with_reason_and_cure(tmp_path, data, reason):
    path = tmp_path / "train.gz"
    path.write_bytes(data)
    with pytest.raises(DataFileError, match=reason) as caught:
        base.read_file(str(path), good_file(IMAGES, "images.gz"))
    message = str(caught.value)
    assert message.startswith(f"{path} is damaged, or is not images.gz: expected ")
    assert message.endswith("Delete it, or put a good copy in its place, and load the data again")
    assert len(message) < 600


def test_images_in_the_labels_place_are_refused():
    with pytest.raises(DataFileError, match=r"0x00000801 .*found .*0x00000803"):
        base.read_idx(PACKED, good_file(LABELS))


def test_labels_beyond_nine_are_refused():
    labels = LABELS.copy()
    labels[17] = 10
    with pytest.raises(DataFileError, match="expected labels from 0 to 9, found 10"):
        base.read_idx(gzip.compress(idx(labels)), good_file(labels))


def test_where_the_published_digest_is_of_the_packed_file_that_is_compared():
    packed = gzip.compress(idx(LABELS), mtime=1)
    file = base.IdxFile("labels.gz", LABELS.shape, md5=hashlib.md5(packed).hexdigest())
    np.testing.assert_array_equal(base.read_idx(packed, file), LABELS)
    with pytest.raises(DataFileError, match=f"expected md5 {file.md5}"):
        base.read_idx(gzip.compress(idx(LABELS), mtime=2), file)


def test_any_flipped_bit_and_any_cut_is_noticed_or_harmless():
    """Harmless: what comes out is the same, as after a change to the date that a gzip file
    carries.
    """
    packed, file = gzip.compress(idx(LABELS), mtime=0), good_file(LABELS)
    for position in range(len(packed)):
        with pytest.raises(DataFileError):
            base.read_idx(packed[:position], file)
        for bit in range(8):
            changed = bytearray(packed)
            changed[position] ^= 1 << bit
            try:
                found = base.read_idx(bytes(changed), file)
            except DataFileError:
                continue
            np.testing.assert_array_equal(found, LABELS)


@pytest.mark.parametrize(
    ("held", "read"), [(b"abc", b"abc"), (b"abcd", b"abcd"), (b"abcde", b"abcd")]
)
def test_of_a_file_that_is_too_long_one_byte_more_is_read(tmp_path, held, read):
    (tmp_path / "file").write_bytes(held)
    file = types.SimpleNamespace(name="file", max_bytes=3, read=lambda data: data)
    assert base.read_file(tmp_path / "file", file) == read


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(header(200, 28, 28) + bytes(100_000_000), 9)
    assert len(bomb) < good_file(IMAGES).max_bytes
    tracemalloc.start()
    try:
        with pytest.raises(DataFileError, match="found more"):
            base.read_idx(bomb, good_file(IMAGES))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


# --- the search


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The folders of the search for a data set "tiny", as if minidl were installed in
    tmp_path/site.
    """
    monkeypatch.setattr(
        base, "__file__", str(tmp_path / "site" / "minidl" / "datasets" / "base.py")
    )
    return {
        "MINIDL_HOME": tmp_path / "elsewhere" / "datasets" / "tiny",
        "package": tmp_path / "site" / "minidl" / "datasets" / "files" / "tiny",
        "checkout": tmp_path / "site" / "datasets" / "tiny",
        "cache": tmp_path / "home" / ".minidl" / "datasets" / "tiny",
    }


def put(folder, data):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "data.gz"
    path.write_bytes(data)
    return path


def find_labels():
    return base.find("tiny", good_file(LABELS), ["https://127.0.0.1/"])


@pytest.mark.parametrize(
    "order", [["MINIDL_HOME", "package", "checkout"], ["package", "checkout", "cache"]]
)
def test_the_first_place_that_has_the_file_wins(places, tmp_path, monkeypatch, order):
    if "MINIDL_HOME" in order:
        monkeypatch.setenv("MINIDL_HOME", str(tmp_path / "elsewhere"))
    read, read_file = [], base.read_file
    monkeypatch.setattr(
        base, "read_file", lambda path, file: read.append(path) or read_file(path, file)
    )
    paths = {place: put(folder, gzip.compress(idx(LABELS))) for place, folder in places.items()}
    for place in order:
        np.testing.assert_array_equal(find_labels(), LABELS)
        assert read.pop() == str(paths[place]) and not read
        paths[place].unlink()


@pytest.mark.parametrize("place", ["MINIDL_HOME", "package", "checkout"])
def test_a_damaged_file_that_is_not_ours_is_an_error_and_is_left_alone(
    places, tmp_path, monkeypatch, place
):
    if place == "MINIDL_HOME":
        monkeypatch.setenv("MINIDL_HOME", str(tmp_path / "elsewhere"))
    put(places["cache"], gzip.compress(idx(LABELS)))
    path = put(places[place], b"damaged")
    with pytest.raises(DataFileError, match="is damaged") as caught:
        find_labels()
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"damaged"


@pytest.mark.parametrize("found", [None, b"damaged"])
def test_the_network_is_asked_last_for_each_mirror_and_fills_the_cache(places, monkeypatch, found):
    if found:
        put(places["cache"], found)
    asked = []

    def download(urls, path, verify, max_bytes):
        asked.append(urls)
        data = gzip.compress(idx(LABELS))
        assert len(data) <= max_bytes
        verify(data)
        with pytest.raises(DataFileError):
            verify(b"damaged")
        put(Path(path).parent, data)

    monkeypatch.setattr(base, "download", download)
    for _ in range(2):
        np.testing.assert_array_equal(
            base.find("tiny", good_file(LABELS), ["https://a/", "https://b/c/"]), LABELS
        )
    assert asked == [["https://a/data.gz", "https://b/c/data.gz"]]
