"""What the tests of callbacks share."""

import numpy as np

from minidl import Sequential, layers, optimizers
from minidl.callbacks import Callback

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)).astype(np.float32), RNG.normal(size=(40, 1)).astype(np.float32)


def network(dropout=0.0, optimizer=None, metrics=("mae",)):
    model = Sequential(
        [layers.Dense(8, "tanh", input_shape=(3,)), layers.Dropout(dropout), layers.Dense(1)]
    )
    model.compile(optimizer or optimizers.SGD(0.05, momentum=0.9), "mse", metrics=list(metrics))
    return model


def classifier(metrics=("accuracy",)):
    model = Sequential([layers.Dense(4, "tanh", input_shape=(3,)), layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=list(metrics))
    return model


def fit(model, *called, epochs=2, **options):
    return model.fit(
        X,
        Y,
        epochs=epochs,
        verbose=0,
        callbacks=list(called),
        **{"validation_data": (X[:10], Y[:10]), **options},
    )


class Scripted(Callback):
    """Puts numbers of its own into the logs, so that the course is known."""

    def __init__(self, **courses):
        self.courses = courses

    def on_epoch_end(self, epoch, logs=None):
        for name, course in self.courses.items():
            logs[name] = float(course[epoch])


# --- going on after an interruption
# ---


class Breaks(Callback):
    """The power fails, once, in this epoch."""

    def __init__(self, epoch, where):
        self.epoch, self.where, self.broken = epoch, where, False

    def fail(self, where, epoch):
        if where == self.where and epoch == self.epoch and not self.broken:
            self.broken = True
            raise KeyboardInterrupt

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch
        self.fail("epoch begin", epoch)

    def on_train_batch_end(self, batch, logs=None):
        self.fail("batch", self.now if batch == 1 else None)

    def on_epoch_end(self, epoch, logs=None):
        self.fail("epoch end", epoch)

    def on_train_end(self, logs=None):
        self.fail("train end", self.now)
