"""HDF5, the container of Keras's weights: reading it without trusting it, and what minidl keeps
there for itself.

h5py reads and writes HDF5; it comes with the extra `keras`. Keras passes over the groups and
attributes that begin with minidl_: what compile was given, and the optimizer's memory.
"""

from __future__ import annotations

import warnings
from typing import Any

from ...support.configs import custom_object_scope, deserialize, serialize
from ..architecture import checked
from .translation import from_keras


def h5py_or_cure() -> Any:
    """The module h5py; ImportError says how to get it."""
    try:
        import h5py
    except ImportError:
        raise ImportError(
            "Files of Keras ('.keras', '.h5') need h5py: pip install 'minidl[keras]'. minidl's "
            "own kind needs nothing: "
            "model.save('model.npz')."
        ) from None
    return h5py


def get(group, path: str, h5py) -> Any:
    """What stands at a path inside the file itself: no links to other files, no datasets that live
    elsewhere.
    """
    for name in path.split("/"):
        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"'{path}' points out of the file")
        group = group[name]
        if isinstance(group, h5py.Dataset):
            size_of(group)
    return group


def size_of(dataset) -> int:
    """How many numbers a dataset holds. ValueError if it declares more than the file has: HDF5 can,
    and fills up when asked.
    """
    if (
        dataset.is_virtual
        or dataset.external
        or dataset.dtype.kind not in "biuf"
        or dataset.shape is None
    ):
        raise ValueError(f"'{dataset.name}' is no plain array of numbers")
    stored = dataset.id.get_storage_size()
    most = stored if dataset.compression is None else 100 * stored + 4096
    if dataset.size * dataset.dtype.itemsize > most:
        raise ValueError(
            f"'{dataset.name}' declares {dataset.size:,} numbers, and the file holds {stored:,} "
            f"bytes of them"
        )
    return dataset.size


def numbers_in(file, h5py) -> int:
    """How many numbers the file holds."""
    total = 0

    def count(name, thing):
        nonlocal total
        if isinstance(thing, h5py.Dataset) and thing.dtype.kind in "biuf":
            total += size_of(thing)

    file.visititems(count)
    return total


def assign(pairs) -> None:
    """Give each variable its array."""
    for variable, array in pairs:
        variable.assign(array)


# --- compile's arguments and the optimizer's memory
# ------------------------------------------------------------------


def compile_config(model) -> dict | None:
    """What compile was given, as data; None if it was not called."""
    return None if model.optimizer is None else checked(serialize(model.compile_arguments))


def write_memory(file, model) -> None:
    """What the optimizer remembers, into a group of its own."""
    optimizer, trained = model.optimizer, [id(v) for v in model.trainable_weights]
    if optimizer is not None and trained == [id(v) for v in optimizer.variables]:
        for name, array in optimizer.get_state().items():
            if name != "optimizer":
                file.create_dataset(f"minidl_optimizer/{name}", data=array)


def compile_again(model, config: dict, file, h5py) -> None:
    """What `compile_config` gave, and the memory that `write_memory` wrote."""
    model.compile(**deserialize(config))
    _set_memory(model.optimizer, model, file, h5py)


def _set_memory(optimizer, model, file, h5py) -> None:
    """What our own optimizer remembered, from its group."""
    if "minidl_optimizer" not in file:
        return
    optimizer.build(model.trainable_weights)
    state = {}
    for name, now in optimizer.get_state().items():
        dataset = get(file, f"minidl_optimizer/{name}", h5py) if name != "optimizer" else None
        if dataset is not None and dataset.shape == now.shape:
            state[name] = dataset[()]
    optimizer.set_state(state)


def compile_as_in_keras(model, config: dict, custom_objects) -> None:
    """What Keras noted of compile's arguments; a warning if one of them is unknown here."""
    options = {
        k: v
        for k, v in config.items()
        if k in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
    }
    try:
        with custom_object_scope(custom_objects or {}):
            model.compile(**deserialize(from_keras(options)))
    except Exception as error:
        warnings.warn(
            f"What compile() was given could not be restored ({error}). Call compile() again "
            f"before training.",
            stacklevel=5,
        )
