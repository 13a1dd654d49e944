# %% [markdown]
"""Chapter 8: the whole data, one sample, or a mini-batch at a time.

After this chapter you can

* choose a batch size: say what it costs in time and memory, and what it does to the
  way;
* say why the samples are shuffled;
* train on data that does not fit into memory.

The three kinds of batches are those of "Optimizer" (parent 신경망 구현) and of "Loss,
Optimizer" by Sunwoo Lee; the sizes 32, 64, 128, 256 are the ones named there.

It takes about 35 minutes to read and 15 seconds to run. You need chapters 6 and 7.

    python chapters/ch08_batches.py
    prints tables, draws figures/ch08_*.png
"""

# %%
import tempfile
import time
import tracemalloc
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, layers, losses, plots
from minidl.course import claim
from minidl.surfaces import Trajectory, cost

FIGURES = Path("figures")
rng = np.random.default_rng(0)

# %% [markdown]
r"""
## 1. Three ways through the same samples

The cost $J$ is the mean over all samples. Its gradient therefore needs all of them for
a single step. Is that worth it? The mean over a *few* samples points in about the same
direction, and costs a fraction. There are three kinds:

* **batch**: all samples, one step an epoch;
* **mini-batch**: some of them, here 32;
* **stochastic**: a single sample.

We fit the straight line of chapter 6 to 512 points, two epochs each, at the same rate.
"""

# %%
x = rng.uniform(-1, 2, 512)
y = 1.5 * x - 0.5 + 0.5 * rng.normal(size=512)
J = cost(x, y, start=(-1, 1.5), within=((-1.5, 3), (-2, 2)))


def walk(batch_size, epochs=2, rate=0.1):
    w, b, points = -1.0, 1.5, [(-1.0, 1.5)]
    for _ in range(epochs):
        order = rng.permutation(len(x))  # shuffled anew each epoch
        for i in range(0, len(x), batch_size):
            batch = order[i : i + batch_size]
            error = w * x[batch] + b - y[batch]
            w -= rate * (2 * error * x[batch]).mean()
            b -= rate * (2 * error).mean()
            points.append((w, b))
    return Trajectory(J, points)


# %%
KINDS = {"batch: all 512": 512, "mini-batch: 32": 32, "stochastic: 1": 1}
ways = {name: walk(size) for name, size in KINDS.items()}
bottom = J(*J.minimum)
print(f"{'':18s}updates an epoch   J after two epochs (the minimum is {bottom:.3f})")
for name, way in ways.items():
    print(f"{name:18s}{(len(way.points) - 1) // 2:16d}{way.values[-1]:21.3f}")
plots.trajectories(
    ways, path=FIGURES / "ch08_paths.png", title="Two epochs over the same 512 samples"
)

# %% [markdown]
"""
`figures/ch08_paths.png` shows the three ways, `figures/ch08_cost.png` the cost. The
whole batch goes straight, but comes not far in two steps. A single sample jumps around.
The mini-batch has arrived.
"""

# %%
figure, axis = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for (name, way), line, alpha in zip(ways.items(), ("o-", "-", "-"), (1, 1, 0.5)):
    epochs = np.linspace(0, 2, len(way.values))
    look = {"linewidth": 1, "alpha": alpha, "label": name}
    axis.plot(epochs, way.values - bottom, line, **look)
axis.set(xlabel="epoch", ylabel="J − minimum", yscale="log", title="The cost by epoch")
axis.legend()
plots.finish(figure, FIGURES / "ch08_cost.png")
whole, mini, single = ways.values()
claim(
    "the whole batch goes down with every step: always the same data, a stable descent",
    np.diff(whole.values),
    below=0,
)
claim(
    "but two steps are not far, while 32 steps have arrived",
    whole.values[-1] - bottom,
    above=100 * (mini.values[-1] - bottom),
)
claim(
    "one sample at a time many steps lead up: the noise of the single gradient",
    (np.diff(single.values) > 0).mean(),
    above=0.3,
)

# %% [markdown]
"""
**Try it.** Give the stochastic way a rate of 0.01. How does its path change?

## 2. In minidl: one argument of `fit`

`batch_size` is 32 if you leave it out. With 512, `fit` takes the steps made by hand.
"""

# %%
line = Sequential([layers.Dense(1, input_shape=(1,), dtype="float64")])
line.set_weights([np.array([[-1.0]]), np.array([1.5])])
line.compile(minidl.optimizers.SGD(0.1), "mse")
line.fit(x, y, batch_size=512, epochs=2, verbose=0)
reached = [v.item() for v in line.get_weights()]
claim(
    "fit(batch_size=512) takes the steps made by hand", reached, equals=whole.points[-1]
)

# %% [markdown]
r"""
## 3. How noisy?

How far is the gradient of $B$ samples from that of all? Statistics says: the noise of a
mean falls with the root of the number of samples,

$$\text{noise}(B) = \frac{\text{noise}(1)}{\sqrt{B}}$$

So four times the batch costs four times the work and halves the noise. We measure it
with 4000 random batches of each size.
"""

# %%
error = -1 * x + 1.5 - y


def gradient_of(B):
    return (2 * (error * x)[rng.integers(512, size=B)]).mean()


scatter = {B: np.std([gradient_of(B) for _ in range(4000)]) for B in (1, 4, 16, 64)}
for B, noise in scatter.items():
    print(f"batch {B:2d}: scatter of the gradient {noise:.3f}")
