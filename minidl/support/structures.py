"""Nested data: tuples, lists and dicts with values in them, as models with several inputs or
outputs take and give.
"""

from __future__ import annotations

from typing import Any


def tree_map(function, structure, *others) -> Any:
    """The same structure with function(value) for each value; with `others` of the same structure,
    function(value, other, ...).

    Dicts are walked, and come back, in the order of their keys, as in Keras: in which order they
    were written says nothing.
    """
    if isinstance(structure, dict):
        return {
            k: tree_map(function, structure[k], *[o[k] for o in others]) for k in keys(structure)
        }
    if isinstance(structure, (list, tuple)):
        values = [tree_map(function, v, *[o[i] for o in others]) for i, v in enumerate(structure)]
        # named tuples take them singly
        return (
            type(structure)(*values) if hasattr(structure, "_fields") else type(structure)(values)
        )
    return function(structure, *others)


def leaves(structure) -> list[Any]:
    """The values in a structure, in order."""
    return [value for _, value in paths(structure)]


def paths(structure, path: tuple = ()) -> list[tuple[tuple, Any]]:
    """(path, value) of each value: (('a', 0), 5) in {'a': [5]}; the path of a bare value is ()."""
    if isinstance(structure, dict):
        return [found for k in keys(structure) for found in paths(structure[k], (*path, k))]
    if isinstance(structure, (list, tuple)):
        return [found for i, v in enumerate(structure) for found in paths(v, (*path, i))]
    return [(path, structure)]


def keys(structure: dict) -> list:
    """A dict's keys in order; as they stand if they have none."""
    return sorted(structure) if all(isinstance(k, str) for k in structure) else list(structure)


def is_nested(structure) -> bool:
    """Whether this is a container of values rather than one value."""
    return isinstance(structure, (dict, list, tuple))


def parts_of(structure) -> list[Any]:
    """What a container holds, one level deep."""
    return list(structure.values() if isinstance(structure, dict) else structure)


def pick(structure, path: tuple) -> Any:
    """The value at a path."""
    for key in path:
        structure = structure[key]
    return structure
