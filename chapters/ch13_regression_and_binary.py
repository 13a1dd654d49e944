# %% [markdown]
"""Chapter 13: regression and binary classification on small data, from end to end.

After this chapter you can take a small table of numbers to a model you trust: split,
scale, compare with a simple baseline, train, judge on what was held back. Which loss
belongs to which problem is said in "[04] DeepLearning, 옵티마이저"; here the two that are
not MNIST are carried through.

    python chapters/ch13_regression_and_binary.py   prints, and draws figures/ch13_*.png
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minidl
from minidl import Sequential, layers, losses, optimizers, plots
from minidl.datasets import toy

FIGURES = Path("figures")
minidl.set_random_seed(0)

# %% 1. Regression: a table of 400 flats, made up: area (m²), age (years), distance to
# the centre (km), and the rent
rng = np.random.default_rng(0)
area, age, distance = (
    rng.uniform(20, 120, 400),
    rng.uniform(0, 60, 400),
    rng.exponential(5, 400),
)
# what nobody knows in real life
rent = 300 + 9 * area * np.exp(-distance / 15) - 4 * age + 40 * rng.normal(size=400)
table = np.stack([area, age, distance], axis=1)
print("the first flats (area, age, distance -> rent):")
for row, price in zip(table[:3], rent):
    print(f"  {row.round(1)} -> {price:.0f}")

# %% 2. Split first, and scale by the training part alone: what is held back must stay
# unknown
train_x, test_x, train_y, test_y = table[:300], table[300:], rent[:300], rent[300:]
mean, std = train_x.mean(axis=0), train_x.std(axis=0)
scaled_train, scaled_test = (train_x - mean) / std, (test_x - mean) / std
center, spread = train_y.mean(), train_y.std()
assert np.allclose(scaled_train.mean(axis=0), 0), "the training part is centred"
assert not np.allclose(scaled_test.mean(axis=0), 0), (
    "the other only about: its own mean was never looked at"
)

# %% 3. Baselines: the mean rent, and the best straight line. A network that does not
# beat them is not needed
A = np.column_stack([scaled_train, np.ones(300)])
line = np.linalg.lstsq(A, train_y, rcond=None)[0]
errors = {
    "the mean": np.abs(test_y - center).mean(),
    "a straight line": np.abs(
        test_y - np.column_stack([scaled_test, np.ones(100)]) @ line
    ).mean(),
}

# %% 4. The network: one output, no activation, MSE to learn and MAE to report: times
# `spread` it is in the unit of the rent
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
print(
    "mean absolute error on 100 other flats: "
    + ", ".join(f"{name} {error:.0f}" for name, error in errors.items())
)
assert errors["the network"] < errors["a straight line"] < errors["the mean"], (
    "each is better than the one before"
)
explained = 1 - np.sum((test_y - predicted) ** 2) / np.sum(
    (test_y - test_y.mean()) ** 2
)
print(
    f"R² = {explained:.2f}: the share of the variation that it explains; "
    f"{40**2 / test_y.var():.2f} is the noise of the data"
)
assert explained > 0.85, "it explains most of the variation"
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

# %% 5. What a network does between and beyond the data: a sine, measured with errors
x, y = toy.noisy_sine(200)
sine = Sequential(
    [
        layers.Dense(32, activation="tanh"),
        layers.Dense(32, activation="tanh"),
        layers.Dense(1),
    ]
)
sine.compile(optimizers.Adam(0.01), "mse")
sine.fit(x, y, epochs=150, verbose=0)
wide = np.linspace(-2 * np.pi, 2 * np.pi, 400)[:, None]
curve = sine.predict(wide, verbose=0)[:, 0]
inside, outside = np.abs(wide[:, 0]) < np.pi, np.abs(wide[:, 0]) > 1.3 * np.pi
wrong = np.abs(curve - np.sin(wide[:, 0]))
print(
    f"sine: mean error between the data {wrong[inside].mean():.2f}, beyond them "
    f"{wrong[outside].mean():.2f}"
)
assert wrong[inside].mean() < 0.1 and wrong[outside].mean() > 0.3, (
    "it interpolates well; beyond the data it knows nothing"
)
figure, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
axis.plot(*np.hstack([x, y]).T, ".", color="0.6", label="data")
axis.plot(wide, np.sin(wide), "--", color="#009E73", label="the truth")
axis.plot(wide, curve, color="#D55E00", label="the network")
axis.set(xlabel="x", ylabel="y", title="Between the data and beyond them")
axis.legend()
plots.finish(figure, FIGURES / "ch13_sine.png")

# %% 6. Binary classification: two moons; a single neuron (logistic regression) as the
# baseline
x, y = toy.moons(400, noise=0.2)
(x_train, y_train), (x_test, y_test) = (x[:300], y[:300]), (x[300:], y[300:])
scores, classifier = {}, Sequential()
for name, hidden in {
    "neuron": [],
    "network": [
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
    ],
}.items():
    classifier = Sequential([*hidden, layers.Dense(1, activation="sigmoid")])
    classifier.compile(
        optimizers.Adam(0.02), losses.BinaryCrossentropy(), metrics=["accuracy"]
    )
    classifier.fit(x_train, y_train, epochs=60, verbose=0)
    scores[name] = classifier.evaluate(x_test, y_test, verbose=0)[1]
    plots.regions(
        classifier,
        x_test,
        y_test,
        path=FIGURES / f"ch13_moons_{name}.png",
        title=f"A {name}: {scores[name]:.0%} right",
    )
print(
    "moons, test points right: " + ", ".join(f"{k} {v:.0%}" for k, v in scores.items())
)
assert scores["network"] > scores["neuron"] + 0.02, (
    "the border between the moons is no straight line"
)

# %% 7. The threshold is yours: fewer false alarms or fewer misses. (With more noise, so
# that there is something to decide)
x, y = toy.moons(1000, noise=0.4)
classifier.fit(x[:500], y[:500], epochs=30, verbose=0)
probabilities, truth = classifier.predict(x[500:], verbose=0)[:, 0], y[500:]
print("threshold  found of class 1 (recall)  right of those called 1 (precision)")
recalls, precisions = [], []
for threshold in (0.1, 0.5, 0.9):
    called = probabilities > threshold
    recalls.append(np.mean(called[truth == 1]))
    precisions.append(np.mean(truth[called] == 1))
    print(f"{threshold:9.1f}{recalls[-1]:20.0%}{precisions[-1]:30.0%}")
assert (
    recalls[0] > recalls[1] > recalls[2]
    and precisions[0] < precisions[1] < precisions[2]
), "more is missed, less is wrong"
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw04, hw06)
# 1. Forget the scaling of step 2. What does minidl say, and what becomes of the error?
# 2. Let three flats cost ten times as much, by a typing error. Compare loss="mse" with
# loss="mae".
# 3. Class 1 is ten times as rare in the training data: what happens to recall, and what
# does class_weight do?
# 4. Predict the rent's logarithm instead. Is the mean absolute error better?
