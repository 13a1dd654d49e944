"""Plots that are updated while a model trains: fit(..., callbacks=[plots.LivePlot()])."""

from __future__ import annotations

import sys
from typing import Any

import matplotlib.pyplot as plt

from ..callbacks import Callback
from ..support.checks import check_count
from ..support.disk import make_folder, path_of
from .base import COLOURS, about, finish, on_a_screen, panels, whole_steps, write


class LivePlot(Callback):
    """Draws loss and metrics anew after every `every` epochs: in the output of a notebook cell, or
    in a window on a screen.

    metrics: the names to show, without val_; all if left out. path: also write the picture there,
    each time.
    """

    def __init__(self, metrics=None, every: int = 1, path=None):
        self.metrics, self.every = metrics, check_count("LivePlot: every", every)
        self.path = None if path is None else path_of(path, "LivePlot: path")
        self.figure: Any = None

    def on_train_begin(self, logs=None):
        self.records: dict[str, list[tuple[int, float]]] = {}
        self.figure = self._display = None
        if self.path is not None:
            make_folder(self.path)

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.records.setdefault(name, []).append((epoch + 1, value))
        if (epoch + 1) % self.every == 0:
            self._draw()
            self._show()

    def on_train_end(self, logs=None):
        if self.figure is not None:
            if self._display is None and self.path is None:
                finish(self.figure)
            else:
                plt.close(self.figure)

    def _draw(self):
        names = self.metrics or [n for n in self.records if not n.startswith("val_")]
        names = sorted((n for n in names if n in self.records), key=lambda n: (n != "loss", n))
        if not names:
            there = ", ".join(sorted(self.records))
            raise ValueError(f"LivePlot: no log has a name of {self.metrics}; there are: {there}.")
        if self.figure is None:
            self.figure, self._axes = panels(len(names), len(names), 4.5, 3.4)
        for axis, name in zip(self._axes[0], names):
            axis.clear()
            for key, style, colour, label in (
                (name, "o-", COLOURS[0], "training"),
                (f"val_{name}", "s--", COLOURS[1], "validation"),
            ):
                if self.records.get(key):
                    axis.plot(
                        *zip(*self.records[key]), style, color=colour, label=label, markersize=4
                    )
            axis.set(xlabel="epoch", ylabel=name.replace("_", " "))
            whole_steps(axis)
            axis.legend()

    def _show(self):
        if self.path is not None:
            write(self.figure, self.path)
        if "ipykernel" in sys.modules:  # a notebook: draw over the picture of the last epoch
            from IPython.display import display  # pyright: ignore[reportMissingImports]

            words = about(self.figure, self.path)
            if self._display is None:
                self._display = display(self.figure, display_id=True, metadata=words)
            else:
                self._display.update(self.figure, metadata=words)
        elif self.path is None and on_a_screen():
            plt.pause(0.001)
