"""Metrics that count yes-or-no answers at thresholds: right and wrong ones, precision and recall.

An output above the threshold means yes. Only the counts at each threshold are kept, so memory does
not grow with the data. Shapes: y_true and y_pred alike, (n,) or (n, outputs), or (n,) and (n, 1);
all outputs are counted together unless said otherwise.
"""

from __future__ import annotations

import numpy as np

from .. import losses
from ..guards import answers, outputs
from ..support.arrays import Number, as_array
from ..support.checks import is_number
from ..support.warning import warn
from ..tensor import Tensor, Variable
from .base import Metric, registry, targets_like


class ThresholdMetric(Metric):
    """Counts, at each of `thresholds`: true_positives, false_positives, true_negatives and
    false_negatives, variables of one number each.
    """

    counted = "true_positives false_positives true_negatives false_negatives"  # what a class needs
    true_positives: Variable
    false_positives: Variable
    true_negatives: Variable
    false_negatives: Variable

    def __init__(self, thresholds, name=None, dtype=None, top_k=None, class_id=None):
        super().__init__(name, dtype)
        self._order = np.sort(np.atleast_1d(np.asarray(thresholds, dtype=np.float64)))
        self.top_k, self.class_id = top_k, class_id
        self.sums(self.counted, self._order.shape)

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.add(*self.answers(y_true, y_pred, sample_weight))

    def answers(self, y_true, y_pred, sample_weight) -> tuple:
        """Return (yes or no, output, weight) as arrays of one shape, for the outputs that class_id
        and top_k select.
        """
        p, title = as_array(y_pred), type(self).__name__
        t = targets_like(as_array(y_true), p.shape, p.shape, title)
        answers.check_yes_or_no(title, t)
        w = weights_of(sample_weight, p.shape)
        if self.top_k is not None:
            p = only_largest(p, self.top_k)
        if self.class_id is not None:
            answers.check_class(self.class_id, title, p.shape)
            t, p, w = (x[..., self.class_id] for x in (t, p, w))
        return t > 0.5, p, w

    def add(self, t, p, w) -> None:
        """Count these answers: all together, with any number of axes."""
        self.gather(counts_above(self._order, t.ravel(), p.ravel(), w.ravel()))

    def gather(self, counts: dict) -> None:
        """Add the counts of a batch."""
        for name in self.counted.split():
            getattr(self, name).data[...] += counts[name]


def said(title: str, message: str) -> bool:
    """Warn if there is a message. Returns whether there was one."""
    if message:
        warn(f"{title}: {message}")
    return bool(message)


def weights_of(sample_weight, shape: tuple) -> np.ndarray:
    """Extend the sample weights to outputs of this shape; without weights, return 1 for each."""
    return np.ones(shape) if sample_weight is None else losses.weights_like(sample_weight, shape)


def only_largest(p: np.ndarray, k: int) -> np.ndarray:
    """Keep the k largest outputs of each sample, and replace the others by -inf."""
    best = np.argsort(-p, axis=-1, kind="stable")[..., :k]
    kept = np.full(p.shape, -np.inf)
    np.put_along_axis(kept, best, np.take_along_axis(p, best, axis=-1), axis=-1)
    return kept


def counts_above(thresholds, t, p, w) -> dict[str, np.ndarray]:
    """Return the four counts by name at each threshold. thresholds: ascending. t, p, w: flat arrays
    of the true answers, the outputs and the weights.

    Each output falls into the bin with the number of thresholds below it. Cumulative sums from the
    last bin give the counts for every threshold.
    """
    # 0.3 in float32 does not exceed 0.3
    limits = thresholds.astype(p.dtype) if p.dtype.kind == "f" else thresholds
    bins = np.searchsorted(limits, np.where(np.isnan(p), -np.inf, p), side="left")
    above = [
        np.cumsum(np.bincount(bins, weights=w * yes, minlength=len(limits) + 1)[::-1])[::-1]
        for yes in (t, ~t)
    ]
    tp, fp = (sums[1:] for sums in above)
    return {
        "true_positives": tp,
        "false_positives": fp,
        "true_negatives": above[1][0] - fp,
        "false_negatives": above[0][0] - tp,
    }


