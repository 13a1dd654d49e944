"""F scores: combinations of precision and recall that are high only if both are high."""

from __future__ import annotations

import numpy as np

from ..guards import answers, outputs
from ..support.arrays import Number, as_array
from ..support.checks import check_number
from ..support.warning import warn
from ..tensor import Tensor, Variable
from .base import Metric, as_rows, registry, targets_like
from .thresholds import said, weights_of


@registry.register()
class FBetaScore(Metric):
    """(1 + β²)·P·R / (β²·P + R) with precision P and recall R of each class: one number that is
    high only if both are.

    Shapes: one-hot or 0/1 targets and outputs, both (n, classes). threshold: an output above it
    says yes; left out, the largest output of each sample does. average: None for one score a class,
    'micro' (all counted together), 'macro' (the plain mean of the classes), 'weighted' (by how many
    samples each has).
    """

    def __init__(
        self,
        average: str | None = None,
        beta=1.0,
        threshold=None,
        name: str | None = "fbeta_score",
        dtype=None,
    ):
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                f"{type(self).__name__}: average is None, 'micro', 'macro' or 'weighted'; "
                f"received {average!r}."
            )
        beta = check_number(f"{type(self).__name__}: beta", beta, 0, open_below=True)
        if threshold is not None:
            title = f"{type(self).__name__}: threshold"
            threshold = check_number(title, threshold, 0, 1, open_below=True, open_above=False)
        super().__init__(name, dtype)
        self.average, self.beta, self.threshold, self._warned = average, beta, threshold, False

    _SUMS = "true_positives false_positives false_negatives intermediate_weights"
    true_positives: Variable
    false_positives: Variable
    false_negatives: Variable
    intermediate_weights: Variable  # of how many samples each class is the right one

    def update_state(self, y_true, y_pred, sample_weight=None):
        p = as_array(y_pred)
        title, t = type(self).__name__, as_array(y_true)
        answers.check_columns(title, t.shape, p.shape)
        t = targets_like(t, p.shape, p.shape, title)
        t, p = as_rows(t).astype(float), as_rows(p)
        yes, w = self.says_yes(p), weights_of(sample_weight, p.shape)
        axis = None if self.average == "micro" else 0
        counts = (w * yes * t, w * yes * (1 - t), w * ~yes * t, w * t)
        sums = [count.sum(axis=axis) for count in counts]
        self.sums(self._SUMS, np.shape(sums[0]))
        for name, more in zip(self._SUMS.split(), sums):
            getattr(self, name).data[...] += more

    def says_yes(self, p: np.ndarray) -> np.ndarray:
        """Return which outputs count as yes: those above the threshold, or the largest one of a
        sample.
        """
        if self.threshold is not None:
            if not self._warned:
                kind = type(self).__name__
                self._warned = said(kind, outputs.no_cut(p, f"{kind}()"))
            return p > self.threshold
        if p.shape[1] == 1 and not self._warned:
            self._warned, title = True, type(self).__name__
            warn(
                f"{title}: the only output of a sample is always its largest, so every answer is "
                f"yes. Use {title}(threshold=0.5).",
            )
        return (p >= p.max(axis=1, keepdims=True)) & (np.abs(p) > 1e-9)

    def result(self):
        if not self.variables:  # nothing yet
            return Tensor(np.zeros(1)) if self.average is None else Number(0.0)
        small, b = 1e-7, self.beta**2
        tp, fp, fn, actual = (getattr(self, name).data for name in self._SUMS.split())
        precision, recall = tp / (tp + fp + small), tp / (tp + fn + small)
        scores = (1 + b) * precision * recall / (b * precision + recall + small)
        if self.average is None:
            return Tensor(scores)
        if self.average == "weighted":
            return Number((scores * actual).sum() / (actual.sum() + small))
        return Number(scores.mean())


@registry.register("f1")
class F1Score(FBetaScore):
    """2·P·R / (P + R), the harmonic mean of precision and recall: FBetaScore with β = 1."""

    def __init__(
        self, average: str | None = None, threshold=None, name: str | None = "f1_score", dtype=None
    ):
        super().__init__(average, 1.0, threshold, name, dtype)
