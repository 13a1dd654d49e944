"""How wrong is the network? One number to make smaller. `base.py` has what all losses share; each
file after it is one family.
"""

from ..support import configs
from ..support.registry import snake_case
from .base import (
    FunctionLoss,
    Loss,
    PerOutput,
    Regression,
    SameShape,
    constructor_arguments,
    losses,
    weights_like,
)
from .crossentropy import (
    NLL,
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CrossEntropy,
    LabelLoss,
    NegativeLogLikelihood,
    NLLLoss,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    sparse_categorical_crossentropy,
)
from .distributions import KLDivergence, Poisson, kl_divergence, poisson
from .margins import (
    CategoricalHinge,
    Circle,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    circle,
    hinge,
    squared_hinge,
)
from .overlap import Dice, Tversky, dice, tversky
from .regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)

# The names that Keras 2 had for the functions.
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh

register = losses.register

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
    "constructor_arguments",
    "cosine_similarity",
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
    "losses",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "poisson",
    "register",
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
    if isinstance(identifier, dict) and "class_name" in identifier:
        return deserialize(identifier)
    if isinstance(identifier, str):
        identifier = losses[identifier]
        if isinstance(identifier, type):
            identifier = identifier()
            identifier.__name__ = snake_case(
                type(identifier).__name__
            )  # as of the function that Keras gives for a name
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        identifier = identifier()
    if isinstance(identifier, Loss) or identifier is None:
        return identifier
    if callable(identifier):
        return FunctionLoss(identifier)
    raise ValueError(
        f"A loss is a name, a Loss or a function(y_true, y_pred); received {identifier!r}."
    )


def serialize(loss: Loss) -> dict:
    """The loss as plain data, {'class_name': ..., 'config': ...}, from which `deserialize` makes it
    again.
    """
    return configs.serialize(loss)


def deserialize(data: dict) -> Loss:
    """The loss that `serialize` described. One of your own is found by the name it was registered
    under.
    """
    cls = FunctionLoss if data["class_name"] == "FunctionLoss" else losses[data["class_name"]]
    return cls.from_config(data.get("config", {}))
