"""Saves a model to a file after each epoch or after a number of batches."""

from __future__ import annotations

from ..support import console
from ..support.disk import make_folder, path_of
from ..support.warning import warn
from .base import Logs
from .monitor import Monitor


class ModelCheckpoint(Monitor):
    """Saves the model, or its weights, after each epoch or every `save_freq` batches; with
    save_best_only if it is the best so far.

    filepath: may hold {epoch} (from 1) and names of logs: 'cp-{epoch:02d}-{val_loss:.2f}.npz'. Its
    ending says the kind: see Model.save.
    initial_value_threshold: a value that the first one must beat to be saved.
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
        period=None,
        options=None,
    ):
        super().__init__(monitor, mode, best=initial_value_threshold)
        if save_freq != "epoch" and (
            isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1
        ):
            raise ValueError(
                f"ModelCheckpoint: save_freq is 'epoch' or a number of batches; received "
                f"{save_freq!r}."
            )
        if period is not None:
            warn(
                "ModelCheckpoint(period=...) is gone; save_freq counts batches, and 'epoch' saves "
                "after each.",
                FutureWarning,
            )
        self.filepath = path_of(filepath, "ModelCheckpoint: filepath")
        self.verbose = verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self._check_moment(monitor, save_best_only, save_freq)
        self.save_freq, self.period = save_freq, period or 1
        self._epoch = self._batches = 0

    def _check_moment(self, monitor, save_best_only, save_freq) -> None:
        """Raise ValueError if the path names a validation log and the model is saved after batches:
        validation runs at the end of an epoch. Warn if save_best_only watches a validation log
        then.
        """
        if save_freq == "epoch":
            return
        if "{val_" in self.filepath:
            raise ValueError(
                f"ModelCheckpoint: the path {self.filepath!r} names a number of the validation, "
                f"which is measured at the end of an epoch, and save_freq={save_freq} saves after "
                "batches. Use save_freq='epoch', or leave the name out."
            )
        if save_best_only and str(monitor).startswith("val_"):
            warn(
                f"ModelCheckpoint(save_freq={save_freq}, monitor={monitor!r}): the validation is "
                "measured at the end of an epoch, and not after batches, so each save counts as "
                "the best. Use save_freq='epoch', or monitor='loss'."
            )
            self.save_best_only = False

    def on_train_begin(self, logs=None):
        """Check the path now, so that an error does not come after a whole epoch. The best value
        stays: a second fit must beat the best of the first one.
        """
        check = getattr(self.model, "check_path", None)
        if check is not None:
            check(self.filepath, self.save_weights_only)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if not isinstance(self.save_freq, str):
            self._batches += 1
            if self._batches % self.save_freq == 0:
                self._save(self._epoch, logs, batch)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch" and (epoch + 1) % self.period == 0:
            self._save(epoch, logs)

    def _save(self, epoch, logs, batch=None):
        path, before = self._path(epoch, logs, batch), self.best
        # without the watched number it saves each time
        value = self.value(logs) if self.save_best_only else None
        if value is not None and not self.is_better(value, before):
            self._say(epoch, f"{self.monitor} did not improve from {before:.5f}")
            return
        improved = ""
        if value is not None:
            self.best = value
            course = f"to {value:.5f}" if before is None else f"from {before:.5f} to {value:.5f}"
            improved = f"{self.monitor} improved {course}, "
        self._say(epoch, f"{improved}saving model to {path}")
        make_folder(path)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)

    def _say(self, epoch: int, what: str) -> None:
        if self.verbose:
            console.say(f"\nEpoch {epoch + 1}: {what}")

    def _path(self, epoch, logs, batch):
        logs = Logs(
            {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **(logs or {})}
        )
        try:
            return self.filepath.format_map(logs)
        except KeyError as error:
            raise KeyError(
                f"ModelCheckpoint: in the path {self.filepath!r}, {error.args[0]}"
            ) from None

    def get_state(self):
        return {"sign": self._sign, "batches": self._batches} | (
            {} if self.best is None else {"best": self.best}
        )

    def set_state(self, state):
        self._sign, self._batches = int(state["sign"]), int(state["batches"])
        self.best = float(state["best"]) if "best" in state else None
