"""Cross-entropies: -ln of the probability that the model gave to the right answer. They are
computed from the logits if these are known.

Shapes: y_pred (n, classes) or (n, steps, classes) unless said otherwise. There is one loss for each
sample or step.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .. import ops
from ..core import losses as core
from ..guards import outputs, targets
from ..support import backend
from ..support.arrays import as_array
from ..support.checks import check_count
from ..tensor import Tensor
from .base import Loss, SameShape, reduce, registry


class CrossEntropy(Loss):
    """The common base of the cross-entropies. It finds out whether y_pred holds probabilities or
    logits.

    from_logits: False if the model ends in softmax or sigmoid, True if it ends in logits, the
    numbers before softmax or sigmoid. Probabilities computed by softmax or sigmoid remember their
    logits, and the loss then uses the stable formula from the logits.
    """

    axis = -1  # of the classes
    maker = "softmax"  # the function that turns logits into the probabilities this loss expects

    def __init__(
        self,
        from_logits: bool = False,
        name=None,
        reduction: str | None = "sum_over_batch_size",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits

    def logits(self, y_pred: Tensor) -> Tensor | None:
        """Return the logits of y_pred, or None if only probabilities are known."""
        kind, source = y_pred.logits() or (None, None)
        if self.from_logits:
            if kind:
                self.say_once("twice", outputs.twice(kind, self.maker))
            return y_pred
        return source if kind == self.maker else None

    def probabilities(self, y_pred: Tensor) -> Tensor:
        """Return y_pred as probabilities with sum 1, clipped away from 0 and 1, where logarithms or
        their slopes are infinite.
        """
        self.look_at(y_pred, outputs.no_distribution)
        return ops.clip(
            y_pred / y_pred.sum(axis=-1, keepdims=True), backend.epsilon(), 1 - backend.epsilon()
        )

    def classes_last(self, *values):
        """Return targets and outputs with the axis of the classes last. ValueError if they have no
        such axis.
        """
        if self.axis == -1:
            return values
        axes = len(values[0].shape)
        if not -axes <= self.axis < axes:
            raise ValueError(
                f"{self.title}: the classes are along axis {self.axis}, which outputs with {axes} "
                "axes do not have."
            )
        return [ops.moveaxis(x, self.axis, -1) for x in values]


def check_axis(value) -> int:
    """Return the axis of the classes, a whole number. ValueError otherwise."""
    return check_count("axis (of the classes)", value, -32)


def check_smoothing(value) -> float:
    """Return a label_smoothing between 0 and 1. ValueError otherwise."""
    if not isinstance(value, numbers.Real) or not 0 <= float(value) <= 1:
        raise ValueError(f"label_smoothing must lie between 0 and 1; received {value!r}.")
    return float(value)


def constants(y_true: Tensor):
    """Return y_true as an array, which is faster. If y_true needs a gradient, as from the teacher
    in a distillation, it is returned as a tensor.
    """
    return y_true if y_true.requires_grad else y_true.data


@registry.register("bce")
class BinaryCrossentropy(core.BinaryCrossentropy, CrossEntropy, SameShape):
    """-(t·ln p + (1 - t)·ln(1 - p)), the mean over the last axis: yes-or-no questions, one per
    output unit.

    y_true: 0 or 1 (or a probability), in the output's shape. label_smoothing s: targets become t(1
    - s) + s/2.
    """

    kind, maker = "binary", "sigmoid"
    shapes_differ = staticmethod(targets.not_binary)

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        CrossEntropy.__init__(self, from_logits, name, reduction, dtype)
        self.label_smoothing, self.axis = check_smoothing(label_smoothing), axis

    def check_targets(self, y, output_shape):
        targets.check_binary(self.title, y, output_shape)

    def call(self, y_true, y_pred):
        t = constants(y_true)
        if self.label_smoothing:
            t = t * (1 - self.label_smoothing) + self.label_smoothing / 2
        each = self.each(t, y_pred)
        return each.mean(axis=self.axis) if each.ndim > 1 else each

    def each(self, y_true, y_pred) -> Tensor:
        """Return the cross-entropy of every output with its target, an array or a tensor."""
        t, logits = y_true, self.logits(y_pred)
        if logits is not None:
            return ops.softplus(logits) - t * logits if learns(t) else super().each(t, logits)
        self.look_at(y_pred, outputs.no_chances)
        p = ops.clip(y_pred, backend.epsilon(), 1 - backend.epsilon())
        return -(ops.log(p) * t + ops.log(1 - p) * (1 - t))


def learns(t) -> bool:
    """Whether targets are a tensor, so that a gradient must flow through them."""
    return isinstance(t, Tensor)


@registry.register()
class CategoricalCrossentropy(core.CategoricalCrossentropy, CrossEntropy):
    """-Σ t·ln p over the classes: one class out of several, with one-hot targets of the output's
    shape.

    label_smoothing s: targets become t(1 - s) + s/C. Plain arrays of probabilities are divided by
    their sum, then clipped.
    """

    kind = "categorical"

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        CrossEntropy.__init__(self, from_logits, name, reduction, dtype)
        self.axis, self.label_smoothing = check_axis(axis), check_smoothing(label_smoothing)

    def align(self, y_true, y_pred):
        if y_true.shape != y_pred.shape:
            raise targets.not_one_hot(self.title, as_array(y_true), y_pred.shape)
        y_true, y_pred = self.classes_last(y_true, y_pred)
        if y_pred.shape[-1:] == (1,):
            raise targets.no_classes(self.title, y_pred.shape)
        return ops.convert_to_tensor(y_true, y_pred.dtype), y_pred

    def check_targets(self, y, output_shape):
        targets.check_one_hot(self.title, y, output_shape)

    def call(self, y_true, y_pred):
        t, classes = constants(y_true), y_pred.shape[-1]
        if self.label_smoothing:
            t = t * (1 - self.label_smoothing) + self.label_smoothing / classes
        return self.each(t, y_pred)

    def each(self, t, y_pred: Tensor) -> Tensor:
        """Return the cross-entropy of every row with its targets t, an array or a tensor."""
        logits = self.logits(y_pred)
        if logits is None:
            return -(t * ops.log(self.probabilities(y_pred))).sum(axis=-1)
        if learns(t):
            return -(t * ops.log_softmax(logits)).sum(axis=-1)
        return super().call(t, logits)


class LabelLoss(CrossEntropy):
    """Base class of losses whose y_true holds class indices 0 .. C-1, in the output's shape without
    its last axis.
    """

    kind = "sparse"

    def align(self, y_true, y_pred):
        if self.axis != -1:
            (y_pred,) = self.classes_last(y_pred)
        labels, shape = y_true, y_pred.array.shape
        if self.ignore_class is not None:
            labels = self.valid(y_true)
        elif type(y_true) is not np.ndarray:
            labels = as_array(y_true)
        if labels.shape == (*shape[:-1], 1):
            labels = labels[..., 0]
        if labels.shape != shape[:-1] or len(shape) < 2:
            raise targets.not_labels(self.title, labels.shape, shape)
        whole = labels.astype(np.intp, copy=False)  # a negative one is huge as unsigned
        if labels.dtype.kind == "f" or (whole.size and whole.view(np.uintp).max() >= shape[-1]):
            whole = targets.whole_labels(self.title, labels, shape[-1])
        return whole, y_pred

    def valid(self, y) -> np.ndarray:
        """Return the labels, with 0 in place of those that do not count."""
        labels = as_array(y, keep_ints=True)
        return np.where(labels == self.ignore_class, 0, labels)

    def check_targets(self, y, output_shape):
        targets.check_labels(self.title, y, output_shape)


def at_label(values: Tensor, labels: np.ndarray) -> Tensor:
    """Return values[..., label] for each sample."""
    rows = values.reshape(-1, values.shape[-1])
    return rows[np.arange(rows.shape[0]), labels.ravel()].reshape(labels.shape)


@registry.register()
class SparseCategoricalCrossentropy(core.SparseCategoricalCrossentropy, LabelLoss):
    """-ln p[label]: one class out of several; y_true holds its index. ignore_class: a label that
    does not count.
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction: str | None = "sum_over_batch_size",
        axis: Any = -1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        CrossEntropy.__init__(self, from_logits, name, reduction, dtype)
        self.axis, self.ignore_class = check_axis(axis), ignore_class

    def call(self, y_true, y_pred):
        logits = self.logits(y_pred)
        if logits is not None:
            return super().call(y_true, logits)
        return -ops.log(at_label(self.probabilities(y_pred), y_true))

    # -- with labels that do not count
    def of_what_counts(self, y_true, y_pred, sample_weight):
        if self.ignore_class is None:
            return super().of_what_counts(y_true, y_pred, sample_weight)
        values = super().per_sample(y_true, y_pred)
        return reduce(values, sample_weight, self.reduction, self.counts(y_true, y_pred))

    def per_sample(self, y_true, y_pred):
        values = super().per_sample(y_true, y_pred)
        if self.ignore_class is None:
            return values
        return reduce(values, None, None, self.counts(y_true, y_pred))

    def counts(self, y_true, y_pred) -> np.ndarray:
        """Return whether each label counts: because of its value, and because of the mask of
        y_pred. The labels may have a last axis of size 1.
        """
        labels = as_array(y_true, keep_ints=True)
        column = labels.ndim == np.ndim(y_pred) and labels.shape[-1:] == (1,)
        counts = (labels[..., 0] if column else labels) != self.ignore_class
        masked = isinstance(y_pred, Tensor) and y_pred.mask is not None
        return counts & np.asarray(y_pred.mask) if masked else counts

    def check_targets(self, y, output_shape):
        labels = y if self.ignore_class is None else self.valid(y)
        super().check_targets(labels, output_shape)
