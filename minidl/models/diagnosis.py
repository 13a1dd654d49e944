"""What goes wrong in a learner's first runs, said before or when it happens. Each function looks;
none changes anything.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from ..support.structures import leaves
from ..tensor import Tensor, newest_first


class NonFiniteLossError(FloatingPointError):
    """The loss became nan or inf."""


def fits(shape: tuple, declared: tuple) -> bool:
    """Whether data of this shape is what a model was declared for; None fits any size."""
    return shape[1:] == declared[1:] or (
        len(shape) == len(declared) and all(d is None or n == d for n, d in zip(shape, declared))
    )


def input_advice(name: str, sample: tuple, shape: tuple) -> str:
    """The error text for data of another shape. sample: the declared shape of one sample; shape: of
    what came.
    """
    expected = ", ".join(["n", *map(str, sample)])
    text = (
        f"Model '{name}' was declared for samples of shape {sample}, so for inputs of shape "
        f"({expected}); received {shape}."
    )
    if len(sample) > 1 and (shape == sample or sample[1:] == shape[1:]):
        return text + " input_shape excludes the batch axis: use x.shape[1:]."
    if shape == sample:
        return text + " For a single sample add a batch axis: x[None]."
    if int(np.prod(shape[1:])) == int(np.prod(sample)):
        flatten = ", or begin with Flatten()" if len(sample) == 1 else ""
        return text + f" Reshape it: x.reshape(-1, {', '.join(map(str, sample))}){flatten}."
    return text


def check_inputs(x: np.ndarray, takes_raw: bool) -> None:
    """ValueError if x holds nan or inf; a warning if its numbers are far from the size that
    networks learn well with.

    takes_raw: True for models that begin with a layer made for raw numbers (Embedding, Rescaling,
    Normalization).
    """
    if x.dtype.kind == "f" and not _all_finite(x):
        bad = next(i for i in range(len(x)) if not np.isfinite(x[i]).all())
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(np.atleast_1d(x[bad])))[0])
        count, kind = (
            int(np.sum(~np.isfinite(x))),
            "NaN" if np.isnan(np.atleast_1d(x[bad])[where]) else "infinite",
        )
        place = f"row {bad}" + (
            f" col {where[0] if len(where) == 1 else where}" if x.ndim > 1 else ""
        )
        raise ValueError(
            f"x contains {count} NaN or infinite value{'s' * (count > 1)}; the first is {kind}, "
            f"at {place}. "
            "Remove or replace them, e.g. np.nan_to_num(x)."
        )
    if not takes_raw and x.size:
        sample = x[:: max(1, len(x) // 1000)]
        low, high = float(sample.min()), float(sample.max())
        if (x.dtype == np.uint8 and high > 1) or max(-low, high) > 50:
            pixels = (
                low >= 0
                and high <= 255
                and (x.dtype.kind != "f" or x.ndim > 2 or x.shape[-1] >= 64)
            )
            cure = "x / 255.0" if pixels else "(x - x.mean(axis=0)) / x.std(axis=0)"
            warnings.warn(
                f"The inputs range {low:g}..{high:g}; networks train best with numbers near 0..1: "
                f"{cure}.",
                stacklevel=4,
            )


def check_batch(x, takes_raw: bool) -> None:
    """`check_inputs` for the first of many batches."""
    for part in leaves(x):
        check_inputs(part, takes_raw)


def _all_finite(x: np.ndarray, chunk: int = 1 << 17) -> bool:
    """Piece by piece, so that nothing large is made; a sum is finite if everything in it is (and
    overflow is checked).
    """
    rows = max(1, chunk // max(1, x[:1].size))
    with np.errstate(all="ignore"):
        for start in range(0, len(x), rows):
            piece = x[start : start + rows]
            if not math.isfinite(piece.sum()) and not np.isfinite(piece).all():
                return False
    return True


def check_unseen_labels(y: np.ndarray, y_tail: np.ndarray) -> None:
    """A warning if the validation part has classes that training will never see: data sorted by
    class, split at the tail.
    """
    if y is None or y.ndim > 2:
        return
    classes, tail = (
        (a.argmax(-1) if a.ndim == 2 and a.shape[1] > 1 else a.ravel()) for a in (y, y_tail)
    )
    unseen = np.setdiff1d(tail, classes)
    if unseen.size:
        shown = ", ".join(str(c) for c in unseen[:10])
        warnings.warn(
            f"validation_split takes the last samples, before shuffling, and they hold classes "
            f"never seen in training: "
            f"{shown}. Shuffle the data once: i = np.random.permutation(len(x)); x, y = x[i], "
            f"y[i].",
            stacklevel=4,
        )


def check_first_loss(loss: float, classes: int) -> None:
    """A warning if an untrained classifier is far worse than guessing, whose loss is ln C.

    Twice ln C is the limit, and 2.5 for few classes, where a small network is easily that far off
    by chance.
    """
    if classes > 1 and math.isfinite(loss) and loss > max(2 * math.log(classes), 2.5):
        warnings.warn(
            f"The first batch's loss is {loss:.3g}, although guessing among {classes} classes "
            f"would give "
            f"ln {classes} = {math.log(classes):.3g}. Check that inputs are scaled and weights "
            f"not too large.",
            stacklevel=4,
        )


def explain_non_finite(
    loss: Tensor, x, y, weights, step: int, learning_rate: float
) -> NonFiniteLossError:
    """The error for a loss that became nan or inf: when, what went bad first, how large the weights
    are, what to try.
    """
    return NonFiniteLossError(
        f"The loss became {loss.item()} at training step {step}. First to go bad: "
        f"{_first_bad(loss, x, y, weights)}. "
        f"{_largest(weights)}. Learning rate: {learning_rate:g}. Try: a smaller learning rate; "
        f"inputs near 0..1 (x / 255.0); "
        "clipnorm=1.0 in the optimizer; a loss that takes logits (from_logits=True). "
        "To go on regardless: compile(..., stop_on_nan=False)."
    )


def _first_bad(loss: Tensor, x, y, weights) -> str:
    for name, values in [
        *(("x, the inputs", part) for part in leaves(x)),
        *(("y, the targets", part) for part in leaves(y)),
    ]:
        array = values.data if isinstance(values, Tensor) else values
        if (
            isinstance(array, np.ndarray)
            and array.dtype.kind == "f"
            and not np.isfinite(array).all()
        ):
            return name
    for weight in weights:
        if not np.isfinite(weight.data).all():
            return f"the weight '{weight.name}' of shape {weight.shape}"
    for tensor in reversed(newest_first(loss)):
        if tensor._op is not None and not np.isfinite(tensor.data).all():
            return f"the result of '{tensor._op.__name__}', shape {tensor.shape}"
    return "the loss itself"


def _largest(weights) -> str:
    if not weights:
        return "The model has no weights"
    weight = max(weights, key=lambda w: float(np.nan_to_num(np.abs(w.data)).max(initial=0)))
    return (
        f"Largest weight: {float(np.nan_to_num(np.abs(weight.data)).max(initial=0)):.3g} in "
        f"'{weight.name}'"
    )
