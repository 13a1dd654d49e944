# %% [markdown]
"""Chapter 17: convolution.

After this chapter you can compute a convolution by hand, in two ways. You can say what
padding, stride and pooling do, and how many weights a convolution needs. You can
explain why a network of convolutions still reads a digit that has been moved, and you
know the shapes of images (4-D) and videos (5-D) in both data formats.

You need chapters 1 (axes), 3 (layers) and 7 (MNIST). Reading takes about 40 minutes,
running less than one.

    python chapters/ch17_convolution.py
    prints, and draws figures/ch17_*.png

The post "[04] DeepLearning, 옵티마이저" (after Chollet's book) names the layer of this
chapter, the 2-D convolution layer, 2D 합성곱 층. It says that it works on 4-D tensors
of images, and that videos are 5-D tensors. It stops there. Here it goes on.
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import minidl
from minidl import Sequential, layers, losses, ops, optimizers, plots
from minidl.course import claim

FIGURES = Path("figures")
minidl.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
r"""
## 1. One filter, by hand

How could a program find the edge between a dark and a bright part of an image? It looks
at a small window, 3 x 3 pixels, and asks: is the right side brighter than the left one?
"Right minus left" is a sum with weights, one weight for each pixel of the window:

$$w = \begin{pmatrix} -1 & 0 & 1 \\ -1 & 0 & 1 \\ -1 & 0 & 1 \end{pmatrix}$$

These nine weights are a *filter*, also called a *kernel*. Then the window moves on by
one pixel, and the same weights are used again. The result at row $i$, column $j$ is

$$z_{i,j} = \sum_{a=0}^{2} \sum_{b=0}^{2} x_{i+a,\;j+b} \; w_{a,b}$$

This is the *convolution* of deep learning. (In mathematics the kernel is turned by 180
degrees first; what is computed here is called *cross-correlation* there. As the weights
are learned, it makes no difference.)

**Try it.** Which filter finds edges from bright to dark? Which one finds horizontal
edges?
"""


# %%
def slide(x, w):
    rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    z = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            z[i, j] = (x[i : i + w.shape[0], j : j + w.shape[1]] * w).sum()
    return z


x = np.zeros((6, 6))
x[:, 3:] = 1  # the right half is bright
w = np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])
z = slide(x, w)
claim("every row of the result is 0 3 3 0", z, equals=[[0, 3, 3, 0]] * 4)

# %% [markdown]
"""
The figure `ch17_sliding.png` shows the three of them. Blue numbers are positive, red
ones are negative, white is 0. Where the image does not change, the result is 0, because
the weights of this filter add up to 0. The two columns of threes are the edge: two
positions of the window see it.
"""


# %%
def draw(images, titles, name, title, numbers=False):
    rows, columns = images[0].shape
    size = (2.3 * len(images), 2.3 * rows / columns + 0.6)
    figure, axes = plt.subplots(1, len(images), figsize=size, layout="constrained")
    for axis, image, text in zip(axes, images, titles):
        most = np.abs(image).max()
        axis.imshow(image, cmap="RdBu", vmin=-1.5 * most, vmax=1.5 * most)
        axis.set(title=text, xticks=[], yticks=[])
        for (i, j), number in np.ndenumerate(image if numbers else np.zeros((0, 0))):
            axis.text(j, i, f"{number:g}", ha="center", va="center")
    plots.finish(figure, FIGURES / f"ch17_{name}.png", title)


draw([x, w, z], ["image", "filter", "result"], "sliding", "Right minus left", True)

# %% [markdown]
r"""
## 2. The same as one product of matrices

Two loops in Python are slow. Where is the matrix product? Write the nine pixels of each
window as one row. There are 16 windows, so this makes a matrix $P$ of shape (16, 9),
the *patches*. The filter becomes a column of nine numbers. Then

$$z = P \, w \qquad (16, 9) \cdot (9, 1) \to (16, 1)$$

