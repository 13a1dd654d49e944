# %% [markdown]
"""Chapter 5: the training loop, naked, and then `fit`.

After this chapter you know the five steps that every training repeats, and what
`compile` and `fit` do for you. The steps are those of "[04] DeepLearning, 옵티마이저", the
post after Chollet's book, Korean edition: draw a batch, predict, measure the loss, find
the gradients, move the parameters a little against them.

    python chapters/ch05_training_loop.py           prints, and draws figures/ch05_*.png
"""

from pathlib import Path

import numpy as np

import minidl
from minidl import Model, Sequential, Variable, layers, ops, optimizers, plots

FIGURES = Path("figures")
x, y = minidl.datasets.toy.spirals(300, classes=3)
rng = np.random.default_rng(0)
start = [
    rng.normal(size=(2, 32)) * 0.7,
    np.zeros(32),
    rng.normal(size=(32, 3)) * 0.2,
    np.zeros(3),
]
start = [array.astype("float32") for array in start]
RATE, EPOCHS, BATCH = 0.5, 200, 50
# the same for all
batches = [
    np.random.default_rng(epoch).permutation(len(x)).reshape(-1, BATCH)
    for epoch in range(EPOCHS)
]

# %% 1. All of it by hand in NumPy. Six of these lines are derivatives, each a chance to
# be wrong
W1, b1, W2, b2 = (array.copy() for array in start)
for epoch in range(EPOCHS):
    for i in batches[epoch]:  # 1. draw a batch
        h = np.maximum(x[i] @ W1 + b1, 0)  # 2. predict
        scores = h @ W2 + b2
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[range(BATCH), y[i]]).mean()  # 3. measure the loss
        ds = p.copy()
        # 4. the gradients, backwards through each line above
        ds[range(BATCH), y[i]] -= 1
        ds /= BATCH
        dW2, db2, dh = h.T @ ds, ds.sum(axis=0), ds @ W2.T
        dh[h <= 0] = 0
        dW1, db1 = x[i].T @ dh, dh.sum(axis=0)
        W1 -= RATE * dW1  # 5. move a little against them
        b1 -= RATE * db1
        W2 -= RATE * dW2
        b2 -= RATE * db2
accuracy = ((np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == y).mean()
print(f"by hand:            loss {loss:.4f}, right {accuracy:.1%}")
assert accuracy > 0.95, "300 points on three spirals are learned"

# %% 2. The same with the tape: the derivatives are gone, the five steps remain
w1, c1, w2, c2 = weights = [Variable(array) for array in start]
for epoch in range(EPOCHS):
    for i in batches[epoch]:  # 1. draw a batch
        scores = ops.relu(x[i] @ w1 + c1) @ w2 + c2  # 2. predict
        # 3. measure the loss
        loss = ops.mean(
            minidl.losses.sparse_categorical_crossentropy(
                y[i], scores, from_logits=True
            )
        )
        loss.backward()  # 4. gradients
        for w in weights:  # 5. move
            w.assign_sub(RATE * w.grad)
            # gradients add up until they are cleared: forget it, and see exercise 1
            w.zero_grad()
print(f"with the tape:      loss {loss.item():.4f}")
assert all(
    np.allclose(a, b.numpy(), atol=1e-2) for a, b in zip((W1, b1, W2, b2), weights)
), "the very weights that were found by hand"

# %% 3. With layers, a loss object and an optimizer: nothing new, only put away
model = Sequential([layers.Dense(32, activation="relu"), layers.Dense(3)])
model.build((None, 2))
model.set_weights(start)
loss_of, optimizer = (
    minidl.losses.SparseCategoricalCrossentropy(from_logits=True),
    optimizers.SGD(RATE),
)
optimizer.build(model.trainable_variables)
for epoch in range(EPOCHS):
    for i in batches[epoch]:
        loss = loss_of(y[i], model(x[i], training=True))
        loss.backward()
        optimizer.step()  # moves the weights and clears the gradients
print(f"with layers:        loss {loss.item():.4f}")
assert all(
    np.allclose(a, b, atol=1e-2) for a, b in zip((W1, b1, W2, b2), model.get_weights())
), "and again the same"

# %% 4. And fit: batches, shuffling, metrics, progress, history. train_step is the five
# steps; it can be your own


class Loud(Model):
    """A model that says what it does in its first steps."""

    def __init__(self):
        super().__init__()
        self.hidden, self.scores, self.said = (
            layers.Dense(32, activation="relu"),
            layers.Dense(3),
            0,
        )

    def call(self, x):
        return self.scores(self.hidden(x))

    def train_step(self, data):
        x, y = data[:2]
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred)
        loss.backward()
        if self.said < 2:
            self.said += 1
            largest = max(float(abs(w.grad).max()) for w in self.trainable_variables)
            print(
                f"  step {self.said}: a batch of {len(x)}, loss {loss.item():.3f}, "
                f"the largest gradient is {largest:.3f}"
            )
        self.optimizer.step()
        for metric in self.metrics:  # the loss is one of them
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


minidl.set_random_seed(0)
loud = Loud()
loud.compile(optimizers.SGD(RATE), loss_of, metrics=["accuracy"])
history = loud.fit(
    x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0, validation_split=0.2
)
print(
    f"fit, from other weights: loss {history.history['loss'][-1]:.4f}, right "
    f"{history.history['accuracy'][-1]:.1%}, "
    f"held back {history.history['val_accuracy'][-1]:.1%}"
)
print(
    "(its loss is the epoch's mean, over 240 of the 300 points; the losses above are "
    "those of the last batch)"
)
assert (
    history.history["accuracy"][-1] > 0.9 and len(history.history["loss"]) == EPOCHS
), "fit does the same, and keeps a record"
plots.history(history, path=FIGURES / "ch05_history.png", title="What fit recorded")
plots.regions(
    loud,
    x,
    y,
    path=FIGURES / "ch05_spirals.png",
    title="Three spirals, and what the network makes of the plane",
)
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw06)
# 1. Leave out w.zero_grad() in step 2. What happens to the loss, and why? When would
# you want gradients to add up?
# 2. Leave out b1 in step 1. Which of the asserts notices?
# 3. Stop the loop of step 3 when the loss has not improved for 20 epochs, and go back
# to the best weights.
# 4. Replace SGD(0.5) by Adam(0.01) in step 3. How many epochs are needed now?
