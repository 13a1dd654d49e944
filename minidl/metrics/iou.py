"""Intersection over union: how much regions overlap."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..guards import outputs
from ..support.arrays import Number, as_array
from ..support.checks import check_count
from .base import Metric, registry, targets_like
from .matrix import confusion_matrix
from .thresholds import said, weights_of


@registry.register()
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
        axis: Any = -1,
    ):
        super().__init__(name, dtype)
        title = type(self).__name__
        self.num_classes = check_count(f"{title}: num_classes", num_classes)
        if not isinstance(target_class_ids, (list, tuple, range, set, np.ndarray)):
            raise TypeError(
                f"{title}: target_class_ids is a list of classes; received {target_class_ids!r}."
            )
        self.target_class_ids = [check_count(f"{title}: a class", i, 0) for i in target_class_ids]
        if not all(0 <= i < num_classes for i in self.target_class_ids):
            raise ValueError(
                f"{type(self).__name__}: target_class_ids lie in 0..{num_classes - 1}; received "
                f"{self.target_class_ids}."
            )
        self.ignore_class, self.axis = ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        shape = (num_classes, num_classes)
        self.total_cm = self.add_sum("total_confusion_matrix", shape)

    def update_state(self, y_true, y_pred, sample_weight=None):
        t, p = as_array(y_true), as_array(y_pred)
        t: Any = t if self.sparse_y_true else t.argmax(axis=self.axis)
        p: Any = p if self.sparse_y_pred else p.argmax(axis=self.axis)
        t = targets_like(t, p.shape, p.shape, type(self).__name__)
        w = weights_of(sample_weight, p.shape)
        kept = (t >= 0) & (t < self.num_classes) & (p >= 0) & (p < self.num_classes)
        if self.ignore_class is not None:
            kept &= t != self.ignore_class
        if kept.any():
            counts = confusion_matrix(t[kept], p[kept], self.num_classes, w[kept])
            self.total_cm.data[...] = self.total_cm.data + counts  # which may be whole numbers

    def result(self):
        matrix = self.total_cm.data
        both = np.diag(matrix)
        either = matrix.sum(axis=0) + matrix.sum(axis=1) - both
        scores = [both[i] / either[i] for i in self.target_class_ids if either[i] > 0]
        return Number(np.mean(scores) if scores else 0.0)


@registry.register()
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
        axis: Any = -1,
    ):
        super().__init__(
            num_classes,
            range(check_count("num_classes", num_classes)),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )


@registry.register()
class BinaryIoU(IoU):
    """The mean IoU of no (0) and yes (1), or of those in target_class_ids. An output of at least
    `threshold` is a yes.
    """

    def __init__(
        self, target_class_ids: Any = (0, 1), threshold=0.5, name: str | None = None, dtype=None
    ):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold, self._warned = threshold, threshold == 0

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = as_array(y_pred)
        if not self._warned:
            self._warned = said("BinaryIoU", outputs.no_cut(p, "BinaryIoU(threshold=0)"))
        super().update_state(y_true, (p >= self.threshold).astype(int), sample_weight)


@registry.register()
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
        axis: Any = -1,
    ):
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )


@registry.register()
class OneHotMeanIoU(MeanIoU):
    """MeanIoU of one-hot targets and scores, (..., classes)."""

    def __init__(
        self,
        num_classes,
        name: str | None = None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis: Any = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
