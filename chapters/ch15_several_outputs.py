# %% [markdown]
"""Chapter 15: several inputs and several outputs: one network, many questions.

After this chapter you can

* build networks that branch and join;
* give each output its own loss, and weigh the losses against each other;
* use one layer in two places.

"[04] DeepLearning, 옵티마이저" says that a network with several outputs may have several
losses, which are averaged into one number: that number is what is made smaller, because
gradient descent can go down only one hill.

It takes about 40 minutes to read and 15 seconds to run. You need chapters 5 and 7.

    python chapters/ch15_several_outputs.py         prints, and draws figures/ch15_*.png
"""

# %%
from pathlib import Path

import numpy as np

import minidl
from minidl import Input, Model, Tensor, layers, ops, plots
from minidl.course import claim

FIGURES = Path("figures")
minidl.set_random_seed(0)
rng = np.random.default_rng(0)

# %% [markdown]
r"""
## 1. One trunk, two heads

Think of a tree: a **trunk** of layers, and two **heads** that grow from it, each with a
question and a loss of its own. What gradient does the trunk get? It influences the sum
$L = L_a + L_b$ in two ways, and by the chain rule both count:

$$\frac{\partial L}{\partial \text{trunk}} =
\frac{\partial L_a}{\partial \text{trunk}} + \frac{\partial L_b}{\partial \text{trunk}}$$

A trunk of a single number shows it. Head a is $3t$, head b is $t^2$.
"""

# %%
trunk = Tensor([2.0], requires_grad=True)


def gradient(combine):
    trunk.zero_grad()
    combine(trunk * 3, trunk * trunk).sum().backward()
    return float(trunk.grad[0])


from_a, from_b = gradient(lambda a, b: a), gradient(lambda a, b: b)
of_sum, of_mean = gradient(lambda a, b: a + b), gradient(lambda a, b: (a + b) / 2)
print(f"gradient at the trunk from head a {from_a}, head b {from_b}, ", end="")
print(f"their sum {of_sum}, their mean {of_mean}")
claim(
    "the gradient of a sum is the sum of the gradients", of_sum, equals=from_a + from_b
)
claim(
    "the mean of the losses pulls the same way as their sum, half as hard",
    of_mean,
    equals=of_sum / 2,
)

# %% [markdown]
"""
## 2. Two questions about one image

Which digit is it, and how much ink did it take? The first question is a classification,
the second a regression.
"""

# %%
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, y = (x[:8000] / 255.0).astype("float32"), y[:8000]
x_test, y_test = (x_test[:2000] / 255.0).astype("float32"), y_test[:2000]
ink, ink_test = x.mean(axis=(1, 2)) * 10, x_test.mean(axis=(1, 2)) * 10
answers, test_answers = {"digit": y, "ink": ink}, {"digit": y_test, "ink": ink_test}

# %% [markdown]
"""
`Sequential` can only stack layers. For a tree we call the layers ourselves, on
**symbols**: an `Input` stands for data that will come later. `Model` then gets the
inputs and the outputs, and finds the layers between them. `compile` gets one loss for
each output, by its name.
"""


# %%
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


model = two_heads({"digit": 1 / 2, "ink": 1 / 2})
model.summary()
plots.model(model, FIGURES / "ch15_two_heads.png", show_shapes=True)

# %% [markdown]
"""
`figures/ch15_two_heads.png` is the tree. Now we train it. The loss weights are ½ and ½,
so the number that training makes smaller is the average of both losses.
"""

# %%
history = model.fit(x, answers, epochs=5, verbose=2).history
print("what is recorded:", ", ".join(history))
total = (np.array(history["digit_loss"]) + np.array(history["ink_loss"])) / 2
claim(
    "what training makes smaller is one number: the average of all losses",
    history["loss"],
    equals=total,
    within=1e-5,
)
both = model.evaluate(x_test, test_answers, verbose=0, return_dict=True)
print(f"on test images: digit right {both['digit_accuracy']:.1%}, ", end="")
print(f"ink off by {both['ink_mae']:.3f} of {ink_test.mean():.2f}")
claim("one trunk serves both questions", both["digit_accuracy"], above=0.9)
claim("and the second one too", both["ink_mae"], below=0.15)

