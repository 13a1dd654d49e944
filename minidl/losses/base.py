"""What all losses share: names, shapes that must agree, the reduction to one number, and sample
weights.

Every loss computes one number a sample and then reduces: by default the sum over the batch divided
by its size. y_true is compared with y_pred by shape before any arithmetic, because NumPy would
broadcast (n,) against (n, 1) to (n, n), silently.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import ops
from ..support.arrays import as_array
from ..support.configs import find
from ..support.registry import Registry, snake_case, unknown
from ..symbolic import has_symbol, record
from ..tensor import Tensor

losses = Registry("loss")
_REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


class Loss:
    """Base class: subclasses give `call(y_true, y_pred)`, which returns one loss per sample.

    reduction: 'sum_over_batch_size' (the default, a mean), 'sum', 'mean_with_sample_weight'
    (divided by the sum of the weights instead of the number of samples) or None (no reduction).
    dtype: None computes in the dtype of y_pred.
    """

    kind: str | None = (
        # what y_true means: 'regression', 'binary', 'margin', 'categorical', 'sparse'; 'accuracy'
        # asks
        None
    )
    from_logits = False
    dtype: Any = None

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
        self.dtype = dtype
        self._warned: set[str] = set()

    def __call__(self, y_true, y_pred, sample_weight=None) -> Tensor:
        """The loss as a tensor with a gradient. y_true, y_pred: arrays or tensors; sample_weight:
        one number a sample.
        """
        if has_symbol((y_true, y_pred)):
            with (
                warnings.catch_warnings()
            ):  # `record` tries it on zeros, which may be no probabilities
                warnings.simplefilter("ignore")
                later = record(self, (y_true, y_pred, sample_weight), {}, self.name)
            self._warned.clear()
            return later
        y_pred = ops.floats(y_pred)
        if self.dtype is not None and y_pred.dtype != self.dtype:
            y_pred = y_pred.astype(self.dtype)
        if not isinstance(y_true, (Tensor, np.ndarray)):
            y_true = as_array(y_true, keep_ints=True)
        y_true, y_pred = self.align(y_true, y_pred)
        return reduce(self.call(y_true, y_pred), sample_weight, self.reduction)

    def call(self, y_true, y_pred) -> Tensor:
        """One loss per sample."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method call(self, y_true, y_pred)."
        )

    def align(self, y_true, y_pred):
        """Bring y_true to the shape and dtype of y_pred where they differ by a last axis of 1."""
        y_true = ops.convert_to_tensor(y_true, y_pred.dtype)
        if y_true.shape == (*y_pred.shape, 1) or (*y_true.shape, 1) == y_pred.shape:
            y_true = y_true.reshape(y_pred.shape)
        return y_true, y_pred

    def check_targets(self, y: np.ndarray, output_shape: tuple) -> None:
        """Look once at all targets of a fit or evaluate, before training; ValueError names what is
        wrong and the cure.
        """

    def cut(self) -> float:
        """Where 'accuracy' draws the line between no and yes in a single output: 0 for logits, 0.5
        for probabilities.
        """
        return 0.0 if self.from_logits else 0.5

    def get_config(self) -> dict:
        """The constructor's arguments by name: what `from_config` needs to make the same loss
        again.
        """
        return constructor_arguments(self, ("name", "reduction"))

    @classmethod
    def from_config(cls, config: dict):
        """A loss from what `get_config` gave."""
        return cls(**config)

    def _warn_once(self, about: str, message: str) -> None:
        if about not in self._warned:
            self._warned.add(about)
            warnings.warn(f"{self.title}: {message}", stacklevel=2)


