# %% [markdown]
"""Chapter 1: arrays, samples and batches, and the shapes of data.

After this chapter you can say what each axis of an array of data means, how large the
array is, and what NumPy does when two shapes do not match. The examples are those of
"[04] DeepLearning, 옵티마이저", the post after Chollet's book, Korean edition.

    python chapters/ch01_arrays.py                  prints, and draws figures/ch01_*.png
"""

import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Tensor, losses, ops, plots

FIGURES = Path("figures")

# %% 1. Data is an array whose first axis counts the samples. float32 takes 4 bytes a
# number
EXAMPLES = {
    "demographics (age, postcode, income)": (100_000, 3),
    "documents, counts of 20 000 words": (500, 20_000),
    "stock prices by the minute, 250 days": (250, 390, 3),
    "tweets, 280 letters of 128": (1_000_000, 280, 128),
    "images, grey": (128, 256, 256, 1),
    "images, colour": (128, 256, 256, 3),
    "videos, 4 of 60 s, 4 frames a second": (4, 240, 144, 256, 3),
}
print(f"{'data':40s}{'shape':28s}{'axes':>5s}{'bytes as float32':>18s}")
sizes = {}
for name, shape in EXAMPLES.items():
    # has the shape, and holds a single number: the tweets would not fit
    stand_in = np.broadcast_to(np.float32(0), shape)
    sizes[name] = stand_in.nbytes
    print(f"{name:40s}{shape!s:28s}{stand_in.ndim:5d}{stand_in.nbytes:18,d}")
assert 390 == (16 - 9.5) * 60 and 240 == 60 * 4, (
    "a trading day from 9:30 to 16:00 has 390 minutes, 60 s at 4 a second 240 frames"
)
assert sizes["tweets, 280 letters of 128"] == 143_360_000_000, (
    "143 GB: the tweets are no array that you hold, but a file that you stream"
)
assert sizes["images, colour"] == 3 * sizes["images, grey"] == 100_663_296, (
    "colour is three numbers a pixel"
)
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
axis.barh(list(sizes), [s / 1e6 for s in sizes.values()], color="#0072B2")
axis.set(
    xscale="log",
    xlabel="MB as float32",
    title="The same word, data, from one megabyte to 143 gigabytes",
)
axis.invert_yaxis()
plots.finish(figure, FIGURES / "ch01_sizes.png")

# %% 2. A batch is a slice of the samples. It copies nothing; the first axis is now the
# batch axis
(images, digits), _ = minidl.datasets.mnist.load_data()
batch = images[:32]
assert batch.shape == (32, 28, 28) and np.shares_memory(batch, images), (
    "a batch is a view of the data"
)
print(
    f"\nMNIST: {images.shape} {images.dtype}, {images.nbytes / 1e6:.0f} MB; a batch: "
    f"{batch.shape}, {batch.nbytes / 1e3:.0f} kB"
)
plots.digits(
    batch,
    true=digits[:32],
    path=FIGURES / "ch01_batch.png",
    title="One batch: 32 samples, each (28, 28)",
)
flat = batch.reshape(32, -1)
assert flat.shape == (32, 784) and flat[5, 28 * 10 + 3] == batch[5, 10, 3], (
    "Dense layers take vectors: row after row of the image"
)

# %% 3. Channels last (TensorFlow, Keras, minidl) and channels first (Theano, PyTorch):
# the same numbers, other axes
last = np.arange(2 * 4 * 5 * 3).reshape(2, 4, 5, 3)
first = np.moveaxis(last, -1, 1)
assert first.shape == (2, 3, 4, 5) and first[0, 1, 2, 3] == last[0, 2, 3, 1], (
    "moving the axis moves no number"
)
assert np.shares_memory(first, last), "NumPy only reads the memory in another order"
wrong = last.reshape(2, 3, 4, 5)
assert not (wrong == first).all(), (
    "reshape is no substitute: the shape is right, the pixels are scrambled"
)

# %% 4. Broadcasting by hand: X is (32, 10), y is (10,). Add y to each row, with loops
rng = np.random.default_rng(0)
X, y = rng.normal(size=(32, 10)), rng.normal(size=10)


def add_with_loops(X, y):
    out = np.empty_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            out[i, j] = X[i, j] + y[j]
    return out


assert np.array_equal(add_with_loops(X, y), X + y), (
    "X + y does the same: y gets a new first axis, (1, 10), and is repeated 32 times"
)
begin = time.perf_counter()
for _ in range(100):
    add_with_loops(X, y)
loops, begin = time.perf_counter() - begin, time.perf_counter()
for _ in range(100):
    total = X + y
print(
    f"\n(32, 10) + (10,): broadcasting is {loops / (time.perf_counter() - begin):.0f} "
    f"times as fast as two loops"
)
repeated = np.broadcast_to(y, (32, 10))
assert np.shares_memory(repeated, y) and repeated.strides[0] == 0, (
    "the repetition copies nothing: a step along that axis is 0 bytes long"
)

# %% 5. Where broadcasting bites: (n,) against (n, 1) is a table of all pairs, and no
# error
targets, outputs = np.arange(4.0), np.arange(4.0).reshape(4, 1)
assert (targets - outputs).shape == (4, 4), "each target minus each output"
print(
    f"a perfect prediction, and its mean squared error by NumPy: "
    f"{np.mean((targets - outputs) ** 2)}, by minidl: "
    f"{losses.MeanSquaredError()(targets, outputs).item()}"
)
assert losses.MeanSquaredError()(targets, outputs).item() == 0, (
    "minidl's losses line the two up, where it is clear what is meant"
)

# %% 6. The other direction: what was repeated on the way there is added up on the way
# back
bias = Tensor(y, requires_grad=True)
ops.sum(Tensor(X) + bias).backward()
assert bias.grad.shape == (10,) and (bias.grad == 32).all(), (
    "each entry of y was used 32 times, so its gradient is a sum of 32"
)
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw01)
# 1. How many bytes do the videos take as uint8, as the camera delivers them? Why do we
# still turn them into float32?
# 2. Which of these can be added: (3, 1) + (4,), (3, 1) + (1, 4), (3,) + (4,), (2, 3, 4)
# + (3, 1)? What comes out?
# 3. Subtract from each of the 784 columns of `flat` its mean, without a loop.
# 4. All distances between 100 points in the plane: (100, 1, 2) − (1, 100, 2). How much
# memory does the step in between take?
