"""Learning rates that change between epochs. For rates that change at every step, see
`minidl.optimizers.schedules`.
"""

from __future__ import annotations

import contextlib

from ..guards.optimizer import labelled
from ..support import console
from ..support.checks import check_count, check_number
from .base import Callback
from .monitor import Monitor


def note_rates(optimizer, logs: dict | None) -> None:
    """Put the rate into the logs; of an optimizer made of several 'learning_rate_adam', ..."""
    if logs is not None:
        for label, one in labelled(optimizer):
            logs["_".join(["learning_rate", *label.split()])] = float(one.learning_rate)


class LearningRateScheduler(Callback):
    """Sets the rate at the start of each epoch to schedule(epoch, current rate), or
    schedule(epoch). Epochs count from 0.
    """

    def __init__(self, schedule, verbose=0):
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler takes a function of the epoch and the present rate; "
                f"received {schedule!r}."
            )
        import inspect

        with contextlib.suppress(ValueError):  # a function in C does not say what it takes
            if not inspect.signature(schedule).parameters:
                raise TypeError(
                    "LearningRateScheduler: the schedule takes the epoch, lambda epoch: ..., or "
                    "the epoch and the present rate; it takes nothing."
                )
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        import inspect

        try:
            inspect.signature(self.schedule).bind(epoch, None)
            takes_rate = True
        except (TypeError, ValueError):
            takes_rate = False  # ValueError: a function in C that does not say what it takes
        for label, optimizer in labelled(self.model.optimizer):
            rate = self.schedule(*([epoch, float(optimizer.learning_rate)][: 1 + takes_rate]))
            optimizer.learning_rate = check_number(
                "LearningRateScheduler: what the schedule returns", rate, 0
            )
            if self.verbose:
                console.say(
                    f"\nEpoch {epoch + 1}: LearningRateScheduler setting {label}learning rate to "
                    f"{optimizer.learning_rate}."
                )

    def on_epoch_end(self, epoch, logs=None):
        note_rates(self.model.optimizer, logs)


class ReduceLROnPlateau(Monitor):
    """Multiplies the rate by `factor`, down to min_lr, if the watched number has not improved for
    `patience` epochs.

    cooldown: epochs to wait after a reduction before counting again.
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
    ):
        super().__init__(monitor, mode, min_delta)
        self.factor = check_number("ReduceLROnPlateau: factor", factor, 0, 1)
        self.patience, self.cooldown = (
            check_count(f"ReduceLROnPlateau: {name}", n, 0)
            for name, n in (("patience", patience), ("cooldown", cooldown))
        )
        self.verbose, self.min_lr = verbose, min_lr

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.wait = self.cooldown_counter = 0

    def on_epoch_end(self, epoch, logs=None):
        note_rates(self.model.optimizer, logs)
        value = self.value(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(value, self.best):
            self.best, self.wait = value, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch):
        for label, optimizer in labelled(self.model.optimizer):
            old = float(optimizer.learning_rate)
            if old > self.min_lr:
                optimizer.learning_rate = max(old * self.factor, self.min_lr)
                self.cooldown_counter, self.wait = self.cooldown, 0
                if self.verbose:
                    console.say(
                        f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing {label}learning rate to "
                        f"{optimizer.learning_rate}."
                    )

    def get_state(self):
        state = {"wait": self.wait, "cooldown": self.cooldown_counter, "sign": self._sign}
        return state if self.best is None else {**state, "best": self.best}

    def set_state(self, state):
        self.wait, self.cooldown_counter = int(state["wait"]), int(state["cooldown"])
        self._sign = int(state["sign"])
        self.best = float(state["best"]) if "best" in state else None
