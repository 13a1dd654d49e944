# %% [markdown]
"""Chapter 9: the optimizers, on a bowl where you can watch them.

After this chapter you can say what each optimizer of the family does with a gradient,
and why. The bowl f = x²/20 + y² with its start (-7, 4) is that of "Optimizer" (a page
on building neural networks, parent 신경망 구현); the formulas are those of "Neural Network
Optimizer(Momentum, AdaGrad, RMSprop, Adam)" and of "Loss, Optimizer" by Sunwoo Lee.

    python chapters/ch09_optimizers.py
    prints the grid, draws figures/ch09_*.png and an animation
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from minidl import Variable, plots
from minidl.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Muon,
    Nadam,
    RAdam,
    RMSprop,
)
from minidl.surfaces import bowl, descend

FIGURES = Path("figures")

# %% 1. By hand: the gradient of the bowl is (x/10, 2y), so it points across the valley,
# hardly along it
w = np.array([-7.0, 4.0])
signs = []
for _ in range(20):
    # x shrinks by 1 − 0.095 a step, y by 1 − 1.9: it changes sides
    w -= 0.95 * np.array([w[0] / 10, 2 * w[1]])
    signs.append(np.sign(w[1]))
zigzag = descend(bowl, SGD(0.95), steps=20)
assert np.allclose(zigzag.points[-1], w), (
    "minidl's SGD makes the very steps made here by hand"
)
assert (np.diff(signs) != 0).all(), (
    "plain descent at 0.95 crosses the valley with every step: the letter Z"
)
plots.contour(
    bowl,
    zigzag,
    path=FIGURES / "ch09_zigzag.png",
    title="Plain gradient descent, rate 0.95: across instead of along",
)

# %% 2. The race: every optimizer at the best rate of one grid, judged by its mean
# height over 40 steps
GRID = (0.01, 0.03, 0.1, 0.3, 0.5, 0.9, 1, 3, 5, 10)
FAMILY = {
    "SGD": SGD,
    "Momentum": lambda rate: SGD(rate, momentum=0.9),
    "Nesterov": lambda rate: SGD(rate, momentum=0.9, nesterov=True),
    "Adagrad": Adagrad,
    "Adadelta, ε = 0.01": lambda rate: Adadelta(rate, epsilon=0.01),
    "RMSprop": RMSprop,
    "Adam": Adam,
    "AMSGrad": lambda rate: Adam(rate, amsgrad=True),
    "AdamW": AdamW,
    "Nadam": Nadam,
    "RAdam": RAdam,
}
print(f"{'mean height over 40 steps':26s}" + "".join(f"{rate:>8g}" for rate in GRID))
best = {}
for name, make in FAMILY.items():
    paths = [
        descend(bowl, make(rate), steps=40, label=f"{name}, rate {rate:g}")
        for rate in GRID
    ]
    heights = [np.inf if p.diverged else p.values.mean() for p in paths]
    best[name] = paths[int(np.argmin(heights))]
    row = "".join(f"{'off' if h == np.inf else f'{h:.2f}':>8s}" for h in heights)
    print(f"{name:26s}{row}   best: {GRID[np.argmin(heights)]:g}")
assert (
    best["Nesterov"].values.mean()
    < best["SGD"].values.mean()
    < best["Momentum"].values.mean()
), (
    "a look ahead helps here, a memory alone does not: momentum swings past the "
    "bottom of a smooth bowl"
)
assert best["RMSprop"].values.mean() < best["Adam"].values.mean(), (
    "Adam is not always best: on the bowl RMSprop beats it"
)
longer = descend(bowl, RMSprop(1.0), steps=80).values
assert longer[21] < 1e-20 and longer[80] > 0.1, (
    "in 40 steps: v forgets, so RMSprop's rate grows until it leaves the bottom again "
    "(step 4)"
)
# (AMSGrad has Adam's row, for v hardly falls within 40 steps at β₂ = 0.999. Step 6
# shows them apart.)
plots.trajectories(
    list(best.values()), path=FIGURES / "ch09_side_by_side.png", columns=4
)
# (Plain descent is best at 0.5 because 1 − 2·0.5 = 0: one step brings y to the bottom.)
race = {
    name: best[name]
    for name in ("SGD", "Momentum", "Nesterov", "Adagrad", "RMSprop", "Adam")
}
plots.contour(
    bowl,
    race,
    path=FIGURES / "ch09_race.png",
    title="The bowl f = x²/20 + y², each at the best rate of the grid",
    arrows=False,
)
plots.landscape(
    bowl,
    {n: race[n] for n in ("SGD", "Momentum", "Adagrad", "Adam")},
    path=FIGURES / "ch09_landscape.png",
)
plots.descent(
    race,
    path=FIGURES / "ch09_heights.png",
    title="Height by step: RMSprop reaches the bottom, and leaves it again",
)
plots.animate(race, path=FIGURES / "ch09_race.gif", title="The race")


# %% 3. Momentum needs its γ. One tutorial writes V ← V + α·g, without the γ that its
# text sets to 0.9
def momentum(gamma, steps=300, alpha=0.1):
    w, v, distances = np.array([-7.0, 4.0]), np.zeros(2), []
    for _ in range(steps):
        v = gamma * v + alpha * np.array([w[0] / 10, 2 * w[1]])
        w = w - v
        distances.append(np.abs(w).max())
    return np.array(distances)


assert momentum(gamma=1.0)[-100:].max() > 6.5, (
    "without γ nothing is ever lost: the ball swings for ever"
)
assert momentum(gamma=0.9)[-100:].max() < 0.01, "with γ = 0.9 it comes to rest"
# Likewise Adam's V ← β₁V + (1−β₁)·g: with β₁ in front of g, as that tutorial has it, V
# grows to β₁/(1−β₁) = 9 gradients.
v_right = v_wrong = 0.0
for _ in range(200):
    v_right, v_wrong = 0.9 * v_right + 0.1 * 1.0, 0.9 * v_wrong + 0.9 * 1.0
assert np.isclose(v_right, 1) and np.isclose(v_wrong, 9), (
    "(1−β₁) makes V a mean of gradients; β₁ makes it nine times as much"
)

# %% 4. Adagrad adds up for good, RMSprop forgets. (One tutorial calls their paths the
# same: the first steps are much alike.)
adagrad, rmsprop = (
    descend(bowl, Adagrad(1.0), steps=60),
    descend(bowl, RMSprop(0.3), steps=60),
)
assert (np.diff(adagrad.effective_rates, axis=0) < 0).all(), (
    "Adagrad's rate falls with every step, along both coordinates"
)
assert (rmsprop.effective_rates[-1] > 5 * rmsprop.effective_rates.min(axis=0)).all(), (
    "RMSprop's recovers when the gradients become small"
)
plots.slots(
    adagrad,
    path=FIGURES / "ch09_adagrad_slots.png",
    title="Adagrad: s only grows, the rate only falls",
)
plots.slots(
    rmsprop,
    path=FIGURES / "ch09_rmsprop_slots.png",
    title="RMSprop: v forgets, the rate recovers",
)

# %% 5. Adadelta: a window of the last ten squares, and the fading mean that stands for
# it with one number instead of ten
g2 = np.where(np.arange(80) < 40, 1.0, 0.01)  # large gradients, then small ones
window = np.array([g2[max(0, t - 9) : t + 1].mean() for t in range(80)])
fading, mean = [], 0.0
for square in g2:
    mean = 0.9 * mean + 0.1 * square  # ρ = 0.9 remembers about 1/(1−ρ) = 10 squares
    fading.append(mean)
assert np.isclose(window[49], 0.01) and 0.01 < fading[49] < 0.4, (
    "after ten steps the window has forgotten, the mean not yet"
)
figure, axis = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for values, label, line in (
    (g2, "g²", ":"),
    (window, "mean of a window of 10", "-"),
    (fading, "fading mean, ρ = 0.9", "--"),
    (np.cumsum(g2) / 40, "Adagrad's sum, / 40", "-."),
):
    axis.plot(values, line, label=label)
axis.set(xlabel="step", title="What is remembered of the squares of the gradients")
axis.legend()
plots.finish(figure, FIGURES / "ch09_window.png")
crawling, moving = (
    descend(bowl, Adadelta(), steps=1000),
    descend(bowl, Adadelta(1.0), steps=1000),
)
assert np.abs(crawling.points[-1] - bowl.start).max() < 0.01, (
    "at Keras's default rate, 0.001, Adadelta hardly moves in 1000 steps"
)
assert moving.values[-1] < bowl(*bowl.start) / 2, (
    "at the paper's rate, 1.0, it gets under way, slowly: E[Δ²] starts at nothing but ε"
)

# %% 6. Adam is RMSprop with momentum (not with Adadelta, as one tutorial has it), both
# corrected for starting at 0
without_momentum = descend(
    bowl, Adam(0.1, beta_1=0.0, beta_2=0.9, epsilon=1e-12), steps=40
)
corrected = descend(
    bowl,
    RMSprop(lambda step: 0.1 * np.sqrt(1 - 0.9 ** (step + 1)), rho=0.9, epsilon=1e-24),
    steps=40,
)
assert np.allclose(without_momentum.points, corrected.points), (
    "with β₁ = 0 Adam is RMSprop, its first steps corrected"
)
amsgrad = descend(bowl, Adam(0.5, amsgrad=True, beta_2=0.9), steps=60)
assert (np.diff(amsgrad.slots["v_max"], axis=0) >= 0).all() and (
    np.diff(amsgrad.slots["v"], axis=0) < 0
).any(), "AMSGrad divides by the largest v so far, which never falls, though v does"
decayed = AdamW(0.1, weight_decay=0.01)
# along y there is no gradient, and 0 decays to 0
still = descend(bowl, decayed, steps=1, start=(5, 0))
pulled = descend(bowl, Adam(0.1), steps=1, start=(5, 0))
assert np.isclose(pulled.points[1, 0] - still.points[1, 0], 0.1 * 0.01 * 5), (
    "AdamW takes η·λ·w off, whatever the gradient does"
)
radam, plain = descend(bowl, RAdam(0.1), steps=6), descend(bowl, Adam(0.1), steps=6)
assert abs(radam.steps[0, 1]) > 4 * abs(plain.steps[0, 1]), (
    "RAdam's first steps are plain momentum: as long as the gradient is large"
)
assert abs(radam.steps[5, 1]) < abs(radam.steps[4, 1]) / 4, (
    "with the sixth step it begins to trust v, and divides by it"
)

# %% 7. Muon is for matrices (on the bowl it moves as Adam does). A gradient has strong
# and weak directions, and Muon steps as far along the weak ones
rng = np.random.default_rng(0)
turn, _ = np.linalg.qr(rng.normal(size=(12, 12)))
target, _ = np.linalg.qr(rng.normal(size=(12, 12)))
# how much the distance from the target counts along each of twelve directions
strengths = 10 ** np.linspace(0, -3, 12)


def learned(optimizer, steps=40):
    """Along each of the twelve directions the share of the way to the target."""
    w = Variable(np.zeros((12, 12)), dtype="float64")
    for _ in range(steps):
        optimizer.apply([(w.data - target) @ (turn * strengths) @ turn.T], [w])
    return 1 - np.linalg.norm((w.data - target) @ turn, axis=0)


shares = {}
for name, make in {
    "SGD": SGD,
    "Momentum": FAMILY["Momentum"],
    "Adam": Adam,
    "Muon": lambda rate: Muon(rate, weight_decay=None, rms_rate=None),
}.items():
    tried = [learned(make(rate)) for rate in (0.01, 0.03, 0.1, 0.3, 1.0, 1.9)]
    shares[name] = max(tried, key=np.mean)
assert shares["Muon"].min() > 0.6 > 0.55 > shares["Momentum"].min() > 0.4, (
    "a memory helps along weak directions, equal steps along all help more"
)
assert max(shares["SGD"].min(), shares["Adam"].min()) < 0.1, (
    "a rate for each weight does not help where no weight lies along a direction"
)
figure, axis = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for (name, share), line in zip(shares.items(), (":", "-.", "--", "-")):
    axis.plot(strengths, share, line, marker="o", label=name)
axis.set(
    xscale="log",
    xlabel="strength of the direction in the gradient",
    title="The share that is learned in 40 steps, each at its best rate",
)
axis.legend()
plots.finish(figure, FIGURES / "ch09_muon.png")

# %% 8. The family tree: who took what from whom
TREE = {
    "SGD": (0, 2),
    "Momentum": (1, 3),
    "Adagrad": (1, 1),
    "Nesterov": (2, 4.4),
    "Lion": (2, 3.4),
    "RMSprop": (2, 1.8),
    "Adadelta": (2, 0.8),
    "Ftrl": (2, -0.2),
    "Muon": (3, 4.9),
    "Adam": (3, 2.4),
    "Adafactor": (3, 0.8),
    "Nadam": (4, 4.4),
    "AMSGrad": (4, 3.5),
    "AdamW": (4, 2.6),
    "RAdam": (4, 1.7),
    "Adamax": (4, 0.8),
    "Lamb": (4, -0.1),
    "Schedule-Free": (5.3, 2.6),
}
CHILDREN = {
    "SGD": "Momentum Adagrad",
    "Momentum": "Nesterov Lion Adam",
    "Adagrad": "RMSprop Adadelta Ftrl",
    "RMSprop": "Adam Adafactor",
    "Nesterov": "Muon Nadam",
    "Adam": "Nadam AMSGrad AdamW RAdam Adamax Lamb",
    "AdamW": "Schedule-Free",
}
figure, axis = plt.subplots(figsize=(9.6, 4.8), layout="constrained")
for parent, children in CHILDREN.items():
    for child in children.split():
        axis.annotate(
            "",
            TREE[child],
            TREE[parent],
            arrowprops={
                "arrowstyle": "->",
                "color": "0.5",
                "shrinkA": 32,
                "shrinkB": 32,
            },
        )
for name, (x, y) in TREE.items():
    axis.text(
        x,
        y,
        name.replace("-", "-\n"),
        ha="center",
        va="center",
        bbox={"boxstyle": "round", "facecolor": "#DCEBF5", "edgecolor": "#0072B2"},
    )
axis.set(
    xlim=(-0.5, 5.9),
    ylim=(-0.6, 5.3),
    title="From plain descent to Adam and its children: above memory, below step sizes",
)
axis.axis("off")
plots.finish(figure, FIGURES / "ch09_family.png")
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw05)
# 1. Turn the bowl by 45°: `minidl.surfaces.ravine`. Which optimizers lose their
# advantage, and why?
# 2. Write Adagrad as a class of your own (`slots`, `update`: see
# minidl/optimizers/base.py) and race it against ours.
# 3. Momentum 0.5, 0.9, 0.99 at one rate: draw `plots.descent` of the three. Which is
# best after 20 steps, which after 200?
# 4. Adam with epsilon=1.0: which optimizer does it come to resemble?
