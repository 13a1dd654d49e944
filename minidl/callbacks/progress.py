"""The progress bar of a run."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ..support import console
from .base import Callback, CallbackList


class ProgressBar(Callback):
    """Keras's line: 1875/1875 ━━━━━━━━━━━━━━━━━━━━ 2s 1ms/step - accuracy: 0.9154 - loss: 0.2951

    Redrawn by tqdm in a terminal or notebook, at most ten times a second. In a file, or with
    live=False: one plain line an epoch. On a console without ━ the bar is drawn with = signs.
    """

    def __init__(self, live: bool | None = None):
        self.out = console.stream()
        self.live = (
            console.is_live(self.out) if live is None else live and console.is_live(self.out)
        )
        self.bar: Any = None

    # an epoch of fit
    def on_epoch_begin(self, epoch, logs=None):
        self.title = (
            f"Epoch {epoch + 1}/{self.params['epochs']}" if self.params["epochs"] > 1 else ""
        )
        if self.live and self.title:
            console.say(self.title)
        self.begin()

    def on_train_batch_end(self, batch, logs=None):
        self.advance(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self.finish(logs)

    # evaluate and predict on their own
    def on_test_begin(self, logs=None):
        self.title = ""
        self.begin()

    def on_predict_begin(self, logs=None):
        self.on_test_begin()

    def on_test_batch_end(self, batch, logs=None):
        self.advance(batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        self.advance(batch, None)

    def on_test_end(self, logs=None):
        self.finish(logs)

    def on_predict_end(self, logs=None):
        self.finish(None)

    def begin(self):
        """Draw the bar at the start of a run."""
        self.steps = self.params.get("steps")
        self.done, self.start, self.drawn = 0, time.perf_counter(), 0.0
        if self.live:
            from tqdm import tqdm

            self.bar = tqdm(
                total=self.steps,
                file=self.out,
                bar_format="{n_fmt}/{total_fmt} {bar:20} {desc}",
                ascii="─━" if console.can_show(self.out, "─━") else "-=",
            )

    def advance(self, batch, logs):
        """Show that this batch (from 0) is done, at most ten times a second."""
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

    def finish(self, logs):
        """Show the logs of the whole run, and end the line."""
        seconds = time.perf_counter() - self.start
        if self.bar is not None:
            self._draw(seconds, logs)
            self.close()
        else:
            title = f"{self.title} - " if self.title else ""
            count = f"{self.done}/{self.steps or self.done}"
            console.say(f"{title}{count} - {self._text(seconds, logs, ' - ')}")

    def close(self):
        """End the line that is being drawn, also after an interruption."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def _text(self, seconds, logs, gap=" ") -> str:
        spent = time.perf_counter() - self.start
        clock = (
            f"{int(seconds)}s" if seconds < 60 else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
        )
        numbers = "".join(
            f" - {name}: {_four_digits(value)}"
            for name, value in (logs or {}).items()
            if np.ndim(value) == 0
        )
        return f"{clock}{gap}{_per_step(spent / max(1, self.done))}{numbers}"


def _per_step(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def _four_digits(value: float) -> str:
    return f"{value:.4f}" if abs(value) > 1e-3 or value == 0 else f"{value:.4e}"


CallbackList.progress_bar = ProgressBar