With $f$ filters, $w$ has $f$ columns, and one product computes all of them. This is how
minidl does it (with the patches of a few rows at a time, because $P$ holds each pixel
up to nine times).

The layer `Conv2D` takes many images at once, (samples, height, width, channels). Its
kernel has the shape (3, 3, channels, filters): a window sees all channels of its
pixels, and each filter gives one channel of the result.

**Try it.** Give the layer two filters, `w` and its transpose, in one kernel.
"""

# %%
patches = sliding_window_view(x, (3, 3)).reshape(16, 9)
claim("a product of matrices", (patches @ w.reshape(9, 1)).reshape(4, 4), equals=z)

layer = layers.Conv2D(filters=1, kernel_size=3, use_bias=False)
images = x.reshape(1, 6, 6, 1)
layer(images)  # the layer makes its kernel when it sees the number of channels
layer.set_weights([w.reshape(3, 3, 1, 1)])
claim("the layer computes the same", layer(images).numpy()[0, :, :, 0], equals=z)

# %% [markdown]
r"""
## 3. Padding and stride

The result is smaller than the image, 4 instead of 6, because the window must not leave
the image. In a deep network each layer would lose a border. What helps? A frame of
zeros around the image: *padding*. `padding="same"` puts as many zeros around as the
result needs to have the size of the image; `padding="valid"`, the default, puts none.

The *stride* is the step of the window. With stride 2 the result has half the size. For
$n$ pixels, a window of $k$, $p$ zeros on each side and stride $s$ there are

$$\left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1$$

positions along an axis.

**Try it.** How often can you apply a 3 x 3 window to an image of 28 x 28 pixels before
nothing is left? And what does minidl say when you go on?
"""


# %%
def positions(n, k, p, s):
    return (n + 2 * p - k) // s + 1


for options, p, s in [
    (dict(padding="valid"), 0, 1),
    (dict(padding="same"), 1, 1),
    (dict(padding="valid", strides=2), 0, 2),
]:
    shape = layers.Conv2D(8, 3, **options).compute_output_shape((1, 28, 28, 1))
    claim(f"{options} makes {shape}", shape[1] == positions(28, 3, p, s))

# %% [markdown]
"""
## 4. Filters on a digit

What do different filters see? The figure `ch17_edges.png` shows a digit and what four
filters make of it. "Left to right" and "top to bottom" find edges of one direction, a
mean of nine pixels makes the image soft, and the last one answers to all edges.

For decades people designed such filters. A convolutional network *learns* them: they
are its weights, and gradient descent moves them as it moves the weights of `Dense`
(LeCun et al. 1989).

**Try it.** Make a filter that finds diagonal strokes.
"""

# %%
(x_train, y_train), (x_test, y_test) = minidl.datasets.mnist.load_data()
x_train = (x_train[:10_000, :, :, None] / 255).astype("float32")
x_test = (x_test[:2000, :, :, None] / 255).astype("float32")
y_train, y_test = y_train[:10_000], y_test[:2000]

# %%
around = np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
filters = np.stack([w, w.T, np.full((3, 3), 1 / 9), around], axis=-1)
filters = filters.reshape(3, 3, 1, 4).astype("float32")
seen = ops.conv(x_test[:1], filters, padding="same").numpy()[0]
titles = ["image", "left to right", "top to bottom", "mean", "all edges"]
shown = [x_test[0, :, :, 0], *np.moveaxis(seen, -1, 0)]
draw(shown, titles, "edges", "One digit, four filters")

# %% [markdown]
"""
## 5. How many weights?

Eight filters make 26 x 26 x 8 numbers of a digit. A `Dense` layer could do that as
well. How many weights would it need? Every output has a weight for every pixel: more
than four million. The convolution has 80, for two reasons. Each output sees nine pixels
only (*local connections*), and all positions use the same nine weights (*shared
weights*).

