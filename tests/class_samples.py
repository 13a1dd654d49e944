"""One object of every class of the catalogues, for tests/test_catalogues.py. The layers are in
layer_samples.py.

A new class needs a row here if it cannot be made without arguments. A loss or metric always needs
one, which says what targets and outputs it takes.
"""

import importlib
import inspect

import numpy as np
from layer_samples import CELLS, LAYERS

from minidl import callbacks, optimizers
from minidl.support.registry import MODULES, REGISTRIES

RNG = np.random.default_rng(11)
LABELS = RNG.integers(0, 4, 9)
ONE_HOT = np.eye(4, dtype="float32")[LABELS]
NUMBERS = RNG.normal(size=(9, 4)).astype("float32")
LOGITS = RNG.normal(size=(9, 4)).astype("float32")
SOFTMAX = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
YES_NO = RNG.integers(0, 2, (9, 4)).astype("float32")
CHANCES = 1 / (1 + np.exp(-LOGITS))

# kind of data -> targets and outputs
DATA = {
    "numbers": (NUMBERS, LOGITS),
    "positive": (np.exp(NUMBERS), np.exp(LOGITS)),
    "signs": (2 * YES_NO - 1, LOGITS),
    "yes or no": (YES_NO, CHANCES),
    "one-hot": (ONE_HOT, SOFTMAX),
    "labels": (LABELS, SOFTMAX),
    "labels and logs": (LABELS, np.log(SOFTMAX)),
    "labels and points": (LABELS % 2, NUMBERS / np.linalg.norm(NUMBERS, axis=1, keepdims=True)),
    "labels twice": (LABELS, LABELS[::-1].copy()),
    "lines": (LABELS[:6].reshape(3, 2) % 3 + 1, np.tile(LOGITS[:6], (3, 1, 1))),
    "values": (NUMBERS, None),
}

# loss -> the data it takes, and options that are not the defaults
LOSSES = {
    "BinaryCrossentropy": ("yes or no", {"label_smoothing": 0.2}),
    "BinaryFocalCrossentropy": ("yes or no", {"apply_class_balancing": True, "alpha": 0.7}),
    "CTC": ("lines", {}),
    "CategoricalCrossentropy": ("one-hot", {"label_smoothing": 0.2}),
    "CategoricalFocalCrossentropy": ("one-hot", {"alpha": 0.5, "gamma": 3.0}),
    "CategoricalGeneralizedCrossEntropy": ("labels", {"q": 0.7}),
    "CategoricalHinge": ("one-hot", {}),
    "Circle": ("labels and points", {"gamma": 2.0, "margin": 0.3}),
    "CosineSimilarity": ("numbers", {"axis": -1}),
    "CrossEntropyLoss": ("labels", {"ignore_class": 3}),
    "Dice": ("yes or no", {"axis": (1,)}),
    "Hinge": ("signs", {}),
    "Huber": ("numbers", {"delta": 2.5}),
    "KLDivergence": ("one-hot", {}),
    "LogCosh": ("numbers", {}),
    "MeanAbsoluteError": ("numbers", {"reduction": "sum"}),
    "MeanAbsolutePercentageError": ("positive", {}),
    "MeanSquaredError": ("numbers", {"name": "mine"}),
    "MeanSquaredLogarithmicError": ("positive", {}),
    "NegativeLogLikelihood": ("labels and logs", {}),
    "Poisson": ("positive", {}),
    "SparseCategoricalCrossentropy": ("labels", {"ignore_class": 3}),
    "SquaredHinge": ("signs", {}),
    "Tversky": ("yes or no", {"alpha": 0.2, "beta": 0.9, "axis": (1,)}),
}

