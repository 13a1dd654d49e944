"""The loop of `fit`: in each epoch, for each batch, predict, compute loss and gradients, move.

>>> class Network(Trainer, Sequential):
...     "A stack of layers that can be trained."
>>> relu = functools.partial(apply, nonlinear.relu)
>>> net = Network([Flatten(), Dense(128, relu), Dense(10)])
>>> accuracy = SparseCategoricalAccuracy("accuracy")
>>> net.compile(Adam(0.001), SparseCategoricalCrossentropy(), [accuracy])
>>> batches = Batches(x, y, batch_size=32, rng=np.random.default_rng(0))
>>> net.prepare(batches)
>>> net.run(batches, epochs=range(5), hooks=Hooks())
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .batches import unpack
from .metrics import Mean
from .tensor import switches


class Hooks:
    """Functions that a run calls before and after epochs and batches. Subclasses override them.

    logs: metric name -> number. batch_begins: functions of the step. batch_ends: functions of the
    step and the logs.
    """

    batch_begins: Any = ()
    batch_ends: Any = ()

    def epoch_begin(self, epoch: int) -> None:
        """Called before the first batch of an epoch."""

    def epoch_end(self, epoch: int, steps: int, logs: dict) -> None:
        """Called after the last batch of an epoch. steps: the number of batches."""


class Trainer:
    """Adds training to a layer: an optimizer, a loss, metrics, and the loop."""

    __call__: Any  # defined by the layer
    weights: Any
    optimizer: Any = None
    loss: Any = None  # loss(y, y_pred, sample_weight): one number to make smaller
    metrics: Any = ()
    stop_training = False  # a hook sets it: the run ends after this batch and its epoch

    def compile(self, optimizer, loss, metrics=()) -> None:
        """Set the optimizer, the loss to minimize, and the metrics to watch."""
        self.optimizer, self.loss, self.metrics = optimizer, loss, metrics
        self._loss_tracker = Mean("loss")

    def prepare(self, batches) -> None:
        """Create the weights by a call on the first batch, and pass them to the optimizer."""
        x, _, _ = unpack(next(iter(batches)))
        self(x)
        self.optimizer.build(self.weights)

    # -- one batch
    def train_step(self, data) -> dict:
        """Learn from one batch. data: x, (x, y) or (x, y, sample_weight). Returns the running value
        of the loss and of each metric.
        """
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        self.check_loss(loss, x, y)
        if self.optimizer.trainable_variables:  # none: everything is frozen
            loss.backward()
            self.optimizer.step()
        self.note_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data) -> dict:
        """Compute the loss and metrics of one batch without training. Returns their
        running values.
        """
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=False)
        self.note_loss(self.compute_loss(x, y, y_pred, sample_weight), x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """Compute the outputs for one batch."""
        return self(unpack(data)[0], training=False)

    # -- many batches
    def run(self, batches, epochs, hooks: Hooks) -> None:
        """Train for these epochs. Each epoch is one pass through the batches."""
        for epoch in epochs:
            self.reset_metrics()
            hooks.epoch_begin(epoch)
            steps, logs = self.run_epoch(batches, hooks)
            hooks.epoch_end(epoch, steps, logs)
            if self.stop_training:
                break

    def run_epoch(self, batches, hooks: Hooks) -> tuple[int, dict]:
        """Train on each batch once. Returns the number of batches, and the last logs."""
        steps, logs = 0, {}
        for step, batch in enumerate(batches):
            for hook in hooks.batch_begins:
                hook(step)
            logs = self.train_step(batch)
            for hook in hooks.batch_ends:
                hook(step, logs)
            steps = step + 1
            if self.stop_training:
                break
        return steps, logs

    def measure(self, batches, hooks: Hooks) -> dict:
        """Compute the loss and the metrics over all batches."""
        self.reset_metrics()
        logs: dict = {}
        for step, batch in enumerate(batches):
            for hook in hooks.batch_begins:
                hook(step)
            logs = self.test_step(batch)
            for hook in hooks.batch_ends:
                hook(step, logs)
        return logs

    # -- the loss and the metrics
    def compute_loss(self, x, y, y_pred, sample_weight=None):
        """Compute the number that training minimizes."""
        return self.loss(y, y_pred, sample_weight)

    def check_loss(self, loss, x, y) -> None:
        """Raise FloatingPointError if the loss is nan or inf, before the weights are changed."""
        if not np.isfinite(loss.data):
            raise FloatingPointError("the loss is not finite")

    def note_loss(self, loss, x) -> None:
        """Add the loss of a batch to the mean over the epoch."""
        self._loss_tracker.update_state(loss.data, len(x))

    def compute_metrics(self, x, y, y_pred, sample_weight=None) -> dict:
        """Add the batch to every metric. Returns name -> running value, the loss first."""
        counts = 1 if sample_weight is None else sample_weight
        for metric in self.metrics:
            metric.update_state(y, y_pred.data, counts)
        return {m.name: m.result() for m in (self._loss_tracker, *self.metrics)}

    def reset_metrics(self) -> None:
        """Reset the loss and the metrics at the start of an epoch."""
        for metric in (self._loss_tracker, *self.metrics):
            metric.reset_state()


def undisturbed(work, recording: bool):
    """Call work() with NumPy's warnings off, and with the settings of this thread that the work
    needs.

    recording: whether operations are recorded for backward. All settings are restored afterwards,
    also after an error or Ctrl-C.
    """
    before = {name: getattr(switches, name) for name in ("pauses", "training", "quiet")}
    errors = np.geterr()

    def restore():
        vars(switches).update(before)
        np.seterr(**errors)

    try:
        try:
            switches.pauses, switches.training = int(not recording), None
            switches.quiet, _ = True, np.seterr(all="ignore")
            return work()
        finally:
            restore()
    finally:
        restore()  # again: Ctrl-C may have interrupted the first call
