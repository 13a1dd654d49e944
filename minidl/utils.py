"""Small functions with the names that tutorials use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import callbacks, data
from .data import PyDataset, pack_x_y_sample_weight, unpack_x_y_sample_weight
from .models import model_classes
from .random import set_random_seed
from .support.arrays import as_array
from .support.backend import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from .support.checks import check_count
from .support.configs import deserialize as deserialize_keras_object
from .support.configs import serialize as serialize_keras_object
from .support.custom import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from .support.dtypes import standardize_dtype
from .support.fetching import get_file
from .support.registry import reset_names
from .symbolic import Symbol
from .tensor import Tensor, wrap
from .text import pad_sequences, timeseries_dataset_from_array

if TYPE_CHECKING:  # what editors see; these open at first use
    from .data.folders import image_dataset_from_directory
    from .data.images import array_to_img, img_to_array, load_img, save_img
    from .data.sounds import audio_dataset_from_directory
    from .data.splitting import split_dataset
    from .data.texts import text_dataset_from_directory
    from .models.feature_space import FeatureSpace

Sequence = PyDataset  # its name in Keras 2


def __getattr__(name) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'minidl.utils' has no attribute {name!r}.")
    if name == "FeatureSpace":
        return model_classes.filed(name)
    return getattr(data, name)


class Progbar:
    """A progress bar for your own loops: update(done, [("loss", 0.5)]) or add(1, ...). It shows
    means of the values; those named in stateful_metrics, or not named in stateless_metrics, are
    shown as they are.
    """

    def __init__(
        self,
        target,
        width=20,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        stateless_metrics=None,
        unit_name="step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Progbar: give stateful_metrics, the values that are shown as they are, or "
                "stateless_metrics, those whose mean is shown, not both."
            )
        self.target, self.verbose = target, verbose
        self.stateful_metrics, self.stateless_metrics = stateful_metrics, stateless_metrics
        self._bar, self._seen, self._sums = callbacks.ProgressBar(), 0, {}
        self._bar.title, self._bar.params = "", {"steps": target}
        if verbose:
            self._bar.begin()

    def update(self, current, values=None, finalize=None) -> None:
        """Show progress. current: the number of finished steps. values: pairs (name, value) of
        these steps.
        """
        for name, value in values or ():
            total, weight = self._sums.get(name, (0.0, 0))
            steps, value = max(1, current - self._seen), float(np.mean(value))
            as_is = (value, 1)
            mean = (total + value * steps, weight + steps)
            self._sums[name] = as_is if self._shown_as_is(name) else mean
        self._seen = current
        logs = {name: total / weight for name, (total, weight) in self._sums.items()}
        if self.verbose:
            self._bar.advance(current - 1, logs)
            if finalize or (
                finalize is None and self.target is not None and current >= self.target
            ):
                self._bar.finish(logs)

    def _shown_as_is(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name not in self.stateless_metrics
        return name in (self.stateful_metrics or ())

    def add(self, n, values=None) -> None:
        """Count n more finished steps."""
        self.update(self._seen + n, values)


def to_categorical(x, num_classes: int | None = None) -> Any:
    """Return class indices as one-hot rows: [0, 2] becomes [[1, 0, 0], [0, 0, 1]]. Shape (...,
    num_classes), float64, as in Keras. Of a tensor a tensor, float32.

    num_classes: the largest index + 1 if left out. ValueError for an index that is negative, too
    large or not whole.
    """
    labels = as_array(x, keep_ints=True)
    with np.errstate(invalid="ignore"):  # NaN is refused below
        whole = labels.astype(np.intp)
    if not np.array_equal(whole, labels):
        raise ValueError(
            "to_categorical expects class indices, which are whole numbers; received fractions."
        )
    if whole.ndim > 1 and whole.shape[-1] == 1:
        whole = whole[..., 0]
    classes = int(whole.max(initial=-1)) + 1 if num_classes is None else num_classes
    classes = check_count("to_categorical: num_classes", classes, 0)
    if whole.size and (whole.min() < 0 or whole.max() >= classes):
        raise ValueError(
            f"to_categorical: class indices run {whole.min()}..{whole.max()}; valid are "
            f"0..{classes - 1}."
        )
    if whole.size * classes > 1 << 33:
        raise ValueError(
            f"to_categorical: class indices run to {whole.max()}, so each of the {whole.size} rows "
            f"would have {classes} columns. Number the classes anew: "
            "np.unique(labels, return_inverse=True)[1]."
        )
    hot = np.zeros((whole.size, classes), np.float32 if isinstance(x, Tensor) else float)
    hot[np.arange(whole.size), whole.ravel()] = 1
    return _as_x(x, hot.reshape(*whole.shape, classes))


def normalize(x, axis: int = -1, order: int = 2) -> Any:
    """Return x divided by its norm along `axis` (order 2: Euclidean). A vector of zeros is not
    changed. Of a tensor a tensor, without its history.
    """
    array = np.asarray(as_array(x), dtype=np.result_type(as_array(x), np.float32))
    length = np.atleast_1d(np.linalg.norm(array, order, axis))
    length[length == 0] = 1
    return _as_x(x, array / np.expand_dims(length, axis))


def _as_x(x, result: np.ndarray):
    """Return the result as a tensor if x is one."""
    return wrap(result) if isinstance(x, Tensor) else result


def is_keras_tensor(x) -> bool:
    """Whether x is a symbol: the result of Input, or of a layer called on a symbol."""
    return isinstance(x, Symbol)


def clear_session(free_memory=True) -> None:
    """Restart the automatic names: the next Dense is called 'dense' again. minidl keeps nothing
    else between models, so free_memory has no effect.
    """
    reset_names()


def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    **ignored,
):
    """Draw the layers of a model and their connections to a file. Returns the figure. rankdir: 'TB'
    from top to bottom, 'LR' from left to right.
    """
    if not hasattr(model, "layers"):
        raise TypeError(f"plot_model draws a model; received {model!r}.")
    import importlib

    plots = importlib.import_module(".plots", __package__)
    return plots.model(
        model,
        to_file,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        show_layer_activations=show_layer_activations,
        expand_nested=expand_nested,
        show_trainable=show_trainable,
        dpi=dpi,
    )


model_to_dot = plot_model


__all__ = [
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