def constructor_arguments(thing, through_kwargs: tuple = ()) -> dict:
    """{argument: value} for the arguments of type(thing)(...), each read from the attribute of the
    same name.

    through_kwargs: arguments to add where the constructor takes **kwargs. A dtype left at None is
    left out.
    """
    import inspect

    parameters = list(inspect.signature(type(thing).__init__).parameters.values())[1:]
    names = [p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        names += [name for name in through_kwargs if name not in names]
    missing = [name for name in names if not hasattr(thing, name)]
    if missing:
        raise NotImplementedError(
            f"{type(thing).__name__} cannot describe itself: its argument '{missing[0]}' is not "
            f"kept. Write "
            f"self.{missing[0]} = {missing[0]} in __init__, or a get_config of your own."
        )
    config = {name: getattr(thing, name) for name in names}
    return {name: value for name, value in config.items() if name != "dtype" or value is not None}


def reduce(values, sample_weight, reduction) -> Tensor:
    """The losses of the samples, (n,) or (n, steps), as the one number that `reduction` asks
    for.
    """
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
    """Sample weights spread over values of this shape: one a sample, (n,) or (n, 1), or one a
    value. ValueError otherwise.
    """
    weight = as_array(sample_weight)
    if weight.ndim == len(shape) + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if weight.shape != shape[: weight.ndim] and (
        weight.ndim < 2 or weight.shape != (*shape[: weight.ndim - 1], 1)
    ):
        if shape == ():
            raise ValueError(
                f"sample_weight has shape {weight.shape}, but there is one value for the whole "
                f"batch, in which no sample "
                "can be weighed. A loss with an argument axis gives one value per sample with "
                "axis=-1."
            )
        raise ValueError(
            f"sample_weight has shape {weight.shape}, but there is one value per sample: {shape}."
        )
    return np.broadcast_to(weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim)), shape)


class FunctionLoss(Loss):
    """Any function(y_true, y_pred) of tensors as a loss; what it returns is reduced like the
    others.
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
        return {**super().get_config(), "function": getattr(self.function, "__name__", self.name)}

    @classmethod
    def from_config(cls, config):
        """The function is looked up by its name among the losses: file yours with
        @minidl.losses.register().
        """
        function = config["function"]
        if isinstance(function, str):
            function = losses[function] if function in losses else find(function)
        if isinstance(function, type):
            function = function(reduction=None)
        return cls(**{**config, "function": function})


# --- shapes that must agree
# ---


class SameShape(Loss):
    """Losses whose y_true must have the shape of the output: ValueError otherwise, never a
    broadcast.
    """

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.title}: y_true has shape {y_true.shape} but the model outputs "
                f"{y_pred.shape}. Losses do not "
                f"broadcast. {self._cure(y_true.shape, y_pred.shape)}"
            )
        return y_true, y_pred

    def _cure(self, target_shape, output_shape) -> str:
        if target_shape in (output_shape[:-1], (*output_shape[:-1], 1)):
            return f"If y holds class indices, pass y = to_categorical(y, {output_shape[-1]})."
        return f"Pass y of shape {('n', *output_shape[1:])}.".replace("'n'", "n")


class PerOutput(SameShape):
    """Losses that compare number with number and average over the last axis; (n,) counts as (n, 1),
    n samples of one number.
    """

    def align(self, y_true, y_pred):
        y_true, y_pred = super().align(y_true, y_pred)
        return (
            (y_true, y_pred) if y_pred.ndim > 1 else (y_true.reshape(-1, 1), y_pred.reshape(-1, 1))
        )

    def _cure(self, target_shape, output_shape):
        per_sample = target_shape[1:] or (1,)
        return (
            f"Each sample has {per_sample[-1]} target{'s' if per_sample[-1] != 1 else ''}: end "
            f"the model with "
            f"Dense({per_sample[-1]}), or pass y of shape {('n', *output_shape[1:])}.".replace(
                "'n'", "n"
            )
        )


class Regression(PerOutput):
    """Losses of regression: y_true holds the numbers that the model should output."""

    kind = "regression"

    def __init__(self, reduction: str | None = "sum_over_batch_size", name=None, dtype=None):
        super().__init__(name, reduction, dtype)
