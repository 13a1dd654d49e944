"""The confusion matrix: how often samples of one class were predicted as another."""

from __future__ import annotations

import numpy as np

from .. import losses
from ..guards import answers
from ..support.arrays import as_array
from ..support.checks import check_count
from .base import Metric, registry


def confusion_matrix(
    y_true, y_pred, num_classes: int | None = None, sample_weight=None
) -> np.ndarray:
    """Count predictions by class: entry (i, j) counts samples of class i that were predicted as j.

    y_true: labels (n,) or one-hot (n, classes). y_pred: labels (n,), or outputs (n, classes), whose
    largest is the prediction. Returns an array (classes, classes): rows true, columns predicted;
    whole numbers unless sample_weight is given.
    """
    t, p = _labels(y_true, "y_true"), _labels(y_pred, "y_pred")
    if t.shape != p.shape:
        raise answers.matrix_shapes_differ(t.shape, p.shape)
    width = np.shape(y_pred)[1] if np.ndim(y_pred) == 2 else 0
    classes = num_classes or max(width, int(np.maximum(t, p).max(initial=-1)) + 1)
    for name, labels in (("y_true", t), ("y_pred", p)):
        answers.check_matrix_labels(name, labels, classes)
    weight = None if sample_weight is None else losses.weights_like(sample_weight, t.shape).ravel()
    cells = (t * classes + p).ravel()
    counts = np.bincount(cells, weights=weight, minlength=classes**2)
    return counts.reshape(classes, classes)


def _labels(values, name) -> np.ndarray:
    array = as_array(values)
    if array.ndim == 2:
        array = array.argmax(axis=1) if array.shape[1] > 1 else array[:, 0]
    if array.dtype.kind == "f" and not np.array_equal(np.floor(array), array):
        raise answers.matrix_fractions(name)
    return array.astype(np.intp)


@registry.register()
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
        if num_classes is not None:
            check_count("ConfusionMatrix: num_classes", num_classes)
        self.num_classes, self.threshold = num_classes, threshold
        self._start_from(np.zeros((num_classes or 0,) * 2))

    def _start_from(self, counts: np.ndarray) -> None:
        """Set the matrix to these counts."""
        self._variables.clear()
        self.matrix = self.add_sum("matrix", counts.shape).assign(counts)

    def reset_state(self):
        super().reset_state()
        self._weighted = False

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = as_array(y_pred)
        one_output = p.ndim < 2 or p.shape[1] == 1
        if p.dtype.kind == "f" and one_output and not np.array_equal(np.floor(p), p):
            p = (p > self.threshold).astype(int)
        counts = confusion_matrix(y_true, p, self.num_classes, sample_weight)
        self._weighted = self._weighted or sample_weight is not None
        if len(counts) > len(self.matrix):  # more classes than were seen before
            self._start_from(np.pad(self.matrix.data, (0, len(counts) - len(self.matrix))))
        self.matrix.data[: len(counts), : len(counts)] += counts

    def result(self):
        return self.matrix.numpy() if self._weighted else self.matrix.data.astype(int)
