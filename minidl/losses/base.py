"""The base class of all losses of the library. It adds to core/losses.py: names, checks of shapes,
reductions, and warnings about suspicious targets and outputs.

The shapes of y_true and y_pred are compared before any arithmetic, because NumPy would silently
broadcast (n,) against (n, 1) to (n, n).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..core import losses as core
from ..guards import targets
from ..support import backend
from ..support.arrays import as_array
from ..support.configs import Catalogue, Configurable, find
from ..support.processes import here
from ..support.registry import snake_case, unknown
from ..support.warning import warn
from ..symbolic import has_symbol, record
from ..tensor import Tensor, quietly, switches

registry = Catalogue("loss", "A loss is a name, a Loss or a function(y_true, y_pred)")
register = registry.register
_REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)
_KNOWN = (Tensor, np.ndarray)  # no symbols, and none inside


class Loss(core.Loss, Configurable):
    """Base class of losses. A subclass defines `call(y_true, y_pred)`, which returns one loss per
    sample.

    reduction: 'sum_over_batch_size' (the default, a mean), 'sum', 'mean_with_sample_weight'
    (divided by the sum of the weights instead of the number of samples) or None (no reduction).
    dtype: None computes in the dtype of y_pred; 'bfloat16' computes in float32 and rounds the loss.
    """

    # What y_true means: 'regression', 'binary', 'margin', 'categorical' or 'sparse'. The metric
    # 'accuracy' asks.
    kind: str | None = None
    from_logits = False
    dtype: Any = None
    ignore_class: int | None = None  # a label that does not count

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype=None
    ):
        if reduction == "auto":  # in Keras 2: the usual one
            reduction = "sum_over_batch_size"
        if reduction not in _REDUCTIONS:
            raise ValueError(unknown("reduction", reduction, [r for r in _REDUCTIONS if r]))
        self.name = name or snake_case(type(self).__name__)
        self.title = type(self).__name__  # for messages
        self.reduction = reduction
        self.dtype = None if dtype is None else backend.number_type(dtype).name
        self._said: set = set()  # what has been warned about

    def __call__(self, y_true, y_pred, sample_weight=None) -> Any:
        """Return the loss as a tensor with a gradient. y_true, y_pred: arrays or tensors.
        sample_weight: one number a sample, or any shape that `weights_like` takes.
        """
        known = isinstance(y_true, _KNOWN) and isinstance(y_pred, _KNOWN)
        if not known and has_symbol((y_true, y_pred)):
            return self._on_symbols(y_true, y_pred, sample_weight)
        work = super().__call__
        masked = isinstance(y_pred, Tensor) and y_pred.mask is not None
        if masked or self.ignore_class is not None:
            work = self.of_what_counts
        if self.dtype == "bfloat16":
            loss = quietly(work, y_true, y_pred, sample_weight)
            return loss.astype(backend.number_type("bfloat16"))
        if switches.quiet:
            return work(y_true, y_pred, sample_weight)
        return quietly(work, y_true, y_pred, sample_weight)

    def of_what_counts(self, y_true, y_pred, sample_weight):
        """Compute the loss if not every step counts: y_pred has a mask, or the loss ignores a
        class. A loss with an ignore_class overrides this method.
        """
        values, mask = self.per_sample(y_true, y_pred), np.asarray(y_pred.mask)
        if mask.shape != values.shape[: mask.ndim]:
            raise targets.mask_differs(mask.shape, values.shape)
        return self.reduce(values, sample_weight, weights_like(mask, values.shape))

    def _on_symbols(self, y_true, y_pred, sample_weight):
        """Return the symbol of the loss. The dry run uses zeros, which may not be probabilities."""
        said = set(self._said)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            later = record(self, (y_true, y_pred, sample_weight), {}, self.name)
        self._said = said
        return later

    def per_sample(self, y_true, y_pred) -> Any:
        """Return one loss per sample, computed by `call`. Takes arrays, lists or tensors."""
        if type(y_pred) is not Tensor or y_pred.array.dtype.kind != "f":
            y_pred = ops.floats(y_pred)
        if self.dtype is not None:
            y_pred = y_pred.astype("float32" if self.dtype == "bfloat16" else self.dtype)
        if not isinstance(y_true, (Tensor, np.ndarray)):
            y_true = as_array(y_true, keep_ints=True)
        return self.call(*self.align(y_true, y_pred))

    def call(self, y_true, y_pred) -> Tensor:
        """Return one loss per sample."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method call(self, y_true, y_pred)."
        )

    def align(self, y_true, y_pred):
        """Return y_true in the shape and dtype of y_pred, if they differ only by a last axis of
        size 1.
        """
        y_true = ops.convert_to_tensor(y_true, y_pred.dtype)
        if y_true.shape == (*y_pred.shape, 1) or (*y_true.shape, 1) == y_pred.shape:
            y_true = y_true.reshape(y_pred.shape)
        return y_true, y_pred

    def reduce(self, values, sample_weight, counts=None) -> Tensor:
        """Reduce the samples' losses as `reduction` says. counts: as in the function `reduce`."""
        plain = sample_weight is None and self.reduction == "sum_over_batch_size"
        if plain and counts is None and type(values) is Tensor and values.array.size:
            return super().reduce(values, None)
        return reduce(values, sample_weight, self.reduction, counts)

    def check_targets(self, y: np.ndarray, output_shape: tuple) -> None:
        """Check all targets of a fit or evaluate once, before training. ValueError names what is
        wrong and the cure.
        """

    def cut(self) -> float:
        """The threshold between no and yes for the metric 'accuracy' of a single output: 0 for
        logits, 0.5 for probabilities.
        """
        return 0.0 if self.from_logits else 0.5

    def look_at(self, y_pred: Tensor, odd: Callable[[np.ndarray], str]) -> None:
        """Warn, once, if this loss cannot be meant for such outputs. odd: a function of
        guards/outputs.py.
        """
        if odd not in self._said and (message := odd(y_pred.data)):
            self.say_once(odd, message)

    def say_once(self, about, message: str) -> None:
        """Give a warning, unless it was given before."""
        if about not in self._said:
            self._said.add(about)
            warn(f"{self.title}: {message}")


