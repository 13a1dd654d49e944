"""Nested structures: tuples, lists and dicts of values, as models with several inputs or outputs
take and return.
"""

from __future__ import annotations

from typing import Any


def tree_map(function, structure, *others) -> Any:
    """Return the same structure with function(value) for each value. With `others` of the same
    structure: function(value, other, ...).

    Dicts are processed and returned in the order of their keys, as in Keras. The order in which
    they were written has no meaning.
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
    """List the values in a structure, in order."""
    return [value for _, value in paths(structure)]


def paths(structure, path: tuple = ()) -> list[tuple[tuple, Any]]:
    """List (path, value) of each value: (('a', 0), 5) in {'a': [5]}. The path of a single value is
    ().
    """
    if isinstance(structure, dict):
        return [found for k in keys(structure) for found in paths(structure[k], (*path, k))]
    if isinstance(structure, (list, tuple)):
        return [found for i, v in enumerate(structure) for found in paths(v, (*path, i))]
    return [(path, structure)]


def keys(structure: dict) -> list:
    """List a dict's keys: sorted if all are strings, otherwise in the dict's own order."""
    return sorted(structure) if all(isinstance(k, str) for k in structure) else list(structure)


def is_nested(structure) -> bool:
    """Whether this is a container of values rather than one value."""
    return isinstance(structure, (dict, list, tuple))


def parts_of(structure) -> list[Any]:
    """List the values and containers in a container, one level deep."""
    return list(structure.values() if isinstance(structure, dict) else structure)


def pick(structure, path: tuple) -> Any:
    """Return the value at a path."""
    for key in path:
        structure = structure[key]
    return structure
