# %% [markdown]
"""Chapter 10: local minima and saddles, and what no optimizer promises.

After this chapter you know where plain descent stays, how momentum rolls on, why it is
no guarantee, and why a saddle is the commoner obstacle. It shows what "Loss, Optimizer"
by Sunwoo Lee, "Neural Network Optimizer(Momentum, AdaGrad, RMSprop, Adam)" and
"Optimizer" (parent 신경망 구현) say of local and global minima, and where it is more than
can be promised.

    python chapters/ch10_local_minima.py
    prints tables, draws figures/ch10_*.png
"""

from pathlib import Path

import numpy as np

from minidl import plots
from minidl.optimizers import SGD, Adagrad, Adam, RMSprop
from minidl.surfaces import descend, saddle, two_valleys

FIGURES = Path("figures")


# %% 1. By hand: a curve with slope (x + 2)·x·(x − 3)/6 is flat at -2 (a valley), 0 (a
# hill) and 3 (the deepest valley)
def slope(x):
    return (x + 2) * x * (x - 3) / 6


def roll(rate, momentum, steps=300):
    x, v = -4.0, 0.0
    for _ in range(steps):
        # a part of the last step, and the slope's pull
        v = momentum * v - rate * slope(x)
        x = x + v
    return x


print(
    f"from x = -4 by hand: plain descent ends at {roll(0.05, 0):.3f}, momentum 0.9 at "
    f"{roll(0.05, 0.9):.3f}"
)
assert np.isclose(roll(0.05, 0), -2, atol=1e-3), (
    "plain descent stays in the first valley: uphill is no way for it"
)
assert np.isclose(roll(0.05, 0.9), 3, atol=1e-3), (
    "momentum comes with speed and rolls on over the hill"
)

# %% 2. With minidl, and with the others: being adaptive is no help against a valley,
# being fast is
print("\nfrom x = -4, 500 steps, by rate:       0.02    0.05    0.10")
KINDS = {
    "plain": SGD,
    "momentum 0.5": lambda r: SGD(r, 0.5),
    "momentum 0.9": lambda r: SGD(r, 0.9),
    "Adagrad": Adagrad,
    "RMSprop": RMSprop,
    "Adam": Adam,
}
ends = {}
for name, make in KINDS.items():
    ends[name] = [
        descend(two_valleys, make(rate), steps=500).points[-1, 0]
        for rate in (0.02, 0.05, 0.1)
    ]
    print(f"  {name:34s}" + "".join(f"{end:8.2f}" for end in ends[name]))
assert max(ends["plain"]) < 0 and min(ends["momentum 0.9"]) > 2.9, (
    "of these, momentum 0.9 reaches the global minimum at every rate"
)
assert max(*ends["Adam"], *ends["RMSprop"], *ends["Adagrad"]) < 0, (
    "Adam and its relatives do not pass the hill: their steps are careful"
)
# (Adagrad at 0.02 and 0.05 is still on its way down to -2: its rate falls. After 5000
# steps at 0.02 it is at -2.33.)
paths = [
    descend(two_valleys, optimizer, steps=80, label=label)
    for label, optimizer in (
        ("plain descent", SGD(0.05)),
        ("momentum 0.9", SGD(0.05, 0.9)),
        ("Adam", Adam(0.1)),
    )
]
plots.trajectories(
    paths, path=FIGURES / "ch10_two_valleys.png", title="A local and the global minimum"
)
plots.animate(paths[:2], path=FIGURES / "ch10_two_valleys.gif", title="Rolling on")