So a convolution is a `Dense` layer, most of whose weights are 0, and the others equal
in groups. Is that true? Give it, one after the other, images with a single white pixel:
the results are the rows of the matrix of that `Dense` layer. The figure
`ch17_matrix.png` shows it for images of 8 x 8 pixels: nine stripes, each of one colour.

**Try it.** What does the matrix look like with stride 2?
"""

# %%
dense, conv = layers.Dense(26 * 26 * 8), layers.Conv2D(8, 3)
dense(x_test[:1].reshape(1, 784))
conv(x_test[:1])
print(f"weights: Dense {dense.count_params():,}, Conv2D {conv.count_params():,}")
claim("the convolution has nine weights and a bias a filter", conv.count_params() == 80)

# %%
single = np.eye(64, dtype="float32").reshape(64, 8, 8, 1)
kernel = np.arange(1.0, 10.0, dtype="float32").reshape(3, 3, 1, 1)
matrix = ops.conv(single, kernel).numpy().reshape(64, 36)
some = rng.normal(size=(5, 8, 8, 1)).astype("float32")
z = ops.conv(some, kernel).numpy().reshape(5, 36)
claim(
    "a convolution is a Dense layer",
    some.reshape(5, 64) @ matrix,
    equals=z,
    within=1e-3,
)
claim("it has nine different weights besides 0", len(np.unique(matrix)) == 10)

# %%
figure, axis = plt.subplots(figsize=(4.2, 5.4), layout="constrained")
picture = axis.imshow(np.where(matrix > 0, matrix, np.nan), cmap="viridis")
figure.colorbar(picture, label="which of the nine weights (white: 0)", shrink=0.8)
axis.set(xlabel="output (6 x 6 positions)", ylabel="input (8 x 8 pixels)")
plots.finish(figure, FIGURES / "ch17_matrix.png", "A convolution as a Dense matrix")

# %% [markdown]
r"""
## 6. Moving, and pooling

What happens when the digit moves? The result moves with it, as the same weights are
everywhere. This is called *equivariance*:

$$\text{conv}(\text{move}(x)) = \text{move}(\text{conv}(x))$$

A `Dense` layer knows nothing of it: a pixel further right has other weights.

To say *what* is in an image, it should not matter *where* it is. *Max pooling* forgets
some of it: of each 2 x 2 numbers it keeps the largest. Height and width become half,
and a small movement changes little. `GlobalMaxPooling2D` forgets all of it: it keeps
for each channel the largest number of the whole image, "is this feature anywhere?"

The figure `ch17_pooling.png` shows one channel before and after pooling.

**Try it.** Replace max pooling by `AveragePooling2D`. When would you want that?
"""


# %%
def move(images, right):
    framed = np.pad(images, ((0, 0), (0, 0), (4, 4), (0, 0)))
    return framed[:, :, 4 - right : 32 - right]


small = np.array([[1.0, 5.0, 0.0, 2.0], [-2.0, 3.0, 1.0, 1.0]]).reshape(1, 2, 4, 1)
claim("the largest of 2 x 2", ops.max_pool(small, 2).numpy().ravel(), equals=[5, 2])
conv = layers.Conv2D(4, 3, padding="same", use_bias=False)
before, after = conv(x_test[:1]).numpy(), conv(move(x_test[:1], 2)).numpy()
claim("conv(move(x)) is move(conv(x))", after, equals=move(before, 2), within=1e-5)
pooled = ops.max_pool(before, 2).numpy()
claim("pooling halves height and width", pooled.shape == (1, 14, 14, 4))
shown = [before[0, :, :, 0], pooled[0, :, :, 0]]
draw(shown, ["28 x 28", "14 x 14"], "pooling", "A channel before and after")

# %% [markdown]
"""
## 7. A digit, three pixels further right

