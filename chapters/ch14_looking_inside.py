# %% [markdown]
"""Chapter 14: looking inside a trained network.

After this chapter you can open a network: see its weights as images, know what it
confuses, find the part of an image that it looks at, and give it a digit of your own.
The tutorials stop at the accuracy, as "TensorFlow Tutorial (4) - Optimizer" does.

It takes about 30 minutes to read and 20 seconds to run. You need chapters 3 and 7.

    python chapters/ch14_looking_inside.py
    prints, and draws figures/ch14_*.png
    python chapters/ch14_looking_inside.py my_digit.png
    and reads a picture of your own: one digit, dark on white
"""

# %%
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Model, Sequential, Tensor, layers, losses, ops, plots
from minidl.callbacks import LambdaCallback
from minidl.course import claim
from minidl.optimizers import Adam

FIGURES = Path("figures")
ENDINGS = (".png", ".jpg", ".jpeg")
pictures = [argument for argument in sys.argv[1:] if argument.lower().endswith(ENDINGS)]
for picture in pictures:
    if not Path(picture).is_file():
        sys.exit(f"there is no file {picture}")  # now, and not after the training

# %%
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, x_test = (x / 255.0).astype("float32"), (x_test / 255.0).astype("float32")
loss = losses.SparseCategoricalCrossentropy(from_logits=True)
minidl.set_random_seed(0)

# %% [markdown]
r"""
## 1. One layer: a template for each digit

We start with the simplest network: 784 pixels, 10 scores, nothing between. The score of
digit $k$ is the sum of all pixels, each times its weight, plus a bias:

$$s_k = \sum_{\text{pixels } i} x_i W_{ik} + b_k$$

So $W_{\cdot k}$ is an image of its own, a **template**: where it is positive, ink
speaks for the digit; where it is negative, ink speaks against it. What do you think the
template of 0 looks like? See `figures/ch14_templates.png`.
"""

# %%
one = Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10)])
one.compile("adam", loss, metrics=["accuracy"])
untrained = one.get_weights()[0]
one.fit(x, y, batch_size=128, epochs=3, verbose=0)
kernel, bias = one.get_weights()
plots.weights(
    kernel,
    path=FIGURES / "ch14_templates.png",
    columns=5,
    title="What speaks for (blue) and against (red) each digit",
)
image, templates = x_test[0], kernel.T.reshape(10, 28, 28)
by_hand = [(image * templates[k]).sum() + bias[k] for k in range(10)]
claim(
    "a score is the image times the template, summed up",
    one.predict(x_test[:1], verbose=0)[0],
    equals=by_hand,
    within=1e-3,
)

# %% [markdown]
"""
The borders of the templates look like noise. Why? In these places no training image has
any ink. A pixel that is always 0 gives no gradient, so its weights are still the random
numbers of the start.
"""

# %%
never = (x == 0).all(axis=0).ravel()
print(f"{never.sum()} of the 784 pixels have no ink in any training image")
claim(
    "no ink, no gradient: at the border still stands the noise of the start",
    kernel[never],
    equals=untrained[never],
    within=0,
)

# %% [markdown]
"""
## 2. A hidden layer: parts instead of wholes

A template must fit all ways to write a 7 at once. A hidden layer can look for *parts*,
a stroke here, an arc there, and the last layer puts them together.
`figures/ch14_hidden.png` shows what 64 hidden units look for.
"""

# %%
inputs = minidl.Input((28, 28))
hidden = layers.Dense(64, activation="relu", name="hidden")(layers.Flatten()(inputs))
model = Model(inputs, layers.Dense(10, name="scores")(hidden))
model.compile("adam", loss, metrics=["accuracy"])
model.fit(x, y, batch_size=128, epochs=5, verbose=0)
templates_right = one.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]
parts_right = model.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]
print(f"test digits right: one layer {templates_right:.1%}, ", end="")
print(f"with 64 hidden units {parts_right:.1%}")
claim("parts are worth more than templates", parts_right, above=templates_right + 0.03)
plots.weights(
    model.get_layer("hidden").get_weights()[0],
    path=FIGURES / "ch14_hidden.png",
    columns=8,
    title="What hidden units look for",
)

