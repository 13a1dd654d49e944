"""Cross-entropies: -ln of the probability that the model gave to the right answer. From logits
wherever they are known.

Shapes: y_pred (n, classes) or (n, steps, classes) unless said otherwise; one loss a sample or step.
"""

from __future__ import annotations

import numbers

import numpy as np

from .. import ops
from ..core import derivatives as d
from ..support import backend
from ..support.arrays import as_array
from ..tensor import Tensor, apply
from .base import Loss, losses, weights_like


class CrossEntropy(Loss):
    """What the three cross-entropies share: whether y_pred holds probabilities or logits, and which
    of them to use.

    from_logits: False if the model ends in softmax or sigmoid, True if it ends in the bare numbers
    before it. Probabilities that a softmax or sigmoid has just made remember their logits, and the
    loss then computes the stable form from those.
    """

    maker = "softmax"  # the function that turns logits into the probabilities this loss expects

    def __init__(
        self,
        from_logits: bool = False,
        name=None,
        reduction: str | None = "sum_over_batch_size",
        dtype=None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits

    def logits(self, y_pred: Tensor) -> Tensor | None:
        """The logits behind y_pred, or None if there are only probabilities."""
        kind, source = y_pred.logits() or (None, None)
        if self.from_logits:
            if kind:
                self._warn_once(
                    "twice",
                    f"the model already ends in {kind}, but the loss has from_logits=True and "
                    f"will apply "
                    f"{self.maker} again. Drop the {kind}, or use from_logits=False.",
                )
            return y_pred
        return source if kind == self.maker else None

    def probabilities(self, y_pred: Tensor) -> Tensor:
        """y_pred as probabilities that sum to 1 and stay away from 0 and 1, where logarithms or
        their slopes are infinite.
        """
        self.check_probabilities(y_pred.data)
        return ops.clip(
            y_pred / y_pred.sum(axis=-1, keepdims=True), backend.epsilon(), 1 - backend.epsilon()
        )

    def _last_axis(self, axis) -> int:
        if axis != -1:
            raise ValueError(
                f"{self.title}: the classes must be on the last axis (axis=-1); received "
                f"axis={axis}. Transpose first."
            )
        return axis

    def check_probabilities(self, p: np.ndarray) -> None:
        """Warn if numbers given as probabilities cannot be: negative ones, or rows that do not sum
        to 1.
        """
        sums = p.sum(axis=-1)
        if p.size and (p.min() < 0 or np.abs(sums - 1).max() > 1e-3):
            self._warn_once(
                "range",
                f"the outputs do not look like probabilities (row sums "
                f"{sums.min():.3g}..{sums.max():.3g}). "
                "End the model with activation='softmax', or use from_logits=True.",
            )


def _check_smoothing(value) -> float:
    if not isinstance(value, numbers.Real) or not 0 <= float(value) <= 1:
        raise ValueError(f"label_smoothing must lie between 0 and 1; received {value!r}.")
    return float(value)


def _targets(y_true: Tensor):
    """y_true as an array, which is quicker; as it is if somebody learns from it, like the teacher
    in a distillation.
    """
    return y_true if y_true.requires_grad else y_true.data


def _label_range(y) -> tuple[int, int]:
    return (int(y.min()), int(y.max())) if y.size else (0, 0)


@losses.register("bce")
class BinaryCrossentropy(CrossEntropy):
    """-(t·ln p + (1 - t)·ln(1 - p)), the mean over the last axis: yes-or-no questions, one per
    output unit.

    y_true: 0 or 1 (or a probability), of the output's shape. label_smoothing s: targets become t(1
    - s) + s/2.
    """

    kind, maker = "binary", "sigmoid"

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction: str | None = "sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        super().__init__(from_logits, name, reduction, dtype)
        self.label_smoothing, self.axis = _check_smoothing(label_smoothing), axis

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.title}: y_true has shape {y_true.shape} but the model outputs "
                f"{y_pred.shape}. For two classes end the "
                "model with Dense(1, activation='sigmoid'); for one of several classes use "
                "loss='sparse_categorical_crossentropy' with softmax outputs."
            )
        return y_true, y_pred

    def check_targets(self, y, output_shape):
        low, high = (y.min(), y.max()) if y.size else (0, 0)
        if (low < 0 or high > 1) and y.size == np.prod(
            output_shape
        ):  # if not, align will say that the shape is wrong
            raise ValueError(
                f"{self.title}: targets must lie between 0 and 1, but y runs {low:g}..{high:g}. "
                f"Map your two classes to "
                "0 and 1, or use loss='sparse_categorical_crossentropy' for several classes."
            )

    def call(self, y_true, y_pred):
        t = _targets(y_true)
        if self.label_smoothing:
            t = t * (1 - self.label_smoothing) + self.label_smoothing / 2
        each = self.each(t, y_pred)
        return each.mean(axis=self.axis) if each.ndim > 1 else each

    def each(self, t: np.ndarray | Tensor, y_pred: Tensor) -> Tensor:
        """The cross-entropy of every output with its target t."""
        logits = self.logits(y_pred)
        if logits is not None:
            return (
                ops.softplus(logits) - t * logits
                if isinstance(t, Tensor)
                else apply(d.losses.sigmoid_cross_entropy, logits, targets=t)
            )
        if y_pred.size and (y_pred.data.min() < 0 or y_pred.data.max() > 1):
            self._warn_once(
                "range",
                f"the outputs run {y_pred.data.min():.3g}..{y_pred.data.max():.3g} and are no "
                f"probabilities. "
                "End the model with activation='sigmoid', or use from_logits=True.",
            )
        p = ops.clip(y_pred, backend.epsilon(), 1 - backend.epsilon())
        return -(ops.log(p) * t + ops.log(1 - p) * (1 - t))


