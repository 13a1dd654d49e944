# %% [markdown]
"""Chapter 3: what a layer computes, why it needs a non-linearity, and how its weights
begin.

After this chapter you can

* compute the output of a network by hand;
* say why a network without activations is no better than a single layer;
* choose an activation, and tell a good initialisation from a bad one by a picture.

The tutorials use Dense, ReLU and softmax in every network; "TensorFlow Tutorial (4) -
Optimizer" (2021) says that an activation bends data into the shape one wants, such as 0
or 1, or no negative numbers.

It takes about 45 minutes to read and 10 seconds to run. You need chapters 1 and 2.

    python chapters/ch03_layers.py                  prints, and draws figures/ch03_*.png
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, Tensor, layers, ops, plots
from minidl.course import claim

FIGURES = Path("figures")
rng = np.random.default_rng(0)
minidl.set_random_seed(0)

# %% [markdown]
r"""
## 1. Dense by hand

A `Dense` layer with 4 units has 4 outputs. Each output is a weighted sum of *all*
inputs, plus a number of its own, the **bias**:

$$\text{out}_{nj} = \sum_i x_{ni} W_{ij} + b_j \qquad\text{or}\qquad
\text{out} = xW + b$$

$n$ counts the samples of the batch, $i$ the inputs and $j$ the units. How many numbers
does such a layer learn, if it has 3 inputs? Think before you run the cell.
"""

# %%
x = rng.normal(size=(5, 3)).astype("float32")
dense = layers.Dense(4)
out = dense(x)  # the weights are made at the first call, when the inputs are known
W, b = dense.get_weights()
by_hand = np.empty((5, 4))
for n in range(5):
    for j in range(4):
        by_hand[n, j] = sum(x[n, i] * W[i, j] for i in range(3)) + b[j]
claim("Dense is x @ W + b", out, equals=by_hand, within=1e-6)
print(f"Dense(4) on 3 inputs has {dense.count_params()} numbers: 3·4 weights, 4 biases")

# %% [markdown]
"""
## 2. Two linear layers are one layer

If one layer is good, are two layers better? Without anything between them: no. Matrix
products can be regrouped,

$$(x W_1) W_2 = x (W_1 W_2)$$

and $W_1 W_2$ is just another matrix. Two layers of this kind compute nothing that a
single one could not.
"""

# %%
two = Sequential([layers.Dense(16, use_bias=False), layers.Dense(2, use_bias=False)])
deep = two(x).numpy()
W1, W2 = two.get_weights()
claim(
    "a stack of linear layers can do no more than one",
    deep,
    equals=x @ (W1 @ W2),
    within=1e-5,
)

# %% [markdown]
"""
An **activation** between the layers changes this. It is a function that bends: relu,
for example, replaces negative numbers by 0.

We test it on XOR: points of two classes that lie in opposite corners. No straight line
separates them. What will a network do that can draw only straight lines?
"""

# %%
points, labels = minidl.datasets.toy.xor(200)
entropy, accuracy = {}, {}
for activation in (None, "relu"):
    minidl.set_random_seed(1)
    model = Sequential([layers.Dense(16, activation=activation), layers.Dense(1)])
    loss = minidl.losses.BinaryCrossentropy(from_logits=True)
    model.compile(minidl.optimizers.Adam(0.03), loss, metrics=["accuracy"])
    model.fit(points, labels, epochs=60, verbose=0)
    scores = model.evaluate(points, labels, verbose=0)
    entropy[activation], accuracy[activation] = scores
    plots.regions(
        model,
        points,
        labels,
        path=FIGURES / f"ch03_xor_{activation or 'linear'}.png",
        title=f"XOR with activation={activation}",
    )
    print(f"activation={activation}: {scores[1]:.0%} right, loss {scores[0]:.3f}")

# %% [markdown]
r"""
The two figures `ch03_xor_linear.png` and `ch03_xor_relu.png` show what each network
answers in each place of the plane.

Without an activation the loss is $\ln 2 \approx 0.693$. That is the loss of somebody
who answers "half and half" to every question. (On which side of one half a point falls
is then chance: 70 % right is no better than 50 %, and 30 % no worse.)

