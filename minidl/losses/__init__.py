"""Losses: one number that says how wrong the network is. Training makes it smaller.

core/losses.py has the formulas of the most common losses. `base.py` has what all losses of the
library share. Each other file holds one family.
"""

from ..support.configs import custom_object_scope
from ..support.configs import serialize as serialize
from ..support.registry import custom_object
from . import functions
from .base import (
    FunctionLoss,
    Loss,
    PerOutput,
    Regression,
    SameShape,
    as_loss,
    masked_weights,
    registry,
    weights_like,
)
from .crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CrossEntropy,
    LabelLoss,
    SparseCategoricalCrossentropy,
)
from .distributions import KLDivergence, Poisson
from .focal import BinaryFocalCrossentropy, CategoricalFocalCrossentropy
from .functions import (
    BCE,
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    bce,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    categorical_hinge,
    circle,
    cosine_similarity,
    ctc,
    dice,
    hinge,
    huber,
    kl_divergence,
    kld,
    kullback_leibler_divergence,
    log_cosh,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
    tversky,
)
from .labels import (
    CTC,
    NLL,
    CategoricalGeneralizedCrossEntropy,
    CrossEntropyLoss,
    NegativeLogLikelihood,
    NLLLoss,
)
from .margins import CategoricalHinge, Circle, Hinge, SquaredHinge
from .overlap import Dice, Tversky
from .regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)

register = registry.register

__all__ = [
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "NLL",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CTC",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "CrossEntropy",
    "CrossEntropyLoss",
    "Dice",
    "FunctionLoss",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LabelLoss",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "NLLLoss",
    "NegativeLogLikelihood",
    "PerOutput",
    "Poisson",
    "Regression",
    "SameShape",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "as_loss",
    "bce",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "kld",
    "kullback_leibler_divergence",
    "log_cosh",
    "logcosh",
    "mae",
    "mape",
    "masked_weights",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "poisson",
    "register",
    "registry",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
    "weights_like",
]


def get(identifier):
    """Return the function or loss for a name: 'mse', 'huber', ... for a function that returns one
    loss per sample, 'MeanSquaredError' for a loss with a reduction. Also takes the class of a loss,
    or the result of `serialize`. Losses and functions are returned unchanged.
    """
    if isinstance(identifier, str) and custom_object(identifier) is None:
        identifier = functions.NAMES.get(identifier, identifier)
    return registry.get(identifier)


def deserialize(name, custom_objects: dict | None = None):
    """Return the loss for a name or for the result of `serialize`. A loss of your own is found in
    custom_objects, or under the name it was registered with.
    """
    with custom_object_scope(custom_objects or {}):
        return get(name) if isinstance(name, str) else registry.described(name)
