"""Losses: one number that says how wrong the network is. Training makes it smaller.

Each loss gives one number for each sample, and training takes their mean. The
cross-entropies take logits, the numbers before softmax or sigmoid.
"""

from .derivatives import arithmetic
from .derivatives import losses as fused
from .tensor import apply


class Loss:
    """Base class of losses. A subclass defines `call(y_true, y_pred)`, which returns one
    number a sample.
    """

    def call(self, y_true, y_pred):
        raise NotImplementedError

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The loss of a batch, one number. sample_weight: how much each sample counts."""
        return self.reduce(self.call(y_true, y_pred), sample_weight)

    def reduce(self, values, sample_weight):
        """Return the mean of the samples' losses, each multiplied by its sample weight:
        apply fused.batch_mean. Without sample weights (None) each sample counts once.
        """
        raise NotImplementedError("write Loss.reduce in losses.py")


class MeanSquaredError(Loss):
    """mean (y_true - y_pred)² over the outputs of a sample"""

    def call(self, y_true, y_pred):
        """y_true: an array (n, outputs), y_pred: a Tensor (n, outputs). Returns (n,)."""
        raise NotImplementedError("write MeanSquaredError.call in losses.py")


class BinaryCrossentropy(Loss):
    """-(t·ln p + (1 - t)·ln(1 - p)) with p = sigmoid(logits): yes-or-no questions, one an
    output
    """

    def call(self, y_true, logits):
        """Apply fused.sigmoid_cross_entropy, and take the mean over the outputs of each
        sample. y_true: an array (n, outputs) of 0 and 1, logits: a Tensor (n, outputs).
        """
        raise NotImplementedError("write BinaryCrossentropy.call in losses.py")


class SparseCategoricalCrossentropy(Loss):
    """-ln p[label] with p = softmax(logits): one of several classes, y_true its number"""

    def call(self, y_true, logits):
        """Apply fused.sparse_softmax_cross_entropy. y_true: labels (n,), logits: a Tensor
        (n, classes).
        """
        raise NotImplementedError(
            "write SparseCategoricalCrossentropy.call in losses.py"
        )
