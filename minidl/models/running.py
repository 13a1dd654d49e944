"""Models on data, without learning: evaluate and predict, and how arrays and generators become
batches.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..batches import (
    Batches,
    Stream,
    check_same_length,
    class_weights,
    count_samples,
    is_stream,
    pack_x_y_sample_weight,
    samples,
    unpack_x_y_sample_weight,
)
from ..callbacks import CallbackList, ProgressBar
from ..recording import no_grad, quiet
from ..support.checks import check_count
from ..support.registry import older
from ..support.structures import is_nested, leaves, tree_map
from ..tensor import wrap
from .compiling import Compiled


class Runner(Compiled):
    """A model that can be measured and asked."""

    def test_step(self, data) -> dict:
        """Measure one batch, without learning."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        self._loss_tracker.update_state(loss, sample_weight=count_samples(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """The outputs for one batch."""
        return self(unpack_x_y_sample_weight(data)[0], training=False)

    # --- evaluate and predict
    # --------------------------------------------------------------------------------------

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
        **legacy,
    ) -> Any:
        """The loss and metrics on this data: [loss, *metrics], only the loss if there are no
        metrics, or a dict.
        """
        self._compiled()
        if legacy:
            translate_legacy(legacy, 1)
        if is_stream(x):
            batches = Stream(x)
        else:
            x, y, weight = self._arrays(x, y, sample_weight)
            batches = Batches(x, y, weight, batch_size_for(batch_size, count_samples(x), steps))
        self._meet(batches)
        bar = progress_bar(verbose)
        run = CallbackList([*as_list(callbacks), *bar], self, {"steps": steps or batches.steps})
        self._hold_still()
        try:
            logs = self._measure(batches, steps, run)
        finally:
            self._held = None
            for shown in bar:
                shown.close()
        return self._as_result(logs, return_dict)

    def _measure(self, batches, steps, run: CallbackList) -> dict:
        self.reset_metrics()
        logs = {}
        begin, end = run.hooked("on_test_batch_begin"), run.hooked("on_test_batch_end")
        run.call("on_test_begin")
        with no_grad(), quiet():
            for step, batch in numbered(batches, steps):
                for hook in begin:
                    hook(step)
                logs = self.test_step(as_tensors(batch))
                for hook in end:
                    hook(step, logs)
        logs = sorted_floats(logs)
        run.call("on_test_end", logs)
        return logs

    def predict(
        self, x, batch_size=None, verbose: int | str = "auto", steps=None, callbacks=None, **legacy
    ) -> Any:
        """The outputs for all samples as an array (several: a list or dict of arrays), computed
        batch by batch.

        For one small batch model(x) is quicker.
        """
        if legacy:
            translate_legacy(legacy, 1)
        if is_stream(x):
            batches = Stream(x)
        else:
            x = samples(x, "x", self._takes_several())
            batches = Batches(x, batch_size=batch_size_for(batch_size, count_samples(x), steps))
        bar = progress_bar(verbose)
        run = CallbackList([*as_list(callbacks), *bar], self, {"steps": steps or batches.steps})
        begin, end = run.hooked("on_predict_batch_begin"), run.hooked("on_predict_batch_end")
        outputs = []
        try:
            run.call("on_predict_begin")
            with no_grad(), quiet():
                for step, batch in numbered(batches, steps):
                    for hook in begin:
                        hook(step)
                    outputs.append(tree_map(np.asarray, self.predict_step(as_tensors(batch))))
                    for hook in end:
                        hook(step, {"outputs": outputs[-1]})
            run.call("on_predict_end")
        finally:
            for shown in bar:
                shown.close()
        if not outputs:
            raise ValueError("x holds no samples, so there is nothing to predict.")
        return tree_map(lambda *parts: np.concatenate(parts), *outputs)

    def test_on_batch(
        self, x, y=None, sample_weight=None, return_dict=False, *, reset_metrics=True
    ):
        """The loss and metrics on exactly these samples; reset_metrics=False: and on all since the
        last reset_metrics().
        """
        self._compiled()
        batch = self._arrays(x, y, sample_weight)
        if reset_metrics:
            self.reset_metrics()
        with no_grad():
            return self._as_result(sorted_floats(self.test_step(as_tensors(batch))), return_dict)

    def predict_on_batch(self, x) -> Any:
        """The outputs for these samples, as one batch."""
        with no_grad():
            return tree_map(
                lambda t: t.numpy(),
                self.predict_step(as_tensors((samples(x, "x", self._takes_several()), None, None))),
            )

    # --- getting data and model acquainted
    # -------------------------------------------------------------------------

    def _takes_several(self) -> bool:
        """Whether a list of arrays means several inputs: not if the model has just one."""
        return (self._inputs is None and not hasattr(self, "_layers")) or is_nested(self._inputs)

    def _arrays(self, x, y, sample_weight) -> tuple:
        if x is None:
            raise ValueError("No data: pass x (and y) as arrays with one sample a row.")
        x = samples(x, "x", self._takes_several())
        several = self._takes_several() if self.output_names is None else len(self.output_names) > 1
        y = None if y is None else samples(y, "y", several)
        weight = None if sample_weight is None else samples(sample_weight, "sample_weight", several)
        if not check_same_length(x=x, y=y, sample_weight=weight):
            raise ValueError("x holds no samples.")
        return x, y, weight

    def _class_weights(self, y, sample_weight, class_weight) -> np.ndarray:
        if sample_weight is not None:
            raise ValueError("Give class_weight or sample_weight, not both.")
        if y is None:
            raise ValueError("class_weight needs targets: pass y as well as x.")
        return class_weights(y, class_weight)

    def _validation_arrays(self, data):
        if data is None:
            return None
        if is_stream(data):
            return Stream(data)
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            raise ValueError(
                "validation_data is a tuple (x, y) or (x, y, sample_weight), or something that "
                "brings such batches."
            )
        return self._arrays(*data, *[None] * (3 - len(data)))

    def _meet(self, batches) -> None:
        """Run one sample through, so that weights exist, shapes are known, and all targets can be
        checked before training.
        """
        x, y, _ = batches.first()
        with no_grad():
            output = self(wrapped(x), training=False)
        size = count_samples(batches.arrays[0]) if isinstance(batches, Batches) else None
        self._output_shape = (size, *leaves(output)[0].shape[1:])
        objective = self._objective
        if (
            objective is not None
            and not objective.outputs
            and (y is not None or objective.loss is None)
        ):
            objective.meet(y, output, self.output_names)
        self._tell_optimizer()
        if objective is not None and y is not None and isinstance(batches, Batches):
            objective.check_targets(batches.arrays[1], output, size)

    def _tell_optimizer(self) -> None:
        """Which weights to move, now that they exist; an error if that has changed."""
        if self.optimizer is not None:
            weights = self.trainable_weights
            known = {id(v) for v in self.optimizer.variables}
            if weights and (not known.issuperset(id(v) for v in weights) or not known):
                self.optimizer.build(weights)

    def _takes_raw_input(self) -> bool:
        return False

    def _as_result(self, logs, return_dict):
        if return_dict:
            return logs
        labels = [label for label in dict(self._labelled_metrics()) if label in logs]
        values = [logs[label] for label in [*labels, *[k for k in logs if k not in labels]]]
        return values[0] if len(values) == 1 else values


def numbered(batches, steps=None):
    """(0, batch), (1, batch), ...: at most `steps` of them, if that is given."""
    return enumerate(batches) if steps is None else zip(range(steps), batches)


def wrapped(x):
    """An array as a tensor, without copying; likewise for each array of a structure."""
    return wrap(x) if type(x) is np.ndarray else tree_map(wrap, x)


def as_tensors(batch):
    """A batch as `train_step` receives it: tensors for x, arrays for the rest."""
    x, y, weight = batch
    return pack_x_y_sample_weight(wrapped(x), y, weight)


def as_list(value) -> list:
    """None as [], one thing as [thing]."""
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def progress_bar(verbose) -> list[ProgressBar]:
    """[the progress bar] that `verbose` asks for, or []."""
    if verbose in (0, False):
        return []
    if verbose not in ("auto", 1, 2, True):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto'; received {verbose!r}.")
    return [ProgressBar(live=False if verbose == 2 and verbose is not True else None)]


def floats(logs) -> dict:
    """Logs as plain floats; what has more than one number stays an array."""
    return {
        name: float(value) if np.ndim(value) == 0 else np.asarray(value)
        for name, value in logs.items()
    }


def sorted_floats(logs) -> dict:
    """The same in alphabetical order, as Keras gives them."""
    return dict(sorted(floats(logs).items()))


def batch_size_for(value, samples: int, steps) -> int:
    """As given; else 32, or as many as make `steps` batches of the samples."""
    if value is not None:
        return check_count("batch_size", value)
    return 32 if steps is None else max(1, math.ceil(samples / check_count("steps", steps)))


def translate_legacy(legacy: dict, epochs):
    """Arguments of older versions: nb_epoch means epochs; those about worker processes mean nothing
    here.
    """
    for name, value in legacy.items():
        if name == "nb_epoch":
            older("nb_epoch=", "written epochs=")
            epochs = value
        elif name in (
            "workers",
            "use_multiprocessing",
            "max_queue_size",
            "pickle_safe",
            "max_q_size",
        ):
            older(f"{name}=", "left out: batches are made in this process, one after the other")
        else:
            cures = {
                "samples_per_epoch": " Write steps_per_epoch=, the number of batches.",
                "nb_val_samples": " Write validation_steps=, the number of batches.",
                "show_accuracy": " Write compile(metrics=['accuracy']).",
            }
            raise TypeError(
                f"There is no argument {name!r} "
                f"here.{cures.get(name, ' Those of fit are listed by help(Model.fit).')}"
            )
    return epochs


def known_class_weight(class_weight):
    """As given; None for 'auto', of which Keras 2 took no notice."""
    if not isinstance(class_weight, str):
        return class_weight
    if class_weight == "auto":
        older("class_weight='auto'", f"left out, as it never had an effect; {_ALIKE}")
        return None
    raise TypeError(
        f"class_weight is a dict {{class: weight}}; received {class_weight!r}; {_ALIKE}."
    )


_ALIKE = (
    "for classes that count alike: {c: len(y) / (len(set(y)) * list(y).count(c)) for c in "
    "set(y)}, y being the class numbers"
)
