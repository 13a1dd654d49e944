"""Optimizers: rules that move each weight along its gradient. Each class implements one
paper; `update` changes arrays in place.

A variable is any object with `array`, its numbers, and `grad`, their gradient or None.
Change w and the slots in place, with +=, *= or [...] =: what you bind anew, as in w = w -
g, is forgotten.
"""

import numpy as np


class Optimizer:
    """Base class of optimizers: moves variables along their gradients.

    A subclass defines `update`. It also defines `slots` if it keeps arrays for each
    variable from step to step.
    """

    trainable_variables = ()
    memory = ()  # for each variable the list of its slots' arrays

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.iterations = 0  # the updates made so far

    def slots(self):
        """The names of the arrays that are kept for each variable."""
        return ()

    def begin_step(self, t):
        """Compute quantities that are the same for all variables of a step. t: 1 in the
        first step.
        """

    def update(self, w, g, lr, *slots):
        """Move w in place. g: its gradient, not to be changed. slots: the arrays named by
        `slots()`.
        """
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update(self, w, g, lr, *slots)."
        )

    def build(self, variables):
        """Set the variables to move, and create their slots.

        self.trainable_variables: a list of them. self.memory: for each variable a list
        with an array of zeros, in the shape of v.array, for each name in self.slots().
        """
        raise NotImplementedError("write Optimizer.build in optimizer.py")

    def step(self):
        """Move the variables along the gradients that backward() computed, and clear
        these gradients.

        1. begin_step(t), where t is 1 in the first step.
        2. For each variable that has a gradient: update(v.array, v.grad, the learning
           rate, *its slots), and set v.grad to None.
        3. Count the step in self.iterations.
        """
        raise NotImplementedError("write Optimizer.step in optimizer.py")


class SGD(Optimizer):
    """w ← w − η·g; with momentum v ← μ·v − η·g; w ← w + v; with nesterov w ← w + μ·v − η·g

    Robbins & Monro 1951; Polyak 1964; Nesterov 1983 in the form of Sutskever et al. 2013.
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False):
        super().__init__(learning_rate)
        self.momentum, self.nesterov = momentum, nesterov

    def slots(self):
        return ("velocity",) if self.momentum else ()

    def update(self, w, g, lr, velocity=None):
        """η is lr, v is velocity, μ is self.momentum. Without momentum velocity is None.
        With nesterov, v is first updated as with momentum; then w takes the new v.
        """
        raise NotImplementedError("write SGD.update in optimizer.py")


class Adam(Optimizer):
    """m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)

    Kingma & Ba 2015, in the form at the end of their section 2.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def slots(self):
        """m and v are kept."""
        raise NotImplementedError("write Adam.slots in optimizer.py")

    def begin_step(self, t):
        """Compute self.correction = √(1−β₂ᵗ)/(1−β₁ᵗ), which makes up for m and v having
        begun at 0.
        """
        raise NotImplementedError("write Adam.begin_step in optimizer.py")

    def update(self, w, g, lr, m, v):
        """Move m, v and w, all three in place."""
        raise NotImplementedError("write Adam.update in optimizer.py")
