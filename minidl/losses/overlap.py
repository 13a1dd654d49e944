"""Losses of overlap, for masks: how much of the region was found. A small region among many pixels
counts as much as a large one.
"""

from __future__ import annotations

from ..support import backend
from .base import SameShape, registry


@registry.register()
class Dice(SameShape):
    """1 - 2·Σ t·p / (Σ t + Σ p + ε): 0 for equal masks, 1 for masks without a common entry.

    Shapes: y_true and y_pred alike, any. axis: None sums over the whole batch and gives one number;
    axis=(1, 2, 3) for images gives one loss a sample.
    Milletari et al., V-Net, 2016.
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name="dice", axis=None, dtype=None
    ):
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true, y_pred):
        both = (y_true * y_pred).sum(axis=self.axis)
        return 1.0 - 2.0 * both / (
            y_true.sum(axis=self.axis) + y_pred.sum(axis=self.axis) + backend.epsilon()
        )


@registry.register()
class Tversky(SameShape):
    """1 - Σ t·p / (Σ t·p + α·Σ (1 - t)p + β·Σ t(1 - p) + ε): like Dice (α = β = ½), but false
    alarms are weighted by α and misses by β, as in the paper.

    Keras up to 3.15 exchanges α and β by mistake; its next version has them as here. Shapes and
    axis as for Dice.
    Salehi et al., Tversky loss function for image segmentation, 2017, eq. 4.
    """

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        reduction: str | None = "sum_over_batch_size",
        name="tversky",
        axis=None,
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.alpha, self.beta, self.axis = alpha, beta, axis

    def call(self, y_true, y_pred):
        both = (y_true * y_pred).sum(axis=self.axis)
        missed = (y_true * (1.0 - y_pred)).sum(axis=self.axis)
        invented = ((1.0 - y_true) * y_pred).sum(axis=self.axis)
        return 1.0 - both / (both + self.alpha * invented + self.beta * missed + backend.epsilon())
