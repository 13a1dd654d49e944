"""Metrics to watch in training. core/metrics.py has the mean and the accuracy, `base.py` the base
class of all metrics; every other file has one family.
"""

from .. import losses
from ..support.arrays import Number
from ..support.configs import serialize as serialize
from .accuracy import (
    ACCURACIES,
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    resolve_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from .auc import AUC
from .base import Mean, MeanMetric, Metric, registry
from .chosen import deserialize, get, resolve_metric
from .fscores import F1Score, FBetaScore
from .iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from .matrix import ConfusionMatrix, confusion_matrix
from .means import FunctionMetric, LossMetric, Sum
from .regression import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    R2Score,
    concordance_correlation,
    pearson_correlation,
)
from .thresholds import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    ThresholdMetric,
    TrueNegatives,
    TruePositives,
)
from .tradeoffs import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from .watched import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)

MeanMetricWrapper = FunctionMetric  # Keras's name
register = registry.register

# The losses as functions are also metrics (metrics.mse), except those that Keras
# has only among its losses.
_LOSSES_ALONE = {
    "categorical_generalized_cross_entropy",
    "circle",
    "cosine_similarity",
    "dice",
    "tversky",
}
LOSS_FUNCTIONS = sorted(set(losses.functions.NAMES) - _LOSSES_ALONE)
globals().update({name: getattr(losses, name) for name in LOSS_FUNCTIONS})

__all__ = [
    "ACCURACIES",
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "ConfusionMatrix",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "FunctionMetric",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "LossMetric",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetric",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "Number",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "ThresholdMetric",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "categorical_accuracy",
    "concordance_correlation",
    "confusion_matrix",
    "deserialize",
    "get",
    "pearson_correlation",
    "register",
    "registry",
    "resolve_accuracy",
    "resolve_metric",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]
__all__ += LOSS_FUNCTIONS  # pyright: ignore[reportUnsupportedDunderAll]
