# %% [markdown]
"""Chapter 14: looking inside a trained network.

After this chapter you can open a network: see its weights as images, know what it
confuses, find the part of an image that it looks at, and give it a digit of your own.
The tutorials stop at the accuracy, as "TensorFlow Tutorial (4) - Optimizer" does.

    python chapters/ch14_looking_inside.py
    prints, and draws figures/ch14_*.png
    python chapters/ch14_looking_inside.py my_digit.png
    and reads a picture of your own: one digit, dark on white
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Model, Sequential, Tensor, layers, losses, ops, plots

FIGURES = Path("figures")
pictures = [
    argument
    for argument in sys.argv[1:]
    if argument.lower().endswith((".png", ".jpg", ".jpeg"))
]
if absent := [picture for picture in pictures if not Path(picture).is_file()]:
    sys.exit(f"there is no file {absent[0]}")  # now, and not after the training
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, x_test = (x / 255.0).astype("float32"), (x_test / 255.0).astype("float32")
loss = losses.SparseCategoricalCrossentropy(from_logits=True)
minidl.set_random_seed(0)

# %% 1. One layer: each digit has a template, and an image gets the score of how well it
# fits. By hand, and by the model
one = Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10)])
one.compile("adam", loss, metrics=["accuracy"])
untrained = one.get_weights()[0]
one.fit(x, y, batch_size=128, epochs=3, verbose=0)
kernel, bias = one.get_weights()
by_hand = np.array(
    [(x_test[0] * kernel[:, k].reshape(28, 28)).sum() + bias[k] for k in range(10)]
)
assert np.allclose(by_hand, one.predict(x_test[:1], verbose=0)[0], atol=1e-3), (
    "a score is the image times the template, summed up"
)
plots.weights(
    kernel,
    path=FIGURES / "ch14_templates.png",
    columns=5,
    title="What speaks for (blue) and against (red) each digit",
)
never = (x == 0).all(axis=0).ravel()
print(f"{never.sum()} of the 784 pixels have no ink in any training image")
assert np.array_equal(kernel[never], untrained[never]), (
    "no ink, no gradient: at the border still stands the noise of the start"
)

# %% 2. A hidden layer: parts of digits instead of whole ones
inputs = minidl.Input((28, 28))
hidden = layers.Dense(64, activation="relu", name="hidden")(layers.Flatten()(inputs))
model = Model(inputs, layers.Dense(10, name="scores")(hidden))
model.compile("adam", loss, metrics=["accuracy"])
model.fit(x, y, batch_size=128, epochs=5, verbose=0)
accuracies = {
    "one layer": one.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1],
    "with 64 hidden units": model.evaluate(x_test, y_test, batch_size=1000, verbose=0)[
        1
    ],
}
print(
    "right of 10 000 test digits: "
    + ", ".join(f"{k} {v:.1%}" for k, v in accuracies.items())
)
assert accuracies["with 64 hidden units"] > accuracies["one layer"] + 0.03, (
    "parts are worth more than templates"
)
plots.weights(
    model.get_layer("hidden").get_weights()[0],
    path=FIGURES / "ch14_hidden.png",
    columns=16,
    title="What hidden units look for",
)

# %% 3. The hidden numbers of an image: a model that ends there shares the layers, and
# needs no training
inside = Model(inputs, hidden)
activity = inside.predict(x_test, batch_size=1000, verbose=0)
assert activity.shape == (10_000, 64), "64 numbers for each image"
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
print(
    f"of the 64 hidden units {np.mean(activity > 0):.0%} are active for an average "
    f"digit"
)
# below 0 for every image: relu gives 0, and passes no gradient
dead = np.flatnonzero((activity == 0).all(axis=0))
print(
    f"dead units, active for no image and blank in the picture: "
    f"{dead.tolist() or 'none'}"
)

# %% 4. What does it confuse?
scores = model.predict(x_test, batch_size=1000, verbose=0)
guesses = scores.argmax(axis=1)
plots.confusion(y_test, scores, path=FIGURES / "ch14_confusion.png")
pairs = np.zeros((10, 10), int)
np.add.at(pairs, (y_test, guesses), 1)
np.fill_diagonal(pairs, 0)
worst = np.argwhere(pairs == pairs.max())[0]
print(
    f"the most frequent confusion: {worst[0]} taken for {worst[1]}, {pairs.max()} times"
)
assert pairs.sum() == np.sum(guesses != y_test), (
    "off the diagonal stand the mistakes, all of them"
)
assert np.sort(pairs, axis=None)[-10:].sum() > 0.25 * pairs.sum(), (
    "it confuses few pairs again and again: ten of ninety make a quarter"
)

# %% 5. The surest of its mistakes. Are they all its fault?
probabilities = ops.softmax(Tensor(scores)).numpy()
wrong = np.flatnonzero(guesses != y_test)
surest = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:24]
plots.digits(
    x_test[surest],
    probabilities[surest],
    y_test[surest],
    path=FIGURES / "ch14_mistakes.png",
    title="Sure, and wrong",
)
right = probabilities[guesses == y_test].max(axis=1).mean()
mistaken = probabilities[wrong].max(axis=1).mean()
print(
    f"how sure it is on average: {right:.1%} where it is right, {mistaken:.1%} where "
    f"it is wrong"
)
assert right > mistaken + 0.15, "on the whole it is less sure where it is wrong"

# %% 6. Where does it look? The gradient of a score with respect to the pixels: which
# ink would change it most
chosen = [int(np.flatnonzero(y_test == k)[0]) for k in range(8)]
pixels = Tensor(x_test[chosen], requires_grad=True)
ops.sum(model(pixels) * np.eye(10, dtype="float32")[y_test[chosen]]).backward()
assert pixels.grad.shape == (8, 28, 28), (
    "the network's input can have a gradient as well as its weights"
)
plots.weights(
    pixels.grad.reshape(8, -1).T,
    path=FIGURES / "ch14_gradients.png",
    label="gradient",
    title="Ink where it is blue speaks for the digit",
)
# a little against all of it (Goodfellow et al. 2015)
nudged = np.clip(x_test[chosen] - 0.1 * np.sign(pixels.grad), 0, 1)
fooled = model.predict(nudged, verbose=0).argmax(axis=1)
print(
    f"true {y_test[chosen]}, read {guesses[chosen]}; each pixel changed by a tenth "
    f"against the gradient, read {fooled}"
)
assert (
    (fooled != y_test[chosen]).sum() >= 4 > (guesses[chosen] != y_test[chosen]).sum()
), "many small changes together fool it"
plots.digits(
    nudged,
    fooled,
    y_test[chosen],
    path=FIGURES / "ch14_fooled.png",
    title="Easy for you, not for the network",
)

# %% 7. Your own digit
for picture in pictures:
    mine = minidl.datasets.mnist.read_picture(picture)[None]
    chances = ops.softmax(model(mine)).numpy()
    print(f"{picture}: I read a {chances.argmax()} ({chances.max():.0%} sure)")
    plots.digits(mine, chances, path=FIGURES / "ch14_mine.png")
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw07)
# 1. Set hidden units to 0, one at a time. Which one costs the most accuracy, and for
# which digit?
# 2. Start with noise and follow the gradient uphill until the network is sure that it
# is a 3. Does it look like one to you?
# 3. Draw ten digits of your own, sevens and ones among them. How many are read right,
# and why fewer than of the test set?
# 4. Train on digits shifted by up to two pixels. How does the confusion change?
