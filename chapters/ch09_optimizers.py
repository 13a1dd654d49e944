# %% [markdown]
"""Chapter 9: the optimizers, on a bowl where you can watch them.

After this chapter you can

* say what each optimizer of the family does with a gradient, and why;
* say how much memory each of them needs;
* read the formulas of the papers, and find them in `minidl/core/optimizer.py`.

The bowl f = x²/20 + y² with its start (-7, 4) is that of "Optimizer" (a page on
building neural networks, parent 신경망 구현); the formulas are those of "Neural Network
Optimizer(Momentum, AdaGrad, RMSprop, Adam)" and of "Loss, Optimizer" by Sunwoo Lee.

It takes about 90 minutes to read and a minute to run. You need chapter 6.

    python chapters/ch09_optimizers.py
    prints the grid, draws figures/ch09_*.png and an animation
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from minidl import Variable, plots
from minidl.course import claim
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
from minidl.surfaces import Surface, bowl, descend

FIGURES = Path("figures")

# %% [markdown]
r"""
## 1. A long valley

The bowl is

$$f(x, y) = \frac{x^2}{20} + y^2 \qquad \nabla f = \left(\frac{x}{10},\ 2y\right)$$

It is twenty times as steep along $y$ as along $x$. Such a surface is called
**anisotropic**: its curvature is not the same in all directions. From (-7, 4) the
gradient is (-0.7, 8). It points across the valley, and hardly along it. So the rate
must be small enough for $y$, and is then far too small for $x$.

Plain gradient descent is often called **SGD**: $w \leftarrow w - \eta\, g$, with the
rate $\eta$ and the gradient $g$. We take 20 steps by hand at $\eta = 0.95$, almost the
largest rate that works.
"""

# %%
w = np.array([-7.0, 4.0])
signs = []
for _ in range(20):
    w -= 0.95 * np.array([w[0] / 10, 2 * w[1]])
    signs.append(np.sign(w[1]))
zigzag = descend(bowl, SGD(0.95), steps=20, label="SGD, rate 0.95")
claim(
    "minidl's SGD makes the very steps made here by hand", zigzag.points[-1], equals=w
)
claim(
    "plain descent at 0.95 crosses the valley with every step: the letter Z",
    (np.diff(signs) != 0).all(),
)
plots.contour(
    bowl,
    zigzag,
    path=FIGURES / "ch09_zigzag.png",
    title="Plain gradient descent, rate 0.95: across instead of along",
)

# %% [markdown]
r"""
`figures/ch09_zigzag.png` shows the famous zigzag. Each step multiplies $x$ by $1 -
0.095$ and $y$ by $1 - 1.9 = -0.9$: $y$ changes sides.

Every optimizer of this chapter is an answer to this picture. There are two ideas.
**Memory**: steps across the valley cancel each other, steps along it add up; so
remember the direction. **Step sizes**: give each weight a rate of its own, small where
gradients are large.

## 2. The four pictures of the tutorial

The tutorial shows SGD, Momentum, Adagrad and Adam on this bowl. Its pictures are drawn
at these rates; ours are the same (`figures/ch09_book.png`).
"""

# %%
book = [
    descend(bowl, SGD(0.95), steps=30, label="SGD, rate 0.95"),
    descend(bowl, SGD(0.1, momentum=0.9), steps=30, label="Momentum, rate 0.1"),
    descend(bowl, Adagrad(1.5), steps=30, label="Adagrad, rate 1.5"),
    descend(bowl, Adam(0.3), steps=30, label="Adam, rate 0.3"),
]
plots.trajectories(book, path=FIGURES / "ch09_book.png", columns=2)
for path in book:
    turns = np.sum(np.diff(np.sign(path.points[:, 1])) != 0)
    print(f"{path.label:20s} crosses the valley {turns:2d} times in 30 steps")

# %% [markdown]
"""
**Try it.** Change one of the rates by a factor of 3. Which of the four bears it best?

## 3. The race

