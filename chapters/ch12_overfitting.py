# %% [markdown]
"""Chapter 12: overfitting: when a network learns its examples by heart, and what helps.

After this chapter you can see overfitting in two curves, and know four remedies: more
data, dropout, weight decay (L2) and stopping early. "Optimizer" (parent 신경망 구현) and
"Loss, Optimizer" by Sunwoo Lee speak of the smallest training loss; what one wants is
the smallest loss on data that was never seen.

    python chapters/ch12_overfitting.py             prints, and draws figures/ch12_*.png
"""

from pathlib import Path

import numpy as np

import minidl
from minidl import Sequential, layers, losses, ops, plots
from minidl.callbacks import Callback

FIGURES = Path("figures")
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
x, x_test = (x / 255.0).astype("float32"), (x_test / 255.0).astype("float32")
held_back = x[57_000:], y[57_000:]
loss = losses.SparseCategoricalCrossentropy(from_logits=True)


def network(rate=0.0, kind=Sequential):
    """Two hidden layers of 256, 270 000 weights: far more than 1000 images can
    settle.
    """
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


# %% 1. Seen and unseen: the training loss goes to nothing, the validation loss turns
# round and rises
plain = network()
history = train(plain)
turn = int(np.argmin(history["val_loss"]))
print(
    f"1000 images: training loss {history['loss'][-1]:.4f}, all right: "
    f"{history['accuracy'][-1]:.1%}"
)
print(
    f"held back: lowest loss {history['val_loss'][turn]:.3f} after epoch {turn + 1}, "
    f"at the end {history['val_loss'][-1]:.3f}"
)
assert history["accuracy"][-1] > 0.995, "it knows all its examples by heart"
assert history["val_loss"][-1] > 1.1 * history["val_loss"][turn] and turn < 15, (
    "but on the others its loss has long been rising"
)
plots.history(
    history,
    path=FIGURES / "ch12_overfitting.png",
    title="1000 images: learned by heart",
)

# %% 2. It would learn nonsense by heart just as well (Zhang et al. 2017): the same
# images with labels drawn by lot
minidl.set_random_seed(0)
nonsense = network()
lots = np.random.default_rng(0).integers(0, 10, 500)
seen = nonsense.fit(x[:500], lots, epochs=60, verbose=0).history["accuracy"][-1]
unseen = nonsense.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1]
print(
    f"labels drawn by lot: {seen:.0%} of them learned, on test images {unseen:.0%} "
    f"right"
)
assert seen > 0.9 and unseen < 0.3, "a small training loss alone proves nothing"

# %% 3. First remedy: more data
sizes = (250, 1000, 4000)
lowest = [min(train(network(), n, epochs=15)["val_loss"]) for n in sizes]
print(
    "lowest validation loss by number of images: "
    + ", ".join(f"{n}: {v:.3f}" for n, v in zip(sizes, lowest))
)
assert lowest[0] > lowest[1] > lowest[2], "nothing helps like more data"

# %% 4. Dropout: in training each hidden number is set to 0 with probability ½ and the
# others are doubled (Srivastava et al. 2014)
dropped = train(network(rate=0.5))


# %% 5. L2: a price on large weights, λ·Σw², added to the loss while learning
# (ready-made: Dense(..., kernel_regularizer="l2"))
class Decayed(Sequential):
    def compute_loss(self, *batch):
        value = super().compute_loss(*batch)
        if value.requires_grad:  # while learning; what is measured stays comparable
            value = value + 0.001 * sum(
                ops.sum(ops.square(w)) for w in self.trainable_variables if w.ndim == 2
            )
        return value


decayed_model = network(kind=Decayed)
decayed = train(decayed_model)
large, small = (
    np.sqrt(np.mean(model.get_weights()[0] ** 2)) for model in (plain, decayed_model)
)
print(f"mean size of the first layer's weights: plain {large:.4f}, L2 {small:.4f}")
assert small < 0.7 * large, "the price keeps weights small"


# %% 6. Stopping early: a callback that remembers the best weights and stops when
# nothing has improved for a while
class StopEarly(Callback):
    """Ready-made: minidl.callbacks.EarlyStopping(patience=3,
    restore_best_weights=True).
    """

    def __init__(self, patience):
        super().__init__()
        self.patience, self.best, self.since = patience, np.inf, 0

    def on_epoch_end(self, epoch, logs):
        if logs["val_loss"] < self.best:
            self.best, self.since, self.weights = (
                logs["val_loss"],
                0,
                self.model.get_weights(),
            )
        else:
            self.since += 1
            self.model.stop_training = self.since >= self.patience

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights)


stopped_model = network()
stopped = train(stopped_model, callbacks=[StopEarly(patience=3)])
kept = stopped_model.evaluate(*held_back, batch_size=1000, verbose=0)[0]
print(
    f"stopped after {len(stopped['loss'])} epochs of 30, with a validation loss of "
    f"{kept:.3f}"
)
assert len(stopped["loss"]) < 25 and np.isclose(
    kept, min(stopped["val_loss"]), rtol=1e-4
), "it goes back to the best weights"

# %% 7. Side by side
RUNS = {
    "plain": history,
    "dropout ½": dropped,
    "L2, λ = 0.001": decayed,
    "stopped early": stopped,
}
print(
    f"\n{'validation loss:':16s}{'lowest':>8s}{'kept at the end':>17s}"
    f"{'best accuracy':>15s}"
)
for name, run in RUNS.items():
    end = kept if name == "stopped early" else run["val_loss"][-1]
    print(
        f"{name:16s}{min(run['val_loss']):8.3f}{end:17.3f}"
        f"{max(run['val_accuracy']):15.1%}"
    )
print(
    "(The accuracy hardly moves: an overfitted network is wrong about as often, but "
    "surer of it.)"
)
assert min(dropped["val_loss"]) < min(history["val_loss"]), (
    "with dropout it gets lower than without"
)
assert max(decayed["val_loss"][-1], kept) < history["val_loss"][-1], (
    "with L2, or stopped in time, it ends lower"
)
figure = plots.runs(RUNS, ("loss", "val_loss"), title="Remedies, 1000 images")
# dropout's first epoch, above 1, would squeeze the rest
figure.axes[1].set_ylim(0.25, 0.6)
plots.finish(figure, FIGURES / "ch12_remedies.png")
print("figures are in figures/")
plots.show()

# %% [markdown]
# Exercises (homework: hw06)
# 1. A smaller network is a remedy too. How many hidden units are best for 1000 images?
# 2. Combine dropout, L2 and more epochs. How far does the best validation accuracy go?
# 3. Choose λ by the validation loss, then report the test accuracy once. Why only once?
# 4. L2 in the loss and AdamW's weight_decay are different with Adam: chapter 9, step 6.
# Compare them here.