**Try it.** Write `"tanh"` beside `"relu"` in the line with `for`. How do the borders in
its picture differ?
"""

# %%
claim("no straight line separates XOR; a bend does", accuracy[None], below=0.8)
claim("the network with relu gets all of it", accuracy["relu"], above=0.99)
claim(
    "without activation it learns nothing, and answers half and half",
    entropy[None],
    equals=np.log(2),
    within=0.02,
)

# %% [markdown]
"""
## 3. Activations and their slopes

Which function should bend? In the textbook a neuron is a *step*: it fires or it does
not. Nobody trains with steps, and the picture shows why. Gradients pass backwards
through the activation, multiplied by its **slope**. Where the slope is 0, nothing
arrives.

Look at the dashed lines in `figures/ch03_activations.png`.
"""


# %%
def step(t):
    return ops.where(t > 0, t * 0 + 1.0, t * 0)


z = np.linspace(-5, 5, 201)
curves = {"step": step, "sigmoid": ops.sigmoid, "tanh": ops.tanh, "relu": ops.relu}
figure, axes = plt.subplots(1, 4, figsize=(12, 2.8), layout="constrained")
slopes = {}
for axis, (name, function) in zip(axes, curves.items()):
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

# %%
claim(
    "the step has no slope anywhere: no gradient reaches the weights behind it",
    slopes["step"],
    equals=0,
)
claim(
    "sigmoid passes on a quarter at best",
    slopes["sigmoid"].max(),
    equals=0.25,
    within=1e-3,
)
claim("far out, sigmoid passes on nothing", slopes["sigmoid"][0], below=0.01)
claim(
    "tanh passes on up to 1, relu all or nothing",
    np.isclose(slopes["tanh"].max(), 1) and set(slopes["relu"]) == {0.0, 1.0},
)

# %% [markdown]
r"""
## 4. Softmax turns scores into probabilities

The last layer of a classifier gives one score for each class. Scores may be negative
and do not sum to 1. **Softmax** makes probabilities of them:

$$p_k = \frac{e^{s_k}}{\sum_j e^{s_j}}$$

All $p_k$ are positive, their sum is 1, and the largest score becomes the largest
probability. What happens if you add 1000 to every score? The factor $e^{1000}$ cancels,
so nothing changes. A program must take care, though: $e^{1000}$ is too large for a
float.
"""

# %%
scores = np.array([2.0, 1.0, -1.0])
by_hand = np.exp(scores) / np.exp(scores).sum()
print(f"softmax of {scores}: {by_hand.round(3)}")
claim(
    "softmax is exp, divided by the sum of exps",
    ops.softmax(Tensor(scores)),
    equals=by_hand,
)
claim(
    "adding 1000 to all changes nothing, nor does it overflow",
    ops.softmax(Tensor(scores + 1000)),
    equals=by_hand,
)

# %% [markdown]
"""
## 5. How weights begin

Weights start as random numbers. Of what size? We send 500 samples through ten layers
with tanh, and look at the activations after layers 1, 4, 7 and 10. Guess first: what
happens if all weights are very small? And if they are large?
"""

# %%
data = rng.normal(size=(500, 256)).astype("float32")
KINDS = {
    "all zero": "zeros",
    "normal, 0.01": minidl.initializers.RandomNormal(stddev=0.01),
    "normal, 1": minidl.initializers.RandomNormal(stddev=1.0),
    "Glorot": "glorot_uniform",
}


def ten_layers(initializer):
    return [
        layers.Dense(256, activation="tanh", kernel_initializer=initializer)
        for _ in range(10)
    ]


# %%
figure, axes = plt.subplots(4, 4, figsize=(10, 7), sharex=True, layout="constrained")
last = {}
for row, (name, initializer) in zip(axes, KINDS.items()):
    signal = data
    for depth, layer in enumerate(ten_layers(initializer), start=1):
        signal = np.asarray(layer(signal))
        if depth in (1, 4, 7, 10):
            axis = row[(depth - 1) // 3]
            axis.hist(signal.ravel(), bins=50, range=(-1, 1), color="#0072B2")
            axis.set_title(f"{name}: layer {depth}", fontsize=9)
            axis.set_yticks([])
    last[name] = signal
    print(f"{name:13s} standard deviation after ten layers: {signal.std():.3g}")
for axis in axes[-1]:
    axis.set_xlabel("activation")
plots.finish(figure, FIGURES / "ch03_initialisation.png")

# %% [markdown]
r"""
In `figures/ch03_initialisation.png`, small weights let the signal die: after a few
layers all activations are 0. Large weights push every unit to -1 or 1, where tanh is
flat. Glorot and Bengio (2010) found the size between the two. If a layer has $n$ inputs
and $m$ outputs, its weights get the variance

