"""How wrong is the network? One number to make smaller.

Every loss computes one number a sample and then reduces: by default the sum over the batch divided by its size. y_true is
compared with y_pred by shape before any arithmetic, because NumPy would broadcast (n,) against (n, 1) to (n, n), silently.
"""

from __future__ import annotations

import numbers
import warnings

import numpy as np

from . import backend, ops
from .arrays import as_array
from .derivatives import nonlinear
from .registry import Registry, snake_case, unknown
from .tensor import Tensor, apply

losses = Registry("loss")
_REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


def get(identifier):
    """A loss from a name ('mse', 'sparse_categorical_crossentropy', ...), a class, an instance or a function(y_true, y_pred)."""
    if isinstance(identifier, str):
        identifier = losses[identifier]
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        identifier = identifier()
    if isinstance(identifier, Loss) or identifier is None:
        return identifier
    if callable(identifier):
        return FunctionLoss(identifier)
    raise ValueError(f"A loss is a name, a Loss or a function(y_true, y_pred); received {identifier!r}.")


class Loss:
    """Base class: subclasses give `call(y_true, y_pred)`, which returns one loss per sample.

    reduction: 'sum_over_batch_size' (the default, a mean), 'sum', 'mean_with_sample_weight' (divided by the sum of the
    weights instead of the number of samples) or None (no reduction).
    """

    kind = None                 # what y_true means: 'regression', 'binary', 'categorical' or 'sparse'; 'accuracy' asks
    from_logits = False

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size"):
        if reduction not in _REDUCTIONS:
            raise ValueError(unknown("reduction", reduction, [r for r in _REDUCTIONS if r]))
        self.name = name or snake_case(type(self).__name__)
        self.title = type(self).__name__        # for messages
        self.reduction = reduction
        self._warned: set[str] = set()

    def __call__(self, y_true, y_pred, sample_weight=None) -> Tensor:
        """The loss as a tensor with a gradient. y_true, y_pred: arrays or tensors; sample_weight: one number a sample."""
        y_pred = ops.floats(y_pred)
        if not isinstance(y_true, (Tensor, np.ndarray)):
            y_true = as_array(y_true, keep_ints=True)
        y_true, y_pred = self.align(y_true, y_pred)
        return _reduce(self.call(y_true, y_pred), sample_weight, self.reduction)

    def call(self, y_true, y_pred) -> Tensor:
        """One loss per sample."""
        raise NotImplementedError(f"{type(self).__name__} needs a method call(self, y_true, y_pred).")

    def align(self, y_true, y_pred):
        """Bring y_true to the shape and dtype of y_pred where they differ by a last axis of 1."""
        y_true = ops.convert_to_tensor(y_true, y_pred.dtype)
        if y_true.shape == (*y_pred.shape, 1) or (*y_true.shape, 1) == y_pred.shape:
            y_true = y_true.reshape(y_pred.shape)
        return y_true, y_pred

    def check_targets(self, y: np.ndarray, output_shape: tuple) -> None:
        """Look once at all targets of a fit or evaluate, before training; ValueError names what is wrong and the cure."""

    def _warn_once(self, about: str, message: str) -> None:
        if about not in self._warned:
            self._warned.add(about)
            warnings.warn(f"{self.title}: {message}", stacklevel=2)


def _reduce(values: Tensor, sample_weight, reduction) -> Tensor:
    if sample_weight is None and reduction == "sum_over_batch_size" and isinstance(values, Tensor):
        return values.mean()
    values = ops.convert_to_tensor(values)
    total_weight = None
    if sample_weight is not None:
        weight = weights_like(sample_weight, values.shape).astype(values.dtype)
        values = values * weight
        total_weight = float(weight.sum())
    if reduction in (None, "none"):
        return values
    if reduction == "sum":
        return values.sum()
    if reduction == "mean_with_sample_weight" and total_weight is not None:
        return values.sum() / (total_weight or 1.0)
    return values.mean()


