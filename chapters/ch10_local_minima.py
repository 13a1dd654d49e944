# %% [markdown]
"""Chapter 10: local minima and saddles, and what no optimizer promises.

After this chapter you can

* say where plain descent stays, and how momentum rolls on;
* say why momentum is no guarantee;
* tell a saddle from a minimum, and why saddles are the commoner obstacle.

It shows what "Loss, Optimizer" by Sunwoo Lee, "Neural Network Optimizer(Momentum,
AdaGrad, RMSprop, Adam)" and "Optimizer" (parent 신경망 구현) say of local and global minima,
and where it is more than can be promised.

It takes about 30 minutes to read and 15 seconds to run. You need chapters 6 and 9.

    python chapters/ch10_local_minima.py
    prints tables, draws figures/ch10_*.png
"""

# %%
from pathlib import Path

import numpy as np

from minidl import plots
from minidl.course import claim
from minidl.optimizers import SGD, Adagrad, Adam, RMSprop
from minidl.surfaces import descend, saddle, two_valleys

FIGURES = Path("figures")

# %% [markdown]
r"""
## 1. Two valleys

A **local minimum** is the lowest point of its surroundings. The **global minimum** is
the lowest point of all. Our landscape is a curve with the slope

$$f'(x) = \frac{(x + 2)\,x\,(x - 3)}{6}$$

It is flat at three places: a valley at -2, a hill at 0, and the deepest valley at 3. We
let go at $x = -4$, on the left. Plain descent takes steps against the slope.
**Momentum** also keeps a part of its last step, like a ball that has speed:

$$v \leftarrow \mu v - r f'(x) \qquad x \leftarrow x + v$$

Where does each of them end? Guess first.
"""


# %%
def slope(x):
    return (x + 2) * x * (x - 3) / 6


def roll(rate, momentum, steps=300):
    x, v = -4.0, 0.0
    for _ in range(steps):
        v = momentum * v - rate * slope(x)
        x = x + v
    return x


print(f"from x = -4: plain descent ends at {roll(0.05, 0):.3f}, ", end="")
print(f"momentum 0.9 at {roll(0.05, 0.9):.3f}")
claim(
    "plain descent stays in the first valley: uphill is no way for it",
    roll(0.05, 0),
    equals=-2,
    within=1e-3,
)
claim(
    "momentum comes with speed and rolls on over the hill",
    roll(0.05, 0.9),
    equals=3,
    within=1e-3,
)

# %% [markdown]
"""
## 2. The others

Adagrad, RMSprop and Adam give each weight a step size of its own. Is that a help
against a valley? We try six optimizers at three rates, 500 steps each.
"""

# %%
RATES = (0.02, 0.05, 0.1)
KINDS = {
    "plain": SGD,
    "momentum 0.5": lambda r: SGD(r, 0.5),
    "momentum 0.9": lambda r: SGD(r, 0.9),
    "Adagrad": Adagrad,
    "RMSprop": RMSprop,
    "Adam": Adam,
}
ends = {}
print(f"where each ends, by rate: {RATES[0]:14.2f}{RATES[1]:8.2f}{RATES[2]:8.2f}")
for name, make in KINDS.items():
    runs = [descend(two_valleys, make(rate), steps=500) for rate in RATES]
    ends[name] = [run.points[-1, 0] for run in runs]
    print(f"  {name:30s}" + "".join(f"{end:8.2f}" for end in ends[name]))

# %% [markdown]
"""
Being adaptive is no help against a valley; being fast is. (Adagrad at 0.02 and 0.05 is
still on its way down to -2, because its steps shrink. After 5000 steps at 0.02 it is at
-2.33.)

`figures/ch10_two_valleys.png` shows three of them, `figures/ch10_two_valleys.gif`
moves.
"""

# %%
claim("plain descent never passes the hill", max(ends["plain"]), below=0)
claim(
    "of these, momentum 0.9 reaches the global minimum at every rate",
    ends["momentum 0.9"],
    above=2.9,
)
adaptive = [*ends["Adam"], *ends["RMSprop"], *ends["Adagrad"]]
claim(
    "Adam and its relatives do not pass the hill: their steps are careful",
    adaptive,
    below=0,
)
paths = [
    descend(two_valleys, SGD(0.05), steps=80, label="plain descent"),
    descend(two_valleys, SGD(0.05, 0.9), steps=80, label="momentum 0.9"),
    descend(two_valleys, Adam(0.1), steps=80, label="Adam"),
]
plots.trajectories(
    paths, path=FIGURES / "ch10_two_valleys.png", title="A local and the global minimum"
)
plots.animate(paths[:2], path=FIGURES / "ch10_two_valleys.gif", title="Rolling on")

# %% [markdown]
"""
## 3. No promise

"Momentum finds the global minimum", one tutorial says. Let us start from the other
side, at $x = 5$. Now the deepest valley comes *first*, and whoever rolls on leaves it
(`figures/ch10_no_promise.png`).
"""

