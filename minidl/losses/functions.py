"""Each loss as a function(y_true, y_pred, ...), which returns one loss per sample without a
reduction. Functions that compare numbers take the mean over the last axis, also for (n,).

One row of the table below defines a function. Everything else comes from its class.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np

from .. import ops
from ..support.configs import parameters
from ..support.registry import snake_case
from ..tensor import Tensor
from . import crossentropy, distributions, focal, labels, margins, overlap, regression

BOTH = ("y_true", "y_pred")
OF_THE_CLASS = ("self", "reduction", "name", "dtype")  # arguments that a function has no use for


def own_parameters(cls) -> list[inspect.Parameter]:
    """Return the parameters that only this loss has, without those that all losses have."""
    return [p for p in parameters(cls.__init__) if p.name not in OF_THE_CLASS]


def rank(x) -> int:
    """Return the number of axes of an array, a tensor, a symbol or a list."""
    return x.ndim if hasattr(x, "ndim") else np.ndim(x)


def per_sample(cls) -> Callable[..., Tensor]:
    """Return the function of a loss: cls(..., reduction=None)(y_true, y_pred)."""
    own = own_parameters(cls)
    names = [p.name for p in own]

    def function(y_true, y_pred, *args, **options):
        if len(args) > len(names):
            raise TypeError(f"{function.__name__}() takes only {', '.join([*BOTH, *names])}.")
        values = cls(**dict(zip(names, args)), **options, reduction=None)(y_true, y_pred)
        # To a class (n,) is n samples, to a function the last axis of one
        one_axis = values.ndim == rank(y_true) == rank(y_pred) == 1
        return values.mean() if one_axis else values

    function.__name__ = function.__qualname__ = snake_case(cls.__name__)
    function.__doc__ = f"{cls.__name__}, one loss per sample.\n\n    {cls.__doc__}"
    two = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in BOTH]
    signature = inspect.Signature([*two, *own], return_annotation=Tensor)
    function.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    function.loss_class = cls  # pyright: ignore[reportFunctionMemberAccess]
    return function


def circle(
    y_true,
    y_pred,
    ref_labels=None,
    ref_embeddings=None,
    remove_diagonal=True,
    gamma=80.0,
    margin=0.4,
) -> Tensor:
    """Circle, one loss per sample. ref_labels, ref_embeddings: the samples to form pairs with, if
    not those of the batch.
    """
    loss = margins.Circle(gamma, margin, remove_diagonal, reduction=None)
    if ref_labels is None and ref_embeddings is None:
        return loss(y_true, y_pred)
    labels, embeddings = loss.align(y_true, ops.floats(y_pred))
    others = y_true if ref_labels is None else ref_labels
    among = embeddings if ref_embeddings is None else ops.floats(ref_embeddings)
    return loss.between(labels, embeddings, *loss.align(others, among))


# The second and third names are those of Keras 2.
binary_crossentropy = bce = BCE = per_sample(crossentropy.BinaryCrossentropy)
categorical_crossentropy = per_sample(crossentropy.CategoricalCrossentropy)
sparse_categorical_crossentropy = per_sample(crossentropy.SparseCategoricalCrossentropy)
binary_focal_crossentropy = per_sample(focal.BinaryFocalCrossentropy)
categorical_focal_crossentropy = per_sample(focal.CategoricalFocalCrossentropy)
categorical_generalized_cross_entropy = per_sample(labels.CategoricalGeneralizedCrossEntropy)
ctc = per_sample(labels.CTC)
poisson = per_sample(distributions.Poisson)
kl_divergence = kld = KLD = kullback_leibler_divergence = per_sample(distributions.KLDivergence)
hinge = per_sample(margins.Hinge)
squared_hinge = per_sample(margins.SquaredHinge)
categorical_hinge = per_sample(margins.CategoricalHinge)
dice = per_sample(overlap.Dice)
tversky = per_sample(overlap.Tversky)
mean_squared_error = mse = MSE = per_sample(regression.MeanSquaredError)
mean_absolute_error = mae = MAE = per_sample(regression.MeanAbsoluteError)
mean_absolute_percentage_error = mape = MAPE = per_sample(regression.MeanAbsolutePercentageError)
mean_squared_logarithmic_error = msle = MSLE = per_sample(regression.MeanSquaredLogarithmicError)
huber = per_sample(regression.Huber)
log_cosh = logcosh = per_sample(regression.LogCosh)
cosine_similarity = per_sample(regression.CosineSimilarity)

circle.loss_class = margins.Circle  # pyright: ignore[reportFunctionMemberAccess]

# All of these functions by name.
FUNCTIONS = {n: thing for n, thing in list(globals().items()) if hasattr(thing, "loss_class")}
