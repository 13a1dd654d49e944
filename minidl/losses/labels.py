"""More losses whose targets are class indices: for labels that may be wrong, for models that end in
log_softmax, and for sequences of labels whose positions in time are unknown (CTC).
"""

from __future__ import annotations

import numpy as np

from .. import ops
from ..guards import outputs
from ..support.arrays import as_array
from .base import Loss, registry
from .crossentropy import LabelLoss, SparseCategoricalCrossentropy, at_label


@registry.register()
class CategoricalGeneralizedCrossEntropy(LabelLoss):
    """(1 - p[label]^q) / q: between cross-entropy (q near 0) and 1 - p (q = 1). The larger q is,
    the less wrong labels matter.

    Shapes: labels (n,), probabilities (n, classes) from softmax. Zhang and Sabuncu, Generalized
    cross entropy loss for training deep neural networks with noisy labels, NeurIPS 2018.
    """

    def __init__(
        self,
        q=0.5,
        reduction: str | None = "sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if not 0 < q < 1:
            raise ValueError(
                f"{self.title}: q must lie between 0 and 1; received {q!r}. Near 0 it is the "
                f"cross-entropy."
            )
        self.q = q

    def call(self, y_true, y_pred):
        logits = self.logits(y_pred)
        if logits is not None:
            powers = ops.exp(self.q * at_label(ops.log_softmax(logits), y_true))
        else:
            self.look_at(y_pred, outputs.no_distribution)
            powers = at_label(y_pred, y_true) ** self.q
        return (1.0 - powers) / self.q


@registry.register("nll", "nll_loss")
class NegativeLogLikelihood(LabelLoss):
    """-y_pred[label], for a model that ends in log_softmax: CrossEntropy = NLL ∘ LogSoftmax."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name="negative_log_likelihood",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        self.look_at(y_pred, outputs.no_log_probabilities)
        return -at_label(y_pred, y_true)


@registry.register("cross_entropy")
class CrossEntropyLoss(SparseCategoricalCrossentropy):
    """-ln softmax(y_pred)[label], for a model that ends in logits. This is PyTorch's name for it.

    It equals SparseCategoricalCrossentropy(from_logits=True).
    """

    def __init__(
        self,
        ignore_class=None,
        reduction: str | None = "sum_over_batch_size",
        name="cross_entropy_loss",
        dtype=None,
    ):
        super().__init__(True, ignore_class, reduction, name=name, dtype=dtype)


NLL = NLLLoss = NegativeLogLikelihood


@registry.register()
class CTC(Loss):
    """-ln of the probability that y_pred spells y_true, summed over all paths through the steps.
    Graves et al. 2006.

    y_true: labels (n, most labels), from 1 on; 0 means no label and fills short sequences. y_pred:
    logits (n, steps, classes); class 0 is the blank. All steps count. A label needs one step, and
    one more if the label before it is the same; a sequence that needs more steps than there are has
    loss inf.
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(name, reduction, dtype)

    def align(self, y_true, y_pred):
        labels = as_array(y_true)
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
