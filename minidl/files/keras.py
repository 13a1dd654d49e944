"""Keras 3's own file formats, `.keras` and `.weights.h5`, with which models move between Keras and
minidl.

A `.keras` file is a zip archive of metadata.json, config.json (the architecture and compile's
arguments) and model.weights.h5. The latter is HDF5: for each layer a group
layers/<class>_<number>/vars with its weights by number; in optimizer/vars the optimizer's arrays.
Vocabularies that layers learned are texts in assets/layers/<class>_<number>/.
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
_ASSETS = "assets/"  # the folder of files that single layers keep
_MOST_TEXT = 1 << 26  # bytes of JSON, and of assets
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


def write(
    path: str,
    config: dict,
    groups: dict[str, list[np.ndarray]],
    single: dict[str, np.ndarray],
    assets: dict[str, bytes],
) -> None:
    """Write a '.keras' file, completely or not at all. config: the description in Keras's layout.
    groups: arrays by the name of their group. single: more arrays by their path. assets: contents
    of files by their path.
    """
    import json  # slow to load

    metadata = {"keras_version": "3.5.0", "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    members = dict(zip(_MEMBERS, (json.dumps(metadata), json.dumps(config), _hdf5(groups, single))))
    members |= {_ASSETS + name: data for name, data in assets.items()}
    with write_atomically(path) as file, new_archive(file) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def write_weights(
    path: str, groups: dict[str, list[np.ndarray]], single: dict[str, np.ndarray]
) -> None:
    """Write a '.weights.h5' file of arrays by groups and by paths, completely or not at all."""
    data = _hdf5(groups, single)
    with write_atomically(path) as file:
        file.write(data)


def _hdf5(groups: dict[str, list[np.ndarray]], single: dict[str, np.ndarray]) -> bytes:
    with new_file() as file:
        for path, arrays in groups.items():
            write_numbered(file, path, arrays)
        for path, array in single.items():
            file.create_dataset(path, data=array)
        return contents(file)


# --- reading


@contextmanager
def opened(path: str):
    """Read a '.keras' file in a with-block: (description in Keras's layout, Arrays, the contents of
    the files beside by their path). Nothing is unpacked to the disk.

    SaveFormatError for every fault in the file and every error in the block.
    """
    import json  # slow to load

    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    with reading(path):
        members, assets = _unzip(path)
        config = json.loads(members["config.json"])
        with h5py.File(io.BytesIO(members["model.weights.h5"]), "r") as file:
            arrays = Arrays(file)
            arrays.check_digest()
            yield config, arrays, assets


@contextmanager
def opened_weights(path: str):
    """Read the arrays of a '.weights.h5', '.keras' or whole-model '.h5' file in a with-block."""
    import zipfile

    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    with reading(path):
        zipped = zipfile.is_zipfile(path)
        source = io.BytesIO(_unzip(path)[0]["model.weights.h5"]) if zipped else path
        with h5py.File(source, "r") as file:
            arrays = Arrays(file)
            arrays.check_digest()
            yield arrays


def _unzip(path: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the three members by name, and the assets by their path. ValueError if one is
    implausibly large for the file's size.
    """
    import zipfile

    size = os.path.getsize(path)
    with zipfile.ZipFile(path) as archive:
        infos = {m.filename: m for m in archive.infolist()}
        missing = [name for name in _MEMBERS if name not in infos]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        assets = [n for n in infos if n.startswith(_ASSETS) and not n.endswith("/")]
        sizes = {name: infos[name].file_size for name in _MEMBERS}
        sizes |= {_ASSETS: sum(infos[name].file_size for name in assets)}
        for name, declared in sizes.items():
            most = _EXPANSION * size
            most = most if name.endswith("h5") else min(_MOST_TEXT, most)
            if declared > most:
                raise ValueError(f"'{name}' declares {declared:,} bytes, in a file of {size:,}")
        read = {name: archive.read(name) for name in (*_MEMBERS, *assets)}
        beside = {name.removeprefix(_ASSETS): read.pop(name) for name in assets}
        return read, beside
