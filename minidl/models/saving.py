"""The public functions that read and write model files. They choose the format by the path's
ending, and accept the arguments of old tutorials.
"""

from __future__ import annotations

import os

from ..files.hdf5 import h5py_or_cure
from ..files.keras import is_keras
from ..support.disk import make_folder, path_of
from ..support.processes import wait_for_file, writes
from ..support.warning import warn
from . import keras_2_files, keras_files, own_files
from .state import check_built


def _kind(path: str) -> str:
    lowered = path.lower()
    if lowered.endswith(".keras"):
        return "keras"
    return "h5" if lowered.endswith((".h5", ".hdf5")) else "native"


def save_model(
    model, filepath, overwrite: bool = True, *, include_optimizer: bool = True, save_format=None
) -> None:
    """Write a model to one file: '.keras' is Keras 3's own format, any other ending is minidl's
    (usually '.npz').
    """
    path = path_of(filepath, "filepath")
    check_path(path, save_format=save_format)
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{path} exists already, and overwrite=False.")
    _check_hooks(model)
    kind = _kind(path) if save_format not in ("h5", "keras") else save_format
    write = {"h5": keras_2_files, "keras": keras_files, "native": own_files}[kind].write_model
    try:
        if writes():
            write(path, model, include_optimizer)
        wait_for_file()
    except RecursionError:
        raise ValueError(
            f"Model '{model.name}' cannot be saved: something in it describes itself without end, "
            "such as a layer whose get_config names the layer itself. Leave it out of get_config."
        ) from None


# Endings of other programs' files.
_FOREIGN = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".onnx", ".pb", ".tflite", ".safetensors")
_FOREIGN += (".json", ".yaml", ".yml", ".csv", ".txt", ".mat", ".npy", ".zip")


def check_path(path: str, weights_alone: bool = False, save_format=None) -> None:
    """Raise the error that saving to this path would raise: ValueError for a folder or for a format
    that holds only weights, ImportError without h5py. Warns about endings of other programs'
    formats.
    """
    if path.endswith(("/", os.sep)) or os.path.isdir(path):
        raise ValueError(
            f"{path} is a folder. Models are saved to one file: "
            f"model.save({os.path.join(path, 'model.npz')!r})."
        )
    if path.lower().endswith(".weights.h5") and not weights_alone:
        raise ValueError(
            f"{path}: '.weights.h5' files hold weights alone. Write model.save_weights({path!r}), "
            "or model.save('model.keras')."
        )
    kind = _kind(path) if save_format not in ("h5", "keras") else save_format
    if kind == "h5" or (kind == "keras" and not weights_alone):
        h5py_or_cure()
    elif path.lower().endswith(_FOREIGN):
        ending = os.path.splitext(path)[1]
        warn(
            f"{path} becomes a file of minidl's own kind, which no program for '{ending}' files "
            "can read; minidl can. Its usual ending is '.npz'."
        )


def _check_hooks(model) -> None:
    """Warn about methods for files that Keras's layers may override and minidl does not call."""
    for layer in model.all_layers():
        hooks = [
            name
            for name in ("save_own_variables", "save_assets", "get_build_config")
            if hasattr(layer, name)
        ]
        if hooks:
            warn(
                f"{type(layer).__name__}.{hooks[0]} is not called: minidl saves the variables of "
                f"add_weight and the arguments in "
                "get_config, and nothing else. Keep there what must come back.",
            )


def load_model(
    filepath, custom_objects: dict | None = None, compile: bool = True, safe_mode: bool = True
):
    """Read the model in a file that `model.save` of minidl or of Keras 3 wrote.

    custom_objects: {'MyLayer': MyLayer, ...} for your own classes and functions that were not
    registered. compile: also restore compile's arguments and the optimizer's memory. safe_mode is
    accepted for compatibility with Keras: minidl never executes code from a file.

    Raises SaveFormatError, which names the file, for every fault in it.
    """
    path = path_of(filepath, "filepath")
    if os.path.isdir(path):
        raise ValueError(
            f"{path} is a folder, as TensorFlow's SavedModel is. minidl loads '.keras' and '.npz' "
            f"files: save it again with "
            "model.save('model.keras')."
        )
    if _kind(path) == "h5":
        return keras_2_files.read_model(path, custom_objects, compile)
    if is_keras(path):
        return keras_files.read_model(path, custom_objects, compile)
    return own_files.read_model(path, custom_objects, compile)


def save_weights(model, filepath, overwrite: bool = True) -> None:
    """Write the weights only: '.h5' in Keras 3's format, any other ending, such as 'cp-0001.ckpt',
    in minidl's own format.
    """
    path = path_of(filepath, "filepath")
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{path} exists already, and overwrite=False.")
    check_path(path, weights_alone=True)
    check_built(model, model.weights)
    _check_hooks(model)
    if writes():
        make_folder(path)
        write = keras_files if _kind(path) == "h5" else own_files
        write.write_weights(path, model)
    wait_for_file()


def load_weights(model, filepath, skip_mismatch: bool = False) -> None:
    """Read weights from a file of save_weights or save. The model stays unchanged if they do not
    fit.
    """
    path = path_of(filepath, "filepath")
    if _kind(path) == "h5" or is_keras(path):
        keras_files.read_weights(path, model, skip_mismatch)
        return
    if not os.path.exists(path) and os.path.exists(path + ".index"):
        raise ValueError(
            f"{path} is a checkpoint of TensorFlow. Save it there with "
            f"model.save_weights('w.weights.h5'), which minidl "
            "reads."
        )
    own_files.read_weights(path, model, skip_mismatch)


def restore(model, filepath) -> None:
    """Load weights, optimizer memory and random state of a file in minidl's format into
    this model.
    """
    own_files.restore(path_of(filepath, "filepath"), model)
