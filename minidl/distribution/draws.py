"""Random numbers for a part of a batch: the rows that one process alone would have drawn for it.

Each process draws for the whole batch from the same generator, and uses its own rows. Dropout and
noise are therefore the same as with one process, and the generators of all processes stay equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support.processes import here

# The methods that draw, and at which position they take the size.
_SIZE = {
    "random": 0,
    "standard_normal": 0,
    "standard_gamma": 1,
    "exponential": 1,
    **dict.fromkeys(("normal", "uniform", "integers", "gumbel", "binomial", "gamma", "beta"), 2),
}


class RowsOfDraws(np.random.Generator):
    """A generator that draws for the whole batch and returns the rows of this process's share."""


def _of_rows(name: str, position: int) -> Any:
    """Return the method `name` of a generator, for the rows of a share."""
    drawn = getattr(np.random.Generator, name)

    def draw(self, *args, **settings):
        given = list(args)
        size = settings.get("size", given[position] if len(given) > position else None)
        whole = whole_size(size)
        if whole is None or any(np.ndim(a) for a in given[:position]):
            return drawn(self, *args, **settings)
        if "size" in settings:
            settings["size"] = whole
        else:
            given[position] = whole
        share = here.share
        each = whole[0] // share.size
        return drawn(self, *given, **settings)[each * share.rows.start : each * share.rows.stop]

    return draw


def whole_size(size) -> tuple | None:
    """Return the size of a draw for the whole batch, from the size for a share. None if the first
    axis is not that of the samples, or if no batch is shared.
    """
    share, shape = here.share, (size,) if isinstance(size, int) else tuple(size or ())
    if share is None or not shape or shape[0] % share.count:
        return None
    return (shape[0] // share.count * share.size, *shape[1:])


for _name, _position in _SIZE.items():
    setattr(RowsOfDraws, _name, _of_rows(_name, _position))


class DrawsOfWholeBatches:
    """`with DrawsOfWholeBatches(layers):` the generators of the layers draw for whole batches."""

    def __init__(self, layers):
        self.places = [
            (holder, name, generator)
            for layer in layers
            for name, value in vars(layer).items()
            if name != "shuffle_generator"
            for holder, name, generator in _generators(layer, name, value)
        ]

    def __enter__(self):
        drawing: dict[int, RowsOfDraws] = {}
        for holder, name, generator in self.places:
            rows = drawing.setdefault(id(generator), RowsOfDraws(generator.bit_generator))
            setattr(holder, name, rows)

    def __exit__(self, *error):
        for holder, name, generator in self.places:
            setattr(holder, name, generator)


def _generators(layer, name: str, value) -> list[tuple]:
    """List (object, attribute, generator) if the value is a generator, or a SeedGenerator."""
    if isinstance(value, np.random.Generator):
        return [(layer, name, value)]
    inside = getattr(value, "generator", None)
    return [(value, "generator", inside)] if isinstance(inside, np.random.Generator) else []
