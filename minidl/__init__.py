"""minidl: deep learning from scratch, readable in an afternoon. A Keras-like API on our own
autograd over NumPy.

>>> import minidl
>>> (x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
>>> layers = [minidl.layers.Flatten(), minidl.layers.Dense(10, activation="softmax")]
>>> model = minidl.Sequential(layers)
>>> model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
>>> model.fit(x / 255.0, y, epochs=5)
"""

import sys
from typing import TYPE_CHECKING

from . import (
    activations,
    callbacks,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    surfaces,
    utils,
)
from . import text as preprocessing
from .compat import older
from .compat.keras import GradientTape
from .gradcheck import check_gradients
from .initializers import Initializer
from .layers import Input, InputSpec, Layer
from .losses import Loss
from .metrics import Metric
from .models import Model, NonFiniteLossError, SaveFormatError, Sequential
from .optimizers import Optimizer
from .random import set_random_seed
from .regularizers import Regularizer
from .support import backend
from .support import backend as config
from .support.registry import did_you_mean
from .symbolic import Symbol as KerasTensor
from .tensor import GraphError, Tensor, Variable, apply, no_grad

if TYPE_CHECKING:
    from . import plots

__version__ = "0.1.0"
# `import minidl as tf` and then tf.keras.layers, as many tutorials write
keras = sys.modules[__name__]
nn = ops  # tf.nn.relu, tf.nn.softmax
__all__ = [
    "GradientTape",
    "GraphError",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "NonFiniteLossError",
    "Optimizer",
    "Regularizer",
    "SaveFormatError",
    "Sequential",
    "Tensor",
    "Variable",
    "activations",
    "apply",
    "backend",
    "callbacks",
    "check_gradients",
    "config",
    "constraints",
    "datasets",
    "initializers",
    "keras",
    "layers",
    "losses",
    "metrics",
    "models",
    "nn",
    "no_grad",
    "ops",
    "optimizers",
    "plots",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "set_random_seed",
    "surfaces",
    "utils",
]


# Public paths whose module stands in another room.
for _name, _module in (
    ("backend", backend),
    ("config", config),
    ("preprocessing", preprocessing),
):
    sys.modules[f"{__name__}.{_name}"] = _module
for _name in ("sequence", "text"):
    sys.modules[f"{__name__}.preprocessing.{_name}"] = getattr(preprocessing, _name)
# `from minidl.keras.layers import Dense`, and where tutorials of 2017 looked
older.paths.open_paths()


def version() -> str:
    """minidl's own version."""
    return __version__


def __getattr__(name):
    """`minidl.plots` loads matplotlib, so it waits until somebody asks for it."""
    if name == "plots":
        import importlib

        return importlib.import_module(".plots", __name__)
    hint = "" if name.startswith("__") else did_you_mean(name, __all__)
    raise AttributeError(f"module 'minidl' has no attribute {name!r}.{hint}")