Which one is best? It depends on the rate. So each optimizer gets the best rate of one
grid, judged by its mean height over 40 steps.
"""

# %%
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


def race_of(name, make):
    paths = [
        descend(bowl, make(rate), steps=40, label=f"{name}, rate {rate:g}")
        for rate in GRID
    ]
    heights = [np.inf if p.diverged else p.values.mean() for p in paths]
    row = "".join(
        "   off" if h == np.inf else f"{h:6.{2 * (h < 100)}f}" for h in heights
    )
    print(f"{name:18s}{row} best: {GRID[np.argmin(heights)]:g}")
    return paths[int(np.argmin(heights))]


print(f"{'mean height':18s}" + "".join(f"{rate:>6g}" for rate in GRID))
best = {name: race_of(name, make) for name, make in FAMILY.items()}

# %% [markdown]
r"""
Some surprises, and where they come from:

* Plain descent is best at 0.5, because $1 - 2 \cdot 0.5 = 0$: one step brings $y$ to
  the bottom. That is a property of this bowl.
* Momentum alone does not win here: on a smooth bowl it swings past the bottom.
* RMSprop beats Adam in 40 steps. But it does not stay: its memory forgets the large
  gradients, its rate grows, and it leaves the bottom again (section 6).
* AMSGrad has Adam's row, because $v$ hardly falls within 40 steps. Section 8 shows them
  apart.
"""

# %%
mean = {name: path.values.mean() for name, path in best.items()}
claim(
    "a look ahead helps here, a memory alone does not: momentum swings past the bottom "
    "of a smooth bowl",
    mean["Nesterov"] < mean["SGD"] < mean["Momentum"],
)
claim(
    "Adam is not always best: on the bowl RMSprop beats it",
    mean["RMSprop"],
    below=mean["Adam"],
)
longer = descend(bowl, RMSprop(1.0), steps=80).values
claim("RMSprop reaches the bottom", longer[21], below=1e-20)
claim("and its rate grows until it leaves the bottom again", longer[80], above=0.1)

# %%
plots.trajectories(
    list(best.values()), path=FIGURES / "ch09_side_by_side.png", columns=4
)
runners = ("SGD", "Momentum", "Nesterov", "Adagrad", "RMSprop", "Adam")
race = {name: best[name] for name in runners}
plots.contour(
    bowl,
    race,
    path=FIGURES / "ch09_race.png",
    title="The bowl f = x²/20 + y², each at the best rate of the grid",
    arrows=False,
)
plots.landscape(
    bowl,
    {name: race[name] for name in ("SGD", "Momentum", "Adagrad", "Adam")},
    path=FIGURES / "ch09_landscape.png",
)
plots.animate(race, path=FIGURES / "ch09_race.gif", title="The race")

# %% [markdown]
"""
`figures/ch09_side_by_side.png` shows each way by itself, `ch09_race.png` six of them
together, `ch09_landscape.png` four of them in the landscape, and `ch09_race.gif` the
race. In `ch09_heights.png` one sees the height step by step.

**Try it.** Move the rates yourself: after `pip install "minidl[explore]"`, the line
`plots.explore(bowl, [SGD(0.95), Adagrad(1.5), Adam(0.3)], "bowl.html")` writes a page
with a slider for each rate and momentum, and your own optimizers if you add them. At
which rate does each of them leave the bowl?
"""

# %%
plots.descent(
    race,
    path=FIGURES / "ch09_heights.png",
    title="Height by step: RMSprop reaches the bottom, and leaves it again",
)

# %% [markdown]
r"""
## 4. Momentum

$$v \leftarrow \gamma v + \alpha g \qquad w \leftarrow w - v$$

$v$ is the speed of a ball. $\gamma$ (usually 0.9) is what friction leaves of it in each
step. One tutorial writes $V \leftarrow V + \alpha g$, without the $\gamma$ that its
text sets to 0.9. What would happen then?
"""


# %%
def momentum(gamma, steps=300, alpha=0.1):
    w, v, distances = np.array([-7.0, 4.0]), np.zeros(2), []
    for _ in range(steps):
        v = gamma * v + alpha * np.array([w[0] / 10, 2 * w[1]])
        w = w - v
        distances.append(np.abs(w).max())
    return np.array(distances)


claim(
    "without γ nothing is ever lost: the ball swings for ever",
    momentum(gamma=1.0)[-100:].max(),
    above=6.5,
)
claim("with γ = 0.9 it comes to rest", momentum(gamma=0.9)[-100:].max(), below=0.01)

# %% [markdown]
r"""
**Nesterov's** idea: the ball will move by $\gamma v$ in any case. So measure the slope
not where it is, but where it is about to be:

