"""Callbacks that write files: a table of the logs, and a backup to continue from."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter

import numpy as np

from ..support.disk import make_folder, path_of, write_atomically
from ..support.processes import writes
from .base import Callback


class CSVLogger(Callback):
    """Writes one row for each epoch to a CSV file: epoch, then the logs in alphabetical order.
    append: continue an existing file.

    If the first row has no validation logs, their columns are created too, with 'NA' for missing
    numbers.
    """

    def __init__(self, filename, separator=",", append=False):
        self.filename = path_of(filename, "CSVLogger: filename")
        self.separator, self.append = separator, append

    def on_train_begin(self, logs=None):
        self._keys, self._goes_on = None, self.append
        make_folder(self.filename)

    def on_epoch_end(self, epoch, logs=None):
        """Write a row. The file is opened and closed each time, so that an interrupted run leaves
        complete rows and no open file.
        """
        import csv  # slow to load

        if not writes():
            return
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
        """Return the columns of the existing file, or None."""
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
    """Saves a backup after each epoch. If a run is interrupted, run the same script again: fit
    continues after the last finished epoch.

    The folder `backup_dir` holds weights, optimizer, random state, history and the state of the
    other callbacks. It is removed when fit finishes (delete_checkpoint). The result is bit for bit
    the same as without the interruption. The backup is made after all other callbacks, wherever
    this one is in the list.
    """

    comes_last = True

    def __init__(
        self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True
    ):
        if save_freq != "epoch":
            raise ValueError(
                f"BackupAndRestore saves after each epoch, save_freq='epoch'; received "
                f"{save_freq!r}."
            )
        self.backup_dir = path_of(backup_dir, "BackupAndRestore: backup_dir")
        self.delete_checkpoint = delete_checkpoint

    def _place(self, name):
        return os.path.join(self.backup_dir, name)

    def on_train_begin(self, logs=None):
        import json  # slow to load

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
        """Write two files for this epoch, then the file that refers to them, then delete the old
        ones. A complete backup exists at every moment.
        """
        import json  # slow to load

        model, callbacks = f"model-{epoch}.npz", f"callbacks-{epoch}.npz"
        self.model.save(self._place(model))
        if not writes():
            return
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
        if self.delete_checkpoint and writes():
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
        """Return the other callbacks by name: EarlyStopping-0, EarlyStopping-1, ..."""
        named, counts = [], Counter()
        for callback in self.fellows:
            if callback is not self:
                name = type(callback).__name__
                named.append((f"{name}-{counts[name]}", callback))
                counts[name] += 1
        return named


def _packed(state: dict) -> dict:
    """Convert numbers and lists of arrays to arrays with names."""
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
