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
        ### BEGIN SOLUTION
        return ("v",)
        ### END SOLUTION

    def update(self, w, g, lr, v):
        ### BEGIN SOLUTION
        v *= 0.9
        v += lr * g
        w -= v
        ### END SOLUTION


class Adagrad(Optimizer):
    """s ← s + g²;  w ← w − η·g/√(s + ε), with ε = 1e-7.

    With the rate 0.1 and gradients of 2 the first two steps are 0.1 and 0.1/√2.
    """

    def slots(self):
        ### BEGIN SOLUTION
        return ("s",)
        ### END SOLUTION

    def update(self, w, g, lr, s):
        ### BEGIN SOLUTION
        s += g**2
        w -= lr * g / np.sqrt(s + 1e-7)
        ### END SOLUTION


class RMSprop(Optimizer):
    """v ← 0.9·v + 0.1·g²;  w ← w − η·g/√(v + ε), with ε = 1e-7.

    With the rate 0.1 and gradients of 2 the first step is 0.1/√0.1.
    """

    def slots(self):
        ### BEGIN SOLUTION
        return ("v",)
        ### END SOLUTION

    def update(self, w, g, lr, v):
        ### BEGIN SOLUTION
        v *= 0.9
        v += 0.1 * g**2
        w -= lr * g / np.sqrt(v + 1e-7)
        ### END SOLUTION


class Adam(Optimizer):
    """m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  m̂ = m/(1 − 0.9ᵗ);
    v̂ = v/(1 − 0.999ᵗ);  w ← w − η·m̂/(√v̂ + ε), with ε = 1e-8.

    With the rate 0.1 the first step is 0.1 for every weight, whatever its gradient.
    """

    def slots(self):
        ### BEGIN SOLUTION
        return ("m", "v")
        ### END SOLUTION

    def begin_step(self, t):
        ### BEGIN SOLUTION
        self.t = t
        ### END SOLUTION

    def update(self, w, g, lr, m, v):
        ### BEGIN SOLUTION
        m *= 0.9
        m += 0.1 * g
        v *= 0.999
        v += 0.001 * g**2
        w -= lr * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)
        ### END SOLUTION


class MyOptimizer(Optimizer):
    """Your own. It is made without arguments, MyOptimizer(), and trains a small network
    on two moons for 15 epochs. The checker holds the data and the loss; your optimizer
    gets the gradients and moves the weights.

    Half of the points for a lower loss than plain descent at 0.1, all of them for one
    that comes near momentum 0.9 at 0.1.
    """

    def __init__(self):
        ### BEGIN SOLUTION
        super().__init__(learning_rate=0.05)
        ### END SOLUTION

    def slots(self):
        ### BEGIN SOLUTION
        return ("m", "v")
        ### END SOLUTION

    def update(self, w, g, lr, m, v):
        ### BEGIN SOLUTION
        m *= 0.8
        m += g
        v *= 0.95
        v += 0.05 * g**2
        w -= lr * 0.4 * (m + g) / (np.sqrt(v) + 0.02)
        ### END SOLUTION