$$v \leftarrow \gamma v + \alpha\, \nabla f(w - \gamma v)$$

If the ground rises there, the ball brakes one step earlier.
`figures/ch09_lookahead.png` shows both along $y$: with the look ahead, the swings die
out sooner.
"""

# %%
swings = {
    "Momentum": descend(bowl, SGD(0.1, momentum=0.9), steps=40),
    "Nesterov": descend(bowl, SGD(0.1, momentum=0.9, nesterov=True), steps=40),
}
figure, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
looks = plots.base.styles(swings)
for (name, path), (colour, marker, line) in zip(swings.items(), looks):
    axis.plot(path.points[:, 1], line, color=colour, marker=marker, label=name)
axis.axhline(0, color="0.6", linewidth=0.8)
axis.set(xlabel="step", ylabel="y", title="Across the valley, rate 0.1")
axis.legend()
plots.finish(figure, FIGURES / "ch09_lookahead.png")
late = {name: np.abs(path.points[20:, 1]).max() for name, path in swings.items()}
claim(
    "Nesterov's look ahead brakes earlier, and the swings die out sooner",
    late["Nesterov"],
    below=late["Momentum"] / 2,
)

# %% [markdown]
r"""
## 5. Adagrad

Adagrad gives each weight a rate of its own. $s$ adds up the squares of all gradients
that the weight has seen:

$$s \leftarrow s + g^2 \qquad w \leftarrow w - \frac{\eta}{\sqrt{s + \varepsilon}}\, g$$

Large gradients, small steps. (One tutorial has these words the wrong way round.)
$\varepsilon$ keeps the division possible: in the paper a weight whose gradient was always
0 has $s = 0$. Keras and minidl let $s$ begin at `initial_accumulator_value=0.1`, so that
the first steps are not the largest of all.
"""

# %%
from_zero = Adagrad(1.0, initial_accumulator_value=0)
flat = descend(bowl, from_zero, steps=3, start=(5, 0))
claim(
    "where the gradient is 0, ε keeps 0/0 away: y stays 0", flat.points[:, 1], equals=0
)
adagrad = descend(bowl, Adagrad(1.0), steps=60, label="Adagrad, rate 1")
claim(
    "Adagrad's rate falls with every step, along both coordinates",
    np.diff(adagrad.effective_rates, axis=0),
    below=0,
)
plots.slots(
    adagrad,
    path=FIGURES / "ch09_adagrad_slots.png",
    title="Adagrad: s only grows, the rate only falls",
)

# %% [markdown]
r"""
$s$ can only grow. So the rate can only fall, for good. On the bowl this does no harm,
because the gradients vanish at the bottom and $s$ stops growing
(`figures/ch09_adagrad_slots.png`). But what if the way is long, and the gradient stays
the same all along? Here is such a slope, $f = |x|/10$ with a rounded bottom, and its
end is 40 away.

## 6. RMSprop

RMSprop replaces the sum by a **fading mean**. With $\rho = 0.9$ it remembers about the
last $1/(1-\rho) = 10$ squares:

$$v \leftarrow \rho v + (1 - \rho)\, g^2 \qquad
w \leftarrow w - \frac{\eta}{\sqrt{v + \varepsilon}}\, g$$
"""

# %%
long_slope = Surface(
    lambda x: (x * x + 1) ** 0.5 / 10, start=(-40.0,), within=((-42, 5),)
)
slow = descend(long_slope, Adagrad(0.5), steps=600, label="Adagrad, rate 0.5")
steady = descend(long_slope, RMSprop(0.1), steps=600, label="RMSprop, rate 0.1")
figure, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
looks = plots.base.styles([slow.label, steady.label])
for path, (colour, _, line) in zip((slow, steady), looks):
    axis.plot(path.points[:, 0], line, color=colour, label=path.label)
axis.axhline(0, color="0.6", linewidth=0.8)
axis.set(xlabel="step", ylabel="x", title="A long slope: the gradient does not vanish")
axis.legend()
plots.finish(figure, FIGURES / "ch09_standstill.png")

# %% [markdown]
"""
In `figures/ch09_standstill.png` both begin at the same pace. Adagrad becomes slower and
slower, and comes almost to a standstill half way. RMSprop goes on, and arrives.
"""

# %%
pace = np.abs(slow.steps[:, 0])
claim(
    "Adagrad's steps shrink for good, until it hardly moves",
    pace[-1],
    below=pace[0] / 5,
)
claim("after 600 steps it has not arrived", slow.points[-1, 0], below=-10)
claim("RMSprop has", abs(steady.points[-1, 0]), below=1)
rmsprop = descend(bowl, RMSprop(0.3), steps=60, label="RMSprop, rate 0.3")
claim(
    "RMSprop's recovers when the gradients become small",
    rmsprop.effective_rates[-1] / rmsprop.effective_rates.min(axis=0),
    above=5,
)
plots.slots(
    rmsprop,
    path=FIGURES / "ch09_rmsprop_slots.png",
    title="RMSprop: v forgets, the rate recovers",
)

# %% [markdown]
r"""
## 7. Adadelta

Adadelta's first idea was a **window**: the mean of the last ten squares. It would need
to store all ten, for every weight. The fading mean stands for it with one number. Watch
what each remembers when large gradients are followed by small ones
(`figures/ch09_window.png`).
"""

# %%
g2 = np.where(np.arange(80) < 40, 1.0, 0.01)  # large gradients, then small ones
window = np.array([g2[max(0, t - 9) : t + 1].mean() for t in range(80)])
fading, average = [], 0.0
for square in g2:
    average = 0.9 * average + 0.1 * square
    fading.append(average)
claim("after ten steps the window has forgotten", window[49], equals=0.01)
claim("the mean not yet", fading[49], above=0.01, below=0.4)
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

# %% [markdown]
r"""
Its second idea: a step should have the unit of the weight. So it remembers the squares
of its own steps too, and needs no rate: the paper has $\eta = 1$. Keras's default is
0.001, with which it hardly moves.

$$\Delta = -\frac{\sqrt{E[\Delta^2] + \varepsilon}}{\sqrt{E[g^2] + \varepsilon}}\, g
\qquad w \leftarrow w + \eta\, \Delta$$
"""

# %%
crawling = descend(bowl, Adadelta(), steps=1000)
moving = descend(bowl, Adadelta(1.0), steps=1000)
claim(
    "at Keras's default rate, 0.001, Adadelta hardly moves in 1000 steps",
    np.abs(crawling.points[-1] - bowl.start).max(),
    below=0.01,
)
claim(
    "at the paper's rate, 1.0, it gets under way, slowly",
    moving.values[-1],
    below=bowl(*bowl.start) / 2,
)

# %% [markdown]
r"""
## 8. Adam

Adam takes both ideas: momentum's memory $m$ and RMSprop's step sizes $v$.

$$m \leftarrow \beta_1 m + (1-\beta_1)\, g \qquad v \leftarrow \beta_2 v + (1-\beta_2)\, g^2$$

$$w \leftarrow w - \eta\, \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \varepsilon}$$

