"""Classes against classes: the confusion matrix, what can be read off it (IoU), and F scores."""

from __future__ import annotations

import warnings

import numpy as np

from .. import losses
from ..support.arrays import as_array
from ..tensor import Tensor
from .base import Metric, Number, metrics, targets_like


def confusion_matrix(
    y_true, y_pred, num_classes: int | None = None, sample_weight=None
) -> np.ndarray:
    """How often each class was taken for which: entry (i, j) counts samples of class i that were
    predicted as j.

    y_true: labels (n,) or one-hot (n, classes). y_pred: labels (n,), or outputs (n, classes), of
    which the largest counts.
    Returns an array (classes, classes): rows true, columns predicted; whole numbers unless
    sample_weight is given.
    """
    t, p = _labels(y_true, "y_true"), _labels(y_pred, "y_pred")
    if t.shape != p.shape:
        raise ValueError(
            f"confusion_matrix: y_true holds labels of shape {t.shape}, y_pred of shape "
            f"{p.shape}; expected the same."
        )
    width = np.shape(y_pred)[-1] if np.ndim(y_pred) == 2 and np.shape(y_pred)[-1] > 1 else 0
    classes = num_classes or max(width, int(max(t.max(initial=-1), p.max(initial=-1))) + 1)
    for name, labels in (("y_true", t), ("y_pred", p)):
        if labels.size and (labels.min() < 0 or labels.max() >= classes):
            raise ValueError(
                f"confusion_matrix: {name} runs {labels.min()}..{labels.max()}, but there are "
                f"{classes} classes "
                f"(valid labels 0..{classes - 1})."
            )
    weight = None if sample_weight is None else losses.weights_like(sample_weight, t.shape).ravel()
    return np.bincount((t * classes + p).ravel(), weights=weight, minlength=classes**2).reshape(
        classes, classes
    )


def _labels(values, name) -> np.ndarray:
    array = as_array(values, keep_ints=True)
    if array.ndim == 2:
        array = array.argmax(axis=-1) if array.shape[-1] > 1 else array[:, 0]
    if array.dtype.kind == "f" and not np.array_equal(np.floor(array), array):
        raise ValueError(
            f"confusion_matrix: {name} holds fractions, not labels. For the probability of yes "
            f"pass (y_pred > 0.5)."
        )
    return array.astype(np.intp)


@metrics.register()
class ConfusionMatrix(Metric):
    """Rows true, columns predicted: entry (i, j) counts samples of class i that were predicted as
    j. `result` is an array (C, C).

    num_classes: C; left out, it grows with the labels and outputs seen. Shapes: labels (n,) or
    one-hot targets, outputs (n, classes) or labels. One output a sample, (n,) or (n, 1), that holds
    fractions is a probability of yes, cut at `threshold`.
    """

    def __init__(
        self, num_classes=None, name: str | None = "confusion_matrix", dtype=None, threshold=0.5
    ):
        super().__init__(name, dtype)
        self.num_classes, self.threshold = num_classes, threshold

    def reset_state(self):
        self._counts = np.zeros((0, 0), dtype=int)

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = as_array(y_pred)
        if (
            p.dtype.kind == "f"
            and (p.ndim < 2 or p.shape[-1] == 1)
            and not np.array_equal(np.floor(p), p)
        ):
            p = (p > self.threshold).astype(int)
        counts = confusion_matrix(y_true, p, self.num_classes, sample_weight)
        size = max(len(self._counts), len(counts))
        a, b = (np.pad(c, (0, size - len(c))) for c in (self._counts, counts))
        self._counts = a + b

    def result(self):
        size = self.num_classes or 0
        return self._counts.copy() if len(self._counts) else np.zeros((size, size), dtype=int)


# --- intersection over union
# -----------------------------------------------------------------------------------------


@metrics.register()
class IoU(Metric):
    """Intersection over union, TP / (TP + FP + FN) of each of the target classes, and their mean:
    overlap of regions.

    y_true, y_pred: class indices of any one shape, or one-hot and scores along `axis` where
    sparse_y_true or sparse_y_pred is False.
    ignore_class: a label that does not count; nor do labels outside 0..C-1. Classes that never
    occur are left out of the mean.
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name: str | None = None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        self.num_classes, self.target_class_ids = num_classes, [int(i) for i in target_class_ids]
        if not all(0 <= i < num_classes for i in self.target_class_ids):
            raise ValueError(
                f"{type(self).__name__}: target_class_ids lie in 0..{num_classes - 1}; received "
                f"{self.target_class_ids}."
            )
        super().__init__(name, dtype)
        self.ignore_class, self.axis = ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred

    def reset_state(self):
        self._counts = np.zeros((self.num_classes, self.num_classes))

    def update_state(self, y_true, y_pred, sample_weight=None):
        t, p = as_array(y_true, keep_ints=True), as_array(y_pred, keep_ints=True)
        t = t if self.sparse_y_true else t.argmax(axis=self.axis)
        p = p if self.sparse_y_pred else p.argmax(axis=self.axis)
        t = targets_like(t, p.shape, p.shape, type(self).__name__)
        w = (
            np.ones(p.shape)
            if sample_weight is None
            else losses.weights_like(sample_weight, p.shape)
        )
        kept = (t >= 0) & (t < self.num_classes) & (p >= 0) & (p < self.num_classes)
        if self.ignore_class is not None:
            kept &= t != self.ignore_class
        if kept.any():
            self._counts += confusion_matrix(t[kept], p[kept], self.num_classes, w[kept])

    def result(self):
        both = np.diag(self._counts)
        either = self._counts.sum(axis=0) + self._counts.sum(axis=1) - both
        scores = [both[i] / either[i] for i in self.target_class_ids if either[i] > 0]
        return Number(np.mean(scores) if scores else 0.0)


@metrics.register()
class MeanIoU(IoU):
    """The mean IoU of all classes. Arguments as for IoU."""

    def __init__(
        self,
        num_classes,
        name: str | None = None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )


@metrics.register()
class BinaryIoU(IoU):
    """The mean IoU of no (0) and yes (1), or of those in target_class_ids. An output of at least
    `threshold` is a yes.
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name: str | None = None, dtype=None):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(
            y_true, (as_array(y_pred) >= self.threshold).astype(int), sample_weight
        )