Now the test. Two networks learn the same 10 000 digits, which all stand in the middle
of their image. One is the network of chapter 7. The other has three convolutions, and a
global pooling at the end. Then both read 2000 new digits, and the same digits moved by
three pixels. You would hardly notice the difference. Do the networks?

`padding="same"` matters here: without it, strokes near the border would not be seen by
whole windows.

**Try it.** Put `Flatten()` in place of the global pooling. Is moving still harmless?
"""

# %%
networks = {
    "Dense": [layers.Flatten(), layers.Dense(128, activation="relu")],
    "Conv2D": [
        layers.Conv2D(16, 3, activation="relu", padding="same"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu", padding="same"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu", padding="same"),
        layers.GlobalMaxPooling2D(),
    ],
}

# %%
loss = losses.SparseCategoricalCrossentropy(from_logits=True)
models, accuracy = {}, {}
for name, stack in networks.items():
    models[name] = model = Sequential([*stack, layers.Dense(10)])
    model.compile(optimizers.Adam(0.002), loss, metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=64, epochs=4, verbose=0)
    accuracy[name] = found = {}
    for pixels in range(-4, 5):
        moved = move(x_test, pixels)
        found[pixels] = model.evaluate(moved, y_test, batch_size=500, verbose=0)[1]
    print(f"{name}: {model.count_params():,} weights")

# %%
claim("in the middle Dense reads", accuracy["Dense"][0], at_least=0.87)
claim("three pixels further right Dense reads", accuracy["Dense"][3], below=0.65)
claim("in the middle Conv2D reads", accuracy["Conv2D"][0], at_least=0.93)
claim("three pixels further right Conv2D reads", accuracy["Conv2D"][3], at_least=0.9)

figure, axis = plt.subplots(figsize=(5.5, 3.6), layout="constrained")
for (name, found), marker in zip(accuracy.items(), "os"):
    axis.plot(list(found), list(found.values()), marker=marker, label=name)
axis.set(xlabel="moved to the right by ... pixels", ylabel="accuracy", ylim=(0, 1))
axis.grid(alpha=0.3)
axis.legend()
plots.finish(figure, FIGURES / "ch17_moves.png", "Who reads a digit that has moved?")

# %% [markdown]
"""
The figure `ch17_moves.png` shows it for movements to both sides. The convolutional
network has a quarter of the weights, and moving costs it next to nothing.

`ch17_digits.png` shows eight digits that the `Dense` network loses when they move. In
the first row it reads them in their place, in the second row moved; a wrong answer is
orange. In the third row the network of convolutions reads the moved ones.
"""

# %%
moved, dense, conv = move(x_test, 3), models["Dense"], models["Conv2D"]
before = dense.predict(x_test, verbose=0).argmax(axis=1)
after = dense.predict(moved, verbose=0).argmax(axis=1)
lost = np.flatnonzero((before == y_test) & (after != y_test))[:8]
by_conv = conv.predict(moved[lost], verbose=0).argmax(axis=1)
claim(
    "Conv2D reads of those that Dense loses",
    np.mean(by_conv == y_test[lost]),
    at_least=0.75,
)

plots.digits(
    np.concatenate([x_test[lost], moved[lost], moved[lost]]),
    np.concatenate([before[lost], after[lost], by_conv]),
    np.tile(y_test[lost], 3),
    path=FIGURES / "ch17_digits.png",
    title="Dense; three pixels further right: Dense, and Conv2D",
)

# %% [markdown]
"""
## 8. Two data formats

Where do the channels of an image stand? The post has both: (samples, height, width,
channels), *channels last*, as in TensorFlow, and (samples, channels, height, width),
*channels first*, as in Theano and PyTorch. Keras and minidl take the first order by
default. With `data_format="channels_first"` a layer takes the other one. The kernel is
the same in both: (height, width, channels, filters).

To go from one order to the other, move the axis: `np.moveaxis`. A `reshape` would give
the right shape and the wrong image (chapter 1).

