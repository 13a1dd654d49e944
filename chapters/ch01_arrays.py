# %% [markdown]
"""Chapter 1: arrays, samples and batches, and the shapes of data.

A network computes with arrays of numbers, and nothing else. Before the first network we
therefore look at arrays. After this chapter you can

* say what each axis of an array of data means, and how much memory the array takes;
* take a batch out of a data set, and say why this copies nothing;
* predict what NumPy does when two shapes do not match, and see where this goes wrong.

The examples are those of "[04] DeepLearning, 옵티마이저", the post after Chollet's book,
Korean edition.

It takes about 30 minutes to read and 5 seconds to run. You need to know Python and the
first steps of NumPy: how to make an array, and how to index it.

    python chapters/ch01_arrays.py                  prints, and draws figures/ch01_*.png
"""

# %%
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Tensor, losses, ops, plots
from minidl.course import claim

FIGURES = Path("figures")

# %% [markdown]
r"""
## 1. Data is an array, and its first axis counts the samples

What do a table of people, a text, an image and a video have in common? Each can be
written as an array of numbers. The first axis always counts the **samples**: the
people, the texts, the images, the videos. The other axes say how one sample is
arranged.

The *shape* of an array is its size along each axis, and the number of its entries is
the product of the shape. Each entry is usually a `float32`, which takes 4 bytes. So an
array of shape $(s_1, s_2, \dots, s_k)$ takes $4 \cdot s_1 s_2 \cdots s_k$ bytes.

How large are typical data sets? Guess first: does a million tweets fit into the memory
of your computer?
"""

# %%
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
    # an array of this shape that stores a single number: the tweets would not fit
    stand_in = np.broadcast_to(np.float32(0), shape)
    sizes[name] = stand_in.nbytes
    print(f"{name:40s}{shape!s:28s}{stand_in.ndim:5d}{stand_in.nbytes:18,d}")

# %%
claim("a trading day from 9:30 to 16:00 has 390 minutes", (16 - 9.5) * 60, equals=390)
claim("60 seconds of video at 4 frames a second are 240 frames", 60 * 4, equals=240)
claim(
    "colour is three numbers a pixel, grey is one",
    sizes["images, colour"],
    equals=3 * sizes["images, grey"],
)
claim(
    "the tweets take 143 GB: read them from a file, a part at a time",
    sizes["tweets, 280 letters of 128"],
    equals=143_360_000_000,
)

# %% [markdown]
"""
The tweets do not fit. The next figure shows all examples; its axis is logarithmic, so
each line to the right means ten times as much (`figures/ch01_sizes.png`).

**Try it.** Add a data set of your own to `EXAMPLES`: ten minutes of music at 44 100
numbers a second, in stereo.
"""

# %%
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
axis.barh(list(sizes), [s / 1e6 for s in sizes.values()], color="#0072B2")
axis.set(
    xscale="log",
    xlabel="MB as float32",
    title="The same word, data, from one megabyte to 143 gigabytes",
)
axis.invert_yaxis()
plots.finish(figure, FIGURES / "ch01_sizes.png")

# %% [markdown]
"""
## 2. A batch is a slice of the samples

A network does not look at all samples at once. It takes a few at a time, a **batch**.
Taking a batch is a slice along the first axis, which is then called the *batch axis*.

Does a slice copy the numbers? If it did, training would copy the whole data set in
every epoch. We load MNIST, 60 000 images of handwritten digits, and ask NumPy.
"""

# %%
(images, digits), _ = minidl.datasets.mnist.load_data()
batch = images[:32]
print(f"MNIST: {images.shape} {images.dtype}, {images.nbytes / 1e6:.0f} MB")
print(f"a batch: {batch.shape}, {batch.nbytes / 1e3:.0f} kB")
claim(
    "a batch is a view of the data: it copies nothing", np.shares_memory(batch, images)
)
plots.digits(
    batch,
    true=digits[:32],
    path=FIGURES / "ch01_batch.png",
    title="One batch: 32 samples, each (28, 28)",
)

# %% [markdown]
r"""
`figures/ch01_batch.png` shows the batch, each image with its digit.

The `Dense` layers of the next chapters take vectors, not images. `reshape` turns each
image into one long row: first the 28 pixels of row 0, then those of row 1, and so on.
The pixel in row 10, column 3 therefore becomes number $28 \cdot 10 + 3$.

**Try it.** Which pixel is number 400 of the flat image? Find its row and column with
`divmod`.
"""

# %%
flat = batch.reshape(32, -1)
claim(
    "Dense layers take vectors: row after row of the image",
    flat[5, 28 * 10 + 3],
    equals=batch[5, 10, 3],
)
print(f"a batch of images {batch.shape} becomes a batch of vectors {flat.shape}")

# %% [markdown]
"""
## 3. Channels last or channels first

A colour image has a third axis, the **channels**: red, green and blue. Where does this
axis stand? TensorFlow, Keras and minidl put it last, (height, width, channels). Theano
and PyTorch put it first, (channels, height, width). These are the same numbers with
their axes in another order.

`np.moveaxis` changes the order. `reshape` can produce the same shape. Is it the same?
"""

# %%
last = np.arange(2 * 4 * 5 * 3).reshape(
    2, 4, 5, 3
)  # 2 images of 4 x 5 pixels, 3 channels
first = np.moveaxis(last, -1, 1)
wrong = last.reshape(2, 3, 4, 5)
print("channels last ", last.shape, "  the channels of one pixel:", last[0, 2, 3])
print("channels first", first.shape, "  the channels of that pixel:", first[0, :, 2, 3])
print("reshape       ", wrong.shape, "  and these are mixed up:", wrong[0, :, 2, 3])
claim("moving the axis moves no number", first[0, 1, 2, 3], equals=last[0, 2, 3, 1])
claim("NumPy only reads the memory in another order", np.shares_memory(first, last))
claim(
    "reshape is no substitute: the shape is right, the pixels are scrambled",
    not (wrong == first).all(),
)

