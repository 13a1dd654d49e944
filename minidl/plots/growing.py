"""Films how a classifier divides the plane while it trains: fit(..., callbacks=[
plots.GrowingRegions(x, y, "growing.gif")]).
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from ..callbacks import Callback
from ..support.checks import check_count, check_number
from ..support.disk import path_of
from .base import COLOURS, write_film
from .inside import answers, draw_samples, plane_around, points_and_labels


class GrowingRegions(Callback):
    """Writes a GIF of the classes that a model predicts at each point of the plane, one picture
    after the first epoch and after every `every` epochs. `regions` draws a single picture.

    x: points (n, 2). y: their labels (n,). path: of the GIF, written when training ends.
    seconds: how long the film is.
    """

    def __init__(self, x, y, path, every: int = 1, title: str | None = None, seconds: float = 6.0):
        self.x, self.y = points_and_labels(x, y, "GrowingRegions")
        self.path = path_of(path, "GrowingRegions: path")
        self.every = check_count("GrowingRegions: every", every)
        self.title = title
        self.seconds = check_number("GrowingRegions: seconds", seconds, 0, open_below=True)
        self.plane = plane_around(self.x)

    def on_train_begin(self, logs=None):
        self.pictures: list[tuple[str, np.ndarray]] = []

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0 or (epoch + 1) % self.every == 0:
            loss = f", loss {logs['loss']:.3f}" if logs and "loss" in logs else ""
            answer = answers(self.model, *self.plane).astype(np.uint8)
            self.pictures.append((f"epoch {epoch + 1}{loss}", answer))

    def on_train_end(self, logs=None):
        if not self.pictures:
            return
        classes = int(max(self.y.max(), *(answer.max() for _, answer in self.pictures))) + 1
        figure, axis = plt.subplots(figsize=(5.6, 4.4), layout="constrained")
        ground = self._ground(axis, classes)
        draw_samples(axis, self.x, self.y, classes)

        def draw(picture):
            words, answer = picture
            ground.set_data(answer)
            axis.set_title(f"{self.title}: {words}" if self.title else words)

        name = self.title or "how the network divides the plane"
        write_film(figure, draw, self.pictures, self.path, self.seconds, name)

    def _ground(self, axis, classes: int):
        """Return the image behind the samples, which is filled frame by frame."""
        (a, b), colours = self.plane, [COLOURS[k % len(COLOURS)] for k in range(classes)]
        edges = (a.min(), a.max(), b.min(), b.max())
        look = {"cmap": ListedColormap(colours), "vmin": -0.5, "vmax": classes - 0.5, "alpha": 0.3}
        return axis.imshow(np.zeros_like(a), extent=edges, origin="lower", aspect="auto", **look)
