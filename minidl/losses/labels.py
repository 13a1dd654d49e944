"""More losses whose targets are class indices: for labels that may be wrong, and for models that
end in log_softmax.
"""

from __future__ import annotations

from .. import ops
from ..guards import outputs
from .base import registry
from .crossentropy import LabelLoss, SparseCategoricalCrossentropy, at_label


@registry.register()
class CategoricalGeneralizedCrossEntropy(LabelLoss):
    """(1 - p[label]^q) / q: from cross-entropy (q near 0) to 1 - p (q = 1), the less moved by wrong
    labels the larger q is.

    Shapes: labels (n,), probabilities (n, classes) that end in softmax. Zhang and Sabuncu,
    Generalized cross entropy loss for training deep neural networks with noisy labels, NeurIPS
    2018.
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
    """-ln softmax(y_pred)[label], for a model that ends in logits: what PyTorch calls by this name.

    It is SparseCategoricalCrossentropy(from_logits=True).
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