def weights_like(sample_weight, shape: tuple) -> np.ndarray:
    """Sample weights spread over values of this shape: one a sample, (n,) or (n, 1), or one a value. ValueError otherwise."""
    weight = as_array(sample_weight)
    if weight.ndim == len(shape) + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if weight.shape != shape[: weight.ndim] and (weight.ndim < 2 or weight.shape != (*shape[: weight.ndim - 1], 1)):
        raise ValueError(f"sample_weight has shape {weight.shape}, but there is one value per sample: {shape}.")
    return np.broadcast_to(weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim)), shape)


class FunctionLoss(Loss):
    """Any function(y_true, y_pred) of tensors as a loss; what it returns is reduced like the others."""

    def __init__(self, function, reduction: str | None = "sum_over_batch_size", name=None):
        super().__init__(name or getattr(function, "__name__", "loss"), reduction)
        self.function, self.title = function, self.name

    def call(self, y_true, y_pred):
        return self.function(y_true, y_pred)


# --- regression ------------------------------------------------------------------------------------------------------

class Regression(Loss):
    """Losses that compare number with number: y_true must have the shape of the output."""

    kind = "regression"

    def __init__(self, reduction: str | None = "sum_over_batch_size", name=None):
        super().__init__(name, reduction)

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            per_sample = y_true.shape[1:] or (1,)
            raise ValueError(
                f"{self.title}: y_true has shape {y_true.shape} but the model outputs {y_pred.shape}. Losses do not broadcast. "
                f"Each sample has {per_sample[-1]} target{'s' if per_sample[-1] != 1 else ''}: end the model with "
                f"Dense({per_sample[-1]}), or pass y of shape {('n', *y_pred.shape[1:])}.".replace("'n'", "n"))
        return (y_true, y_pred) if y_pred.ndim > 1 else (y_true.reshape(-1, 1), y_pred.reshape(-1, 1))


@losses.register("mse")
class MeanSquaredError(Regression):
    """mean (y_true - y_pred)²: large errors count most."""

    def call(self, y_true, y_pred):
        return ops.square(y_true - y_pred).mean(axis=-1)


@losses.register("mae")
class MeanAbsoluteError(Regression):
    """mean |y_true - y_pred|: every unit of error counts alike, so outliers pull less."""

    def call(self, y_true, y_pred):
        return ops.absolute(y_true - y_pred).mean(axis=-1)


# --- classification --------------------------------------------------------------------------------------------------

class CrossEntropy(Loss):
    """What the three cross-entropies share: whether y_pred holds probabilities or logits, and which of them to use.

    from_logits: False if the model ends in softmax or sigmoid, True if it ends in the bare numbers before it. Probabilities
    that a softmax or sigmoid has just made remember their logits, and the loss then computes the stable form from those.
    """

    maker = "softmax"           # the function that turns logits into the probabilities this loss expects

    def __init__(self, from_logits: bool = False, name=None, reduction: str | None = "sum_over_batch_size"):
        super().__init__(name, reduction)
        self.from_logits = from_logits

    def logits(self, y_pred: Tensor) -> Tensor | None:
        """The logits behind y_pred, or None if there are only probabilities."""
        kind, source = y_pred.logits() or (None, None)
        if self.from_logits:
            if kind:
                self._warn_once("twice", f"the model already ends in {kind}, but the loss has from_logits=True and will apply "
                                f"{self.maker} again. Drop the {kind}, or use from_logits=False.")
            return y_pred
        return source if kind == self.maker else None

    def check_probabilities(self, p: np.ndarray) -> None:
        """Warn if numbers given as probabilities cannot be: negative ones, or rows that do not sum to 1."""
        sums = p.sum(axis=-1)
        if p.size and (p.min() < 0 or np.abs(sums - 1).max() > 1e-3):
            self._warn_once("range", f"the outputs do not look like probabilities (row sums {sums.min():.3g}..{sums.max():.3g}). "
                            "End the model with activation='softmax', or use from_logits=True.")


