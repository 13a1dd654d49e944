"""Implements fit, evaluate, predict and related methods for a model, its batches and its
callbacks.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..callbacks import CallbackList, History, Logs, ProgressBar, TerminateOnNaN
from ..core.training import Hooks
from ..data import Batches, as_tensors, count_samples, pack_x_y_sample_weight, samples
from ..guards.loss import warn_of_first_loss
from ..support import backend
from ..support.checks import check_count
from ..support.processes import here
from ..support.structures import tree_map
from ..support.threads import threads_for
from ..support.warning import warn
from ..tensor import Variable, no_grad
from . import sources
from .running import Parts, check_frozen, check_validation, restored_after

# A classifier that guesses among C classes has the loss ln C. A first loss far above it is a
# sign of a mistake. With few classes, a small network reaches twice ln C by chance.
LARGE_FIRST_LOSS = 2.5


class FitHooks(Hooks):
    """The hooks of `fit`: callbacks, validation, a check of the first loss, a warning when data run
    out.

    steps: batches in an epoch, None if unknown before the end. validate: a function that evaluates
    the validation data and returns the logs, or None. is_due: a function of the epoch, from 1:
    whether it ends with a validation. classes: the number of classes, 0 if the first loss cannot be
    checked.
    """

    def __init__(
        self, model, callbacks: CallbackList, steps: int | None, validate, is_due, classes: int
    ):
        self.model, self.callbacks, self.steps = model, callbacks, steps
        self.validate, self.is_due, self.classes = validate, is_due, classes
        self.logs: dict[str, Any] = {}  # of the last epoch that ended
        self.batch_begins = callbacks.hooked("on_train_batch_begin", "on_batch_begin")
        self.batch_ends = callbacks.hooked("on_train_batch_end", "on_batch_end")
        if classes and model.optimizer.kept.steps == 0:
            self.batch_ends.insert(0, self._check_first)

    def epoch_begin(self, epoch):
        self.callbacks.call("on_epoch_begin", epoch)

    def _check_first(self, step, logs) -> None:
        loss = float(logs.get("loss", 0.0))
        if math.isfinite(loss) and loss > max(2 * math.log(self.classes), LARGE_FIRST_LOSS):
            warn_of_first_loss(loss, self.classes)
        self.batch_ends = self.batch_ends[1:]  # once is enough

    def epoch_end(self, epoch, steps, logs):
        if not self.model.stop_training and steps < (self.steps or 1):
            self._ran_out(epoch, steps)
            if not steps:
                return
        logs = sorted_floats(logs)
        if self.validate is not None and self.is_due(epoch + 1):
            logs |= {f"val_{name}": value for name, value in self.validate().items()}
        self.logs = Logs(sorted(logs.items()))
        self.callbacks.call("on_epoch_end", epoch, self.logs)

    def _ran_out(self, epoch, done) -> None:
        warn(
            f"The data ran out in epoch {epoch + 1} after {done} of {self.steps or 'its'} "
            "batches, and training stops. Let the generator go on for ever (while True:), or pass "
            "something that can be read again."
        )
        self.model.stop_training = True


class BatchHooks(Hooks):
    """The hooks of `evaluate` and `predict`: the callbacks of each batch.

    kind: 'test' or 'predict'.
    """

    def __init__(self, callbacks: CallbackList, kind: str):
        self.batch_begins = callbacks.hooked(f"on_{kind}_batch_begin")
        self.batch_ends = callbacks.hooked(f"on_{kind}_batch_end")


def due_every(freq):
    """Return the function is_due for `validation_freq`: every so many epochs, or the epochs of a
    list, counted from 1.
    """
    if isinstance(freq, (list, tuple, set)):
        return lambda epoch: epoch in freq
    every = check_count("validation_freq", freq, 1)
    return lambda epoch: epoch % every == 0


def sorted_floats(logs) -> dict:
    """Return the logs as plain floats in alphabetical order. A log of several numbers stays an
    array.
    """
    values = {k: float(v) if np.ndim(v) == 0 else np.asarray(v) for k, v in logs.items()}
    return dict(sorted(values.items()))


def fit(model, plan: sources.Plan, epochs: range, verbose, callbacks, is_due) -> History:
    """Train for these epochs. is_due: whether an epoch ends with validation."""
    bar = progress_bar(verbose)
    last = backend.at_most(epochs.stop, backend.max_epochs())
    epochs = epochs[: len(range(epochs.start, last or 0))]

    def train() -> History:
        model.prepare(plan.batches)
        check_validation(model, getattr(plan.validation, "batches", plan.validation))
        check_frozen(model)
        model.run_parts = Parts(model)
        history = model.history = History()
        params = {"epochs": epochs.stop, "steps": plan.steps, "verbose": verbose}
        run = CallbackList([*as_list(callbacks), history, *bar], model=model, **params)
        hooks = hooks_of(model, plan, run, is_due)
        model.stop_training, model.resume_at, model.shuffle_generator = False, 0, plan.rng
        if any(isinstance(callback, TerminateOnNaN) for callback in run.callbacks):
            model.stop_on_nan = False
        run.call("on_train_begin")
        with threads_for(largest_product(model, plan.batches)):
            span = range(max(epochs.start, model.resume_at), epochs.stop)
            run_epochs = model.run if here.team is None else partial(here.team.train, model)
            run_epochs(plan.epoch, span, hooks)
        model.optimizer.finalize_variable_values()
        run.call("on_train_end", hooks.logs)
        return history

    return restored_after(model, train, recording=True, bars=bar)


def hooks_of(model, plan: sources.Plan, run: CallbackList, is_due) -> FitHooks:
    """Create the hooks of this fit."""
    validate = None
    if plan.validation is not None:  # in silence
        validate = partial(measured, model, plan.validation, run.without(ProgressBar))
    classes = model.number_of_classes() if sources.can_judge_first_loss(plan.batches) else 0
    return FitHooks(model, run, plan.steps, validate, is_due, classes)


def largest_product(model, batches) -> float:
    """The number of multiplications in the largest matrix product of a training step.

    This is the number of samples in a batch, times the positions of the layer's output that share
    the weights, times the number of these weights.
    """
    products = [0]
    for layer in model.all_layers():
        shape = layer.output_shape if isinstance(layer.output_shape, tuple) else ()
        places = math.prod(n for n in shape[1:-1] if isinstance(n, int))
        own = [v.size for v in vars(layer).values() if isinstance(v, Variable) and v.ndim > 1]
        products += [places * size for size in own]
    return batches.samples_of_first() * max(products)


def evaluate(model, batches, steps, verbose, callbacks) -> dict:
    """Compute the loss and the metrics over the batches."""
    bar = progress_bar(verbose)
    run = CallbackList([*as_list(callbacks), *bar], model=model, steps=steps or batches.steps)

    def measure() -> dict:
        model.prepare(batches)
        model.run_parts = Parts(model)
        with threads_for(largest_product(model, batches)):
            return measured(model, sources.at_most(batches, steps), run)

    return restored_after(model, measure, recording=False, bars=bar)


def measured(model, batches, run: CallbackList) -> dict:
    """Compute the logs over all batches, and call the callbacks of a test."""
    run.call("on_test_begin")
    with no_grad():
        going_on = _until_stopped(model, "stop_evaluating", batches)
        measure = model.measure if here.team is None else partial(here.team.measure, model)
        logs = sorted_floats(measure(going_on, BatchHooks(run, "test")))
    run.call("on_test_end", logs)
    return logs


def _until_stopped(model, flag: str, batches):
    """Yield the batches until a callback sets this flag of the model."""
    setattr(model, flag, False)
    empty = True
    for batch in batches:
        empty = False
        yield batch
        if getattr(model, flag):
            return
    if empty and flag == "stop_evaluating":
        warn(
            "The data of this evaluation held no batches, so its numbers say nothing. A generator "
            "is used up after one pass: pass arrays, a PyDataset, or a generator that goes on "
            "(while True:) and the number of steps."
        )


def predict(model, batches, steps, verbose, callbacks) -> Any:
    """Compute the outputs for all samples, in the structure of the model's outputs."""
    bar = progress_bar(verbose)
    run = CallbackList([*as_list(callbacks), *bar], model=model, steps=steps or batches.steps)

    def work() -> list:
        with threads_for(largest_product(model, batches)):
            return _predicted(model, sources.at_most(batches, steps), run)

    outputs = restored_after(model, work, recording=False, bars=bar)
    if not outputs:
        raise ValueError("x holds no samples, so there is nothing to predict.")
    return tree_map(lambda *parts: np.concatenate(parts), *outputs)


