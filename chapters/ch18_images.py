# %% [markdown]
"""Chapter 18: images: a network that sees, and where it looks.

After this chapter you can build and train a small network of convolutions that reads
99 of 100 handwritten digits, look at its filters and at what they make of an image, ask
which pixels a decision came from, get more out of few images by augmentation, and use
what a network has learned for a new task.

You should know what a convolution and pooling compute (chapter 17), and how a network
is trained (chapter 7). The chapter takes about an hour to read, and some minutes to run.

    python chapters/ch18_images.py        prints, and draws figures/ch18_*.png
    python chapters/ch18_images.py 1      the same with other random numbers
"""

# %%
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Input, Model, Sequential, Tensor, layers, losses, ops, plots
from minidl.course import claim
from minidl.optimizers import Adam
from minidl.optimizers.schedules import CosineDecay

FIGURES = Path("figures")
seed = next((int(word) for word in sys.argv[1:] if word.isdigit()), 0)
minidl.set_random_seed(seed)
rng = np.random.default_rng(seed)
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x = (x[..., None] / 255.0).astype("float32")  # (60000, 28, 28, 1): one grey channel
x_test = (x_test[..., None] / 255.0).astype("float32")

# %% [markdown]
"""## 1. A network for images

What does a network need in order to see? Three ideas of chapter 17, one after another:

* **Convolution**: small filters look for the same pattern everywhere.
* **Pooling**: keep the strongest answer of each 2x2 pixels. The image becomes smaller,
  and the next filters see a larger part of it.
* **Again**: the second filters look for patterns of patterns, such as corners and loops.

At the end each of the 64 last maps is averaged into one number: how much of its pattern
is there, anywhere? That is `GlobalAveragePooling2D`. A Dense layer makes ten scores of
the 64 numbers. We call everything before it the **trunk**, for we shall use it twice.

The figure `ch18_network.png` shows the shapes: fewer and fewer pixels, more and more
channels.

**Try it.** How many weights has the trunk? Count those of each convolution: filter
height times width times channels times filters, and one bias for each filter.
"""


# %%
def make_trunk():
    """28x28 grey pixels in, 64 numbers out."""
    stack = [
        Input((28, 28, 1)),
        layers.Conv2D(16, 5, activation="relu", name="first"),
        layers.MaxPooling2D(),
        layers.BatchNormalization(momentum=0.97),
        layers.Conv2D(32, 3, activation="relu", name="second"),
        layers.MaxPooling2D(),
        layers.BatchNormalization(momentum=0.97),
        layers.Conv2D(64, 3, padding="same", activation="relu", name="third"),
        layers.BatchNormalization(momentum=0.97, name="last"),
        layers.GlobalAveragePooling2D(),
    ]
    return Sequential(stack, name="trunk")


trunk = make_trunk()
model = Sequential([trunk, layers.Dense(10)])
plots.model(trunk, FIGURES / "ch18_network.png", show_shapes=True)
model.summary()
filters = 5 * 5 * 1 * 16 + 3 * 3 * 16 * 32 + 3 * 3 * 32 * 64 + 16 + 32 + 64
inside = sum(trunk.get_layer(n).count_params() for n in ("first", "second", "third"))
claim("the weights of the convolutions, counted by hand", inside, equals=filters)

# %% [markdown]
r"""## 2. BatchNormalization

Why does `BatchNormalization` stand between the convolutions? The numbers of one channel
may be around 0.1, those of another around 5, and both move while the layers before them
learn. The next layer must chase them. So each channel is brought to mean 0 and variance
1, and then to a scale $\gamma$ and a shift $\beta$ that are learned:

$$z = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta$$

In training $\mu$ and $\sigma^2$ are those of the batch: over all images and all places,
one for each channel. (S. Ioffe and C. Szegedy, "Batch Normalization", 2015.)

And when only one image comes? Then there is no batch to measure. The layer keeps fading
means of what it saw in training, and uses them outside of training. `momentum=0.97` says
that each step replaces 3 of 100 parts. The default, 0.99, needs a thousand steps before
it has forgotten the variance 1 of its start, and we shall sometimes train for fewer.

In the paper it stands before the relu. Here it stands after the pooling, where there are
four times fewer numbers to normalize.

**Try it.** Call the layer with training=True once, not 200 times. What is the second
claim then?
"""

