"""Optimizers: rules that move each weight along its gradient. Each class implements one paper;
`update` changes arrays in place.

A variable is any object with `array`, its numbers; `grad`, their gradient or None; and `version`, a
list of one number, which counts the changes in place.
"""

from __future__ import annotations

from math import sqrt

import numpy as np


class Optimizer:
    """Base class of optimizers: moves variables along their gradients.

    A subclass defines `update`. It also defines `slots` if it keeps arrays for each variable from
    step to step.
    """

    trainable_variables = ()
    memory = ()  # for each variable the arrays of its slots

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.iterations = 0  # the updates made so far
        self.scratches = {}

    def slots(self) -> tuple[str, ...]:
        """The names of the arrays that are kept for each variable."""
        return ()

    def initial(self, slot: str, w: np.ndarray) -> np.ndarray:
        """The initial value of a slot."""
        return np.zeros_like(w)

    def begin_step(self, t: int) -> None:
        """Compute quantities that are the same for all variables of a step. t: 1 in the
        first step.
        """

    def update(self, w: np.ndarray, g: np.ndarray, lr: float, *slots: np.ndarray):
        """Move w in place. g: its gradient, not to be changed. slots: the arrays named by
        `slots()`.
        """
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update(self, w, g, lr, *slots)."
        )

    def build(self, variables) -> None:
        """Set the variables to move, and create their slots."""
        self.trainable_variables = variables = list(variables)
        self.memory = [[self.initial(s, v.array) for s in self.slots()] for v in variables]

    def step(self) -> None:
        """Move the variables along the gradients that backward() computed, and clear these
        gradients.
        """
        grads = [v.grad for v in self.trainable_variables]
        for v in self.trainable_variables:
            v.grad = None  # before the update: a step that fails leaves no gradient behind
        self.advance(grads)

    def advance(self, grads) -> None:
        """Make one step along grads: a gradient for each variable, or None."""
        self.move(grads, self.learning_rate, self.iterations + 1)
        self.iterations += 1

    def move(self, grads, lr: float, t: int) -> None:
        """Update all variables that have a gradient, in step t."""
        self.begin_step(t)
        for v, g, slots in self.moves(grads):
            if g is not None:
                moved = self.update(v.array, g, lr, *slots)
                if moved is not None:
                    self.replace(v, moved)
                v.version[0] += 1

    def moves(self, grads):
        """Return (variable, gradient, slots) for every update of a step."""
        return zip(self.trainable_variables, grads, self.memory)

    def replace(self, variable, values) -> None:
        """Copy values that an update returned into the variable."""
        variable.array[...] = values

    def scratch(self, w: np.ndarray, number: int = 0) -> np.ndarray:
        """An array of w's shape for intermediate results. It is reused, since allocating one costs
        more.
        """
        key = w.shape, w.dtype, number
        if key not in self.scratches:
            self.scratches[key] = np.empty_like(w)
        return self.scratches[key]


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
        step = np.multiply(lr, g, out=self.scratch(w))
        if velocity is None:
            w -= step
            return
        velocity *= self.momentum
        velocity -= step
        if self.nesterov:
            w -= step
            w += np.multiply(self.momentum, velocity, out=step)
        else:
            w += velocity


class Adam(Optimizer):
    """m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)

    Kingma & Ba 2015, in the form at the end of their section 2.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def slots(self):
        return ("m", "v")

    def begin_step(self, t):
        self.correction = sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)

    def update(self, w, g, lr, m, v):
        spare = self.scratch(w)
        self.remember(g, m, v, spare)
        self.descend(w, lr * self.correction, m, v, spare)

    def remember(self, g, m, v, spare) -> None:
        """m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²"""
        m *= self.beta_1
        m += np.multiply(1 - self.beta_1, g, out=spare)
        v *= self.beta_2
        g2 = np.square(g, out=spare)
        v += np.multiply(1 - self.beta_2, g2, out=spare)

    def descend(self, w, rate: float, m, v, spare) -> None:
        """w ← w − rate·m/(√v + ε)"""
        size = np.sqrt(v, out=spare)
        size += self.epsilon
        step = np.divide(m, size, out=spare)
        step *= rate
        w -= step