def reduce(values, sample_weight, reduction, counts=None) -> Tensor:
    """Reduce the samples' losses, (n,) or (n, steps), to one number, as `reduction` says.

    counts: None if all samples count. Otherwise 1 for a sample that counts and 0 for one that does
    not; a mean is computed over those that count. If processes share the batch, see
    Share.correction.
    """
    values = ops.convert_to_tensor(values)
    weight = None if sample_weight is None else weights_like(sample_weight, values.shape)
    if counts is not None:
        weight = counts if weight is None else counts * weight
    total_weight = None
    if weight is not None:
        weight = weight.astype(values.dtype)
        values = values * weight
        total_weight = float(weight.sum())
    if reduction in (None, "none"):
        return values
    if reduction == "sum":
        return values.sum() if here.share is None else values.sum() * here.share.correction(None)
    if reduction == "mean_with_sample_weight" and total_weight is not None:
        number, loss = total_weight, values.sum() / (total_weight or 1.0)
    elif counts is None:
        return values.mean()
    else:
        number = float(counts.sum())
        loss = values.mean() * (values.size / max(1.0, number))
    return loss if here.share is None else loss * here.share.correction(number)


def weights_like(sample_weight, shape: tuple) -> np.ndarray:
    """Return sample weights in this shape. They may be one number, one number a sample (n,), one
    number a value, or have as many axes as the shape, where axes of length 1 are repeated.
    ValueError otherwise.
    """
    given = weight = as_array(sample_weight)
    if weight.ndim == len(shape) + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    weight = weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim))
    if weight.ndim > len(shape) or any(n not in (1, m) for n, m in zip(weight.shape, shape)):
        raise targets.weights_differ(given.shape, shape)
    return np.broadcast_to(weight, shape)


def masked_weights(sample_weight, mask) -> np.ndarray:
    """Return sample weights for a metric, with 0 at the steps that a mask excludes."""
    counts = np.asarray(mask, np.float64)
    return counts if sample_weight is None else counts * weights_like(sample_weight, counts.shape)


@registry.describe()
class FunctionLoss(Loss):
    """A loss made from any function(y_true, y_pred) of tensors. Its result is reduced like that of
    other losses.
    """

    def __init__(
        self, function, reduction: str | None = "sum_over_batch_size", name=None, dtype=None
    ):
        super().__init__(name or getattr(function, "__name__", "loss"), reduction, dtype)
        self.function, self.title = function, self.name
        self.__name__ = getattr(function, "__name__", self.name)

    def call(self, y_true, y_pred):
        return self.function(y_true, y_pred)

    def get_config(self):
        """Describe the function by its name. Register your own function with
        @minidl.losses.register().
        """
        return {**super().get_config(), "function": getattr(self.function, "__name__", self.name)}

    @classmethod
    def from_config(cls, config):
        """Create the loss. The function is looked up by its name among the losses, and then
        elsewhere.
        """
        function = config["function"]
        if isinstance(function, str):
            function = registry[function] if function in registry else find(function)
        if isinstance(function, type):
            function = function(reduction=None)
        return cls(**{**config, "function": function})


def as_loss(identifier) -> Loss | None:
    """Return the loss for a name, a class, an instance or a function. A function of the library
    becomes its class; any other function is wrapped.
    """
    loss = registry.get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    return loss.loss_class() if hasattr(loss, "loss_class") else FunctionLoss(loss)


# --- shapes that must agree


class SameShape(Loss):
    """Base class of losses whose y_true must have the shape of the output. Another shape is a
    ValueError; it is never broadcast.
    """

    shapes_differ = staticmethod(targets.shapes_differ)  # makes the error

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            raise self.shapes_differ(self.title, y_true.shape, y_pred.shape)
        return y_true, y_pred


class PerOutput(SameShape):
    """Base class of losses that compare numbers and average over the last axis. (n,) counts as (n,
    1): n samples of one number.
    """

    shapes_differ = staticmethod(targets.outputs_differ)

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        if y_pred.ndim > 1:
            return y_true, y_pred
        return y_true.reshape(-1, 1), y_pred.reshape(-1, 1)


class Regression(PerOutput):
    """Base class of losses for regression; y_true holds the right numbers."""

    kind = "regression"

    def __init__(self, reduction: str | None = "sum_over_batch_size", name=None, dtype=None):
        super().__init__(name, reduction, dtype)