# %%
normalize = layers.BatchNormalization(momentum=0.97)
maps = rng.normal(3, 2, size=(32, 6, 6, 4)).astype("float32")
z = normalize(maps, training=True)
mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
by_hand = (maps - mean) / np.sqrt(variance + normalize.epsilon)
claim("normalized by hand, and by the layer", z, equals=by_hand, within=1e-4)
for _ in range(200):
    normalize(maps, training=True)
claim(
    "after 200 steps it does the same to a single image",
    normalize(maps[:1]),
    equals=by_hand[:1],
    within=1e-2,
)

# %% [markdown]
"""## 3. The rate, and what normalizing brings

How large may a step be? Large steps learn fast at first, and hop about in the end. So
the rate begins at 0.004 and falls to 0 along half a wave of the cosine: `CosineDecay`.
(I. Loshchilov and F. Hutter, "SGDR", 2016.)

And does `BatchNormalization` help? Two networks learn from the same 3000 images, with
the same number of steps. One of them has the layers of the other, without these three.

**Try it.** Ten times the rate. Which of the two still learns?
"""

# %%
loss = losses.SparseCategoricalCrossentropy(from_logits=True)


def train(network, images, labels, epochs, verbose=0):
    """Adam, with a rate that falls to 0 at the last of the steps."""
    steps = epochs * -(-len(images) // 64)
    optimizer = Adam(CosineDecay(0.004, steps))
    network.compile(optimizer, loss, metrics=["accuracy"])
    run = network.fit(images, labels, batch_size=64, epochs=epochs, verbose=verbose)
    return run.history


def accuracy_of(network):
    """The share of every third test image that is read right."""
    return network.evaluate(x_test[::3], y_test[::3], batch_size=500, verbose=0)[1]


whole = [*make_trunk().layers, layers.Dense(10)]
normal = layers.BatchNormalization
bare = [one for one in make_trunk().layers if not isinstance(one, normal)]
found = []
for stack in (whole, [*bare, layers.Dense(10)]):
    network = Sequential([Input((28, 28, 1)), *stack])
    history = train(network, x[:3000], y[:3000], epochs=3)
    found.append(history["accuracy"][-1])
print("right in the third epoch: with {:.1%}, without {:.1%}".format(*found))
claim("normalized, it learns in fewer steps", found[0], above=found[1] + 0.03)

# %% [markdown]
"""## 4. Training: 99 of 100

Now all 60 000 images, five times each. The figure `ch18_mistakes.png` shows what the
network still gets wrong. Would you do better?

**Try it.** Two epochs, or eight. What does an epoch cost, and what does it bring?
"""

# %%
train(model, x, y, epochs=5, verbose=2)
guesses = model.predict(x_test, batch_size=500, verbose=0).argmax(axis=1)
accuracy = (guesses == y_test).mean()
print(f"test accuracy {accuracy:.2%}, with {model.count_params()} weights")
claim("99 of 100 digits it has never seen", accuracy, at_least=0.99)
wrong = np.flatnonzero(guesses != y_test)[:24]
path = FIGURES / "ch18_mistakes.png"
plots.digits(x_test[wrong], guesses[wrong], y_test[wrong], path, title="Misread")

# %% [markdown]
"""## 5. What the first filters look for

A filter of the first layer is a small image: 5x5 weights for one grey channel. Where
the image has ink under blue weights, the answer becomes larger; ink under red weights
makes it smaller. So a filter with a blue and a red side answers to an edge: ink here,
paper there. The figure `ch18_filters.png` shows all 16. Nobody has drawn them: training
began with noise.

What does each filter make of a digit? Its answers at all places are an image again, a
**feature map**, in `ch18_maps.png`. One answer is a sum of 25 products and a bias, cut
off below 0 by relu.

**Try it.** Draw the maps of the layer "second". Can you still see the digit?
"""

# %%
kernel, bias = trunk.get_layer("first").get_weights()  # (5, 5, 1, 16) and (16,)
path = FIGURES / "ch18_filters.png"
plots.filters(model, path=path, title="What the first filters look for")
path = FIGURES / "ch18_maps.png"
figure = plots.feature_maps(model, x_test[0], "first", path, columns=9)
first_maps = Model(trunk.inputs, trunk.get_layer("first").output)
maps = first_maps.predict(x_test[:1], verbose=0)[0]  # (24, 24, 16)
row, column, k = np.unravel_index(maps.argmax(), maps.shape)  # the strongest answer
window = x_test[0, row : row + 5, column : column + 5]  # (5, 5, 1)
answer = max((window * kernel[..., k]).sum() + bias[k], 0)
drawn = figure.axes[1 + k].images[0].get_array()  # after the image, the maps
claim("the strongest answer, by hand", drawn[row, column], equals=answer, within=1e-4)

# %% [markdown]
r"""## 6. Where it looks: the gradient of a score

Why did it say 7? Change one pixel a little: how much does the score of the 7 change?
That is a derivative, and the tape finds it for all pixels at once. Only this time the
input needs a gradient, not the weights. The size of the gradient is called **saliency**:

$$M_{ij} = \left|\frac{\partial s_k}{\partial x_{ij}}\right|$$

(K. Simonyan, A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks", 2014.)
The figure `ch18_saliency.png` shows it: bright pixels matter.

Is it true? Wipe out the 30 pixels of ink that matter most, in 1000 digits, and ask
again. Then wipe out 30 pixels of ink by chance.

**Try it.** Draw the saliency of a wrong class: `plots.saliency(model, x_test[0], 2)`.
Which pixels would make a 2 of the 7?
"""

# %%
some, labels = x_test[:1000], y_test[:1000]
pixels = Tensor(some, requires_grad=True)
ops.sum(model(pixels) * np.eye(10, dtype="float32")[labels]).backward()
model.zero_grad()  # the weights have received gradients too
matters = np.abs(pixels.grad)[..., 0]
path = FIGURES / "ch18_saliency.png"
figure = plots.saliency(model, some[:6], labels[:6], path, title="Which pixels matter")
drawn = figure.axes[1].images[0].get_array()
claim("the tape, and plots.saliency", drawn, equals=matters[0], within=1e-4)


def right_without(order):
    """The share that is right without the 30 pixels of ink that come first in order."""
    order = np.where(some[..., 0] > 0.3, order, -1).reshape(1000, -1)
    wiped = some.reshape(1000, -1).copy()
    np.put_along_axis(wiped, np.argsort(-order)[:, :30], 0, axis=1)
    answers = model.predict(wiped.reshape(some.shape), verbose=0)
    return (answers.argmax(axis=1) == labels).mean()


most, chance = right_without(matters), right_without(rng.random(matters.shape))
print(f"right without the 30 pixels that matter most {most:.1%}, any 30 {chance:.1%}")
claim("the bright pixels matter", most, below=chance - 0.05)

# %% [markdown]
r"""## 7. Where it looks: Grad-CAM

Saliency is full of grain. The last maps are calmer: each answers to a pattern, at 5x5
places. Which of the 64 maps speak for a class? Those whose growth raises its score. So
weigh each map $A_k$ by its gradient, averaged over all places, and add them up:

$$\alpha_k = \frac{1}{25}\sum_{ij}\frac{\partial s}{\partial A_{k,ij}}, \qquad
L = \mathrm{relu}\Big(\sum_k \alpha_k A_k\Big)$$

This is **Grad-CAM** (R. Selvaraju and others, 2017). In our network no tape is needed
for $\alpha_k$: after the last maps come only the normalization of each map, its mean,
and a weight $w_k$ of the Dense layer. So $\alpha_k = \gamma_k w_k / (25
\sqrt{\sigma_k^2 + \epsilon})$.

The figure `ch18_grad_cam.png` shows $L$ over the digits, orange where it is large.

**Try it.** Grad-CAM of a wrong class. And of the layer "first": why is it less telling?
"""

# %%
path = FIGURES / "ch18_grad_cam.png"
figure = plots.grad_cam(model, some[:6], labels[:6], path=path, title="Grad-CAM")
last_maps = Model(trunk.inputs, trunk.get_layer("third").output)
maps = last_maps.predict(some[:1], verbose=0)[0]  # (5, 5, 64)
gamma, _, _, variance = trunk.get_layer("last").get_weights()
weights = model.layers[-1].get_weights()[0][:, labels[0]]  # (64,)
alpha = weights * gamma / np.sqrt(variance + normalize.epsilon) / 25
drawn = figure.axes[1].images[-1].get_array()
by_hand = np.maximum(maps @ alpha, 0)
claim("Grad-CAM by hand, and by plots", drawn, equals=by_hand, within=1e-4)

# %% [markdown]
"""## 8. Augmentation: more out of few images

And if you have 500 images, not 60 000? A network of 25 000 weights can learn them by
heart. But you know something that it does not: a 7 moved by two pixels, or turned a
little, is still a 7. So tell it: in each epoch, move, turn and stretch each image by
chance. It never sees the same image twice. The layers do so in training only.

The figure `ch18_augmented.png` shows one digit eight times.

Not every change is harmless: what is a 6 upside down?

**Try it.** Add `layers.RandomFlip("horizontal")`. Why does it hurt?
"""

# %%
moves = [
    layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),
    layers.RandomRotation(0.04, fill_mode="constant"),
    layers.RandomZoom(0.1, fill_mode="constant"),
]
eight = Tensor(np.repeat(x[:1], 8, axis=0))
for move in moves:
    eight = move(eight, training=True)
