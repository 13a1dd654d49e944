"""minidl: deep learning from scratch, readable in an afternoon. A Keras-like API on our own
autograd over NumPy.

>>> import minidl
>>> (x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
>>> layers = [minidl.layers.Flatten(), minidl.layers.Dense(10, activation="softmax")]
>>> model = minidl.Sequential(layers)
>>> model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
>>> model.fit(x / 255.0, y, epochs=5)
"""

# ruff: noqa: F403, F405  (the public names: front.py has them)
import gc
import importlib.machinery
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what editors see; at run time the names open with the first that is asked for
    import minidl as keras

    from . import applications, distribution, plots, surfaces
    from . import homework as homework
    from .front import *
else:  # `import minidl as tf` and then tf.keras.layers, as many tutorials write
    keras = sys.modules[__name__]

__version__ = "0.1.0"
__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
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
    "applications",
    "apply",
    "backend",
    "callbacks",
    "check_gradients",
    "config",
    "constraints",
    "data",
    "datasets",
    "device",
    "distribution",
    "dtype_policies",
    "homework",
    "initializers",
    "keras",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
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
    "tree",
    "utils",
]
_LATER = ("applications", "distribution", "homework", "plots", "surfaces")


def version() -> str:
    """Return minidl's own version."""
    return __version__


def _opened():
    """Return the module with all names. The first time it loads the library, without Python's
    search for unused objects: it would find none, and takes a tenth of the time.
    """
    if "Sequential" in globals():
        return sys.modules[f"{__name__}.front"]
    searching = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(".front", __name__)
    finally:
        if not gc.get_freeze_count():
            gc.freeze()  # both together count what was loaded as old, so it is not searched at once
            gc.unfreeze()
        if searching:
            gc.enable()


def __getattr__(name) -> Any:
    if name in _LATER:  # which many programs do without
        return importlib.import_module(f".{name}", __name__)
    if not name.startswith("__"):
        front = _opened()
        if name in __all__ and hasattr(front, name):
            return getattr(front, name)
        if "Sequential" in globals():  # else the library is just being loaded
            return front.name_of_tensorflow(name)
    raise AttributeError(f"module 'minidl' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})


class _Finder:
    """Loads the whole library before one of its modules is imported, as in `from minidl.layers
    import Dense`, and then returns that module. For minidl.keras.datasets.mnist it returns
    minidl.datasets.mnist, which Python would otherwise load a second time. Python asks the finders
    in sys.meta_path in turn.
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        front, alias = f"{__name__}.front", f"{__name__}.keras."
        if name == front or not name.startswith(f"{__name__}."):
            return None
        if front in sys.modules and not name.startswith(alias):
            return None
        _opened()
        module = sys.modules.get(name)
        if module is None and name.startswith(alias):
            module = importlib.import_module(f"{__name__}.{name[len(alias) :]}")
        if module is None:
            return None
        # A module's __spec__ says how to load it. This one is loaded, so for this import it says
        # that there is nothing to do.
        module.__spec__ = importlib.machinery.ModuleSpec(
            name,
            _Loaded(module),  # pyright: ignore[reportArgumentType]
        )
        return module.__spec__


class _Loaded:
    """The loader of a module that is loaded already."""

    def __init__(self, module):
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec


sys.meta_path.insert(0, _Finder)
