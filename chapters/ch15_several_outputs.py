# %% [markdown]
"""Chapter 15: several inputs and several outputs: one network, many questions.

After this chapter you can build networks that branch and join, give each output its own
loss, and weigh the losses against each other. "[04] DeepLearning, 옵티마이저" says that a
network with several outputs may have several losses, which are averaged into
one number: that number is what is made smaller, because gradient descent can go down
only one hill.

    python chapters/ch15_several_outputs.py         prints, and draws figures/ch15_*.png
"""

from pathlib import Path

import numpy as np

import minidl
from minidl import Input, Model, Tensor, layers, ops, plots

FIGURES = Path("figures")
minidl.set_random_seed(0)
rng = np.random.default_rng(0)

# %% 1. By hand: a trunk feeds two heads, and its gradient is the sum of what comes back
# from both
trunk = Tensor([2.0], requires_grad=True)
gradients = []
for loss in (
    lambda a, b: a,
    lambda a, b: b,
    lambda a, b: a + b,
    lambda a, b: 0.5 * a + 0.5 * b,
):
    trunk.zero_grad()
    loss(trunk * 3, trunk * trunk).sum().backward()
    gradients.append(float(trunk.grad[0]))
print("gradient at the trunk from head a, head b, their sum, their mean:", gradients)
assert gradients[2] == gradients[0] + gradients[1], (
    "the gradient of a sum is the sum of the gradients"
)
assert gradients[3] == gradients[2] / 2, (
    "the mean of the losses pulls the same way as their sum, half as hard"
)

# %% 2. The data: a digit, and how much ink it took. Two questions about one image
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, x_test = (
    (x[:8000] / 255.0).astype("float32"),
    (x_test[:2000] / 255.0).astype("float32"),
)
y, y_test = y[:8000], y_test[:2000]
ink, ink_test = (images.mean(axis=(1, 2)) * 10 for images in (x, x_test))


# %% 3. With minidl: layers are called on symbols, and a model is what leads from the
# inputs to the outputs
def two_heads(loss_weights):
    minidl.set_random_seed(0)
    image = Input((28, 28), name="image")
    shared = layers.Dense(64, activation="relu")(layers.Flatten()(image))
    digit = layers.Dense(10, activation="softmax", name="digit")(shared)
    weight = layers.Dense(1, name="ink")(shared)
    model = Model(image, {"digit": digit, "ink": weight})
    model.compile(
        "adam",
        loss={"digit": "sparse_categorical_crossentropy", "ink": "mse"},
        loss_weights=loss_weights,
        metrics={"digit": ["accuracy"], "ink": ["mae"]},
    )
    return model


# the average of all losses, as the tutorial says
model = two_heads({"digit": 1 / 2, "ink": 1 / 2})
model.summary()
plots.model(model, FIGURES / "ch15_two_heads.png", show_shapes=True)
history = model.fit(x, {"digit": y, "ink": ink}, epochs=5, verbose=2).history
print("what is recorded:", ", ".join(history))
total = [(a + b) / 2 for a, b in zip(history["digit_loss"], history["ink_loss"])]
assert np.allclose(history["loss"], total, rtol=1e-5), (
    "what training makes smaller is one number: the average of all losses"
)
both = model.evaluate(
    x_test, {"digit": y_test, "ink": ink_test}, verbose=0, return_dict=True
)
print(
    f"on test images: digit right {both['digit_accuracy']:.1%}, ink off by "
    f"{both['ink_mae']:.3f} of {ink_test.mean():.2f}"
)
assert both["digit_accuracy"] > 0.9 and both["ink_mae"] < 0.15, (
    "one trunk serves both questions"
)

# %% 4. The weights say which question matters: the same network, three ways to share
# its trunk
print("\n  digit : ink    digit right   ink off by")
for share in (0.001, 0.5, 0.999):
    judged = two_heads({"digit": share, "ink": 1 - share})
    judged.fit(x, {"digit": y, "ink": ink}, epochs=3, verbose=0)
    result = judged.evaluate(
        x_test, {"digit": y_test, "ink": ink_test}, verbose=0, return_dict=True
    )
    print(
        f"  {share:5.3f} : {1 - share:5.3f}      {result['digit_accuracy']:6.1%}      "
        f" {result['ink_mae']:.3f}"
    )
    if share == 0.001:
        neglected = result["digit_accuracy"]
assert neglected < result["digit_accuracy"] - 0.02, (
    "a loss with a small weight is hardly learned"
)

# %% 5. Several inputs, and one layer in two places: do two images show the same digit?
left, right = Input((28, 28), name="left"), Input((28, 28), name="right")
describe = minidl.Sequential(
    [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(16)],
    name="describe",
)
apart = ops.sum(ops.square(describe(left) - describe(right)), axis=-1, keepdims=True)
same = Model([left, right], layers.Dense(1, activation="sigmoid", name="same")(apart))
same.compile("adam", "binary_crossentropy", metrics=["accuracy"])


def partners(labels):
    """For each image another one: of the same digit for half of them, any for the
    rest.
    """
    alike = [rng.choice(np.flatnonzero(labels == label)) for label in labels]
    return np.where(rng.random(len(labels)) < 0.5, alike, rng.permutation(len(labels)))


twin, test_twin = partners(y), partners(y_test)
# by name, or as a list:
same.fit(
    {"left": x, "right": x[twin]}, (y == y[twin]).astype(float), epochs=8, verbose=0
)
pairs_right = same.evaluate(
    [x_test, x_test[test_twin]], (y_test == y_test[test_twin]).astype(float), verbose=0
)[1]
print(f"\nthe same digit? {pairs_right:.1%} of the test pairs right")
assert len(describe.weights) == 4 and len(same.weights) == 6, (
    "both images go through the same weights"
)
assert pairs_right > 0.8, "and it can tell which pairs are alike"

# %% 6. Any symbol inside is an output too: the trunk's 64 numbers, as a model of its
# own
trunk_layer = next(layer for layer in model.layers if layer.output_shape == (None, 64))
features = Model(model.inputs, trunk_layer.output)
assert features.predict(x_test[:5], verbose=0).shape == (5, 64), (
    "a model can be cut where one likes"
)

# %% [markdown]
# Exercises (homework: hw07):
# 1. Add a third head: is the digit even? Which loss, how many units? Does the first
# head get better or worse?
# 2. Give the digit's loss a weight of 0. What becomes of its accuracy, and why is it
# not 10 % sharp?
# 3. Cut the model at `shared` and train a new head on it alone, the trunk frozen
# (`layer.trainable = False`, then compile).
# 4. Let two separate Sequentials describe the two images. How many weights more? Better
# or worse, and why?
plots.show()
