"""The best value of one rate while another rate is at least a given value. A stricter threshold
raises one and lowers the other.
"""

from __future__ import annotations

import numpy as np

from ..guards import outputs
from ..support.arrays import Number, as_array
from ..support.checks import check_count, check_number
from .base import registry
from .thresholds import ThresholdMetric, ratio, said


class _BestUnder(ThresholdMetric):
    def __init__(self, needed, num_thresholds, class_id, name, dtype):
        kind = type(self).__name__
        check_number(f"{kind}: {kind.partition('At')[2].lower()}", needed, 0, 1, open_above=False)
        check_count(f"{kind}: num_thresholds", num_thresholds)
        super().__init__(
            [0.5] if num_thresholds == 1 else np.linspace(0, 1, num_thresholds),
            name,
            dtype,
            class_id=class_id,
        )
        self.needed, self.num_thresholds = needed, num_thresholds
        self._warned = False

    def answers(self, y_true, y_pred, sample_weight):
        if not self._warned:
            message = outputs.no_cut(as_array(y_pred), "AUC(from_logits=True)")
            self._warned = said(type(self).__name__, message)
        return super().answers(y_true, y_pred, sample_weight)

    def rates(self) -> tuple:
        """Return (the rate that must be at least `needed`, the rate to maximize) at each
        threshold.
        """
        raise NotImplementedError

    def result(self):
        given, wanted = self.rates()
        return Number(np.where(given >= self.needed, wanted, 0.0).max())


@registry.register()
class SensitivityAtSpecificity(_BestUnder):
    """The largest TP / (TP + FN) at a threshold where TN / (TN + FP) is at least `specificity`."""

    def __init__(
        self, specificity, num_thresholds=200, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def rates(self):
        return ratio(self.true_negatives, self.false_positives), ratio(
            self.true_positives, self.false_negatives
        )


@registry.register()
class SpecificityAtSensitivity(_BestUnder):
    """The largest TN / (TN + FP) at a threshold where TP / (TP + FN) is at least `sensitivity`."""

    def __init__(
        self, sensitivity, num_thresholds=200, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def rates(self):
        return ratio(self.true_positives, self.false_negatives), ratio(
            self.true_negatives, self.false_positives
        )


@registry.register()
class PrecisionAtRecall(_BestUnder):
    """The largest TP / (TP + FP) at a threshold where TP / (TP + FN) is at least `recall`."""

    def __init__(
        self, recall, num_thresholds=200, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def rates(self):
        return ratio(self.true_positives, self.false_negatives), ratio(
            self.true_positives, self.false_positives
        )


@registry.register()
class RecallAtPrecision(_BestUnder):
    """The largest TP / (TP + FN) at a threshold where TP / (TP + FP) is at least `precision`."""

    def __init__(
        self, precision, num_thresholds=200, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def rates(self):
        return ratio(self.true_positives, self.false_positives), ratio(
            self.true_positives, self.false_negatives
        )
