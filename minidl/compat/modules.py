"""TensorFlow's Module, whose variables are found, and Checkpoint, a file of variables."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..core.layer import Layer
from ..files import native
from ..optimizers import Optimizer
from ..support.disk import write_atomically
from ..support.warning import warn
from ..tensor import Variable, name_scope


class Module:
    """An object whose variables are found: those of its attributes, their lists, dicts, modules and
    layers, by the attributes' names in alphabetical order.
    """

    def __init__(self, name=None):
        self._name = name or "".join(
            [f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__]
        ).lstrip("_")

    name = property(lambda self: self._name, doc="Its name: of its class, if none was given.")
    name_scope = property(lambda self: name_scope(self.name), doc="A scope for names.")

    @property
    def submodules(self) -> tuple:
        """The modules inside it."""
        found = [m for m in _inside(vars(self), Module)]
        return tuple(dict.fromkeys([n for m in found for n in (m, *m.submodules)]))

    @property
    def variables(self) -> tuple:
        """All its variables, each once."""
        found: dict[int, Any] = {}
        for thing in _inside(vars(self), (Variable, Module, Layer)):
            found |= {id(v): v for v in variables_of(thing)}
        return tuple(found.values())

    @property
    def trainable_variables(self) -> tuple:
        return tuple([v for v in self.variables if v.trainable])

    @staticmethod
    def with_name_scope(method):
        return method


def _inside(thing, kinds) -> list:
    """The things of these kinds in lists and dicts, of dicts in the order of their keys."""
    if isinstance(thing, kinds):
        return [thing]
    if isinstance(thing, dict):
        thing = [thing[key] for key in sorted(thing, key=str)]
    if isinstance(thing, (list, tuple)):
        return [found for part in thing for found in _inside(part, kinds)]
    return []


def variables_of(thing) -> list:
    """The variables of a layer, model, optimizer, metric, module, or of a list or dict of them."""
    if isinstance(thing, Variable):
        return [thing]
    if isinstance(thing, (list, tuple, dict)):
        parts = thing.values() if isinstance(thing, dict) else thing
        return [v for part in parts for v in variables_of(part)]
    return list(thing.weights if isinstance(thing, Layer) else getattr(thing, "variables", ()))


# --- tf.train


class Checkpoint:
    """Variables, layers, models and optimizers whose numbers one file keeps:

    >>> checkpoint = Checkpoint(model=model, optimizer=optimizer)
    >>> path = checkpoint.save("folder/ckpt")        # "folder/ckpt-1"
    >>> checkpoint.restore(path)
    """

    def __init__(self, root=None, **kwargs):
        self.tracked = {**({} if root is None else {"root": root}), **kwargs}
        self.save_counter = Variable(np.int64(0), name="save_counter")
        vars(self).update(kwargs)
        for name, thing in self.tracked.items():
            if not hasattr(thing, "variables") and not variables_of(thing):
                kind = type(thing).__name__
                warn(f"Checkpoint({name}=...) keeps nothing of {kind}: it has no variables.")

    def _arrays(self) -> dict[str, Variable]:
        named = {**self.tracked, "save_counter": self.save_counter}
        return {f"{k}/{i}": v for k, t in named.items() for i, v in enumerate(variables_of(t))}

    def write(self, file_prefix) -> str:
        """Write the numbers into the file `file_prefix`.npz, and return file_prefix."""
        path = os.fspath(file_prefix)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        arrays = {k: v.data for k, v in self._arrays().items()}
        native.write(f"{path}.npz", "checkpoint", {}, arrays)
        return path

    def save(self, file_prefix) -> str:
        """Write a numbered file, and note it as the latest one of its folder."""
        self.save_counter.assign_add(1)
        path = self.write(f"{os.fspath(file_prefix)}-{int(self.save_counter)}")
        note(path)
        return path

    def read(self, save_path) -> Checkpoint:
        """Give everything the numbers of a file; None: leave everything as it is. ValueError, and
        nothing changed, if they do not fit.
        """
        if save_path is None:
            return self
        _, arrays = native.read(f"{os.fspath(save_path)}.npz", ("checkpoint",))
        self._build(arrays)
        own = self._arrays()
        wrong = [k for k in {**own, **arrays} if k not in arrays or k not in own]
        wrong += [k for k in own if k not in wrong and arrays[k].shape != own[k].shape]
        if wrong:
            raise ValueError(
                f"The checkpoint {save_path} does not fit: '{wrong[0]}' is of another shape or on "
                "one side only. Build models by calling them on data, and optimizers by "
                "optimizer.build(model.trainable_variables), before you restore."
            )
        for name, variable in own.items():
            variable.assign(arrays[name])
        return self

    restore = read

    def _build(self, arrays) -> None:
        """Build the only optimizer, if it is new, for the variables of all the rest."""
        new = [(k, t) for k, t in self.tracked.items() if isinstance(t, Optimizer)]
        if len(new) != 1 or new[0][1].trainable_variables:
            return
        (name, optimizer), own = new[0], variables_of(new[0][1])
        if len([k for k in arrays if k.startswith(f"{name}/")]) > len(own):
            others = [t for t in self.tracked.values() if t is not optimizer]
            optimizer.build([v for v in variables_of(others) if v.trainable])

    def assert_consumed(self) -> Checkpoint:
        """Return the checkpoint: read() has checked that all numbers found their place."""
        return self

    expect_partial = assert_existing_objects_matched = assert_consumed


def note(path: str, all_paths: list[str] | None = None) -> None:
    """Write into the folder's file 'checkpoint' which checkpoint is the latest, and all of them."""
    folder, name = os.path.split(path)
    others = [os.path.basename(p) for p in all_paths or [*listed(folder), path]]
    lines = [f'model_checkpoint_path: "{name}"']
    lines += [f'all_model_checkpoint_paths: "{other}"' for other in dict.fromkeys(others)]
    with write_atomically(os.path.join(folder, "checkpoint")) as file:
        file.write(("\n".join(lines) + "\n").encode())


