"""Values on their way between the two processes: numbers, texts, lists, tuples, dicts and arrays,
as JSON and .npz. Never pickles.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..tensor import Tensor


class NotPlainError(TypeError):
    """A value that is no number, text, list, tuple, dict or array of numbers."""


def write(folder: Path, name: str, value) -> None:
    """Put a value into folder/name.json and folder/name.npz."""
    arrays: dict[str, np.ndarray] = {}
    text = json.dumps(_encode(value, arrays))
    np.savez(folder / f"{name}.npz", **arrays)  # type: ignore[arg-type]
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def read(folder: Path, name: str) -> Any:
    """The value that `write` put there. ValueError if the files are not of its making."""
    try:
        tree = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
            return _decode(tree, arrays)
    except (OSError, KeyError, TypeError, IndexError, EOFError, RecursionError) as error:
        raise ValueError(f"no readable answer ({type(error).__name__})") from None


def plain(value) -> Any:
    """The value with its arrays copied and tensors as arrays; NotPlainError for what cannot be
    sent.
    """
    arrays: dict[str, np.ndarray] = {}
    return _decode(json.loads(json.dumps(_encode(value, arrays))), arrays)


def _encode(value, arrays):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (np.ndarray, Tensor)):
        array = np.array(value.data if isinstance(value, Tensor) else value)
        if array.dtype.kind not in "fiub":
            raise NotPlainError(f"an array of {array.dtype} was returned; expected one of numbers")
        arrays[key := f"a{len(arrays)}"] = array
        return {"array": key}
    if isinstance(value, (list, tuple)):
        return {
            type(value).__name__ if type(value) in (list, tuple) else "tuple": [
                _encode(v, arrays) for v in value
            ]
        }
    if isinstance(value, dict):
        return {"dict": [[str(k), _encode(v, arrays)] for k, v in value.items()]}
    raise NotPlainError(
        f"a {type(value).__name__} was returned; expected numbers, arrays, lists, tuples or dicts"
    )


def _decode(tree, arrays):
    if not isinstance(tree, dict):
        return tree
    ((kind, content),) = tree.items()
    if kind == "array":
        return np.array(arrays[content])
    if kind == "dict":
        return {k: _decode(v, arrays) for k, v in content}
    return {"list": list, "tuple": tuple}[kind](_decode(v, arrays) for v in content)
