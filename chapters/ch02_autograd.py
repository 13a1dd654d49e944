# %% [markdown]
"""Chapter 2: derivatives, by numbers, by hand, and by the tape.

Training moves each weight a little, in the direction that makes the loss smaller. Which
direction is that? The derivative tells it, and a network has many thousands of weights.
After this chapter you

* can compute a derivative in three ways: by numbers, by hand, and with a tape;
* have built the tape yourself, in forty lines, and recognise it in minidl;
* know why all frameworks compute derivatives *backwards*.

The tutorials take this for granted: "[04] DeepLearning, 옵티마이저" calls it the function
that maps parameters and a batch to gradients, by the chain rule.

It takes about 45 minutes to read and 5 seconds to run. You need to know what a
derivative is, and chapter 1.

    python chapters/ch02_autograd.py                prints, and draws figures/ch02_*.png
"""

# %%
import math
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Tensor, ops, plots
from minidl.course import claim

FIGURES = Path("figures")

# %% [markdown]
r"""
## 1. By hand

The derivative $f'(x)$ says how much $f$ changes when $x$ changes a little. Our example
is

$$f(x) = e^{x \sin x}$$

With the chain rule and the product rule you can find its derivative on paper:

$$f'(x) = e^{x \sin x} \cdot (x \cos x + \sin x)$$

For one formula this is fine. For a network with a hundred layers nobody wants to do it.
"""


# %%
def f(x):
    return math.exp(math.sin(x) * x)


def slope(x):
    return math.exp(math.sin(x) * x) * (math.cos(x) * x + math.sin(x))


exact = slope(1.5)
print(f"f(1.5) = {f(1.5):.6f}, f'(1.5) = {exact:.10f}")

# %% [markdown]
r"""
## 2. By numbers

Can a computer find the slope without any calculus? Take a small step $h$ and look how
much $f$ changes. You can look ahead only, or to both sides:

$$f'(x) \approx \frac{f(x+h) - f(x)}{h} \qquad
f'(x) \approx \frac{f(x+h) - f(x-h)}{2h}$$

How small should $h$ be? As small as possible, one might think. Let us measure the error
for many steps. (It is the mean error at 41 points, because at a single point an error
can be small by luck.)
"""

# %%
steps = 10.0 ** np.arange(-14, 0.5, 0.5)
near = np.linspace(1.4, 1.6, 41)


def mean_error(formula):
    return np.array(
        [np.mean([abs(formula(x, h) - slope(x)) for x in near]) for h in steps]
    )


ahead = mean_error(lambda x, h: (f(x + h) - f(x)) / h)
both_sides = mean_error(lambda x, h: (f(x + h) - f(x - h)) / (2 * h))
for name, errors in (("looking ahead", ahead), ("both sides", both_sides)):
    print(
        f"{name:14s} best step {steps[errors.argmin()]:.0e}, error {errors.min():.0e}"
    )

# %%
figure, axis = plt.subplots(figsize=(6, 3.6), layout="constrained")
axis.loglog(steps, ahead, "o-", color="#0072B2", label="(f(x+h) − f(x)) / h")
axis.loglog(steps, both_sides, "s--", color="#D55E00", label="(f(x+h) − f(x−h)) / 2h")
axis.set(
    xlabel="step h",
    ylabel="error of the slope, mean of 41 points",
    title="Numerical derivatives: rounding on the left, curvature on the right",
)
axis.legend()
plots.finish(figure, FIGURES / "ch02_steps.png")

# %% [markdown]
"""
The figure has the shape of a V (`figures/ch02_steps.png`). On the right the step is too
large: the curve bends within it. On the left the step is too small: $f(x+h)$ and $f(x)$
agree in nearly all digits, and their difference consists of rounding errors.
"""

# %%
claim(
    "looking to both sides is far more exact than looking ahead",
    both_sides.min(),
    below=ahead.min() / 10,
)
claim("a tiny step drowns in rounding", both_sides[0], above=1e-4)
claim("a large step misses the curve", both_sides[-1], above=1e-1)

# %% [markdown]
r"""
**Try it.** Compute with `np.float32` instead of Python's floats, which have twice as
many digits. Where does the lowest point of the V go?

## 3. With a tape

Numerical derivatives are easy, but slow and inexact. Derivatives by hand are exact, but
laborious. Is there a way to let the computer do what you did on paper?

There is. A complicated formula consists of simple steps, and for each step the
derivative is known. The **tape** is a record of these steps. Every number remembers

* its *parents*, the numbers that it was computed from;
* for each parent the *local slope*: how much the number changes with this parent.

For a sum $z = a + b$ both slopes are 1. For a product $z = a \cdot b$ they are
$\partial z/\partial a = b$ and $\partial z/\partial b = a$.
"""