def listed(folder: str) -> list[str]:
    """The checkpoints that the folder's file lists, the latest last."""
    try:
        with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as file:
            rows = [line.partition(": ") for line in file]
    except FileNotFoundError:
        return []
    return [os.path.join(folder, v.strip().strip('"')) for k, _, v in rows if k.startswith("all")]


def latest_checkpoint(checkpoint_dir, latest_filename=None) -> str | None:
    """The path of the latest checkpoint in a folder; None if there is none."""
    return (listed(os.fspath(checkpoint_dir)) or [None])[-1]


class CheckpointManager:
    """Keeps the last max_to_keep checkpoints of a folder."""

    def __init__(self, checkpoint, directory, max_to_keep, checkpoint_name="ckpt", **how):
        self.checkpoint, self.directory = checkpoint, os.fspath(directory)
        self.max_to_keep, self.name = max_to_keep, checkpoint_name

    checkpoints = property(lambda self: listed(self.directory), doc="The paths, the latest last.")
    latest_checkpoint = property(
        lambda self: latest_checkpoint(self.directory), doc="The latest path, or None."
    )

    def save(self, checkpoint_number=None, check_interval=True) -> str:
        """Write a checkpoint, and remove the oldest ones."""
        prefix = os.path.join(self.directory, self.name)
        if checkpoint_number is None:
            path = self.checkpoint.save(prefix)
        else:
            path = self.checkpoint.write(f"{prefix}-{int(checkpoint_number)}")
            note(path)
        kept = self.checkpoints[-self.max_to_keep :] if self.max_to_keep else self.checkpoints
        for old in self.checkpoints[: -len(kept)]:
            os.remove(f"{old}.npz")
        note(path, kept)
        return path

    def restore_or_initialize(self) -> str | None:
        """Restore the latest checkpoint and return its path; None if there is none yet."""
        self.checkpoint.read(self.latest_checkpoint)
        return self.latest_checkpoint