scaled = [noise * np.sqrt(B) / scatter[1] for B, noise in scatter.items()]
claim("four times the batch, half the noise", scaled, equals=1, within=0.1)

# %% [markdown]
"""
## 4. What it costs

Now the small network of chapter 7, on 2560 images. We measure, for each batch size, the
time for a sample, the memory held during a step, and the accuracy after two epochs.
"""

# %%
(images, labels), (x_test, y_test) = minidl.datasets.mnist.load_data()
images, x_test = (images / 255.0).astype("float32"), (x_test / 255.0).astype("float32")


def network():
    minidl.set_random_seed(0)
    model = Sequential(
        [
            layers.Flatten(input_shape=(28, 28)),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(minidl.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    return model


def right(model):
    return model.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]


# %%
N, SIZES = 2560, (1, 32, 64, 128, 256, 2560)
micros, megabytes, accuracies = {}, {}, {}
print("batch size  updates an epoch  µs a sample  MB in a step  accuracy")
for size in SIZES:
    model = network()
    model.fit(images[:N], labels[:N], batch_size=size, epochs=1, verbose=0)  # warm up
    begin = time.perf_counter()
    model.fit(images[:N], labels[:N], batch_size=size, epochs=1, verbose=0)
    micros[size] = 1e6 * (time.perf_counter() - begin) / N
    accuracies[size] = right(model)
    tracemalloc.start()
    model.train_on_batch(images[:size], labels[:size])
    megabytes[size] = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(f"{size:10d}{-(-N // size):18d}{micros[size]:13.1f}", end="")
    print(f"{megabytes[size]:14.2f}{accuracies[size]:10.1%}")

# %% [markdown]
"""
Why is one sample at a time so slow? A step has a fixed cost: calling functions, looking
up weights. With one sample that is nearly all. With many samples the same cost is
shared, and one large matrix product uses the processor better than many small ones.

This is also why tutorials speak of GPUs here. A GPU computes thousands of products at
once. It is busy only if a batch brings enough of them, so on a GPU small batches waste
even more.
"""

# %%
claim("one sample at a time is slow", micros[1], above=3 * micros[32])
claim("memory grows with the batch", megabytes[2560], above=4 * megabytes[256])
claim(
    "down to a batch of 32: for the same number of epochs, more updates have learned more",
    accuracies[32],
    above=accuracies[2560] + 0.1,
)

# %% [markdown]
"""
(Not at batch 1: the rate 0.1 is too high for the noise of single samples. At 0.01,
batch 1 is where batch 32 is at 0.1. **Try it.**)

## 5. Shuffling

Data often comes sorted. What happens if a network first sees all zeros, then all ones,
and so on up to nine?
"""

# %%
order = np.argsort(labels[:10_000], kind="stable")
shuffled, sorted_ = network(), network()
shuffled.fit(images[order], labels[order], epochs=1, shuffle=True, verbose=0)
sorted_.fit(images[order], labels[order], epochs=1, shuffle=False, verbose=0)
with_, without = right(shuffled), right(sorted_)
answers = sorted_.predict(x_test, batch_size=1000, verbose=0).argmax(axis=1)
guesses = np.bincount(answers, minlength=10)
print(f"after one epoch: shuffled {with_:.1%}, sorted by label {without:.1%}")
print(f"how often the second one answers 0 to 9: {guesses}")
claim(
    "without shuffling it forgets the zeros while it learns the nines",
    with_,
    above=without + 0.3,
)
claim(
    "and ends up guessing what it saw last", guesses[8:].sum(), above=guesses[:8].sum()
)

# %% [markdown]
"""
So `fit` shuffles before each epoch, if you do not forbid it.

## 6. Data that does not fit into memory

Mini-batches have another advantage: only one of them must be in memory. A **stream**
reads a few samples at a time from the disk, shuffles them, changes them and puts them
into batches, in each epoch anew. Each line below only says what is to be done; nothing
is read before `fit` asks.
"""

# %%
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    np.save(Path(folder) / "images.npy", np.round(255 * images).astype("uint8"))
    on_disk = np.load(Path(folder) / "images.npy", mmap_mode="r")  # opened, not read
    stream = (
        minidl.data.Dataset.from_tensor_slices((on_disk[:N], labels[:N]))
        .shuffle(N)
        .map(lambda image, label: (image / 255.0, label))
        .batch(32)
    )
    tracemalloc.start()
    through = sum(x.numpy().nbytes for x, _ in stream.repeat(4)) / 1e6
    held = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    model = network()
    model.fit(stream, epochs=2, verbose=0)
    streamed = right(model)
print(f"{through:.1f} MB came through, {held:.1f} MB were held at once")
claim("what is held does not grow with what comes through", held, below=through / 10)
claim(
    "and a network learns from it as from arrays",
    streamed,
    above=accuracies[32] - 0.05,
)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
"SGD" once meant one sample at a time; today the word is used for mini-batches too, in
papers and in Keras.

Exercises (homework: hw06)

1. Watch the walk of `fit` itself: pass
   `callbacks=[callbacks.LambdaCallback(on_batch_end=...)]` and collect the weights.
2. Find the largest rate at which batch size 1 still gets near the minimum in section 1.
   And for 512?
3. Double batch size and rate together. How much of the accuracy after 2 epochs comes
   back?
"""