@losses.register()
class BinaryFocalCrossentropy(BinaryCrossentropy):
    """BinaryCrossentropy, each output's times (1 - p_t)^γ: answers that are sure and right hardly
    count, so that rare cases do.

    p_t = t·p + (1 - t)(1 - p) is the probability of the right answer. apply_class_balancing weighs
    yes by α, no by 1 - α.
    Shapes as for BinaryCrossentropy. Lin et al., Focal loss for dense object detection, ICCV 2017.
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction: str | None = "sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma

    def each(self, t, y_pred):
        p = ops.sigmoid(y_pred) if self.from_logits else y_pred
        wrong = t * (1.0 - p) + (1 - t) * p  # 1 - p_t
        focal = wrong**self.gamma * super().each(t, y_pred)
        return (
            focal * (t * self.alpha + (1 - t) * (1 - self.alpha))
            if self.apply_class_balancing
            else focal
        )


@losses.register()
class CategoricalCrossentropy(CrossEntropy):
    """-Σ t·ln p over the classes: one class out of several, with one-hot targets of the output's
    shape.

    label_smoothing s: targets become t(1 - s) + s/C. Plain arrays of probabilities are divided by
    their sum, then clipped.
    """

    kind = "categorical"

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction: str | None = "sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        super().__init__(from_logits, name, reduction, dtype)
        self.axis, self.label_smoothing = self._last_axis(axis), _check_smoothing(label_smoothing)

    def align(self, y_true, y_pred):
        if y_true.shape != y_pred.shape:
            self._refuse(as_array(y_true), y_pred.shape)
        if y_pred.shape[-1:] == (1,):
            raise ValueError(
                f"{self.title}: the model outputs one number a sample, {y_pred.shape}, so there "
                f"are no classes to "
                "choose from. For two classes use loss='binary_crossentropy' with a sigmoid."
            )
        return ops.convert_to_tensor(y_true, y_pred.dtype), y_pred

    def check_targets(self, y, output_shape):
        if y.shape != output_shape and output_shape[-1:] != (1,):
            self._refuse(y, output_shape)

    def _refuse(self, y, shape):
        classes = shape[-1] if shape else 1
        if y.shape in (shape[:-1], (*shape[:-1], 1)) and np.all(y == np.floor(y)):
            low, high = _label_range(y)
            raise ValueError(
                f"{self.title}: the labels look like class indices (whole numbers {low}..{high}). "
                f"Use loss='sparse_categorical_crossentropy', or y = to_categorical(y, {classes})."
            )
        raise ValueError(
            f"{self.title}: y_true has shape {y.shape} but the model outputs {shape}. One-hot "
            f"targets have one "
            f"column a class: end the model with Dense({y.shape[-1] if y.ndim > 1 else classes}), "
            f"or check y."
        )

    def call(self, y_true, y_pred):
        t, classes = _targets(y_true), y_pred.shape[-1]
        if self.label_smoothing:
            t = t * (1 - self.label_smoothing) + self.label_smoothing / classes
        return self.each(t, y_pred)

    def each(self, t: np.ndarray | Tensor, y_pred: Tensor) -> Tensor:
        """The cross-entropy of every row with its targets t."""
        logits = self.logits(y_pred)
        if logits is not None and not isinstance(t, Tensor):
            return apply(d.losses.softmax_cross_entropy, logits, targets=t)
        if logits is not None:
            return -(t * ops.log_softmax(logits)).sum(axis=-1)
        return -(t * ops.log(self.probabilities(y_pred))).sum(axis=-1)


@losses.register()
class CategoricalFocalCrossentropy(CategoricalCrossentropy):
    """-α Σ t·(1 - p)^γ·ln p over the classes: CategoricalCrossentropy in which sure and right
    answers hardly count.

    Shapes as for CategoricalCrossentropy. Lin et al., Focal loss for dense object detection, ICCV
    2017.
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction: str | None = "sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        self.alpha, self.gamma = alpha, gamma

    def each(self, t, y_pred):
        logits = self.logits(y_pred)
        if logits is not None:
            log_p, p = ops.log_softmax(logits), ops.softmax(logits)
        else:
            p = self.probabilities(y_pred)
            log_p = ops.log(p)
        return -(self.alpha * t * (1.0 - p) ** self.gamma * log_p).sum(axis=-1)