def ratio(part, rest) -> np.ndarray:
    """Return part / (part + rest), and 0 where both are 0."""
    part = np.asarray(part)
    whole = part + np.asarray(rest)
    return part / np.where(whole == 0, 1, whole)


# --- at thresholds that are given


class _AtThresholds(ThresholdMetric):
    def __init__(self, thresholds, default, name, dtype, top_k=None, class_id=None):
        values = default if thresholds is None else thresholds
        numbers = values if isinstance(values, (list, tuple, np.ndarray)) else [values]
        if not all(map(is_number, numbers)) or len(numbers) == 0:
            raise TypeError(
                f"{type(self).__name__}: thresholds is a number from 0 to 1, or a list of such; "
                f"received {thresholds!r}."
            )
        asked = np.atleast_1d(np.asarray(values, dtype=float))
        outside = [] if thresholds is None else [v for v in asked if not 0 <= v <= 1]
        if outside:
            raise ValueError(
                f"{type(self).__name__}: thresholds lie between 0 and 1; received {outside[0]:g}."
            )
        super().__init__(values, name, dtype, top_k, class_id)
        self.thresholds = thresholds
        self._warned = not (asked > 0).any()  # only a cut inside 0..1 is for probabilities
        self._asked = np.searchsorted(self._order, asked)  # back to the order as given

    def answers(self, y_true, y_pred, sample_weight):
        if not self._warned:
            kind = type(self).__name__
            self._warned = said(kind, outputs.no_cut(as_array(y_pred), f"{kind}(thresholds=0)"))
        return super().answers(y_true, y_pred, sample_weight)

    def value(self) -> np.ndarray:
        """Return the metric at each of the ascending thresholds."""
        raise NotImplementedError

    def result(self):
        values = np.asarray(self.value())[self._asked]
        return Number(values[0]) if len(values) == 1 else Tensor(values)


class _Count(_AtThresholds):
    def __init__(self, thresholds=None, name: str | None = None, dtype=None):
        super().__init__(thresholds, 0.5, name, dtype)

    def value(self):
        return getattr(self, self.counted).data


@registry.register()
class TruePositives(_Count):
    """The number of answers yes that are right. thresholds: a number, or a list for one result
    each; 0.5 if left out.
    """

    counted = "true_positives"


@registry.register()
class TrueNegatives(_Count):
    """The number of answers no that are right. thresholds: as for TruePositives."""

    counted = "true_negatives"


@registry.register()
class FalsePositives(_Count):
    """The number of answers yes that are wrong. thresholds: as for TruePositives."""

    counted = "false_positives"


@registry.register()
class FalseNegatives(_Count):
    """The number of answers no that are wrong. thresholds: as for TruePositives."""

    counted = "false_negatives"


_EVERY = -1e10  # with top_k and no threshold, each of the k largest says yes


@registry.register()
class Precision(_AtThresholds):
    """TP / (TP + FP): the fraction of the answers yes that are right.

    thresholds: a number, or a list for one result each; 0.5 if left out. top_k: only the k largest
    outputs of a sample may be yes. class_id: count only this column of (n, classes).
    """

    counted = "true_positives false_positives"

    def __init__(
        self, thresholds=None, top_k=None, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(thresholds, 0.5 if top_k is None else _EVERY, name, dtype, top_k, class_id)

    def value(self):
        return ratio(self.true_positives, self.false_positives)


@registry.register()
class Recall(_AtThresholds):
    """TP / (TP + FN): the fraction of the true yes that are found. Arguments as for Precision."""

    counted = "true_positives false_negatives"

    def __init__(
        self, thresholds=None, top_k=None, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(thresholds, 0.5 if top_k is None else _EVERY, name, dtype, top_k, class_id)

    def value(self):
        return ratio(self.true_positives, self.false_negatives)