METRICS = {
    "AUC": ("yes or no", {"num_thresholds": 20, "curve": "pr", "summation_method": "minoring"}),
    "Accuracy": ("labels twice", {}),
    "BinaryAccuracy": ("yes or no", {"threshold": 0.2}),
    "BinaryCrossentropy": ("yes or no", {"label_smoothing": 0.2}),
    "BinaryIoU": ("yes or no", {"target_class_ids": [0], "threshold": 0.4}),
    "CategoricalAccuracy": ("one-hot", {}),
    "CategoricalCrossentropy": ("one-hot", {"label_smoothing": 0.2}),
    "CategoricalHinge": ("one-hot", {}),
    "ConcordanceCorrelation": ("numbers", {}),
    "ConfusionMatrix": ("labels", {"num_classes": 4}),
    "CosineSimilarity": ("numbers", {"axis": -1}),
    "F1Score": ("yes or no", {"average": "macro", "threshold": 0.4}),
    "FBetaScore": ("yes or no", {"beta": 2.0, "threshold": 0.4}),
    "FalseNegatives": ("yes or no", {"thresholds": [0.2, 0.7]}),
    "FalsePositives": ("yes or no", {"thresholds": 0.3}),
    "Hinge": ("signs", {}),
    "IoU": ("labels twice", {"num_classes": 4, "target_class_ids": [1, 2]}),
    "KLDivergence": ("one-hot", {}),
    "LogCoshError": ("numbers", {}),
    "Mean": ("values", {"name": "mine"}),
    "MeanAbsoluteError": ("numbers", {}),
    "MeanAbsolutePercentageError": ("positive", {}),
    "MeanIoU": ("labels twice", {"num_classes": 4, "ignore_class": 3}),
    "MeanSquaredError": ("numbers", {"dtype": "float64"}),
    "MeanSquaredLogarithmicError": ("positive", {}),
    "OneHotIoU": ("one-hot", {"num_classes": 4, "target_class_ids": [0]}),
    "OneHotMeanIoU": ("one-hot", {"num_classes": 4}),
    "PearsonCorrelation": ("numbers", {}),
    "Poisson": ("positive", {}),
    "Precision": ("yes or no", {"thresholds": [0.2, 0.7], "class_id": 1}),
    "PrecisionAtRecall": ("yes or no", {"recall": 0.5}),
    "R2Score": ("numbers", {"class_aggregation": None}),
    "Recall": ("yes or no", {"top_k": 2, "class_id": 1}),
    "RecallAtPrecision": ("yes or no", {"precision": 0.5}),
    "RootMeanSquaredError": ("numbers", {}),
    "SensitivityAtSpecificity": ("yes or no", {"specificity": 0.3}),
    "SparseCategoricalAccuracy": ("labels", {}),
    "SparseCategoricalCrossentropy": ("labels", {"ignore_class": 3}),
    "SparseTopKCategoricalAccuracy": ("labels", {"k": 2}),
    "SpecificityAtSensitivity": ("yes or no", {"sensitivity": 0.5}),
    "SquaredHinge": ("signs", {}),
    "Sum": ("values", {}),
    "TopKCategoricalAccuracy": ("one-hot", {"k": 2}),
    "TrueNegatives": ("yes or no", {"thresholds": 0.3}),
    "TruePositives": ("yes or no", {"thresholds": 0.3}),
}

TABLES = {"loss": LOSSES, "metric": METRICS}

DECAY = {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}
# The arguments of the other classes.
ARGUMENTS = {
    "Constant": {"value": 3.0},
    "ExponentialDecay": DECAY,
    "InverseTimeDecay": {**DECAY, "staircase": True},
    "SettableDecay": {**DECAY, "decay_steps": 1},
    "PiecewiseConstantDecay": {"boundaries": [2, 4], "values": [0.3, 0.2, 0.1]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 5},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 5},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 5},
    "LossScaleOptimizer": {"inner_optimizer": optimizers.SGD(0.1)},
    "OptimizerMap": {"default_optimizer": optimizers.SGD(0.1)},
    "MultiOptimizer": {"optimizer_map": optimizers.OptimizerMap(optimizers.SGD(0.1))},
    "InputLayer": {"shape": (6,)},
}


# Callbacks are in no registry: those that minidl.callbacks names.
CALLBACKS = {
    "BackupAndRestore": {"backup_dir": "backup"},
    "CSVLogger": {"filename": "log.csv"},
    "EarlyStopping": {"monitor": "loss"},
    "LearningRateScheduler": {"schedule": lambda epoch, rate: rate / 2},
    "ModelCheckpoint": {"filepath": "best.npz", "monitor": "loss", "save_best_only": True},
    "ReduceLROnPlateau": {"monitor": "loss"},
}
# Callbacks that need another optimizer, or another package.
OPTIMIZERS = {"SwapEMAWeights": lambda: optimizers.SGD(use_ema=True)}
WITH_PACKAGES = {"TensorBoard"}  # tensorboardX; callbacks/test_tensorboard.py has a stand-in


def title(cls) -> str:
    return cls.__name__


def unique(found) -> list:
    """The library's own among these, each once."""
    return sorted({c for c in found if c.__module__.startswith("minidl.")}, key=title)


def things(kind) -> list:
    """What the registry of this kind holds: classes, or functions."""
    importlib.import_module(f"minidl.{MODULES.get(kind, 'optimizers')}")
    return unique(REGISTRIES[kind].names.values())


ACTIVATIONS = things("activation")


def callback_classes() -> list:
    named = [getattr(callbacks, name) for name in callbacks.__all__]
    return unique(c for c in named if inspect.isclass(c) and issubclass(c, callbacks.Callback))


def made(cls, kind, **more):
    """One object of this class."""
    name, place = title(cls), "tests/class_samples.py"
    try:
        if kind == "layer" and name != "InputLayer":
            place = "tests/layer_samples.py"
            return LAYERS[name][0]() if name in LAYERS else CELLS[name]()
        if kind in TABLES:
            return cls(**TABLES[kind][name][1], **more)
        return cls(**ARGUMENTS.get(name, {}), **more)
    except (KeyError, TypeError) as missing:
        raise AssertionError(f"{name} ({kind}) needs a row in {place}: {missing}") from missing


def data_of(cls, kind):
    """The targets and outputs that a loss or metric takes."""
    return DATA[TABLES[kind][title(cls)][0]]
