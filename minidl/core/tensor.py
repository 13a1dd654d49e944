"""The tape: a Tensor is an array that remembers what it was computed from.

>>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> loss = (x * x).sum()
>>> loss.backward()
>>> x.grad
array([2., 4., 6.], dtype=float32)

`apply` computes an op of the table (derivatives/) and keeps, for each input that needs a gradient,
the way back to it. `backward` (backward.py) walks these ways from the loss to the leaves.
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
    """What holds in this thread."""

    pauses = 0  # how many no_grad() stand around: if none does, apply keeps the way back
    training: bool | None = None  # whether the running call of a layer trains; None: no call
    quiet = False  # whether NumPy's warnings about inf and nan are switched off


switches = Switches()


class no_grad:
    """`with no_grad():` nothing inside is recorded. It costs less, and there is no backward."""

    def __enter__(self):
        switches.pauses += 1

    def __exit__(self, *error):
        switches.pauses -= 1


def apply(op, *inputs, **settings):
    """Compute op(*inputs), and keep the way back to those inputs that need a gradient.

    op: a function of the table: arrays in, (array, one vjp for each input) out. inputs: tensors or
    numbers. settings: whatever has no gradient.
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
    return result


def share_versions(result: Tensor, inputs) -> None:
    """Where the result is a view of an input, changing the one changes the other."""
    for x in inputs:
        if np.may_share_memory(result.array, x.array):
            result.version = x.version


def record(result: Tensor, op, inputs, vjps) -> None:
    """Keep the edges, and the versions of all inputs: the vjps still need their numbers."""
    if len(vjps) != len(inputs):
        raise TypeError(f"'{op.__name__}' returned {len(vjps)} vjps for {len(inputs)} inputs")
    edges = [(x, vjp) for x, vjp in zip(inputs, vjps) if x.requires_grad]
    if edges and result.array.dtype.kind == "f":
        result.requires_grad, result.op, result.edges = True, op, edges
        result.used = [(x, x.version[0]) for x in inputs]


def tensors(inputs) -> list[Tensor]:
    """The inputs as tensors. A bare number takes the dtype of the tensors beside it."""
    dtypes = [x.array.dtype for x in inputs if isinstance(x, Tensor)]
    return [
        x if isinstance(x, Tensor) else Tensor(x, dtype=np.result_type(*dtypes)) for x in inputs
    ]


class Tensor(Operators):
    """An array, where it came from, and after `backward` the gradient with respect to it.

    data: numbers, copied. requires_grad: True for a leaf whose gradient is wanted, in `.grad`.
    """

    _apply = staticmethod(apply)
    plain: Any  # the class of what is computed from it: a Variable's sum is no Variable

    requires_grad = False
    grad: Any = None
    op: Any = None  # the op that made it; None for a leaf
    edges: Any = ()  # pairs (tensor that it was computed from, vjp: the way back to that one)
    used: Any = ()  # pairs (tensor that its vjps need, the version of that one when it was used)
    retains = False  # whether it keeps a gradient although it is no leaf

    def __init__(self, data, requires_grad: bool = False, dtype: Any = np.float32):
        self.array = np.array(data, dtype=dtype)
        self.birth = next(_births)  # parents are always born before their children
        self.version = [0]  # counts changes in place; views of the array share the list
        self.requires_grad = requires_grad

    @classmethod
    def of(cls, array) -> Any:
        """A tensor around an array that nobody else will change: no copy, no checks."""
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
        """Add to the gradient. It adds up until it is set to None."""
        self.grad = gradient if self.grad is None else np.asarray(self.grad + gradient)

    def detach(self) -> Tensor:
        """The same numbers in the same memory, cut off from the graph."""
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
        """Replace the numbers in place. A graph that still needs the old ones refuses backward."""
        self.array[...] = value
        self.version[0] += 1
        return self