class LabelLoss(CrossEntropy):
    """Losses whose y_true holds class indices 0 .. C-1, of the output's shape without its last
    axis.
    """

    kind = "sparse"

    def _without_ignored(self, labels: np.ndarray) -> np.ndarray:
        """The labels; a loss that ignores some of them puts a valid one in their place."""
        return labels

    def align(self, y_true, y_pred):
        labels, shape = self._without_ignored(as_array(y_true, keep_ints=True)), y_pred.shape
        if len(shape) < 2:
            raise ValueError(
                f"{self.title}: expected outputs of shape (n, classes); the model outputs {shape}."
            )
        if labels.shape == (*shape[:-1], 1):
            labels = labels[..., 0]
        if labels.shape != shape[:-1]:
            if labels.shape == shape:
                raise ValueError(
                    f"{self.title}: y_true has shape {labels.shape}, like the output, so the "
                    f"labels look one-hot. "
                    "Use loss='categorical_crossentropy', or y = y.argmax(axis=-1)."
                )
            raise ValueError(
                f"{self.title}: y_true has shape {labels.shape} but the model outputs {shape}; "
                f"expected one class "
                f"index a sample, shape {shape[:-1]}."
            )
        return _check_labels(self.title, labels, shape[-1]), y_pred

    def check_targets(self, y, output_shape):
        if y.size and (y.shape == output_shape[:-1] or y.shape[-1:] == (1,)):
            _check_labels(self.title, y, output_shape[-1])


def _check_labels(name, labels, classes) -> np.ndarray:
    """Labels as whole numbers, each a valid class: a negative one would silently pick from the
    end.
    """
    if labels.dtype.kind == "f" and not np.array_equal(
        np.floor(labels), labels
    ):  # NaN equals nothing
        raise ValueError(
            f"{name}: class indices are whole numbers; y holds fractions. For regression use "
            f"loss='mse'."
        )
    whole = labels.astype(np.intp, copy=False)
    if (
        whole.size and whole.view(np.uintp).max() >= classes
    ):  # seen as unsigned, negative ones are huge
        low, high = _label_range(whole)
        one_based = (
            " If your labels start at 1, subtract 1." if low >= 1 and high == classes else ""
        )
        binary = (
            " For two classes with one output use loss='binary_crossentropy'."
            if classes == 1
            else ""
        )
        raise ValueError(
            f"{name}: labels run {low}..{high} but the model has {classes} outputs (valid labels "
            f"0..{classes - 1})."
            f"{one_based}{binary}"
        )
    return whole