def _check_smoothing(value) -> float:
    if not isinstance(value, numbers.Real) or not 0 <= float(value) <= 1:
        raise ValueError(f"label_smoothing must lie between 0 and 1; received {value!r}.")
    return float(value)


def _label_range(y) -> tuple[int, int]:
    return (int(y.min()), int(y.max())) if y.size else (0, 0)


@losses.register("bce")
class BinaryCrossentropy(CrossEntropy):
    """-(t·ln p + (1 - t)·ln(1 - p)), the mean over the last axis: yes-or-no questions, one per output unit.

    y_true: 0 or 1 (or a probability), of the output's shape. label_smoothing s: targets become t(1 - s) + s/2.
    """

    kind, maker = "binary", "sigmoid"

    def __init__(self, from_logits=False, label_smoothing=0.0, axis=-1, reduction: str | None = "sum_over_batch_size", name=None):
        super().__init__(from_logits, name, reduction)
        self.label_smoothing, self.axis = _check_smoothing(label_smoothing), axis

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.title}: y_true has shape {y_true.shape} but the model outputs {y_pred.shape}. For two classes end the "
                "model with Dense(1, activation='sigmoid'); for one of several classes use "
                "loss='sparse_categorical_crossentropy' with softmax outputs.")
        return y_true, y_pred

    def check_targets(self, y, output_shape):
        low, high = (y.min(), y.max()) if y.size else (0, 0)
        if (low < 0 or high > 1) and y.size == np.prod(output_shape):       # if not, align will say that the shape is wrong
            raise ValueError(f"{self.title}: targets must lie between 0 and 1, but y runs {low:g}..{high:g}. Map your two classes to "
                             "0 and 1, or use loss='sparse_categorical_crossentropy' for several classes.")

    def call(self, y_true, y_pred):
        t = y_true.data
        if self.label_smoothing:
            t = t * (1 - self.label_smoothing) + self.label_smoothing / 2
        logits = self.logits(y_pred)
        if logits is not None:
            each = apply(nonlinear.sigmoid_cross_entropy, logits, targets=t)
        else:
            if y_pred.size and (y_pred.data.min() < 0 or y_pred.data.max() > 1):
                self._warn_once("range", f"the outputs run {y_pred.data.min():.3g}..{y_pred.data.max():.3g} and are no probabilities. "
                                "End the model with activation='sigmoid', or use from_logits=True.")
            p = ops.clip(y_pred, backend.epsilon(), 1 - backend.epsilon())
            each = -(t * ops.log(p) + (1 - t) * ops.log(1 - p))
        return each.mean(axis=self.axis) if each.ndim > 1 else each


