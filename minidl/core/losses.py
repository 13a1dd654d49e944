"""How wrong is the network? One number, which training makes smaller.

Each loss gives one number for each sample, and training takes their mean. The cross-entropies take
logits, the numbers before softmax or sigmoid: log(softmax(x)) in two steps overflows or takes the
log of 0, in one step it is exact, and its gradient is softmax(x) - y.
"""

from .derivatives import arithmetic
from .derivatives import losses as fused
from .tensor import apply


class Loss:
    """Base class of losses. A subclass defines `call(y_true, y_pred)`, which returns one number a
    sample.
    """

    def call(self, y_true, y_pred):
        raise NotImplementedError

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The loss of a batch, one number. sample_weight: how much each sample counts."""
        return self.reduce(self.per_sample(y_true, y_pred), sample_weight)

    def per_sample(self, y_true, y_pred):
        """One number for each sample of the batch."""
        return self.call(y_true, y_pred)

    def reduce(self, values, sample_weight):
        """Return the mean of the samples' losses, each multiplied by its sample weight."""
        return apply(fused.batch_mean, values, weights=sample_weight)


class MeanSquaredError(Loss):
    """mean (y_true - y_pred)² over the outputs of a sample"""

    def call(self, y_true, y_pred):
        return apply(arithmetic.square, y_true - y_pred).mean(axis=-1)


class BinaryCrossentropy(Loss):
    """-(t·ln p + (1 - t)·ln(1 - p)) with p = sigmoid(logits): yes-or-no questions, one an output"""

    def call(self, y_true, logits):
        return self.each(y_true, logits).mean(axis=-1)

    def each(self, y_true, logits):
        """The cross-entropy of each output."""
        return apply(fused.sigmoid_cross_entropy, logits, targets=y_true)


class CategoricalCrossentropy(Loss):
    """-Σ t·ln p over the classes with p = softmax(logits): one class of several, t a 1 among 0s"""

    def call(self, y_true, logits):
        return apply(fused.softmax_cross_entropy, logits, targets=y_true)


class SparseCategoricalCrossentropy(Loss):
    """-ln p[label] with p = softmax(logits): one of several classes, y_true its number"""

    def call(self, y_true, logits):
        shape = y_true.shape  # (n,), or (n, steps), whose rows are one for each step
        rows = logits if len(shape) == 1 else logits.reshape(-1, logits.shape[-1])
        each = apply(fused.sparse_softmax_cross_entropy, rows, labels=y_true.ravel())
        return each if len(shape) == 1 else each.reshape(*shape)
