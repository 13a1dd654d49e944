"""What the datasets share: where a file is looked for; and, for images, how an IDX file is read and
checked.

IDX is the plain format in which MNIST was published: a magic number that tells the type and the
number of dimensions, then the size of each dimension (4 bytes each, most significant first), then
the values. A `.gz` file is that, compressed with gzip. The format is described with the data:
LeCun, Cortes, Burges, "The MNIST database".
"""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..support.disk import DataFileError, cache_dir, check_digest, download

CLASSES = 10  # the labels of both datasets are 0 to 9
# bytes unpacked at a time: measured, faster than all at once, and no second copy in memory
CHUNK = 1 << 20

Arrays = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class PublishedFile(Protocol):
    """A data file: its name, its maximal length in bytes, and a method that checks and reads its
    bytes.
    """

    @property
    def name(self) -> str: ...

    @property
    def max_bytes(self) -> int: ...

    def read(self, data: bytes) -> Any:
        """Return the contents of the bytes. DataFileError if they are not those of this file."""
        ...


class IdxFile(NamedTuple):
    """A published IDX file: its name, the shape of its values (all uint8), and its digests."""

    name: str
    shape: tuple[int, ...]
    sha256: str = ""  # of the contents, decompressed
    md5: str = ""  # of the .gz file itself

    @property
    def header(self) -> bytes:
        """The first bytes of the contents: 0, 0, 8 (for unsigned bytes), the number of dimensions;
        then the sizes.
        """
        return np.array([0x0800 + len(self.shape), *self.shape], dtype=">u4").tobytes()

    @property
    def max_bytes(self) -> int:
        """No .gz is longer: gzip stores what it cannot shrink, and adds a few bytes in a
        thousand.
        """
        size = len(self.header) + int(np.prod(self.shape))
        return size + size // 100 + 1000

    def read(self, data: bytes) -> np.ndarray:
        """See read_idx."""
        return read_idx(data, self)


def load(dataset: str, files: Sequence[IdxFile], mirrors: Sequence[str]) -> Arrays:
    """Find and read the four files of a dataset.

    dataset: the name of its folder, for example "mnist".
    files: training images, training labels, test images, test labels.
    mirrors: the addresses, each ending in "/", that offer these files.

    Returns ((x_train, y_train), (x_test, y_test)), all uint8 and yours to change.
    """
    x_train, y_train, x_test, y_test = (find(dataset, file, mirrors) for file in files)
    return (x_train, y_train), (x_test, y_test)


def find(dataset: str, file: PublishedFile, mirrors: Sequence[str]) -> Any:
    """Look for a file in MINIDL_HOME, next to minidl's code, in the cache and on the network. Read
    the first one found.

    If the file in the cache is damaged, it is downloaded again. A damaged file anywhere else is an
    error.

    Raises:
        DataFileError: the file found is not the one published, or there is none and no mirror
        delivers it.
    """
    for folder in _given_folders(dataset):
        path = os.path.join(folder, file.name)
        if os.path.isfile(path):
            return read_file(path, file)

    path = os.path.join(cache_dir(), "datasets", dataset, file.name)
    urls = [mirror + file.name for mirror in mirrors]

    def fetch() -> Any:
        download(urls, path, verify=file.read, max_bytes=file.max_bytes)
        return read_file(path, file)

    if not os.path.isfile(path):
        return fetch()
    try:
        return read_file(path, file)
    except DataFileError:
        # in here, so that should it fail too, the traceback also tells of the damaged file
        return fetch()


def _given_folders(dataset: str) -> list[str]:
    """List the folders where the user, the installed package or the checkout may have put a
    dataset.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(here, "files", dataset)
    checkout = os.path.join(os.path.dirname(os.path.dirname(here)), "datasets", dataset)
    if os.environ.get("MINIDL_HOME"):
        return [os.path.join(cache_dir(), "datasets", dataset), installed, checkout]
    return [installed, checkout]


def read_file(path: str | os.PathLike[str], file: PublishedFile) -> Any:
    """Read the file at `path`, which should be `file`: what it holds, checked.

    Raises:
        DataFileError: it is not that file. FileNotFoundError: it is not there.
    """
    with open(path, "rb") as opened:
        data = opened.read(file.max_bytes + 1)
    try:
        return file.read(data)
    except DataFileError as error:
        raise DataFileError(
            f"{os.fspath(path)} is damaged, or is not {file.name}: {error}. "
            "Delete it, or put a good copy in its place, and load the data again"
        ) from None


def read_idx(data: bytes, file: IdxFile) -> np.ndarray:
    """Unpack and check the bytes of a .gz file. Returns a new uint8 array of shape `file.shape`.

    Never more than `file.shape` needs is unpacked, so a small file cannot fill the memory.

    Raises:
        DataFileError: says what was expected and what was found.
    """
    import gzip
    import zlib

    try:
        array = _unpacked(data, file)
    except EOFError:
        raise DataFileError(
            f"expected a whole gzip file, found one cut off after {len(data):,} bytes"
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataFileError(
            f"expected a sound gzip file, found {data[:12]!r} and so on: {error}"
        ) from None
    if file.sha256:
        check_digest("sha256", file.sha256, file.header, array.reshape(-1))
    if array.ndim == 1 and array.max() >= CLASSES:
        raise DataFileError(f"expected labels from 0 to {CLASSES - 1}, found {array.max()}")
    return array


def _unpacked(data: bytes, file: IdxFile) -> np.ndarray:
    """Return the numbers after the expected header, exactly as many as the shape needs."""
    import gzip
    import io

    with gzip.GzipFile(fileobj=io.BytesIO(data)) as unzipped:
        header = unzipped.read(len(file.header))
        if header != file.header:
            raise DataFileError(f"expected {_describe(file.header)}, found {_describe(header)}")
        if len(data) > file.max_bytes:
            raise DataFileError(f"expected {file.max_bytes:,} bytes at most, found more")
        if file.md5:
            check_digest("md5", file.md5, data)
        array = np.empty(file.shape, dtype=np.uint8)
        values, count = array.data.cast("B"), 0
        while got := unzipped.readinto(values[count : count + CHUNK]):
            count += got
        if count != array.size:
            raise DataFileError(f"expected {array.size:,} values, found only {count:,}")
        if unzipped.read(1):  # at the end of the file, this also checks gzip's own checksum
            raise DataFileError(f"expected {array.size:,} values, found more")
    return array


def _describe(header: bytes) -> str:
    """An IDX header in words."""
    if len(header) < 8 or header[:3] != b"\x00\x00\x08":
        return f"{header!r}, which begins no IDX file of unsigned bytes"
    magic, *sizes = np.frombuffer(header[: len(header) // 4 * 4], dtype=">u4").tolist()
    return f"an IDX file with the magic number 0x{magic:08x} and the sizes {sizes[: magic & 0xFF]}"
