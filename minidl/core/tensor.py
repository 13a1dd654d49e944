"""The tape: a Tensor is an array that remembers what it was computed from.

>>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> loss = (x * x).sum()
>>> loss.backward()
>>> x.grad
array([2., 4., 6.], dtype=float32)

`apply` computes an op of derivatives/ and records, for each input that needs a gradient, the vjp:
how a gradient passes back to it. `backward` (backward.py) calls them from the loss to the leaves.
"""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np

from .backward import GraphError, backward
from .operators import Operators

_births = itertools.count()


class Switches(threading.local):
    """The settings of the current thread."""

    pauses = 0  # number of no_grad() blocks around this code; with 0, apply records
    training: bool | None = None  # whether the running call of a layer trains; None: no call
    quiet = False  # whether NumPy's warnings about inf and nan are switched off


switches = Switches()


class no_grad:
    """`with no_grad():` operations inside are not recorded. They cost less, and backward() is
    impossible.
    """

    def __enter__(self):
        switches.pauses += 1

    def __exit__(self, *error):
        switches.pauses -= 1


def apply(op, *inputs, **settings):
    """Compute op(*inputs), and record for each input that needs a gradient how to compute it.

    op: a function of derivatives/. It takes arrays and returns (array, one vjp for each input).
    inputs: tensors or numbers. settings: arguments that have no gradient.
    """
    try:
        arrays = [x.array for x in inputs]
    except AttributeError:  # a bare number, as in 2 * x
        return apply(op, *tensors(inputs), **settings)
    array, vjps = op(*arrays, **settings)
    result = inputs[0].plain.of(array)
    if result.array.base is not None or result.array is arrays[0]:
        share_versions(result, inputs)
    if not switches.pauses:
        record(result, op, inputs, vjps)
        result.settings = settings if result.edges else None
    return result


def share_versions(result: Tensor, inputs) -> None:
    """Share the input's version counter with a result that is a view of it, since they share
    memory.
    """
    for x in inputs:
        if np.may_share_memory(result.array, x.array):
            result.version = x.version


def record(result: Tensor, op, inputs, vjps) -> None:
    """Store the edges of the result, and the versions of all inputs, because the vjps need their
    values.
    """
    if len(vjps) != len(inputs):
        raise TypeError(f"'{op.__name__}' returned {len(vjps)} vjps for {len(inputs)} inputs")
    edges, used = [], []
    for x, vjp in zip(inputs, vjps):
        used.append((x, x.version[0]))
        if x.requires_grad:
            edges.append((x, vjp))
    if edges and result.array.dtype.kind == "f":
        result.requires_grad, result.op, result.edges, result.used = True, op, edges, used


def tensors(inputs) -> list[Tensor]:
    """Convert the inputs to tensors. A bare number gets the common dtype of the input tensors."""
    dtype = np.result_type(*[x.array.dtype for x in inputs if isinstance(x, Tensor)])
    return [x if isinstance(x, Tensor) else Tensor(x, dtype=dtype) for x in inputs]


class Tensor(Operators):
    """An array that remembers what it was computed from, and its gradient after `backward`.

    data: numbers, copied. requires_grad: True for a leaf whose gradient is wanted, in `.grad`.
    """

    _apply = staticmethod(apply)
    plain: Any  # the class of results: the sum of Variables is a plain Tensor

    requires_grad = False
    grad: Any = None
    op: Any = None  # the op that made it; None for a leaf
    edges: Any = ()  # pairs (tensor that it was computed from, vjp to that tensor)
    used: Any = ()  # pairs (tensor that its vjps need, its version when it was used)
    settings: Any = None  # the settings of its op; None once its edges were freed
    retains = False  # whether it keeps a gradient although it is no leaf

    def __init__(self, data, requires_grad: bool = False, dtype: Any = np.float32):
        self.array = np.array(data, dtype=dtype)
        self.birth = next(_births)  # parents are always born before their children
        self.version = [0]  # counts changes in place; views of the array share the list
        self.requires_grad = requires_grad

    @classmethod
    def of(cls, array) -> Any:
        """Wrap an array that no other code changes in a tensor, without a copy and without
        checks.
        """
        tensor = cls.__new__(cls)
        tensor.array = array if type(array) is np.ndarray else np.asarray(array)
        tensor.birth = next(_births)
        tensor.version = [0]
        return tensor

    shape = property(lambda self: self.array.shape, doc="Its size along each axis.")

    @property
    def data(self) -> np.ndarray:
        """The array. `t.data = ...` and `t.data -= ...` count as a change in place."""
        return self.array

    @data.setter
    def data(self, value):
        self.array = value
        self.version[0] += 1

    def backward(self, gradient=None, retain_graph: bool = False) -> None:
        """Add ∂(this)/∂(leaf) to the `.grad` of every leaf that this was computed from.

        gradient: ∂L/∂(this), of this shape; 1 if left out, which asks for a single number.
        retain_graph: keep the graph for another backward. GraphError if there is no graph.
        """
        if not self.requires_grad:
            raise GraphError("nothing to differentiate: no input had requires_grad=True")
        gradient = np.ones_like(self.array) if gradient is None else np.asarray(gradient)
        backward(self, gradient, retain_graph)

    def receive(self, gradient: np.ndarray) -> None:
        """Add a gradient to `.grad`. Gradients add up until `.grad` is set to None."""
        self.grad = gradient if self.grad is None else np.asarray(self.grad + gradient)

    def detach(self) -> Tensor:
        """A tensor with the same numbers in the same memory, without a graph."""
        tensor = self.plain.of(self.array)
        tensor.version = self.version
        return tensor

    def __len__(self):
        return len(self.array)

    def __repr__(self):
        return f"Tensor({self.array})"


Tensor.plain = Tensor


class Variable(Tensor):
    """A named leaf that training changes: a weight."""

    def __init__(self, data, name: str = "weight", dtype: Any = np.float32):
        super().__init__(data, requires_grad=True, dtype=dtype)
        self.name = name

    def assign(self, value) -> Variable:
        """Replace the numbers in place. backward() fails for a graph that still needs the old
        numbers.
        """
        self.array[...] = value
        self.version[0] += 1
        return self
