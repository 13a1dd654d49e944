"""Explains a loss that is nan or inf, or much too large in the first step, and what to try."""

from __future__ import annotations

import math

import numpy as np

from ..core.backward import newest_first
from ..support.structures import paths
from ..support.warning import warn
from .data import name_of, not_finite


class NonFiniteLossError(FloatingPointError):
    """The loss became nan or inf."""


def warn_of_first_loss(loss: float, classes: int) -> None:
    """Warn that the first loss is much larger than that of guessing, which is ln C for C
    classes.
    """
    warn(
        f"The first batch's loss is {loss:.3g}, although guessing among {classes} classes "
        f"would give ln {classes} = {math.log(classes):.3g}. Check that inputs are scaled and "
        "weights not too large."
    )


def explain_non_finite(loss, x, y, weights, step: int, learning_rate: float) -> NonFiniteLossError:
    """Return the error for a loss that became nan or inf: the step, the first array with nan or
    inf, the size of the weights, what to try.

    loss: the tensor; x, y: the batch; weights: of the model; step: from 1.
    """
    for name, part in (("x", x), ("y", y)):
        for path, values in paths(part):
            array = np.asarray(getattr(values, "array", values))
            if array.dtype.kind == "f" and array.ndim and not np.isfinite(array).all():
                return NonFiniteLossError(
                    f"The loss became {loss.item()} at training step {step}: in this batch "
                    f"{not_finite(name_of(name, path), array)} Leave such samples out of the data."
                )
    return NonFiniteLossError(
        f"The loss became {loss.item()} at training step {step}. First to go bad: "
        f"{_first_bad(loss, weights)}. {_largest(weights)}. "
        f"Learning rate: {learning_rate:g}. Try: a smaller learning rate; inputs near 0..1 "
        "(x / 255.0); clipnorm=1.0 in the optimizer; a loss that takes logits (from_logits=True). "
        "To go on regardless: compile(..., stop_on_nan=False)."
    )


def _first_bad(loss, weights) -> str:
    for weight in weights:
        if not _is_finite(weight):
            return f"the weight '{weight.name}' of shape {weight.shape}"
    for tensor in reversed(newest_first(loss)):
        if tensor.op is not None and not _is_finite(tensor):
            return f"the result of '{tensor.op.__name__}', shape {tensor.shape}"
    return "the loss itself"


def _is_finite(tensor) -> bool:
    array = np.asarray(tensor.array)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _largest(weights) -> str:
    if not weights:
        return "The model has no weights"
    sizes = [float(np.nan_to_num(np.abs(w.array)).max(initial=0)) for w in weights]
    place = int(np.argmax(sizes))
    return f"Largest weight: {sizes[place]:.3g} in '{weights[place].name}'"