# %% [markdown]
"""
## 3. The weights say which question matters

The heads share the trunk's 64 numbers. What if one of them has nearly all the weight?
We train the same network three times.
"""

# %%
right = {}
print("  digit : ink    digit right   ink off by")
for share in (0.001, 0.5, 0.999):
    judged = two_heads({"digit": share, "ink": 1 - share})
    judged.fit(x, answers, epochs=3, verbose=0)
    result = judged.evaluate(x_test, test_answers, verbose=0, return_dict=True)
    right[share] = result["digit_accuracy"]
    print(
        f"  {share:5.3f} : {1 - share:5.3f}{right[share]:12.1%}{result['ink_mae']:12.3f}"
    )
claim(
    "a loss with a small weight is hardly learned",
    right[0.001],
    below=right[0.999] - 0.02,
)

# %% [markdown]
"""
**Try it.** Swap the losses' units: measure ink in hundredths instead of tenths. What
happens to its loss, and to the balance?

## 4. Several inputs, and one layer in two places

Do two images show the same digit? A network for this question has two inputs. It would
be a waste to learn reading twice, once for the left image and once for the right. So
one stack of layers, `describe`, is called on *both*. It turns an image into 16 numbers,
and the distance of two descriptions decides. Such a network is called **siamese**.
`figures/ch15_siamese.png` shows it.
"""

# %%
left, right_image = Input((28, 28), name="left"), Input((28, 28), name="right")
describe = minidl.Sequential(
    [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(16)],
    name="describe",
)
difference = describe(left) - describe(right_image)
distance = ops.sum(ops.square(difference), axis=-1, keepdims=True)
answer = layers.Dense(1, activation="sigmoid", name="same")(distance)
same = Model([left, right_image], answer)
same.compile("adam", "binary_crossentropy", metrics=["accuracy"])
plots.model(same, FIGURES / "ch15_siamese.png", show_shapes=True)
claim("both images go through the same weights", len(describe.weights), equals=4)
claim("the rest has only two more", len(same.weights), equals=6)

# %% [markdown]
"""
To train it we need pairs. Each image gets a partner: for half of them one of the same
digit, for the others any.
"""


# %%
def partners(labels):
    alike = [rng.choice(np.flatnonzero(labels == label)) for label in labels]
    return np.where(rng.random(len(labels)) < 0.5, alike, rng.permutation(len(labels)))


twin, test_twin = partners(y), partners(y_test)
truth = (y == y[twin]).astype(float)
same.fit({"left": x, "right": x[twin]}, truth, epochs=8, verbose=0)
test_truth = (y_test == y_test[test_twin]).astype(float)
pairs_right = same.evaluate([x_test, x_test[test_twin]], test_truth, verbose=0)[1]
print(f"the same digit? {pairs_right:.1%} of the test pairs right")
claim("it can tell which pairs are alike", pairs_right, above=0.8)

# %% [markdown]
"""
(Inputs are given by their names, or as a list in their order.)

## 5. Cutting a model

Any symbol inside a model can be an output. Here the 64 numbers of the first model's
trunk become the output of a model of its own.
"""

# %%
trunk_layer = next(layer for layer in model.layers if layer.output_shape == (None, 64))
features = Model(model.inputs, trunk_layer.output)
claim(
    "a model can be cut where one likes",
    features.predict(x_test[:5], verbose=0).shape == (5, 64),
)
plots.show()

# %% [markdown]
"""
Exercises (homework: hw07)

1. Add a third head: is the digit even? Which loss, how many units? Does the first head
   get better or worse?
2. Give the digit's loss a weight of 0. What becomes of its accuracy, and why is it not
   10 % sharp?
3. Cut the model at `shared` and train a new head on it alone, the trunk frozen
   (`layer.trainable = False`, then compile).
4. Let two separate Sequentials describe the two images. How many weights more? Better
   or worse, and why?
"""