$$\frac{2}{n + m}$$

and the spread of the activations stays about the same from layer to layer.
"""

# %%
claim("too small: the signal dies out", last["normal, 0.01"].std(), below=1e-4)
claim(
    "too large: nearly all units are stuck at -1 or 1, where tanh is flat",
    np.mean(np.abs(last["normal, 1"]) > 0.99),
    above=0.8,
)
claim(
    "Glorot & Bengio 2010: variance 2 / (inputs + outputs) keeps it alive",
    last["Glorot"].std(),
    above=0.05,
    below=0.6,
)

# %% [markdown]
"""
What do the *gradients* do? They travel the other way, and each layer multiplies them by
its weights and by the slope of tanh. We start with a gradient of the same size at layer
10 and measure how large it is when it reaches each layer. The axis of
`figures/ch03_gradients.png` is logarithmic.
"""

# %%
figure, axis = plt.subplots(figsize=(6, 3.4), layout="constrained")
sizes = {}
styles = {"normal, 0.01": "o-", "normal, 1": "s--", "Glorot": "^-."}
for name, style in styles.items():
    outs = [Tensor(data, requires_grad=True)]
    for layer in ten_layers(KINDS[name]):
        outs.append(layer(outs[-1]))
        outs[-1].retain_grad()
    outs[-1].backward(rng.normal(size=outs[-1].shape).astype("float32"))
    sizes[name] = [np.sqrt(np.mean(h.grad**2)) for h in outs]
    axis.semilogy(range(11), sizes[name], style, label=name)
axis.set(xlabel="layer (0: the data)", ylabel="size of the gradient (root mean square)")
axis.set_title("Gradients on their way back from layer 10")
axis.legend()
plots.finish(figure, FIGURES / "ch03_gradients.png")

# %% [markdown]
"""
With small weights the gradient **vanishes**: the first layers receive a
hundred-millionth of it, and do not learn. With large weights it **explodes**: it
arrives thousands of times too large, and a step with it throws the weights anywhere.
With Glorot's weights all layers get a gradient of about the same size. Chapter 19 meets
both again, in time.
"""

# %%
claim(
    "small weights: every gradient dies out too",
    sizes["normal, 0.01"][0] / sizes["normal, 0.01"][10],
    below=1e-6,
)
claim(
    "large weights: the gradient explodes",
    sizes["normal, 1"][0] / sizes["normal, 1"][10],
    above=100,
)
claim(
    "Glorot: the gradient at the data is nearly as large as at the end",
    sizes["Glorot"][0] / sizes["Glorot"][10],
    above=0.1,
    below=10,
)

# %% [markdown]
"""
## 6. Why not zero?

All weights equal, why is that bad? Because equal units get equal gradients, so they
stay equal for ever. Eight units then do the work of one.
"""

# %%
alike = Sequential(
    [
        layers.Dense(8, activation="tanh", kernel_initializer="ones"),
        layers.Dense(1, kernel_initializer="ones"),
    ]
)
alike.compile("sgd", "mse")
alike.fit(points, labels.astype("float32"), epochs=5, verbose=0)
kernel = alike.get_weights()[0]
print(kernel.round(3))
claim(
    "eight units with equal weights remain eight copies of one unit",
    kernel - kernel[:, :1],
    equals=0,
)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw01, hw02)

1. Repeat step 5 with relu, and with he_normal (He et al. 2015). Which keeps the signal
   alive?
2. How many units does XOR need? Try 1, 2, 3, 4, each from ten seeds.
3. Write softsign, x / (1 + |x|), as a function of tensors and use it: `layers.Dense(16,
   activation=softsign)`.
4. What does softmax do to (2, 1, -1) · 10, and to (2, 1, -1) / 10?
"""
