"""Losses with a margin: the right answer must not only be the largest, it must lead by 1 (or by
`margin`).
"""

from __future__ import annotations

import numpy as np

from .. import ops
from ..guards import targets
from ..support.arrays import as_array
from ..tensor import Tensor
from .base import Loss, PerOutput, SameShape, reduce, registry


class _SignedTargets(PerOutput):
    """Base class of losses with the targets -1 and 1. A batch that holds only 0 and 1 is understood
    as no and yes.
    """

    kind = "margin"

    def __init__(self, reduction: str | None = "sum_over_batch_size", name=None, dtype=None):
        super().__init__(name, reduction, dtype)

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        t = y_true.data
        return (
            (ops.convert_to_tensor(2 * t - 1), y_pred)
            if ((t == 0) | (t == 1)).all()
            else (y_true, y_pred)
        )

    def check_targets(self, y, output_shape):
        targets.check_signs(self.title, y)

    def cut(self):
        return 0.0


@registry.register()
class Hinge(_SignedTargets):
    """mean max(0, 1 - t·p), t = ±1: 0 if p has the right sign and is at least 1 away from 0. The
    loss of support vector machines.

    Shapes: y_true and y_pred alike, (n, outputs), or (n,) for one output. Targets 0 and 1 become -1
    and 1. End the model with Dense(1) or tanh.
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(reduction, name, dtype)

    def call(self, y_true, y_pred):
        return ops.maximum(1.0 - y_true * y_pred, 0.0).mean(axis=-1)


@registry.register()
class SquaredHinge(_SignedTargets):
    """mean max(0, 1 - t·p)², t = ±1: smooth where Hinge has a kink. Shapes and targets as for
    Hinge.
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name="squared_hinge", dtype=None
    ):
        super().__init__(reduction, name, dtype)

    def call(self, y_true, y_pred):
        return ops.square(ops.maximum(1.0 - y_true * y_pred, 0.0)).mean(axis=-1)


@registry.register()
class CategoricalHinge(SameShape):
    """max(0, 1 + max of (1 - t)·p - Σ t·p): the right class must lead the best wrong one by 1.

    Shapes: one-hot t and scores p, (n, classes). As in Keras, the largest of (1 - t)·p is at least
    the 0 of the right class.
    Crammer and Singer, On the algorithmic implementation of multiclass kernel-based vector
    machines, JMLR, 2001.
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name="categorical_hinge", dtype=None
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true, y_pred):
        right, wrong = (y_true * y_pred).sum(axis=-1), ((1.0 - y_true) * y_pred).max(axis=-1)
        return ops.maximum(wrong - right + 1.0, 0.0)


@registry.register()
class Circle(Loss):
    """softplus(ln Σ exp γ·a⁺(d - m) + ln Σ exp γ·a⁻(1 - m - d)) over the pairs of a batch, d = 1 -
    cosine: same labels near, others far.

    y_true: labels (n,) or (n, 1). y_pred: embeddings (n, size) of length 1. a⁺ = m + d for pairs of
    the same label, a⁻ = 1 + m - d for others. remove_diagonal: a sample is no pair with itself. A
    sample without a partner of each sort does not count.
    Sun et al., Circle loss: a unified perspective of pair similarity optimization, CVPR 2020.
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction: str | None = "sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal

    def align(self, y_true, y_pred):
        labels = as_array(y_true, keep_ints=True)
        if y_pred.ndim != 2 or labels.shape not in (y_pred.shape[:1], (len(y_pred), 1)):
            raise targets.not_embeddings("Circle", labels.shape, y_pred.shape)
        return labels.reshape(-1), y_pred

    def reduce(self, values, sample_weight, counts=None):
        counts = (values.data > 0) & (True if counts is None else counts)
        return reduce(values, sample_weight, self.reduction, counts)

    def call(self, y_true, y_pred):
        return self.between(y_true, y_pred, y_true, y_pred)

    def between(self, labels, embeddings, others, among) -> Tensor:
        """Return the loss of each sample of a batch, paired with other samples. others: their
        labels. among: their embeddings.
        """
        distance = ops.maximum(1.0 - embeddings @ among.transpose(), 0.0)
        same = labels[:, None] == others[None, :]
        other = ~same
        if self.remove_diagonal:
            same = same & ~np.eye(*same.shape, dtype=bool)
        m = self.margin
        near = self.gamma * ops.maximum(m + distance, 0.0) * (distance - m)
        far = self.gamma * ops.maximum(1 + m - distance, 0.0) * (1 - m - distance)
        least = -1e9  # stands for no pair: its exp is 0
        return ops.softplus(
            ops.logsumexp(ops.where(same, near, least), axis=1)
            + ops.logsumexp(ops.where(other, far, least), axis=1)
        )
