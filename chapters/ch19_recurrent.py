# %% [markdown]
"""Chapter 19: recurrent networks: what came before, kept in mind.

After this chapter you can read a sequence step by step: with a recurrent network by
hand, its gradients through time by hand, and with minidl's layers. You will have
measured how gradients vanish and explode, and know two cures: gates and clipping.

You should know the chain rule (chapter 2), layers (chapter 3) and training (chapter 5).
The chapter takes about an hour to read and a minute to run.

    python chapters/ch19_recurrent.py       prints, and draws figures/ch19_*.png
    python chapters/ch19_recurrent.py 1     the same with other random numbers
"""

# %%
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, Tensor, layers, losses, optimizers, plots
from minidl.course import claim
from minidl.initializers import Orthogonal

FIGURES = Path("figures")
seed = next((int(word) for word in sys.argv[1:] if word.isdigit()), 0)
minidl.set_random_seed(seed)
rng = np.random.default_rng(seed)


def draw(axis, x, lines, **settings):
    """Draw lines by name, each in a colour and with a marker of its own."""
    for (name, line), (colour, marker, _) in zip(lines.items(), plots.base.LINES):
        style = {"color": colour, "marker": marker, "markevery": max(1, len(x) // 7)}
        axis.plot(x[: len(line)], line, label=name, **style)
    axis.set(**settings)
    axis.legend(fontsize=8, loc="upper left")


# %% [markdown]
r"""## 1. A memory, by hand

"[04] DeepLearning, 옵티마이저" lists tensors of the shape (samples, timesteps,
features), and recurrent layers for them. What is special about the axis in the middle?
Its order matters. A Dense layer has a weight of its own for each place. It could not
know that the third minute is much like the fourth, and it could not take longer input.

A recurrent layer reads one step after the other. It keeps a **state** $h$, a few
numbers, and makes the new state of the old one and of the step's input:

$$h_t = \tanh(x_t W + h_{t-1} U + b)$$

    h_0 --U--> h_1 --U--> h_2 --U--> h_3 ...      the state goes from left to right
                ^          ^          ^
                W          W          W           the same W, U and b at every step
                |          |          |
               x_1        x_2        x_3          the input

$W$ says what to take in, $U$ what to keep. `SimpleRNN` does exactly this (Elman 1990).

**Try it.** Reverse the order of the steps. Which of the states stay the same?
"""

# %%
x = rng.normal(size=(2, 6, 3)).astype("float32")  # 2 samples, 6 steps, 3 features
layer = layers.SimpleRNN(4, return_sequences=True)
layer.build(x.shape)
W, U, b = layer.get_weights()
h = np.zeros((2, 7, 4), "float32")  # h[:, 0]: nothing has been read yet
for t in range(6):
    h[:, t + 1] = np.tanh(x[:, t] @ W + h[:, t] @ U + b)
claim("SimpleRNN has the same states", h[:, 1:], equals=layer(x), within=1e-5)

# %% [markdown]
r"""## 2. Backpropagation through time

How do the weights learn? The picture above is a network like any other, only that its
layers share their weights. So the chain rule goes from right to left. The gradient that
arrives at a state has two parts: what the loss says of this state, $g_t$, and what
comes back from the step after it:

$$\delta_t = \bigl(g_t + \delta_{t+1} U^\top\bigr) \odot (1 - h_t^2)$$

The weights serve at every step, so their gradients are sums over all steps:

$$\frac{\partial L}{\partial U} = \sum_t h_{t-1}^\top \delta_t
\qquad \frac{\partial L}{\partial W} = \sum_t x_t^\top \delta_t$$

(The loop below does it for $U$; homework hw09 asks for all of them.) This is
**backpropagation through time**. It is no new method: it is the tape of chapter
2 on a long chain.

**Try it.** End the loop two steps after the last one ("truncated"). Which gradients
change?
"""

# %%
g = rng.normal(size=h[:, 1:].shape).astype("float32")  # what a loss might say
dU, back = np.zeros_like(U), np.zeros_like(h[:, 0])
for t in reversed(range(6)):
    delta = (g[:, t] + back) * (1 - h[:, t + 1] ** 2)
    dU += h[:, t].T @ delta
    back = delta @ U.T
layer(x).backward(gradient=g)
claim(
    "dU by hand and by the tape",
    layer.cell.recurrent_kernel.grad,
    equals=dU,
    within=1e-4,
)

# %% [markdown]
r"""## 3. Gradients that vanish, gradients that explode

Look at the loop: on its way back the gradient is multiplied by $U^\top$ and by
$1 - h^2$, again and again. What becomes of a number that is multiplied a hundred times
by 0.8? It is 0.0000000002. And by 1.2? 82 million.

We measure it. The loss looks at the last of 100 states alone. How long is its gradient
at the input of a step, the further back the step lies? We choose $U$ as a rotation
times a number: a rotation changes no length, so the number alone counts.

`ch19_gradients.png`, on the left, has a logarithmic axis. With 0.5 nothing is left
after 20 steps: the network **cannot learn** from what lies further back, however often
it sees it. With 2 the gradient grows a millionfold. Only near 1 does it stay about
equal, and no training will keep $U$ just there.

**Try it.** `RandomNormal(0, 0.1)` in place of the rotation. Which factor is it like?
"""

# %%
quiet = 0.1 * rng.normal(size=(8, 100, 4)).astype("float32")


def reach(layer):
    """The gradient's length at each step, relative to that at the last step."""
    inputs = Tensor(quiet, requires_grad=True)
    layer(inputs).backward(gradient=np.ones((8, 64), "float32"))
    length = np.sqrt((inputs.grad**2).sum(axis=2)).mean(axis=0)
    return length[::-1] / length[-1]


factors = (0.5, 0.8, 1.0, 1.5, 2.0)
simple = {
    f"U = {f} times a rotation": reach(
        layers.SimpleRNN(64, recurrent_initializer=Orthogonal(f))
    )
    for f in factors
}
low, _, one, _, high = simple.values()
claim("with 0.5 nothing reaches 30 steps back", low[30], below=1e-6)
claim("with 1 most of it does", one[30], at_least=0.05, at_most=20)
claim("with 2 it grows without limit", high[99], above=1e4)

# %% [markdown]
r"""## 4. Gates

What would a better memory look like? One in which a number simply stays, unless there
is a reason to change it. The LSTM (Hochreiter & Schmidhuber 1997) has a second state
$c$ for this, and **gates**: numbers between 0 and 1, like doors more or less open.

$$c_t = f_t \odot c_{t-1} + i_t \odot \tanh(\dots) \qquad h_t = o_t \odot \tanh(c_t)$$

The forget gate $f$ says how much of the memory stays, $i$ how much is taken in, and $o$
how much is shown. Each is $\sigma(x_t W + h_{t-1} U + b)$ with weights of its own. On
the way back the gradient of $c$ is multiplied by $f_t$, and by nothing else. If $f$ is
near 1, it arrives.

*If.* A new LSTM begins with the bias 1 for $f$ (`unit_forget_bias`): $\sigma(1) = 0.73$.
And $0.73^{60}$ is not much: see the right side of `ch19_gradients.png`. With the bias 4
the door stands open: $\sigma(4) = 0.98$. A gate is no magic. It is a door that training
can open and close, but someone should leave it open at the beginning.

The GRU (Cho et al. 2014) does the same with a single state and two gates.

**Try it.** Which bias holds a gradient over 1000 steps?
"""


# %%
def lstm(units, bias, features):
    """An LSTM whose forget gate begins with this bias."""
    layer = layers.LSTM(units)
    layer.build((None, None, features))
    kernel, recurrent, biases = layer.get_weights()
    biases[units : 2 * units] = bias
    layer.set_weights([kernel, recurrent, biases])
    return layer


gated = {f"bias {bias}": reach(lstm(64, bias, 4)) for bias in (0, 1, 4)}
claim("closed at first, it forgets", gated["bias 0"][60], below=1e-6)
claim("open, the gradient arrives", gated["bias 4"][60], at_least=0.05)
figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
look = {"ylabel": "length of the gradient", "ylim": (1e-12, 1e13), "yscale": "log"}
draw(axes[0], range(100), simple, title="SimpleRNN", xlabel="steps back", **look)
draw(axes[1], range(100), gated, title="LSTM: forget gate", xlabel="steps back", **look)
plots.finish(figure, FIGURES / "ch19_gradients.png")

# %% [markdown]
"""## 5. Does it matter? A test of memory

A number comes first. Then comes noise. At the end the network must say the first number.
A second channel marks the first step with 1. Nothing is easier, for whoever remembers.

We train four networks of 16 units with 5 to 60 steps. The error is given as a share of
the variance: 0 is perfect, 1 means that nothing was remembered.

`ch19_memory.png`: all do well with 5 steps. With 60, the networks whose gradient does
not arrive have learned *nothing at all*, and the picture of section 3 said so before
any training. The LSTM with its usual bias is among them! The SimpleRNN with a rotation
gets the gradient, but each step of noise shakes its state: with 20 steps and more it
may succeed or fail, with other random numbers. The open LSTM remembers.

**Try it.** Give the LSTM as it comes three times as many epochs.
"""


# %%
def sequences(n, steps):
    """(n, steps, 2): numbers, and a 1 at the first step; and the number to remember."""
    x = rng.uniform(-1, 1, size=(n, steps, 2)).astype("float32")
    x[:, :, 1] = np.arange(steps) == 0
    return x, x[:, 0, :1].copy()


def forgotten(layer, steps):
    """The error for new sequences, as a share of the variance."""
    model = Sequential([layer, layers.Dense(1)])
    model.compile(optimizers.Adam(0.01, global_clipnorm=1.0), "mse")
    model.fit(*sequences(1000, steps), batch_size=50, epochs=10, verbose=0)
    x, y = sequences(1000, steps)
    return model.evaluate(x, y, verbose=0) / y.var()


# %%
kinds = {
    "SimpleRNN, U = 0.5 rotations": lambda: layers.SimpleRNN(
        16, recurrent_initializer=Orthogonal(0.5)
    ),
    "SimpleRNN, U a rotation": lambda: layers.SimpleRNN(16),
    "LSTM, bias 1": lambda: lstm(16, 1, 2),
    "LSTM, bias 4": lambda: lstm(16, 4, 2),
}
lags = (5, 10, 20, 40, 60)
errors = {name: [forgotten(make(), k) for k in lags] for name, make in kinds.items()}
for name, row in errors.items():
    print(f"{name:28}", " ".join(f"{error:5.2f}" for error in row))
figure, axis = plt.subplots(figsize=(8, 4), layout="constrained")
look = {"xlabel": "steps to remember", "ylabel": "share forgotten"}
draw(axis, lags, errors, xticks=lags, ylim=(-0.05, 1.7), **look)
plots.finish(figure, FIGURES / "ch19_memory.png")
claim("5 steps are easy for all", [error[0] for error in errors.values()], below=0.1)
claim("without a gradient nothing is learned", errors["LSTM, bias 1"][-1], above=0.8)
claim("an open gate: 60 steps are easy", errors["LSTM, bias 4"][-1], below=0.15)

# %% [markdown]
r"""## 6. Clipping

And the other fault, gradients that explode? They do not come at each step. The loss has
cliffs: near them one gradient may be a thousand times as long as the others, and one
step along it throws the weights far away. All that was learned is lost.

The cure is simple (Pascanu et al. 2013). If the gradient of all weights together is
longer than a limit $c$, make it shorter, and keep its direction:

$$g \leftarrow g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right)$$

`SGD(0.1, global_clipnorm=1.0)` does it. We train a SimpleRNN that begins with 1.5
rotations to continue a noisy wave, with and without. The steps are the same in all else.
`ch19_clipping.png` shows the losses on a logarithmic axis.

**Try it.** `clipvalue=0.1` cuts each number on its own. What becomes of the direction?
"""

# %%
wave = np.sin(2 * np.pi * np.arange(1500) / 25) + 0.1 * rng.normal(size=1500)
windows = np.lib.stride_tricks.sliding_window_view(wave.astype("float32"), 41)
seen, following = windows[:, :40, None].copy(), windows[:, 40:].copy()


def train_losses(clip):
    """The losses of 80 steps of plain descent, or until one is above a million."""
    minidl.set_random_seed(seed)
    rough = layers.SimpleRNN(32, recurrent_initializer=Orthogonal(1.5))
    model = Sequential([rough, layers.Dense(1)])
    model.compile(optimizers.SGD(0.1, global_clipnorm=clip), "mse")
    values = []
    for rows in np.random.default_rng(seed).integers(0, 1200, size=(80, 32)):
        values += model.fit(seen[rows], following[rows], verbose=0).history["loss"]
        if values[-1] > 1e6:
            break
    return values


losses_of = {"as it is": train_losses(None), "clipped": train_losses(1.0)}
figure, axis = plt.subplots(figsize=(7, 3.5), layout="constrained")
draw(axis, range(80), losses_of, xlabel="step of training", ylabel="loss", yscale="log")
plots.finish(figure, FIGURES / "ch19_clipping.png")
claim("clipped, it learns", np.mean(losses_of["clipped"][-10:]), below=0.4)
claim("not clipped, it is thrown away", max(losses_of["as it is"]), above=1e6)

# %% [markdown]
"""## 7. What comes next?

With both cures the wave is an easy task: from 40 noisy values, say the next one. How good
can an answer be? The next value has noise of its own, of 0.1, which nobody can foresee.
So an error of 0.1 is the best possible. (Who says "the same as the last value" is wrong
by 0.22.)

Then we let the network run on: it gets its own answer as the next input, 75 times. In
`ch19_sine.png` it goes on swinging, without any noise: it has learned the wave.

**Try it.** Train with windows of 5 values, a fifth of a period. How long does it stay
in step?
"""

# %%
model = Sequential([layers.LSTM(24), layers.Dense(1)])
model.compile(optimizers.Adam(0.01, global_clipnorm=1.0), "mse")
model.fit(seen[:1200], following[:1200], batch_size=50, epochs=12, verbose=0)
error = np.sqrt(model.evaluate(seen[1200:], following[1200:], verbose=0))
claim("near the best possible", error, below=0.15)
run = seen[1300]  # 40 values seen, and then 75 of its own
for _ in range(75):
    run = np.concatenate([run, model(run[None, -40:]).numpy()])

# %%
true = np.sin(2 * np.pi * np.arange(1300, 1415) / 25)
figure, axis = plt.subplots(figsize=(9, 3.2), layout="constrained")
axis.plot(range(40), seen[1300, :, 0], ".", color="0.4", label="seen, with noise")
axis.plot(true, color=plots.base.COLOURS[0], label="the wave without noise")
axis.plot(
    range(40, 115), run[40:], "--", color=plots.base.COLOURS[1], label="running on"
)
axis.set(xlabel="step", ylabel="value")
axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
plots.finish(figure, FIGURES / "ch19_sine.png")
claim(
    "it stays in step for a period",
    np.abs(run[40:65, 0] - true[40:65]).mean(),
    below=0.3,
)

# %% [markdown]
"""## 8. A year of prices

The tutorial's example of a sequence: the price, its high and its low for each minute of
250 trading days from 9:30 to 16:00, so a tensor of shape (250, 390, 3). We have no real
prices here and simulate them: each minute moves by chance, on nervous days more than on
calm ones. That is the simplest model of a market, a random walk.

Prices as they are would be bad input: 100.2, 100.3, 99.9. We take the *changes*, in
thousandths, and how far the high and the low are away. Then two questions about the
afternoon, from the hour before 12:45:

1. Will the price rise? Nothing in a random walk can say so. Any network is right half
   of the time, and one that seems better on its own 250 days has learned them by heart.
2. Will it be a nervous afternoon? That can be seen in the hour before it.

A network finds what is in the data, and nothing else. Try four new years to be sure,
never the days it has learned from. `ch19_prices.png` shows both.

**Try it.** Ask question 1 of days with a trend: add 0.0001 to each move of half of
them.
"""


# %%
def make_days(days):
    """Price, high and low of each minute, (days, 390, 3)."""
    nervous = np.exp(0.5 * rng.normal(size=(days, 1)))
    moves = 0.0005 * nervous * rng.normal(size=(days, 390))
    price = 100 * np.exp(moves.cumsum(axis=1))
    up, down = 0.0003 * nervous * np.abs(rng.normal(size=(2, days, 390)))
    return np.stack([price, price * (1 + up), price * (1 - down)], axis=2)


def questions(days):
    """The hour before 12:45, (days, 60, 3), and the afternoon's two answers."""
    price, high, low = np.log(np.moveaxis(days, 2, 0))
    moves = np.diff(price, axis=1)
    hour = moves[:, 134:194], (high - price)[:, 135:195], (price - low)[:, 135:195]
    rises = price[:, -1] > price[:, 194]
    swing = np.log(1000 * moves[:, 194:].std(axis=1))
    return 1000 * np.stack(hour, axis=2), rises[:, None] * 1.0, swing[:, None]


# %%
year, later = make_days(250), make_days(1000)
claim("250 days, 390 minutes, 3 numbers", year.shape, equals=(250, 390, 3))
x, rises, swing = questions(year)
x_new, rises_new, swing_new = questions(later)


def answers(target, loss):
    """The answers for new days of an LSTM that has learned from one year."""
    model = Sequential([layers.LSTM(16), layers.Dense(1)])
    model.compile(optimizers.Adam(0.01, global_clipnorm=1.0), loss)
    model.fit(x, target, batch_size=25, epochs=15, verbose=0)
    return model.predict(x_new, verbose=0)


right = np.mean((answers(rises, losses.BinaryCrossentropy(True)) > 0) == rises_new)
claim("up or down: as good as a coin", right, at_least=0.44, at_most=0.56)
guess = answers(swing, "mse")
explained = 1 - np.mean((guess - swing_new) ** 2) / swing_new.var()
claim("nervous or calm: the hour before tells", explained, at_least=0.7)

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
for day, name in ((swing.argmin(), "calmest"), (swing.argmax(), "most nervous")):
    axes[0].plot(year[day, :, 0], label=f"the {name} day")
axes[0].axvspan(135, 195, color="0.85", label="what the network sees")
axes[0].set(xlabel="minute after 9:30", ylabel="price")
axes[0].legend(fontsize=8)
axes[1].plot(
    np.exp(swing_new), np.exp(guess), ".", color=plots.base.COLOURS[0], alpha=0.3
)
axes[1].set(xlabel="moves in the afternoon (thousandths)", ylabel="foreseen")
plots.finish(figure, FIGURES / "ch19_prices.png")
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw09)

1. Write the cell of a SimpleRNN as a class with `state_size` and `call`, and let
   `layers.RNN` walk with it. Is it as fast as `SimpleRNN`? Why not?
2. Draw `ch19_gradients.png` for a GRU. Which of its biases must be large to hold the
   door open, and which sign must it have?
3. Let the loss of section 3 look at all steps, not only at the last. What becomes of the
   gradient far back?
4. Add two waves of 25 and 40 steps. How many units does the network need to run on?
5. In the days of section 8 let each day begin with the mood of the day before. What can
   be foreseen now that could not be before?
"""