@metrics.register()
class OneHotIoU(IoU):
    """IoU of one-hot targets and scores, (..., classes)."""

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name: str | None = None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )


@metrics.register()
class OneHotMeanIoU(MeanIoU):
    """MeanIoU of one-hot targets and scores, (..., classes)."""

    def __init__(
        self,
        num_classes,
        name: str | None = None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)


# --- F scores


@metrics.register()
class FBetaScore(Metric):
    """(1 + β²)·P·R / (β²·P + R) with precision P and recall R of each class: one number that is
    high only if both are.

    Shapes: one-hot or 0/1 targets and outputs, both (n, classes). threshold: an output above it
    says yes; left out, the largest output of each sample does. average: None for one score a class,
    'micro' (all counted together), 'macro' (the plain mean of the classes), 'weighted' (by how many
    samples each has).
    """

    def __init__(
        self,
        average: str | None = None,
        beta=1.0,
        threshold=None,
        name: str | None = "fbeta_score",
        dtype=None,
    ):
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                f"{type(self).__name__}: average is None, 'micro', 'macro' or 'weighted'; "
                f"received {average!r}."
            )
        if not beta > 0:
            raise ValueError(f"{type(self).__name__}: beta must be above 0; received {beta!r}.")
        if threshold is not None and not 0 < threshold <= 1:
            raise ValueError(
                f"{type(self).__name__}: threshold lies between 0 and 1; received {threshold!r}."
            )
        super().__init__(name, dtype)
        self.average, self.beta, self.threshold, self._warned = average, beta, threshold, False

    def reset_state(self):
        self.true_positives = self.false_positives = self.false_negatives = self.actual = np.zeros(
            1
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = as_array(y_pred)
        title, t = type(self).__name__, as_array(y_true, keep_ints=True)
        if p.ndim == 2 and p.shape[-1] > 1 and t.shape in ((len(p),), (len(p), 1)):
            raise ValueError(
                f"{title}: y_true has shape {t.shape} but the model outputs {p.shape}. Class "
                f"indices become one-hot with "
                f"y = to_categorical(y, {p.shape[-1]})."
            )
        t = targets_like(t, p.shape, p.shape, title)
        if p.ndim not in (1, 2):
            raise ValueError(
                f"{title}: expected outputs of shape (n, classes); received {p.shape}."
            )
        t, p = t.reshape(len(t), -1).astype(float), p.reshape(len(p), -1)
        if p.shape[1] == 1 and self.threshold is None and not self._warned:
            self._warned = True
            warnings.warn(
                f"{title}: the only output of a sample is always its largest, so every answer is "
                f"yes. Use "
                f"{title}(threshold=0.5).",
                stacklevel=2,
            )
        yes = (
            p > self.threshold
            if self.threshold is not None
            else (p >= p.max(axis=-1, keepdims=True)) & (np.abs(p) > 1e-9)
        )
        w = (
            np.ones(p.shape)
            if sample_weight is None
            else losses.weights_like(sample_weight, p.shape)
        )
        axis = None if self.average == "micro" else 0
        self.true_positives = self.true_positives + (w * yes * t).sum(axis=axis)
        self.false_positives = self.false_positives + (w * yes * (1 - t)).sum(axis=axis)
        self.false_negatives = self.false_negatives + (w * ~yes * t).sum(axis=axis)
        self.actual = self.actual + (w * t).sum(axis=axis)

    def result(self):
        small, b = 1e-7, self.beta**2
        precision = self.true_positives / (self.true_positives + self.false_positives + small)
        recall = self.true_positives / (self.true_positives + self.false_negatives + small)
        scores = (1 + b) * precision * recall / (b * precision + recall + small)
        if self.average is None:
            return Tensor(scores)
        if self.average == "weighted":
            return Number((scores * self.actual).sum() / (self.actual.sum() + small))
        return Number(scores.mean())


@metrics.register("f1")
class F1Score(FBetaScore):
    """2·P·R / (P + R), the harmonic mean of precision and recall: FBetaScore with β = 1."""

    def __init__(
        self, average: str | None = None, threshold=None, name: str | None = "f1_score", dtype=None
    ):
        super().__init__(average, 1.0, threshold, name, dtype)
