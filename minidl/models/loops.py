"""What fit, evaluate, predict and their like do with a model, its batches and its callbacks."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..callbacks import CallbackList, History, ProgressBar, TerminateOnNaN
from ..data import Batches, as_tensors, count_samples, samples
from ..random import generator
from ..support.structures import tree_map
from ..tensor import no_grad
from . import sources
from .freezing import check_frozen
from .hooks import BatchHooks, FitHooks, sorted_floats
from .parts import Parts
from .restoring import restored_after


def fit(model, plan: sources.Plan, epochs: range, verbose, callbacks, is_due, rng) -> History:
    """Train for these epochs. is_due: whether one ends with validation; rng: of the shuffles."""
    bar = progress_bar(verbose)

    def train() -> History:
        model.prepare(plan.batches)
        check_frozen(model)
        model.run_parts = Parts(model)
        history = model.history = History()
        params = {"epochs": epochs.stop, "steps": plan.steps, "verbose": verbose}
        run = CallbackList([*as_list(callbacks), history, *bar], model, params)
        hooks = hooks_of(model, plan, run, is_due)
        model.stop_training, model.resume_at, model.shuffle_generator = False, 0, rng
        if any(isinstance(callback, TerminateOnNaN) for callback in run.callbacks):
            model.stop_on_nan = False
        run.call("on_train_begin")
        model.run(plan.epoch, range(max(epochs.start, model.resume_at), epochs.stop), hooks)
        model.optimizer.finalize_variable_values()
        run.call("on_train_end", hooks.logs)
        return history

    return restored_after(model, train, recording=True, bars=bar)


def hooks_of(model, plan: sources.Plan, run: CallbackList, is_due) -> FitHooks:
    """What happens around the epochs and batches of this fit."""
    validate = None
    if plan.validation is not None:  # in silence
        validate = partial(measured, model, plan.validation, run.without(ProgressBar))
    classes = model.number_of_classes() if sources.can_judge_first_loss(plan.batches) else 0
    return FitHooks(model, run, plan.steps, validate, is_due, classes)


def generator_of_shuffles(model, seed) -> np.random.Generator:
    """The generator that `seed` asks for; without one, that of all fits of this model."""
    if seed is not None:
        return generator(seed)
    if model.shuffle_generator is None:
        model.shuffle_generator = generator()
    return model.shuffle_generator


def evaluate(model, batches, steps, verbose, callbacks) -> dict:
    """The loss and the metrics over the batches."""
    bar = progress_bar(verbose)
    run = CallbackList([*as_list(callbacks), *bar], model, {"steps": steps or batches.steps})

    def measure() -> dict:
        model.prepare(batches)
        model.run_parts = Parts(model)
        return measured(model, sources.at_most(batches, steps), run)

    return restored_after(model, measure, recording=False, bars=bar)


def measured(model, batches, run: CallbackList) -> dict:
    """The logs of all batches, with the callbacks of a test around them."""
    run.call("on_test_begin")
    with no_grad():
        logs = sorted_floats(model.measure(batches, BatchHooks(run, "test")))
    run.call("on_test_end", logs)
    return logs


def predict(model, batches, steps, verbose, callbacks) -> Any:
    """The outputs for all samples, in the structure of the model's outputs."""
    bar = progress_bar(verbose)
    run = CallbackList([*as_list(callbacks), *bar], model, {"steps": steps or batches.steps})
    work = partial(_predicted, model, sources.at_most(batches, steps), run)
    outputs = restored_after(model, work, recording=False, bars=bar)
    if not outputs:
        raise ValueError("x holds no samples, so there is nothing to predict.")
    return tree_map(lambda *parts: np.concatenate(parts), *outputs)


def _predicted(model, batches, run: CallbackList) -> list:
    hooks, outputs = BatchHooks(run, "predict"), []
    run.call("on_predict_begin")
    for step, batch in enumerate(batches):
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
    """The outputs for these samples, computed at once."""
    x = as_tensors(samples(x, "x", model.takes_several()))
    outputs = restored_after(model, lambda: model.predict_step(x), recording=False)
    return tree_map(lambda t: t.numpy(), outputs)


def as_list(value) -> list:
    """None as [], one thing as [thing]."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def progress_bar(verbose) -> list[ProgressBar]:
    """[the progress bar] that `verbose` asks for, or []."""
    if verbose in (0, False):
        return []
    if verbose not in ("auto", 1, 2, True):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto'; received {verbose!r}.")
    return [ProgressBar(live=False if verbose == 2 and verbose is not True else None)]
