"""What a layer consists of: the variables, layers, metrics and random generators among its
attributes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.layer import Layer
from ..support.dry_run import entries_of, keep, numbers_of, place_of
from ..tensor import Tensor, Variable

_OURS = ("added_losses", "output_shape")  # what a call notes on the layer by itself


def parts_in(value):
    """The things among values, also those inside lists, tuples and dicts."""
    for thing in value.values() if isinstance(value, dict) else value:
        if isinstance(thing, (list, tuple, dict)):
            yield from parts_in(thing)
        else:
            yield thing


def things_in(value):
    """The variables and layers among values, also those inside lists, tuples and dicts."""
    return (thing for thing in parts_in(value) if isinstance(thing, (Variable, Layer)))


def layers_in(layer) -> list:
    """The layers among the attributes of this one."""
    return [t for t in things_in(vars(layer)) if isinstance(t, Layer) and t is not layer]


# --- in a dry run


def keep_parts(layer) -> None:
    """Let the dry run put back all that this layer and those inside may change in their calls."""
    for inner in layer.all_layers():
        if inner.built:  # else it is about to be made, and that is meant to last
            for part in parts_in(vars(inner)):
                keep_part(part)
            keep(inner, counts_of)


def keep_part(part) -> None:
    """Let the dry run put back an attribute that holds numbers: a tensor, an array, a metric, a
    random generator.
    """
    generator = getattr(part, "generator", part)  # a SeedGenerator holds one
    if isinstance(part, Tensor):
        keep(part, numbers_of)
    elif isinstance(part, np.ndarray):
        keep(part, entries_of)
    elif isinstance(generator, np.random.Generator):
        keep(generator, place_of)
    elif hasattr(part, "update_state") and not isinstance(part, type):
        for inner in parts_in(vars(part)):
            keep_part(inner)
        keep(part, gathered_by)


def gathered_by(metric) -> Callable[[], None]:
    """What a metric holds now, in attributes and lists; what is returned puts it back."""
    before = {k: list(v) if type(v) is list else v for k, v in vars(metric).items()}

    def put_back() -> None:
        for name in set(vars(metric)) - set(before):
            del vars(metric)[name]
        vars(metric).update(before)

    return put_back


def counts_of(layer) -> Callable[[], None]:
    """The losses that the layer was given and the numbers among its attributes, as they are now;
    what is returned puts them back.

    Numbers stay as they are if other attributes have changed too: then `call` has made something,
    weights or layers, that is meant to last.
    """
    before, added = dict(vars(layer)), layer.added_losses

    def put_back() -> None:
        layer.added_losses = added
        now = vars(layer)
        changed = [k for k in now if k not in _OURS and now[k] is not before.get(k)]
        if all(_are_numbers(before.get(k), now[k]) for k in changed):
            now.update({k: before[k] for k in changed})

    return put_back


def _are_numbers(old, new) -> bool:
    alike = type(old) is type(new) and np.shape(old) == np.shape(new)
    return alike and type(old) in (int, float, np.ndarray, Tensor)
