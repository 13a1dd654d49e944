"""Yes-or-no answers counted at thresholds: right and wrong, precision and recall, and areas under
their curves.

An output above the threshold says yes. Only the counts at each threshold are kept, so memory does
not grow with the data.
Shapes: y_true and y_pred alike, (n,) or (n, outputs), or (n,) and (n, 1); all outputs are counted
together unless said otherwise.
"""

from __future__ import annotations

import warnings

import numpy as np

from .. import losses
from ..support import backend
from ..support.arrays import as_array
from ..tensor import Tensor
from .base import Metric, Number, metrics, targets_like


class ThresholdMetric(Metric):
    """Counts, at each of `thresholds`: true_positives, false_positives, true_negatives and
    false_negatives, arrays of one number each.
    """

    def __init__(self, thresholds, name=None, dtype=None, top_k=None, class_id=None):
        self._order = np.sort(np.atleast_1d(np.asarray(thresholds, dtype=np.float64)))
        self.top_k, self.class_id = top_k, class_id
        super().__init__(name, dtype)

    def reset_state(self):
        self.true_positives = self.false_positives = self.true_negatives = self.false_negatives = (
            np.zeros(self._order.shape)
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.add(*self.answers(y_true, y_pred, sample_weight))

    def answers(self, y_true, y_pred, sample_weight) -> tuple:
        """(yes or no, output, weight) as arrays of one shape; class_id and top_k have chosen among
        the outputs.
        """
        p = as_array(y_pred)
        t = targets_like(as_array(y_true, keep_ints=True), p.shape, p.shape, type(self).__name__)
        if t.size and t.max() > 1:
            raise ValueError(
                f"{type(self).__name__}: targets are 0 or 1, but y runs {t.min():g}..{t.max():g}. "
                f"For several classes use "
                "one-hot targets, y = to_categorical(y), and class_id=... for one class."
            )
        w = (
            np.ones(p.shape)
            if sample_weight is None
            else losses.weights_like(sample_weight, p.shape)
        )
        if self.top_k is not None:
            best = np.argsort(-p, axis=-1, kind="stable")[..., : self.top_k]
            kept = np.full(p.shape, -np.inf)
            np.put_along_axis(kept, best, np.take_along_axis(p, best, axis=-1), axis=-1)
            p = kept
        if self.class_id is not None:
            if p.ndim < 2 or not -(classes := np.size(p, -1)) <= self.class_id < classes:
                raise ValueError(
                    f"{type(self).__name__}: there is no class_id={self.class_id} in outputs of "
                    f"shape {p.shape}."
                )
            t, p, w = (x[..., self.class_id] for x in (t, p, w))
        return t > 0.5, p, w

    def add(self, t, p, w) -> None:
        """Count these answers: all together, however many axes they have."""
        tp, fp, tn, fn = counts_above(self._order, t.ravel(), p.ravel(), w.ravel())
        self.true_positives, self.false_positives = (
            self.true_positives + tp,
            self.false_positives + fp,
        )
        self.true_negatives, self.false_negatives = (
            self.true_negatives + tn,
            self.false_negatives + fn,
        )


def counts_above(thresholds, t, p, w) -> tuple:
    """(tp, fp, tn, fn) at each of the rising thresholds, for flat arrays: is the answer yes?,
    output, weight.

    Each output falls into the bin of how many thresholds it exceeds; a sum from the last bin down
    counts for every threshold.
    """
    limits = (
        thresholds.astype(p.dtype) if p.dtype.kind == "f" else thresholds
    )  # 0.3 in float32 does not exceed 0.3
    bins = np.searchsorted(limits, np.where(np.isnan(p), -np.inf, p), side="left")
    above = [
        np.cumsum(np.bincount(bins, weights=w * yes, minlength=len(limits) + 1)[::-1])[::-1]
        for yes in (t, ~t)
    ]
    tp, fp = (sums[1:] for sums in above)
    return tp, fp, above[1][0] - fp, above[0][0] - tp


def ratio(part, rest) -> np.ndarray:
    """part / (part + rest), and 0 where both are 0."""
    whole = part + rest
    return np.where(whole == 0, 0.0, part / np.where(whole == 0, 1, whole))


# --- at thresholds that are given
# ------------------------------------------------------------------------------------


class _AtThresholds(ThresholdMetric):
    def __init__(self, thresholds, default, name, dtype, top_k=None, class_id=None):
        values = default if thresholds is None else thresholds
        for value in np.atleast_1d(np.asarray(values, dtype=float)):
            if thresholds is not None and not 0 <= value <= 1:
                raise ValueError(
                    f"{type(self).__name__}: thresholds lie between 0 and 1; received {value:g}."
                )
        super().__init__(values, name, dtype, top_k, class_id)
        self.thresholds = thresholds
        self._asked = np.searchsorted(
            self._order, np.atleast_1d(np.asarray(values, dtype=float))
        )  # back to the order as given

    def value(self) -> np.ndarray:
        """The metric at each of the rising thresholds."""
        raise NotImplementedError

    def result(self):
        values = np.asarray(self.value())[self._asked]
        return Number(values[0]) if len(values) == 1 else Tensor(values)


@metrics.register()
class TruePositives(_AtThresholds):
    """How many answers are yes and rightly so. thresholds: a number, or a list for one result each;
    0.5 if left out.
    """

    def __init__(self, thresholds=None, name: str | None = None, dtype=None):
        super().__init__(thresholds, 0.5, name, dtype)

    def value(self):
        return self.true_positives


@metrics.register()
class TrueNegatives(_AtThresholds):
    """How many answers are no and rightly so. thresholds: as for TruePositives."""

    def __init__(self, thresholds=None, name: str | None = None, dtype=None):
        super().__init__(thresholds, 0.5, name, dtype)

    def value(self):
        return self.true_negatives


@metrics.register()
class FalsePositives(_AtThresholds):
    """How many answers are yes and should be no: false alarms. thresholds: as for TruePositives."""

    def __init__(self, thresholds=None, name: str | None = None, dtype=None):
        super().__init__(thresholds, 0.5, name, dtype)

    def value(self):
        return self.false_positives


@metrics.register()
class FalseNegatives(_AtThresholds):
    """How many answers are no and should be yes: misses. thresholds: as for TruePositives."""

    def __init__(self, thresholds=None, name: str | None = None, dtype=None):
        super().__init__(thresholds, 0.5, name, dtype)

    def value(self):
        return self.false_negatives


_EVERY = -1e10  # with top_k and no threshold, each of the k largest says yes


@metrics.register()
class Precision(_AtThresholds):
    """TP / (TP + FP): how many of the answers yes are right.

    thresholds: a number, or a list for one result each; 0.5 if left out. top_k: only the k largest
    outputs of a sample may say yes.
    class_id: count this column of (n, classes) alone.
    """

    def __init__(
        self, thresholds=None, top_k=None, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(thresholds, 0.5 if top_k is None else _EVERY, name, dtype, top_k, class_id)

    def value(self):
        return ratio(self.true_positives, self.false_positives)


@metrics.register()
class Recall(_AtThresholds):
    """TP / (TP + FN): how many of those that should be yes are found. Arguments as for
    Precision.
    """

    def __init__(
        self, thresholds=None, top_k=None, class_id=None, name: str | None = None, dtype=None
    ):
        super().__init__(thresholds, 0.5 if top_k is None else _EVERY, name, dtype, top_k, class_id)

    def value(self):
        return ratio(self.true_positives, self.false_negatives)


# --- the best that one can have, given the other
# ---------------------------------------------------------------------


class _BestUnder(ThresholdMetric):
    def __init__(self, needed, num_thresholds, class_id, name, dtype):
        if not 0 <= needed <= 1:
            raise ValueError(
                f"{type(self).__name__}: the first argument lies between 0 and 1; received "
                f"{needed!r}."
            )
        if num_thresholds < 1:
            raise ValueError(
                f"{type(self).__name__}: num_thresholds must be 1 or more; received "
                f"{num_thresholds!r}."
            )
        super().__init__(
            [0.5] if num_thresholds == 1 else np.linspace(0, 1, num_thresholds),
            name,
            dtype,
            class_id=class_id,
        )
        self.needed, self.num_thresholds = needed, num_thresholds

    def rates(self) -> tuple:
        """(what must be at least `needed`, what is wanted), at each threshold."""
        raise NotImplementedError

    def result(self):
        given, wanted = self.rates()
        return Number(np.where(given >= self.needed, wanted, 0.0).max())


@metrics.register()
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


@metrics.register()
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


@metrics.register()
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


@metrics.register()
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


# --- areas under curves
# ---

_CURVES = ("ROC", "PR", "PRGAIN")
_SUMMATIONS = ("interpolation", "majoring", "minoring")


@metrics.register()
class AUC(ThresholdMetric):
    """The area under a curve that has one point a threshold. For 'ROC' it is the chance that a yes
    gets a larger output than a no.

    curve: 'ROC' (recall over the share of false alarms), 'PR' (precision over recall), 'PRGAIN'
    (the gains of both).
    num_thresholds: so many evenly spaced from 0 to 1, or thresholds: a list of those between.
    summation_method: between two points 'interpolation', or the larger ('majoring') or smaller
    ('minoring') height. from_logits: put outputs through a sigmoid first.
    multi_label: one area for each of the outputs, averaged, with label_weights if given; otherwise
    these weigh the outputs' counts.
    PR is interpolated after Davis and Goadrich, The relationship between precision-recall and ROC
    curves, ICML 2006.
    """

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name: str | None = None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        self.curve, self.summation_method = str(curve).upper(), str(summation_method).lower()
        if self.curve not in _CURVES or self.summation_method not in _SUMMATIONS:
            raise ValueError(
                f"AUC: curve is one of {', '.join(_CURVES)} and summation_method one of "
                f"{', '.join(_SUMMATIONS)}; received "
                f"{curve!r} and {summation_method!r}."
            )
        if num_thresholds < 2:
            raise ValueError(f"AUC: num_thresholds must be 2 or more; received {num_thresholds!r}.")
        if num_labels and not multi_label:
            raise ValueError("AUC: num_labels goes with multi_label=True.")
        inner = (
            np.linspace(0, 1, num_thresholds)[1:-1]
            if thresholds is None
            else np.asarray(thresholds, dtype=float)
        )
        edge = (
            backend.epsilon()
        )  # so that every output from 0 to 1 exceeds the first threshold and none the last
        super().__init__([-edge, *inner, 1 + edge], name, dtype)
        self.num_thresholds, self.thresholds = (
            len(self._order),
            None if thresholds is None else [float(x) for x in thresholds],
        )
        self.multi_label, self.num_labels, self.from_logits = multi_label, num_labels, from_logits
        self.label_weights = (
            None if label_weights is None else [float(w) for w in np.asarray(label_weights)]
        )
        self._warned = False

    def answers(self, y_true, y_pred, sample_weight):
        t, p, w = super().answers(y_true, y_pred, sample_weight)
        if self.from_logits:
            p = 0.5 + 0.5 * np.tanh(0.5 * p)
        elif not self._warned and p.size and (p.min() < 0 or p.max() > 1):
            self._warned = True
            warnings.warn(
                f"AUC: the outputs run {p.min():.3g}..{p.max():.3g} and are no probabilities, so "
                f"they are cut to 0..1. End the "
                "model with activation='sigmoid', or use AUC(from_logits=True).",
                stacklevel=3,
            )
        if self.label_weights is not None and not self.multi_label:
            w = w * np.asarray(self.label_weights)
        return t, np.clip(p, 0, 1), w

    def add(self, t, p, w):
        if not self.multi_label:
            return super().add(t, p, w)
        if t.ndim != 2 or self.num_labels not in (None, t.shape[1]):
            raise ValueError(
                f"AUC: multi_label=True expects outputs of shape (n, "
                f"{self.num_labels or 'labels'}); received {t.shape}."
            )
        columns = [counts_above(self._order, t[:, i], p[:, i], w[:, i]) for i in range(t.shape[1])]
        tp, fp, tn, fn = (np.stack(one, axis=1) for one in zip(*columns))
        if self.true_positives.ndim == 1:  # the first batch tells how many labels there are
            self.true_positives = self.false_positives = self.true_negatives = (
                self.false_negatives
            ) = np.zeros(tp.shape)
        self.true_positives, self.false_positives = (
            self.true_positives + tp,
            self.false_positives + fp,
        )
        self.true_negatives, self.false_negatives = (
            self.true_negatives + tn,
            self.false_negatives + fn,
        )

    def result(self):
        interpolated = self.curve == "PR" and self.summation_method == "interpolation"
        areas = self._interpolated_pr() if interpolated else self._under(*self._points())
        if np.ndim(areas) == 0:
            return Number(areas)
        return Number(np.average(areas, weights=self.label_weights))

    def _points(self) -> tuple:
        tp, fp, tn, fn = (
            self.true_positives,
            self.false_positives,
            self.true_negatives,
            self.false_negatives,
        )
        if self.curve == "ROC":
            return ratio(fp, tn), ratio(tp, fn)
        if self.curve == "PR":
            return ratio(tp, fn), ratio(tp, fp)
        odds = np.where(tn + fp == 0, 0.0, (tp + fn) / np.where(tn + fp == 0, 1, tn + fp))
        found = np.where(tp == 0, 1, tp)
        recall_gain = np.maximum(np.where(tp == 0, 0.0, 1 - odds * fn / found), 0.0)
        return recall_gain, np.where(tp == 0, 1.0, 1 - odds * fp / found)

    def _under(self, x, y):
        heights = {
            "interpolation": lambda a, b: (a + b) / 2,
            "majoring": np.maximum,
            "minoring": np.minimum,
        }[self.summation_method]
        return ((x[:-1] - x[1:]) * heights(y[:-1], y[1:])).sum(axis=0)

    def _interpolated_pr(self):
        """Between two thresholds true positives grow linearly with all positives P: ∫ (slope +
        intercept / P) dTP.
        """
        tp, p = self.true_positives, self.true_positives + self.false_positives
        change = p[:-1] - p[1:]
        slope = np.where(change > 0, (tp[:-1] - tp[1:]) / np.where(change > 0, change, 1), 0.0)
        intercept = tp[1:] - slope * p[1:]
        both = (p[:-1] > 0) & (p[1:] > 0)
        growth = np.log(np.where(both, p[:-1], 1) / np.where(both, p[1:], 1))
        yes = tp[1:] + self.false_negatives[1:]
        return (slope * (tp[:-1] - tp[1:] + intercept * growth) / np.where(yes > 0, yes, 1)).sum(
            axis=0
        )
