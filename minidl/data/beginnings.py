"""Where the elements of a dataset come from: arrays, generators, files, other datasets.

Each function returns what Elements takes: how to begin, how many there are, and their spec.
"""

from __future__ import annotations

import contextlib
import glob
import os
from typing import Any

import numpy as np

from ..support.structures import is_nested, leaves, tree_map
from . import lengths
from .batches import check_same_length, rows
from .elements import Elements, as_arrays
from .lengths import UNKNOWN_CARDINALITY
from .specs import fitted, spec_of, specs_from


def slices(tensors) -> tuple:
    """The rows of arrays."""
    arrays = as_arrays(tensors)
    if not leaves(arrays) or any(a.ndim == 0 for a in leaves(arrays)):
        raise ValueError(
            "from_tensor_slices takes arrays whose first axis counts the samples; received "
            f"{type(tensors).__name__} with a single number, or nothing, in it."
        )
    size = check_same_length(tensors=arrays)

    def spec():
        return tree_map(lambda s: s.with_axes(of=1), spec_of(arrays))

    return lambda: (rows(arrays, i) for i in range(size)), size, spec


def generated(generator: Any, output_types, output_shapes, args, signature) -> tuple:
    """What generator(*args) yields."""
    if not callable(generator):
        raise TypeError(
            "from_generator takes a function that makes a generator, so that each loop can begin "
            f"anew; received {type(generator).__name__}. Write the generator as a function, and "
            "pass it without calling it."
        )
    spec: Any = signature
    if spec is None and output_types is not None:
        spec = specs_from(output_types, output_shapes)
    given = [] if args is None else [as_arrays(a) for a in args]

    def begin():
        elements: Any = generator(*given)
        for element in elements:
            yield as_arrays(element) if spec is None else fitted(element, spec)

    return begin, UNKNOWN_CARDINALITY, None if spec is None else lambda: spec


def matching(patterns) -> tuple:
    """The paths of the files that match a pattern, or one of several; sorted."""
    texts = np.asarray(patterns).ravel().tolist()
    found = sorted({path for pattern in texts for path in glob.glob(os.fsdecode(pattern))})
    if not found:
        raise FileNotFoundError(
            f"list_files: no file matches {', '.join(repr(os.fsdecode(t)) for t in texts)} from "
            f"the folder {os.getcwd()!r}."
        )
    return slices(found)


def lines(filenames) -> tuple:
    """The lines of text files; of the files that a dataset of paths brings, if it is one."""

    def begin():
        paths = filenames.begin() if isinstance(filenames, Elements) else np.ravel(filenames)
        for path in paths:
            with open(os.fsdecode(np.asarray(path).item()), encoding="utf-8") as file:
                for line in file:
                    yield np.str_(line.rstrip("\n"))

    return begin, UNKNOWN_CARDINALITY, lambda: spec_of(np.str_(""))


def side_by_side(datasets) -> tuple:
    """The elements of several datasets side by side, nested as the datasets are."""
    sources = leaves(datasets)
    if not is_nested(datasets) or not all(isinstance(d, Elements) for d in sources):
        raise TypeError(
            "Dataset.zip takes datasets, zip(a, b), or a tuple or dict of some; received "
            f"{[type(d).__name__ for d in sources]}."
        )

    def begin():
        parts = tree_map(lambda d: iter(d.begin()), datasets)
        with contextlib.suppress(_Ended):
            while True:
                yield tree_map(_next, parts)

    size = lengths.shortest([d.size for d in sources])
    return begin, size, lambda: tree_map(lambda d: d.element_spec, datasets)


class _Ended(Exception):
    """One of the datasets side by side has no more elements."""


def _next(elements):
    for element in elements:
        return element
    raise _Ended
