# %% [markdown]
"""Chapter 3: what a layer computes, why it needs a non-linearity, and how its weights
begin.

After this chapter you can compute a network by hand, choose an activation, and tell a
good initialisation from a bad one by a histogram. The tutorials use Dense, ReLU and
softmax in every network; "TensorFlow Tutorial (4) - Optimizer" (2021) says that an
activation bends data into the shape one wants, such as 0 or 1, or no negative numbers.

    python chapters/ch03_layers.py                  prints, and draws figures/ch03_*.png
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, Tensor, layers, ops, plots

FIGURES = Path("figures")
rng = np.random.default_rng(0)
minidl.set_random_seed(0)

# %% 1. Dense by hand: each output is a weighted sum of all inputs, plus a bias: x @ W +
# b
x = rng.normal(size=(5, 3)).astype("float32")
dense = layers.Dense(4)
out = dense(x)  # the weights are made at the first call, when the inputs are known
W, b = dense.get_weights()
by_hand = np.array(
    [
        [sum(x[n, i] * W[i, j] for i in range(3)) + b[j] for j in range(4)]
        for n in range(5)
    ]
)
assert (
    W.shape == (3, 4)
    and b.shape == (4,)
    and np.allclose(out.numpy(), by_hand, atol=1e-6)
), "Dense is x @ W + b"
print(
    f"Dense(4) on 3 inputs has {dense.count_params()} parameters: 3·4 weights and 4 "
    f"biases"
)

# %% 2. Two layers without a non-linearity are one layer: (x @ W1) @ W2 = x @ (W1 @ W2)
two = Sequential([layers.Dense(16, use_bias=False), layers.Dense(2, use_bias=False)])
deep = two(x).numpy()
W1, W2 = two.get_weights()
assert np.allclose(deep, x @ (W1 @ W2), atol=1e-5), (
    "a stack of linear layers can do no more than one"
)
points, labels = minidl.datasets.toy.xor(200)
entropy, accuracy = {}, {}
for activation in (None, "relu"):
    minidl.set_random_seed(1)
    model = Sequential([layers.Dense(16, activation=activation), layers.Dense(1)])
    model.compile(
        minidl.optimizers.Adam(0.03),
        minidl.losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(points, labels, epochs=60, verbose=0)
    entropy[activation], accuracy[activation] = model.evaluate(
        points, labels, verbose=0
    )
    plots.regions(
        model,
        points,
        labels,
        path=FIGURES / f"ch03_xor_{activation or 'linear'}.png",
        title=f"XOR with activation={activation}",
    )
print(
    f"XOR, right of 200: without activation {accuracy[None]:.0%} (loss "
    f"{entropy[None]:.3f}), "
    f"with relu {accuracy['relu']:.0%} (loss {entropy['relu']:.3f})"
)
# (A loss of ln 2 = 0.693 is the answer half and half everywhere. On which side of it a
# point falls is chance: 30 % is no worse than 50 %.)
assert accuracy[None] < 0.8 < 0.99 < accuracy["relu"], (
    "no straight line separates XOR; a bend does"
)
assert abs(entropy[None] - np.log(2)) < 0.02, (
    "without activation it learns nothing, and answers half and half"
)

# %% 3. Activations and their slopes. The step is what a neuron does in a textbook; its
# slope is 0, so nothing is ever learned
z = np.linspace(-5, 5, 201)
CURVES: dict = {
    "step": lambda t: ops.where(t > 0, t * 0 + 1.0, t * 0),
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "relu": ops.relu,
}
figure, axes = plt.subplots(1, 4, figsize=(12, 2.8), layout="constrained")
slopes = {}
for axis, (name, function) in zip(axes, CURVES.items()):
    t = Tensor(z, requires_grad=True)
    curve = function(t)
    ops.sum(curve).backward()
    slopes[name] = t.grad
    axis.plot(z, np.asarray(curve), color="#0072B2", label="value")
    axis.plot(z, t.grad, "--", color="#D55E00", label="slope")
    axis.set(title=name, xlabel="z")
    axis.grid(alpha=0.3)
axes[0].legend()
plots.finish(figure, FIGURES / "ch03_activations.png")
assert not slopes["step"].any(), (
    "the step has no slope anywhere: no gradient reaches the weights behind it"
)
assert np.isclose(slopes["sigmoid"].max(), 0.25) and slopes["sigmoid"][0] < 0.01, (
    "sigmoid passes on a quarter at best, and nothing far out"
)
assert np.isclose(slopes["tanh"].max(), 1) and set(slopes["relu"]) == {0.0, 1.0}, (
    "tanh passes on up to 1, relu all or nothing"
)

# %% 4. Softmax turns scores into probabilities: positive, sum 1, the order kept. Only
# differences of scores matter
scores = np.array([2.0, 1.0, -1.0])
by_hand = np.exp(scores) / np.exp(scores).sum()
assert np.allclose(ops.softmax(Tensor(scores)).numpy(), by_hand), (
    "softmax is exp, divided by the sum of exps"
)
assert np.allclose(ops.softmax(Tensor(scores + 1000)).numpy(), by_hand), (
    "adding 1000 to all changes nothing, nor does it overflow"
)
print(f"softmax of {scores}: {by_hand.round(3)}")

# %% 5. Initialisation: through ten layers of tanh, weights too small let the signal
# die, weights too large saturate it
data = rng.normal(size=(500, 256)).astype("float32")
KINDS = {
    "all zero": "zeros",
    "normal, 0.01": minidl.initializers.RandomNormal(stddev=0.01),
    "normal, 1": minidl.initializers.RandomNormal(stddev=1.0),
    "Glorot": "glorot_uniform",
}
figure, axes = plt.subplots(
    len(KINDS), 4, figsize=(10, 7), sharex=True, layout="constrained"
)
last = {}
for row, (name, initializer) in zip(axes, KINDS.items()):
    signal = data
    for depth in range(1, 11):
        signal = layers.Dense(256, activation="tanh", kernel_initializer=initializer)(
            signal
        )
        if depth in (1, 4, 7, 10):
            row[(depth - 1) // 3].hist(
                np.asarray(signal).ravel(), bins=50, range=(-1, 1), color="#0072B2"
            )
            row[(depth - 1) // 3].set_title(f"{name}: layer {depth}", fontsize=9)
            row[(depth - 1) // 3].set_yticks([])
    last[name] = np.asarray(signal)
for axis in axes[-1]:
    axis.set_xlabel("activation")
plots.finish(figure, FIGURES / "ch03_initialisation.png")
print(
    "after ten layers of tanh, standard deviation of the activations: "
    + ", ".join(f"{k}: {v.std():.3g}" for k, v in last.items())
)
assert last["normal, 0.01"].std() < 1e-4, (
    "too small: the signal, and with it every gradient, dies out"
)
assert np.mean(np.abs(last["normal, 1"]) > 0.99) > 0.8, (
    "too large: nearly all units are stuck at -1 or 1, where tanh is flat"
)
assert 0.05 < last["Glorot"].std() < 0.6, (
    "Glorot & Bengio 2010: variance 2 / (inputs + outputs) keeps it alive"
)

# %% 6. Why not zero? All units of a layer start alike, get the same gradient, and stay
# alike
alike = Sequential(
    [
        layers.Dense(8, activation="tanh", kernel_initializer="ones"),
        layers.Dense(1, kernel_initializer="ones"),
    ]
)
alike.compile("sgd", "mse")
alike.fit(points, labels.astype("float32"), epochs=5, verbose=0)
kernel = alike.get_weights()[0]
assert np.allclose(kernel, kernel[:, :1]), (
    "eight units with equal weights remain eight copies of one unit"
)
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw01, hw02)
# 1. Repeat step 5 with relu, and with he_normal (He et al. 2015). Which keeps the
# signal alive?
# 2. How many units does XOR need? Try 1, 2, 3, 4, each from ten seeds.
# 3. Write softsign, x / (1 + |x|), as a function of tensors and use it:
# `layers.Dense(16, activation=softsign)`.
# 4. What does softmax do to (2, 1, -1) · 10, and to (2, 1, -1) / 10?
