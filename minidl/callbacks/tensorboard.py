"""Files that the program TensorBoard draws: `tensorboard --logdir logs` shows how training went.

The package tensorboardX (the extra `tensorboard`) writes them. Without it one sentence is said, and
training goes on.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..support.checks import check_count
from ..support.disk import path_of
from ..support.processes import writes
from ..support.warning import warn
from .base import Callback
from .rates import note_rates


class Nowhere:
    """A writer whose files are never made: all that it is given is forgotten."""

    def forget(self, *args, **how) -> None:
        """Do nothing."""

    add_scalar = add_histogram = add_image = add_text = flush = close = forget


def open_writer(folder: str | os.PathLike[str]) -> Any:
    """A new event file in this folder: an object with add_scalar, add_histogram, add_image,
    add_text, flush and close. Nowhere in a process that does not write files and, with a warning,
    without the package tensorboardX.
    """
    if not writes():
        return Nowhere()
    try:
        import tensorboardX  # pyright: ignore[reportMissingImports]
    except ImportError:
        warn(
            "Files for TensorBoard need the package tensorboardX: pip install "
            '"minidl[tensorboard]". Nothing is written, and all else goes on.'
        )
        return Nowhere()
    return tensorboardX.SummaryWriter(os.fspath(folder))


class TensorBoard(Callback):
    """Writes the logs of each epoch into the folder log_dir: of training into `train`, of
    validation into `validation`.

    histogram_freq: after each so many epochs also how the numbers of each weight are distributed; 0
    for never. write_images: then also each matrix of weights as a picture. update_freq: 'epoch', or
    after how many batches the logs of training are written as well, 'batch' for each. write_graph,
    write_steps_per_second, profile_batch, embeddings_freq and embeddings_metadata are accepted and
    without effect: they are about TensorFlow's own machinery.
    """

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
    ):
        self.log_dir = path_of(log_dir, "TensorBoard: log_dir")
        self.histogram_freq = check_count("TensorBoard: histogram_freq", histogram_freq, 0)
        self.write_images = write_images
        words = {"epoch": 0, "batch": 1}
        self.update_freq = words.get(update_freq, update_freq)
        check_count("TensorBoard: update_freq", self.update_freq, 0)
        self._writers: dict[str, Any] = {}

    def _writer(self, name: str):
        """The writer of 'train' or 'validation', opened when the first number comes."""
        for opened in self._writers.values():
            if isinstance(opened, Nowhere):  # the reason was said then
                return opened
        if name not in self._writers:
            self._writers[name] = open_writer(os.path.join(self.log_dir, name))
        return self._writers[name]

    def _write(self, name: str, values: dict, step: int) -> None:
        writer = self._writer(name)
        for tag, value in values.items():
            writer.add_scalar(tag, float(value), step)

    def on_train_batch_end(self, batch, logs=None):
        step = self.model.optimizer.iterations
        if self.update_freq and step % self.update_freq == 0:
            self._write("train", {f"batch_{k}": v for k, v in (logs or {}).items()}, int(step))

    def on_test_end(self, logs=None):
        """Write the results of evaluate against the number of updates made before."""
        values = {f"evaluation_{k}_vs_iterations": v for k, v in (logs or {}).items()}
        if values:
            self._write("validation", values, int(self.model.optimizer.iterations))
            self._flush()

    def on_epoch_end(self, epoch, logs=None):
        """Write the logs, and the weights when it is time, and hand all to the disk."""
        logs = dict(logs or {})
        note_rates(self.model.optimizer, logs)
        validation = {k[4:]: v for k, v in logs.items() if k.startswith("val_")}
        training = {k: v for k, v in logs.items() if not k.startswith("val_")}
        for name, values in (("train", training), ("validation", validation)):
            self._write(name, {f"epoch_{k}": v for k, v in values.items()}, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(self._writer("train"), epoch)
        self._flush()

    def _flush(self) -> None:
        for writer in self._writers.values():
            writer.flush()

    def _write_weights(self, writer, epoch: int) -> None:
        for weight in self.model.weights:
            writer.add_histogram(f"{weight.path}/histogram", weight.numpy(), epoch)
            if self.write_images and weight.ndim == 2:
                picture = stretched(weight.numpy())[..., None]
                writer.add_image(f"{weight.path}/image", picture, epoch, dataformats="HWC")

    def on_train_end(self, logs=None):
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()


def stretched(numbers: np.ndarray) -> np.ndarray:
    """The numbers moved and scaled so that the smallest is 0 and the largest 1."""
    low, high = numbers.min(), numbers.max()
    return (numbers - low) / (high - low if high > low else 1)
