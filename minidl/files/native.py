"""minidl's own file format: an .npz archive of plain arrays, one of which holds the description of
the model as JSON.

    config                  the description, UTF-8 bytes
    weights/0000/kernel     the weights, in the order of model.weights
    optimizer/...           the optimizer's arrays
    sha256                  of all the others: names, types, shapes and bytes

NumPy alone can read it: `np.load(path)["weights/0000/kernel"]`, `bytes(np.load(path)["config"])`.
The file contains no code: classes are looked up by name in the library's registries. The reader
checks everything: sizes are compared with the file's size before memory is allocated, all contents
are checked before the model is changed, and every fault is a SaveFormatError that names the file.
"""

from __future__ import annotations

import math
import os
import re

import numpy as np

from ..support.disk import write_atomically
from .archives import new_archive
from .descriptions import checked, reading

FORMAT = "minidl model"
# The version of the format. 1: the optimizer's memory is in the units of the first version of
# minidl, which models/state.py converts when it reads one.
VERSION = 2
# The header of an array as NumPy writes it for numbers: no other text is looked at, let alone
# evaluated.
_HEADER = re.compile(
    rb"\{'descr': '([<>|][biuf]\d{1,2})', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,19}(?:, ?)?)*)\), \} *\n"
)


# --- writing


def write(path, kind: str, description: dict, arrays: dict[str, np.ndarray]) -> None:
    """Write one file of this kind ('model', 'weights', ...), completely or not at all."""
    import json  # slow to load

    description = {"format": FORMAT, "version": VERSION, "kind": kind, **checked(description)}
    text = json.dumps(description, indent=1)
    if json.loads(text) != description:
        raise ValueError(
            "The model's get_config has a dict whose keys are not all strings, which a file would "
            "not keep."
        )
    arrays = {"config": np.frombuffer(text.encode(), np.uint8), **arrays}
    arrays = {
        name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()
    }
    arrays["sha256"] = digest(arrays)
    with write_atomically(path) as file, new_archive(file) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def digest(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Return the checksum of arrays by name: of names, types, shapes and bytes."""
    import hashlib

    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        total.update(np.ascontiguousarray(array).data if array.size else b"")
    return np.frombuffer(total.digest(), np.uint8)


# --- reading


def read(path, kinds: tuple[str, ...]) -> tuple[dict, dict[str, np.ndarray]]:
    """Return (description, arrays) of a file, checked. SaveFormatError if it differs in any way
    from files that `write` creates.
    """
    import json  # slow to load

    path = os.fspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    with reading(path):
        arrays = _arrays(path)
        if "sha256" not in arrays or "config" not in arrays:
            raise ValueError("it is an archive of arrays, but not one that minidl wrote")
        if not np.array_equal(arrays.pop("sha256"), digest(arrays)):
            raise ValueError("its checksum does not fit its contents")
        description = checked(json.loads(arrays.pop("config").tobytes().decode()), "description")
        _check(description, kinds)
    return description, arrays


def _check(description, kinds: tuple[str, ...]) -> None:
    """Raise ValueError unless the description has the header that `write` creates."""
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ValueError("it holds no description of a minidl model")
    version, kind = description.get("version"), description.get("kind")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise ValueError(
            f"it has version {version} of the format, and this minidl reads version {VERSION} "
            "and older"
        )
    if kind not in kinds:
        raise ValueError(f"it holds {kind!r}, where {' or '.join(kinds)} is expected")


def _arrays(path: str) -> dict[str, np.ndarray]:
    """Return the arrays of an uncompressed archive. Each size is compared with the file before
    memory is allocated.
    """
    import zipfile

    arrays = {}
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        names = {m.filename for m in members}
        if sum(m.file_size for m in members) > os.path.getsize(path) or len(names) < len(members):
            raise ValueError("its table of contents is not true")
        for member in members:
            stored = member.compress_type == zipfile.ZIP_STORED
            whole = member.file_size == member.compress_size
            if not (stored and whole and member.filename.endswith(".npy")):
                raise ValueError(f"'{member.filename}' is not an uncompressed array")
            with archive.open(member) as file:
                data = file.read()
            arrays[member.filename.removesuffix(".npy")] = _array(data, member.filename)
    return arrays


def _array(data: bytes, name: str) -> np.ndarray:
    """Return the array in the bytes of an .npy file of version 1.0, the one for short headers."""
    end = 10 + int.from_bytes(data[8:10], "little")
    header = _HEADER.fullmatch(data[10:end])
    if data[:8] != b"\x93NUMPY\x01\x00" or header is None:
        raise ValueError(f"'{name}' is no array of numbers")
    dtype = np.dtype(header[1].decode())
    shape = tuple(int(n) for n in header[2].decode().split(",") if n.strip())
    if math.prod(shape) * dtype.itemsize != len(data) - end:
        raise ValueError(f"'{name}' is not the array that its header declares")
    return np.frombuffer(bytearray(data[end:]), dtype).reshape(shape)
