# %% [markdown]
"""Chapter 12: overfitting: when a network learns its examples by heart, and what helps.

After this chapter you can see overfitting in two curves, and you know four remedies:
more data, dropout, weight decay (L2) and stopping early.

"Optimizer" (parent 신경망 구현) and "Loss, Optimizer" by Sunwoo Lee speak of the smallest
training loss. What one wants is the smallest loss on data that was never seen.

It takes about 40 minutes to read and 20 seconds to run. You need chapter 7.

    python chapters/ch12_overfitting.py             prints, and draws figures/ch12_*.png
"""

# %%
from pathlib import Path

import numpy as np

import minidl
from minidl import Sequential, layers, losses, ops, plots
from minidl.callbacks import Callback
from minidl.course import claim

FIGURES = Path("figures")
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, x_test = (x / 255.0).astype("float32"), (x_test / 255.0).astype("float32")
held_back = x[57_000:], y[57_000:]
loss = losses.SparseCategoricalCrossentropy(from_logits=True)

# %% [markdown]
"""
## 1. Seen and unseen

We make it easy to overfit: a network with 270 000 weights learns from only 1000 images.
3000 other images are held back; the network is examined on them after each epoch.

The helpers below build the network and train it. `kind` and `rate` are for later.
"""


# %%
def network(rate=0.0, kind=Sequential):
    minidl.set_random_seed(0)
    model = kind(
        [
            layers.Flatten(input_shape=(28, 28)),
            layers.Dense(256, activation="relu"),
            layers.Dropout(rate),
            layers.Dense(256, activation="relu"),
            layers.Dropout(rate),
            layers.Dense(10),
        ]
    )
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def train(model, n=1000, epochs=30, callbacks=()):
    return model.fit(
        x[:n],
        y[:n],
        epochs=epochs,
        validation_data=held_back,
        callbacks=list(callbacks),
        verbose=0,
    ).history


# %% [markdown]
"""
What will the two losses do in 30 epochs?
"""

# %%
plain = network()
history = train(plain)
turn = int(np.argmin(history["val_loss"]))
print(f"1000 images: training loss {history['loss'][-1]:.4f}, ", end="")
print(f"all right: {history['accuracy'][-1]:.1%}")
print(
    f"held back: lowest loss {history['val_loss'][turn]:.3f} after epoch {turn + 1}, ",
    end="",
)
print(f"at the end {history['val_loss'][-1]:.3f}")
plots.history(
    history,
    path=FIGURES / "ch12_overfitting.png",
    title="1000 images: learned by heart",
)

# %% [markdown]
"""
`figures/ch12_overfitting.png` is the picture to remember. The training loss goes to
nothing. The validation loss falls, turns round and rises. From the turn on the network
learns details that are true of its 1000 images only. This is **overfitting**.
"""

# %%
claim("it knows all its examples by heart", history["accuracy"][-1], above=0.995)
claim(
    "but on the others its loss has long been rising",
    history["val_loss"][-1],
    above=1.1 * history["val_loss"][turn],
)
claim("the turn came early", turn, below=15)

# %% [markdown]
"""
## 2. It would learn nonsense just as well

How good is a network's memory? Zhang et al. (2017) gave images labels drawn by lot.
There is nothing to understand then, only to remember. We try it with 500 images.
"""

# %%
nonsense = network()
lots = np.random.default_rng(0).integers(0, 10, 500)
log = nonsense.fit(x[:500], lots, epochs=60, verbose=0).history
seen = log["accuracy"][-1]
unseen = nonsense.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]
print(
    f"labels drawn by lot: {seen:.0%} of them learned, test images {unseen:.0%} right"
)
claim("it remembers them", seen, above=0.9)
claim("a small training loss alone proves nothing", unseen, below=0.3)

# %% [markdown]
"""
## 3. First remedy: more data

The more examples, the harder it is to know them all by heart, and the more there is to
understand.
"""

# %%
sizes = (250, 1000, 4000)
lowest = [min(train(network(), n, epochs=15)["val_loss"]) for n in sizes]
for n, value in zip(sizes, lowest):
    print(f"{n:5d} images: lowest validation loss {value:.3f}")
claim("nothing helps like more data", lowest[0] > lowest[1] > lowest[2])

