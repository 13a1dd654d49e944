# %% [markdown]
"""Chapter 6: gradient descent, and the learning rate that decides everything.

After this chapter you can

* say why networks are trained step by step, and not by solving equations;
* say how long a step may be, and see what happens when it is too short or too long;
* use a schedule, a learning rate that falls during training;
* find a learning rate for a network of which you know nothing.

It shows the pictures of "TensorFlow Tutorial (4) - Optimizer" (2021), J(w, b) with its
descent and rates too low, right and too high, and the warnings of "[04] DeepLearning,
옵티마이저", the post after Chollet's book, Korean edition.

It takes about 45 minutes to read and 10 seconds to run. You need chapters 2 and 5.

    python chapters/ch06_gradient_descent.py        prints, and draws figures/ch06_*.png
"""

# %%
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, Tensor, Variable, layers, ops, plots
from minidl.course import claim
from minidl.optimizers import SGD
from minidl.optimizers.schedules import CosineDecay, InverseTimeDecay
from minidl.surfaces import Trajectory, cost, descend, two_valleys

FIGURES = Path("figures")
rng = np.random.default_rng(0)

# %% [markdown]
r"""
## 1. A model of two parameters

We start with the smallest model there is, a straight line $y = w x + b$. It has two
parameters, so its cost can be drawn as a landscape over the plane:

$$J(w, b) = \frac{1}{m} \sum_{i=1}^m (w x_i + b - y_i)^2$$

Training means finding the lowest point of this landscape.
"""

# %%
x = rng.uniform(-1, 2, 100)
y = 1.5 * x - 0.5 + 0.3 * rng.normal(size=100)
J = cost(x, y, start=(-2.5, 2.5), within=((-3, 5), (-4, 3.5)))

# %% [markdown]
"""
## 2. Why not solve an equation?

At the lowest point the gradient is 0. For a line these are two equations with two
unknowns, and school mathematics solves them. Why not always do that?
"""

# %%
A = np.stack([x, np.ones_like(x)], axis=1)
w_best, b_best = np.linalg.solve(A.T @ A, A.T @ y)
print(f"the best line: y = {w_best:.3f}·x {b_best:+.3f}, J = {J(w_best, b_best):.4f}")
claim("at the analytic minimum J is flat", J.gradient(w_best, b_best), equals=0)

# %% [markdown]
"""
With $p$ parameters there are $p$ equations. A matrix of $p^2$ numbers must be stored,
and solving takes about $p^3$ operations. Four times the parameters take 64 times as
long. And it works only where the model is linear, which a network is not.

(There are methods between the two. Newton's method uses curvature, which again needs
$p^2$ numbers. Evolution tries random changes and needs no derivative, but very many
tries. For networks, plain gradients won.)
"""

# %%
print(" parameters    matrix      solved in")
for p in (100, 400, 1600):
    matrix = rng.normal(size=(p, p)) + p * np.eye(p)
    begin = time.perf_counter()
    np.linalg.solve(matrix, np.ones(p))
    seconds = time.perf_counter() - begin
    print(f"{p:11d}{matrix.nbytes / 1e6:8.1f} MB{1000 * seconds:11.1f} ms")
parameters = 784 * 128 + 128 + 128 * 10 + 10
gigabytes = parameters**2 * 8 / 1e9
print(f"{parameters:11d}{gigabytes:8.1f} GB   for the small network of chapter 7")
claim("its equations alone would fill more than 64 GB", gigabytes, above=64)

# %% [markdown]
r"""
## 3. Step by step

Imagine that you stand on a mountain in fog. You do not see the valley, but you feel
where the ground falls most steeply. You take a step there, and feel again. That is
**gradient descent**. With the learning rate $r$:

$$w \leftarrow w - r \frac{\partial J}{\partial w} \qquad
b \leftarrow b - r \frac{\partial J}{\partial b}$$

We take 30 steps with the gradient worked out by hand, and then the same with minidl.
"""

# %%
w, b = -2.5, 2.5
for _ in range(30):
    error = w * x + b - y
    w, b = w - 0.3 * (2 * error * x).mean(), b - 0.3 * (2 * error).mean()
path = descend(J, SGD(0.3), steps=30, label="rate 0.3")
claim(
    "the gradients of minidl are those worked out by hand",
    path.points[-1],
    equals=[w, b],
)
claim(
    "each step lowers the cost: that, not the rate, is what an optimizer makes small",
    np.diff(path.values),
    below=0,
)

# %% [markdown]
"""
`figures/ch06_cost.png` shows the landscape from above, with lines of equal height, and
`figures/ch06_cost_3d.png` from the side.

One tutorial says that an optimizer "optimizes the learning rate". It does not: the rate
is the length of its steps. What it makes small is the cost.
"""

