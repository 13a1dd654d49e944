"""hw05: optimizers. Check with  python -m minidl.homework check hw05

An optimizer is a class with `slots`, the names of what it remembers for each weight
(arrays of zeros at first), and `update`, which moves the weights w, an array, in place,
along their gradient g. lr is the learning rate; `begin_step(t)` is called before each
step, t = 1, 2, ... Change w and the slots in place, with +=, *= or [...] =: what you
bind anew is forgotten.

>>> class PlainDescent(Optimizer):
...     def update(self, w, g, lr):
...         w -= lr * g
"""

import numpy as np

from minidl.optimizers import Optimizer


class Momentum(Optimizer):
    """v ← 0.9·v + η·g;  w ← w − v.

    With the rate 0.1 and gradients of 1 the first two steps are 0.1 and 0.19.
    """

    def slots(self):
        raise NotImplementedError("hw05 task 1: Momentum.slots")

    def update(self, w, g, lr, v):
        raise NotImplementedError("hw05 task 1: Momentum.update")


class Adagrad(Optimizer):
    """s ← s + g²;  w ← w − η·g/√(s + ε), with ε = 1e-7.

    With the rate 0.1 and gradients of 2 the first two steps are 0.1 and 0.1/√2.
    """

    def slots(self):
        raise NotImplementedError("hw05 task 2: Adagrad.slots")

    def update(self, w, g, lr, s):
        raise NotImplementedError("hw05 task 2: Adagrad.update")


class RMSprop(Optimizer):
    """v ← 0.9·v + 0.1·g²;  w ← w − η·g/√(v + ε), with ε = 1e-7.

    With the rate 0.1 and gradients of 2 the first step is 0.1/√0.1.
    """

    def slots(self):
        raise NotImplementedError("hw05 task 3: RMSprop.slots")

    def update(self, w, g, lr, v):
        raise NotImplementedError("hw05 task 3: RMSprop.update")


class Adam(Optimizer):
    """m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  m̂ = m/(1 − 0.9ᵗ);
    v̂ = v/(1 − 0.999ᵗ);  w ← w − η·m̂/(√v̂ + ε), with ε = 1e-8.

    With the rate 0.1 the first step is 0.1 for every weight, whatever its gradient.
    """

    def slots(self):
        raise NotImplementedError("hw05 task 4: Adam.slots")

    def begin_step(self, t):
        raise NotImplementedError("hw05 task 4: Adam.begin_step")

    def update(self, w, g, lr, m, v):
        raise NotImplementedError("hw05 task 4: Adam.update")


class MyOptimizer(Optimizer):
    """Your own. It is made without arguments, MyOptimizer(), and trains a small network
    on two moons for 15 epochs. The checker holds the data and the loss; your optimizer
    gets the gradients and moves the weights.

    Half of the points for a lower loss than plain descent at 0.1, all of them for one
    that comes near momentum 0.9 at 0.1.
    """

    def __init__(self):
        raise NotImplementedError("hw05 task 5: MyOptimizer.__init__")

    def slots(self):
        raise NotImplementedError("hw05 task 5: MyOptimizer.slots")

    def update(self, w, g, lr, m, v):
        raise NotImplementedError("hw05 task 5: MyOptimizer.update")