**Try it.** Hand images in the wrong order to a layer, and read what minidl says.
"""

# %%
colour = rng.normal(size=(2, 32, 32, 3)).astype("float32")
last = layers.Conv2D(4, 3)
first = layers.Conv2D(4, 3, data_format="channels_first")
a = last(colour)
first(np.moveaxis(colour, -1, 1))
first.set_weights(last.get_weights())
b = first(np.moveaxis(colour, -1, 1)).numpy()
claim(
    f"{b.shape} has the same numbers as {a.shape}",
    np.moveaxis(b, 1, -1),
    equals=a,
    within=1e-5,
)

# %% [markdown]
"""
## 9. Videos

A video is a stack of images, the *frames*. The post's example is 60 seconds of 144 x
256 pixels, four frames a second, and a batch of four videos: (4, 240, 144, 256, 3), a
5-D tensor (samples, frames, height, width, channels). What slides over it? A window
with three sides, and `Conv3D` does that: its filters see time as well as space.

With a filter of 2 x 1 x 1, the weights -1 and 1, a pixel of one frame is subtracted
from the same pixel of the next frame. What is left? What has *moved*. In our videos a
bright square crosses a still background. The figure `ch17_video.png` shows one frame,
and what the filter makes of it: red where the square leaves, blue where it arrives.

The post's other order is (samples, frames, channels, height, width). This is not what
`channels_first` means in Keras: there the channels come before the frames, (samples,
channels, frames, height, width). One `np.moveaxis(x, 2, 1)` makes one of the other.

**Try it.** Make the square stop for twenty frames. What does the filter show?
"""

# %%
videos = np.zeros((4, 240, 144, 256, 3), "uint8")
videos[:] = rng.integers(0, 120, size=(144, 256, 3))  # the same in each frame
for t in range(240):
    videos[:, t, 60:90, 4 * t % 240 : 4 * t % 240 + 16] = 255
conv = layers.Conv3D(filters=8, kernel_size=3)
claim("two less on each axis", conv(videos[:1, :16]).shape == (1, 14, 142, 254, 8))
claim("27 pixels of 3 channels and a bias, 8 times", conv.count_params() == 8 * 82)

# %%
motion = layers.Conv3D(1, (2, 1, 1), use_bias=False)
motion(videos[:1, :2])
kernel = np.array([-1.0, 1.0]).reshape(2, 1, 1, 1, 1) * np.full((3, 1), 1 / 3)
motion.set_weights([kernel])
moved = np.concatenate([motion(video[None]).numpy() for video in videos])
claim("a still background has gone", np.abs(moved[:, :, :60]).max(), at_most=1e-3)
claim("the square is seen", np.abs(moved[:, :, 60:90]).max(axis=(2, 3, 4)), at_least=50)

# %%
shown = [videos[0, 20].mean(axis=-1), moved[0, 20, :, :, 0]]
draw(shown, ["frame 20", "frame 21 minus frame 20"], "video", "What has moved?")
of_keras, of_the_post = (np.moveaxis(videos[:1, :2], -1, axis) for axis in (1, 2))
claim("one axis apart", np.array_equal(np.moveaxis(of_the_post, 2, 1), of_keras))
plots.show()

# %% [markdown]
"""
Exercises (homework: hw08)

1. Write the convolution with padding and stride, its two gradients, and max pooling,
   and train a network with a layer made of them. This is the homework.
2. Draw the accuracy for movements up and down, and for both together. Which digits are
   lost first?
3. Train the `Dense` network on digits that were moved at random by up to four pixels.
   How many digits and epochs does it need to read as well as the convolutional one?
4. Two convolutions of 3 x 3, one after the other: how many pixels does one number of
   the result see? How many weights do they have, against one convolution of 5 x 5?
5. Look at the sixteen filters of the trained network, `models["Conv2D"].layers[0]`,
   with `plots.weights`. Do you find edges?
"""
