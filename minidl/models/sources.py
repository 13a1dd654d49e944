"""Converts the data arguments of fit, evaluate and predict to batches."""

from __future__ import annotations

import math

import numpy as np

from ..data import (
    Batches,
    Portions,
    Stream,
    check_same_length,
    class_weights,
    count_samples,
    is_stream,
    samples,
    split_tail,
)
from ..guards.data import check_classes, check_inputs, check_unseen_labels, check_weights
from ..random import generator
from ..support import backend
from ..support.checks import check_count


def looked_at(model, x, y, sample_weight) -> tuple:
    """Return x, y and sample_weight as `arrays` does, after a check of the sample weights."""
    x, y, weight = arrays(model, x, y, sample_weight)
    if weight is not None:
        check_weights(weight)
    return x, y, weight


def arrays(model, x, y, sample_weight) -> tuple:
    """Convert x, y and sample_weight to arrays with the same number of samples, in the structure
    that the model takes.
    """
    if x is None:
        raise ValueError("No data: pass x (and y) as arrays with one sample a row.")
    x = samples(x, "x", model.takes_several(), model.takes_texts)
    several = model.takes_several()
    if model.output_names is not None:
        several = len(model.output_names) > 1
    y = None if y is None else samples(y, "y", several)
    weight = None if sample_weight is None else samples(sample_weight, "sample_weight", several)
    if not check_same_length(x=x, y=y, sample_weight=weight):
        raise ValueError("x holds no samples.")
    return x, y, weight


def weighed(batch: tuple, class_weight) -> tuple:
    """Return (x, y, sample_weight) of a batch, with the class weights as sample weights."""
    if class_weight is None:
        return batch
    x, y, sample_weight = batch
    if sample_weight is not None:
        raise ValueError("Give class_weight or sample_weight, not both.")
    if y is None:
        raise ValueError("class_weight needs targets: pass y as well as x.")
    return x, y, class_weights(y, class_weight)


class Plan:
    """The data of a fit: training batches, the number of steps in an epoch, validation batches, and
    the generator of the shuffles.
    """

    def __init__(self, batches, steps: int | None, validation, rng: np.random.Generator):
        self.batches, self.steps, self.validation, self.rng = batches, steps, validation, rng
        if steps is not None and steps != batches.steps:
            self._portions = Portions(batches, steps)

    @property
    def epoch(self):
        """Return an iterable that gives one epoch of training batches each time it is iterated
        over.
        """
        return self.batches if self.steps == self.batches.steps else self._portions


def plan_fit(
    model,
    data: tuple,
    validation_split: float,
    validation_data,
    sizes: tuple,
    shuffle: bool,
    seed,
) -> Plan:
    """Create the plan of a fit.

    data: x, y, sample_weight, class_weight. sizes: batch_size, validation_batch_size,
    steps_per_epoch, validation_steps.
    """
    rng = generator_of_shuffles(model, seed)
    order = rng if shuffle else None
    batch_size, validation_batch_size, steps_per_epoch, validation_steps = sizes
    *parts, class_weight = data
    if is_stream(parts[0]):
        batches = _stream(model, parts, class_weight, validation_split, order)
        validation_parts, size = None, 32
    else:
        x, y, weight = looked_at(model, *parts)
        check_inputs(x, model.takes_raw_input, getattr(parts[0], "columns", None))
        validation_parts, parts = None, (x, y, weight)
        if validation_data is None and validation_split:
            parts, validation_parts = split(model, parts, validation_split)
        size = batch_size_for(batch_size, count_samples(parts[0]), steps_per_epoch)
        batches = Batches(*weighed(parts, class_weight), batch_size=size, rng=order)
        if class_weight is not None:
            check_classes(y, class_weight)
    size = check_count("validation_batch_size", validation_batch_size or size)
    validation = for_validation(model, validation_data, size)
    if validation_parts is not None:  # class_weight applies to the training part only
        validation = Batches(*validation_parts, batch_size=size)
    given = steps_per_epoch is not None and check_count("steps_per_epoch", steps_per_epoch, 1)
    steps = backend.at_most(given or batches.steps, backend.max_steps_per_epoch())
    validation = None if validation is None else at_most(validation, validation_steps)
    return Plan(batches, steps, validation, rng)


def generator_of_shuffles(model, seed) -> np.random.Generator:
    """Return the random generator made from `seed`; without a seed, the one that all fits of this
    model share.
    """
    if seed is not None:
        return generator(seed)
    if model.shuffle_generator is None:
        model.shuffle_generator = generator()
    return model.shuffle_generator


def _stream(model, parts, class_weight, validation_split, rng) -> Stream:
    """Create the stream of training batches from x, which yields batches, and check the first
    batch.
    """
    x, y, sample_weight = parts
    given = {"y": y, "sample_weight": sample_weight, "validation_split": validation_split or None}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{name} goes with arrays; here x brings its own batches (x, y) or "
                "(x, y, sample_weight)."
            )
    batches = Stream(x, rng, class_weight, model.takes_texts)
    first, _, weight = batches.first()
    check_inputs(first, model.takes_raw_input)
    if weight is not None:
        check_weights(weight)
    return batches


def split(model, parts: tuple, fraction: float) -> tuple[tuple, tuple]:
    """Return (training part, validation part) of (x, y, sample_weight). Warns if the validation
    part has classes that the training part does not have.
    """
    training, validation_parts = split_tail(parts, fraction)
    y, has_classes = training[1], model.loss_kind in ("sparse", "categorical", "binary")
    if has_classes and isinstance(y, np.ndarray):
        check_unseen_labels(y, validation_parts[1])
    return training, validation_parts


def for_validation(model, data, batch_size):
    """Create the batches of `validation_data`; None if there is none."""
    if data is None:
        return None
    if is_stream(data):
        return Stream(data, texts=model.takes_texts)
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        raise ValueError(
            "validation_data is a tuple (x, y) or (x, y, sample_weight), or something that brings "
            "such batches."
        )
    return Batches(*looked_at(model, *data, *[None] * (3 - len(data))), batch_size=batch_size)


def for_evaluate(model, x, y, sample_weight, batch_size, steps):
    """Create the batches of `evaluate` from arrays or from a source of batches."""
    if is_stream(x):
        return Stream(x, texts=model.takes_texts)
    x, y, weight = looked_at(model, x, y, sample_weight)
    return Batches(x, y, weight, batch_size_for(batch_size, count_samples(x), steps))


def for_predict(model, x, batch_size, steps):
    """Create the batches of `predict`, which hold inputs only."""
    if is_stream(x):
        return Stream(x, texts=model.takes_texts)
    x = samples(x, "x", model.takes_several(), model.takes_texts)
    return Batches(x, batch_size=batch_size_for(batch_size, count_samples(x), steps))


def at_most(batches, steps):
    """Return the batches, or only the first `steps` of them if `steps` is given, or the limit of
    config.set_max_steps_per_epoch.
    """
    steps = backend.at_most(steps, backend.max_steps_per_epoch())
    return batches if steps is None else Portions(batches, steps, endless=False)


def batch_size_for(value, samples: int, steps) -> int:
    """Return the batch size: the given value, else the size that makes `steps` batches, else 32."""
    if value is not None:
        return check_count("batch_size", value)
    return 32 if steps is None else max(1, math.ceil(samples / check_count("steps", steps)))


def can_judge_first_loss(batches) -> bool:
    """Whether the first batch is large enough, and has no sample weights, to compare its loss with
    that of guessing.
    """
    return batches.first()[2] is None and batches.samples_of_first() >= 16
