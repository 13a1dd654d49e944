"""What a model is told by compile(), and what follows from it: the loss to make smaller and the
numbers to watch.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from .. import optimizers
from ..batches import count_samples
from ..layers import Layer
from ..metrics import Mean, Metric
from ..support.structures import is_nested, leaves
from ..symbolic import Symbol
from ..tensor import Tensor
from . import diagnosis
from .objective import Objective


class Compiled(Layer):
    """A layer that knows how it will be judged."""

    optimizer: Any = None
    _inputs: Any = None  # the symbols of a model that has them, in their structure
    output_names: list[str] | None = None
    _objective: Any = None
    _loss_tracker: Any = None
    _held: Any = None  # while fit or evaluate runs: all layers, so that no step looks for them anew

    # --- compile: choose how to learn
    # ------------------------------------------------------------------------------

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
        stop_on_nan=False trains on through nan.
        run_eagerly, steps_per_execution, jit_compile and auto_scale_loss are accepted for Keras's
        sake: all runs eagerly here.
        """
        objective = Objective(loss, loss_weights, metrics, weighted_metrics)
        self.optimizer = optimizers.get(optimizer)
        self._objective = objective
        self._compiled_with = {
            "optimizer": self.optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self.stop_on_nan = stop_on_nan
        self._loss_tracker = Mean("loss")
        self._told: set[str] = set()  # what was warned of, once
        self._frozen_then = {id(layer): layer._trainable for layer in self._all_layers()}

    def _compiled(self) -> None:
        if self.optimizer is None:
            raise RuntimeError(
                f"Model '{self.name}' is not compiled. Call model.compile(optimizer='adam', "
                f"loss=..., "
                "metrics=['accuracy']) first."
            )

    @property
    def compiled(self) -> bool:
        """Whether compile() was called."""
        return self.optimizer is not None

    @property
    def loss(self) -> Any:
        """The loss as compile() was given it: a name, an object, or a list or dict of those."""
        return None if self.optimizer is None else self._compiled_with["loss"]

    @property
    def _only_loss(self) -> Any:
        """The loss of a model with one output, as an object."""
        single = self._objective.single
        return (
            single.loss
            if single
            else None
            if is_nested(self._objective.loss)
            else self._objective.loss
        )

    @property
    def metrics(self) -> list:
        """The metrics in use, the loss first; then those that you keep as attributes of the model
        or its layers.
        """
        if self.optimizer is None:
            return self._tracked_metrics()
        return [
            self._loss_tracker,
            *[metric for _, metric in self._objective.labelled()],
            *self._tracked_metrics(),
        ]

    def _tracked_metrics(self) -> list[Metric]:
        if self._held is not None:
            return self._held.metrics
        found = [
            value
            for layer in self._all_layers()
            for name, part in vars(layer).items()
            if not name.startswith("_")
            for value in (leaves(part) if is_nested(part) else [part])
            if isinstance(value, Metric)
        ]
        return list({id(metric): metric for metric in found}.values())

    def _labelled_metrics(self) -> list[tuple[str, Metric]]:
        return [
            ("loss", self._loss_tracker),
            *self._objective.labelled(),
            *[(m.name, m) for m in self._tracked_metrics()],
        ]

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order."""
        return [] if self.optimizer is None else list(dict(self._labelled_metrics()))

    def reset_metrics(self) -> None:
        """Forget what the metrics have gathered."""
        for metric in self.metrics:
            metric.reset_state()

    # --- the loss and the metrics of a batch
    # ----------------------------------------------------------------------

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ) -> Tensor:
        """The number to make smaller: the losses of the outputs, the penalties on weights, and what
        layers added with add_loss.
        """
        objective: Objective = self._objective
        total = None
        if y is not None and objective.loss is not None:
            if not objective.outputs:
                objective.meet(y, y_pred, self.output_names)
            only = objective.single
            if only is None or is_nested(y_pred) or is_nested(y):
                total = objective.total(
                    y, y_pred, sample_weight, count_samples(x if x is not None else y)
                )
            else:
                total = only.loss(y, y_pred, sample_weight)
                total = total if only.weight == 1.0 else total * only.weight
        for extra in self.losses:
            total = extra if total is None else total + extra
        if total is None:
            if objective.loss is None:
                raise ValueError("No loss to compute: pass loss= to compile(), e.g. loss='mse'.")
            raise ValueError("The loss needs targets: pass y as well as x.")
        if isinstance(total, Symbol):
            raise TypeError(
                "The loss is a symbol: its function uses something from the making of the model, "
                "like a layer's output, which "
                "has no numbers in training. Compute that part with model.add_loss(symbol), or "
                "with self.add_loss in a layer."
            )
        return total

    @property
    def losses(self) -> list:
        """What is added to the losses of the outputs: penalties on weights, and what was given to
        add_loss in the last call.
        """
        if self._held is None:
            return super().losses
        return [
            *self._added_losses(),
            *[v.regularizer(v) for v in self._held.penalised if v.trainable],
        ]

    def _all_layers(self):
        return self._held.layers if self._held is not None else super()._all_layers()

    def compute_metrics(self, x, y: Any, y_pred: Any, sample_weight=None) -> dict:
        """Take the batch into every metric and return where each stands, by name."""
        objective: Objective = self._objective
        if not objective.outputs and y is not None:
            objective.meet(y, y_pred, self.output_names)
        only = objective.single
        if only is not None and not is_nested(y_pred) and not is_nested(y):
            for _, metric, weighted in only.metrics if y is not None else ():
                metric.update_state(y, y_pred, sample_weight if weighted else None)
        else:
            objective.update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict:
        """The current value of the loss (unless a train_step of your own never told its tracker)
        and of each metric, by name.
        """
        if (
            type(self).metrics is not Compiled.metrics
        ):  # overridden: what it names, and nothing else
            return {metric.name: metric.result() for metric in self.metrics}
        labelled = (
            self._held.labelled
            if self._held is not None and self._held.labelled
            else self._labelled_metrics()
        )
        return {label: metric.result() for label, metric in labelled if not self._is_untold(metric)}

    def _is_untold(self, metric) -> bool:
        return metric is self._loss_tracker and not metric.count

    def check_loss(self, loss: Tensor, x=None, y=None) -> None:
        """Stop with a diagnosis if the loss is nan or inf, before it reaches the weights.
        compile(stop_on_nan=False) opts out.
        """
        if self.stop_on_nan and loss.size == 1 and not math.isfinite(loss.item()):
            optimizer = self.optimizer
            raise diagnosis.explain_non_finite(
                loss,
                x,
                y,
                self.trainable_weights,
                optimizer.iterations + 1,
                optimizer.learning_rate,
            )

    def zero_grad(self) -> None:
        """Forget the gradients of all weights."""
        for weight in self.weights:
            weight.zero_grad()

    def _hold_still(self) -> None:
        """Look up the layers once: while fit or evaluate runs, they stay the same."""
        self._held = None
        self._held = SimpleNamespace(
            layers=self._all_layers(),
            penalised=[v for v in self.weights if v.regularizer is not None],
            metrics=self._tracked_metrics(),
            labelled=None,
        )
        if self._objective.outputs:
            self._held.labelled = self._labelled_metrics()