plots.digits(eight.numpy(), path=FIGURES / "ch18_augmented.png", title="Still a 5")
few = rng.choice(len(x), 500, replace=False)
found = {}
for name, first in (("as they are", []), ("augmented", moves)):
    network = Sequential([Input((28, 28, 1)), *first, make_trunk(), layers.Dense(10)])
    train(network, x[few], y[few], epochs=30)
    found[name] = accuracy_of(network)
print("500 images:", ", ".join(f"{k} {v:.1%}" for k, v in found.items()))
gain = found["augmented"] - found["as they are"]
claim("augmentation helps", gain, above=0)

# %% [markdown]
"""## 9. Transfer: what was learned for one task, used for another

You have many images of the digits 0 to 4, and a handful of 5 to 9. Must the network
learn to see again? Strokes, corners and loops are the same.

So: train a trunk on the digits 0 to 4. **Freeze** it (`trainable = False`): its weights
stay, and its BatchNormalization uses the means of its training. Put a new Dense layer on
top, for the five new digits, and train that alone: 325 weights. Beside it, the same
network trained from scratch on the same few images.

The figure `ch18_transfer.png` shows both, for 1 to 20 images of each digit.

**Try it.** Unfreeze the trunk after the training, and train on with a small rate. That
is called **fine-tuning**. When does it help?
"""

