"""Keras 3's own file formats, `.keras` and `.weights.h5`, with which models move between Keras and
minidl.

A `.keras` file is a zip archive of metadata.json, config.json (the architecture and compile's
arguments) and model.weights.h5. The latter is HDF5: for each layer a group
layers/<class>_<number>/vars with its weights by number; in optimizer/vars the optimizer's arrays.
"""

from __future__ import annotations

import io
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
    """Whether this is a .keras file: by its contents, or by its name if it does not exist."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except Exception:  # not there, or no zip archive, or a damaged one
        return path.lower().endswith(".keras")


# --- writing


def write(path: str, config: dict, groups: dict[str, list[np.ndarray]]) -> None:
    """Write a '.keras' file, completely or not at all. config: the description in Keras's layout.
    groups: arrays by the name of their group.
    """
    import json  # slow to load

    metadata = {"keras_version": "3.5.0", "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    members = zip(_MEMBERS, (json.dumps(metadata), json.dumps(config), _hdf5(groups)))
    with write_atomically(path) as file, new_archive(file) as archive:
        for name, data in members:
            archive.writestr(name, data)


def write_weights(path: str, groups: dict[str, list[np.ndarray]]) -> None:
    """Write a '.weights.h5' file of arrays by groups, completely or not at all."""
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
    """Read a '.keras' file in a with-block: (description in Keras's layout, Arrays).

    SaveFormatError for every fault in the file and every error in the block.
    """
    import json  # slow to load

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
    """Read the arrays of a '.weights.h5', '.keras' or whole-model '.h5' file in a with-block."""
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
    """Return the three members by name. ValueError if one is implausibly large for the
    file's size.
    """
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