# %% [markdown]
"""
## 3. What the hidden units say about an image

A model is what leads from inputs to outputs. So `Model(inputs, hidden)` is a model too:
it ends at the hidden layer, shares the trained weights, and needs no training of its
own.
"""

# %%
inside = Model(inputs, hidden)
activity = inside.predict(x_test, batch_size=1000, verbose=0)
claim("64 numbers for each image", activity.shape == (10_000, 64))
print(
    f"{np.mean(activity > 0):.0%} of the hidden units are active for an average digit"
)
means = np.stack([activity[y_test == k].mean(axis=0) for k in range(10)])
figure, axis = plt.subplots(figsize=(9, 2.6), layout="constrained")
figure.colorbar(axis.imshow(means, aspect="auto", cmap="Blues"), label="mean activity")
axis.set(
    xlabel="hidden unit",
    ylabel="digit",
    yticks=range(10),
    title="Which unit is active for which digit",
)
plots.finish(figure, FIGURES / "ch14_activity.png")

# %% [markdown]
"""
A column of `figures/ch14_activity.png` that is blank is a **dead** unit: it is 0 for
every image. relu then passes no gradient back to it, so it will never learn anything
again.
"""

# %%
dead = np.flatnonzero((activity == 0).all(axis=0))
print(f"dead units, active for no image: {dead.tolist() or 'none'}")

# %% [markdown]
"""
How does a unit die? One step that is too long is enough: it moves the unit's weights so
far that the sum is negative for every image. Let us count the dead units after each
epoch, at two rates. A unit counts as dead if it is 0 for all images that it is trained
with. What will the line of the higher rate look like: will it ever fall?
"""


# %%
def deaths(rate, epochs=10):
    minidl.set_random_seed(0)
    units = layers.Dense(64, activation="relu")(layers.Flatten()(inputs))
    network, half = Model(inputs, layers.Dense(10)(units)), Model(inputs, units)
    found = []

    def look(epoch=None, logs=None):
        outputs = half.predict(x[:10_000], batch_size=1000, verbose=0)
        found.append((outputs == 0).all(axis=0))

    look()  # before the first epoch
    network.compile(Adam(rate), loss)
    after_each = LambdaCallback(on_epoch_end=look)
    network.fit(x[:10_000], y[:10_000], 64, epochs, verbose=0, callbacks=[after_each])
    return np.array(found)  # (epochs + 1, units): which ones are dead


# %%
are_dead = deaths(0.03)
calm, wild = deaths(0.001).sum(axis=1), are_dead.sum(axis=1)
print(f"dead after each epoch: rate 0.001 {calm.tolist()}, rate 0.03 {wild.tolist()}")
figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
axis.plot(calm, "o-", color="#0072B2", label="Adam, rate 0.001")
axis.plot(wild, "s--", color="#D55E00", label="Adam, rate 0.03")
axis.set(xlabel="epoch", ylabel="dead units of 64", xticks=range(len(calm)))
axis.set_title("A rate that is too high kills units, and they stay dead")
axis.legend()
plots.finish(figure, FIGURES / "ch14_dead.png")

# %% [markdown]
"""
Most of them die in the first epoch, when the gradients are largest
(`figures/ch14_dead.png`). None comes back: without a gradient nothing moves it. So the
network works with fewer than two thirds of its units, and nobody tells you. Two
remedies: a lower rate, or an activation that passes a little on for negative sums too,
such as `layers.LeakyReLU`.
"""

# %%
claim("before training none is dead", [calm[0], wild[0]], equals=0)
claim("at Adam's usual rate none dies", calm, at_most=1)
claim("at thirty times this rate more than a quarter dies", wild[-1], above=16)
claim("most of them in the first epoch", wild[1], above=wild[-1] / 2)
claim("and no dead unit comes back", are_dead[1:][are_dead[:-1]])

# %% [markdown]
"""
## 4. What does it confuse?

The **confusion matrix** has a row for each true digit and a column for each answer.
Which pair of digits would you expect to be confused most often?
(`figures/ch14_confusion.png`)
"""

