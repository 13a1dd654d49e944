"""Tasks for losses.py: each loss and its gradient, compared with minidl's own."""

from __future__ import annotations

import numpy as np

from ...core import losses as right
from ...core.tensor import Tensor
from ..assignments import Task
from .asking import ALL


def run_reduce(mydl, values, weights):
    """Return the mean of samples' losses, and its gradient."""
    t = mydl.tensor.Tensor(values, requires_grad=True, dtype="float64")
    loss = mydl.losses.Loss().reduce(t, weights)
    loss.backward()
    return {"mean": loss.array, "gradient": t.grad}


def right_reduce(values, weights, forgotten=False, unweighted=False):
    """Return the right answer to run_reduce, or one with a mistake."""
    w = np.ones_like(values) if weights is None or unweighted else weights
    n = 1 if forgotten else len(values)
    return {"mean": (w * values).sum() / n, "gradient": w / n}


def batches(rng):
    return [(rng.random(5), None), (rng.random(4), rng.random(4))]


def run_loss(mydl, name, y, p):
    """Return the loss of each sample, the loss of the batch, and its gradient."""
    loss, t = getattr(mydl.losses, name)(), mydl.tensor.Tensor(p, True, "float64")
    each = loss.call(y, t)
    if np.shape(each.array) != (len(y),):
        return {"each sample": each.array, "loss": None, "gradient": None}
    value = loss(y, t)
    value.backward()
    return {"each sample": each.array, "loss": value.array, "gradient": t.grad}


def expected(name, y, p):
    """Return the right answer to run_loss."""
    loss, t = getattr(right, name)(), Tensor(p, True, "float64")
    each, value = loss.call(y, t), loss(y, t)
    value.backward()
    return {"each sample": each.array, "loss": value.array, "gradient": t.grad}


def scaled(factor):
    """Return a mistake: everything comes out this many times as large."""

    def answer(name, y, p):
        times = factor(p)
        return {key: times * value for key, value in expected(name, y, p).items()}

    return answer


def numbers(rng):
    return [("MeanSquaredError", rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))]


def yes_or_no(rng):
    """Return answers of 0 and 1, and logits, small and large."""
    y = rng.integers(2, size=(4, 3)).astype(float)
    return [("BinaryCrossentropy", y, rng.normal(size=(4, 3)) * k) for k in (1, 500)]


def classes(rng):
    """Return labels, and logits, small and large."""
    y = rng.integers(4, size=5)
    return [("SparseCategoricalCrossentropy", y, rng.normal(size=(5, 4)) * k) for k in (1, 500)]


def summed_away(name, y, p):
    """Return a mistake: one number for the batch, where one a sample was asked."""
    found = expected(name, y, p)
    return {"each sample": found["loss"], "loss": None, "gradient": None}


def like(sign):
    """Return a mistake of the squares: y_true and y_pred are combined by another sign."""

    def answer(name, y, p):
        e = y + sign * p
        return {
            "each sample": np.abs(e).mean(axis=-1),
            "loss": np.abs(e).mean(),
            "gradient": sign * np.sign(e) / e.size,
        }

    return answer


OUTPUTS = (
    scaled(lambda p: p.shape[-1]),
    "That is the sum over the outputs of a sample; asked is their mean: .mean(axis=-1).",
)
ONE_EACH = (summed_away, "call returns one number for each sample: .mean(axis=-1).")
TASKS = (
    Task(
        "Loss",
        1,
        batches,
        right_reduce,
        driver=run_reduce,
        forbidden=ALL,
        mistakes=(
            (
                lambda v, w: right_reduce(v, w, forgotten=True),
                "The average is forgotten: a batch of twice the size would double the loss.",
            ),
            (
                lambda v, w: right_reduce(v, w, unweighted=True),
                "sample_weight is forgotten: apply(fused.batch_mean, values, weights=...).",
            ),
        ),
    ),
    Task(
        "MeanSquaredError",
        1,
        numbers,
        expected,
        driver=run_loss,
        forbidden=ALL,
        mistakes=(
            OUTPUTS,
            ONE_EACH,
            (scaled(lambda p: 0.5), "There is no half in it: the mean of (y_true - y_pred)²."),
            (like(-1), "That is the absolute error; asked is its square."),
        ),
    ),
    Task(
        "BinaryCrossentropy",
        1,
        yes_or_no,
        expected,
        driver=run_loss,
        forbidden=ALL,
        mistakes=(
            OUTPUTS,
            ONE_EACH,
            (scaled(lambda p: -1), "The sign is the opposite: a loss is never negative."),
        ),
    ),
    Task(
        "SparseCategoricalCrossentropy",
        1,
        classes,
        expected,
        driver=run_loss,
        forbidden=ALL,
        mistakes=(
            ONE_EACH,
            (scaled(lambda p: -1), "The sign is the opposite: a loss is never negative."),
        ),
    ),
)
