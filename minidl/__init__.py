"""minidl: deep learning from scratch, readable in an afternoon. A Keras-like API on our own autograd over NumPy.

>>> import minidl
>>> (x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
>>> model = minidl.Sequential([minidl.layers.Flatten(), minidl.layers.Dense(10, activation="softmax")])
>>> model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
>>> model.fit(x / 255.0, y, epochs=5)
"""

from typing import TYPE_CHECKING

from . import (
    activations,
    backend,
    callbacks,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    surfaces,
    utils,
)
from .gradcheck import check_gradients
from .layers import Input, Layer
from .models import Model, NonFiniteLossError, Sequential
from .random import set_random_seed
from .recording import no_grad
from .tensor import GraphError, Tensor, Variable, apply

if TYPE_CHECKING:
    from . import plots

__version__ = "0.1.0"
__all__ = ["GraphError", "Input", "Layer", "Model", "NonFiniteLossError", "Sequential", "Tensor", "Variable", "activations", "apply",
           "backend", "callbacks", "check_gradients", "datasets", "initializers", "layers", "losses", "metrics", "models", "no_grad",
           "ops", "optimizers", "plots", "random", "set_random_seed", "surfaces", "utils"]


def __getattr__(name):
    """`minidl.plots` loads matplotlib, so it waits until somebody asks for it."""
    if name == "plots":
        import importlib

        return importlib.import_module(".plots", __name__)
    raise AttributeError(f"module 'minidl' has no attribute {name!r}")
