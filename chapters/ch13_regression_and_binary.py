# %% [markdown]
"""Chapter 13: regression and binary classification on small data, from end to end.

After this chapter you can take a small table of numbers to a model you trust: split,
scale, compare with a simple baseline, train, and judge on what was held back.

Which loss belongs to which problem is said in "[04] DeepLearning, 옵티마이저"; here the two
that are not MNIST are carried through.

It takes about 40 minutes to read and 10 seconds to run. You need chapters 4 and 7.

    python chapters/ch13_regression_and_binary.py   prints, and draws figures/ch13_*.png
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, layers, losses, optimizers, plots
from minidl.course import claim
from minidl.datasets import toy

FIGURES = Path("figures")
minidl.set_random_seed(0)

# %% [markdown]
"""
## 1. The data: 400 flats

**Regression** means predicting a number. Ours is the rent of a flat, from its area
(m²), its age (years) and its distance to the centre (km). The table is made up, so we
know the truth: each square metre counts less the farther out it lies, and there is
noise of 40 in every rent. In real life nobody knows the formula.
"""

# %%
rng = np.random.default_rng(0)
area, age = rng.uniform(20, 120, 400), rng.uniform(0, 60, 400)
distance = rng.exponential(5, 400)
rent = 300 + 9 * area * np.exp(-distance / 15) - 4 * age + 40 * rng.normal(size=400)
table = np.stack([area, age, distance], axis=1)
print("the first flats (area, age, distance -> rent):")
for row, price in zip(table[:3], rent):
    print(f"  {row.round(1)} -> {price:.0f}")

# %% [markdown]
"""
## 2. Split, then scale

100 flats are held back. They are the exam, and the model must not know anything about
them.

Area and distance have different sizes and units. We bring every column to mean 0 and
standard deviation 1, because equal steps then mean about the same in each direction
(chapter 9). The mean and the deviation are computed from the 300 training flats
*alone*. Why not from all 400? Because they would tell the model something about the
exam.
"""

# %%
train_x, test_x, train_y, test_y = table[:300], table[300:], rent[:300], rent[300:]
mean, std = train_x.mean(axis=0), train_x.std(axis=0)
scaled_train, scaled_test = (train_x - mean) / std, (test_x - mean) / std
center, spread = train_y.mean(), train_y.std()
claim("the training part is centred", scaled_train.mean(axis=0), equals=0)
claim(
    "the other only about: its own mean was never looked at",
    np.abs(scaled_test.mean(axis=0)).max(),
    above=0.001,
)

# %% [markdown]
"""
## 3. Baselines

How good is good? Compare with something simple. The first baseline always answers the
mean rent. The second is the best straight line (chapter 6). A network that does not
beat them is not needed.
"""

# %%
A = np.column_stack([scaled_train, np.ones(300)])
line = np.linalg.lstsq(A, train_y, rcond=None)[0]
by_line = np.column_stack([scaled_test, np.ones(100)]) @ line
errors = {
    "the mean": np.abs(test_y - center).mean(),
    "a straight line": np.abs(test_y - by_line).mean(),
}

# %% [markdown]
"""
## 4. The network

The last layer has one output and *no* activation, because a rent may be any number. It
learns by the mean squared error. We report the mean absolute error, which is easier to
understand: the average mistake, in the unit of the rent once it is multiplied by
`spread`.
"""

# %%
model = Sequential(
    [
        layers.Dense(32, activation="relu"),
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(optimizers.Adam(0.01), loss="mse", metrics=["mae"])
history = model.fit(
    scaled_train,
    (train_y - center) / spread,
    epochs=100,
    batch_size=32,
    validation_split=0.2,
    verbose=0,
)
predicted = model.predict(scaled_test, verbose=0)[:, 0] * spread + center
errors["the network"] = np.abs(test_y - predicted).mean()
for name, error in errors.items():
    print(f"mean absolute error on 100 other flats: {name:16s}{error:5.0f}")
claim(
    "each is better than the one before",
    errors["the network"] < errors["a straight line"] < errors["the mean"],
)

# %% [markdown]
r"""
Another common measure is $R^2$, the share of the variation that the model explains:

$$R^2 = 1 - \frac{\sum_i (y_i - p_i)^2}{\sum_i (y_i - \bar y)^2}$$

1 would be perfect, and 0 is the mean. Noise cannot be explained, so 1 is out of reach
here. `figures/ch13_regression.png` shows each of the 100 flats; on the line the
prediction is right.
"""

# %%
explained = 1 - np.sum((test_y - predicted) ** 2) / np.sum(
    (test_y - test_y.mean()) ** 2
)
print(f"R² = {explained:.2f}; the noise of the data is {40**2 / test_y.var():.2f}")
claim("it explains most of the variation", explained, above=0.85)
plots.history(
    history,
    path=FIGURES / "ch13_regression_history.png",
    title="Rent: training and held back",
)
figure, axis = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
axis.plot(test_y, predicted, "o", color="#0072B2", markersize=4)
axis.plot([test_y.min(), test_y.max()], [test_y.min(), test_y.max()], color="0.4")
axis.set(xlabel="rent", ylabel="predicted", title="100 flats it has never seen")
plots.finish(figure, FIGURES / "ch13_regression.png")

# %% [markdown]
r"""
## 5. Between the data and beyond them

