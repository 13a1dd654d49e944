"""Focal losses: cross-entropies in which confident right answers count little, so that rare classes
count more.

Lin et al., Focal loss for dense object detection, ICCV 2017.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from .base import registry
from .crossentropy import BinaryCrossentropy, CategoricalCrossentropy


@registry.register()
class BinaryFocalCrossentropy(BinaryCrossentropy):
    """BinaryCrossentropy, where each output's loss is multiplied by (1 - p_t)^γ.

    p_t = t·p + (1 - t)(1 - p) is the probability of the right answer. apply_class_balancing
    multiplies the loss of yes by α, that of no by 1 - α. Shapes as for BinaryCrossentropy.
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma

    def each(self, y_true, y_pred):
        t, p = y_true, ops.sigmoid(y_pred) if self.from_logits else y_pred
        wrong = t * (1.0 - p) + (1 - t) * p  # 1 - p_t
        focal = wrong**self.gamma * super().each(t, y_pred)
        if self.apply_class_balancing:
            return focal * (t * self.alpha + (1 - t) * (1 - self.alpha))
        return focal


@registry.register()
class CategoricalFocalCrossentropy(CategoricalCrossentropy):
    """-α Σ t·(1 - p)^γ·ln p over the classes. Shapes as for CategoricalCrossentropy."""

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        self.alpha, self.gamma = alpha, gamma

    def each(self, t, y_pred):
        logits = self.logits(y_pred)
        if logits is not None:
            log_p, p = ops.log_softmax(logits), ops.softmax(logits)
        else:
            p = self.probabilities(y_pred)
            log_p = ops.log(p)
        return -(self.alpha * t * (1.0 - p) ** self.gamma * log_p).sum(axis=-1)
