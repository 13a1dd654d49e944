"""What a layer consists of: its variables, the layers inside it and its random generators; which of
the weights training moves, and what their numbers are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.layer import Layer
from ..support.arrays import as_array
from ..tensor import Variable


def things_in(value):
    """The variables and layers among values, also those inside lists, tuples and dicts."""
    for thing in value.values() if isinstance(value, dict) else value:
        if isinstance(thing, (Variable, Layer)):
            yield thing
        elif isinstance(thing, (list, tuple, dict)):
            yield from things_in(thing)


def layers_in(layer) -> list:
    """The layers among the attributes of this one."""
    return [t for t in things_in(vars(layer)) if isinstance(t, Layer) and t is not layer]


def snapshot(layer) -> Callable[[], None]:
    """How the layer stands now; the function that is returned makes it stand so again."""
    own = [thing for thing in things_in(vars(layer)) if isinstance(thing, Variable)]
    metrics = [m for m in vars(layer).values() if hasattr(m, "update_state")]
    own += [v for metric in metrics for v in metric.variables]
    before = [(variable, variable.numpy(), variable.version[0]) for variable in own]
    generators = [g for g in vars(layer).values() if isinstance(g, np.random.Generator)]
    states = [(g, g.bit_generator.state) for g in generators]
    added = layer.added_losses

    def put_back() -> None:
        for variable, numbers, version in before:
            if variable.version[0] != version or not np.array_equal(variable.array, numbers):
                variable.assign(numbers)
        for generator, state in states:
            generator.bit_generator.state = state
        layer.added_losses = added

    return put_back


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
        if isinstance(thing, Layer) and thing.trainable != value:
            thing.trainable = value
        elif isinstance(thing, Variable):
            thing.trainable = value and thing.born_trainable


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
