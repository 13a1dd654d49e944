"""Elements that are kept: in memory, or in a file that is read one element at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np

from ..support.disk import write_atomically
from ..support.structures import leaves
from ..support.texts import encoded, is_text

# A file: this line, a line of JSON with the structure of the elements, and then the arrays of each
# element in NumPy's own format, one after the other.
_FIRST_LINE = b"minidl elements 1\n"


def kept_in_memory(begin: Callable[[], Iterator], kept: list) -> Iterator:
    """The elements; from `kept` once a loop has come to its end. kept: empty, or [all elements]."""
    if kept:
        yield from kept[0]
        return
    seen = []
    for element in begin():
        seen.append(element)
        yield element
    kept[:] = [seen]


def kept_in_file(begin: Callable[[], Iterator], path: str) -> Iterator:
    """The elements; from the file at `path` if it exists. It is written while they are made, and
    takes its name once the last one was made.
    """
    if os.path.exists(path):
        yield from read(path)
        return
    with write_atomically(path) as file:
        file.write(_FIRST_LINE)
        plan = None
        for element in begin():
            if plan is None:
                plan = _plan(element)
                file.write(json.dumps(plan).encode() + b"\n")
            if _plan(element) != plan:
                raise ValueError("A dataset that is kept in a file has elements built alike.")
            for leaf in leaves(element):
                _write(file, leaf)
            yield element


def _write(file: BinaryIO, leaf) -> None:
    array = np.array(leaf, object) if isinstance(leaf, (str, bytes)) else np.asarray(leaf)
    if array.dtype.kind == "O" and is_text(array):
        parts = encoded(array.ravel()).tolist()
        name = "bytes" if any(isinstance(v, bytes) for v in array.ravel()) else "texts"
        lengths = np.array([len(part) for part in parts], np.int64).reshape(array.shape)
        np.lib.format.write_array(file, lengths.view([(name, np.int64)]), allow_pickle=False)
        array = np.frombuffer(b"".join(parts), np.uint8)
    np.lib.format.write_array(file, array, allow_pickle=False)


def _read(file: BinaryIO):
    """The next array of a file; texts and bytes stand behind an array of their lengths."""
    array = np.lib.format.read_array(file, allow_pickle=False)
    if not array.dtype.names:
        return array[()]
    (name,) = array.dtype.names
    ends = np.cumsum(array[name].ravel())
    data = np.lib.format.read_array(file, allow_pickle=False).tobytes()
    found = np.empty(array.shape, object)
    for place, end, length in zip(np.ndindex(array.shape), ends, array[name].ravel()):
        part = data[end - length : end]
        found[place] = part.decode() if name == "texts" else part
    return found


def read(path: str) -> Iterator:
    """The elements in a file of `kept_in_file`, one at a time."""
    with open(path, "rb") as file:
        if file.readline() != _FIRST_LINE:
            raise ValueError(
                f"{path} is not a file in which minidl kept the elements of a dataset. Delete it, "
                "or give another name."
            )
        end = os.fstat(file.fileno()).st_size
        if file.tell() == end:
            return
        plan = json.loads(file.readline())
        while file.tell() < end:
            yield _built(plan, lambda: _read(file))


def _plan(element):
    """The structure of an element as JSON keeps it: a dict, {"tuple": [...]}, or 0 for an array."""
    if isinstance(element, dict):
        return {"dict": {k: _plan(element[k]) for k in sorted(element)}}
    if isinstance(element, (tuple, list)):
        return {"tuple": [_plan(part) for part in element]}
    return 0


def _built(plan, next_array: Callable):
    if not plan:
        return next_array()
    if "dict" in plan:
        return {k: _built(part, next_array) for k, part in plan["dict"].items()}
    return tuple([_built(part, next_array) for part in plan["tuple"]])