# %% 3. No promise: from the other side, momentum rolls out of the deepest valley and
# stays in the worse one
from_the_right = descend(
    two_valleys, SGD(0.05, 0.9), steps=300, start=5, label="momentum 0.9 from x = 5"
)
plain = descend(
    two_valleys, SGD(0.05), steps=300, start=5, label="plain descent from x = 5"
)
assert np.isclose(from_the_right.points[-1, 0], -2, atol=1e-3) and np.isclose(
    plain.points[-1, 0], 3, atol=1e-3
), "here momentum loses the global minimum that plain descent finds"
plots.contour(
    two_valleys,
    [plain, from_the_right],
    path=FIGURES / "ch10_no_promise.png",
    title="Momentum can also roll out again",
)
starts = np.linspace(-4.5, 5, 20)
for momentum in (0.0, 0.9):
    reached = [
        descend(two_valleys, SGD(0.05, momentum), steps=250, start=s).points[-1, 0]
        > 2.9
        for s in starts
    ]
    print(
        f"momentum {momentum}: the global minimum from {np.mean(reached):.0%} of "
        f"{len(starts)} starts"
    )

# %% 4. Noise: gradients of single samples are noisy, and that can shake a ball out of a
# shallow valley
# (One tutorial says that stochastic descent ends in local minima easily. Compared with
# whole-batch descent it is rather the other way.)
rng = np.random.default_rng(0)
share = {}
for noise in (0.0, 3.0):
    x = np.full(1000, -4.0)  # a thousand balls at once
    for _ in range(400):
        x -= 0.1 * (slope(x) + noise * rng.normal(size=x.shape))
    share[noise] = np.mean(x > 0)
    print(
        f"noise {noise}: {share[noise]:.0%} of the balls are in the deeper valley "
        f"after 400 steps"
    )
assert share[0.0] == 0 and share[3.0] > 0.5, (
    "noise of the right size carries more than half of them over the hill"
)

# %% 5. Saddles: flat, but no minimum. With millions of weights they are far more common
# (Dauphin et al. 2014)
print("\nsteps until |y| > 0.5, from y = 0.001 beside the ridge:")
KINDS = {
    "plain": SGD(0.1),
    "momentum 0.9": SGD(0.1, 0.9),
    "Adagrad": Adagrad(0.1),
    "RMSprop": RMSprop(0.1),
    "Adam": Adam(0.1),
}
steps = {}
for name, optimizer in KINDS.items():
    path = descend(saddle, optimizer, steps=300)
    steps[name] = int(np.argmax(np.abs(path.points[:, 1]) > 0.5))
    print(f"  {name:14s}{steps[name]:5d}")
    on_the_ridge = descend(saddle, optimizer, steps=300, start=(-2, 0))
    assert (on_the_ridge.points[:, 1] == 0).all(), (
        f"{name}: exactly on the ridge there is no slope to the side, and nobody "
        f"leaves it"
    )
assert steps["Adam"] < steps["momentum 0.9"] < steps["plain"], (
    "a small slope is a full step to Adam, and no step to plain descent"
)
paths = [
    descend(saddle, KINDS[n], steps=100, label=n)
    for n in ("plain", "momentum 0.9", "Adam")
]
plots.contour(
    saddle,
    paths,
    path=FIGURES / "ch10_saddle.png",
    title="A saddle at (0, 0), minima at (0, ±1)",
)
plots.landscape(
    saddle, paths, path=FIGURES / "ch10_saddle_3d.png", elevation=45, azimuth=-125
)
print("figures are in figures/")
plots.show()

# %% [markdown]
# What no optimizer promises: the global minimum. Each goes downhill from where it
# starts; memory, noise and large steps change
# which valley that is. For networks this hurts less than the picture suggests: their
# many valleys are about equally deep.
#
# Exercises (homework: hw05)
# 1. Find the smallest momentum (rate 0.05, start -4) that still passes the hill. Does a
# larger rate make up for less momentum?
# 2. Give plain descent a schedule that starts at 0.5 and falls: `ExponentialDecay(0.5,
# 10, 0.5)`. Where does it end? And from 0.9?
# 3. Add noise to the start on the saddle's ridge, y = 1e-9. How many more steps does
# plain descent need? Why only so few?
