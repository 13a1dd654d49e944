# %% [markdown]
"""Chapter 4: losses: one number for how wrong a prediction is.

After this chapter you can choose the loss for a problem, compute it by hand, and avoid
the traps: unstable logarithms, and softmax twice or not at all. MSE, NLL and
cross-entropy are those of "Loss, Optimizer" by Sunwoo Lee; the table of which loss for
which problem is that of "[04] DeepLearning, 옵티마이저".

    python chapters/ch04_losses.py                  prints, and draws figures/ch04_*.png
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from minidl import Tensor, losses, ops, plots

FIGURES = Path("figures")
rng = np.random.default_rng(0)

# %% 1. Mean squared error: the sign vanishes, and large errors count more than their
# share
y, guess = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.1, 1.9, 3.2, 6.0])
squares, sizes = (guess - y) ** 2, np.abs(guess - y)
assert np.isclose(losses.MeanSquaredError()(y, guess).item(), squares.mean()), (
    "MSE is the mean of the squares"
)
print(
    f"errors {sizes.round(1)}: the last is {sizes[3] / sizes.sum():.0%} of their sum; "
    f"of the squares {squares[3] / squares.sum():.0%}"
)
assert squares[3] / squares.sum() > 0.98 > sizes[3] / sizes.sum(), (
    "the square lets one outlier speak for all"
)
# So MSE is smallest at the mean, MAE at the median: with one outlier they answer
# differently
values, constants = np.array([1.0, 2.0, 3.0, 4.0, 100.0]), np.linspace(0, 40, 401)
best = {
    type(loss).__name__: float(
        constants[np.argmin([loss(values, np.full(5, c)).item() for c in constants])]
    )
    for loss in (losses.MeanSquaredError(), losses.MeanAbsoluteError())
}
print(f"the best constant for {values}: {best}")
assert np.isclose(best["MeanSquaredError"], values.mean()) and np.isclose(
    best["MeanAbsoluteError"], np.median(values)
), "mean, and median"

# %% 2. Cross-entropy: −ln of the probability that was given to the truth. Sure and
# wrong is expensive
probability = np.linspace(0.001, 1, 500)
figure, axis = plt.subplots(figsize=(6, 3.6), layout="constrained")
axis.plot(
    probability, -np.log(probability), color="#0072B2", label="cross-entropy, −ln p"
)
axis.plot(
    probability,
    (1 - probability) ** 2,
    "--",
    color="#D55E00",
    label="squared error, (1 − p)²",
)
axis.set(
    xlabel="probability p given to the true class",
    ylabel="loss",
    title="Sure and wrong: one loss protests, the other shrugs",
)
axis.legend()
plots.finish(figure, FIGURES / "ch04_cross_entropy.png")
three = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
labels, one_hot = np.array([0, 2]), np.array([[1.0, 0, 0], [0, 0, 1]])
by_hand = -(np.log(0.7) + np.log(0.1)) / 2
assert np.isclose(losses.CategoricalCrossentropy()(one_hot, three).item(), by_hand), (
    "categorical: −Σ y·ln p, the mean over samples"
)
assert np.isclose(
    losses.SparseCategoricalCrossentropy()(labels, three).item(), by_hand
), "sparse: the same, from labels"
p, truth = np.array([0.9, 0.2]), np.array([1.0, 0.0])
assert np.isclose(
    losses.BinaryCrossentropy()(truth, p).item(), -(np.log(0.9) + np.log(0.8)) / 2
), "binary: −y·ln p − (1−y)·ln(1−p)"

# %% 3. CrossEntropyLoss = NLLLoss ∘ LogSoftmax, so the last layer of such a network
# needs no softmax of its own
logits = rng.normal(size=(6, 4)) * 3
classes = rng.integers(0, 4, 6)
composed = losses.NegativeLogLikelihood()(classes, ops.log_softmax(Tensor(logits)))
fused = losses.SparseCategoricalCrossentropy(from_logits=True)(classes, logits)
assert np.isclose(composed.item(), fused.item()), (
    "log_softmax and then NLL is cross-entropy on logits"
)
twice = losses.SparseCategoricalCrossentropy(from_logits=True)(
    classes, ops.softmax(Tensor(logits)).numpy()
)
print(
    f"cross-entropy {fused.item():.3f}; with softmax applied twice, by mistake: "
    f"{twice.item():.3f}"
)
assert not np.isclose(twice.item(), fused.item()), (
    "softmax twice is another, flatter loss: it trains, but badly"
)

# %% 4. Stability: exp and log in the wrong order fail where the network is very sure
large = np.array([[1000.0, 0.0]])
with np.errstate(all="ignore"):
    naive = -np.log(np.exp(large) / np.exp(large).sum())[0, 1]
stable = losses.SparseCategoricalCrossentropy(from_logits=True)(
    np.array([1]), large
).item()
print(
    f"logits {large[0]}, true class 1: the formula as written gives {naive}, "
    f"rearranged it gives {stable}"
)
assert not np.isfinite(naive) and stable == 1000, (
    "ln Σ exp(z) = max + ln Σ exp(z − max): nothing overflows"
)
z = Tensor(np.array([[40.0]]), requires_grad=True)
losses.BinaryCrossentropy()(np.array([[0.0]]), ops.sigmoid(z)).backward()
assert np.isclose(z.grad, 1), (
    "a sigmoid that is sure and wrong still learns: minidl's probabilities remember "
    "their logits"
)
assert 1 / (1 + np.exp(-np.float32(40))) == 1, (
    "computed the plain way, p is exactly 1 in float32, and ln(1 − p) is −inf"
)

# %% 5. The gradient explains why these pairs belong together: with respect to the
# logits it is simply p − y
t = Tensor(logits, requires_grad=True)
losses.SparseCategoricalCrossentropy(from_logits=True)(classes, t).backward()
softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
assert np.allclose(t.grad, (softmax - np.eye(4)[classes]) / 6), (
    "the gradient is (p − y) / n: the error itself"
)
s = Tensor(np.array([[-8.0]]), requires_grad=True)
losses.MeanSquaredError()(np.array([[1.0]]), ops.sigmoid(s)).backward()
assert abs(s.grad.item()) < 0.001, (
    "squared error after a sigmoid: sure and wrong, and hardly any gradient"
)

# %% 6. Cost and loss: the loss is of one sample, the cost J the mean over all of them
# (with weights, if some count more)
per_sample = losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")(
    classes, logits
).numpy()
assert per_sample.shape == (6,) and np.isclose(per_sample.mean(), fused.item()), (
    "J = 1/m · Σ loss"
)
print("""
problem                 last layer       loss
regression              Dense(1)         MeanSquaredError
two classes             Dense(1), logits BinaryCrossentropy(from_logits=True)
one of several classes  Dense(C), logits SparseCategoricalCrossentropy(from_logits=True)
  one-hot targets       Dense(C), logits CategoricalCrossentropy(from_logits=True)
several labels at once  Dense(C), logits BinaryCrossentropy(from_logits=True)""")
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw04)
# 1. Write the Huber loss, a parabola in the middle and straight outside, as a function
# of (y_true, y_pred), and pass it to compile.
# 2. What is the cross-entropy of an untrained network on 10 classes? And on 1000? Use
# it to find bugs before training.
# 3. label_smoothing=0.1: what is the smallest loss that a perfect network can reach,
# and why is it not 0?
# 4. Minimise MSE and cross-entropy on the same sigmoid neuron from z = -8. Draw both
# with `plots.descent`.
