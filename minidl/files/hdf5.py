"""Safe reading and writing of HDF5, the container of Keras's weights.

It uses h5py, which the extra `keras` installs.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Any

import numpy as np


def h5py_or_cure() -> Any:
    """Return the module h5py. The ImportError says how to install it."""
    try:
        import h5py
    except ImportError:
        raise ImportError(
            "Files of Keras ('.keras', '.h5') need h5py: pip install 'minidl[keras]'. minidl's "
            "own kind needs nothing: model.save('model.npz')."
        ) from None
    return h5py


class Arrays:
    """The arrays in an open HDF5 file, by path. Arrays stored outside the file, or declared larger
    than the file, are refused.

    `find` returns a dataset, which has a shape. `dataset[()]` reads its numbers.
    """

    def __init__(self, file):
        self.file = file

    def find(self, path: str, within=None) -> Any:
        """Return the group or dataset at a path in the file or in the group `within`; None if there
        is none.

        ValueError for a link, and for anything but a plain array of numbers.
        """
        h5py, thing = h5py_or_cure(), self.file if within is None else within
        for name in path.split("/"):
            link = thing.get(name, getlink=True)
            if link is None:
                return None
            if not isinstance(link, h5py.HardLink):
                raise ValueError(f"'{path}' points out of the file")
            thing = thing[name]
            if isinstance(thing, h5py.Dataset):
                size_of(thing)
        return thing

    def count(self, path: str) -> int:
        """Return the number of datasets in a group with the names 0, 1, 2, ..."""
        group = self.find(path)
        return 0 if group is None else sum(name.isdigit() for name in group)

    def numbered(self, path: str) -> list[np.ndarray]:
        """Return the arrays of a group with the names 0, 1, 2, ..., in this order."""
        found = [self.find(f"{path}/{number}") for number in range(self.count(path))]
        if not all(hasattr(dataset, "shape") for dataset in found):
            raise ValueError(f"'{path}' does not hold the arrays 0 to {len(found) - 1}")
        return [dataset[()] for dataset in found]

    def total(self) -> int:
        """Return how many numbers the file holds."""
        things = [thing for _, _, thing in everything(self.file)]
        return sum(size_of(t) for t in things if hasattr(t, "dtype") and t.dtype.kind in "biuf")

    def check_digest(self) -> None:
        """Raise ValueError if the file has minidl's checksum and the contents do not match it.
        Files written by Keras have no checksum, and Keras ignores it.
        """
        expected = self.file.attrs.get(_DIGEST)
        if expected is not None and _text(expected) != digest(self.file):
            raise ValueError("its checksum does not fit its contents")


_DIGEST = "minidl_sha256"  # an attribute of the file


def everything(file):
    """Yield (depth, name, object) for the file and each group and dataset in it, parents first.

    An object with several names is listed once. The time is proportional to the number of objects:
    no paths are built, whose length would grow with the depth.
    """
    h5py, seen = h5py_or_cure(), set()
    waiting: list = [(0, "/", file["/"])]
    while waiting:
        depth, name, thing = waiting.pop()
        place = h5py.h5o.get_info(thing.id).addr
        if place in seen:
            continue
        seen.add(place)
        yield depth, name, thing
        if isinstance(thing, h5py.Group):
            for inner in sorted(thing, reverse=True):
                if isinstance(thing.get(inner, getlink=True), h5py.HardLink):
                    waiting.append((depth + 1, inner, thing[inner]))


def digest(file) -> str:
    """Return the checksum of all names, attributes, types, shapes and numbers in a file."""
    import hashlib

    total = hashlib.sha256()
    for depth, name, thing in everything(file):
        total.update(f"{depth}|{name}|".encode())
        for attribute in sorted(thing.attrs):
            if attribute != _DIGEST:
                value = np.asarray(thing.attrs[attribute]).tolist()
                total.update(f"{attribute}|{value}|".encode())
        if hasattr(thing, "dtype"):
            size_of(thing)
            array = np.ascontiguousarray(thing[()])
            total.update(f"{array.dtype.str}|{thing.shape}|".encode())
            total.update(array.data if array.size else b"")
    return total.hexdigest()


def _text(value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def size_of(dataset) -> int:
    """Return how many numbers a dataset holds. ValueError if it declares more than the file stores:
    HDF5 allows this and fills in the missing ones.
    """
    elsewhere = dataset.is_virtual or dataset.external
    if elsewhere or dataset.dtype.kind not in "biuf" or dataset.shape is None:
        raise ValueError(f"'{dataset.name}' is no plain array of numbers")
    stored = dataset.id.get_storage_size()
    most = stored if dataset.compression is None else 100 * stored + 4096
    if dataset.size * dataset.dtype.itemsize > most:
        raise ValueError(
            f"'{dataset.name}' declares {dataset.size:,} numbers, and the file holds {stored:,} "
            f"bytes of them"
        )
    return dataset.size


# --- writing


@contextmanager
def new_file():
    """Create an HDF5 file in memory, in a with-block that fills it. `contents` returns its bytes.

    Ctrl-C inside raises KeyboardInterrupt, also where h5py would turn it into a SystemError.
    """
    name = os.urandom(8).hex()  # HDF5 refuses two open files of one name, also in memory
    try:
        with h5py_or_cure().File(name, "w", driver="core", backing_store=False) as file:
            yield file
    except SystemError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        raise


def contents(file) -> bytes:
    """Return the bytes of a file in memory, with its checksum."""
    file.attrs[_DIGEST] = digest(file)
    file.flush()
    return file.id.get_file_image()


def write_numbered(file, path: str, arrays: list[np.ndarray]) -> None:
    """Write arrays into a new group, as the datasets 0, 1, 2, ..."""
    group = file.create_group(path)
    for number, array in enumerate(arrays):
        group.create_dataset(str(number), data=array)
