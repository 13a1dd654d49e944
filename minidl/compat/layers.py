"""Keras's names of attributes and methods of layers and models, for what minidl has under another
name, and sentences for those that it does not have.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..layers import Layer
from ..layers.describing import CURES
from ..models import Model
from ..support.backend import DTypePolicy
from ..support.configs import deserialize, serialize
from ..tensor import Tensor

_TREES = [
    f"{kind}_variables" for kind in ("trainable", "non_trainable", "optimizer", "metrics")
]  # the parts of a state tree


class KerasLayer:
    """What is added to every layer."""

    autocast = True  # float inputs are converted to the layer's dtype

    @property
    def dtype_policy(self: Any) -> DTypePolicy:
        """The layer's dtype, as Keras describes it."""
        return DTypePolicy(self.dtype.name)


class KerasModel:
    """What is added to every model."""

    run_eagerly = True  # as everything here is
    jit_compile, steps_per_execution = False, 1

    @property
    def metrics_variables(self: Any) -> list:
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def get_compile_config(self: Any) -> dict | None:
        """Return the arguments of compile() as plain data; None before it."""
        return serialize(self.compile_arguments) if self.compiled else None

    def compile_from_config(self: Any, config: dict) -> None:
        """Call compile() with what get_compile_config returned."""
        self.compile(**deserialize(config))

    def get_state_tree(self: Any, value_format: str = "backend_tensor") -> dict[str, dict]:
        """Return the values of all variables as nested dicts, by the parts of their paths:
        tree['trainable_variables']['dense']['kernel'].

        value_format: 'backend_tensor' for tensors, 'numpy_array' for arrays.
        """
        if value_format not in ("backend_tensor", "numpy_array"):
            raise ValueError(
                "get_state_tree: value_format is 'backend_tensor' or 'numpy_array'; received "
                f"{value_format!r}."
            )
        return {name: _tree(_named(self, name), value_format) for name in _TREES}

    def set_state_tree(self: Any, state_tree: dict[str, dict]) -> None:
        """Set the variables that a tree of get_state_tree names."""
        for name, tree in state_tree.items():
            if name not in _TREES:
                raise ValueError(f"A state tree has the keys {', '.join(_TREES)}; not {name!r}.")
            known = dict(_named(self, name))
            for path, value in _flat(tree):
                if path not in known:
                    raise ValueError(f"set_state_tree: this model has no {name} '{path}'.")
                known[path].assign(value)


def _named(model, name: str) -> list[tuple[str, Any]]:
    """Return pairs (path, variable) of one part of a state tree."""
    if name == "metrics_variables":
        return [(f"{m.name}/{v.name}", v) for m in model.metrics for v in m.variables]
    if name == "optimizer_variables":
        one = model.optimizer
        return [] if one is None else [(f"{one.name}/{v.name}", v) for v in one.variables]
    # a layer inside another comes after it, and owns its variables
    owners = {id(v): layer.name for layer in model.all_layers() for v in layer.weights}
    return [(f"{owners[id(v)]}/{v.name}", v) for v in getattr(model, name)]


def _tree(named, value_format: str) -> dict:
    tree: dict = {}
    for path, variable in named:
        *folders, last = path.split("/")
        inner = tree
        for folder in folders:
            inner = inner.setdefault(folder, {})
        value = variable.numpy()
        inner[last] = value if value_format == "numpy_array" else Tensor(value)
    return tree


def _flat(tree: dict, before: str = "") -> list[tuple[str, Any]]:
    """Return pairs (path, value) of nested dicts."""
    pairs = []
    for name, value in tree.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{before}{name}/")
        else:
            pairs.append((f"{before}{name}", np.asarray(value)))
    return pairs


_FOR_KERAS = 'Save the model, model.save("model.keras"), and do it in Keras, which loads it.'
ABSENT = {
    "export": f"Keras's `export` writes a program for serving. {_FOR_KERAS}",
    "quantize": f"Keras's `quantize` makes weights small whole numbers. {_FOR_KERAS}",
    "enable_lora": f"Keras's `enable_lora` adds small matrices for fine-tuning. {_FOR_KERAS}",
    "stateless_call": "Keras's `stateless_call` is for JAX. Call the model, model(x).",
    "make_train_function": "Everything is computed at once here: override train_step.",
    "make_test_function": "Everything is computed at once here: override test_step.",
    "make_predict_function": "Everything is computed at once here: override predict_step.",
}


def add_all() -> None:
    """Add the attributes and methods above, and the sentences."""
    for keras_class, cls in ((KerasLayer, Layer), (KerasModel, Model)):
        for name, thing in vars(keras_class).items():
            if not name.startswith("__"):
                setattr(cls, name, thing)
    CURES.update(ABSENT)
