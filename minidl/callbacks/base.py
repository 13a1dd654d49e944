"""What happens around the batches and epochs of a run. A callback sees the model as `self.model`,
and nothing else of it.

>>> class Stop(Callback):
...     def on_epoch_end(self, epoch, logs=None):
...         if logs["accuracy"] > 0.97:
...             self.model.stop_training = True
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

from ..support.registry import did_you_mean, older


class Callback:
    """Base class: override the hooks you need. logs: dict of floats. epoch and batch count from
    0.
    """

    model: Any = None
    params: dict = {}
    fellows: list[Callback] = []  # all callbacks of the run
    comes_last = False  # True for one that must see what all others did at the same moment

    def get_state(self) -> dict:
        """What it must remember for a run that goes on in another process: numbers, and lists of
        arrays. See BackupAndRestore.
        """
        return {}

    def set_state(self, state: dict) -> None:
        """Take back what get_state gave."""

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
    """Several callbacks as one: `call('on_epoch_end', 3, logs)` runs that hook of each, in
    order.
    """

    def __init__(self, callbacks, model, params: dict):
        callbacks = list(callbacks)
        for callback in callbacks:
            if not isinstance(callback, Callback):
                cure = (
                    f"write {callback.__name__}()"
                    if isinstance(callback, type)
                    else "subclass minidl.callbacks.Callback"
                )
                raise TypeError(f"callbacks holds {callback!r}, which is no Callback: {cure}.")
        self.callbacks: list[Callback] = sorted(callbacks, key=lambda callback: callback.comes_last)
        for callback in self.callbacks:
            callback.set_model(model)
            callback.set_params(params)
            callback.fellows = self.callbacks

    def call(self, hook: str, *args) -> None:
        """Run it for each. Without logs it gets empty ones, for hooks that are written without a
        default: lambda epoch, logs: ...
        """
        args = args if args and isinstance(args[-1], dict) else (*args, {})
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    def without(self, kind: type) -> CallbackList:
        """The same callbacks but for those of this class."""
        fewer = object.__new__(CallbackList)
        fewer.callbacks = [c for c in self.callbacks if not isinstance(c, kind)]
        return fewer

    def hooked(self, hook: str, *legacy: str) -> list:
        """The bound methods of those callbacks that override this hook, so that a batch costs
        nothing for the others.
        """
        found = [
            getattr(c, hook)
            for c in self.callbacks
            if any(
                getattr(getattr(c, h), "__func__", None) is not getattr(Callback, h)
                for h in (hook, *legacy)
            )
        ]
        return (
            [partial(_without_logs, method) for method in found]
            if hook.endswith("_begin")
            else found
        )


def _without_logs(hook, batch):
    hook(batch, {})


_OTHER_NAMES = [
    ("acc", "accuracy"),
    ("lr", "learning_rate"),
    ("mae", "mean_absolute_error"),
    ("mse", "mean_squared_error"),
    ("mape", "mean_absolute_percentage_error"),
    ("msle", "mean_squared_logarithmic_error"),
    ("rmse", "root_mean_squared_error"),
]


def _other_name(name, known) -> str | None:
    """The name under which the same thing is recorded, if that is another: 'val_accuracy' for the
    'val_acc' of older tutorials.
    """
    part = "val_" if str(name).startswith("val_") else ""
    for one, other in _OTHER_NAMES:
        for asked, there in ((one, other), (other, one)):
            if name == part + asked and part + there in known:
                return part + there
    return None


def _meant(name, known) -> str:
    """ " Did you mean 'accuracy'?", or nothing: another name of the same thing, else the
    nearest.
    """
    other = _other_name(name, known)
    return f" Did you mean '{other}'?" if other else did_you_mean(str(name), known)


class Records(dict):
    """A dict whose KeyError says what there is: history['acc'] -> did you mean 'accuracy'?"""

    def __missing__(self, key):
        if key == "lr" and "learning_rate" in self:
            older("history['lr']", "history['learning_rate']")
            return self["learning_rate"]
        raise KeyError(
            f"{key!r} was not recorded.{_meant(key, self)} A metric is named as you typed it in "
            f"compile(). "
            f"Available: {', '.join(self)}."
        )


class Logs(Records):
    """The numbers of an epoch as callbacks see them: logs['acc'] and logs.get('acc') find
    'accuracy', with a FutureWarning.
    """

    def __missing__(self, key):
        other = _other_name(key, self)
        if other is None:
            return super().__missing__(key)
        older(f"{key!r} in the logs", f"{other!r}, as it is named in compile()")
        return self[other]

    def get(self, key, default=None):
        """As of any dict, but for older names."""
        return self[key] if key in self or _other_name(key, self) else default


class History(Callback):
    """What `fit` returns. history: dict name -> list, one float an epoch; epoch: the epoch numbers,
    from 0.
    """

    def __init__(self):
        super().__init__()
        self.history: dict[str, list[float]] = Records()
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class LambdaCallback(Callback):
    """Hooks given as functions: LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch,
    logs)).
    """

    def __init__(self, **hooks):
        super().__init__()
        for name, function in hooks.items():
            if function is None:
                continue
            if not name.startswith("on_") or not hasattr(Callback, name):
                raise TypeError(
                    f"There is no hook "
                    f"{name!r}.{did_you_mean(name, [h for h in dir(Callback) if h.startswith('on_')])}"
                )
            setattr(self, name, function)


class Monitor(Callback):
    """Base of callbacks that wait for one number to get better: `value(logs)` finds it,
    `is_better(a, b)` compares.

    monitor: its name in the logs. mode: 'min' or 'max' says which way is better; 'auto' knows it
    for losses and the library's metrics.
    min_delta: how much better counts as better.
    """

    def __init__(self, monitor="val_loss", mode="auto", min_delta=0.0, best=None):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            raise ValueError(
                f"{type(self).__name__}: mode is 'auto', 'min' or 'max'; received {mode!r}."
            )
        self.monitor, self.mode, self.min_delta, self._first = monitor, mode, abs(min_delta), best
        self.best = best

        self._sign = 0  # -1 if less is better, 1 if more is; 0 until the first value comes

    def on_train_begin(self, logs=None):
        self._sign = 0
        self.best = self._first

    def value(self, logs) -> float | None:
        """The watched number, or None, with a warning, if it is not among the logs."""
        other = None if self.monitor in (logs or {}) else _other_name(self.monitor, logs or {})
        if other:
            older(
                f"{type(self).__name__}(monitor={self.monitor!r})",
                f"monitor={other!r}, as it is named in compile()",
            )
            self.monitor = other
        if self.monitor in (logs or {}):
            if not self._sign:
                self._sign = -1 if self._direction() == "min" else 1
            return float(logs[self.monitor])
        unmeasured = self.monitor.startswith("val_") and not any(
            name.startswith("val_") for name in logs or {}
        )
        without = (
            " It is measured only with validation_data or validation_split." if unmeasured else ""
        )
        warnings.warn(
            f"{type(self).__name__} watches {self.monitor!r}, which is not "
            f"there.{_meant(self.monitor, logs or {})}{without} "
            f"Available: {', '.join(logs or {}) or 'nothing'}.",
            stacklevel=3,
        )
        return None

    def is_better(self, value: float, than: float | None) -> bool:
        """Whether value is better by more than min_delta; anything is better than None."""
        return than is None or self._sign * (value - than) > self.min_delta

    def _direction(self) -> str:
        """'min' or 'max'."""
        if self.mode != "auto":
            return self.mode
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return "min"
        labelled = (
            getattr(self.model, "labelled_metrics", list)()
            if getattr(self.model, "optimizer", None) is not None
            else []
        )
        metric = dict(labelled).get(name)
        direction = getattr(metric, "direction", None)
        words = name.lower().replace("-", "_").split("_")
        if direction is None:
            direction = "max" if _RISE & set(words) else "min" if _FALL & set(words) else None
        if direction is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether {self.monitor!r} should rise or fall: "
                "pass mode='max' or mode='min'."
            )
        return direction


_RISE = {
    "acc",
    "accuracy",
    "auc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "iou",
    "r2",
    "similarity",
    "sensitivity",
    "specificity",
}
_FALL = {
    "error",
    "mse",
    "mae",
    "mape",
    "msle",
    "rmse",
    "crossentropy",
    "hinge",
    "poisson",
    "divergence",
    "kld",
    "logcosh",
    "cosh",
}
