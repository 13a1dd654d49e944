# %% [markdown]
"""Chapter 8: the whole data, one sample, or a mini-batch at a time.

After this chapter you can choose a batch size: what it costs in time and memory, what
it does to the path, why the samples are shuffled, and how data larger than the memory
come as a stream. The three kinds are those of "Optimizer" (parent 신경망 구현) and of
"Loss, Optimizer" by Sunwoo Lee; the sizes 32, 64, 128, 256 are the ones named there.

    python chapters/ch08_batches.py
    prints tables, draws figures/ch08_*.png
"""

import tempfile
import time
import tracemalloc
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, layers, losses, plots
from minidl.surfaces import Trajectory, cost

FIGURES = Path("figures")
rng = np.random.default_rng(0)

# %% 1. By hand: three ways through the same 512 samples, two epochs each, at the same
# rate
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
            w, b = (
                w - rate * (2 * error * x[batch]).mean(),
                b - rate * (2 * error).mean(),
            )
            points.append((w, b))
    return Trajectory(J, points)


KINDS = {"batch: all 512": 512, "mini-batch: 32": 32, "stochastic: 1": 1}
ways = {name: walk(size) for name, size in KINDS.items()}
bottom = J(*J.minimum)
print(
    f"{'':18s}{'updates an epoch':>18s}{'J after two epochs':>20s}   (the minimum is "
    f"{bottom:.3f})"
)
for name, way in ways.items():
    print(f"{name:18s}{(len(way.points) - 1) // 2:18d}{way.values[-1]:20.3f}")
whole, mini, single = ways.values()
assert (np.diff(whole.values) < 0).all(), (
    "the whole batch goes down with every step: always the same data, a stable descent"
)
assert whole.values[-1] - bottom > 100 * (mini.values[-1] - bottom), (
    "but two steps are not far, while 32 steps have arrived"
)
assert (np.diff(single.values) > 0).mean() > 0.3, (
    "one sample at a time many steps lead up: the noise of the single gradient"
)
plots.trajectories(
    ways, path=FIGURES / "ch08_paths.png", title="Two epochs over the same 512 samples"
)
figure, axis = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for (name, way), line in zip(ways.items(), ("o-", "-", "-")):
    axis.plot(
        np.linspace(0, 2, len(way.values)),
        way.values - bottom,
        line,
        linewidth=1,
        label=name,
    )
axis.set(
    xlabel="epoch", ylabel="J − minimum", yscale="log", title="The cost along the way"
)
axis.legend()
plots.finish(figure, FIGURES / "ch08_cost.png")

# %% 2. With minidl it is one argument of fit. The whole batch by hand and by fit are
# the same walk
line = Sequential([layers.Dense(1, input_shape=(1,), dtype="float64")])
line.set_weights([np.array([[-1.0]]), np.array([1.5])])
line.compile(minidl.optimizers.SGD(0.1), "mse")
line.fit(x, y, batch_size=512, epochs=2, verbose=0)
assert np.allclose([v.item() for v in line.get_weights()], whole.points[-1]), (
    "fit(batch_size=512) takes the steps made by hand"
)

# %% 3. How noisy? The gradient of a batch of B is off by 1/√B of what one sample is off
error = -1 * x + 1.5 - y
scatter = {
    B: np.std(
        [(2 * (error * x)[rng.integers(512, size=B)]).mean() for _ in range(4000)]
    )
    for B in (1, 4, 16, 64)
}
print(
    "\nscatter of the gradient by batch size: "
    + ", ".join(f"{B}: {s:.3f}" for B, s in scatter.items())
)
assert all(
    np.isclose(scatter[B] * np.sqrt(B), scatter[1], rtol=0.1) for B in scatter
), "four times the batch, half the noise"

# %% 4. What it costs: the small network of chapter 7 on 2560 images
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
    model.compile(
        minidl.optimizers.SGD(0.1),
        losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


N, SIZES = 2560, (1, 32, 64, 128, 256, 2560)
micros, megabytes, accuracies = {}, {}, {}
for size in SIZES:
    model = network()
    model.fit(images[:N], labels[:N], batch_size=size, epochs=1, verbose=0)  # warm up
    begin = time.perf_counter()
    model.fit(images[:N], labels[:N], batch_size=size, epochs=1, verbose=0)
    micros[size] = 1e6 * (time.perf_counter() - begin) / N
    accuracies[size] = model.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]
    tracemalloc.start()
    model.train_on_batch(images[:size], labels[:size])
    megabytes[size] = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
print(
    f"\n{'batch size':>10s}{'updates an epoch':>18s}{'µs a sample':>13s}"
    f"{'MB held in a step':>19s}{'accuracy after 2 epochs':>25s}"
)
for size in SIZES:
    print(
        f"{size:10d}{-(-N // size):18d}{micros[size]:13.1f}"
        f"{megabytes[size]:19.2f}{accuracies[size]:25.1%}"
    )
assert micros[1] > 3 * micros[32], (
    "one sample at a time is slow: the work of a step is mostly getting started"
)
assert megabytes[2560] > 4 * megabytes[256], (
    "memory grows with the batch: each sample's intermediate results wait for the way "
    "back"
)
assert accuracies[32] > accuracies[2560] + 0.1, (
    "down to a batch of 32: for the same number of epochs, more updates have learned "
    "more"
)
# (Not at batch 1: the rate 0.1 is too high for the noise of single samples. At 0.01
# batch 1 is where batch 32 is at 0.1: try it.)

# %% 5. Shuffling: the same images, sorted by label, with and without
order = np.argsort(labels[:10_000], kind="stable")
shuffled, sorted_ = network(), network()
shuffled.fit(images[order], labels[order], epochs=1, shuffle=True, verbose=0)
sorted_.fit(images[order], labels[order], epochs=1, shuffle=False, verbose=0)
with_, without = (
    m.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]
    for m in (shuffled, sorted_)
)
guess = np.bincount(
    sorted_.predict(x_test, batch_size=1000, verbose=0).argmax(axis=1), minlength=10
)
print(
    f"\nafter one epoch: shuffled {with_:.1%}, sorted by label {without:.1%}; its "
    f"guesses from 0 to 9: {guess}"
)
assert with_ > without + 0.3, (
    "without shuffling it forgets the zeros while it learns the nines"
)
assert guess[8:].sum() > guess[:8].sum(), "and ends up guessing what it saw last"

# %% 6. Data that do not fit into memory come as a stream: a few at a time are read from
# the disk, shuffled, changed and stacked, in each epoch anew
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
    streamed = model.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]
print(
    f"\na stream: {through:.1f} MB came through, {held:.1f} MB were held at once;\n"
    f"accuracy after 2 epochs: {streamed:.1%}, from arrays {accuracies[32]:.1%}"
)
assert held < through / 10, "what is held does not grow with what comes through"
assert streamed > accuracies[32] - 0.05, "and a network learns from it as from arrays"
print("figures are in figures/")
plots.show()

# %% [markdown]
# "SGD" once meant one sample at a time; today the word is used for mini-batches too, in
# papers and in Keras.
#
# Exercises (homework: hw06)
# 1. Watch the walk of `fit` itself: pass
# `callbacks=[callbacks.LambdaCallback(on_batch_end=...)]` and collect the weights.
# 2. Find the largest rate at which batch size 1 still gets near the minimum in step 1.
# And for 512?
# 3. Double batch size and rate together. How much of the accuracy after 2 epochs comes
# back?
