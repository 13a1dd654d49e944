# %% [markdown]
"""Chapter 6: gradient descent, and the learning rate that decides everything.

After this chapter you can say why networks are trained step by step, how long a step
may be, and what a schedule is for. It shows the pictures of "TensorFlow Tutorial (4) -
Optimizer" (2021), J(w, b) with its descent and rates too low, right and too high, and
the warnings of "[04] DeepLearning, 옵티마이저", the post after Chollet's book, Korean
edition.

    python chapters/ch06_gradient_descent.py        prints, and draws figures/ch06_*.png
"""

import time
from pathlib import Path

import numpy as np

from minidl import Tensor, Variable, ops, plots
from minidl.optimizers import SGD
from minidl.optimizers.schedules import CosineDecay, InverseTimeDecay
from minidl.surfaces import Trajectory, cost, descend, two_valleys

FIGURES = Path("figures")
rng = np.random.default_rng(0)

# %% 1. Data and a model of two parameters, y = w·x + b. J(w, b) is the mean of the
# losses of all samples: the cost
x = rng.uniform(-1, 2, 100)
y = 1.5 * x - 0.5 + 0.3 * rng.normal(size=100)
J = cost(x, y, start=(-2.5, 2.5), within=((-3, 5), (-4, 3.5)))

# %% 2. The minimum in closed form: where the gradient is 0. For a line that is two
# equations with two unknowns
A = np.stack([x, np.ones_like(x)], axis=1)
w_best, b_best = np.linalg.solve(A.T @ A, A.T @ y)
assert np.allclose(J.gradient(w_best, b_best), 0), "at the analytic minimum J is flat"
print(f"the best line: y = {w_best:.3f}·x {b_best:+.3f}, J = {J(w_best, b_best):.4f}")
# With p parameters it is p equations: p² numbers to hold, about p³ operations to solve.
# And only where the model is linear.
print("\n parameters    matrix      solved in")
for p in (100, 400, 1600):
    matrix = rng.normal(size=(p, p)) + p * np.eye(p)
    begin = time.perf_counter()
    np.linalg.solve(matrix, np.ones(p))
    print(
        f"{p:11d}{matrix.nbytes / 1e6:8.1f} "
        f"MB{1000 * (time.perf_counter() - begin):11.1f} ms"
    )
parameters = 784 * 128 + 128 + 128 * 10 + 10
print(
    f"{parameters:11d}{parameters**2 * 8 / 1e6:8.0f} MB   for the small network of "
    f"chapter 7, if it were linear, which it is not"
)
assert parameters**2 * 8 > 64e9, "its equations alone would fill more than 64 GB"

# %% 3. Step by step instead: the gradient by hand, and the same from minidl
w, b = -2.5, 2.5
for _ in range(30):
    error = w * x + b - y
    w, b = w - 0.3 * (2 * error * x).mean(), b - 0.3 * (2 * error).mean()
path = descend(J, SGD(0.3), steps=30, label="rate 0.3")
assert np.allclose(path.points[-1], [w, b]), (
    "the gradients of minidl are those worked out by hand"
)
assert (np.diff(path.values) < 0).all(), (
    "each step lowers the cost: that, not the rate, is what an optimizer makes small"
)
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

# %% 4. Too low, right, too high. On a bowl the limit is known: 2 / (the largest
# curvature)
curvature = np.linalg.eigvalsh(2 * A.T @ A / len(x)).max()
print(
    f"\nthe largest curvature of J is {curvature:.2f}, so rates above "
    f"2/{curvature:.2f} = {2 / curvature:.2f} fly off"
)
rates = {"too low": 0.01, "right": 0.4, "too high": 2.1 / curvature}
three = [
    descend(J, SGD(rate), steps=25, label=f"{name}: rate {rate:.2f}")
    for name, rate in rates.items()
]
low, right, high = (p.values for p in three)
print(
    "After 25 steps: " + ", ".join(f"{p.label}, J = {p.values[-1]:.3g}" for p in three)
)
assert low[-1] > 10 * right[-1], "a rate too low is still far away after 25 steps"
assert right[-1] < 1.01 * J(w_best, b_best), "the right one has arrived"
print(
    "too high, the first J: "
    + ", ".join(f"{v:.1f}" for v in high[:6])
    + ": down at first, along the valley"
)
# how far each step goes in the steepest direction
across = np.abs(three[2].steps @ np.linalg.eigh(2 * A.T @ A / len(x))[1][:, -1])
assert high[-1] > high[0] and (np.diff(across) > 0).all(), (
    "beyond 2/curvature it climbs without limit in the end: across the valley each "
    "step is longer than the last"
)
plots.trajectories(three, path=FIGURES / "ch06_rates.png")
plots.descent(
    three, path=FIGURES / "ch06_rates_cost.png", title="Too low, right, too high"
)

# %% 5. A small rate can be caught in a dip; a large one leaps over it, or anywhere
caught, leaping, astray = (
    descend(two_valleys, SGD(rate), steps=60, label=f"rate {rate}")
    for rate in (0.05, 0.5, 0.9)
)
assert np.isclose(caught.points[-1, 0], -2, atol=0.05), (
    "with 0.05 it stays in the first dip, a local minimum"
)
assert np.isclose(leaping.points[-1, 0], 3, atol=0.05), (
    "with 0.5 the first step leaps over it, into the global one"
)
assert np.isclose(astray.points[-1, 0], -2, atol=0.05) and astray.points.max() > 3, (
    "with 0.9 it passed the global one and came back: luck"
)
plots.contour(
    two_valleys,
    [caught, leaping, astray],
    path=FIGURES / "ch06_dip.png",
    title="The step decides which dip it ends in",
)

# %% 6. Constant, decayed, scheduled. With small batches the gradient is noisy, and a
# constant rate never comes to rest
SCHEDULES = {
    "constant 0.3": 0.3,
    "decay: 0.3 / (1 + 0.05 t)": InverseTimeDecay(0.3, 1, 0.05),
    "cosine from 0.3": CosineDecay(0.3, 400),
}
excess, ways = {}, {}
for name, rate in SCHEDULES.items():
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
    ways[name] = Trajectory(J, points, name)
    excess[name] = ways[name].values[-100:].mean() - J(w_best, b_best)
    print(
        f"{name:28s} J above the minimum, mean of the last 100 steps: "
        f"{excess[name]:.5f}, last rate {optimizer.learning_rate:.4f}"
    )
constant, *falling = excess.values()
assert max(falling) < constant / 4, "a falling rate lets the noise die out"
plots.descent(
    ways,
    path=FIGURES / "ch06_schedules.png",
    title="Batches of two: constant rate, decay, schedule",
)
plots.trajectories(ways, path=FIGURES / "ch06_schedules_paths.png")
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw05)
# 1. At which rate does step 4 arrive in the fewest steps? Compare it with 2 / (smallest
# + largest curvature).
# 2. Multiply x by 10. What happens to the curvature, and to the right rate? This is why
# inputs are scaled.
# 3. Replace the loss by 'binary_crossentropy' (targets y > 0). Is there an analytic
# minimum now?
# 4. Write a schedule of your own, a function of the step, that beats the cosine at the
# end of step 6.