# %%
class Number:
    def __init__(self, value, parents=()):
        self.value = value
        self.parents = parents  # pairs (number, local slope)
        self.grad = 0.0

    def __add__(self, other):
        other = as_number(other)
        return Number(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = as_number(other)
        slopes = [(self, other.value), (other, self.value)]
        return Number(self.value * other.value, slopes)

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        self.grad = 1.0
        for number in reversed(in_order(self)):
            for parent, slope in number.parents:
                parent.grad += number.grad * slope


# %% [markdown]
"""
`backward` is the chain rule. It walks from the result back to the beginning. If the
result changes by `number.grad` for each unit of `number`, and `number` changes by
`slope` for each unit of its parent, then the result changes by the product for each
unit of the parent.

Why `+=`? A number may be used twice. Then it changes the result in two ways, and both
count.

One thing is missing: the order. A number may pass its gradient on only when it has
received all of its parts. `in_order` lists parents before children; read backwards, the
children come first.
"""


# %%
def in_order(result):
    order, seen = [], set()

    def visit(number):
        if id(number) not in seen:
            seen.add(id(number))
            for parent, _ in number.parents:
                visit(parent)
            order.append(number)

    visit(result)
    return order


def as_number(x):
    return x if isinstance(x, Number) else Number(x)


def sin(x):
    return Number(math.sin(x.value), [(x, math.cos(x.value))])


def exp(x):
    return Number(math.exp(x.value), [(x, math.exp(x.value))])


# %%
x = Number(1.5)
exp(sin(x) * x).backward()
print(f"by hand {exact:.10f}, by the tape {x.grad:.10f}")
claim("the tape finds what was worked out by hand", x.grad, equals=exact, within=1e-12)
twice = Number(3.0)
(twice * twice + twice).backward()
claim(
    "x·x + x uses x three times, and x collects all of it: 2x + 1", twice.grad, equals=7
)

# %% [markdown]
"""
That is all. Every deep-learning framework has these forty lines at its heart.

**Try it.** Print `x.grad`, write the expression once more, and call its `backward`. Why
is the gradient now twice as large? (This is why training loops set gradients to zero.)

## 4. The same in minidl

minidl computes with arrays instead of single numbers. For each operation,
`minidl/core/derivatives` holds its value and, for each argument, a function that passes
the gradient back. `plots.graph` draws the tape (`figures/ch02_graph.png`).

Each box has the number and, in orange, its gradient: how much the result changes for
each unit of this number. The numbers were computed from left to right. Read the
gradients from right to left: the result has the gradient 1, and each arrow, walked
backwards, multiplies by its local slope. Two arrows begin at $x$. What do they bring
back?
"""

# %%
t = Tensor(1.5, requires_grad=True, dtype="float64")
y = ops.exp(ops.sin(t) * t)
plots.graph(
    y,
    path=FIGURES / "ch02_graph.png",
    names={"x": t},
    title="The tape of exp(sin(x)·x), with gradients",
    gradients=True,
)
y.backward()
claim("minidl agrees", t.grad, equals=exact, within=1e-12)
at_mul = f(1.5)  # exp's slope is its value; mul's slopes are 1.5 and sin(1.5)
by_sin, direct = at_mul * 1.5 * math.cos(1.5), at_mul * math.sin(1.5)
claim("x gets the sum of both arrows", t.grad, equals=by_sin + direct, within=1e-12)
v, vjps = minidl.core.derivatives.arithmetic.mul(np.float64(3), np.float64(4))
claim(
    "one op is a value and a slope for each argument, as in Number.__mul__",
    [v, vjps[0](1.0), vjps[1](1.0)],
    equals=[12, 4, 3],
)

# %% [markdown]
"""
## 5. Why backwards?

One could also walk forwards: change one weight, and follow the change to the loss. That
is one walk *for each weight*. Walking backwards starts at the loss, which is a single
number, and finds the slopes of *all* weights in one walk.

The next cell computes the loss of one layer with 7 850 weights. Its tape is in
`figures/ch02_layer.png`.

A box of an array has its shape, and in orange the largest absolute value of its
gradient. The grey boxes are data: they need none.
"""

# %%
rng = np.random.default_rng(0)
images = rng.normal(size=(32, 784))
W = Tensor(rng.normal(size=(784, 10)) * 0.05, requires_grad=True)
b = Tensor(np.zeros(10), requires_grad=True)
loss = ops.mean(ops.square(ops.tanh(images @ W + b) - 0.5))
plots.graph(
    loss,
    path=FIGURES / "ch02_layer.png",
    names={"W": W, "b": b},
    title="The tape of one layer and its loss",
    gradients=True,
)
loss.backward()
weights = W.size + b.size
print(f"one walk back gives the gradients of all {weights} weights")
print(f"by numbers it would take {2 * weights} evaluations of the loss")
claim(
    "a gradient has the shape of what it belongs to",
    W.grad.shape == W.shape and b.grad.shape == b.shape,
)

# %% [markdown]
"""
## 6. Never trust a derivative that was not checked

The two ways help each other: the tape is fast, and numbers are hard to get wrong. So
every new derivative is compared with numbers, in 64-bit floats. `check_gradients` does
it.
"""

# %%
report = minidl.check_gradients(
    lambda W, b: ops.mean(ops.square(ops.tanh(images[:4] @ W + b) - 0.5)),
    W.numpy(),
    b.numpy(),
)
print(report)
claim("autograd and finite differences agree", bool(report))

# %% [markdown]
"""
Does the check notice a mistake? Here is $x^2$ with a wrong derivative: the factor 2 is
missing. (An op returns its value and a tuple with one function for each argument. The
comma makes a tuple of one.)
"""


# %%
def wrong_square(x):
    return x**2, (lambda g: g * x,)


report = minidl.check_gradients(
    lambda x: minidl.apply(wrong_square, x), np.array([1.0, 2.0, 3.0])
)
print(report)
claim("a forgotten factor is found at once", not report)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw02, hw03)

1. Give Number a division, a power and tanh. Check each against numbers.
2. Leave out the + in `parent.grad +=`. Which of the claims notices?
3. In `in_order`, `visit` calls itself. Make a chain of 100 000 additions and see what
   happens. How does minidl avoid it? (Look into `minidl/core/backward.py`.)
4. Draw the tape of a two-layer network with `plots.graph`.
"""
