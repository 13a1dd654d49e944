"""The loss of a network that writes a line, step by step, without being told which step writes
which label.
"""

from __future__ import annotations

import numpy as np

from .. import ops
from ..support.arrays import as_array
from .base import Loss, registry
from .functions import per_sample


@registry.register()
class CTC(Loss):
    """-ln of the probability that y_pred reads as y_true, whichever path through the steps writes
    it. Graves et al. 2006.

    y_true: labels (n, most labels), from 1 on; 0 stands for no label and fills short lines up.
    y_pred: logits (n, steps, classes), class 0 being the blank. All steps count. A line that needs
    more steps than there are has loss inf: a label takes one, and one more if the same label stands
    before it.
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(name, reduction, dtype)

    def align(self, y_true, y_pred):
        labels = as_array(y_true, keep_ints=True)
        if labels.ndim != 2 or len(y_pred.shape) != 3 or len(labels) != len(y_pred):
            raise ValueError(
                "CTC takes y_true (n, most labels) and y_pred (n, steps, classes); received shapes "
                f"{labels.shape} and {y_pred.shape}."
            )
        return labels, y_pred

    def call(self, y_true, y_pred):
        labels = np.asarray(y_true)
        steps = np.full(len(labels), y_pred.shape[1])
        return ops.ctc_loss(labels, y_pred, (labels != 0).sum(axis=1), steps)


ctc = per_sample(CTC)
