# %% [markdown]
"""Chapter 5: the training loop, naked, and then `fit`.

After this chapter you

* know the five steps that every training repeats;
* have written them in plain NumPy, with a tape, and with layers;
* know what `compile` and `fit` do for you, and how to put your own step into `fit`.

The steps are those of "[04] DeepLearning, 옵티마이저", the post after Chollet's book, Korean
edition: draw a batch, predict, measure the loss, find the gradients, move the
parameters a little against them.

It takes about 40 minutes to read and 10 seconds to run. You need chapters 1 to 4.

    python chapters/ch05_training_loop.py           prints, and draws figures/ch05_*.png
"""

# %%
from pathlib import Path

import numpy as np

import minidl
from minidl import Model, Sequential, Variable, layers, ops, optimizers, plots
from minidl.course import claim

FIGURES = Path("figures")

# %% [markdown]
"""
## 1. The task

300 points lie on three spirals, 100 on each. The network gets the two coordinates of a
point and answers with the spiral. It has one hidden layer of 32 units.

We shall train the *same* network in three ways and compare the weights at the end. So
all three begin with the same random weights and see the same batches in the same order.
The fourth way is `fit`, which draws weights and batches of its own.
"""

# %%
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
batches = [
    np.random.default_rng(epoch).permutation(len(x)).reshape(-1, BATCH)
    for epoch in range(EPOCHS)
]

# %% [markdown]
r"""
## 2. Everything by hand

One step of training consists of five parts. In the next cell they are numbered.

1. Draw a batch.
2. Predict: $h = \text{relu}(x W_1 + b_1)$, scores $= h W_2 + b_2$, $p$ =
   softmax(scores).
3. Measure the loss: the mean of $-\ln p$ of the right class.
4. Find the gradients: go backwards through every line above.
5. Move each weight a little against its gradient, $W \leftarrow W - r \cdot \partial L
   / \partial W$. The number $r$ is the learning rate.

Step 4 is the long one. It starts with the famous $p - y$ of chapter 4.
"""

# %%
W1, b1, W2, b2 = (array.copy() for array in start)
for epoch in range(EPOCHS):
    for i in batches[epoch]:  # 1. draw a batch
        h = np.maximum(x[i] @ W1 + b1, 0)  # 2. predict
        scores = h @ W2 + b2
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[range(BATCH), y[i]]).mean()  # 3. measure the loss
        ds = p.copy()  # 4. the gradients
        ds[range(BATCH), y[i]] -= 1
        ds /= BATCH
        dW2, db2, dh = h.T @ ds, ds.sum(axis=0), ds @ W2.T
        dh[h <= 0] = 0
        dW1, db1 = x[i].T @ dh, dh.sum(axis=0)
        W1 -= RATE * dW1  # 5. move against them
        b1 -= RATE * db1
        W2 -= RATE * dW2
        b2 -= RATE * db2

