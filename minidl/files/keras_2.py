"""Whole models in one '.h5' file, the format of Keras 2 and of tutorials until 2023. The current
format is '.keras'.

The description and compile's arguments are attributes of the file. The weights are in one group for
each layer, which lists the names of its arrays in order.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

import numpy as np

from ..support.disk import write_atomically
from .descriptions import reading
from .hdf5 import Arrays, contents, h5py_or_cure, new_file, write_numbered

MEMORY = "minidl_optimizer/vars"  # Keras ignores names that begin with minidl_


def write(path: str, config: dict, compiled, layers: dict, memory: list[np.ndarray]) -> None:
    """Write a whole model: a description in Keras's layout; compile's arguments, or None; for each
    layer by name its arrays by name; the optimizer's arrays.
    """
    import json  # slow to load

    with new_file() as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"], file.attrs["backend"] = "3.5.0", "numpy"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in layers]
        for layer, arrays in {**layers, "top_level_model_weights": {}}.items():
            inner, names = group.create_group(layer), [name.encode() for name in arrays]
            inner.attrs["weight_names"] = names or np.zeros(0)
            for name, array in arrays.items():
                inner.create_dataset(name, data=array)
        if compiled is not None:
            file.attrs["minidl_compile_config"] = json.dumps(compiled)
            write_numbered(file, MEMORY, memory)
        data = contents(file)
    with write_atomically(path) as file:
        file.write(data)


@contextmanager
def opened(path: str):
    """Read a whole-model '.h5' file in a with-block: (description in Keras's layout, compile's
    arguments or None, whether these are in minidl's layout, Arrays).
    """
    import json  # slow to load

    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path}.")
    h5py = h5py_or_cure()
    with reading(path), h5py.File(path, "r") as file:
        if "model_config" not in file.attrs:
            raise ValueError("it holds weights alone: build the model and call model.load_weights")
        ours = "minidl_compile_config" in file.attrs
        compiled = file.attrs.get("minidl_compile_config" if ours else "training_config", "null")
        arrays = Arrays(file)
        arrays.check_digest()
        yield json.loads(file.attrs["model_config"]), json.loads(compiled), ours, arrays


def is_whole_model(arrays: Arrays) -> bool:
    """Whether the weights in this file are stored by layer, as in a whole model."""
    return "model_weights" in arrays.file or "layer_names" in arrays.file.attrs


def layers_of(arrays: Arrays) -> dict[str, list]:
    """Return the datasets of each layer, by the layer's name, in the order of its weights."""
    whole = "model_weights" in arrays.file
    group = arrays.find("model_weights") if whole else arrays.file
    found = {}
    for layer in map(_text, group.attrs["layer_names"]):
        inner = arrays.find(layer, group)
        found[layer] = [arrays.find(_text(name), inner) for name in inner.attrs["weight_names"]]
    return found


def memory_of(arrays: Arrays) -> list[np.ndarray]:
    """Return the arrays of Keras's optimizer in the order of its variables; an empty list if there
    are none, or if they have the layout of Keras 2.
    """
    group = arrays.find("optimizer_weights")
    names = [] if group is None else [_text(n) for n in group.attrs.get("weight_names", ())]
    if not names or not names[0].endswith("/iteration"):
        return []
    found = [arrays.find(name, group) for name in names]
    if not all(hasattr(dataset, "shape") for dataset in found):
        raise ValueError("'optimizer_weights' lacks an array that it names")
    return [dataset[()] for dataset in found]


def _text(name) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