@losses.register()
class SparseCategoricalCrossentropy(LabelLoss):
    """-ln p[label]: one class out of several, y_true holding its index. ignore_class: a label that
    does not count.
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction: str | None = "sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        super().__init__(from_logits, name, reduction, dtype)
        self.axis, self.ignore_class = self._last_axis(axis), ignore_class

    def __call__(self, y_true, y_pred, sample_weight=None):
        if self.ignore_class is None:
            return super().__call__(y_true, y_pred, sample_weight)
        labels = as_array(y_true, keep_ints=True)
        if labels.ndim == np.ndim(y_pred) and labels.shape[-1:] == (1,):
            labels = labels[..., 0]
        counts = (labels != self.ignore_class).astype(backend.floatx())
        weight = (
            counts if sample_weight is None else counts * weights_like(sample_weight, labels.shape)
        )
        total = super().__call__(self._without_ignored(labels), y_pred, weight)
        is_mean = self.reduction in ("sum_over_batch_size", "mean")
        return total * (labels.size / max(1.0, float(counts.sum()))) if is_mean else total

    def _without_ignored(self, labels):
        return (
            labels
            if self.ignore_class is None
            else np.where(labels == self.ignore_class, 0, labels)
        )

    def check_targets(self, y, output_shape):
        super().check_targets(self._without_ignored(y), output_shape)

    def call(self, y_true, y_pred):
        logits = self.logits(y_pred)
        if logits is not None:
            rows = logits if logits.ndim == 2 else logits.reshape(-1, logits.shape[-1])
            each = apply(d.losses.sparse_softmax_cross_entropy, rows, labels=y_true.ravel())
            return each if logits.ndim == 2 else each.reshape(y_true.shape)
        return -ops.log(_at_label(self.probabilities(y_pred), y_true))


@losses.register()
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
            powers = ops.exp(self.q * _at_label(ops.log_softmax(logits), y_true))
        else:
            self.check_probabilities(y_pred.data)
            powers = _at_label(y_pred, y_true) ** self.q
        return (1.0 - powers) / self.q


@losses.register("nll", "nll_loss")
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
        if y_pred.size and y_pred.data.max() > 1e-3:
            self._warn_once(
                "range",
                f"outputs up to {y_pred.data.max():.3g} are no log-probabilities, which are never "
                f"above 0. "
                "End the model with activation='log_softmax', or use "
                "SparseCategoricalCrossentropy.",
            )
        return -_at_label(y_pred, y_true)


NLL = NLLLoss = NegativeLogLikelihood


def _at_label(values: Tensor, labels: np.ndarray) -> Tensor:
    """values[..., label] for each sample."""
    rows = values.reshape(-1, values.shape[-1])
    return rows[np.arange(rows.shape[0]), labels.ravel()].reshape(labels.shape)


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1) -> Tensor:
    """BinaryCrossentropy, one loss per sample."""
    return BinaryCrossentropy(from_logits, label_smoothing, axis, reduction=None)(y_true, y_pred)


def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
) -> Tensor:
    """BinaryFocalCrossentropy, one loss per sample."""
    return BinaryFocalCrossentropy(
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis, reduction=None
    )(y_true, y_pred)


def categorical_crossentropy(
    y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1
) -> Tensor:
    """CategoricalCrossentropy, one loss per sample."""
    return CategoricalCrossentropy(from_logits, label_smoothing, axis, reduction=None)(
        y_true, y_pred
    )


def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
) -> Tensor:
    """CategoricalFocalCrossentropy, one loss per sample."""
    return CategoricalFocalCrossentropy(
        alpha, gamma, from_logits, label_smoothing, axis, reduction=None
    )(y_true, y_pred)


def categorical_generalized_cross_entropy(y_true, y_pred, q=0.5) -> Tensor:
    """CategoricalGeneralizedCrossEntropy, one loss per sample."""
    return CategoricalGeneralizedCrossEntropy(q, reduction=None)(y_true, y_pred)


def sparse_categorical_crossentropy(
    y_true, y_pred, from_logits=False, ignore_class=None, axis=-1
) -> Tensor:
    """SparseCategoricalCrossentropy, one loss per sample."""
    return SparseCategoricalCrossentropy(from_logits, ignore_class, None, axis)(y_true, y_pred)
