# %% [markdown]
"""Chapter 4: losses: one number for how wrong a prediction is.

Training makes a number smaller, the loss. Which number? After this chapter you can

* choose the loss for a problem, and compute it by hand;
* say what each loss does with outliers, and with answers that are sure and wrong;
* avoid the traps: unstable logarithms, and softmax twice or not at all.

MSE, NLL and cross-entropy are those of "Loss, Optimizer" by Sunwoo Lee; the table of
which loss for which problem is that of "[04] DeepLearning, 옵티마이저".

It takes about 45 minutes to read and 5 seconds to run. You need chapters 1 to 3.

    python chapters/ch04_losses.py                  prints, and draws figures/ch04_*.png
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from minidl import Tensor, layers, losses, ops, plots
from minidl.course import claim

FIGURES = Path("figures")
rng = np.random.default_rng(0)

# %% [markdown]
r"""
## 1. Squared errors

A network predicts the number $p$, and $y$ would have been right. How wrong is it? The
error $p - y$ may be positive or negative, and the mean of errors could be 0 although
each is large. Squares have no sign. The **mean squared error** (MSE) of $n$ predictions
is

$$\text{MSE} = \frac{1}{n} \sum_{i=1}^n (p_i - y_i)^2$$

Some books write $\frac{1}{2n}$ instead of $\frac{1}{n}$. The half cancels the 2 of the
derivative; the lowest point is the same.

Four predictions follow, the last one far off. Which share of the loss is due to it?
"""

# %%
y, guess = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.1, 1.9, 3.2, 6.0])
squares, sizes = (guess - y) ** 2, np.abs(guess - y)
print(f"errors {sizes.round(1)}: the last is {sizes[3] / sizes.sum():.0%} of their sum")
print(f"squares {squares.round(2)}: the last is {squares[3] / squares.sum():.0%}")
claim(
    "MSE is the mean of the squares",
    losses.MeanSquaredError()(y, guess),
    equals=squares.mean(),
)
claim(
    "the square lets one outlier speak for all", squares[3] / squares.sum(), above=0.98
)
claim("its share of the plain errors is smaller", sizes[3] / sizes.sum(), below=0.9)

# %% [markdown]
r"""
If outliers are mistakes in the data, that is not what you want. The **mean absolute
error** (MAE) counts each unit of error the same. The **Huber** loss is a compromise: a
parabola for small errors, a straight line for large ones. For yes-or-no answers, $y =
\pm 1$, there is the **hinge** loss, $\max(0, 1 - y p)$: it is 0 as soon as the answer
is right by 1.

The figure compares them (`figures/ch04_shapes.png`).
"""

# %%
errors = np.linspace(-4, 4, 201)
figure, axis = plt.subplots(figsize=(6, 3.6), layout="constrained")
axis.plot(errors, errors**2, color="#0072B2", label="squared")
axis.plot(errors, np.abs(errors), "--", color="#D55E00", label="absolute")
huber = losses.huber(np.zeros((201, 1)), errors[:, None]).numpy()
axis.plot(errors, huber, "-.", color="#009E73", label="Huber, δ = 1")
hinge = losses.hinge(np.ones((201, 1)), errors[:, None]).numpy()
axis.plot(errors, hinge, ":", color="#CC79A7", label="hinge, y = 1 (axis: p)")
axis.set(xlabel="error p − y", ylabel="loss", ylim=(0, 6), title="Four losses")
axis.legend()
plots.finish(figure, FIGURES / "ch04_shapes.png")

# %% [markdown]
"""
Here is a way to see the difference. A network that must answer the *same* number $c$
for all samples: which $c$ is best? We try 401 numbers. There is one outlier, 100.

