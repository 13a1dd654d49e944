"""hw03: an autograd engine for single numbers. Check with
python -m minidl.homework check hw03

The five tasks all look at the class below: `forward` at its values, `backward` at
gradients of a tree, `shared` at numbers that are used more than once, `order` at graphs
where the order of the walk matters, `depth` at a chain of 20 000 operations.
"""

import math


class Value:
    """A number that remembers what it was made from.

    value: the number. grad: ∂(end)/∂(this), after end.backward(). It knows +, * and
    exp(), with other Values and with plain numbers on either side. backward() sets grad
    for everything that this Value was made from.

    >>> x = Value(3.0)
    >>> y = x * x + 2.0 * x
    >>> y.value
    15.0
    >>> y.backward()
    >>> x.grad                      # 2x + 2
    8.0

    Hints: keep for each Value its parents and how much it changes with each of them. In
    backward, order the graph so that each Value comes before its parents, set the last
    one's grad to 1, and add to each parent's grad. A chain of 20 000 is deeper than
    Python's recursion goes: use a list as a stack.
    """

    def __init__(self, value):
        raise NotImplementedError("hw03: Value.__init__")

    def __add__(self, other):
        raise NotImplementedError("hw03: Value.__add__")

    def __mul__(self, other):
        raise NotImplementedError("hw03: Value.__mul__")

    def exp(self):
        """e to the power of this."""
        raise NotImplementedError("hw03: Value.exp")

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        """Set grad of everything that this was made from."""
        raise NotImplementedError("hw03: Value.backward")
