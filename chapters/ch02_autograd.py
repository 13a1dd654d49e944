# %% [markdown]
"""Chapter 2: derivatives, by numbers, by hand, and by the tape.

After this chapter you know how a framework finds gradients, because you have built the
part that does it, in forty lines, and recognise it in minidl. The tutorials take it for
granted: "[04] DeepLearning, 옵티마이저" calls it the function that maps parameters and a
batch to gradients, by the chain rule.

    python chapters/ch02_autograd.py                prints, and draws figures/ch02_*.png
"""

import math
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Tensor, ops, plots

FIGURES = Path("figures")


# %% 1. By numbers: the slope is how much f changes for a small step. How small? Too
# small is as bad as too large
def f(x):
    return math.exp(math.sin(x) * x)


def slope(x):
    # by hand: chain rule and product rule
    return math.exp(math.sin(x) * x) * (math.cos(x) * x + math.sin(x))


exact = slope(1.5)
steps = 10.0 ** np.arange(-14, 0.5, 0.5)
# the mean over 41 points: at one alone an error may be small by luck
near = np.linspace(1.4, 1.6, 41)
one_sided = np.array(
    [np.mean([abs((f(x + h) - f(x)) / h - slope(x)) for x in near]) for h in steps]
)
central = np.array(
    [
        np.mean([abs((f(x + h) - f(x - h)) / (2 * h) - slope(x)) for x in near])
        for h in steps
    ]
)
print(
    f"f'(1.5) = {exact:.10f}; best step forward {steps[one_sided.argmin()]:.0e}, "
    f"error {one_sided.min():.0e}; "
    f"central {steps[central.argmin()]:.0e}, error {central.min():.0e}"
)
assert central.min() < one_sided.min() / 10, (
    "looking to both sides is far more exact than looking ahead"
)
assert central[0] > 1e-4 and central[-1] > 1e-1, (
    "a tiny step drowns in rounding, a large one misses the curve"
)
figure, axis = plt.subplots(figsize=(6, 3.6), layout="constrained")
axis.loglog(steps, one_sided, "o-", color="#0072B2", label="(f(x+h) − f(x)) / h")
axis.loglog(steps, central, "s--", color="#D55E00", label="(f(x+h) − f(x−h)) / 2h")
axis.set(
    xlabel="step h",
    ylabel="error of the slope, mean of 41 points",
    title="Numerical derivatives: rounding on the left, curvature on the right",
)
axis.legend()
plots.finish(figure, FIGURES / "ch02_steps.png")


# %% 2. By the tape: forty lines. Every number remembers what it was made from, and how
# much it changes with each of those
class Number:
    def __init__(self, value, parents=()):
        # parents: pairs (number, local slope)
        self.value, self.parents, self.grad = (
            value,
            parents,
            0.0,
        )

    def __add__(self, other):
        other = as_number(other)
        return Number(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = as_number(other)
        return Number(
            self.value * other.value, [(self, other.value), (other, self.value)]
        )

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        # parents first: when the list is read backwards, they come last
        def visit(number):
            if id(number) not in seen:
                seen.add(id(number))
                for parent, _ in number.parents:
                    visit(parent)
                order.append(number)

        visit(self)
        self.grad = 1.0
        for number in reversed(order):
            for parent, slope in number.parents:
                # +=: a number used twice collects from both
                parent.grad += number.grad * slope


def as_number(x):
    return x if isinstance(x, Number) else Number(x)


def sin(x):
    return Number(math.sin(x.value), [(x, math.cos(x.value))])


def exp(x):
    return Number(math.exp(x.value), [(x, math.exp(x.value))])


x = Number(1.5)
exp(sin(x) * x).backward()
print(f"the forty lines: {x.grad:.10f}")
assert math.isclose(x.grad, exact), "the tape finds what was worked out by hand"
twice = Number(3.0)
(twice * twice + twice).backward()
assert twice.grad == 7, "x·x + x uses x three times, and x collects all of it: 2x + 1"

# %% 3. The same in minidl: arrays instead of numbers, and a derivative for each op in
# minidl/core/derivatives
t = Tensor(1.5, requires_grad=True, dtype="float64")
y = ops.exp(ops.sin(t) * t)
plots.graph(
    y,
    path=FIGURES / "ch02_graph.png",
    names={"x": t},
    title="The tape of exp(sin(x)·x)",
)
y.backward()
assert math.isclose(t.grad.item(), exact), "minidl agrees"
v, vjps = minidl.core.derivatives.arithmetic.mul(np.float64(3), np.float64(4))
assert v == 12 and vjps[0](1.0) == 4 and vjps[1](1.0) == 3, (
    "one op is a value and a slope for each argument, as in Number.__mul__"
)

# %% 4. Why backwards? One walk finds all slopes; by numbers it is two evaluations of
# the loss for each weight
rng = np.random.default_rng(0)
images = rng.normal(size=(32, 784))
W, b = (
    Tensor(rng.normal(size=(784, 10)) * 0.05, requires_grad=True),
    Tensor(np.zeros(10), requires_grad=True),
)
loss = ops.mean(ops.square(ops.tanh(images @ W + b) - 0.5))
plots.graph(
    loss,
    path=FIGURES / "ch02_layer.png",
    names={"W": W, "b": b},
    title="The tape of one layer and its loss",
)
loss.backward()
print(
    f"one walk back: gradients of all {W.size + b.size} weights; by numbers it would "
    f"take {2 * (W.size + b.size)} losses"
)
assert W.grad.shape == W.shape and b.grad.shape == b.shape, (
    "a gradient has the shape of what it belongs to"
)

# %% 5. Never trust a derivative that was not checked
report = minidl.check_gradients(
    lambda W, b: ops.mean(ops.square(ops.tanh(images[:4] @ W + b) - 0.5)),
    W.numpy(),
    b.numpy(),
)
print(report)
assert report, "autograd and finite differences agree"


def wrong_square(x):
    # the 2 is missing. (The comma makes it a tuple, of one slope; mul has two)
    return x**2, (lambda g: g * x,)


report = minidl.check_gradients(
    lambda x: minidl.apply(wrong_square, x), np.array([1.0, 2.0, 3.0])
)
print(report)
assert not report, "a forgotten factor is found at once"
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw02, hw03)
# 1. Give Number a division, a power and tanh. Check each against numbers.
# 2. Leave out the + in `parent.grad +=`. Which of the asserts notices?
# 3. Number.backward calls visit inside visit. Make a chain of 100 000 additions and see
# what happens; how does minidl avoid it?
# 4. Draw the tape of a two-layer network with `plots.graph`.