@losses.register()
class CategoricalCrossentropy(CrossEntropy):
    """-Σ t·ln p over the classes: one class out of several, with one-hot targets of the output's shape.

    label_smoothing s: targets become t(1 - s) + s/C. Plain arrays of probabilities are divided by their sum, then clipped.
    """

    kind = "categorical"

    def __init__(self, from_logits=False, label_smoothing=0.0, axis=-1, reduction: str | None = "sum_over_batch_size", name=None):
        super().__init__(from_logits, name, reduction)
        if axis != -1:
            raise ValueError(f"{self.title}: the classes must be on the last axis (axis=-1); received axis={axis}. Transpose first.")
        self.label_smoothing = _check_smoothing(label_smoothing)

    def align(self, y_true, y_pred):
        if y_true.shape != y_pred.shape:
            self._refuse(as_array(y_true), y_pred.shape)
        if y_pred.shape[-1:] == (1,):
            raise ValueError(f"{self.title}: the model outputs one number a sample, {y_pred.shape}, so there are no classes to "
                             "choose from. For two classes use loss='binary_crossentropy' with a sigmoid.")
        return ops.convert_to_tensor(y_true, y_pred.dtype), y_pred

    def check_targets(self, y, output_shape):
        if y.shape != output_shape and output_shape[-1:] != (1,):
            self._refuse(y, output_shape)

    def _refuse(self, y, shape):
        classes = shape[-1] if shape else 1
        if y.shape in (shape[:-1], (*shape[:-1], 1)) and np.all(y == np.floor(y)):
            low, high = _label_range(y)
            raise ValueError(f"{self.title}: the labels look like class indices (whole numbers {low}..{high}). "
                             f"Use loss='sparse_categorical_crossentropy', or y = to_categorical(y, {classes}).")
        raise ValueError(f"{self.title}: y_true has shape {y.shape} but the model outputs {shape}. One-hot targets have one "
                         f"column a class: end the model with Dense({y.shape[-1] if y.ndim > 1 else classes}), or check y.")

    def call(self, y_true, y_pred):
        t, classes = y_true.data, y_pred.shape[-1]
        if self.label_smoothing:
            t = t * (1 - self.label_smoothing) + self.label_smoothing / classes
        logits = self.logits(y_pred)
        if logits is not None:
            return apply(nonlinear.softmax_cross_entropy, logits, targets=t)
        self.check_probabilities(y_pred.data)
        p = ops.clip(y_pred / y_pred.sum(axis=-1, keepdims=True), backend.epsilon(), 1 - backend.epsilon())
        return -(t * ops.log(p)).sum(axis=-1)


class LabelLoss(CrossEntropy):
    """Losses whose y_true holds class indices 0 .. C-1, of the output's shape without its last axis."""

    kind = "sparse"

    def _without_ignored(self, labels: np.ndarray) -> np.ndarray:
        """The labels; a loss that ignores some of them puts a valid one in their place."""
        return labels

    def align(self, y_true, y_pred):
        labels, shape = self._without_ignored(as_array(y_true, keep_ints=True)), y_pred.shape
        if len(shape) < 2:
            raise ValueError(f"{self.title}: expected outputs of shape (n, classes); the model outputs {shape}.")
        if labels.shape == (*shape[:-1], 1):
            labels = labels[..., 0]
        if labels.shape != shape[:-1]:
            if labels.shape == shape:
                raise ValueError(f"{self.title}: y_true has shape {labels.shape}, like the output, so the labels look one-hot. "
                                 "Use loss='categorical_crossentropy', or y = y.argmax(axis=-1).")
            raise ValueError(f"{self.title}: y_true has shape {labels.shape} but the model outputs {shape}; expected one class "
                             f"index a sample, shape {shape[:-1]}.")
        return _check_labels(self.title, labels, shape[-1]), y_pred

    def check_targets(self, y, output_shape):
        if y.size and (y.shape == output_shape[:-1] or y.shape[-1:] == (1,)):
            _check_labels(self.title, y, output_shape[-1])


def _check_labels(name, labels, classes) -> np.ndarray:
    """Labels as whole numbers, each a valid class: a negative one would silently pick from the end."""
    if labels.dtype.kind == "f" and not np.array_equal(np.floor(labels), labels):       # NaN equals nothing
        raise ValueError(f"{name}: class indices are whole numbers; y holds fractions. For regression use loss='mse'.")
    whole = labels.astype(np.intp, copy=False)
    if whole.size and whole.view(np.uintp).max() >= classes:        # seen as unsigned, negative ones are huge
        low, high = _label_range(whole)
        one_based = " If your labels start at 1, subtract 1." if low >= 1 and high == classes else ""
        binary = " For two classes with one output use loss='binary_crossentropy'." if classes == 1 else ""
        raise ValueError(f"{name}: labels run {low}..{high} but the model has {classes} outputs (valid labels 0..{classes - 1})."
                         f"{one_based}{binary}")
    return whole


