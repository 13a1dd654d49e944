"""Keras 3's own files, so that a model can leave for Keras and come back: `.keras` and
`.weights.h5`.

A `.keras` file is a zip archive of metadata.json, config.json (the architecture, and what compile
was given) and model.weights.h5 (HDF5: for each layer a group layers/<class>_<number>/vars with its
weights by number; in optimizer/vars what the optimizer remembers).
"""

from __future__ import annotations

import io
import json
import os
import time
from contextlib import contextmanager

import numpy as np

from ..support.disk import write_atomically
from .archives import new_archive
from .descriptions import reading
from .hdf5 import Arrays, contents, h5py_or_cure, new_file, write_numbered

_MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
_MOST_TEXT = 1 << 26  # bytes of JSON
_EXPANSION = 20  # how many times larger than the file a member may be that somebody compressed


def is_keras(path: str) -> bool:
    """Whether this is a .keras file: by its contents, or by its name if it is not there."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except Exception:  # not there, or no zip archive, or a damaged one
        return path.lower().endswith(".keras")


# --- writing


def write(path: str, config: dict, groups: dict[str, list[np.ndarray]]) -> None:
    """A '.keras' file of a description in Keras's words, and of arrays by the groups in which they
    stand, written whole or not at all.
    """
    metadata = {"keras_version": "3.5.0", "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    members = zip(_MEMBERS, (json.dumps(metadata), json.dumps(config), _hdf5(groups)))
    with write_atomically(path) as file, new_archive(file) as archive:
        for name, data in members:
            archive.writestr(name, data)


def write_weights(path: str, groups: dict[str, list[np.ndarray]]) -> None:
    """A '.weights.h5' file of arrays by groups, written whole or not at all."""
    data = _hdf5(groups)
    with write_atomically(path) as file:
        file.write(data)


def _hdf5(groups: dict[str, list[np.ndarray]]) -> bytes:
    with new_file() as file:
        for path, arrays in groups.items():
            write_numbered(file, path, arrays)
        return contents(file)


# --- reading


@contextmanager
def opened(path: str):
    """A with-block in which a '.keras' file is read: (description in Keras's words, Arrays).
    SaveFormatError for whatever is wrong in the file, or goes wrong in the block.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    with reading(path):
        members = _unzip(path)
        config = json.loads(members["config.json"])
        with h5py.File(io.BytesIO(members["model.weights.h5"]), "r") as file:
            arrays = Arrays(file)
            arrays.check_digest()
            yield config, arrays


@contextmanager
def opened_weights(path: str):
    """A with-block in which the arrays of a '.weights.h5', '.keras' or whole-model '.h5' file are
    read.
    """
    import zipfile

    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    with reading(path):
        zipped = zipfile.is_zipfile(path)
        source = io.BytesIO(_unzip(path)["model.weights.h5"]) if zipped else path
        with h5py.File(source, "r") as file:
            arrays = Arrays(file)
            arrays.check_digest()
            yield arrays


def _unzip(path: str) -> dict[str, bytes]:
    """The three members, by name, none larger than a file of this size can honestly hold."""
    import zipfile

    size = os.path.getsize(path)
    with zipfile.ZipFile(path) as archive:
        infos = {m.filename: m for m in archive.infolist()}
        missing = [name for name in _MEMBERS if name not in infos]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        for name in _MEMBERS:
            most = _EXPANSION * size
            most = min(_MOST_TEXT, most) if name.endswith("json") else most
            if infos[name].file_size > most:
                raise ValueError(
                    f"'{name}' declares {infos[name].file_size:,} bytes, in a file of {size:,}"
                )
        return {name: archive.read(name) for name in _MEMBERS}
