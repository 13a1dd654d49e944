"""Each loss as a function(y_true, y_pred, ...) too: one loss per sample, without a reduction.

A row of the table below is all that a function needs: the rest comes from its class.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from ..support.configs import parameters
from ..support.registry import snake_case
from ..tensor import Tensor
from . import crossentropy, distributions, focal, labels, margins, overlap, regression

BOTH = ("y_true", "y_pred")
OF_THE_CLASS = ("self", "reduction", "name", "dtype")  # arguments that a function has no use for


def own_parameters(cls) -> list[inspect.Parameter]:
    """The parameters of a loss that are its own: not those which all losses have."""
    return [p for p in parameters(cls.__init__) if p.name not in OF_THE_CLASS]


def per_sample(cls) -> Callable[..., Tensor]:
    """The function of a loss: cls(..., reduction=None)(y_true, y_pred)."""
    own = own_parameters(cls)
    names = [p.name for p in own]

    def function(y_true, y_pred, *args, **options):
        if len(args) > len(names):
            raise TypeError(f"{function.__name__}() takes only {', '.join([*BOTH, *names])}.")
        return cls(**dict(zip(names, args)), **options, reduction=None)(y_true, y_pred)

    function.__name__ = function.__qualname__ = snake_case(cls.__name__)
    function.__doc__ = f"{cls.__name__}, one loss per sample.\n\n    {cls.__doc__}"
    two = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in BOTH]
    signature = inspect.Signature([*two, *own], return_annotation=Tensor)
    function.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    return function


# The second and third names are those of Keras 2.
binary_crossentropy = bce = BCE = per_sample(crossentropy.BinaryCrossentropy)
categorical_crossentropy = per_sample(crossentropy.CategoricalCrossentropy)
sparse_categorical_crossentropy = per_sample(crossentropy.SparseCategoricalCrossentropy)
binary_focal_crossentropy = per_sample(focal.BinaryFocalCrossentropy)
categorical_focal_crossentropy = per_sample(focal.CategoricalFocalCrossentropy)
categorical_generalized_cross_entropy = per_sample(labels.CategoricalGeneralizedCrossEntropy)
poisson = per_sample(distributions.Poisson)
kl_divergence = kld = KLD = kullback_leibler_divergence = per_sample(distributions.KLDivergence)
hinge = per_sample(margins.Hinge)
squared_hinge = per_sample(margins.SquaredHinge)
categorical_hinge = per_sample(margins.CategoricalHinge)
circle = per_sample(margins.Circle)
dice = per_sample(overlap.Dice)
tversky = per_sample(overlap.Tversky)
mean_squared_error = mse = MSE = per_sample(regression.MeanSquaredError)
mean_absolute_error = mae = MAE = per_sample(regression.MeanAbsoluteError)
mean_absolute_percentage_error = mape = MAPE = per_sample(regression.MeanAbsolutePercentageError)
mean_squared_logarithmic_error = msle = MSLE = per_sample(regression.MeanSquaredLogarithmicError)
huber = per_sample(regression.Huber)
log_cosh = logcosh = per_sample(regression.LogCosh)
cosine_similarity = per_sample(regression.CosineSimilarity)

# All of these names.
NAMES = [n for n, thing in list(globals().items()) if getattr(thing, "__signature__", None)]
