"""All public names of `minidl`: all modules, and the additions for older versions and other
libraries.

Loading this file loads NumPy and most of the library, so `minidl/__init__.py` imports it when the
first name is used.
"""

# ruff: noqa: F401  (the names imported here are public in minidl)
import sys

# First of all, although only others use it: loaded among minidl's files it takes twice as long, for
# Python then gives memory back to the system, and asks for it again, two thousand times.
import numpy

from . import (
    activations,
    callbacks,
    constraints,
    data,
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
    utils,
)
from . import text as preprocessing
from .compat import dtype_policies, mixed_precision, older, tensorflow, tree
from .compat.absent import hint as did_you_mean
from .compat.dtype_policies import FloatDTypePolicy
from .compat.keras import GradientTape, device
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
from .support.backend import DTypePolicy
from .symbolic import Symbol as KerasTensor
from .tensor import GraphError, Tensor, Variable, apply, name_scope, no_grad

nn = tensorflow.Shelf("nn", ops)  # tf.nn.conv2d; tf.nn.relu and all other names of ops


def name_of_tensorflow(name: str):
    """Return what TensorFlow calls by this name, as `import minidl as tf` makes one ask for;
    AttributeError with the most similar name, or with what to write instead.
    """
    try:
        return tensorflow.find(name)
    except KeyError:
        hint = did_you_mean(name, [*_door.__all__, *tensorflow.below("")])
    raise AttributeError(f"module {_LIBRARY!r} has no attribute {name!r}.{hint}")


# Public paths of modules that are in another package.
_LIBRARY = __name__.partition(".")[0]
for _name, _module in (
    ("backend", backend),
    ("config", config),
    ("dtype_policies", dtype_policies),
    ("mixed_precision", mixed_precision),
    ("preprocessing", preprocessing),
    ("tree", tree),
):
    sys.modules[f"{_LIBRARY}.{_name}"] = _module
for _name in ("image", "sequence", "text"):
    sys.modules[f"{_LIBRARY}.preprocessing.{_name}"] = getattr(preprocessing, _name)
tensorflow.extend_rooms()
# `from minidl.keras.layers import Dense`, and where tutorials of 2017 looked
older.paths.open_paths()

# From now on the names are attributes of `minidl` itself.
_door = sys.modules[_LIBRARY]
vars(_door).update({_name: globals()[_name] for _name in _door.__all__ if _name in globals()})
