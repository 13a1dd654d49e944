"""The model: layers, and the loop that trains them.

`train_step` is the heart: draw a batch, predict, measure the loss, take gradients, move. `fit` repeats it over batches and
epochs. Subclass `Model` with a `call` for a network of your own, and override `train_step` for a training rule of your own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import console, losses, optimizers
from ..batches import Batches, check_same_length, class_weights, samples, split_tail
from ..callbacks import CallbackList, History, ProgressBar, TerminateOnNaN
from ..checks import check_count
from ..layers import Layer
from ..metrics import Mean, check_metric, resolve_metric
from ..random import generator
from ..recording import no_grad, quiet
from ..tensor import Tensor, Variable, wrap
from . import diagnosis
from .graph import Graph
from .summary import table


class Model(Layer):
    """A network that can be trained. Either Model(inputs, outputs) from symbols, or a subclass with `call(self, x)`.

    After `compile`: fit, evaluate. At any time: predict, summary, get_weights, set_weights, or call it like a function.
    """

    optimizer: Any = None
    loss: Any = None
    stop_training = False
    history: History | None = None

    def __init__(self, inputs=None, outputs=None, name: str | None = None, **kwargs):
        if (inputs is None) != (outputs is None):
            raise ValueError("Model needs both inputs and outputs, or neither (in a subclass with its own call).")
        super().__init__(name=name or ("functional" if type(self) is Model and inputs is not None else None), **kwargs)
        self._graph = None if inputs is None else Graph(inputs, outputs)
        self._graph_layers = self._graph.layers if self._graph else []
        self.inputs, self.outputs = inputs, outputs
        self.output_shape = getattr(outputs, "shape", None)
        self.built = self._graph is not None

    @property
    def _casts_to(self):
        if self.inputs is not None:
            return getattr(self.inputs, "dtype", None)
        computes_itself = any(isinstance(v, Variable) for v in vars(self).values())
        return self.dtype if computes_itself else None      # otherwise each layer inside sees to its own dtype

    def call(self, x, training=None):
        """The outputs for a batch of inputs."""
        if self._graph is None:
            raise NotImplementedError(f"{type(self).__name__} needs a method call(self, x), or Model(inputs, outputs).")
        return self._graph.run(self._as_declared(x))

    def _as_declared(self, x):
        """x, checked against the shape that the model was declared with."""
        declared = getattr(self.inputs, "shape", None)
        if declared is None or not hasattr(x, "shape") or diagnosis.fits(x.shape, declared):
            return x
        if declared[1:] == (1,) and len(x.shape) == 1:      # (n,) for one feature a sample
            return x.reshape(-1, 1)
        raise ValueError(diagnosis.input_advice(self.name, declared[1:], x.shape))

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return self.layers_inside

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its position."""
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"There is no layer {name!r} in '{self.name}'. Its layers: {', '.join(layer.name for layer in self.layers)}.")

    def summary(self, line_length: int | None = None, print_fn=None) -> None:
        """Print the layers with their output shapes and numbers of parameters."""
        (print_fn or console.say)(table(self, line_length))

    # --- compile: choose how to learn ------------------------------------------------------------------------------

    def compile(self, optimizer: Any = "rmsprop", loss=None, loss_weights=None, metrics=None, weighted_metrics=None, run_eagerly=False,
                steps_per_execution=1, jit_compile="auto", auto_scale_loss=True, *, stop_on_nan=True) -> None:
        """Choose the optimizer, the loss and what to watch. Weights stay; optimizer memory and metrics start anew.

        optimizer, loss: a name, a class, an instance or (loss) a function. metrics: a list of those; 'accuracy' picks the kind
        that fits the loss. weighted_metrics: the same, counting sample weights. stop_on_nan=False trains on through nan.
        run_eagerly, steps_per_execution, jit_compile and auto_scale_loss are accepted for Keras's sake: all runs eagerly here.
        """
        self.optimizer = optimizers.get(optimizer)
        self.loss = losses.get(loss)
        if isinstance(loss_weights, (str, list, tuple)) and np.asarray(loss_weights).dtype.kind in "SUO":
            raise TypeError("The third argument of compile is loss_weights; write metrics=[...] by name.")
        self.loss_weights = 1.0 if loss_weights is None else float(np.asarray(loss_weights).item())
        self.stop_on_nan = stop_on_nan
        self.loss_tracker = Mean("loss")
        self._metric_specs = [(m, False) for m in _as_list(metrics)] + [(m, True) for m in _as_list(weighted_metrics)]
        self._watched: list = []            # (metric, counts sample weights?); made when the first outputs show their shape
        for metric, _ in self._metric_specs:
            check_metric(metric)

    def _compiled(self) -> None:
        if self.optimizer is None:
            raise RuntimeError(f"Model '{self.name}' is not compiled. Call model.compile(optimizer='adam', loss=..., "
                               "metrics=['accuracy']) first.")

    @property
    def metrics(self) -> list:
        """The metrics in use, the loss first."""
        return [self.loss_tracker, *[m for m, _ in self._watched]] if self.optimizer is not None else []

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order."""
        return [m.name for m in self.metrics]

    def reset_metrics(self) -> None:
        """Forget what the metrics have gathered."""
        for metric in self.metrics:
            metric.reset_state()

    # --- one step ------------------------------------------------------------------------------------------------

    def train_step(self, data) -> dict:
        """Learn from one batch. data: (x, y, sample_weight). Returns the running value of the loss and of each metric."""
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        self.check_loss(loss, x, y)
        loss.backward()
        self.optimizer.step()
        self.loss_tracker.update_state(loss, sample_weight=len(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data) -> dict:
        """Measure one batch, without learning."""
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        self.loss_tracker.update_state(loss, sample_weight=len(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """The outputs for one batch."""
        return self(unpack(data)[0], training=False)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None) -> Tensor:
        """The number to make smaller."""
        if self.loss is None:
            raise ValueError("No loss to compute: pass loss= to compile(), e.g. loss='mse'.")
        if y is None:
            raise ValueError("The loss needs targets: pass y as well as x.")
        loss = self.loss(y, y_pred, sample_weight)
        return loss if self.loss_weights == 1.0 else loss * self.loss_weights

    def compute_metrics(self, x=None, y: Any = None, y_pred: Any = None, sample_weight=None) -> dict:
        """Take the batch into every metric and return where each stands, by name."""
        if not self._watched and self._metric_specs:
            self._watched = [(resolve_metric(m, self.loss, np.shape(y), y_pred.shape), weighted) for m, weighted in self._metric_specs]
            _make_names_unique(self._watched)
        for metric, weighted in self._watched:
            metric.update_state(y, y_pred, sample_weight if weighted else None)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict:
        """The current value of the loss (unless a train_step of your own never told loss_tracker) and of each metric, by name."""
        return {metric.name: metric.result() for metric in self.metrics if metric is not self.loss_tracker or metric.count}

    def check_loss(self, loss: Tensor, x=None, y=None) -> None:
        """Stop with a diagnosis if the loss is nan or inf, before it reaches the weights. compile(stop_on_nan=False) opts out."""
        if self.stop_on_nan and loss.size == 1 and not math.isfinite(loss.item()):
            optimizer = self.optimizer
            raise diagnosis.explain_non_finite(loss, x, y, self.trainable_weights, optimizer.iterations + 1, optimizer.learning_rate)

    # --- fit -----------------------------------------------------------------------------------------------------

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose: int | str = "auto", callbacks=None, validation_split=0.0,
            validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None,
            validation_steps=None, validation_batch_size=None, validation_freq=1, *, seed=None) -> History:
        """Train for some epochs, each one pass through the data in mini-batches. Returns a History with the course of the loss.

        x, y: arrays or lists with one sample a row. batch_size: 32 if left out. epochs: the number of the last epoch, so that
        fit(epochs=10, initial_epoch=5) runs five. verbose: 0 silent, 1 a progress bar, 2 a line an epoch, 'auto' a bar on a
        screen and lines in a file. validation_split: share of the last samples, before shuffling, to hold back.
        validation_data: (x, y) or (x, y, sample_weight). validation_freq: every so many epochs, or a list of epochs from 1.
        class_weight: {class: weight}; sample_weight: one number a sample. seed: of the shuffling, for this call alone.

        The loss and metrics of an epoch are means over its batches, taken while the weights move and with dropout on;
        `evaluate` on the same data measures the weights at the end, without dropout, and usually finds better numbers.
        A second fit goes on from the present weights. After Ctrl-C `model.history` holds the finished epochs.
        """
        self._compiled()
        check_count("epochs", epochs, 1)
        check_count("initial_epoch", initial_epoch, 0)
        x, y, weight = self._arrays(x, y, sample_weight, class_weight)
        diagnosis.check_inputs(x, takes_raw=self._takes_raw_input())
        validation = self._validation_arrays(validation_data)
        if validation is None and validation_split:
            (x, y, weight), validation = split_tail((x, y, weight), validation_split)
            if getattr(self.loss, "kind", None) in ("sparse", "categorical", "binary"):
                diagnosis.check_unseen_labels(y, validation[1])
        batch_size = _batch_size(batch_size, len(x), steps_per_epoch)
        self._meet(x, y)
        if not self.trainable_weights:
            raise ValueError(f"Model '{self.name}' has no trainable weights: set layer.trainable = True and compile again.")
        batches = Batches(x, y, weight, batch_size, generator(seed) if shuffle else None)
        steps = len(batches) if steps_per_epoch is None else check_count("steps_per_epoch", steps_per_epoch, 1)
        held_back = None
        if validation is not None:
            held_back = Batches(*validation, batch_size=check_count("validation_batch_size", validation_batch_size or batch_size))
        bar = _bar(verbose)
        self.history = History()
        run = CallbackList([*_as_list(callbacks), self.history, *bar], self, {"epochs": epochs, "steps": steps, "verbose": verbose})
        guard, self.stop_on_nan = self.stop_on_nan, self.stop_on_nan and not any(isinstance(c, TerminateOnNaN) for c in run.callbacks)
        try:
            self._run_epochs(run, batches, steps, range(initial_epoch, epochs), held_back, validation_steps, validation_freq)
        finally:
            self.stop_on_nan = guard
            for shown in bar:
                shown.close()
        return self.history

    def _run_epochs(self, run, batches, steps, epochs, held_back, validation_steps, validation_freq) -> None:
        self.stop_training = False
        endless = batches.forever() if steps != len(batches) else None
        batch_begin, batch_end = run.hooked("on_train_batch_begin", "on_batch_begin"), run.hooked("on_train_batch_end", "on_batch_end")
        run.call("on_train_begin")
        for epoch in epochs:
            self.reset_metrics()
            run.call("on_epoch_begin", epoch)
            logs = {}
            for step, batch in zip(range(steps), endless or batches):
                for hook in batch_begin:
                    hook(step)
                with quiet():
                    logs = self.train_step(_as_tensors(batch))
                if self.optimizer.iterations == 1 and step == 0 and batch[2] is None and len(batch[0]) >= 16:
                    self._check_first(logs)
                for hook in batch_end:
                    hook(step, logs)
                if self.stop_training:
                    break
            logs = _sorted_floats(logs)
            if held_back is not None and _is_due(epoch + 1, validation_freq):
                logs.update({f"val_{k}": v for k, v in self._measure(held_back, validation_steps).items()})
            run.call("on_epoch_end", epoch, logs)
            if self.stop_training:
                break
        self.optimizer.finalize_variable_values()
        run.call("on_train_end")

    def _check_first(self, logs) -> None:
        kind = getattr(self.loss, "kind", None)
        classes = 2 if kind == "binary" else self._output_shape[-1] if kind in ("sparse", "categorical") else 0
        diagnosis.check_first_loss(logs.get("loss", 0.0), classes)

    # --- evaluate and predict --------------------------------------------------------------------------------------

    def evaluate(self, x=None, y=None, batch_size=None, verbose: int | str = "auto", sample_weight=None, steps=None, callbacks=None,
                 return_dict=False):
        """The loss and metrics on this data: [loss, *metrics], only the loss if there are no metrics, or a dict."""
        self._compiled()
        x, y, weight = self._arrays(x, y, sample_weight, None)
        self._meet(x, y)
        batches = Batches(x, y, weight, _batch_size(batch_size, len(x), steps))
        bar = _bar(verbose)
        run = CallbackList([*_as_list(callbacks), *bar], self, {"steps": steps or len(batches)})
        try:
            run.call("on_test_begin")
            logs = self._measure(batches, steps, run)
            run.call("on_test_end", logs)
        finally:
            for shown in bar:
                shown.close()
        return _as_result(logs, return_dict)

    def _measure(self, batches, steps, run=None) -> dict:
        self.reset_metrics()
        logs = {}
        begin, end = (run.hooked("on_test_batch_begin"), run.hooked("on_test_batch_end")) if run else ((), ())
        with no_grad(), quiet():
            for step, batch in zip(range(steps or len(batches)), batches):
                for hook in begin:
                    hook(step)
                logs = self.test_step(_as_tensors(batch))
                for hook in end:
                    hook(step, logs)
        return _sorted_floats(logs)

    def predict(self, x, batch_size=None, verbose: int | str = "auto", steps=None, callbacks=None) -> np.ndarray:
        """The outputs for all samples as an array, computed batch by batch. For one small batch model(x) is quicker."""
        x = samples(x, "x")
        batches = Batches(x, batch_size=_batch_size(batch_size, len(x), steps))
        bar = _bar(verbose)
        run = CallbackList([*_as_list(callbacks), *bar], self, {"steps": steps or len(batches)})
        begin, end = run.hooked("on_predict_batch_begin"), run.hooked("on_predict_batch_end")
        outputs = []
        try:
            run.call("on_predict_begin")
            with no_grad(), quiet():
                for step, batch in zip(range(steps or len(batches)), batches):
                    for hook in begin:
                        hook(step)
                    outputs.append(self.predict_step(_as_tensors(batch)).data)
                    for hook in end:
                        hook(step, {"outputs": outputs[-1]})
            run.call("on_predict_end")
        finally:
            for shown in bar:
                shown.close()
        if not outputs:
            raise ValueError("x holds no samples, so there is nothing to predict.")
        return np.concatenate(outputs)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """One step of training on exactly these samples; returns the loss and metrics on them."""
        self._compiled()
        batch = self._arrays(x, y, sample_weight, class_weight)
        if not self.optimizer.variables:
            self._meet(*batch[:2])
        self.reset_metrics()
        return _as_result(_floats(self.train_step(_as_tensors(batch))), return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """The loss and metrics on exactly these samples."""
        self._compiled()
        batch = self._arrays(x, y, sample_weight, None)
        self.reset_metrics()
        with no_grad():
            return _as_result(_floats(self.test_step(_as_tensors(batch))), return_dict)

    def predict_on_batch(self, x) -> np.ndarray:
        """The outputs for these samples, as one batch."""
        with no_grad():
            return self.predict_step((wrap(samples(x, "x")), None, None)).numpy()

    # --- getting data and model acquainted -------------------------------------------------------------------------

    def _arrays(self, x, y, sample_weight, class_weight) -> tuple:
        if x is None:
            raise ValueError("No data: pass x (and y) as arrays with one sample a row.")
        x, y = samples(x, "x"), None if y is None else samples(y, "y")
        weight = None if sample_weight is None else samples(sample_weight, "sample_weight")
        if not check_same_length(x=x, y=y, sample_weight=weight):
            raise ValueError("x holds no samples.")
        if class_weight is not None:
            if weight is not None:
                raise ValueError("Give class_weight or sample_weight, not both.")
            if y is None:
                raise ValueError("class_weight needs targets: pass y as well as x.")
            weight = class_weights(y, class_weight)
        return x, y, weight

    def _validation_arrays(self, data):
        if data is None:
            return None
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            raise ValueError("validation_data is a tuple (x, y) or (x, y, sample_weight).")
        return self._arrays(*data, *[None] * (4 - len(data)))

    def _meet(self, x, y) -> None:
        """Run one sample through, so that weights exist, shapes are known, and all targets can be checked before training."""
        with no_grad():
            output = self(wrap(x[:1]), training=False)
        self._output_shape = (len(x), *output.shape[1:])
        if self.optimizer is not None:
            weights = self.trainable_weights
            known = {id(v) for v in self.optimizer.variables}
            if not known.issuperset(id(v) for v in weights) or not known:
                self.optimizer.build(weights)
        if self.loss is not None and y is not None:
            self.loss.check_targets(y, self._output_shape)
            self.loss.align(wrap(y[:1]), output)

    def _takes_raw_input(self) -> bool:
        first = self.layers[0] if self.layers else None
        return first is not None and (first.takes_raw_input or (isinstance(first, Model) and first._takes_raw_input()))


def unpack(data) -> tuple:
    """(x, y, sample_weight) from a tuple of one to three; what is missing is None."""
    data = tuple(data) if isinstance(data, (tuple, list)) else (data,)
    return (*data, None, None)[:3]


def _as_tensors(batch) -> tuple:
    x, y, weight = batch
    return wrap(x), y, weight


def _make_names_unique(watched) -> None:
    """'accuracy' among the weighted metrics too becomes 'weighted_accuracy'; a second 'mae' becomes 'mae_1'."""
    taken = {"loss"}
    for metric, weighted in watched:
        name = f"weighted_{metric.name}" if weighted and metric.name in taken else metric.name
        number = 0
        while name in taken:
            number += 1
            name = f"{metric.name}_{number}"
        metric.name = name
        taken.add(name)


def _as_list(value) -> list:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _is_due(epoch, freq) -> bool:
    return epoch in freq if isinstance(freq, (list, tuple, set)) else epoch % check_count("validation_freq", freq, 1) == 0


def _bar(verbose) -> list[ProgressBar]:
    if verbose in (0, False):
        return []
    if verbose not in ("auto", 1, 2, True):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto'; received {verbose!r}.")
    return [ProgressBar(live=False if verbose == 2 and verbose is not True else None)]


def _floats(logs) -> dict:
    return {name: float(value) for name, value in logs.items()}


def _sorted_floats(logs) -> dict:
    return dict(sorted(_floats(logs).items()))


def _as_result(logs, return_dict):
    if return_dict:
        return logs
    values = [logs["loss"], *[v for k, v in logs.items() if k != "loss"]] if "loss" in logs else list(logs.values())
    return values[0] if len(values) == 1 else values


def _batch_size(value, samples: int, steps) -> int:
    """As given; else 32, or as many as make `steps` batches of the samples."""
    if value is not None:
        return check_count("batch_size", value)
    return 32 if steps is None else max(1, math.ceil(samples / check_count("steps", steps)))
