"""The loop that trains a model.

`train_step` is the heart: predict, measure the loss, take gradients, move. `fit` repeats it over
batches and epochs.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from ..batches import (
    Batches,
    Stream,
    count_samples,
    is_stream,
    split_tail,
    unpack_x_y_sample_weight,
)
from ..callbacks import CallbackList, History, Logs, ProgressBar, TerminateOnNaN
from ..random import generator
from ..recording import no_grad, quiet
from ..support.checks import check_count
from ..support.structures import leaves
from . import diagnosis
from .running import (
    Runner,
    as_list,
    as_tensors,
    batch_size_for,
    known_class_weight,
    numbered,
    progress_bar,
    sorted_floats,
    translate_legacy,
    wrapped,
)


class Trainer(Runner):
    """What a model adds to a layer: compile, fit, evaluate, predict."""

    history: History | None = None
    stop_training = False  # callbacks set it: fit ends after this epoch
    resume_at = 0  # BackupAndRestore sets it: the epochs before were run in an earlier process
    _output_shape: tuple = ()  # of the model's first output, once it has met data
    _shuffling: Any = (
        None  # the generator of fit's shuffles: a second fit goes on where the first stopped
    )

    # --- one step

    def train_step(self, data) -> dict:
        """Learn from one batch. data: x, (x, y) or (x, y, sample_weight). Returns the running value
        of the loss and of each metric.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        self.check_loss(loss, x, y)
        if self.optimizer.variables:  # none: everything is frozen
            loss.backward()
            self.optimizer.step()
        self._loss_tracker.update_state(loss, sample_weight=count_samples(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

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
        **legacy,
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
        dropout, and usually finds better numbers.
        A second fit goes on from the present weights. After Ctrl-C `model.history` holds the
        finished epochs.
        """
        self._compiled()
        if legacy:
            epochs = translate_legacy(legacy, epochs)
        class_weight = known_class_weight(class_weight)
        check_count("epochs", epochs, 1)
        check_count("initial_epoch", initial_epoch, 0)
        if seed is None and self._shuffling is None:
            self._shuffling = generator()
        usual, rng = self._shuffling, self._shuffling if seed is None else generator(seed)
        batches, validation = self._sources(
            x,
            y,
            sample_weight,
            class_weight,
            batch_size,
            rng if shuffle else None,
            validation_split,
            validation_data,
            validation_batch_size,
            steps_per_epoch,
        )
        with self._as_compiled():
            self._meet(batches)
            self._check_frozen()
        steps = (
            batches.steps
            if steps_per_epoch is None
            else check_count("steps_per_epoch", steps_per_epoch, 1)
        )
        bar = progress_bar(verbose)
        self.history = History()
        run = CallbackList(
            [*as_list(callbacks), self.history, *bar],
            self,
            {"epochs": epochs, "steps": steps, "verbose": verbose},
        )
        guard, self.stop_on_nan = (
            self.stop_on_nan,
            self.stop_on_nan and not any(isinstance(c, TerminateOnNaN) for c in run.callbacks),
        )
        self._hold_still()
        self._shuffling = rng  # where a backup finds it
        try:
            with self._as_compiled():
                self._run_epochs(
                    run,
                    batches,
                    steps,
                    range(initial_epoch, epochs),
                    validation,
                    validation_steps,
                    validation_freq,
                )
        finally:
            self.stop_on_nan, self._held, self._shuffling = guard, None, usual
            for shown in bar:
                shown.close()
        return self.history

    def _sources(
        self,
        x,
        y,
        sample_weight,
        class_weight,
        batch_size,
        rng,
        split,
        validation_data,
        validation_batch_size,
        steps,
    ):
        """(training batches, validation batches or None) from what fit was given."""
        if is_stream(x):
            for name, value in (
                ("y", y),
                ("sample_weight", sample_weight),
                ("validation_split", split or None),
            ):
                if value is not None:
                    raise ValueError(
                        f"{name} goes with arrays; here x brings its own batches (x, y) or (x, y, "
                        f"sample_weight)."
                    )
            batches, size = Stream(x, rng, class_weight), 32
            diagnosis.check_batch(batches.first()[0], self._takes_raw_input())
            validation = self._validation_arrays(validation_data)
        else:
            x, y, weight = self._arrays(x, y, sample_weight)
            for part in leaves(x):
                diagnosis.check_inputs(part, takes_raw=self._takes_raw_input())
            validation = self._validation_arrays(validation_data)
            if validation is None and split:
                (x, y, weight), validation = split_tail((x, y, weight), split)
                if getattr(self._only_loss, "kind", None) in (
                    "sparse",
                    "categorical",
                    "binary",
                ) and isinstance(y, np.ndarray):
                    diagnosis.check_unseen_labels(y, validation[1])
            if (
                class_weight is not None
            ):  # of the training part alone: validation measures samples as they come
                weight = self._class_weights(y, weight, class_weight)
            size = batch_size_for(batch_size, count_samples(x), steps)
            batches = Batches(x, y, weight, size, rng)
        if isinstance(validation, tuple):
            validation = Batches(
                *validation,
                batch_size=check_count("validation_batch_size", validation_batch_size or size),
            )
        return batches, validation

    def _run_epochs(
        self, run, batches, steps, epochs, held_back, validation_steps, validation_freq
    ) -> None:
        self.stop_training = False
        endless = batches.forever() if steps != batches.steps else None
        batch_begin, batch_end = (
            run.hooked("on_train_batch_begin", "on_batch_begin"),
            run.hooked("on_train_batch_end", "on_batch_end"),
        )
        testing = run.without(ProgressBar)  # validation is silent
        self.resume_at, logs = 0, {}
        run.call("on_train_begin")
        for epoch in range(max(epochs.start, self.resume_at), epochs.stop):
            self.reset_metrics()
            run.call("on_epoch_begin", epoch)
            logs, done = {}, 0
            for step, batch in numbered(batches) if endless is None else numbered(endless, steps):
                for hook in batch_begin:
                    hook(step)
                with quiet():
                    logs = self.train_step(as_tensors(batch))
                done += 1
                if (
                    self.optimizer.iterations == 1
                    and step == 0
                    and batch[2] is None
                    and count_samples(batch[0]) >= 16
                ):
                    self._check_first(logs)
                for hook in batch_end:
                    hook(step, logs)
                if self.stop_training:
                    break
            if not self.stop_training and done < (1 if steps is None else steps):
                warnings.warn(
                    f"The data ran out in epoch {epoch + 1} after {done} of {steps or 'its'} "
                    f"batches, and training stops. Let "
                    "the generator go on for ever (while True:), or pass something that can be "
                    "read again.",
                    stacklevel=3,
                )
                self.stop_training = True
                if not done:
                    break
            logs = Logs(sorted_floats(logs))
            if held_back is not None and _is_due(epoch + 1, validation_freq):
                logs |= {
                    f"val_{k}": v
                    for k, v in self._measure(held_back, validation_steps, testing).items()
                }
                logs = Logs(sorted(logs.items()))
            run.call("on_epoch_end", epoch, logs)
            if self.stop_training:
                break
        self.optimizer.finalize_variable_values()
        run.call("on_train_end", logs)

    def _check_first(self, logs) -> None:
        if not self._output_shape:  # a train_step of its own that does not call the model
            return
        kind = getattr(self._only_loss, "kind", None)
        classes = (
            2
            if kind == "binary"
            else self._output_shape[-1]
            if kind in ("sparse", "categorical")
            else 0
        )
        diagnosis.check_first_loss(float(logs.get("loss", 0.0)), classes)

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
        """One step of training on exactly these samples; returns the loss and metrics on them.

        reset_metrics=False: on them and all since the last reset_metrics(), as Keras 2 had it.
        """
        self._compiled()
        class_weight = known_class_weight(class_weight)
        x, y, weight = self._arrays(x, y, sample_weight)
        batch = (
            x,
            y,
            weight if class_weight is None else self._class_weights(y, weight, class_weight),
        )
        with self._as_compiled():
            if not self.optimizer.variables:
                self._meet(Batches(*batch))
            self._check_frozen()
            if reset_metrics:
                self.reset_metrics()
            return self._as_result(sorted_floats(self.train_step(as_tensors(batch))), return_dict)

    def _meet(self, batches) -> None:
        """Also for a train_step of your own, which may not use what goes in and comes out of the
        whole model, so nothing is checked.

        A GAN takes images there and noise in `call`, or has no call at all; whatever is wrong,
        train_step itself will say.
        """
        if type(self).train_step is Trainer.train_step:
            super()._meet(batches)
            return
        with suppress(Exception), no_grad():
            self._output_shape = (
                None,
                *leaves(self(wrapped(batches.first()[0]), training=False))[0].shape[1:],
            )
            self._tell_optimizer()

    def _check_frozen(self) -> None:
        """A warning if nothing can be learned, or if a layer was frozen or freed since compile(),
        which chose what to train.
        """
        changed = [
            layer.name
            for layer in self._all_layers()
            if self._frozen_then.get(id(layer), layer._trainable) != layer._trainable
        ]
        if changed:
            self._warn_once(
                f"`trainable` of {', '.join(map(repr, changed[:3]))} was changed after compile(). "
                f"Call compile() again, so "
                "that the optimizer starts anew with the right weights."
            )
        elif not self.trainable_weights and self.weights:
            self._warn_once(
                f"Model '{self.name}' has no trainable weights, so fit will not change it: set "
                f"layer.trainable = True and "
                "compile again."
            )

    def _warn_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            warnings.warn(message, stacklevel=4)

    @contextmanager
    def _as_compiled(self):
        """A model that was frozen as a whole after compile() goes on training as it was compiled,
        with a warning.

        GANs are written so since 2016: compile the discriminator, freeze it, compile the two
        together, and train each in turn.
        """
        if self._trainable or not self._frozen_then.get(id(self), False):
            yield
            return
        self._warn_once(
            f"Model '{self.name}' was frozen after compile(). By itself it goes on training, as "
            f"it was compiled; inside other "
            "models it stays as it is. To say so plainly, set its `trainable` before each kind of "
            "step."
        )
        layers = self._all_layers()
        now = [layer._trainable for layer in layers]
        try:
            for layer in (
                layers
            ):  # the outermost first: it sets those inside, which then get what was theirs
                layer.trainable = self._frozen_then.get(id(layer), layer._trainable)
            yield
        finally:
            for layer, trainable in zip(layers, now):
                layer.trainable = trainable


def _is_due(epoch, freq) -> bool:
    return (
        epoch in freq
        if isinstance(freq, (list, tuple, set))
        else epoch % check_count("validation_freq", freq, 1) == 0
    )
