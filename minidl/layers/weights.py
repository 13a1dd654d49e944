"""The weights of a layer: which there are, which of them training moves, and their numbers."""

from __future__ import annotations

import numpy as np

from ..core.layer import Layer
from ..support.arrays import as_array
from ..tensor import Variable
from .parts import things_in


def all_layers(layer) -> list:
    """The layer and all inside it, at any depth, each once."""
    found = {id(layer): layer}
    waiting = [layer]
    while waiting:
        for inner in waiting.pop().layers_inside:
            if id(inner) not in found:
                found[id(inner)] = inner
                waiting.append(inner)
    return list(found.values())


def all_weights(layer) -> list[Variable]:
    """All variables, the layer's own first and then those of the layers inside; each once."""
    return _collected(layer, set(), lambda owner, variable: True, frozen=True)


def moving_weights(layer) -> list[Variable]:
    """The variables that training moves: none in a layer whose `trainable` is False."""
    return _collected(layer, set(), lambda owner, v: owner.trainable and v.trainable, frozen=False)


def _collected(layer, seen: set, wanted, frozen: bool) -> list[Variable]:
    """The variables for which wanted(layer, variable) holds, trainable ones before the others.

    seen: ids of what was found already. frozen: whether to look into frozen layers too.
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
    """Freeze or free what the layer holds: its variables, and the layers inside."""
    for thing in things_in(vars(layer)):
        if isinstance(thing, Variable):
            thing.trainable = value and thing.born_trainable
        elif thing.trainable != value:
            thing.trainable = value


def set_weights(layer, weights) -> None:
    """Give all weights new values. ValueError, and nothing changed, if one does not fit."""
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
