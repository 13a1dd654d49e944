# %% [markdown]
"""Chapter 22: many processes.

After this chapter you can train one model on several processor cores, or on several
machines, with the script that trains it on one. You can say what the processes exchange
and why the result is the same. You can estimate how much time this saves, and you know
what to change when batches become large.

You need chapters 5 (the training loop), 6 (the learning rate) and 8 (batches). Reading
takes about 30 minutes, running less than one.

    python chapters/ch22_many_processes.py                one process
    mpiexec -n 2 python chapters/ch22_many_processes.py   two (pip install "minidl[mpi]")

Both print, and draw figures/ch22_*.png.
"""

# %%
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl as keras
from minidl import layers, losses, optimizers, plots
from minidl.course import claim

FIGURES = Path("figures")
parallel = keras.distribution.DataParallel()
keras.distribution.set_distribution(parallel)  # before the model is made
keras.set_random_seed(0)
(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
x, y = (x[:8192] / 255).astype("float32"), y[:8192]
x_test = (x_test / 255).astype("float32")
print("devices:", ", ".join(keras.distribution.list_devices()))

# %% [markdown]
r"""## 1. The gradient of a mean is the mean of the gradients

A batch of 512 images is too slow for one processor core. Can two cores share the work?
The loss of a batch of $n$ samples is a mean:

$$L(w) = \frac{1}{n} \sum_{i=1}^{n} l_i(w)$$

A gradient is linear: the gradient of a sum is the sum of the gradients. So

$$\nabla L = \frac{1}{n} \sum_{i=1}^{n} \nabla l_i
  = \frac{n_1}{n} \nabla L_1 + \frac{n_2}{n} \nabla L_2$$

where $L_1$ is the mean loss of the first $n_1$ samples and $L_2$ that of the other
$n_2$. So each process computes the gradient of its share, and the weighted mean of
these gradients is the gradient of the whole batch. Nothing is approximated.

What are the weights $n_1/n$ for? Without them, shares of different sizes would count
the same, and the samples of the smaller share would count more than the others.

**Try it.** Leave the weights out, `(g_1 + g_2) / 2`. How far is the result from the
right gradient?
"""


# %%
def network(units, rate):
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(units, activation="relu"),
            layers.Dense(units, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.SGD(rate), loss, metrics=["accuracy"])
    return model


model = network(32, 0.1)


def gradient(x, y):
    model.zero_grad()
    model.compute_loss(x, y, model(x)).backward()
    return model.trainable_weights[0].grad.copy()


# %%
whole = gradient(x[:100], y[:100])
g_1, g_2 = gradient(x[:30], y[:30]), gradient(x[30:100], y[30:100])
claim("0.3 g_1 + 0.7 g_2", 0.3 * g_1 + 0.7 * g_2, equals=whole, within=1e-6)
wrong = np.abs((g_1 + g_2) / 2 - whole).max()
claim("without the weights the gradient is wrong by", wrong, above=1e-3)

# %% [markdown]
r"""## 2. One script, many processes

`mpiexec -n 2` starts the script twice. The two *processes* are programs of their own:
each has its own variables, and neither sees those of the other. They send each other
numbers through MPI, the *message passing interface* (1994), which also works between
the machines of a cluster.

The two lines with `distribution` at the top of this chapter are all that the script
needs. They are those of Keras. What do they change?

1. All processes make the same model, with the weights of process 0.
2. All draw the same batch, and each takes its *share* of the rows.
3. Each computes the loss and the gradients of its share.
4. All gradients travel in one array. MPI adds them up and gives each process the sum.
   This exchange is called *all-reduce*.
5. Every process makes the same step of the optimizer. So the weights stay equal, and
   nobody needs to send them.

Only process 0 prints and writes files. If a process fails, all end.

**Try it.** Run this chapter with two processes, and then alone. Compare the loss.
"""

# %%
keras.set_random_seed(1)
model = network(64, 0.1)
history = model.fit(x, y, batch_size=60, epochs=3, verbose=2)
accuracy = model.evaluate(x_test, y_test, batch_size=500, verbose=0)[1]
claim("the network reads digits", accuracy, above=0.85)

# %% [markdown]
"""Is the result exactly the same on one and on two processes? Almost. Each number is the
same sum, but in another order, and numbers in a computer are rounded after each
addition. After three epochs in float64 the weights of the tests of minidl differ by
less than 1e-9. In float32 the difference begins at 1e-7 and grows from step to step.

**Try it.** Set `keras.config.set_floatx("float64")` at the top, and print more digits.
"""

# %%
many = np.random.default_rng(0).normal(size=100_000).astype("float32")
halves = many[:50_000].sum() + many[50_000:].sum()
in_turn = np.cumsum(many)[-1]
print(f"the sum of two halves {halves:.4f}, one by one {in_turn:.4f}")
claim("another order gives another sum", halves != in_turn)
claim("but nearly the same", abs(halves - in_turn), below=0.1)

# %% [markdown]
r"""## 3. What does the exchange cost?

Two processes do not make a step twice as fast. Which parts of a step take how long?

* **The share of the batch**: $c \cdot B/P$ seconds, with $B$ samples on $P$ processes.
  This part becomes shorter.
* **What every process does alone**, like the step of the optimizer: $f$ seconds.
* **The exchange**. Each message takes a while to begin, whatever its size: the
  *latency*, $\ell$. Then the bytes follow with the *bandwidth*, $\beta$ bytes a second.
  A network of $m$ weights sends $4m$ bytes, as a float32 has four. Good algorithms need
  about $2 \log_2 P$ messages and send $2 (P-1)/P$ times the data of a process.

$$T(P) = f + c\,\frac{B}{P} + 2\,\ell \log_2 P + \frac{2\,(P-1)}{P} \cdot
  \frac{4m}{\beta}$$

We measure $f$ and $c$ on one process, with batches of different sizes, for two
networks. Under mpiexec with two processes we also measure the exchange: the time of a
step of two processes, minus what the formula says without an exchange. Alone, we take
numbers that such a run gave.

**Try it.** Which part is the largest for the networks of this course?
"""


# %%
class Clock(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.times = []

    def on_train_batch_end(self, batch, logs=None):
        self.times.append(time.perf_counter())


def seconds_of_a_step(model, samples):
    clock, rows = Clock(), np.arange(6 * samples) % len(x)
    model.fit(x[rows], y[rows], batch_size=samples, verbose=0, callbacks=[clock])
    return np.diff(clock.times).min()


# %%
keras.distribution.set_distribution(None)  # each process by itself
UNITS = {"small": 16, "large": 384}
sizes, fits, weights = np.array([64, 256, 1024]), {}, {}
for name, units in UNITS.items():
    model = network(units, 0.01)
    seconds = [seconds_of_a_step(model, n) for n in sizes]
    c, f = np.polyfit(sizes, seconds, 1)
    fits[name] = max(f, 1e-5), max(c, 1e-9)
    weights[name] = model.count_params()
    print(f"{name}: {weights[name]:,} weights, {fits[name][1] * 1e6:.1f} us a sample")
claim("the large network takes longer", fits["large"][1] > fits["small"][1])

# %%
latency, bandwidth = 2e-4, 1e9  # two processes on one machine, measured before
if parallel.num_processes == 2:
    keras.distribution.set_distribution(parallel)
    extra = {}
    for name, (f, c) in fits.items():
        together = seconds_of_a_step(network(UNITS[name], 0.01), 1024)
        extra[name] = together - f - c * 512
    latency = max(extra["small"] / 2, 1e-5)
    rest = max(extra["large"] - 2 * latency, 1e-5)
    bandwidth = 4 * weights["large"] / rest
print(f"latency {latency * 1e6:.0f} us, bandwidth {bandwidth / 1e9:.2f} GB a second")

# %% [markdown]
r"""Now the formula can be drawn for more processes than we have. The figure
`ch22_time.png` shows how many times faster a step becomes, for a batch of 1024 samples.
The dashed line is what one would wish for: $P$ processes, $P$ times as fast.

Do not believe the right half too easily. The formula assumes that every process has a
core of its own, that all cores are equally fast, and that messages between machines
take as long as between two cores. None of this holds in a real cluster. But it shows
the reason why the curves bend: the share of the batch becomes small, and the exchange
does not.

**Try it.** Draw the curves for a latency of 1 ms, as in a slow network.
"""


# %%
def seconds_on(processes, name, batch):
    f, c = fits[name]
    messages = 2 * latency * np.log2(processes)
    data = 2 * (processes - 1) / processes * 4 * weights[name] / bandwidth
    return f + c * batch / processes + messages + data


processes = 2.0 ** np.arange(11)  # 1, 2, 4, ..., 1024
faster, best = {}, {}
for name in UNITS:
    course = seconds_on(processes, name, 1024)
    faster[name] = course[0] / course
    best[name] = processes[course.argmin()]
    print(f"{name}: best on {best[name]:.0f}, {faster[name].max():.1f} times as fast")

# %%
figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
axis.plot(processes, processes, "k--", label="P times as fast")
for (name, course), marker in zip(faster.items(), "os"):
    label = f"{name} network, {weights[name]:,} weights"
    axis.plot(processes, course, marker=marker, label=label)
axis.set(xscale="log", yscale="log", xlabel="processes P", ylabel="times as fast")
axis.set(
    ylim=(0.05, 100), xticks=processes, xticklabels=[f"{p:.0f}" for p in processes]
)
axis.minorticks_off()
axis.grid(alpha=0.3)
axis.legend()
plots.finish(figure, FIGURES / "ch22_time.png", "Speed against processes, by the model")
claim("many processes pay less and less", faster["large"][-1], below=512)

# %% [markdown]
"""When does it not pay? Look at the small network. A step takes a fraction of a
millisecond, and the exchange takes as long. Two processes may be slower than one. Then
the better way is to start several runs with different settings, one on each core: they
need no exchange at all.

It does not pay either when the time goes elsewhere: into reading the data, which each
process does, or into callbacks, which run while the others wait.

## 4. Large batches and the learning rate

There is a way to keep every process busy: give each of them 64 samples. Then a batch of
16 processes has 1024 samples. But now an epoch has 16 times fewer steps. Does the
network learn as much in an epoch?

Not with the same learning rate. The gradient of a large batch has less noise, but one
step of it does not lead further than one step of a small batch (chapter 8). The remedy
of Goyal et al. 2017 ("Accurate, Large Minibatch SGD", section 2.1): *when the batch is
k times as large, take k times the learning rate*. The reason: k small steps, each with
a gradient g of nearly the same direction, move the weights by k times the rate times g.
One large step can do the same.

This rule has a limit. A rate that is too high leaps over the valley (chapter 6),
whatever the batch. In the first steps the gradients change quickly, so one begins with
a low rate and raises it step by step: a *warm-up*.

**Try it.** Batches of 4096 with 64 times the rate. What happens, with and without
warm-up?
"""


# %%
class WarmUp(optimizers.schedules.LearningRateSchedule):
    def __init__(self, rate, steps):
        self.rate, self.steps = rate, steps

    def __call__(self, step):
        return self.rate * min(1.0, (step + 1) / self.steps)


keras.distribution.set_distribution(parallel)
ways = {
    "batch 64, rate 0.02": (64, 0.02),
    "batch 1024, rate 0.02": (1024, 0.02),
    "batch 1024, rate 0.32": (1024, WarmUp(0.32, steps=8)),
}

# %%
curves = {}
for name, (batch, rate) in ways.items():
    keras.set_random_seed(2)
    model = network(64, rate)
    course = model.fit(x, y, batch_size=batch, epochs=10, verbose=0)
    curves[name] = course.history["loss"]
    print(f"{name}: loss {curves[name][-1]:.3f} after ten epochs")
small, large, scaled = (curve[-1] for curve in curves.values())
claim("a large batch with the same rate learns less", large - small, above=0.5)
claim("16 times the rate makes good for it", scaled - small, below=0.15)

# %%
figure, axis = plt.subplots(figsize=(6, 3.8), layout="constrained")
for (name, curve), marker in zip(curves.items(), "osD"):
    axis.plot(range(1, 11), curve, marker=marker, label=name)
axis.set(xlabel="epoch", ylabel="training loss", ylim=(0, 2.5))
axis.grid(alpha=0.3)
axis.legend()
plots.finish(figure, FIGURES / "ch22_rates.png", "A larger batch needs a larger step")

# %% [markdown]
"""The figure `ch22_rates.png` shows the three runs. The same number of samples was seen
in each.

## What to remember

* The gradient of a batch is the weighted mean of the gradients of its shares.
* Processes exchange the gradients in every step, 4 bytes for each weight.
* Large networks and large batches pay; for small ones the exchange takes longer than
  it saves.
* A batch that is k times as large wants k times the learning rate, after a warm-up.

Exercises (homework: hw06)

1. Run `mpiexec -n 2 python chapters/ch22_many_processes.py`. Where does the measured
   latency differ from the one that the chapter assumes alone?
2. Split a batch into three shares of 20, 30 and 50 samples, and put the gradient
   together from theirs.
3. `BatchNormalization` computes mean and variance of a batch. What changes if each
   process takes those of its share? Compare `synchronized=True` and `False`.
4. Find the size of the network, `units`, for which two processes are as fast as one.
5. Train with batches of 4096. How high may the rate be, with and without warm-up?
"""
