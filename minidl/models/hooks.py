"""What happens around the epochs and batches of a run, besides learning."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..callbacks import CallbackList, Logs
from ..core.training import Hooks
from ..guards.loss import check_first_loss
from ..support.checks import check_count
from ..support.warning import warn


class FitHooks(Hooks):
    """The hooks of `fit`: callbacks, validation, a look at the first loss, data that run out.

    steps: batches an epoch, None if only the end will tell. validate: measures the validation data
    and returns the logs, or None. is_due: whether an epoch, from 1, ends with a validation.
    classes: how many there are, if the first loss can be judged by that; else 0.
    """

    def __init__(
        self, model, callbacks: CallbackList, steps: int | None, validate, is_due, classes: int
    ):
        self.model, self.callbacks, self.steps = model, callbacks, steps
        self.validate, self.is_due, self.classes = validate, is_due, classes
        self.logs: dict[str, Any] = {}  # of the last epoch that ended
        self.batch_begins = callbacks.hooked("on_train_batch_begin", "on_batch_begin")
        self.batch_ends = callbacks.hooked("on_train_batch_end", "on_batch_end")
        if classes and model.optimizer.iterations == 0:
            self.batch_ends.insert(0, self._check_first)

    def epoch_begin(self, epoch):
        self.callbacks.call("on_epoch_begin", epoch)

    def _check_first(self, step, logs) -> None:
        check_first_loss(float(logs.get("loss", 0.0)), self.classes)
        self.batch_ends = self.batch_ends[1:]  # once is enough

    def epoch_end(self, epoch, steps, logs):
        if not self.model.stop_training and steps < (self.steps or 1):
            self._ran_out(epoch, steps)
            if not steps:
                return
        logs = sorted_floats(logs)
        if self.validate is not None and self.is_due(epoch + 1):
            logs |= {f"val_{name}": value for name, value in self.validate().items()}
        self.logs = Logs(sorted(logs.items()))
        self.callbacks.call("on_epoch_end", epoch, self.logs)

    def _ran_out(self, epoch, done) -> None:
        warn(
            f"The data ran out in epoch {epoch + 1} after {done} of {self.steps or 'its'} "
            "batches, and training stops. Let the generator go on for ever (while True:), or pass "
            "something that can be read again."
        )
        self.model.stop_training = True


class BatchHooks(Hooks):
    """The hooks of `evaluate` and `predict`: the callbacks of each batch.

    kind: 'test' or 'predict'.
    """

    def __init__(self, callbacks: CallbackList, kind: str):
        self.batch_begins = callbacks.hooked(f"on_{kind}_batch_begin")
        self.batch_ends = callbacks.hooked(f"on_{kind}_batch_end")


def due_every(freq):
    """is_due for `validation_freq`: every so many epochs, or in those of a list, from 1."""
    if isinstance(freq, (list, tuple, set)):
        return lambda epoch: epoch in freq
    every = check_count("validation_freq", freq, 1)
    return lambda epoch: epoch % every == 0


def sorted_floats(logs) -> dict:
    """Logs as plain floats, in alphabetical order; what has several numbers stays an array."""
    values = {k: float(v) if np.ndim(v) == 0 else np.asarray(v) for k, v in logs.items()}
    return dict(sorted(values.items()))
