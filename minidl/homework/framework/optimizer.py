"""Tasks for optimizer.py: what a step does, and the paths of SGD and Adam."""

from __future__ import annotations

import numpy as np

from ...core import optimizer as right
from ...core.tensor import Variable
from ..assignments import Task
from .asking import ALL


def descent(mydl, said: list[int]):
    """Return an optimizer with one slot, the sum of the gradients. It appends the number of each
    step to `said`.
    """

    class Descent(mydl.optimizer.Optimizer):
        def slots(self):
            return ("seen",)

        def begin_step(self, t):
            said.append(int(t))

        def update(self, w, g, lr, seen):
            seen += g
            w -= lr * seen

    return Descent(0.5)


def run_step(mydl, a, b, g):
    """Return what that optimizer does in two steps with two variables, of which the second has no
    gradient.
    """
    said: list[int] = []
    x, still = mydl.tensor.Variable(a), mydl.tensor.Variable(b)
    optimizer = descent(mydl, said)
    optimizer.build(v for v in (x, still))
    found = {"slots": [[np.shape(slot) for slot in slots] for slots in optimizer.memory]}
    for _ in range(2):
        x.grad = np.array(g)
        optimizer.step()
    return found | {
        "t": said,
        "w": x.array,
        "w without a gradient": still.array,
        "grad after the step": x.grad,
        "iterations": int(optimizer.iterations),
    }


def right_step(a, b, g, t=(1, 2), w=3.0, grad=None, iterations=2):
    """Return the right answer to run_step, or one with a mistake."""
    return {
        "slots": [[a.shape], [b.shape]],
        "t": list(t),
        "w": a - 0.5 * w * g,
        "w without a gradient": b,
        "grad after the step": grad,
        "iterations": iterations,
    }


def weights(rng):
    return [tuple(rng.normal(size=s) for s in ((2, 3), (4,), (2, 3)))]


def run_path(mydl, name, settings, start, gradients):
    """Return the weights after each step along these gradients."""
    optimizer = getattr(mydl.optimizer, name)(**settings)
    w, path = mydl.tensor.Variable(start, dtype="float64"), []
    optimizer.build([w])
    for g in gradients:
        w.grad = np.array(g)
        optimizer.step()
        path.append(np.array(w.array))
    return np.stack(path)


def path_of(kind):
    """Return a function that answers run_path with an optimizer of this class."""

    def answer(name, settings, start, gradients):
        optimizer, w, path = kind(**settings), Variable(start, dtype="float64"), []
        optimizer.build([w])
        for g in gradients:
            w.grad = np.array(g)
            optimizer.step()
            path.append(np.array(w.array))
        return np.stack(path)

    return answer


def path(name, *kept):
    """Return the cases of an optimizer with each of these settings. The sizes of the gradients go
    from small to large, so that every ε and every square shows.
    """

    def cases(rng):
        start, size = rng.normal(size=4), 10.0 ** rng.integers(-3, 2, 4)
        return [(name, settings, start, rng.normal(size=(10, 4)) * size) for settings in kept]

    return cases


# --- rules with a mistake


class Uphill(right.Optimizer):
    """Moves along the gradient, not against it."""

    def update(self, w, g, lr):
        w += lr * g


class Raced(right.SGD):
    """Momentum that does not fade (fade=False), has the rate twice, or forgets."""

    fade, sign, ahead = True, -1.0, True

    def update(self, w, g, lr, velocity):
        velocity *= self.momentum if self.fade else 1.0
        velocity -= lr * g
        if self.nesterov and self.ahead:
            w += self.momentum * velocity - lr * g
        else:
            w -= self.sign * velocity


class Unfading(Raced):
    """v ← v − η·g"""

    fade = False


class Reversed(Raced):
    """w ← w − v, with the v of this form"""

    sign = 1.0


class Behind(Raced):
    """Nesterov's rule without its look ahead"""

    ahead = False


class Forgetful(right.SGD):
    """v is bound anew in each step, so nothing is kept."""

    def update(self, w, g, lr, velocity):
        if self.nesterov:
            w -= lr * g * (1 + self.momentum)
        else:
            w -= lr * g


class Uncorrected(right.Adam):
    """No correction for having begun at 0."""

    def begin_step(self, t):
        self.correction = 1.0


class Unsquared(right.Adam):
    """v is a mean of |g|."""

    def remember(self, g, m, v, spare):
        m *= self.beta_1
        m += (1 - self.beta_1) * g
        v *= self.beta_2
        v += (1 - self.beta_2) * np.abs(g)


class Swapped(right.Adam):
    """β₁ stands in front of the gradient."""

    def remember(self, g, m, v, spare):
        m *= self.beta_1
        m += self.beta_1 * g
        v *= self.beta_2
        v += (1 - self.beta_2) * g**2


class Rootless(right.Adam):
    """Divides by v, not by its root."""

    def descend(self, w, rate, m, v, spare):
        w -= rate * m / (v + self.epsilon)


UPHILL = "It climbs: w moves against its gradient, w -= ..."
MOMENTUM = (
    (path_of(Unfading), "Without μ nothing is ever forgotten: v ← μ·v − η·g."),
    (path_of(Reversed), "Here v has the minus already, μ·v − η·g: so w ← w + v."),
    (path_of(Forgetful), "velocity is not kept from step to step: change it in place, *= and -=."),
)
TASKS = (
    Task(
        "step",
        1,
        weights,
        right_step,
        driver=run_step,
        forbidden=ALL,
        rtol=1e-4,
        atol=1e-5,
        mistakes=(
            (
                lambda a, b, g: right_step(a, b, g, grad=g),
                "Clear the gradients, v.grad = None, or they add up over the steps.",
            ),
            (
                lambda a, b, g: right_step(a, b, g, t=(0, 1)),
                "begin_step counts from 1: t is iterations + 1.",
            ),
            (
                lambda a, b, g: right_step(a, b, g, t=(1, 1), iterations=0),
                "Count the step: self.iterations += 1.",
            ),
            (
                lambda a, b, g: right_step(a, b, g, w=2.0),
                "The slots begin anew in each step: create them once, in build.",
            ),
        ),
    ),
    Task(
        "SGD",
        1,
        path("SGD", {"learning_rate": 0.1}, {}),
        path_of(right.SGD),
        driver=run_path,
        forbidden=ALL,
        mistakes=((lambda n, s, *a: path_of(Uphill)(n, {"learning_rate": 0.01, **s}, *a), UPHILL),),
    ),
    Task(
        "momentum",
        1,
        path("SGD", {"momentum": 0.9}),
        path_of(right.SGD),
        driver=run_path,
        forbidden=ALL,
        mistakes=MOMENTUM,
    ),
    Task(
        "nesterov",
        1,
        path("SGD", {"momentum": 0.9, "nesterov": True}),
        path_of(right.SGD),
        driver=run_path,
        forbidden=ALL,
        mistakes=(
            (path_of(Behind), "That is plain momentum: with nesterov w ← w + μ·v − η·g."),
            *MOMENTUM,
        ),
    ),
    Task(
        "Adam",
        1,
        path("Adam", {"learning_rate": 0.1}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}),
        path_of(right.Adam),
        driver=run_path,
        forbidden=ALL,
        mistakes=(
            (path_of(Uncorrected), "The correction is missing: √(1−β₂ᵗ)/(1−β₁ᵗ)."),
            (path_of(Unsquared), "v is the mean of the squares, g²."),
            (path_of(Swapped), "m ← β₁·m + (1−β₁)·g: you have β₁ in front of g."),
            (path_of(Rootless), "The root is missing: m/(√v + ε)."),
        ),
    ),
)