# %%
scores = model.predict(x_test, batch_size=1000, verbose=0)
guesses = scores.argmax(axis=1)
plots.confusion(y_test, scores, path=FIGURES / "ch14_confusion.png")
pairs = np.zeros((10, 10), int)
np.add.at(pairs, (y_test, guesses), 1)
np.fill_diagonal(pairs, 0)
true, taken = np.argwhere(pairs == pairs.max())[0]
print(f"the most frequent confusion: {true} taken for {taken}, {pairs.max()} times")
claim(
    "off the diagonal stand the mistakes, all of them",
    pairs.sum(),
    equals=np.sum(guesses != y_test),
)
claim(
    "it confuses few pairs again and again: ten of ninety make a quarter",
    np.sort(pairs, axis=None)[-10:].sum(),
    above=0.25 * pairs.sum(),
)

# %% [markdown]
"""
## 5. The surest of its mistakes

Softmax tells how sure the network is. `figures/ch14_mistakes.png` shows the mistakes of
which it was surest. Are they all its fault?
"""

# %%
probabilities = ops.softmax(Tensor(scores)).numpy()
sure = probabilities.max(axis=1)
wrong = np.flatnonzero(guesses != y_test)
surest = wrong[np.argsort(-sure[wrong])][:24]
plots.digits(
    x_test[surest],
    probabilities[surest],
    y_test[surest],
    path=FIGURES / "ch14_mistakes.png",
    title="Sure, and wrong",
)
right, mistaken = sure[guesses == y_test].mean(), sure[wrong].mean()
print(f"how sure: {right:.1%} where it is right, {mistaken:.1%} where it is wrong")
claim("on the whole it is less sure where it is wrong", right, above=mistaken + 0.15)

# %% [markdown]
r"""
## 6. Where does it look?

The tape gives the gradient of any number with respect to any other. So far these were
weights. Now we ask: which *pixel* would change the score of the right digit most?

$$\frac{\partial s_k}{\partial x_i}$$

In `figures/ch14_gradients.png`, ink where it is blue speaks for the digit.
"""

# %%
chosen = [int(np.flatnonzero(y_test == k)[0]) for k in range(8)]
pixels = Tensor(x_test[chosen], requires_grad=True)
ops.sum(model(pixels) * np.eye(10, dtype="float32")[y_test[chosen]]).backward()
claim(
    "the network's input can have a gradient as well as its weights",
    pixels.grad.shape == (8, 28, 28),
)
plots.weights(
    pixels.grad.reshape(8, -1).T,
    path=FIGURES / "ch14_gradients.png",
    label="gradient",
    title="Ink where it is blue speaks for the digit",
)

# %% [markdown]
"""
If you know what helps a digit, you also know what hurts it. Goodfellow et al. (2015)
changed every pixel a little *against* the gradient. You hardly see it
(`figures/ch14_fooled.png`). Does the network still read the digits?
"""

# %%
nudged = np.clip(x_test[chosen] - 0.1 * np.sign(pixels.grad), 0, 1)
fooled = model.predict(nudged, verbose=0).argmax(axis=1)
print(f"true {y_test[chosen]}, read {guesses[chosen]}")
print(f"each pixel changed by a tenth against the gradient: read {fooled}")
claim("unchanged, it reads them", np.sum(guesses[chosen] != y_test[chosen]), below=4)
claim(
    "many small changes together fool it", np.sum(fooled != y_test[chosen]), at_least=4
)
plots.digits(
    nudged,
    fooled,
    y_test[chosen],
    path=FIGURES / "ch14_fooled.png",
    title="Easy for you, not for the network",
)

# %% [markdown]
"""
## 7. Your own digit
"""

# %%
for picture in pictures:
    mine = minidl.datasets.mnist.read_picture(picture)[None]
    chances = ops.softmax(model(mine)).numpy()
    print(f"{picture}: I read a {chances.argmax()} ({chances.max():.0%} sure)")
    plots.digits(mine, chances, path=FIGURES / "ch14_mine.png")
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw07)

1. Set hidden units to 0, one at a time. Which one costs the most accuracy, and for
   which digit?
2. Start with noise and follow the gradient uphill until the network is sure that it is
   a 3. Does it look like one to you?
3. Draw ten digits of your own, sevens and ones among them. How many are read right, and
   why fewer than of the test set?
4. Train on digits shifted by up to two pixels. How does the confusion change?
"""