(It is RMSprop with momentum, not with Adadelta, as one tutorial has it.) Why the
divisions by $1 - \beta^t$? Both means start at 0, and are too small at first. After one
step $m = (1-\beta_1) g$, and $m / (1-\beta_1) = g$ is right.
"""

# %%
without_momentum = descend(
    bowl, Adam(0.1, beta_1=0.0, beta_2=0.9, epsilon=1e-12), steps=40
)
corrected = descend(
    bowl,
    RMSprop(lambda step: 0.1 * np.sqrt(1 - 0.9 ** (step + 1)), rho=0.9, epsilon=1e-24),
    steps=40,
)
claim(
    "with β₁ = 0 Adam is RMSprop, its first steps corrected",
    without_momentum.points,
    equals=corrected.points,
)

# %% [markdown]
r"""
One tutorial leaves the corrections out, and writes $\beta_1$ in front of the gradient,
where $1 - \beta_1$ should stand. What do these mistakes cost? Without the correction,
$m$ begins at a tenth, but $\sqrt v$ at a thirtieth: the first steps are three times too
long. With $\beta_1 g$ instead of $(1-\beta_1) g$, $m$ grows to nine times the gradient.
"""

# %%
m, v = (
    0.1 * 1.0,
    0.001 * 1.0,
)  # after one step with the gradient 1, β₁ = 0.9, β₂ = 0.999
claim(
    "without the corrections, the first step is three times too long",
    m / np.sqrt(v),
    above=3,
    below=3.2,
)
v_right = v_wrong = 0.0
for _ in range(200):
    v_right, v_wrong = 0.9 * v_right + 0.1 * 1.0, 0.9 * v_wrong + 0.9 * 1.0
claim(
    "(1−β₁) makes V a mean of gradients; β₁ makes it nine times as much",
    [v_right, v_wrong],
    equals=[1, 9],
    within=1e-6,
)

# %% [markdown]
"""
One tutorial says that Adam's way is curved where RMSprop's is not. At the same rate,
0.3, RMSprop bends towards the bottom of the valley and then follows it. Adam is carried
on by its memory, passes the bottom of the valley and comes back in an arc.
"""


# %%
def all_turns(path):
    angles = np.unwrap(np.arctan2(path.steps[:, 1], path.steps[:, 0]))
    return np.degrees(np.abs(np.diff(angles)).sum())


by_rmsprop = descend(bowl, RMSprop(0.3), steps=30)
by_adam = descend(bowl, Adam(0.3), steps=30)
print(f"all turns in 30 steps: RMSprop {all_turns(by_rmsprop):.0f} degrees, ", end="")
print(f"Adam {all_turns(by_adam):.0f} degrees")
claim("RMSprop does not pass the valley", by_rmsprop.points[:, 1], above=-0.01)
claim("Adam passes it", by_adam.points[:, 1].min(), below=-0.5)
claim(
    "Adam's way is curved more than RMSprop's",
    all_turns(by_adam),
    above=1.3 * all_turns(by_rmsprop),
)

# %% [markdown]
r"""
Adam's relatives change one thing each.

* **AMSGrad** divides by the largest $v$ so far, which never falls.
* **AdamW** also takes $\eta \lambda w$ off each weight, whatever the gradient does.
* **RAdam** waits until $v$ can be trusted. Its first five steps are plain momentum,
  which is why it overshoots at large rates in `ch09_side_by_side.png`; with the sixth
  step it begins to divide by $v$.
* **Nadam** looks ahead like Nesterov, **Adamax** uses the largest gradient instead of a
  mean.
"""

# %%
amsgrad = descend(bowl, Adam(0.5, amsgrad=True, beta_2=0.9), steps=60)
claim(
    "AMSGrad divides by the largest v so far, which never falls",
    np.diff(amsgrad.slots["v_max"], axis=0),
    at_least=0,
)
claim("though v does", (np.diff(amsgrad.slots["v"], axis=0) < 0).any())
# along y there is no gradient, and 0 decays to 0
still = descend(bowl, AdamW(0.1, weight_decay=0.01), steps=1, start=(5, 0))
pulled = descend(bowl, Adam(0.1), steps=1, start=(5, 0))
claim(
    "AdamW takes η·λ·w off, whatever the gradient does",
    pulled.points[1, 0] - still.points[1, 0],
    equals=0.1 * 0.01 * 5,
)
radam, plain = descend(bowl, RAdam(0.1), steps=6), descend(bowl, Adam(0.1), steps=6)
claim(
    "RAdam's first steps are plain momentum: as long as the gradient is large",
    abs(radam.steps[0, 1]),
    above=4 * abs(plain.steps[0, 1]),
)
claim(
    "with the sixth step it begins to trust v, and divides by it",
    abs(radam.steps[5, 1]),
    below=abs(radam.steps[4, 1]) / 4,
)

# %% [markdown]
"""
## 9. What each one remembers

