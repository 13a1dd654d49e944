"""Symbols: tensors whose values come later. A `Symbol` has a shape and remembers the layer call or
op that will compute it.

`apply` and `Layer.__call__` call `record` if they receive a Symbol. A recorded node is a whole
layer call or a single op, never the inside of a layer. So weights, the training flag and random
numbers are those of the moment when `models/graph.py` runs the nodes.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from .core.derivatives import arithmetic, shaping
from .core.training import undisturbed
from .guards.shapes import for_any_batch
from .support import backend
from .support.dry_run import dry_run, guessing, state, take_room
from .support.structures import keys, leaves, paths, pick, tree_map
from .tensor import Operators, Tensor, apply


class Node:
    """A recorded step: function(*args, **kwargs), where some of the arguments are symbols."""

    def __init__(self, function, args: tuple, kwargs: dict, name: str):
        self.function, self.args, self.kwargs, self.name = function, args, kwargs, name
        self.places: list[tuple] = [()]  # the position of each symbol in its result

    def parents(self) -> list[Symbol]:
        """The symbols among the arguments of this step."""
        found: list[Symbol] = []
        replace((self.args, self.kwargs), found.append)
        return found

    def run(self, value_of) -> Any:
        """Compute the step with real values. value_of: a function Symbol -> Tensor."""
        args, kwargs = replace((self.args, self.kwargs), value_of)
        return self.function(*args, **kwargs)


class Symbol(Operators):
    """A tensor whose value comes later. shape: with None for an axis of unknown size, batch axis
    first. node: the step that computes it.

    path: the position in the step's result, for a step with several results. maker: the input layer
    of a symbol without a step.
    """

    _apply = staticmethod(apply)
    maker: Any = None

    def __init__(
        self, shape, dtype=None, name: str | None = None, node: Node | None = None, path: tuple = ()
    ):
        self.shape = tuple(None if n is None else int(n) for n in shape)
        self.dtype = np.dtype(dtype or backend.floatx())
        self.name = name or (node.name if node else "input")
        self.node, self.path = node, path

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def record_op(self, op, inputs, params) -> Symbol:
        """Record an op on symbols. `apply` calls this method instead of computing."""
        tried = _reshaped if op is shaping.reshape else None
        return record(partial(apply, op), inputs, params, op.__name__, tried)

    def __repr__(self):
        return f"<Symbol '{self.name}' shape={self.shape} dtype={self.dtype}>"

    def detach(self) -> Symbol:
        """Return the same value, without a gradient."""
        return record(Tensor.detach, (self,), {}, "detach")

    def __bool__(self):
        raise TypeError(
            "A symbol has no value yet, so `if` cannot ask for one. Use ops.where, or decide "
            "inside a Layer's call()."
        )

    def __lt__(self, other):
        return apply(arithmetic.step, self, other, function=np.less)

    def __le__(self, other):
        return apply(arithmetic.step, self, other, function=np.less_equal)

    def __gt__(self, other):
        return apply(arithmetic.step, self, other, function=np.greater)

    def __ge__(self, other):
        return apply(arithmetic.step, self, other, function=np.greater_equal)

    def __eq__(self, other):
        if not isinstance(other, Symbol):
            raise TypeError(
                "A symbol has no value yet and cannot be compared. Compare inside a Layer's call()."
            )
        return self is other

    __hash__ = object.__hash__

    def __iter__(self):
        raise TypeError("A symbol has no value yet and cannot be looped over; index it: x[:, 0].")

    def __array__(self, *args, **kwargs):
        raise TypeError(
            "A symbol has no value yet, so NumPy cannot compute with it. Use minidl.ops, or a "
            "Layer or Lambda."
        )


def replace(structure, value_of):
    """Return the same structure of tuples, lists and dicts, with each symbol replaced by
    value_of(symbol).
    """
    return tree_map(
        lambda value: value_of(value) if isinstance(value, Symbol) else value, structure
    )


def has_symbol(structure) -> bool:
    """Whether these arguments contain a symbol."""
    if type(structure) in (list, tuple):
        return any([has_symbol(s) for s in structure])
    return isinstance(structure, Symbol) or (
        type(structure) is dict and has_symbol(list(structure.values()))
    )


def unknown_sizes_of(function) -> tuple[int, int] | None:
    """Return the two sizes to try for axes of unknown size if the layer requires certain sizes,
    such as a layer with a window; None if any size works.
    """
    return function.unknown_sizes if hasattr(type(function), "unknown_sizes") else None


def is_graph(function) -> bool:
    """Whether a function is a model of recorded steps."""
    return hasattr(type(function), "symbol_graph") and function.symbol_graph is not None


def record(function, args, kwargs, name: str, tried=None, unknown_sizes=None) -> Any:
    """Record a step and return the symbols of its results. Their shapes come from a dry run on
    zeros.

    The dry run uses batches of 2 and of 3 samples. An axis whose size differs between the two has
    unknown size (None). While a file is read, the batches are empty to save memory, and for a whole
    model to save time; then an axis of size 0 has unknown size too. tried: a function to compute in
    the dry run instead. unknown_sizes: as of unknown_sizes_of, for a function that is not a layer.
    """
    node = Node(function, args, kwargs, name)
    trial = Node(tried or function, args, kwargs, name)
    symbols = trial.parents()
    unknown = 2 if any(None in s.shape[1:] for s in symbols) else 1
    guesses = _guesses(symbols) if unknown == 2 else [(2, 3)]
    first = unknown_sizes or unknown_sizes_of(function)
    guesses = guesses if first is None else [first, *guesses]

    def show():
        with guessing(unknown):
            if state.room is None and not is_graph(function):
                return _first_that_works(trial, (2, 3), guesses)
            return _counted(trial, symbols, guesses, name)

    two, three = undisturbed(lambda: dry_run(show), recording=False)
    return _symbols(two, three, node)


def _guesses(symbols) -> list[tuple[int, int]]:
    """List pairs of sizes to try for axes of unknown size, except the batch axis.

    Larger sizes are for steps that take, for example, position 5. A size of another input, the same
    in both runs, is for steps that join two inputs.
    """
    known = {n for s in symbols for n in s.shape[1:] if n is not None}
    largest = max(s.shape[1:].count(None) for s in symbols)
    return [(2, 3), *[(n, n) for n in sorted(known)], (60, 90)][: None if largest < 3 else -1]


def _first_that_works(trial: Node, batches, guesses) -> list:
    """Compute the results for two batches with the first pair of sizes without an error. If all
    fail, raise the first error.
    """
    errors = []
    for sizes in guesses:
        try:
            runs = zip(batches, sizes)
            return [trial.run(partial(_zeros, batch=n, other=m)) for n, m in runs]
        except (ValueError, IndexError) as error:
            errors.append(error)
    raise for_any_batch(errors[0])


def _counted(trial: Node, symbols, guesses, name: str) -> list:
    """Like _first_that_works with empty batches, and with other batches if the step fails for empty
    ones.
    """
    take_room(2 * sum(math.prod(n or 0 for n in s.shape) for s in symbols), f"'{name}'")
    try:
        results = _first_that_works(trial, (0, 0), guesses)
    except (ValueError, IndexError, ZeroDivisionError):
        sizes = [math.prod(n or 3 for n in s.shape) for s in symbols]
        take_room(4 * sum(sizes), f"'{name}'")
        results = _first_that_works(trial, (2, 3), guesses)
    take_room(sum(np.size(x) for x in leaves(results)), f"'{name}'")
    return results


def _reshaped(x, shape):
    return x.reshape(shape)


def _zeros(symbol: Symbol, batch: int, other: int) -> Any:
    """Return zeros that replace the symbol in a dry run, with a mask that is True everywhere."""
    sizes = [batch, *[other] * (len(symbol.shape) - 1)]
    shape = [m if n is None else n for n, m in zip(symbol.shape, sizes)]
    if symbol.dtype.kind == "U":  # texts of as many words: nothing follows from their number
        return np.full(shape, " ".join("a" * batch), object)
    zeros = Tensor(np.zeros(shape, symbol.dtype))
    if symbol.mask is not None:
        zeros.mask = Tensor(np.ones_like(_zeros(symbol.mask, batch, other).array))
    return zeros


def mask_of(x):
    """Return the mask of a tensor."""
    return x.mask


def _symbols(two, three, node):
    symbols = {}
    for path, x in paths(two):
        other = pick(three, path)
        symbols[path] = symbol = Symbol(_shape(x, other), x.dtype, node=node, path=path)
        if getattr(x, "mask", None) is not None:
            later = Node(mask_of, (symbol,), {}, "mask")
            symbol.mask = Symbol(_shape(x.mask, other.mask), bool, node=later)
    node.places = list(symbols)
    return symbols[()] if () in symbols else _nest(two, symbols)


def _shape(two, three) -> list:
    return [a if a == b and a else None for a, b in zip(two.shape, three.shape)]


def _nest(structure, symbols, path: tuple = ()):
    """Return `structure` with each value replaced by symbols[path]."""
    if isinstance(structure, dict):
        return {k: _nest(structure[k], symbols, (*path, k)) for k in keys(structure)}
    if isinstance(structure, (list, tuple)):
        return type(structure)([_nest(v, symbols, (*path, i)) for i, v in enumerate(structure)])
    return symbols[path]
