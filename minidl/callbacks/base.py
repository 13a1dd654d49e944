"""Callbacks run before and after batches and epochs. A callback uses the model as `self.model`.

>>> class Stop(Callback):
...     def on_epoch_end(self, epoch, logs=None):
...         if logs["accuracy"] > 0.97:
...             self.model.stop_training = True
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ..support.registry import did_you_mean
from ..support.structures import leaves


class Callback:
    """Base class: override the hooks you need. logs: dict of floats. epoch and batch count from
    0.
    """

    model: Any = None
    params: dict = {}
    fellows: list[Callback] = []  # all callbacks of the run
    comes_last = False  # True for one that must see what all others did at the same moment

    def get_state(self) -> dict:
        """Return the state to continue from in another process: numbers, and lists of arrays. See
        BackupAndRestore.
        """
        return {}

    def set_state(self, state: dict) -> None:
        """Restore the state that get_state returned."""

    def set_model(self, model):
        self.model = model

    def set_params(self, params):
        self.params = params

    def on_train_begin(self, logs=None):
        pass

    def on_train_end(self, logs=None):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_batch_begin(self, batch, logs=None):
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch, logs=None):
        pass

    def on_batch_end(self, batch, logs=None):
        pass

    def on_test_begin(self, logs=None):
        pass

    def on_test_end(self, logs=None):
        pass

    def on_test_batch_begin(self, batch, logs=None):
        pass

    def on_test_batch_end(self, batch, logs=None):
        pass

    def on_predict_begin(self, logs=None):
        pass

    def on_predict_end(self, logs=None):
        pass

    def on_predict_batch_begin(self, batch, logs=None):
        pass

    def on_predict_batch_end(self, batch, logs=None):
        pass


class CallbackList:
    """Several callbacks as one: `call('on_epoch_end', 3, logs)` calls that hook of each,
    in order; so does `on_epoch_end(3, logs)`, in a loop of your own.

    add_history, add_progbar: add a History, a ProgressBar, if there is none. params: what the
    callbacks find in self.params, such as epochs=3, steps=100.
    """

    progress_bar: Any = None  # its class; progress.py sets it

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        callbacks = leaves(callbacks or [])
        for callback in callbacks:
            if not isinstance(callback, Callback):
                cure = (
                    f"write {callback.__name__}()"
                    if isinstance(callback, type)
                    else "subclass minidl.callbacks.Callback"
                )
                raise TypeError(f"callbacks holds {callback!r}, which is no Callback: {cure}.")
        for kind, wanted in ((History, add_history), (self.progress_bar, add_progbar)):
            if wanted and not any(isinstance(callback, kind) for callback in callbacks):
                callbacks.append(kind())
        self.callbacks: list[Callback] = sorted(callbacks, key=lambda callback: callback.comes_last)
        for callback in self.callbacks:
            callback.set_model(model)
            callback.set_params(params)
            callback.fellows = self.callbacks

    def call(self, hook: str, *args, logs: dict | None = None) -> None:
        """Call a hook of each callback. Without logs, the hook gets an empty dict, so that
        functions without a default work: lambda epoch, logs: ...
        """
        if not args or not isinstance(args[-1], dict):
            args = (*[a for a in args if a is not None], logs or {})
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    def __getattr__(self, hook: str):
        if not hook.startswith("on_") or not hasattr(Callback, hook):
            raise AttributeError(f"CallbackList has no attribute {hook!r}.")
        return partial(self.call, hook)

    def without(self, kind: type) -> CallbackList:
        """Return the same callbacks except those of this class."""
        fewer = object.__new__(CallbackList)
        fewer.callbacks = [c for c in self.callbacks if not isinstance(c, kind)]
        return fewer

    def hooked(self, hook: str, *others: str) -> list:
        """List the bound methods of the callbacks that override this hook, or one of the others
        that it calls. Callbacks that do not override it cost no time in a batch.
        """
        names = (hook, *others)
        found = [getattr(c, hook) for c in self.callbacks if any(_overrides(c, h) for h in names)]
        if hook.endswith("_begin"):
            return [partial(_without_logs, method) for method in found]
        return found


def _overrides(callback: Callback, hook: str) -> bool:
    return getattr(getattr(callback, hook), "__func__", None) is not getattr(Callback, hook)


def _without_logs(hook, batch):
    hook(batch, {})


class Records(dict):
    """A dict whose KeyError lists its keys and suggests the most similar one."""

    def __missing__(self, key):
        raise KeyError(
            f"{key!r} was not recorded.{self.hint(key)} A metric is named as you typed it in "
            f"compile(). Available: {', '.join(self)}."
        )

    def hint(self, key) -> str:
        """Return " Did you mean 'loss'?" with the most similar key, or an empty string."""
        return did_you_mean(str(key), self)


class Logs(Records):
    """The numbers of an epoch that callbacks receive."""


class History(Callback):
    """The result of `fit`. history: dict name -> list, one float an epoch; epoch: the epoch
    numbers, from 0.
    """

    def __init__(self):
        self.history: dict[str, list[float]] = Records()
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class LambdaCallback(Callback):
    """Hooks given as functions: LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch,
    logs)). Functions with other names become attributes.
    """

    def __init__(self, **hooks):
        for name, function in hooks.items():
            if function is None:
                continue
            if name.startswith("on_") and not hasattr(Callback, name):
                known = [hook for hook in dir(Callback) if hook.startswith("on_")]
                raise TypeError(f"There is no hook {name!r}.{did_you_mean(name, known)}")
            if not callable(function):
                raise TypeError(
                    f"LambdaCallback: {name} is a function, such as lambda epoch, logs: ...; "
                    f"received {function!r}."
                )
            setattr(self, name, function)