@losses.register()
class SparseCategoricalCrossentropy(LabelLoss):
    """-ln p[label]: one class out of several, y_true holding its index. ignore_class: a label that does not count."""

    def __init__(self, from_logits=False, ignore_class=None, reduction: str | None = "sum_over_batch_size", axis=-1, name=None):
        super().__init__(from_logits, name, reduction)
        if axis != -1:
            raise ValueError(f"{self.title}: the classes must be on the last axis (axis=-1); received axis={axis}. Transpose first.")
        self.ignore_class = ignore_class

    def __call__(self, y_true, y_pred, sample_weight=None):
        if self.ignore_class is None:
            return super().__call__(y_true, y_pred, sample_weight)
        labels = as_array(y_true, keep_ints=True)
        if labels.ndim == np.ndim(y_pred) and labels.shape[-1:] == (1,):
            labels = labels[..., 0]
        counts = (labels != self.ignore_class).astype(backend.floatx())
        weight = counts if sample_weight is None else counts * weights_like(sample_weight, labels.shape)
        total = super().__call__(self._without_ignored(labels), y_pred, weight)
        is_mean = self.reduction in ("sum_over_batch_size", "mean")
        return total * (labels.size / max(1.0, float(counts.sum()))) if is_mean else total

    def _without_ignored(self, labels):
        return labels if self.ignore_class is None else np.where(labels == self.ignore_class, 0, labels)

    def check_targets(self, y, output_shape):
        super().check_targets(self._without_ignored(y), output_shape)

    def call(self, y_true, y_pred):
        logits = self.logits(y_pred)
        if logits is not None:
            rows = logits if logits.ndim == 2 else logits.reshape(-1, logits.shape[-1])
            each = apply(nonlinear.sparse_softmax_cross_entropy, rows, labels=y_true.ravel())
            return each if logits.ndim == 2 else each.reshape(y_true.shape)
        self.check_probabilities(y_pred.data)
        p = ops.clip(y_pred / y_pred.sum(axis=-1, keepdims=True), backend.epsilon(), 1 - backend.epsilon())
        return -ops.log(_at_label(p, y_true))


@losses.register("nll", "nll_loss")
class NegativeLogLikelihood(LabelLoss):
    """-y_pred[label], for a model that ends in log_softmax: CrossEntropy = NLL ∘ LogSoftmax."""

    def __init__(self, reduction: str | None = "sum_over_batch_size", name=None):
        super().__init__(name=name, reduction=reduction)

    def call(self, y_true, y_pred):
        if y_pred.size and y_pred.data.max() > 1e-3:
            self._warn_once("range", f"outputs up to {y_pred.data.max():.3g} are no log-probabilities, which are never above 0. "
                            "End the model with activation='log_softmax', or use SparseCategoricalCrossentropy.")
        return -_at_label(y_pred, y_true)


NLL = NLLLoss = NegativeLogLikelihood


def _at_label(values: Tensor, labels: np.ndarray) -> Tensor:
    """values[..., label] for each sample."""
    rows = values.reshape(-1, values.shape[-1])
    return rows[np.arange(rows.shape[0]), labels.ravel()].reshape(labels.shape)


def mean_squared_error(y_true, y_pred) -> Tensor:
    """MeanSquaredError, one loss per sample."""
    return MeanSquaredError(reduction=None)(y_true, y_pred)


def mean_absolute_error(y_true, y_pred) -> Tensor:
    """MeanAbsoluteError, one loss per sample."""
    return MeanAbsoluteError(reduction=None)(y_true, y_pred)


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1) -> Tensor:
    """BinaryCrossentropy, one loss per sample."""
    return BinaryCrossentropy(from_logits, label_smoothing, axis, reduction=None)(y_true, y_pred)


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1) -> Tensor:
    """CategoricalCrossentropy, one loss per sample."""
    return CategoricalCrossentropy(from_logits, label_smoothing, axis, reduction=None)(y_true, y_pred)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1) -> Tensor:
    """SparseCategoricalCrossentropy, one loss per sample."""
    return SparseCategoricalCrossentropy(from_logits, ignore_class, None, axis)(y_true, y_pred)
