"""The guide on callbacks: every hook in its order, stopping at the least loss, a table of learning
rates, and the built-in ones.
"""

import csv

import numpy as np

from .common import blobs, fixed, numbers


def main(keras, endings):
    x, y = blobs(samples=120, features=6)
    y = y.astype("float32")

    def get_model():
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        fixed(model)
        model.compile(
            optimizer=keras.optimizers.RMSprop(learning_rate=0.01),
            loss="mean_squared_error",
            metrics=["mean_absolute_error"],
        )
        return model

    told = []

    def hook(name):
        def said(self, *args):
            logs = args[-1] or {}
            told.append([name, *args[:-1], sorted(logs)])

        return said

    names = [
        f"on_{what}_{when}"
        for what in (
            "train",
            "test",
            "predict",
            "epoch",
            "train_batch",
            "test_batch",
            "predict_batch",
        )
        for when in ("begin", "end")
    ]

    def signature(name):
        if "batch" in name:
            return lambda self, batch, logs=None: hook(name)(self, batch, logs)
        if "epoch" in name:
            return lambda self, epoch, logs=None: hook(name)(self, epoch, logs)
        return lambda self, logs=None: hook(name)(self, logs)

    CustomCallback = type(
        "CustomCallback", (keras.callbacks.Callback,), {name: signature(name) for name in names}
    )
    model = get_model()
    model.fit(
        x, y, batch_size=40, epochs=2, verbose=0, validation_split=0.5, callbacks=[CustomCallback()]
    )
    model.evaluate(x, y, batch_size=60, verbose=0, callbacks=[CustomCallback()])
    model.predict(x, batch_size=60, verbose=0, callbacks=[CustomCallback()])

    class LossAndErrorPrintingCallback(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.lines = []

        def on_train_batch_end(self, batch, logs=None):
            self.lines.append(
                "Up to batch {}, the average loss is {:7.2f}.".format(batch, logs["loss"])
            )

        def on_epoch_end(self, epoch, logs=None):
            self.lines.append(
                "Loss of epoch {} is {:7.2f}, error {:7.2f}.".format(
                    epoch, logs["loss"], logs["mean_absolute_error"]
                )
            )

    printing = LossAndErrorPrintingCallback()
    printed = numbers(
        get_model().fit(
            x, y, batch_size=40, epochs=2, verbose=0, shuffle=False, callbacks=[printing]
        )
    )

    class EarlyStoppingAtMinLoss(keras.callbacks.Callback):
        def __init__(self, patience=0):
            super().__init__()
            self.patience = patience
            self.best_weights = None

        def on_train_begin(self, logs=None):
            self.wait, self.stopped_epoch, self.best = 0, 0, np.inf

        def on_epoch_end(self, epoch, logs=None):
            current = logs.get("loss")
            if np.less(current, self.best):
                self.best, self.wait, self.best_weights = current, 0, self.model.get_weights()
            else:
                self.wait += 1
                if self.wait >= self.patience:
                    self.stopped_epoch = epoch
                    self.model.stop_training = True
                    self.model.set_weights(self.best_weights)

    class CustomLearningRateScheduler(keras.callbacks.Callback):
        def __init__(self, schedule):
            super().__init__()
            self.schedule, self.rates = schedule, []

        def on_epoch_begin(self, epoch, logs=None):
            if not hasattr(self.model.optimizer, "learning_rate"):
                raise ValueError('Optimizer must have a "learning_rate" attribute.')
            lr = self.model.optimizer.learning_rate
            scheduled_lr = self.schedule(epoch, lr)
            self.model.optimizer.learning_rate = scheduled_lr
            self.rates.append(float(np.array(self.model.optimizer.learning_rate)))

    table = [(1, 0.05), (2, 0.5), (3, 1.0)]
    rates = CustomLearningRateScheduler(lambda epoch, lr: dict(table).get(epoch, lr))
    stopper = EarlyStoppingAtMinLoss()
    stopped = numbers(
        get_model().fit(
            x, y, batch_size=40, epochs=8, verbose=0, shuffle=False, callbacks=[rates, stopper]
        )
    )

    early = keras.callbacks.EarlyStopping(
        monitor="val_loss", min_delta=1e-2, patience=2, verbose=0, restore_best_weights=True
    )
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss", factor=0.2, patience=1, min_lr=0.0001
    )
    logger = keras.callbacks.CSVLogger("training.csv", append=False)
    kept = keras.callbacks.ModelCheckpoint(
        "model_{epoch}" + endings[0], save_best_only=True, monitor="val_loss"
    )
    seen = []
    spoken = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append([epoch, sorted(logs)]),
        on_train_end=lambda logs: seen.append("end"),
    )
    built_in = numbers(
        get_model().fit(
            x,
            y,
            epochs=6,
            verbose=0,
            shuffle=False,
            validation_split=0.25,
            callbacks=[early, plateau, logger, kept, spoken, keras.callbacks.TerminateOnNaN()],
        )
    )
    with open("training.csv", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    scheduler = keras.callbacks.LearningRateScheduler(
        lambda epoch, lr: lr if epoch < 2 else lr * 0.5
    )
    halved = numbers(
        get_model().fit(x, y, epochs=4, verbose=0, shuffle=False, callbacks=[scheduler])
    )
    return {
        "told": told,
        "lines": printing.lines,
        "printed": printed,
        "rates": rates.rates,
        "stopped": stopped,
        "stopped at": stopper.stopped_epoch,
        "built in": built_in,
        "early": [early.stopped_epoch, float(early.best)],
        "csv": [rows[0], len(rows)],
        "seen": seen,
        "halved": halved,
    }