In `figures/ch04_constants.png` a star marks the lowest point of each loss, and the dots
are the four ordinary samples. Which of the two stars stands among them?
"""

# %%
values, constants = np.array([1.0, 2.0, 3.0, 4.0, 100.0]), np.linspace(0, 40, 401)
best = {}
figure, axes = plt.subplots(1, 2, figsize=(7, 2.8), layout="constrained")
for axis, loss in zip(axes, (losses.MeanSquaredError(), losses.MeanAbsoluteError())):
    found = [loss(values, np.full(5, c)).item() for c in constants]
    best[loss.name] = float(constants[np.argmin(found)])
    axis.plot(constants, found, color="#0072B2")
    axis.plot(values[:4], [min(found)] * 4, "o", color="#D55E00", markersize=5)
    axis.plot(best[loss.name], min(found), "k*", markersize=13, markeredgecolor="w")
    axis.set(xlabel="answer c to all five", title=loss.name.replace("_", " "))
plots.finish(figure, FIGURES / "ch04_constants.png")
print(f"the best constant for {values}: {best}")
claim(
    "for MSE it is the mean",
    best["mean_squared_error"],
    equals=values.mean(),
    within=0.05,
)
claim(
    "for MAE it is the median",
    best["mean_absolute_error"],
    equals=np.median(values),
    within=0.05,
)

# %% [markdown]
r"""
**Try it.** What is the best constant for the Huber loss, `losses.Huber()`? Guess
whether it lies nearer to the mean or to the median.

## 2. Cross-entropy

A classifier gives each class a probability. Let $p$ be the probability that it gave to
the *true* class. The cross-entropy is

$$-\ln p$$

For $p = 1$ it is 0. For $p \to 0$ it goes to infinity: who is sure and wrong pays the
most. Could one not take the squared error $(1-p)^2$? Compare them at the left end of
`figures/ch04_cross_entropy.png`.
"""

# %%
probability = np.linspace(0.001, 1, 500)
squared = (1 - probability) ** 2
figure, axis = plt.subplots(figsize=(6, 3.6), layout="constrained")
axis.plot(
    probability, -np.log(probability), color="#0072B2", label="cross-entropy, −ln p"
)
axis.plot(probability, squared, "--", color="#D55E00", label="squared error, (1 − p)²")
axis.set(
    xlabel="probability p given to the true class",
    ylabel="loss",
    title="Sure and wrong: one loss protests, the other shrugs",
)
axis.legend()
plots.finish(figure, FIGURES / "ch04_cross_entropy.png")

# %% [markdown]
r"""
The same formula has three names, for three ways to write down the truth:

* *sparse categorical*: the number of the right class, 0 or 2;
* *categorical*: **one-hot**, a row with a 1 at the right class, (1, 0, 0) or (0, 0, 1);
* *binary*: for a single yes-or-no question, 1 or 0. With $p$ the probability of yes it
  is $-y \ln p - (1 - y) \ln (1 - p)$.
"""

# %%
three = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
labels, one_hot = np.array([0, 2]), np.array([[1.0, 0, 0], [0, 0, 1]])
by_hand = -(np.log(0.7) + np.log(0.1)) / 2
claim(
    "categorical: −Σ y·ln p, the mean over samples",
    losses.CategoricalCrossentropy()(one_hot, three),
    equals=by_hand,
)
claim(
    "sparse: the same, from labels",
    losses.SparseCategoricalCrossentropy()(labels, three),
    equals=by_hand,
)
p, truth = np.array([0.9, 0.2]), np.array([1.0, 0.0])
claim(
    "binary: −y·ln p − (1−y)·ln(1−p)",
    losses.BinaryCrossentropy()(truth, p),
    equals=-(np.log(0.9) + np.log(0.8)) / 2,
)

# %% [markdown]
r"""
## 3. Softmax belongs into the loss, or into the network, but not into both

The numbers before softmax are called **logits**. Tutorials for PyTorch say that the
last layer is `LogSoftmax` and the loss `NLLLoss` (negative log-likelihood), or else
that there is no last softmax and the loss is `CrossEntropyLoss`. Both are the same:

$$\text{CrossEntropy} = \text{NLL} \circ \text{LogSoftmax}$$

In Keras, `from_logits=True` says that the network ends in logits. What if it ends in
softmax and you still say `from_logits=True`? Then softmax is applied twice. No error
appears.

