"""The names of keras.tree: functions on nested tuples, lists and dicts. Dicts count in the order of
their keys.
"""

from __future__ import annotations

from ..support.structures import is_nested, keys, leaves, paths, tree_map

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


class MAP_TO_NONE:
    """What a function for `traverse` returns in the place of None, which means: look inside."""


def flatten(structure) -> list:
    """The values in a structure, in order; a value that is no container alone."""
    return leaves(structure)


def flatten_with_path(structure) -> list[tuple]:
    """Pairs (path, value): (('a', 0), 5) in {'a': [5]}."""
    return paths(structure)


def map_structure(func, *structures, none_is_leaf=True):
    """func(value, ...) of the values at one place of structures that are built alike, in this
    structure. none_is_leaf=False: None stays None.
    """
    if not callable(func):
        raise TypeError(f"map_structure takes a function first; received {func!r}.")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)

    def applied(*values):
        return None if not none_is_leaf and values[0] is None else func(*values)

    return tree_map(applied, *structures)


def map_structure_up_to(shallow_structure, func, *structures):
    """func(part, ...) of the parts of the structures where shallow_structure has a value."""
    return tree_map(lambda _, *parts: func(*parts), shallow_structure, *structures)


def map_shape_structure(func, structure):
    """func(shape) for each shape, a tuple or list of whole numbers and None, in a structure."""
    if _is_shape(structure):
        return func(tuple(structure))
    if isinstance(structure, dict):
        return {k: map_shape_structure(func, structure[k]) for k in keys(structure)}
    if isinstance(structure, (tuple, list)):
        return type(structure)([map_shape_structure(func, part) for part in structure])
    raise ValueError(f"map_shape_structure takes shapes in a structure; received {structure!r}.")


def _is_shape(value) -> bool:
    whole = (int, type(None))
    return isinstance(value, (tuple, list)) and all(isinstance(n, whole) for n in value)


def pack_sequence_as(structure, flat_sequence):
    """The structure with these values in the place of its own, in order."""
    values, count = list(flat_sequence), len(leaves(structure))
    if len(values) != count:
        raise ValueError(
            f"pack_sequence_as: the structure holds {count} values; received {len(values)}."
        )
    following = iter(values)
    return tree_map(lambda _: next(following), structure)


def lists_to_tuples(structure):
    """The structure with tuples in the place of its lists."""
    if isinstance(structure, dict):
        return {k: lists_to_tuples(v) for k, v in structure.items()}
    if isinstance(structure, (tuple, list)):
        return tuple([lists_to_tuples(v) for v in structure])
    return structure


def traverse(func, structure, top_down=True):
    """func(part) for the structure and all its parts, from the outside in or (top_down=False) from
    the inside out. What it returns takes the part's place, unless it is None. MAP_TO_NONE stands
    for None.
    """
    found = func(structure) if top_down else None
    if found is None:
        found = _inside(func, structure, top_down)
        after = None if top_down else func(found)
        found = found if after is None else after
    return None if found is MAP_TO_NONE else found


def _inside(func, structure, top_down):
    if isinstance(structure, dict):
        return {k: traverse(func, structure[k], top_down) for k in keys(structure)}
    if isinstance(structure, (tuple, list)):
        return type(structure)([traverse(func, part, top_down) for part in structure])
    return structure


def assert_same_structure(a, b, check_types=None) -> None:
    """ValueError unless two structures are built alike: the same containers at the same places."""
    if _kinds(a) != _kinds(b):
        raise ValueError(f"The structures are not built alike: {_kinds(a)} and {_kinds(b)}.")


def _kinds(structure):
    if isinstance(structure, dict):
        return {"dict": {k: _kinds(v) for k, v in structure.items()}}
    if isinstance(structure, (tuple, list)):
        return {type(structure).__name__: [_kinds(v) for v in structure]}
    return "value"


def assert_same_paths(a, b) -> None:
    """ValueError unless the values of two structures have the same paths; lists and tuples count
    alike.
    """
    ours, theirs = ({path for path, _ in paths(s)} for s in (a, b))
    if ours != theirs:
        raise ValueError(
            "The structures have different paths; only the first has "
            f"{sorted(ours - theirs, key=str)}, only the second {sorted(theirs - ours, key=str)}."
        )
