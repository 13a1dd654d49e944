"""compile, fit, evaluate, predict: the core's Trainer with all the arguments of Keras.

The loop itself, `train_step` and `run`, is in minidl/core/training.py. The hooks of the loop are in
loops.py, the sources of data in sources.py, losses and metrics of the outputs in objective.py.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..callbacks import History
from ..core import training as core
from ..data import count_samples
from ..guards.loss import explain_non_finite
from ..guards.optimizer import labelled
from ..metrics import Mean
from ..support.checks import check_count
from ..symbolic import Symbol
from ..tensor import Tensor
from . import loops, running, sources
from .loops import due_every, sorted_floats
from .objective import Objective


class Trainer(core.Trainer):
    """Adds training to a layer: compile, fit, evaluate, predict."""

    name: str
    all_layers: Any  # defined by the layer
    trainable_weights: Any
    history: History | None = None
    resume_at = 0  # BackupAndRestore sets it: the epochs before were run in an earlier process
    stop_on_nan = True
    compile_objective: Any = None  # the losses and metrics of the outputs
    _compile_arguments: Any = None
    _loss_tracker: Any = None
    output_names: list[str] | None = None
    first_output_shape: tuple = ()  # of the model's first output, once data have passed through it
    # while fit or evaluate runs: the parts looked up once
    run_parts: running.Parts | None = None
    shuffle_generator: Any = None  # fit's generator: a second fit continues its numbers

    # --- compile: choose how to learn
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
        *,
        stop_on_nan=True,
    ) -> None:
        """Choose the optimizer, the loss and what to watch. Weights stay; optimizer memory and
        metrics start anew.

        optimizer, loss: a name, a class, an instance or (loss) a function. metrics: a list of
        those; 'accuracy' picks the kind that fits the loss. weighted_metrics: the same, counting
        sample weights. A model with several outputs takes a list or a dict by output name for loss,
        loss_weights and metrics; the weighted sum of the losses is what training makes smaller.
        stop_on_nan=False trains on through nan. run_eagerly, steps_per_execution, jit_compile and
        auto_scale_loss are accepted for Keras's sake: all runs eagerly here.
        """
        objective = Objective(loss, loss_weights, metrics, weighted_metrics)
        self.optimizer = running.optimizer_for(optimizer)
        self.compile_objective = objective
        self._loss_tracker = Mean("loss")
        self.warned_of: set[str] = set()  # the warnings given since compile()
        self.trainable_at_compile = {id(layer): layer.trainable for layer in self.all_layers()}
        self._compile_arguments = {
            "optimizer": self.optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self.stop_on_nan = stop_on_nan

    @property
    def compiled(self) -> bool:
        """Whether compile() was called."""
        return self.optimizer is not None

    @property
    def loss(self) -> Any:
        """The loss as it was passed to compile(): a name, an object, or a list or dict of those."""
        return None if self.optimizer is None else self._compile_arguments["loss"]

    @property
    def compile_arguments(self) -> dict:
        """The arguments of compile() by name, with the optimizer as an object."""
        return self._compile_arguments

    @property
    def loss_kind(self) -> str | None:
        """The kind of targets that the loss of a single output takes: 'sparse', 'binary',
        'regression'...
        """
        return getattr(self.compile_objective.only_loss, "kind", None)

    def number_of_classes(self) -> int:
        """The number of classes of a model with a single output; 0 if unknown."""
        if not self.first_output_shape or self.loss_kind not in ("binary", "sparse", "categorical"):
            return 0
        return 2 if self.loss_kind == "binary" else self.first_output_shape[-1]

    # --- fit
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose: int | str = "auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        *,
        seed=None,
    ) -> History:
        """Train for some epochs, each one pass through the data in mini-batches. Returns a History
        with the course of the loss.

        x, y: arrays or lists with one sample a row; tuples, lists or dicts of such for several
        inputs or outputs. Or x brings batches (x, y) or (x, y, sample_weight): a PyDataset, a
        generator (then give steps_per_epoch) or any iterable. batch_size: 32 if left out. epochs:
        the number of the last epoch, so that fit(epochs=10, initial_epoch=5) runs five. verbose: 0
        silent, 1 a progress bar, 2 a line an epoch, 'auto' a bar on a screen and lines in a file.
        validation_split: share of the last samples, before shuffling, to hold back.
        validation_data: (x, y), (x, y, sample_weight) or what brings batches. validation_freq:
        every so many epochs, or a list of epochs from 1. class_weight: {class: weight};
        sample_weight: one number a sample. seed: of the shuffling, for this call alone.

        The loss and metrics of an epoch are means over its batches, taken while the weights move
        and with dropout on; `evaluate` on the same data measures the weights at the end, without
        dropout, and usually finds better numbers. A second fit goes on from the present weights.
        After Ctrl-C `model.history` holds the finished epochs.
        """
        running.require_compiled(self)
        check_count("epochs", epochs, 1)
        check_count("initial_epoch", initial_epoch, 0)
        data, held = (x, y, sample_weight, class_weight), (validation_split, validation_data)
        sizes = batch_size, validation_batch_size, steps_per_epoch, validation_steps
        plan = core.undisturbed(
            lambda: sources.plan_fit(self, data, *held, sizes, shuffle, seed), recording=True
        )
        span, is_due = range(initial_epoch, epochs), due_every(validation_freq)
        return loops.fit(self, plan, span, verbose, callbacks, is_due)

    def prepare(self, batches) -> None:
        """Run the first samples through the model to create the weights, and check the targets."""
        running.prepare(self, batches)

    def train_on_batch(
        self,
        x,
        y=None,
        sample_weight=None,
        class_weight=None,
        return_dict=False,
        *,
        reset_metrics=True,
    ):
        """Make one training step on exactly these samples. Returns the loss and metrics on them;
        reset_metrics=False: on all since the last reset_metrics(), as in Keras 2.
        """
        running.require_compiled(self)
        batch = loops.one_batch(self, x, y, sample_weight, class_weight)

        def train() -> dict:
            if not self.optimizer.trainable_variables:  # the model sees data for the first time
                self.prepare(batch)
            running.check_frozen(self)
            if reset_metrics:
                self.reset_metrics()
            return self.train_step(next(iter(batch)))

        return self._as_result(running.restored_after(self, train, recording=True), return_dict)

    # --- evaluate and predict
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose: int | str = "auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
    ) -> Any:
        """Compute the loss and metrics on this data. Returns [loss, *metrics], only the loss if
        there are no metrics, or with return_dict a dict.
        """
        running.require_compiled(self)
        batches = sources.for_evaluate(self, x, y, sample_weight, batch_size, steps)
        logs = loops.evaluate(self, batches, steps, verbose, callbacks)
        return self._as_result(logs, return_dict)

    def predict(
        self, x, batch_size=None, verbose: int | str = "auto", steps=None, callbacks=None
    ) -> Any:
        """Compute the outputs for all samples, batch by batch: an array; for several outputs a list
        or dict of arrays. For one small batch, model(x) is faster.
        """
        batches = sources.for_predict(self, x, batch_size, steps)
        return loops.predict(self, batches, steps, verbose, callbacks)

    def test_on_batch(
        self, x, y=None, sample_weight=None, return_dict=False, *, reset_metrics=True
    ):
        """Compute the loss and metrics on exactly these samples. reset_metrics=False: on all
        samples since the last reset_metrics().
        """
        running.require_compiled(self)
        batch = loops.one_batch(self, x, y, sample_weight)
        if reset_metrics:
            self.reset_metrics()
        logs = running.restored_after(
            self, lambda: self.test_step(next(iter(batch))), recording=False
        )
        return self._as_result(logs, return_dict)

    def predict_on_batch(self, x) -> Any:
        """Compute the outputs for these samples in one batch."""
        return loops.predict_on_batch(self, x)

    def _as_result(self, logs, return_dict):
        logs = sorted_floats(logs)
        if return_dict:
            return logs
        labels = [label for label in self.metrics_names if label in logs]
        values = [logs[label] for label in [*labels, *[k for k in logs if k not in labels]]]
        return values[0] if len(values) == 1 else values

    # --- the loss and the metrics of a batch
    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ) -> Tensor:
        """Compute the number that training minimizes: the losses of the outputs, plus the penalties
        on weights, plus the terms that layers added with add_loss.
        """
        total, objective = None, self.compile_objective
        only = objective.single
        plain = type(y) is np.ndarray and type(y_pred) is Tensor
        if plain and only is not None and only.loss is not None:
            loss = only.loss(y, y_pred, sample_weight)
            total = loss if only.weight == 1.0 else loss * only.weight
        elif y is not None and objective.loss is not None:
            samples = x if x is not None else y
            total = objective.compute_loss(y, y_pred, sample_weight, self.output_names, samples)
        for extra in self.losses:
            total = extra if total is None else total + extra
        if total is None or isinstance(total, Symbol):
            raise objective.no_loss(total)
        return total

    def check_loss(self, loss: Tensor, x=None, y=None) -> None:
        """Raise a diagnosis if the loss is nan or inf; compile(stop_on_nan=False) disables this."""
        number = loss.array
        if self.stop_on_nan and number.size == 1 and not math.isfinite(number.item()):
            rate = max(float(one.learning_rate) for _, one in labelled(self.optimizer))
            step, weights = self.optimizer.iterations + 1, self.trainable_weights
            raise explain_non_finite(loss, x, y, weights, step, rate)

    def note_loss(self, loss, x) -> None:
        """Add the loss of a batch to the mean over the epoch."""
        samples = len(x.array) if type(x) is Tensor else count_samples(x)
        self._loss_tracker.update_state(loss, sample_weight=samples)

    @property
    def losses(self) -> list:
        """The terms added to the losses of the outputs: penalties on weights, and the arguments of
        add_loss in the last call.
        """
        if self.run_parts is None:
            return super().losses  # pyright: ignore[reportAttributeAccessIssue]
        added = [loss for layer in self.run_parts.layers for loss in layer.added_losses]
        return [*added, *[v.regularizer(v) for v in self.run_parts.penalised if v.trainable]]

    def compute_metrics(self, x, y: Any, y_pred: Any, sample_weight=None) -> dict:
        """Add the batch to every metric. Returns name -> running value."""
        only = self.compile_objective.single
        if only is not None and type(y) is np.ndarray and type(y_pred) is Tensor:
            for _, metric, weighted in only.metrics:
                metric.update_state(y, y_pred, sample_weight if weighted else None)
        elif y is not None:
            self.compile_objective.update_metrics(y, y_pred, sample_weight, self.output_names)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict:
        """The current value of each metric by name, the loss first. If your own train_step does not
        update the loss, it is left out.
        """
        if type(self).metrics is not Trainer.metrics:  # overridden: only its metrics
            return {metric.name: metric.result() for metric in self.metrics}
        labelled = (self.run_parts and self.run_parts.labelled) or self.labelled_metrics()
        results = {label: metric.result() for label, metric in labelled}
        if not self._loss_tracker.count.array:
            del results["loss"]
        return results

    @property
    def metrics(self) -> list:
        """The metrics in use, the loss first. Metrics that are attributes of the model or its
        layers follow.
        """
        if self.optimizer is None:
            return running.metrics_of(self.all_layers())
        return list({id(metric): metric for _, metric in self.labelled_metrics()}.values())

    def labelled_metrics(self) -> list[tuple[str, Any]]:
        """Pairs (name in the logs, metric), the loss first."""
        parts = self.run_parts
        if parts is not None and parts.labelled is not None:
            return parts.labelled
        kept = running.metrics_of(self.all_layers()) if parts is None else parts.metrics
        own = [(metric.name, metric) for metric in kept]
        labelled = [("loss", self._loss_tracker), *self.compile_objective.labelled(), *own]
        if parts is not None and self.compile_objective.outputs:
            parts.labelled = labelled
        return labelled

    @property
    def metrics_names(self) -> list[str]:
        """The names of the values that `evaluate` returns, in its order."""
        return [] if self.optimizer is None else list(dict(self.labelled_metrics()))

    def reset_metrics(self) -> None:
        """Reset the loss and all metrics."""
        for metric in self.metrics:
            metric.reset_state()