# %%
rolling = descend(two_valleys, SGD(0.05, 0.9), steps=300, start=5, label="momentum 0.9")
plain = descend(two_valleys, SGD(0.05), steps=300, start=5, label="plain descent")
plots.contour(
    two_valleys,
    [plain, rolling],
    path=FIGURES / "ch10_no_promise.png",
    title="Momentum can also roll out again",
)
claim(
    "here momentum loses the global minimum that plain descent finds",
    [rolling.points[-1, 0], plain.points[-1, 0]],
    equals=[-2, 3],
    within=1e-3,
)

# %%
starts = np.linspace(-4.5, 5, 20)
for momentum in (0.0, 0.9):
    runs = [
        descend(two_valleys, SGD(0.05, momentum), steps=250, start=s) for s in starts
    ]
    reached = np.mean([run.points[-1, 0] > 2.9 for run in runs])
    print(f"momentum {momentum}: the global minimum from {reached:.0%} of 20 starts")

# %% [markdown]
"""
**Try it.** Find a momentum between 0 and 0.9 that reaches the global minimum from
*both* $x = -4$ and $x = 5$.

## 4. Noise

The gradient of a few samples is noisy. One tutorial says that stochastic descent easily
ends in local minima. Compared with whole-batch descent it is rather the other way
round: noise can shake a ball out of a shallow valley. (This is a sketch with made-up
noise, not with samples.)

A thousand balls start at $x = -4$. How many are in the deeper valley after 400 steps?
"""

# %%
rng = np.random.default_rng(0)
share = {}
for noise in (0.0, 3.0):
    x = np.full(1000, -4.0)
    for _ in range(400):
        x -= 0.1 * (slope(x) + noise * rng.normal(size=x.shape))
    share[noise] = np.mean(x > 0)
    print(f"noise {noise}: {share[noise]:.0%} of the balls are in the deeper valley")
claim("without noise none of them passes the hill", share[0.0], equals=0)
claim(
    "noise of the right size carries more than half of them over the hill",
    share[3.0],
    above=0.5,
)

# %% [markdown]
"""
## 5. Saddles

A **saddle** is flat, but no minimum: in one direction the ground rises, in another it
falls. With two parameters both are easy to find. With a million parameters a flat point
is a minimum only if the ground rises in *all* directions, which is very unlikely. So
saddles are far more common there (Dauphin et al. 2014).

Our saddle lies at (0, 0). We start on the ridge that leads to it, a thousandth beside.
How many steps does each optimizer need to leave it?
"""

# %%
KINDS = {
    "plain": SGD(0.1),
    "momentum 0.9": SGD(0.1, 0.9),
    "Adagrad": Adagrad(0.1),
    "RMSprop": RMSprop(0.1),
    "Adam": Adam(0.1),
}
steps = {}
print("steps until |y| > 0.5, from y = 0.001 beside the ridge:")
for name, optimizer in KINDS.items():
    path = descend(saddle, optimizer, steps=300)
    steps[name] = int(np.argmax(np.abs(path.points[:, 1]) > 0.5))
    print(f"  {name:14s}{steps[name]:5d}")

# %%
claim(
    "a small slope is a full step to Adam, and no step to plain descent",
    steps["Adam"] < steps["momentum 0.9"] < steps["plain"],
)
for name, optimizer in KINDS.items():
    on_the_ridge = descend(saddle, optimizer, steps=300, start=(-2, 0))
    claim(
        f"{name}: exactly on the ridge there is no slope to the side, and nobody leaves it",
        on_the_ridge.points[:, 1],
        equals=0,
        within=0,
    )

# %%
paths = [
    descend(saddle, KINDS[name], steps=100, label=name)
    for name in ("plain", "momentum 0.9", "Adam")
]
plots.contour(
    saddle,
    paths,
    path=FIGURES / "ch10_saddle.png",
    title="A saddle at (0, 0), minima at (0, ±1)",
)
plots.landscape(
    saddle,
    paths,
    path=FIGURES / "ch10_saddle_3d.png",
    title="The same saddle from the side",
    elevation=45,
    azimuth=-125,
)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
## What no optimizer promises

The global minimum. Each goes downhill from where it starts; memory, noise and large
steps change which valley that is. For networks this hurts less than the picture
suggests: their many valleys are about equally deep.

Exercises (homework: hw05)

1. Find the smallest momentum (rate 0.05, start -4) that still passes the hill. Does a
   larger rate make up for less momentum?
2. Give plain descent a schedule that starts at 0.5 and falls: `ExponentialDecay(0.5,
   10, 0.5)`. Where does it end? And from 0.9?
3. Add noise to the start on the saddle's ridge, y = 1e-9. How many more steps does
   plain descent need? Why only so few?
"""
