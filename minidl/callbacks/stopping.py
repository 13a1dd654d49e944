"""Callbacks that stop a run early."""

from __future__ import annotations

import math

from ..support import console
from ..support.checks import check_count
from .base import Callback
from .monitor import Monitor


class TerminateOnNaN(Callback):
    """Stops the run at the first loss that is nan or inf, without the error that `fit` raises
    otherwise.
    """

    def __init__(self, raise_error: bool = False):
        self.raise_error = raise_error

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            if self.raise_error:
                raise RuntimeError(f"The loss became {float(loss)} in batch {batch}.")
            console.say(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class EarlyStopping(Monitor):
    """Stops the run if the watched number has not improved for `patience` epochs.

    min_delta: a smaller change is not an improvement. baseline: a value that must be beaten.
    start_from_epoch: the first epoch to watch.

    restore_best_weights: restore the weights of the best epoch at the end of fit, whether stopped
    early or not. These are the weights after that epoch. The epoch's training loss is a mean over
    the epoch, so evaluate gives another number.
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta)
        self.patience, self.verbose, self.baseline = (
            check_count("EarlyStopping: patience", patience, 0),
            verbose,
            baseline,
        )
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best_weights = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.wait, self.stopped_epoch, self.best_epoch, self.best_weights = 0, 0, 0, None

    def on_epoch_end(self, epoch, logs=None):
        value = self.value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self.is_better(value, self.best):
            self._note_best(epoch, value)
        elif self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _note_best(self, epoch: int, value: float) -> None:
        self.best, self.best_epoch = value, epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()
        if self.baseline is None or self.is_better(value, self.baseline):
            self.wait = 0

    def on_train_end(self, logs=None):
        if self.stopped_epoch and self.verbose:
            console.say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                console.say(
                    f"Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)

    def get_state(self):
        state = {
            "wait": self.wait,
            "best_epoch": self.best_epoch,
            "sign": self._sign,
            "stopped_epoch": self.stopped_epoch,
        }
        state |= {} if self.best is None else {"best": self.best}
        return state | ({} if self.best_weights is None else {"best_weights": self.best_weights})

    def set_state(self, state):
        self.wait, self.best_epoch = int(state["wait"]), int(state["best_epoch"])
        self._sign, self.stopped_epoch = int(state["sign"]), int(state["stopped_epoch"])
        self.best = float(state["best"]) if "best" in state else None
        self.best_weights = state.get("best_weights")