# %%
old, new_test = y < 5, np.flatnonzero(y_test >= 5)[::3]
trunk = make_trunk()
train(Sequential([trunk, layers.Dense(5)]), x[old], y[old], epochs=1)
trunk.trainable = False


def learn_new(trunk, images, labels):
    """The accuracy on the digits 5 to 9 after 240 steps on these images."""
    network = Sequential([trunk, layers.Dense(5)])
    train(network, images, labels - 5, epochs=240 // -(-len(images) // 64))
    answers = network.predict(x_test[new_test], batch_size=500, verbose=0)
    return (answers.argmax(axis=1) == y_test[new_test] - 5).mean()


counts, curves = [1, 2, 5, 20], {"frozen trunk of 0 to 4": [], "from scratch": []}
for count in counts:
    rows = [rng.choice(np.flatnonzero(y == k), count, False) for k in range(5, 10)]
    rows = np.concatenate(rows)
    for name, base in zip(curves, (trunk, make_trunk())):
        curves[name].append(learn_new(base, x[rows], y[rows]))
    print(count, "images of each:", {k: f"{v[-1]:.1%}" for k, v in curves.items()})

# %% [markdown]
"""With one or two images of each digit the frozen trunk is far ahead. With twenty the
network from scratch has caught up: now it can afford to learn to see for itself.
"""

# %%
figure, axis = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
for (name, accuracies), style in zip(curves.items(), ("o-", "s--")):
    axis.plot(counts, accuracies, style, label=name)
axis.set(xscale="log", xlabel="images of each digit", ylabel="accuracy on 5 to 9")
axis.set_xticks(counts, [str(count) for count in counts])
axis.minorticks_off()
axis.legend()
plots.finish(figure, FIGURES / "ch18_transfer.png")
frozen, scratch = (np.mean(accuracies[:3]) for accuracies in curves.values())
claim("with 1 to 5 images of each, the trunk helps", frozen - scratch, at_least=0.05)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw08)

1. Give each BatchNormalization the momentum 0.99. What becomes of the training on 500
   images, and why?
2. Replace `GlobalAveragePooling2D` by `Flatten`. How many weights are there now, and is
   Grad-CAM still the weights times the maps?
3. Draw the maps of the layer "third" for several sevens. Is there one that answers to
   the bar of the seven?
4. Train the trunk on the digits 5 to 9 and use it for 0 to 4. Is it as good?
5. Which augmentation helps most: moving, turning or zooming? Try each by itself.
"""
