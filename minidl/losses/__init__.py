"""How wrong is the network? One number to make smaller. core/losses.py has the formulas of the
losses that are used most, `base.py` what all losses of the library share; each file after it is one
family.
"""

import importlib

from ..support.configs import described, found
from ..support.configs import serialize as serialize
from ..support.registry import snake_case
from .base import (
    FunctionLoss,
    Loss,
    PerOutput,
    Regression,
    SameShape,
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
from .labels import NLL, CategoricalGeneralizedCrossEntropy, NegativeLogLikelihood, NLLLoss
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
# in a file that opens at first use
registry.rooms["CTC"] = f"{__name__}.sequences"


def __getattr__(name):
    if name not in ("CTC", "ctc"):
        raise AttributeError(f"module 'minidl.losses' has no attribute {name!r}.")
    return getattr(importlib.import_module(registry.rooms["CTC"]), name)


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
    """A loss from a name ('mse', 'huber', ...), a class, an instance, a function(y_true, y_pred) or
    what `serialize` gave.
    """
    loss = found(identifier, "loss", FunctionLoss=FunctionLoss)
    if loss is None:
        return None
    if not isinstance(loss, Loss) and callable(loss):
        return FunctionLoss(loss)
    if not isinstance(loss, Loss):
        raise ValueError(
            f"A loss is a name, a Loss or a function(y_true, y_pred); received {identifier!r}."
        )
    if isinstance(identifier, str):  # as of the function that Keras gives for a name
        vars(loss)["__name__"] = snake_case(type(loss).__name__)
    return loss


def deserialize(data: dict) -> Loss:
    """The loss that `serialize` described. One of your own is found by the name it was registered
    under.
    """
    return described(data, "loss", FunctionLoss=FunctionLoss)
