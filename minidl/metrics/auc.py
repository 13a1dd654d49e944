"""Areas under curves with one point for each threshold: ROC, precision-recall, and their gains."""

from __future__ import annotations

import numpy as np

from ..guards import outputs
from ..support import backend
from ..support.arrays import Number
from ..support.checks import check_count
from .base import registry
from .thresholds import ThresholdMetric, counts_above, ratio, said

_CURVES = ("ROC", "PR", "PRGAIN")
_SUMMATIONS = ("interpolation", "majoring", "minoring")


@registry.register()
class AUC(ThresholdMetric):
    """The area under a curve with one point for each threshold. For 'ROC' it is the probability
    that a yes gets a larger output than a no.

    curve: 'ROC' (recall against false positive rate), 'PR' (precision against recall), 'PRGAIN'
    (the gains of both). num_thresholds: the number of evenly spaced thresholds from 0 to 1.
    thresholds: a list of those between instead. summation_method: the height between two points:
    'interpolation', or the larger ('majoring') or smaller ('minoring') one. from_logits: apply a
    sigmoid to the outputs first.

    multi_label: compute one area for each output and average them, with label_weights if given.
    Without multi_label, these weights multiply the outputs' counts.

    PR is interpolated after Davis and Goadrich, The relationship between precision-recall and ROC
    curves, ICML 2006.
    """

    def __init__(
        self,
        num_thresholds: int | None = 200,
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
        _check(self.curve, self.summation_method)
        if num_labels and not multi_label:
            raise ValueError("AUC: num_labels goes with multi_label=True.")
        super().__init__(_points_of(num_thresholds, thresholds), name, dtype)
        self.num_thresholds, self.thresholds = len(self._order), _floats(self._order)
        self.multi_label, self.num_labels, self.from_logits = multi_label, num_labels, from_logits
        self.label_weights = _floats(label_weights)
        self._warned = False
        if num_labels:
            self.sums(self.counted, (len(self._order), num_labels))

    def answers(self, y_true, y_pred, sample_weight):
        t, p, w = super().answers(y_true, y_pred, sample_weight)
        if self.from_logits:
            p = 0.5 + 0.5 * np.tanh(0.5 * p)
        elif not self._warned:
            self._warned = said("AUC", outputs.no_auc_chances(p))
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
        self.sums(self.counted, (len(self._order), t.shape[1]))  # the first batch tells how many
        self.gather({n: np.stack([c[n] for c in columns], axis=1) for n in self.counted.split()})

    def result(self):
        interpolated = self.curve == "PR" and self.summation_method == "interpolation"
        areas = self._interpolated_pr() if interpolated else self._under(*self._points())
        if np.ndim(areas) == 0:
            return Number(areas)
        return Number(np.average(areas, weights=self.label_weights))

    def _points(self) -> tuple:
        tp, fp, tn, fn = (getattr(self, name).data for name in self.counted.split())
        if self.curve == "ROC":
            return ratio(fp, tn), ratio(tp, fn)
        if self.curve == "PR":
            return ratio(tp, fn), ratio(tp, fp)
        odds = (tp + fn) / np.where(tn + fp == 0, 1, tn + fp)
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
        tp = self.true_positives.data
        p = tp + self.false_positives.data
        change = p[:-1] - p[1:]
        slope = (tp[:-1] - tp[1:]) / np.where(change > 0, change, 1)
        intercept = tp[1:] - slope * p[1:]  # 0 where p[1:] is
        growth = np.log(np.where(p[1:] > 0, p[:-1], 1) / np.where(p[1:] > 0, p[1:], 1))
        yes = tp[1:] + self.false_negatives.data[1:]
        return (slope * (tp[:-1] - tp[1:] + intercept * growth) / np.where(yes > 0, yes, 1)).sum(
            axis=0
        )


def _check(curve: str, summation_method: str) -> None:
    if curve not in _CURVES or summation_method not in _SUMMATIONS:
        raise ValueError(
            f"AUC: curve is one of {', '.join(_CURVES)} and summation_method one of "
            f"{', '.join(_SUMMATIONS)}; received {curve!r} and {summation_method!r}."
        )


def _points_of(num_thresholds: int | None, thresholds) -> list[float]:
    """Return the thresholds from below 0 to above 1. Every output is above the first and below the
    last.
    """
    if thresholds is None:
        between = np.linspace(0, 1, check_count("AUC: num_thresholds", num_thresholds, 2))[1:-1]
    else:
        between = np.atleast_1d(thresholds)
    return [-backend.epsilon(), *between, 1 + backend.epsilon()]


def _floats(values) -> list[float] | None:
    return None if values is None else [float(x) for x in np.asarray(values)]