# %%
accuracy = ((np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == y).mean()
print(f"by hand:       loss {loss:.4f}, right {accuracy:.1%}")
claim("300 points on three spirals are learned", accuracy, above=0.95)

# %% [markdown]
"""
**Try it.** Remove the line `dh[h <= 0] = 0`. It is the derivative of relu. Does
training still work?

## 3. With the tape

Six lines of step 4 are derivatives, and each is a chance to make a mistake. The tape of
chapter 2 does them for us. The five steps remain.
"""

# %%
w1, c1, w2, c2 = weights = [Variable(array) for array in start]
entropy = minidl.losses.SparseCategoricalCrossentropy(from_logits=True)
for epoch in range(EPOCHS):
    for i in batches[epoch]:  # 1. draw a batch
        scores = ops.relu(x[i] @ w1 + c1) @ w2 + c2  # 2. predict
        loss = entropy(y[i], scores)  # 3. measure the loss
        loss.backward()  # 4. the gradients
        for w in weights:  # 5. move against them
            w.assign_sub(RATE * w.grad)
            w.zero_grad()
print(f"with the tape: loss {loss.item():.4f}")
by_hand = np.concatenate([W1.ravel(), b1, W2.ravel(), b2])
by_tape = np.concatenate([w.numpy().ravel() for w in weights])
claim("the very weights that were found by hand", by_tape, equals=by_hand, within=1e-2)

# %% [markdown]
"""
Why `zero_grad`? Gradients *add up* until they are cleared. Exercise 1 asks what happens
if one forgets it, and when it is useful.

## 4. With layers and an optimizer

Nothing new happens here; the parts only get names. Layers hold the weights, a loss
object computes the loss, and the optimizer moves the weights and clears the gradients.
"""

# %%
model = Sequential([layers.Dense(32, activation="relu"), layers.Dense(3)])
model.build((None, 2))
model.set_weights(start)
optimizer = optimizers.SGD(RATE)
optimizer.build(model.trainable_variables)
for epoch in range(EPOCHS):
    for i in batches[epoch]:
        loss = entropy(y[i], model(x[i], training=True))
        loss.backward()
        optimizer.step()
print(f"with layers:   loss {loss.item():.4f}")
by_layers = np.concatenate([w.ravel() for w in model.get_weights()])
claim("and again the same", by_layers, equals=by_hand, within=1e-2)

# %% [markdown]
"""
## 5. And `fit`

`compile` chooses optimizer, loss and metrics. `fit` does the rest: it shuffles, cuts
batches, repeats the five steps, computes the metrics, shows the progress and records
the history. The five steps are in the method `train_step`, and you can write your own.
This one reports what it does in its first two steps.
"""


# %%
class Loud(Model):
    """A model that says what it does in its first steps."""

    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(32, activation="relu")
        self.scores = layers.Dense(3)
        self.said = 0

    def call(self, x):
        return self.scores(self.hidden(x))

    def report(self, x, loss):
        self.said += 1
        largest = max(float(abs(w.grad).max()) for w in self.trainable_variables)
        print(
            f"  step {self.said}: a batch of {len(x)}, loss {loss.item():.3f}, ", end=""
        )
        print(f"the largest gradient is {largest:.3f}")

    def train_step(self, data):
        x, y = data[:2]
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred)
        loss.backward()
        if self.said < 2:
            self.report(x, loss)
        self.optimizer.step()
        self.metrics[0].update_state(loss)  # the first metric is the loss
        self.metrics[1].update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


# %% [markdown]
"""
`validation_split=0.2` holds back a fifth of the points. The network never learns from
these; they show how it does on points that it has not seen.

What happens in the plane meanwhile? A **callback** is an object whose methods `fit`
calls after each epoch. This one asks the network for its answer in each place of the
plane, every eight epochs, and makes a film of the answers (`figures/ch05_growing.gif`).
"""

# %%
minidl.set_random_seed(0)
loud = Loud()
loud.compile(optimizers.SGD(RATE), entropy, metrics=["accuracy"])
film = plots.GrowingRegions(
    x, y, FIGURES / "ch05_growing.gif", every=8, title="Three spirals"
)
history = loud.fit(
    x,
    y,
    batch_size=BATCH,
    epochs=EPOCHS,
    verbose=0,
    validation_split=0.2,
    callbacks=[film],
)
log = history.history
print(f"fit, from other weights: loss {log['loss'][-1]:.4f}, ", end="")
print(f"right {log['accuracy'][-1]:.1%}, held back {log['val_accuracy'][-1]:.1%}")
claim("fit does the same", log["accuracy"][-1], above=0.9)
claim("and keeps a record of each epoch", len(log["loss"]), equals=EPOCHS)

# %% [markdown]
"""
(The loss that `fit` reports is the mean over the batches of the epoch, on 240 of the
300 points. The losses above are those of the last batch.)

`figures/ch05_history.png` shows the record, `figures/ch05_spirals.png` what the network
answers in each place of the plane.

In the film the borders are nearly straight at first. Then the units of the hidden layer
bend them, each along a line of its own, until they follow the spirals.
"""

# %%
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
"""
Exercises (homework: hw06)

1. Leave out w.zero_grad() in section 3. What happens to the loss, and why? When would
   you want gradients to add up?
2. Leave out b1 in section 2. Which of the claims notices?
3. Stop the loop of section 4 when the loss has not improved for 20 epochs, and go back
   to the best weights.
4. Replace SGD(0.5) by Adam(0.01) in section 4. How many epochs are needed now?
"""