def _predicted(model, batches, run: CallbackList) -> list:
    hooks, outputs = BatchHooks(run, "predict"), []
    run.call("on_predict_begin")
    for step, batch in enumerate(_until_stopped(model, "stop_predicting", batches)):
        for hook in hooks.batch_begins:
            hook(step)
        outputs.append(tree_map(np.asarray, model.predict_step(batch)))
        for hook in hooks.batch_ends:
            hook(step, {"outputs": outputs[-1]})
    run.call("on_predict_end")
    return outputs


def one_batch(model, x, y, sample_weight, class_weight=None) -> Batches:
    """Exactly these samples, as one batch."""
    parts = sources.arrays(model, x, y, sample_weight)
    return Batches(*sources.weighed(parts, class_weight), batch_size=count_samples(parts[0]))


def predict_on_batch(model, x) -> Any:
    """Compute the outputs for these samples in one batch."""
    x = as_tensors(samples(x, "x", model.takes_several(), model.takes_texts))
    data = pack_x_y_sample_weight(x)  # a list holds several inputs, not x and y
    outputs = restored_after(model, lambda: model.predict_step(data), recording=False)
    return tree_map(lambda t: t.numpy(), outputs)


def as_list(value) -> list:
    """Convert to a list: None becomes [], a single value [value]."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def progress_bar(verbose) -> list[ProgressBar]:
    """Return [the progress bar] for this value of `verbose`, or []."""
    if verbose == 0:
        return []
    if verbose not in ("auto", 1, 2):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto'; received {verbose!r}.")
    return [ProgressBar(live=False if verbose == 2 else None)]
