"""The chain rule: walk from the loss back to the weights, and add up what each tensor
passes on.

A tensor that was computed from others keeps `edges`, pairs (parent, vjp). Given g =
∂L/∂(tensor), vjp(g) is the part of ∂L/∂(parent) that passes through this tensor. A parent
that is used twice gets two parts, and their sum is its gradient.
"""

import numpy as np


class GraphError(RuntimeError):
    """The graph cannot give a right gradient: it was freed, or never recorded."""


# stands where the edges were, once backward has used them: a tuple without entries
FREED = type("Freed", (tuple,), {})()


def backward(root, gradient, retain_graph=False):
    """Add ∂L/∂(leaf) to every leaf that root was computed from. gradient: ∂L/∂(root).

    Keep a dict with the sum that each tensor has got so far: {id(tensor): sum}. At first
    it has only root's gradient. Then go through newest_first(root), each tensor in turn:

    1. Take its sum g. All who use this tensor came earlier in the list, so g is complete.
    2. If the tensor has no edges, it is a leaf: tensor.receive(a copy of g).
    3. For each pair (parent, vjp) of its edges compute the part vjp(g), bring it to the
       shape of parent.array with sum_to, and add it to the parent's sum. Make a new array
       for a sum, because a vjp may have returned g itself.
    4. Unless retain_graph is True, set tensor.edges = FREED.

    If the edges of a tensor are FREED from the start, raise GraphError("the graph was
    freed by an earlier backward()"), before any leaf has received anything.
    """
    raise NotImplementedError("write backward in backward.py")


def newest_first(root):
    """List root and every tensor that it was computed from, each once, and each before
    its parents.

    A parent is always born before its children. So find all tensors, following the edges,
    and sort them by `birth`, the largest first. Use a list as a stack and a dict {id:
    tensor}; a recursive function fails when the graph is 1 000 ops deep.
    """
    raise NotImplementedError("write newest_first in backward.py")


def sum_to(shape, g):
    """Return g summed over the axes along which an array of this shape was repeated.

    Broadcasting adds axes in front, and stretches axes of size 1. The gradient of an
    entry that was repeated is the sum of the gradients of its copies.

    >>> sum_to((3,), np.ones((4, 3)))  # an axis was added in front
    array([4., 4., 4.])
    >>> sum_to((2, 1), np.ones((2, 3)))  # the axis of size 1 was stretched
    array([[3.],
           [3.]])
    """
    raise NotImplementedError("write sum_to in backward.py")
