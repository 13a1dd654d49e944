"""Reads Keras's `.npz` and `.json` data files and checks them; shuffles rows, and numbers words.

Two of those files hold lists of word numbers, which NumPy can store only as pickles. A pickle may
run any code. Two checks prevent this: the file's digest is compared with the published one before
the file is opened, and the unpickler knows only three names, which build arrays.
"""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..support.disk import DataFileError, check_digest
from .base import find, read_file

MIRRORS = ("https://storage.googleapis.com/tensorflow/tf-keras-datasets/",)
Rows = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class NpzFile(NamedTuple):
    """A published `.npz` file. `read` returns {name: array}; lists of numbers are an array of
    objects.
    """

    name: str
    max_bytes: int
    sha256: str

    def read(self, data: bytes) -> dict[str, np.ndarray]:
        """Return the arrays in the bytes of the file. DataFileError if the digest does not
        match.
        """
        import io
        import zipfile

        check_digest("sha256", self.sha256, data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                name.removesuffix(".npy"): _read_array(io.BytesIO(archive.read(name)))
                for name in archive.namelist()
            }


class JsonFile(NamedTuple):
    """A published `.json` file. `read` returns its contents."""

    name: str
    max_bytes: int
    md5: str

    def read(self, data: bytes) -> Any:
        """Return the contents of the bytes of the file. DataFileError if the digest does
        not match.
        """
        import json  # slow to load

        check_digest("md5", self.md5, data)
        return json.loads(data)


def load(dataset: str, file: NpzFile | JsonFile, path: str | os.PathLike[str] | None = None) -> Any:
    """Return the contents of `file`: from `path` if that file exists (`~` is your home folder),
    else from where `find` finds it.
    """
    if path is not None and os.path.isfile(os.path.expanduser(path)):
        return read_file(os.path.expanduser(path), file)
    return find(dataset, file, MIRRORS)


def split_rows(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> Rows:
    """Shuffle rows as Keras does, and use the last fraction `test_split` of them for testing:
    (x_train, y_train), (x_test, y_test).
    """
    order = shuffled(len(x), np.random.RandomState(seed))
    x, y = x[order], y[order]
    first = int(len(x) * (1 - test_split))
    return (x[:first].copy(), y[:first].copy()), (x[first:].copy(), y[first:].copy())


def check_test_split(test_split: float) -> None:
    """Raise ValueError unless 0 <= test_split < 1."""
    if not 0 <= test_split < 1:
        raise ValueError(
            f"test_split is the part of the rows kept for testing, from 0 to below 1. Received: "
            f"{test_split!r}. "
            "For a fifth, write test_split=0.2."
        )


def shuffled(count: int, generator: "np.random.RandomState") -> np.ndarray:
    """Return 0 ... count - 1 in Keras's order. RandomState is NumPy's old generator, whose numbers
    never change.
    """
    order = np.arange(count)
    generator.shuffle(order)
    return order


def start(
    texts: Sequence[Sequence[int]], start_char: int | None, index_from: int | None
) -> list[list[int]]:
    """Add `index_from` to the number of every word, which leaves numbers for special words, and put
    `start_char`, if any, first.
    """
    first = [] if start_char is None else [start_char]
    return [first + [word + (index_from or 0) for word in text] for text in texts]


def shorter(
    texts: list[list[int]], labels: np.ndarray, maxlen: int | None
) -> tuple[list[list[int]], np.ndarray]:
    """Return only the texts of fewer than `maxlen` numbers (as in Keras, not those of exactly
    `maxlen`), and their labels.
    """
    if not maxlen:
        return texts, labels
    kept = [i for i, text in enumerate(texts) if len(text) < maxlen]
    if not kept:
        raise ValueError(
            f"No text is shorter than maxlen={maxlen}. The shortest has {min(map(len, texts))} "
            f"numbers: increase maxlen."
        )
    return [texts[i] for i in kept], labels[kept]


def common_words(
    texts: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> np.ndarray:
    """Keep numbers from `skip_top` to below `num_words`. Replace the others by `oov_char`, or
    remove them if it is None.

    num_words=None: the largest number in the data, which itself is then replaced, as in Keras.
    Returns a 1-dimensional array of objects: lists of numbers.
    """
    num_words = num_words or max(max(text, default=0) for text in texts)
    if oov_char is None:
        texts = [[word for word in text if skip_top <= word < num_words] for text in texts]
    else:
        texts = [
            [word if skip_top <= word < num_words else oov_char for word in text] for text in texts
        ]
    return np.fromiter(texts, dtype=object, count=len(texts))


def _read_array(file) -> np.ndarray:
    """Read one `.npy` file: numbers by NumPy, objects by an unpickler that can build only arrays
    and lists.
    """
    npy = np.lib.format
    first = npy.read_magic(file) == (1, 0)
    read_header = npy.read_array_header_1_0 if first else npy.read_array_header_2_0
    if not read_header(file)[2].hasobject:
        file.seek(0)
        return np.load(file, allow_pickle=False)
    return only_arrays(file)


def only_arrays(file, encoding="ASCII") -> Any:
    """Read pickled arrays, lists, dicts, numbers and texts; DataFileError for anything else.

    encoding: how Python 2 wrote its texts, or 'bytes' to leave them bytes.
    """
    import pickle

    rebuild: Any = np.empty(0).__reduce__()[0]
    known = {
        "numpy.ndarray": np.ndarray,
        "numpy.dtype": np.dtype,
        "numpy.core.multiarray._reconstruct": rebuild,
        "numpy._core.multiarray._reconstruct": rebuild,
    }

    class OnlyArrays(pickle.Unpickler):
        def find_class(self, module, name):
            if f"{module}.{name}" not in known:
                raise DataFileError(
                    f"refused to unpickle {module}.{name}: arrays of lists of numbers need no "
                    f"such thing"
                )
            return known[f"{module}.{name}"]

    return OnlyArrays(file, encoding=encoding).load()
