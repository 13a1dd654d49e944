"""What happens around the batches and epochs of a run. A callback sees the model as `self.model`, and nothing else of it.

>>> class Stop(Callback):
...     def on_epoch_end(self, epoch, logs=None):
...         if logs["accuracy"] > 0.97:
...             self.model.stop_training = True
"""

from __future__ import annotations

import math
import time
from typing import Any

from . import console
from .registry import did_you_mean


class Callback:
    """Base class: override the hooks you need. logs: dict of floats. epoch and batch count from 0."""

    def __init__(self):
        self.model: Any = None
        self.params: dict = {}

    def set_model(self, model): self.model = model
    def set_params(self, params): self.params = params
    def on_train_begin(self, logs=None): pass
    def on_train_end(self, logs=None): pass
    def on_epoch_begin(self, epoch, logs=None): pass
    def on_epoch_end(self, epoch, logs=None): pass
    def on_train_batch_begin(self, batch, logs=None): self.on_batch_begin(batch, logs)
    def on_train_batch_end(self, batch, logs=None): self.on_batch_end(batch, logs)
    def on_batch_begin(self, batch, logs=None): pass
    def on_batch_end(self, batch, logs=None): pass
    def on_test_begin(self, logs=None): pass
    def on_test_end(self, logs=None): pass
    def on_test_batch_begin(self, batch, logs=None): pass
    def on_test_batch_end(self, batch, logs=None): pass
    def on_predict_begin(self, logs=None): pass
    def on_predict_end(self, logs=None): pass
    def on_predict_batch_begin(self, batch, logs=None): pass
    def on_predict_batch_end(self, batch, logs=None): pass


class CallbackList:
    """Several callbacks as one: `call('on_epoch_end', 3, logs)` runs that hook of each, in order."""

    def __init__(self, callbacks, model, params: dict):
        self.callbacks = list(callbacks)
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                cure = f"write {callback.__name__}()" if isinstance(callback, type) else "subclass minidl.callbacks.Callback"
                raise TypeError(f"callbacks holds {callback!r}, which is no Callback: {cure}.")
            callback.set_model(model)
            callback.set_params(params)

    def call(self, hook: str, *args) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    def hooked(self, hook: str, *legacy: str) -> list:
        """The bound methods of those callbacks that override this hook, so that a batch costs nothing for the others."""
        return [getattr(c, hook) for c in self.callbacks
                if any(getattr(getattr(c, h), "__func__", None) is not getattr(Callback, h) for h in (hook, *legacy))]


class Records(dict):
    """A dict whose KeyError says what there is: history['acc'] -> did you mean 'accuracy'?"""

    def __missing__(self, key):
        renamed = {"acc": "accuracy", "val_acc": "val_accuracy", "accuracy": "acc", "val_accuracy": "val_acc", "lr": "learning_rate"}
        hint = f" Did you mean '{renamed[key]}'?" if renamed.get(key) in self else did_you_mean(str(key), self)
        raise KeyError(f"{key!r} was not recorded.{hint} A metric is named as you typed it in compile(). Available: {', '.join(self)}.")


class History(Callback):
    """What `fit` returns. history: dict name -> list, one float an epoch; epoch: the epoch numbers, from 0."""

    def __init__(self):
        super().__init__()
        self.history: dict[str, list[float]] = Records()
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class LambdaCallback(Callback):
    """Hooks given as functions: LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))."""

    def __init__(self, **hooks):
        super().__init__()
        for name, function in hooks.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                raise TypeError(f"There is no hook {name!r}.{did_you_mean(name, [h for h in dir(Callback) if h.startswith('on_')])}")
            setattr(self, name, function)


class TerminateOnNaN(Callback):
    """Stop quietly at the first loss that is no number, instead of the error that `fit` raises on its own."""

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            console.say(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class ProgressBar(Callback):
    """Keras's line: 1875/1875 ━━━━━━━━━━━━━━━━━━━━ 2s 1ms/step - accuracy: 0.9154 - loss: 0.2951

    Redrawn by tqdm in a terminal or notebook, at most ten times a second. In a file, or with live=False: one plain line an
    epoch. On a console without ━ the bar is drawn with = signs.
    """

    def __init__(self, live: bool | None = None):
        super().__init__()
        self.out = console.stream()
        self.live = console.is_live(self.out) if live is None else live and console.is_live(self.out)
        self.bar: Any = None

    # an epoch of fit
    def on_epoch_begin(self, epoch, logs=None):
        self.title = f"Epoch {epoch + 1}/{self.params['epochs']}" if self.params["epochs"] > 1 else ""
        if self.live and self.title:
            console.say(self.title)
        self._begin()

    def on_train_batch_end(self, batch, logs=None): self._advance(batch, logs)
    def on_epoch_end(self, epoch, logs=None): self._finish(logs)

    # evaluate and predict on their own
    def on_test_begin(self, logs=None):
        self.title = ""
        self._begin()

    def on_predict_begin(self, logs=None): self.on_test_begin()
    def on_test_batch_end(self, batch, logs=None): self._advance(batch, logs)
    def on_predict_batch_end(self, batch, logs=None): self._advance(batch, None)
    def on_test_end(self, logs=None): self._finish(logs)
    def on_predict_end(self, logs=None): self._finish(None)

    def _begin(self):
        self.steps = self.params.get("steps")
        self.done, self.start, self.drawn = 0, time.perf_counter(), 0.0
        if self.live:
            from tqdm import tqdm

            self.bar = tqdm(total=self.steps, file=self.out, bar_format="{n_fmt}/{total_fmt} {bar:20} {desc}", mininterval=0, miniters=0,
                            ascii="─━" if console.can_show(self.out, "─━") else "-=")

    def _advance(self, batch, logs):
        self.done = batch + 1
        if self.bar is not None:
            now = time.perf_counter()
            if now - self.drawn > 0.1:
                self.drawn = now
                self._draw(self._remaining(now), dict(sorted((logs or {}).items())))

    def _draw(self, seconds, logs):
        self.bar.n = self.done
        self.bar.set_description_str(self._text(seconds, logs))

    def _remaining(self, now) -> float:
        return (now - self.start) / self.done * max(0, (self.steps or self.done) - self.done)

    def _finish(self, logs):
        seconds = time.perf_counter() - self.start
        if self.bar is not None:
            self._draw(seconds, logs)
            self.close()
        else:
            line = f"{self.title + ' - ' if self.title else ''}{self.done}/{self.steps or self.done} - {self._text(seconds, logs, ' - ')}"
            console.say(line)

    def close(self):
        """End the line that is being drawn, also after an interruption."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def _text(self, seconds, logs, gap=" ") -> str:
        spent = time.perf_counter() - self.start
        clock = f"{int(seconds)}s" if seconds < 60 else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
        numbers = "".join(f" - {name}: {_four_digits(value)}" for name, value in (logs or {}).items())
        return f"{clock}{gap}{_per_step(spent / max(1, self.done))}{numbers}"


def _per_step(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def _four_digits(value: float) -> str:
    return f"{value:.4f}" if abs(value) > 1e-3 or value == 0 else f"{value:.4e}"