# %% [markdown]
"""
A picture makes the difference clear. We colour a digit red, green and blue in three
stripes, once with its axes moved and once reshaped, and show both as the reader of
channels first would see them (`figures/ch01_channels.png`).
"""

# %%
colour = np.zeros((28, 28, 3))
for channel, columns in enumerate(np.array_split(np.arange(28), 3)):
    colour[:, columns, channel] = images[7][:, columns] / 255
figure, axes = plt.subplots(1, 2, figsize=(5, 2.8), layout="constrained")
for axis, title, planes in (
    (axes[0], "moveaxis", np.moveaxis(colour, -1, 0)),
    (axes[1], "reshape: scrambled", colour.reshape(3, 28, 28)),
):
    axis.imshow(np.moveaxis(planes, 0, -1))
    axis.set(title=title, xticks=[], yticks=[])
plots.finish(figure, FIGURES / "ch01_channels.png")

# %% [markdown]
r"""
## 4. Broadcasting: a smaller array is repeated

Let $X$ have shape (32, 10), and $y$ shape (10,). What is $X + y$? The shapes differ,
but the meaning is clear: add $y$ to each of the 32 rows. Written with loops:

$$\text{out}_{ij} = X_{ij} + y_j$$
"""

# %%
rng = np.random.default_rng(0)
X, y = rng.normal(size=(32, 10)), rng.normal(size=10)


def add_with_loops(X, y):
    out = np.empty_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            out[i, j] = X[i, j] + y[j]
    return out


claim("X + y repeats y 32 times", add_with_loops(X, y), equals=X + y, within=0)

# %% [markdown]
"""
NumPy follows two rules. First, the array with fewer axes gets new axes of size 1 *in
front*: (10,) becomes (1, 10). Second, an axis of size 1 is repeated until it fits: (1,
10) becomes (32, 10). The figure shows both steps (`figures/ch01_broadcasting.png`).
"""

# %%
figure, axes = plt.subplots(1, 3, figsize=(8, 3), layout="constrained")
for axis, title, values, alpha in (
    (axes[0], "X: (32, 10)", X, 1),
    (axes[1], "y: (10,), as a row (1, 10)", y[None], 1),
    (axes[2], "y repeated: (32, 10)", np.broadcast_to(y, X.shape), 0.6),
):
    axis.imshow(values, cmap="RdBu", vmin=-3, vmax=3, alpha=alpha, aspect="auto")
    axis.set(title=title, xlabel="axis 1: 10 features", xticks=[], yticks=[])
    axis.set_ylim(31.5, -0.5)  # the row alone is drawn as high as it is
axes[0].set_ylabel("axis 0: 32 samples")
plots.finish(figure, FIGURES / "ch01_broadcasting.png")

# %% [markdown]
"""
Is the repeated array stored 32 times? And how much faster is it than two loops? The
*stride* of an axis says how many bytes lie between one entry and the next.
"""

# %%
repeated = np.broadcast_to(y, (32, 10))
claim("the repetition copies nothing", np.shares_memory(repeated, y))
claim("a step along that axis is 0 bytes long", repeated.strides[0], equals=0)
begin = time.perf_counter()
for _ in range(100):
    add_with_loops(X, y)
loops, begin = time.perf_counter() - begin, time.perf_counter()
for _ in range(100):
    total = X + y
ratio = loops / (time.perf_counter() - begin)
print(f"(32, 10) + (10,): broadcasting is {ratio:.0f} times as fast as two loops")

# %% [markdown]
"""
## 5. Where broadcasting bites

Targets often have shape (n,), and the outputs of a network shape (n, 1). What is their
difference? By the two rules, (n,) becomes (1, n), and then both become (n, n): a table
of *all pairs*. There is no error message, and the loss is wrong.
"""

# %%
targets, outputs = np.arange(4.0), np.arange(4.0).reshape(4, 1)
claim("each target minus each output", (targets - outputs).shape == (4, 4))
by_numpy = np.mean((targets - outputs) ** 2)
by_minidl = losses.MeanSquaredError()(targets, outputs)
print(f"a perfect prediction, and its mean squared error by NumPy: {by_numpy}")
claim("minidl's losses line the two up", by_minidl, equals=0)

# %% [markdown]
r"""
**Try it.** Print `targets - outputs`. Which of its entries are the four differences
that were meant?

## 6. The way back: what was repeated is added up

In the next chapter we compute gradients. There, broadcasting has a consequence worth
seeing now. Each entry of $y$ is used in 32 rows of $X + y$. If $L$ is the sum of all
entries of $X + y$, then each use contributes 1:

$$\frac{\partial L}{\partial y_j} = \sum_{i=1}^{32} 1 = 32$$

What was *repeated* on the way forward is *added up* on the way back. `Tensor` is
minidl's array that can compute gradients.
"""

# %%
bias = Tensor(y, requires_grad=True)
ops.sum(Tensor(X) + bias).backward()
claim(
    "each entry of y was used 32 times, so its gradient is a sum of 32",
    bias.grad,
    equals=np.full(10, 32.0),
)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw01)

1. How many bytes do the videos take as uint8, as the camera delivers them? Why do we
   still turn them into float32?
2. Which of these can be added: (3, 1) + (4,), (3, 1) + (1, 4), (3,) + (4,), (2, 3, 4) +
   (3, 1)? What comes out?
3. Subtract from each of the 784 columns of `flat` its mean, without a loop.
4. All distances between 100 points in the plane: (100, 1, 2) − (1, 100, 2). How much
   memory does the step in between take?
"""
