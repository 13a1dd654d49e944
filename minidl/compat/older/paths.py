"""Old import paths: `from minidl.layers.advanced_activations import LeakyReLU` finds the class that
is now in `minidl.layers`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from ...support.registry import did_you_mean
from .. import absent
from .warning import older

_LIBRARY = __name__.split(".")[0]
_ENGINE = ("layers", "models")

# An old path: the modules of today that are searched for its names.
PATHS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "layers.core",
            "layers.core.dense",
            "layers.core.dropout",
            "layers.advanced_activations",
            "layers.embeddings",
            "layers.merge",
            "layers.pooling",
            "layers.experimental",
            "layers.experimental.preprocessing",
            "layers.preprocessing",
        ),
        ("layers",),
    ),
    **dict.fromkeys(
        (
            "engine",
            "engine.base_layer",
            "engine.input_layer",
            "engine.topology",
            "engine.training",
            "engine.sequential",
            "engine.input_spec",
        ),
        _ENGINE,
    ),
    **dict.fromkeys(
        ("utils.np_utils", "utils.vis_utils", "utils.data_utils", "utils.generic_utils"), ("utils",)
    ),
    "utils.layer_utils": ("compat.older.paths",),
    **dict.fromkeys(("legacy", "legacy.saving", "utils.legacy"), ("utils",)),
    "objectives": ("losses",),
    **dict.fromkeys(
        (
            "optimizers.legacy",
            "optimizers.adam_v2",
            "optimizers.gradient_descent_v2",
            "optimizers.rmsprop_v2",
            "optimizers.experimental",
            "optimizers.optimizer_v2",
            "optimizer_v2",
            "optimizer_v2.adam",
            "optimizer_v2.gradient_descent",
            "optimizer_v2.rmsprop",
            "optimizer_v2.adagrad",
        ),
        ("optimizers",),
    ),
    **dict.fromkeys(("callbacks.callbacks", "callbacks.experimental"), ("callbacks",)),
    "backend.tensorflow_backend": ("backend",),
}

# Modules of minidl's first version under their first names, for one more release.
MOVED = {
    "derivatives": "core.derivatives",
    "registry": "support.registry",
    "configs": "support.configs",
    "structures": "support.structures",
    "tape": "compat.keras",
}

# Paths whose contents are outside Keras today.
ELSEWHERE = {
    **dict.fromkeys(
        ("wrappers", "wrappers.scikit_learn"),
        "{name} left Keras in 2022. Its successor is the package scikeras, which wraps models of "
        "Keras itself: for a model of "
        "minidl write the loop over sklearn.model_selection.KFold().split(x) with fit and "
        "evaluate.",
    ),
}


def count_params(weights) -> int:
    """How many numbers these variables hold."""
    return sum(w.size for w in weights)


def print_summary(model, line_length=None, positions=None, print_fn=None) -> None:
    """Call model.summary(): the name before 2018."""
    model.summary(line_length, positions, print_fn)


class OlderPath(ModuleType):
    """A module without contents of its own. For a name, it warns with the current path and returns
    the object there.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        path = self.__name__.partition(".")[2]
        if path in ELSEWHERE:
            said = absent.answer("wrappers", name) or ELSEWHERE[path].format(name=name)
            raise ImportError(said)
        known: list[str] = []
        for place in PATHS[path]:
            module = sys.modules[f"{_LIBRARY}.{place}"]
            known += getattr(module, "__all__", dir(module))
            if hasattr(module, name) and name != "__all__":
                return self._found(module, name)
        if name == "__all__":
            return known
        raise AttributeError(f"{self.__name__} has no {name!r}.{did_you_mean(name, known)}")

    def _found(self, module, name):
        here = {"print_summary": "model.summary()", "count_params": "model.count_params()"}
        today = here[name] if module.__name__ == __name__ else f"{module.__name__}.{name}"
        older(f"{self.__name__}.{name}", today)
        return getattr(module, name)


def open_paths() -> None:
    """Make the old paths importable, and all paths, old and new, under `minidl.keras` too."""
    for path in [*PATHS, *ELSEWHERE]:
        name = f"{_LIBRARY}.{path}"
        module = OlderPath(name, f"What older tutorials import from {path}.")
        sys.modules[name] = module
        parent, _, last = path.rpartition(".")
        setattr(
            sys.modules[f"{_LIBRARY}.{parent}"] if parent else sys.modules[_LIBRARY], last, module
        )
    _open_moved()
    for name in ("image", "nn", "numpy"):  # from minidl.ops.numpy import mean
        full = f"{_LIBRARY}.ops.{name}"
        shelf = sys.modules[full] = getattr(sys.modules[f"{_LIBRARY}.ops"], name)
        shelf.__name__, shelf.__path__, shelf.__spec__ = full, [], None
    sys.modules[f"{_LIBRARY}.keras"] = sys.modules[_LIBRARY]
    for path, module in _loaded("").items():
        if not path.startswith("keras"):
            sys.modules[f"{_LIBRARY}.keras.{path}"] = module


def _open_moved() -> None:
    for path, today in MOVED.items():
        setattr(sys.modules[_LIBRARY], path, sys.modules[f"{_LIBRARY}.{today}"])
        for rest, module in _loaded(today).items():
            sys.modules[f"{_LIBRARY}.{path}{rest}"] = module


def _loaded(path: str) -> dict[str, ModuleType]:
    """Return the loaded modules of the library whose paths begin so, by the rest of their paths."""
    begin = f"{_LIBRARY}.{path}"
    return {n[len(begin) :]: m for n, m in sys.modules.items() if n.startswith(begin)}