# %%
plots.contour(
    J,
    path,
    path=FIGURES / "ch06_cost.png",
    title="The cost J(w, b) of a line, and the way down",
)
plots.landscape(
    J,
    path,
    path=FIGURES / "ch06_cost_3d.png",
    title="J(w, b): steepest descent to the lowest point",
)

# %% [markdown]
r"""
## 4. Too low, right, too high

How long may a step be? It depends on the **curvature**, how strongly the ground bends.
In a narrow valley a long step lands on the opposite slope, higher than before. On a
bowl the limit is known exactly:

$$r < \frac{2}{\text{largest curvature}}$$

We take three rates, the last a little above this limit. What do you expect?
"""

# %%
curvatures, directions = np.linalg.eigh(2 * A.T @ A / len(x))
curvature = curvatures.max()
print(
    f"the largest curvature of J is {curvature:.2f}: rates above {2 / curvature:.2f} fly off"
)
rates = {"too low": 0.01, "right": 0.4, "too high": 2.1 / curvature}
three = []
for name, rate in rates.items():
    run = descend(J, SGD(rate), steps=25, label=f"{name}: rate {rate:.2f}")
    three.append(run)
    print(f"{run.label:22s} J after 25 steps: {run.values[-1]:.3g}")
plots.trajectories(three, path=FIGURES / "ch06_rates.png")
plots.descent(
    three, path=FIGURES / "ch06_rates_cost.png", title="Too low, right, too high"
)

# %% [markdown]
"""
See `figures/ch06_rates.png` for the three ways and `figures/ch06_rates_cost.png` for
the cost. The rate that is too high goes *down* at first, along the valley. But across
the valley each step is longer than the last, and in the end that wins.
"""

# %%
low, right, high = (run.values for run in three)
claim("a rate too low is still far away after 25 steps", low[-1], above=10 * right[-1])
claim("the right one has arrived", right[-1], below=1.01 * J(w_best, b_best))
across = np.abs(three[2].steps @ directions[:, -1])
claim("across the valley each step is longer than the last", np.diff(across), above=0)
claim("beyond 2/curvature it climbs without limit in the end", high[-1], above=high[0])

# %% [markdown]
"""
**Try it.** Take a rate a little below the limit, `1.9 / curvature`. Does it arrive?

## 5. Dips

A network's landscape has more than one valley. A short step can be caught in a small
dip; a long one leaps over it, or anywhere. `two_valleys` has a shallow dip at -2 and
the deep one at 3 (`figures/ch06_dip.png`).
"""

# %%
caught, leaping, astray = (
    descend(two_valleys, SGD(rate), steps=60, label=f"rate {rate}")
    for rate in (0.05, 0.5, 0.9)
)
plots.contour(
    two_valleys,
    [caught, leaping, astray],
    path=FIGURES / "ch06_dip.png",
    title="The step decides which dip it ends in",
)
claim(
    "with 0.05 it stays in the first dip, a local minimum",
    caught.points[-1, 0],
    equals=-2,
    within=0.05,
)
claim(
    "with 0.5 the first step leaps over it, into the global one",
    leaping.points[-1, 0],
    equals=3,
    within=0.05,
)
claim("with 0.9 it passed the global one", astray.points.max(), above=3)
claim("and came back: luck", astray.points[-1, 0], equals=-2, within=0.05)

# %% [markdown]
r"""
## 6. A rate that falls

With small batches the gradient is noisy: each batch points in a slightly different
direction. Near the lowest point the noise is all that is left. A constant rate then
jumps around the minimum for ever. A **schedule** lowers the rate: long steps while it
is far, short ones at the end.

Three ways, with batches of two samples: constant; $r_t = 0.3 / (1 + 0.05\,t)$; and half
a cosine wave from 0.3 to 0.
"""

# %%
SCHEDULES = {
    "constant 0.3": 0.3,
    "decay: 0.3 / (1 + 0.05 t)": InverseTimeDecay(0.3, 1, 0.05),
    "cosine from 0.3": CosineDecay(0.3, 400),
}


def way(name, rate):
    draw = np.random.default_rng(1)  # the same batches for all three
    line, optimizer = Variable([-2.5, 2.5], dtype="float64", name="line"), SGD(rate)
    optimizer.build([line])
    points = [line.numpy()]
    for _ in range(400):
        batch = draw.integers(len(x), size=2)
        loss = ops.mean(ops.square(Tensor(x[batch]) * line[0] + line[1] - y[batch]))
        loss.backward()
        optimizer.step()
        points.append(line.numpy())
    return Trajectory(J, points, name)