Memory has a price. How many numbers does an optimizer keep for each weight? For a
network with a million weights, Adam keeps two million numbers besides.
"""

# %%
kept = {}
for name, make in FAMILY.items():
    optimizer = make(0.1)
    optimizer.build([Variable(np.zeros(1000))])
    kept[name] = sum(array.size for array in optimizer.memory[0]) / 1000
    print(f"{name:20s} keeps {kept[name]:.0f} numbers for each weight")
claim("SGD is simple and cheap: it keeps nothing", kept["SGD"], equals=0)
claim(
    "Momentum, Adagrad and RMSprop keep one number",
    [kept["Momentum"], kept["Adagrad"], kept["RMSprop"]],
    equals=1,
)
claim("Adam keeps two", kept["Adam"], equals=2)

# %% [markdown]
r"""
## 10. Muon

Muon (2024) is for matrices. A matrix of gradients has strong and weak *directions*,
which are not the single weights. Muon takes steps of the same length along all of them.
(On the bowl, which is no matrix, it moves as Adam does.)

Our task: a matrix of 12 x 12, whose distance from its target counts 1000 times more
along the strongest direction than along the weakest. After 40 steps, which share of the
way has each optimizer made, along each direction? (`figures/ch09_muon.png`)
"""

# %%
rng = np.random.default_rng(0)
turn, _ = np.linalg.qr(rng.normal(size=(12, 12)))
target, _ = np.linalg.qr(rng.normal(size=(12, 12)))
strengths = 10 ** np.linspace(0, -3, 12)


def learned(optimizer, steps=40):
    w = Variable(np.zeros((12, 12)), dtype="float64")
    for _ in range(steps):
        optimizer.apply([(w.data - target) @ (turn * strengths) @ turn.T], [w])
    return 1 - np.linalg.norm((w.data - target) @ turn, axis=0)


# %%
KINDS = {
    "SGD": SGD,
    "Momentum": FAMILY["Momentum"],
    "Adam": Adam,
    "Muon": lambda rate: Muon(rate, weight_decay=None, rms_rate=None),
}
shares = {}
for name, make in KINDS.items():
    tried = [learned(make(rate)) for rate in (0.01, 0.03, 0.1, 0.3, 1.0, 1.9)]
    shares[name] = max(tried, key=np.mean)
claim(
    "a memory helps along weak directions",
    shares["Momentum"].min(),
    above=0.4,
    below=0.55,
)
claim("equal steps along all help more", shares["Muon"].min(), above=0.6)
claim(
    "a rate for each weight does not help where no weight lies along a direction",
    max(shares["SGD"].min(), shares["Adam"].min()),
    below=0.1,
)
figure, axis = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
looks = plots.base.styles(shares)
for (name, share), (colour, marker, line) in zip(shares.items(), looks):
    axis.plot(strengths, share, line, color=colour, marker=marker, label=name)
axis.set(
    xscale="log",
    xlabel="strength of the direction in the gradient",
    title="The share that is learned in 40 steps, each at its best rate",
)
axis.legend()
plots.finish(figure, FIGURES / "ch09_muon.png")

# %% [markdown]
"""
## 11. The family tree

Who took what from whom? Above stands memory, below step sizes
(`figures/ch09_family.png`).
"""

# %%
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
"""
Exercises (homework: hw05)

1. Turn the bowl by 45°: `minidl.surfaces.ravine`. Which optimizers lose their
   advantage, and why?
2. Write Adagrad as a class of your own (`slots`, `update`: see
   minidl/optimizers/base.py) and race it against ours.
3. Momentum 0.5, 0.9, 0.99 at one rate: draw `plots.descent` of the three. Which is best
   after 20 steps, which after 200?
4. Adam with epsilon=1.0: which optimizer does it come to resemble?
"""
