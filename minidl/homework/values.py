"""Values sent between the two processes: numbers, texts, lists, tuples, dicts and arrays.

A message is one line of JSON, which describes the value, followed by the bytes of its arrays.
Reading a message runs no code, and creates nothing larger than the message (never pickles). Both
processes use this file; it imports nothing of minidl.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

LARGEST = 64 << 20  # bytes of a message from the student's process
LARGEST_TEXT = (
    4 << 20
)  # bytes of its JSON: a list in it takes far more memory than its two brackets
DTYPES = {np.dtype(c).str: np.dtype(c) for c in "?bBhHiIlLqQefd"}


class NotPlainError(TypeError):
    """A value that is no number, text, list, tuple, dict or array of numbers."""


def send(pipe, value) -> None:
    """Write a value to a pipe. NotPlainError, and nothing is written, for a value that cannot be
    sent.
    """
    data = pack(value)
    pipe.write(len(data).to_bytes(8, "big") + data)
    pipe.flush()


def receive(pipe, largest: int = LARGEST) -> Any:
    """Read the next value from a pipe. EOFError at the end of the pipe; ValueError if the data is
    not a message of `send`, or a larger one.
    """
    size = int.from_bytes(_exactly(pipe, 8), "big")
    if size > largest:
        raise ValueError(f"the answer has {size} bytes; at most {largest} are read")
    return unpack(_exactly(pipe, size))


def _exactly(pipe, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError("the pipe ended in the middle of a message")
    return data


def pack(value) -> bytes:
    """Return the value as bytes."""
    arrays: list[np.ndarray] = []
    tree = _encode(value, arrays)
    kinds = [[a.dtype.str, list(a.shape)] for a in arrays]
    text = json.dumps([tree, kinds]).encode("ascii")
    return b"\n".join([text, b"".join(a.tobytes() for a in arrays)])


def unpack(data: bytes) -> Any:
    """Return the value that `pack` converted to these bytes. ValueError for any other bytes."""
    text, _, content = data.partition(b"\n")
    if len(text) > LARGEST_TEXT:
        raise ValueError("the answer has too many parts")
    try:
        tree, kinds = json.loads(text, parse_int=_whole)
        return _decode(tree, _arrays(kinds, content))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ValueError(f"no readable answer ({type(error).__name__})") from None


def plain(value) -> Any:
    """Return the value with its arrays copied and tensors as arrays. NotPlainError for values that
    cannot be sent.
    """
    return unpack(pack(value))


def _encode(value, arrays):
    if isinstance(value, np.generic) and value.dtype.kind in "fiub":
        value = float(value) if value.dtype.kind == "f" else value.item()
    if isinstance(value, int) and value.bit_length() > 63:
        raise NotPlainError("a whole number of more than 64 bits was returned")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray) or (hasattr(value, "numpy") and hasattr(value, "dtype")):
        arrays.append(_sendable(value))
        return {"array": len(arrays) - 1}
    if isinstance(value, (list, tuple)):
        kind = "list" if type(value) is list else "tuple"
        return {kind: [_encode(v, arrays) for v in value]}
    if isinstance(value, dict):
        return {"dict": [[str(k), _encode(v, arrays)] for k, v in value.items()]}
    raise NotPlainError(
        f"a {type(value).__name__} was returned; expected numbers, arrays, lists, tuples or dicts"
    )


def _sendable(value) -> np.ndarray:
    array = np.array(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind not in "fiub":
        raise NotPlainError(f"an array of {array.dtype} was returned; expected one of numbers")
    if array.dtype.str in DTYPES:
        return array
    return array.astype("f8" if array.dtype.kind == "f" else array.dtype.newbyteorder("="))


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("a whole number of more than 64 bits")
    return int(digits)


def _arrays(kinds, content: bytes) -> list[np.ndarray]:
    """Return the arrays whose bytes are in `content`, one after another."""
    found, start = [], 0
    for name, shape in kinds:
        if len(shape) > 32:
            raise ValueError("an array of too many dimensions")
        dtype, sizes = DTYPES[name], [_size(n) for n in shape]
        count = math.prod(sizes)
        if start + count * dtype.itemsize > len(content):
            raise ValueError("an array without its bytes")
        array = np.frombuffer(content, dtype, count, start).reshape(sizes)
        found.append(array.view("u1") != 0 if dtype.kind == "b" else array.copy())
        start += count * dtype.itemsize
    return found


def _size(n) -> int:
    if type(n) is not int or n < 0:
        raise ValueError("no size of an array")
    return n


def _decode(tree, arrays) -> Any:
    if isinstance(tree, str):
        return tree.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text
    if not isinstance(tree, dict):
        if isinstance(tree, list):
            raise ValueError("a list without its kind")
        return tree
    ((kind, content),) = tree.items()
    if kind == "array":
        return arrays[_size(content)]
    if kind == "dict":
        return {
            _decode(k, arrays) if type(k) is str else "": _decode(v, arrays) for k, v in content
        }
    return {"list": list, "tuple": tuple}[kind](_decode(v, arrays) for v in content)
