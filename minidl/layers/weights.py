"""Finds the parts of a layer among its attributes: variables, layers, metrics and random
generators. Lists its weights, sets their values, and saves the state that a dry run restores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..core.layer import Layer
from ..support.arrays import as_array
from ..support.dry_run import entries_of, keep, numbers_of, place_of
from ..tensor import Tensor, Variable


def parts_in(value):
    """Yield the objects among values, also those in lists, tuples and dicts."""
    for thing in value.values() if isinstance(value, dict) else value:
        if isinstance(thing, (list, tuple, dict)):
            yield from parts_in(thing)
        else:
            yield thing


def things_in(value) -> Iterator[Any]:
    """Yield the variables and layers among values, also those in lists, tuples and dicts."""
    return (thing for thing in parts_in(value) if isinstance(thing, (Variable, Layer)))


def layers_in(layer) -> list:
    """List the layers among the attributes of this layer, each once."""
    found = [t for t in things_in(vars(layer)) if isinstance(t, Layer) and t is not layer]
    return list({id(t): t for t in found}.values())


def all_layers(layer) -> list:
    """List the layer and all layers inside it, at any depth, each once."""
    found = {id(layer): layer}
    waiting = [layer]
    while waiting:
        for inner in waiting.pop().layers_inside:
            if id(inner) not in found:
                found[id(inner)] = inner
                waiting.append(inner)
    return list(found.values())


def all_weights(layer) -> list[Variable]:
    """List all variables, the layer's own first and then those of the layers inside, each once."""
    return _collected(layer, set(), lambda owner, variable: True, frozen=True)


def moving_weights(layer) -> list[Variable]:
    """List the variables that training moves: none in a layer whose `trainable` is False."""
    return _collected(layer, set(), lambda owner, v: owner.trainable and v.trainable, frozen=False)


def _collected(layer, seen: set, wanted, frozen: bool) -> list[Variable]:
    """List the variables for which wanted(layer, variable) is True, trainable ones first.

    seen: ids of the objects found already. frozen: whether to search frozen layers too.
    """
    if id(layer) in seen or not (frozen or layer.trainable):
        return []
    seen.add(id(layer))
    things = list(things_in(vars(layer)))
    found = []
    for variable in things:
        new = isinstance(variable, Variable) and id(variable) not in seen
        if new and wanted(layer, variable):
            seen.add(id(variable))
            found.append(variable)
    found.sort(key=lambda variable: not variable.born_trainable)
    for inner in things:
        if isinstance(inner, Layer):
            found += _collected(inner, seen, wanted, frozen)
    return found


def set_trainable_inside(layer, value: bool) -> None:
    """Set `trainable` of the layer's variables and of the layers inside."""
    for thing in things_in(vars(layer)):
        if isinstance(thing, Variable):
            thing.trainable = value and thing.born_trainable
        elif thing.trainable != value:
            thing.trainable = value


def set_weights(layer, weights) -> None:
    """Set the values of all weights. ValueError if one does not fit; then nothing is changed."""
    if not isinstance(weights, (list, tuple)) and not hasattr(weights, "__array__"):
        raise TypeError(
            f"{layer.name}: set_weights takes a list of arrays, as get_weights() gives; received "
            f"{weights!r}."
        )
    variables, arrays = layer.weights, [as_array(w) for w in weights]
    if len(variables) != len(arrays):
        unbuilt = " (it has none before it is built: call it on data once)"
        raise ValueError(
            f"{layer.name}: set_weights received {len(arrays)} arrays, but there are "
            f"{len(variables)} weights{'' if variables else unbuilt}."
        )
    for variable, array in zip(variables, arrays):
        if variable.shape != array.shape:
            raise ValueError(
                f"{layer.name}: weight '{variable.name}' has shape {variable.shape}; received "
                f"{np.shape(array)}."
            )
    for variable, array in zip(variables, arrays):
        variable.assign(array)


# --- in a dry run
_OURS = ("added_losses", "output_shape")  # attributes that every call sets


def keep_parts(layer) -> None:
    """Let the dry run restore everything that calls of this layer and the layers inside
    may change.
    """
    for inner in layer.all_layers():
        if inner.built:  # else this call builds it, and the result stays
            for part in parts_in(vars(inner)):
                if not isinstance(part, Layer):
                    keep_part(part)
            keep(inner, counts_of)


def keep_part(part) -> None:
    """Let the dry run restore an attribute that holds numbers: a tensor, an array, a metric, or a
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
    """Copy the state of a metric, in attributes and lists. Returns a function that restores it."""
    before = {k: list(v) if type(v) is list else v for k, v in vars(metric).items()}

    def put_back() -> None:
        for name in set(vars(metric)) - set(before):
            del vars(metric)[name]
        vars(metric).update(before)

    return put_back


def counts_of(layer) -> Callable[[], None]:
    """Copy the layer's added losses and the numbers among its attributes. Returns a function that
    restores them.

    The numbers are not restored if other attributes have changed too: `call` has then created
    weights or layers, which stay.
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
