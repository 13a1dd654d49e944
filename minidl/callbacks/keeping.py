"""What a run leaves on the disk: checkpoints, a table of its numbers, a backup to go on from."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import warnings
from collections import Counter

import numpy as np

from ..support import console
from ..support.disk import write_atomically
from .base import Callback, Logs
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
            warnings.warn(
                "ModelCheckpoint(period=...) is gone; save_freq counts batches, and 'epoch' saves "
                "after each.",
                FutureWarning,
                stacklevel=2,
            )
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.save_freq, self.period = save_freq, period or 1
        self._epoch = self._batches = 0

    def on_train_begin(self, logs=None):
        """Nothing is forgotten: in a second fit the best of the first is still to be beaten."""

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
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
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


class CSVLogger(Callback):
    """A row an epoch in a CSV file: epoch, then the logs in alphabetical order. append: go on with
    a file that is there.

    If the first row has no numbers of validation, it leaves columns for them, and 'NA' where there
    are none.
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename, self.separator, self.append = os.fspath(filename), separator, append

    def on_train_begin(self, logs=None):
        self._keys, self._goes_on = None, self.append

    def on_epoch_end(self, epoch, logs=None):
        """Opens the file for each row: whatever ends the run, the rows so far are there and no file
        is left open.
        """
        import csv  # slow to load

        logs, rows = logs or {}, []
        if self._keys is None:
            self._keys = self._header() if self._goes_on else None
        if self._keys is None:
            self._keys = sorted(logs)
            if not any(name.startswith("val_") for name in self._keys):
                self._keys += [f"val_{name}" for name in self._keys]
            rows.append(["epoch", *self._keys])
        rows.append([epoch, *[_cell(logs.get(key, "NA")) for key in self._keys]])
        mode = "a" if self._goes_on else "w"
        with open(self.filename, mode, encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=self.separator).writerows(rows)
        self._goes_on = True

    def _header(self):
        """The columns of the file that is there, or None."""
        if not os.path.exists(self.filename) or not os.path.getsize(self.filename):
            return None
        import csv

        with open(self.filename, encoding="utf-8", newline="") as file:
            return next(csv.reader(file, delimiter=self.separator))[1:]

    def get_state(self):
        return {"goes_on": True}

    def set_state(self, state):
        self._goes_on = True  # the rows of the interrupted run stay


def _cell(value):
    return value if np.ndim(value) == 0 else f"[{', '.join(map(str, np.ravel(value).tolist()))}]"


class BackupAndRestore(Callback):
    """Keeps what is needed to go on after an interruption: run the same script again, and fit takes
    up where the last epoch ended.

    Weights, optimizer, random state, history and the state of the other callbacks, in the folder
    `backup_dir`; taken away when fit ends well (delete_checkpoint). The result is the same, bit for
    bit, as without the interruption. It works after all other callbacks, wherever it stands in the
    list.
    """

    comes_last = True

    def __init__(
        self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True
    ):
        super().__init__()
        if save_freq != "epoch":
            raise ValueError(
                f"BackupAndRestore saves after each epoch, save_freq='epoch'; received "
                f"{save_freq!r}."
            )
        self.backup_dir, self.delete_checkpoint = os.fspath(backup_dir), delete_checkpoint

    def _place(self, name):
        return os.path.join(self.backup_dir, name)

    def on_train_begin(self, logs=None):
        os.makedirs(self.backup_dir, exist_ok=True)
        if not os.path.exists(self._place("training.json")):
            return
        with open(self._place("training.json"), encoding="utf-8") as file:
            story = json.load(file)
        self.model.restore(self._place(story["model"]))
        self.model.resume_at = sys.maxsize if story["stopped"] else story["epoch"] + 1
        self.model.history.history.update(story["history"])
        self.model.history.epoch[:] = story["epochs"]
        with np.load(self._place(story["callbacks"]), allow_pickle=False) as arrays:
            for name, callback in self._others():
                names = [k for k in arrays.files if k.split("/")[0] == name]
                if names:
                    callback.set_state(_unpacked({k.split("/", 1)[1]: arrays[k] for k in names}))

    def on_epoch_end(self, epoch, logs=None):
        """Two files of this epoch first, then the one that points at them, then the old ones go:
        some backup is always whole.
        """
        model, callbacks = f"model-{epoch}.npz", f"callbacks-{epoch}.npz"
        self.model.save(self._place(model))
        states = {
            f"{name}/{k}": v
            for name, callback in self._others()
            for k, v in _packed(callback.get_state()).items()
        }
        with write_atomically(self._place(callbacks)) as file:
            np.savez(file, **states)
        story = {
            "epoch": epoch,
            "epochs": self.model.history.epoch,
            "stopped": bool(self.model.stop_training),
            "model": model,
            "callbacks": callbacks,
            "history": self.model.history.history,
        }
        with write_atomically(self._place("training.json")) as file:
            file.write(json.dumps(story).encode())
        self._clean({model, callbacks, "training.json"})

    def on_train_end(self, logs=None):
        if self.delete_checkpoint:
            self._clean(set())
            with contextlib.suppress(OSError):
                os.rmdir(self.backup_dir)

    def _clean(self, keep):
        for name in os.listdir(self.backup_dir):
            if name not in keep and (
                name == "training.json"
                or (name.startswith(("model-", "callbacks-")) and name.endswith(".npz"))
            ):
                os.unlink(self._place(name))

    def _others(self) -> list[tuple[str, Callback]]:
        """The other callbacks by name: EarlyStopping-0, EarlyStopping-1, ..."""
        named, counts = [], Counter()
        for callback in self.fellows:
            if callback is not self:
                name = type(callback).__name__
                named.append((f"{name}-{counts[name]}", callback))
                counts[name] += 1
        return named


def _packed(state: dict) -> dict:
    """Numbers and lists of arrays as arrays with names."""
    flat = {}
    for name, value in state.items():
        if isinstance(value, list):
            flat |= {f"{name}/{i:04d}": array for i, array in enumerate(value)}
        else:
            flat[name] = np.array(value)
    return flat


def _unpacked(arrays: dict) -> dict:
    state: dict = {}
    for name in sorted(arrays):
        if "/" in name:
            state.setdefault(name.split("/")[0], []).append(arrays[name])
        else:
            state[name] = arrays[name].item()
    return state
