"""The chain rule: walk from the loss back to the weights, and add up what each tensor passes on.

A tensor that was computed from others keeps `edges`, pairs (parent, vjp). Given g = ∂L/∂(tensor),
vjp(g) is the part of ∂L/∂(parent) that passes through this tensor. A parent used twice gets two
parts, and their sum is its gradient.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np


class GraphError(RuntimeError):
    """The graph cannot give a right gradient: it was freed, changed, or never recorded."""


class Placed(NamedTuple):
    """A gradient that is 0 outside an index: ∂L/∂x[index] = g. A vjp may return it.

    The engine adds g at the index. A loop over x[0], x[1], ... therefore needs one array of zeros
    in all, not one for each step. repeats: whether the index may name an element twice.
    """

    index: Any
    g: np.ndarray
    repeats: bool

    def add_to(self, total: np.ndarray) -> None:
        """Compute total[index] += g. An element that the index names twice receives both parts."""
        if self.repeats:
            np.add.at(total, self.index, self.g)
        else:
            total[self.index] += self.g


FREED = type("Freed", (tuple,), {})()  # stands where the edges were, once backward has used them


def backward(root, gradient: np.ndarray, retain_graph: bool = False) -> None:
    """Add ∂L/∂(leaf) to every leaf that root was computed from. gradient: ∂L/∂(root)."""
    order, fresh = newest_first(root), set()
    check(order)
    # the walk ends before a gradient is stored: a vjp that fails leaves all as they were
    for tensor, g in walk(order, {id(root): gradient}, fresh, retain_graph):
        tensor.receive(g if id(tensor) in fresh else g.copy())


def walk(order, waiting: dict, fresh: set, retain_graph: bool) -> list:
    """Go back through the graph. Returns pairs (tensor, its gradient) for leaves and for tensors
    that retain their gradient.

    order: the tensors, each before its parents. waiting: id of a tensor -> ∂L/∂(tensor), the sum of
    the parts computed so far. fresh: the ids of sums that nobody else holds, so that they may be
    changed in place.
    """
    arrived = []
    for tensor in order:
        g = waiting.pop(id(tensor))
        if tensor.retains or not tensor.edges:
            arrived.append((tensor, g))
        repair = getattr(tensor.op, "repair", None)  # what the op does to the results of its vjps
        for parent, vjp in tensor.edges:
            part = vjp(g) if repair is None else repair(g, vjp(g))
            add_up(parent, part, g, waiting, fresh)
        if tensor.edges and not retain_graph:
            tensor.edges, tensor.used, tensor.settings = FREED, (), None
    return arrived


def add_up(parent, part, g, waiting: dict, fresh: set) -> None:
    """Add a part to the sum of ∂L/∂(parent) in `waiting`. g: the gradient that the part was
    computed from.
    """
    key, array = id(parent), parent.array
    if type(part) is not np.ndarray or part.shape != array.shape or part.dtype != array.dtype:
        if type(part) is Placed:
            place(part, key, array, waiting, fresh)
            return
        part = fitted(part, array)
    if key not in waiting:
        waiting[key] = part
        if part is not g and part.base is None:  # neither g nor a view of g
            fresh.add(key)
    elif key in fresh:
        np.add(waiting[key], part, out=waiting[key])
    else:
        waiting[key] = np.asarray(waiting[key] + part)
        fresh.add(key)


def place(part: Placed, key, array, waiting, fresh) -> None:
    """Add a gradient that is 0 outside an index to the sum for the parent with this id (key)."""
    if key not in fresh:
        waiting[key] = waiting[key].copy() if key in waiting else np.zeros_like(array)
        fresh.add(key)
    part.add_to(waiting[key])


def newest_first(root) -> list:
    """List root and every tensor that it was computed from, each before its parents.

    Parents are created before their children, so sorting by order of creation is enough: no
    recursion, any depth.
    """
    found, stack = {id(root): root}, [root]
    while stack:
        for parent, _ in stack.pop().edges:
            if id(parent) not in found:
                found[id(parent)] = parent
                stack.append(parent)
    return sorted(found.values(), key=attrgetter("birth"), reverse=True)


def check(order) -> None:
    """Raise GraphError if the graph was freed, or if a value was changed after an op used it."""
    for tensor in order:
        if tensor.edges is FREED:
            raise GraphError("the graph was freed by an earlier backward()")
        for parent, version in tensor.used:
            if parent.version[0] != version:
                raise ChangedError(parent, tensor.op)


class ChangedError(GraphError):
    """A value was modified in place after an op had used it.

    tensor: the tensor that was modified. op: the op that had used it.
    """

    def __init__(self, tensor, op):
        super().__init__(f"a tensor was modified in place after '{op.__name__}' had used it")
        self.tensor, self.op = tensor, op


def fitted(gradient, array: np.ndarray) -> np.ndarray:
    """Return the gradient in the shape and dtype of the array. Axes that broadcasting added are
    summed.
    """
    if array.dtype.kind != "f":
        raise TypeError("Only float tensors have gradients")
    return sum_to(array.shape, np.asarray(gradient)).astype(array.dtype, copy=False)


def sum_to(shape: tuple, g: np.ndarray) -> np.ndarray:
    """g summed over the axes along which an array of this shape was repeated."""
    added = g.ndim - len(shape)
    z = g.sum(axis=tuple(range(max(added, 0))))
    stretched = [i for i, n in enumerate(shape) if n == 1 and added >= 0]
    z = np.asarray(z.sum(axis=tuple(stretched), keepdims=True))
    if z.shape != shape:
        raise ValueError(f"a vjp returned shape {z.shape} for an input of shape {shape}")
    return z