# %%
ways, excess = {}, {}
for name, rate in SCHEDULES.items():
    ways[name] = way(name, rate)
    excess[name] = ways[name].values[-100:].mean() - J(w_best, b_best)
    print(
        f"{name:28s} above the minimum, mean of the last 100 steps: {excess[name]:.5f}"
    )
constant, *falling = excess.values()
claim("a falling rate lets the noise die out", max(falling), below=constant / 4)

# %% [markdown]
"""
The cost of single steps jumps wildly. The thick lines of `figures/ch06_schedules.png`
are running means over 20 steps: there one sees that the constant rate stays where it
is, and the others sink. `figures/ch06_schedules_paths.png` shows the three ways from
above.
"""

# %%
figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
colours = ("#0072B2", "#D55E00", "#009E73")
for (name, run), colour in zip(ways.items(), colours):
    above = run.values - J(w_best, b_best)
    smooth = np.convolve(above, np.ones(20) / 20, mode="valid")
    axis.semilogy(above, color=colour, alpha=0.2, linewidth=0.8)
    axis.semilogy(np.arange(len(smooth)) + 10, smooth, color=colour, label=name)
axis.set(xlabel="step", ylabel="J above its minimum", ylim=(1e-5, None))
axis.set_title("Batches of two: constant rate, decay, schedule")
axis.legend()
plots.finish(figure, FIGURES / "ch06_schedules.png")
plots.trajectories(ways, path=FIGURES / "ch06_schedules_paths.png")

# %% [markdown]
"""
## 7. Searching for a rate

For the line the limit is known. For a network nobody knows the curvature. Can one find
a good rate without many trainings? Smith (2015) does it in one short run: begin with a
tiny rate, make it larger after every batch, and watch the loss.

The network reads digits, like that of chapter 7. What will the loss do while the rate
grows from 0.0001 to 10?
"""


# %%
def network(rate):
    minidl.set_random_seed(0)
    flatten = layers.Flatten(input_shape=(28, 28))
    model = Sequential([flatten, layers.Dense(64, "relu"), layers.Dense(10)])
    entropy = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(SGD(rate), entropy)
    return model


# %%
(digits, labels), _ = minidl.datasets.mnist.load_data()
digits = digits / 255.0
tried = np.geomspace(1e-4, 10, 120)
model, losses = network(tried[0]), []
for rate in tried:
    batch = rng.integers(len(digits), size=64)
    model.optimizer.learning_rate = rate
    model.reset_metrics()  # so that the loss is that of this batch alone
    losses.append(model.train_on_batch(digits[batch], labels[batch]))
smooth = np.convolve(losses, np.ones(11) / 11, mode="valid")  # running mean
middle = tried[5:-5]
lowest = middle[smooth.argmin()]
print(f"the loss is lowest at a rate of about {lowest:.2f}")

# %%
figure, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
axis.semilogx(tried, losses, color="#0072B2", alpha=0.3, linewidth=0.8)
axis.semilogx(middle, smooth, color="#0072B2", label="running mean of 11 batches")
axis.axvline(lowest / 3, color="#D55E00", linestyle="--", label="a third of the lowest")
axis.set(xlabel="learning rate", ylabel="loss of the batch", ylim=(0, 5))
axis.set_title("One batch at each rate, from tiny to far too high")
axis.legend()
plots.finish(figure, FIGURES / "ch06_search.png")

# %% [markdown]
"""
In `figures/ch06_search.png` nothing happens at first: the steps are too short. Then the
loss falls, and soon after its lowest point it climbs steeply: the steps are too long. A
good rate lies where the loss falls, clearly before the lowest point. A third of it is a
common choice, marked by the dashed line. Is it any good? We train for one epoch with
it, and with thirty times less and more.
"""

# %%
chosen = lowest / 3
after = {}
for rate in (chosen / 30, chosen, 30 * chosen):
    run = network(rate).fit(digits[:10_000], labels[:10_000], verbose=0)
    after[rate] = run.history["loss"][-1]
    print(f"rate {rate:.4f}: mean loss of the epoch {after[rate]:.2f}")
claim("while the rate is tiny, the loss stays", smooth[:20].min(), above=2.2)
claim("far beyond the lowest point it climbs", smooth[-20:].min(), above=2.2)
claim("the rate that was found is far better than a thirtieth", after[chosen], below=1)
claim("and than thirty times as much", min(after.values()), equals=after[chosen])
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw05)

1. At which rate does section 4 arrive in the fewest steps? Compare it with 2 /
   (smallest + largest curvature).
2. Multiply x by 10. What happens to the curvature, and to the right rate? This is why
   inputs are scaled.
3. Replace the loss by 'binary_crossentropy' (targets y > 0). Is there an analytic
   minimum now?
4. Write a schedule of your own, a function of the step, that beats the cosine at the
   end of section 6.
"""