(In minidl all three are there: the layer is `layers.Activation("log_softmax")`, and the
losses have PyTorch's names, too.)
"""

# %%
logits = rng.normal(size=(6, 4)) * 3
classes = rng.integers(0, 4, 6)
composed = losses.NLLLoss()(classes, layers.Activation("log_softmax")(logits))
fused = losses.SparseCategoricalCrossentropy(from_logits=True)(classes, logits)
claim(
    "log_softmax and then NLL is cross-entropy on logits",
    [composed.item(), losses.CrossEntropyLoss()(classes, logits).item()],
    equals=fused.item(),
)
probabilities = ops.softmax(Tensor(logits)).numpy()
twice = losses.SparseCategoricalCrossentropy(from_logits=True)(classes, probabilities)
print(
    f"cross-entropy {fused.item():.3f}; with softmax twice, by mistake: {twice.item():.3f}"
)
claim(
    "softmax twice is another, flatter loss: it trains, but badly",
    abs(twice.item() - fused.item()),
    above=0.1,
)

# %% [markdown]
r"""
## 4. Stability

Exp and log in the wrong order fail where the network is very sure. The formula as
written computes $e^{1000}$, which no float can hold. Rearranged, nothing overflows:

$$\ln \sum_j e^{z_j} = m + \ln \sum_j e^{z_j - m}, \qquad m = \max_j z_j$$
"""

# %%
large = np.array([[1000.0, 0.0]])
with np.errstate(all="ignore"):
    naive = -np.log(np.exp(large) / np.exp(large).sum())[0, 1]
entropy = losses.SparseCategoricalCrossentropy(from_logits=True)
stable = entropy(np.array([1]), large).item()
print(f"logits {large[0]}, true class 1: as written {naive}, rearranged {stable}")
claim("as written it is no number", not np.isfinite(naive))
claim("ln Σ exp(z) = max + ln Σ exp(z − max): nothing overflows", stable, equals=1000)

# %% [markdown]
r"""
The opposite happens too. In float32, the sigmoid of 40 is exactly 1, so $\ln(1-p)$ is
$-\infty$, and no gradient comes back. In minidl probabilities remember their logits,
and the loss is computed from these. So a network that is sure and wrong still learns.
"""

# %%
claim(
    "computed the plain way, p is exactly 1 in float32",
    1 / (1 + np.exp(-np.float32(40))) == 1,
)
z = Tensor(np.array([[40.0]]), requires_grad=True)
losses.BinaryCrossentropy()(np.array([[0.0]]), ops.sigmoid(z)).backward()
claim("a sigmoid that is sure and wrong still learns", z.grad, equals=1)

# %% [markdown]
r"""
## 5. Why these pairs belong together

Why softmax *with* cross-entropy? Look at the gradient with respect to the logits. All
the exponentials and logarithms cancel, and what remains is the error itself:

$$\frac{\partial L}{\partial z} = \frac{p - y}{n}$$

A squared error after a sigmoid has no such luck. Its gradient contains the slope of the
sigmoid, which is almost 0 where the network is sure, also where it is sure and wrong.
"""

# %%
t = Tensor(logits, requires_grad=True)
entropy(classes, t).backward()
softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
claim(
    "the gradient is (p − y) / n: the error itself",
    t.grad,
    equals=(softmax - np.eye(4)[classes]) / 6,
)
s = Tensor(np.array([[-8.0]]), requires_grad=True)
losses.MeanSquaredError()(np.array([[1.0]]), ops.sigmoid(s)).backward()
claim(
    "squared error after a sigmoid: sure and wrong, and hardly any gradient",
    abs(s.grad.item()),
    below=0.001,
)

# %% [markdown]
r"""
## 6. Loss and cost

Some tutorials distinguish the *loss* of one sample from the *cost* $J$, the mean over
all $m$ samples: $J = \frac{1}{m} \sum_i L_i$. With `reduction="none"` a loss returns
one number for each sample.
"""

# %%
each = losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
per_sample = each(classes, logits).numpy()
print("the losses of six samples:", per_sample.round(2))
claim("J = 1/m · Σ loss", per_sample.mean(), equals=fused.item())
print("""
problem                      last layer        loss
regression                   Dense(1)          MeanSquaredError
two classes                  Dense(1), logits  BinaryCrossentropy(from_logits=True)
one of several classes       Dense(C), logits  SparseCategoricalCrossentropy(from_logits=True)
  the same, one-hot targets  Dense(C), logits  CategoricalCrossentropy(from_logits=True)
several labels at once       Dense(C), logits  BinaryCrossentropy(from_logits=True)
a sequence to read           LSTM, logits      CTC (chapter 20)""")
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
Exercises (homework: hw04)

1. Write the Huber loss, a parabola in the middle and straight outside, as a function of
   (y_true, y_pred), and pass it to compile.
2. What is the cross-entropy of an untrained network on 10 classes? And on 1000? Use it
   to find bugs before training.
3. label_smoothing=0.1: what is the smallest loss that a perfect network can reach, and
   why is it not 0?
4. Minimise MSE and cross-entropy on the same sigmoid neuron from z = -8. Draw both with
   `plots.descent`.
"""
