"""The tape: a Tensor is an array that remembers what it was computed from.

`apply` computes an op of derivatives/ and records, for each input that needs a gradient,
the vjp: how a gradient passes back to it. `backward` (backward.py) calls these vjps from
the loss back to the leaves. A leaf is a tensor that was not computed: data or a weight.

>>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> loss = (x * x).sum()
>>> loss.backward()
>>> x.grad
array([2., 4., 6.], dtype=float32)
"""

import itertools
import threading

import numpy as np

from .backward import GraphError, backward
from .operators import Operators

_births = itertools.count()  # next(_births) is 0, then 1, then 2, ...


class Switches(threading.local):
    """The settings of the current thread."""

    pauses = 0  # number of no_grad() blocks around this code; with 0, apply records


switches = Switches()


class no_grad:
    """`with no_grad():` operations inside are not recorded. They cost less, and
    backward() is impossible.
    """

    def __enter__(self):
        switches.pauses += 1

    def __exit__(self, *error):
        switches.pauses -= 1


def apply(op, *inputs, **settings):
    """Compute op(*inputs), and record for each input that needs a gradient how to compute
    it. Returns a Tensor.

    op: a function of derivatives/. It takes arrays and returns (array, one vjp for each
    input). inputs: tensors or numbers; `tensors(inputs)` makes tensors of all of them.
    settings: arguments without a gradient, such as axis=0.

    1. Call op with the inputs' arrays and the settings.
    2. Wrap its array in a Tensor: Tensor.of(array).
    3. If switches.pauses is 0, let `record` store the vjps in it.
    """
    raise NotImplementedError("write apply in tensor.py")


def record(result, op, inputs, vjps):
    """Store in `result` what backward needs.

    result.edges: a list of pairs (input, its vjp), one for each input with requires_grad,
    and none for the others. If there is such an input, result.requires_grad is True and
    result.op is op. Otherwise result stays as it is.
    """
    raise NotImplementedError("write record in tensor.py")


def tensors(inputs):
    """Convert the inputs to tensors. A bare number gets the common dtype of the input
    tensors.
    """
    dtype = np.result_type(*[x.array.dtype for x in inputs if isinstance(x, Tensor)])
    return [x if isinstance(x, Tensor) else Tensor(x, dtype=dtype) for x in inputs]


class Tensor(Operators):
    """An array that remembers what it was computed from, and its gradient after
    `backward`.
    """

    _apply = staticmethod(apply)

    requires_grad = False
    grad = None
    op = None  # the op that made it; None for a leaf
    edges = ()  # pairs (tensor that it was computed from, vjp to that tensor)

    def __init__(self, data, requires_grad=False, dtype=np.float32):
        """Make a leaf.

        self.array: a copy of data, as a NumPy array of this dtype. self.birth: the next
        number of _births; what is computed later has a larger one. self.requires_grad:
        True for a leaf whose gradient is wanted.
        """
        raise NotImplementedError("write Tensor.__init__ in tensor.py")

    @classmethod
    def of(cls, array):
        """Wrap an array that no other code changes in a tensor, without a copy."""
        tensor = cls.__new__(cls)
        tensor.array = np.asarray(array)
        tensor.birth = next(_births)
        return tensor

    shape = property(lambda self: self.array.shape, doc="Its size along each axis.")
    data = property(lambda self: self.array, doc="The array.")

    def backward(self, gradient=None, retain_graph=False):
        """Add ∂(this)/∂(leaf) to the `.grad` of every leaf that this was computed from.

        gradient: ∂L/∂(this), of this shape; 1 if left out, which asks for a single
        number. retain_graph: keep the graph for another backward.
        """
        if not self.requires_grad:
            raise GraphError(
                "nothing to differentiate: no input had requires_grad=True"
            )
        gradient = (
            np.ones_like(self.array) if gradient is None else np.asarray(gradient)
        )
        backward(self, gradient, retain_graph)

    def receive(self, gradient):
        """Add a gradient to `.grad`, which is None before the first one.

        Gradients add up until `.grad` is set to None. Never change `gradient` itself, nor
        an array that somebody else may hold: make a new one for the sum.
        """
        raise NotImplementedError("write Tensor.receive in tensor.py")

    def __len__(self):
        return len(self.array)

    def __repr__(self):
        return f"Tensor({self.array})"


class Variable(Tensor):
    """A named leaf that training changes: a weight."""

    def __init__(self, data, name="weight", dtype=np.float32):
        super().__init__(data, requires_grad=True, dtype=dtype)
        self.name = name

    def assign(self, value):
        """Replace the numbers in place."""
        self.array[...] = value
        return self
