"""The vocabularies that layers learned, in '.keras' files. Keras keeps each in a text file in the
archive, in the layer's folder of 'assets', and the idf_weights beside the layer's weights.

minidl writes a vocabulary into the description of its layer; into a file only if the description
holds none, such as that of a layer which a model of one's own makes in __init__.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_FILE = "vocabulary.txt"
_FEW = 1 << 16  # so many tokens are believed before their file is looked for


def to_keep(places: list, config) -> tuple[dict[str, np.ndarray], dict[str, bytes]]:
    """Return the idf_weights by their path, and the vocabularies that the description does not
    hold. places: (path, layer) for all layers.
    """
    described = _described(config)
    weights, files, owners = weights_to_keep(places), {}, {}
    for path, layer, lookup in _lookups(places):
        owner = owners.setdefault(id(lookup), layer)  # a TextVectorization comes before its own
        if lookup.has_vocabulary and (type(owner).__name__, owner.name) not in described:
            files[path + _FILE] = lookup.as_lines()
            if lookup.idf is not None:  # Keras takes as many as the file has tokens
                weights[_weights_path(path)] = lookup.idf
    return weights, files


def weights_to_keep(places: list) -> dict[str, np.ndarray]:
    """Return the idf_weights by their path, as many as the rows have columns."""
    found = {}
    for path, _, lookup in _lookups(places):
        if lookup.idf is not None:
            columns = lookup.max_tokens if lookup.pad_to_max_tokens else len(lookup.idf)
            found[_weights_path(path)] = np.pad(lookup.idf, (0, columns - len(lookup.idf)))
    return found


def awaiting(description, files: dict[str, bytes]) -> Any:
    """Return a description in which the layers expect the vocabularies that it only counts."""
    return _awaiting(description, max([_FEW, *(1 + len(text) for text in files.values())]))


def _awaiting(description, most: int) -> Any:
    if isinstance(description, list):
        return [_awaiting(part, most) for part in description]
    if not isinstance(description, dict):
        return description
    size = description.get("vocabulary_size")
    found = {key: _awaiting(part, most) for key, part in description.items()}
    if description.get("vocabulary", 0) is None and type(size) is int and size <= most:
        del found["vocabulary_size"]
        found["vocabulary"] = {"lines": size}
    return found


def take(places: list, files: dict[str, bytes], arrays) -> None:
    """Give the layers the vocabularies in the files, and take these out of `files`."""
    for path, _, lookup in _lookups(places):
        text = files.pop(path + _FILE, None)
        if text is not None:
            lookup.take_lines(text, _weights(path, arrays))


def check_taken(places: list, files: dict[str, bytes]) -> None:
    """Raise ValueError if a file is missing, or belongs to no layer."""
    for path, _, lookup in _lookups(places):
        if lookup.awaited is not None:
            raise ValueError(f"it lacks 'assets/{path}{_FILE}', the vocabulary of {lookup.owner}")
    for name in files:
        raise ValueError(f"it holds 'assets/{name}', and no layer of the model has such a file")


def take_weights(places: list, arrays, skip_mismatch: bool) -> None:
    """Give the layers that have a vocabulary the idf_weights in a file of weights."""
    for path, _, lookup in _lookups(places):
        array = _weights(path, arrays)
        if array is None or lookup.idf is None:
            continue
        if array.ndim == 1 and len(array) >= len(lookup.idf):
            lookup.idf = array[: len(lookup.idf)].astype(lookup.dtype)
        elif not skip_mismatch:
            raise ValueError(
                f"{lookup.owner} has {len(lookup.idf)} idf_weights, and the file holds an array of "
                f"shape {array.shape}"
            )


def _lookups(places: list):
    """Yield (path, layer, the lookup layer in it) for layers that have a vocabulary."""
    for path, layer in places:
        if hasattr(layer, "get_vocabulary"):
            yield path, layer, getattr(layer, "lookup", layer)


def _weights_path(path: str) -> str:
    return f"{path}vars/idf_weights"


def _weights(path: str, arrays) -> np.ndarray | None:
    array = arrays.find(_weights_path(path))
    return None if array is None else array[()]


def _described(config) -> set[tuple[str, str]]:
    """Return (class, name) of each layer whose vocabulary a description holds."""
    found, waiting = set(), [config]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict):
            inside = thing.get("config")
            if isinstance(inside, dict) and inside.get("vocabulary") is not None:
                found.add((thing["class_name"], inside.get("name")))
            thing = list(thing.values())
        waiting += [part for part in thing if isinstance(part, (dict, list))]
    return found
