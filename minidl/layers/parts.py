"""What a layer consists of: the variables, layers and random generators among its attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..core.layer import Layer
from ..tensor import Variable


def things_in(value) -> Iterator[Any]:
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
