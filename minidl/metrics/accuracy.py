"""Accuracies: the fraction of right answers. Also which of them the name 'accuracy' in compile()
means.
"""

from __future__ import annotations

import numpy as np

from ..core import metrics as core
from ..guards import answers
from ..support import backend
from ..support.arrays import as_array
from ..support.checks import check_count
from ..support.warning import warn
from ..tensor import Tensor
from .base import MeanMetric, Metric, registry


@registry.register()
class BinaryAccuracy(MeanMetric):
    """The share of outputs on the right side of `threshold`: 0.5 for probabilities, 0 for logits.
    Shapes: alike, or (n,) and (n, 1).
    """

    def __init__(self, name: str | None = "binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(name, dtype)
        self.threshold = threshold

    def measure(self, y_true, y_pred):
        """True where an output is right."""
        return (self.targets(y_true, y_pred.shape, y_pred.shape) > 0.5) == (y_pred > self.threshold)


@registry.register()
class CategoricalAccuracy(MeanMetric):
    """The share of samples whose largest output is the class that is 1 in the one-hot target.
    Shapes: alike, (n, classes).
    """

    def __init__(self, name: str | None = "categorical_accuracy", dtype=None):
        super().__init__(name, dtype)

    def measure(self, y_true, y_pred):
        return self.targets(y_true, y_pred.shape, y_pred.shape).argmax(axis=-1) == y_pred.argmax(
            axis=-1
        )


@registry.register()
class SparseCategoricalAccuracy(core.SparseCategoricalAccuracy, MeanMetric):
    """The share of samples whose largest output is the class whose index is the target. Shapes:
    (n,) and (n, classes).
    """

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype=None):
        super().__init__(name, dtype)

    def explained(self, error, y_true, y_pred):
        """Return the error for targets that do not fit."""
        if y_true.size == np.prod(y_pred.shape[:-1]):
            return error
        return answers.shapes_differ(type(self).__name__, y_true.shape, y_pred.shape)


@registry.register("acc")
class Accuracy(MeanMetric):
    """The fraction of entries that are equal. In compile(), the name 'accuracy' selects the
    accuracy that fits: see `resolve_accuracy`.
    """

    def __init__(self, name: str | None = "accuracy", dtype=None):
        super().__init__(name, dtype)

    def measure(self, y_true, y_pred):
        return self.targets(y_true, y_pred.shape, y_pred.shape) == y_pred


# --- the name 'accuracy' in compile()

ACCURACIES = ("accuracy", "acc")


def resolve_accuracy(name: str, loss, target_shape: tuple, output_shape: tuple) -> Metric:
    """Which accuracy 'accuracy' means for this loss and these shapes. It keeps the name that was
    typed, 'acc' included.

    The loss decides where it can (logits of a binary loss are cut at 0, not at 0.5); otherwise the
    shapes do.
    """
    kind = getattr(loss, "kind", None)
    one_output = output_shape[-1:] == (1,) or len(output_shape) < 2
    if kind == "regression" and (one_output or target_shape == output_shape):
        warn(
            f"'{name}' is not meaningful for a regression loss ({loss.name}): it counts exact "
            "hits. Use metrics=['mae'].",
        )
    if kind in ("binary", "margin") or (one_output and kind in (None, "regression")):
        return BinaryAccuracy(name, threshold=0.5 if loss is None else loss.cut())
    if kind == "sparse" or (
        kind != "categorical"
        and (len(target_shape) < len(output_shape) or target_shape[-1:] == (1,))
    ):
        return SparseCategoricalAccuracy(name)
    return CategoricalAccuracy(name)


# --- among the k largest


class _TopK(MeanMetric):
    def __init__(self, k, name, dtype):
        super().__init__(name, dtype)
        self.k = check_count(f"{type(self).__name__}: k", k)

    def among_largest(self, labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """True where fewer than k scores are larger than that of the label."""
        labels = labels.astype(np.intp)
        answers.check_top_k(type(self).__name__, self.k, labels, scores.shape[-1])
        own = np.take_along_axis(scores, labels[..., None], axis=-1)
        return ((scores > own).sum(axis=-1) < self.k) & ~np.isnan(own[..., 0])


@registry.register()
class TopKCategoricalAccuracy(_TopK):
    """The share of samples whose class, 1 in the one-hot target, is among the k largest outputs.
    Shapes: alike, (n, classes).
    """

    def __init__(self, k=5, name: str | None = "top_k_categorical_accuracy", dtype=None):
        super().__init__(k, name, dtype)

    def measure(self, y_true, y_pred):
        return self.among_largest(
            self.targets(y_true, y_pred.shape, y_pred.shape).argmax(axis=-1), y_pred
        )


@registry.register()
class SparseTopKCategoricalAccuracy(_TopK):
    """The share of samples whose class, given by its index, is among the k largest outputs. Shapes:
    (n,) and (n, classes).

    from_sorted_ids: the outputs are class indices, best first, instead of scores.
    """

    def __init__(
        self,
        k=5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype=None,
        from_sorted_ids=False,
    ):
        super().__init__(k, name, dtype)
        self.from_sorted_ids = from_sorted_ids

    def measure(self, y_true, y_pred):
        labels = self.targets(y_true, y_pred.shape[:-1], y_pred.shape)
        if self.from_sorted_ids:
            return (labels[..., None] == y_pred[..., : self.k]).any(axis=-1)
        return self.among_largest(labels, y_pred)


# --- as functions: one number a sample


def _tensor(measure, y_true, y_pred) -> Tensor:
    return Tensor(measure(as_array(y_true), as_array(y_pred)), dtype=backend.floatx())


def binary_accuracy(y_true, y_pred, threshold=0.5) -> Tensor:
    """1 for each output on the right side of the threshold, else 0; the shape of y_pred."""
    return _tensor(BinaryAccuracy(threshold=threshold).measure, y_true, y_pred)


def categorical_accuracy(y_true, y_pred) -> Tensor:
    """1 for each sample whose largest output is the class of its one-hot target, else 0."""
    return _tensor(CategoricalAccuracy().measure, y_true, y_pred)


def sparse_categorical_accuracy(y_true, y_pred) -> Tensor:
    """1 for each sample whose largest output is the class of its label, else 0."""
    return _tensor(SparseCategoricalAccuracy().measure, y_true, y_pred)


def top_k_categorical_accuracy(y_true, y_pred, k=5) -> Tensor:
    """1 for each sample whose class, one-hot, is among the k largest outputs, else 0."""
    return _tensor(TopKCategoricalAccuracy(k).measure, y_true, y_pred)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False) -> Tensor:
    """1 for each sample whose label is among the k largest outputs, else 0."""
    return _tensor(
        SparseTopKCategoricalAccuracy(k, from_sorted_ids=from_sorted_ids).measure, y_true, y_pred
    )