What does a network answer where it has seen nothing? We let one learn a sine from 200
noisy points between $-\pi$ and $\pi$, and ask it from $-2\pi$ to $2\pi$. The learning
rate falls to 0, so that the noise of the batches dies out (chapter 6).
"""

# %%
x, y = toy.noisy_sine(200)
sine = Sequential(
    [
        layers.Dense(32, activation="tanh"),
        layers.Dense(32, activation="tanh"),
        layers.Dense(1),
    ]
)
rate = optimizers.schedules.CosineDecay(0.01, 400 * 7)  # 7 batches an epoch
sine.compile(optimizers.Adam(rate), "mse")
sine.fit(x, y, epochs=400, verbose=0)
wide = np.linspace(-2 * np.pi, 2 * np.pi, 400)[:, None]
curve = sine.predict(wide, verbose=0)[:, 0]
wrong = np.abs(curve - np.sin(wide[:, 0]))
inside, outside = np.abs(wide[:, 0]) < np.pi, np.abs(wide[:, 0]) > 1.3 * np.pi
print(f"sine: mean error between the data {wrong[inside].mean():.3f}, ", end="")
print(f"beyond them {wrong[outside].mean():.2f}")

# %%
figure, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
axis.plot(*np.hstack([x, y]).T, ".", color="0.6", label="data")
axis.plot(wide, np.sin(wide), "--", color="#009E73", label="the truth")
axis.plot(wide, curve, color="#D55E00", label="the network")
axis.set(xlabel="x", ylabel="y", title="Between the data and beyond them")
axis.legend()
plots.finish(figure, FIGURES / "ch13_sine.png")
claim("between the data it interpolates well", wrong[inside].mean(), below=0.08)
claim("beyond the data it knows nothing", wrong[outside].mean(), above=0.3)

# %% [markdown]
"""
See `figures/ch13_sine.png`. Nothing in the data says that the curve goes on as a sine.

**Try it.** Use relu instead of tanh. What does the network do beyond the data now?

## 6. Binary classification

Two classes, a single yes-or-no question: the last layer has one output with a
*sigmoid*, and the loss is the binary cross-entropy. The data are two interlocked half
moons. The baseline is a single neuron, which is called *logistic regression*. It can
only draw a straight border.
"""

# %%
x, y = toy.moons(400, noise=0.2)
(x_train, y_train), (x_test, y_test) = (x[:300], y[:300]), (x[300:], y[300:])
hidden_layers = {
    "neuron": [],
    "network": [
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
    ],
}
scores = {}
for name, hidden in hidden_layers.items():
    classifier = Sequential([*hidden, layers.Dense(1, activation="sigmoid")])
    loss = losses.BinaryCrossentropy()
    classifier.compile(optimizers.Adam(0.02), loss, metrics=["accuracy"])
    classifier.fit(x_train, y_train, epochs=60, verbose=0)
    scores[name] = classifier.evaluate(x_test, y_test, verbose=0)[1]
    print(f"moons, test points right: {name} {scores[name]:.0%}")
    plots.regions(
        classifier,
        x_test,
        y_test,
        path=FIGURES / f"ch13_moons_{name}.png",
        title=f"A {name}: {scores[name]:.0%} right",
    )
claim(
    "the border between the moons is no straight line",
    scores["network"],
    above=scores["neuron"] + 0.02,
)

# %% [markdown]
"""
## 7. The threshold is yours

The sigmoid's output is a probability. Usually 0.5 separates no from yes, but you may
choose. Think of a medical test: a missed illness is worse than a false alarm.

* **Recall**: of those that *are* of class 1, how many were found?
* **Precision**: of those that were *called* class 1, how many are?

A low threshold finds more and is wrong more often. (The moons have more noise now, so
that there is something to decide.)
"""

# %%
x, y = toy.moons(1000, noise=0.4)
classifier.fit(x[:500], y[:500], epochs=30, verbose=0)
probabilities, truth = classifier.predict(x[500:], verbose=0)[:, 0], y[500:]
print("threshold    recall   precision")
recalls, precisions = [], []
for threshold in (0.1, 0.5, 0.9):
    called = probabilities > threshold
    recalls.append(np.mean(called[truth == 1]))
    precisions.append(np.mean(truth[called] == 1))
    print(f"{threshold:9.1f}{recalls[-1]:10.0%}{precisions[-1]:12.0%}")
claim("more is missed", np.diff(recalls), below=0)
claim("less is wrong", np.diff(precisions), above=0)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
When one class is rare, accuracy misleads. If one image in a thousand shows an illness,
the answer "healthy" is right in 99.9 % of all cases, and finds nobody. Then look at
recall and precision.

Exercises (homework: hw04, hw06)

1. Forget the scaling of section 2. What does minidl say, and what becomes of the error?
2. Let three flats cost ten times as much, by a typing error. Compare loss="mse" with
   loss="mae".
3. Class 1 is ten times as rare in the training data: what happens to recall, and what
   does class_weight do?
4. Predict the rent's logarithm instead. Is the mean absolute error better?
"""