# %% [markdown]
"""
## 4. Dropout

In training each hidden number is set to 0 with probability ½, and the others are
doubled, so that the sum stays about the same (Srivastava et al. 2014). A unit cannot
rely on a single other one, because that one may be missing. In evaluation nothing is
dropped.
"""

# %%
dropped = train(network(rate=0.5))
claim(
    "with dropout it gets lower than without",
    min(dropped["val_loss"]),
    below=min(history["val_loss"]),
)

# %% [markdown]
r"""
## 5. A price on large weights

To remember a single image, a network needs large weights. **L2 regularization** puts a
price on them. The loss becomes

$$L + \lambda \sum w^2$$

(It is ready-made: `Dense(..., kernel_regularizer="l2")`. Here we write it ourselves, to
see it. It is added only while learning, so that the losses that are measured stay
comparable.)
"""


# %%
class Decayed(Sequential):
    def compute_loss(self, *batch):
        value = super().compute_loss(*batch)
        if value.requires_grad:  # while learning
            kernels = [w for w in self.trainable_variables if w.ndim == 2]
            value = value + 0.001 * sum(ops.sum(ops.square(w)) for w in kernels)
        return value


decayed_model = network(kind=Decayed)
decayed = train(decayed_model)
large = np.sqrt(np.mean(plain.get_weights()[0] ** 2))
small = np.sqrt(np.mean(decayed_model.get_weights()[0] ** 2))
print(f"mean size of the first layer's weights: plain {large:.4f}, L2 {small:.4f}")
claim("the price keeps weights small", small, below=0.7 * large)

# %% [markdown]
"""
## 6. Stopping early

If the validation loss rises after a few epochs, why not stop there? A **callback** is
an object whose methods `fit` calls after each epoch. This one remembers the best
weights, and stops when nothing has improved for `patience` epochs. (It is ready-made
too: `minidl.callbacks.EarlyStopping(patience=3, restore_best_weights=True)`.)
"""


# %%
class StopEarly(Callback):
    def __init__(self, patience):
        super().__init__()
        self.patience, self.best, self.since = patience, np.inf, 0

    def on_epoch_end(self, epoch, logs):
        if logs["val_loss"] < self.best:
            self.best, self.since = logs["val_loss"], 0
            self.weights = self.model.get_weights()
        else:
            self.since += 1
            self.model.stop_training = self.since >= self.patience

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights)


# %%
stopped_model = network()
stopped = train(stopped_model, callbacks=[StopEarly(patience=3)])
kept = stopped_model.evaluate(*held_back, batch_size=1000, verbose=0)[0]
epochs = len(stopped["loss"])
print(f"stopped after {epochs} epochs of 30, with a validation loss of {kept:.3f}")
claim("it did not need all epochs", epochs, below=25)
claim(
    "it goes back to the best weights",
    kept,
    equals=min(stopped["val_loss"]),
    within=1e-4,
)

# %% [markdown]
"""
## 7. Side by side

`figures/ch12_remedies.png` shows all four. Look at the validation loss at the end, and
at the lowest point.
"""

# %%
RUNS = {
    "plain": history,
    "dropout ½": dropped,
    "L2, λ = 0.001": decayed,
    "stopped early": stopped,
}
print("validation loss:   lowest   kept at the end   best accuracy")
for name, run in RUNS.items():
    end = kept if name == "stopped early" else run["val_loss"][-1]
    best = max(run["val_accuracy"])
    print(f"{name:16s}{min(run['val_loss']):9.3f}{end:18.3f}{best:16.1%}")
plots.runs(
    RUNS,
    ("loss", "val_loss"),
    path=FIGURES / "ch12_remedies.png",
    title="Remedies, 1000 images",
    limits={"val_loss": (0.25, 0.6)},  # dropout's first epoch would squeeze the rest
)
claim(
    "with L2, or stopped in time, it ends lower",
    max(decayed["val_loss"][-1], kept),
    below=history["val_loss"][-1],
)
print("figures are in figures/")
plots.show()

# %% [markdown]
"""
The accuracy hardly moves: an overfitted network is wrong about as often, but surer of
it.

Exercises (homework: hw06)

1. A smaller network is a remedy too. How many hidden units are best for 1000 images?
2. Combine dropout, L2 and more epochs. How far does the best validation accuracy go?
3. Choose λ by the validation loss, then report the test accuracy once. Why only once?
4. L2 in the loss and AdamW's weight_decay are different with Adam: chapter 9, section
   6. Compare them here.
"""
