"""Data on its way into training: arrays of samples, mini-batches, batches from elsewhere,
pipelines, and images and texts in files. Pipelines and files open at first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from .arrays import class_weights, split_tail
from .batches import (
    Batches,
    PyDataset,
    as_tensors,
    check_same_length,
    count_samples,
    is_stream,
    pack_x_y_sample_weight,
    samples,
    unpack_x_y_sample_weight,
)
from .streams import Portions, Stream

if TYPE_CHECKING:  # what editors see
    from .augmenting import ImageDataGenerator
    from .folders import image_dataset_from_directory
    from .images import array_to_img, img_to_array, load_img, save_img, smart_resize
    from .pipeline import (
        AUTOTUNE,
        INFINITE_CARDINALITY,
        UNKNOWN_CARDINALITY,
        Dataset,
        DatasetSpec,
        Options,
        TensorSpec,
        TextLineDataset,
    )
    from .sounds import audio_dataset_from_directory
    from .splitting import split_dataset
    from .texts import text_dataset_from_directory

# What opens at first use, and the file that has it.
_ROOMS = {
    "augmenting": "ImageDataGenerator",
    "folders": "image_dataset_from_directory",
    "images": "array_to_img img_to_array load_img save_img smart_resize",
    "pipeline": "AUTOTUNE Dataset DatasetSpec INFINITE_CARDINALITY Options TensorSpec "
    "TextLineDataset UNKNOWN_CARDINALITY",
    "sounds": "audio_dataset_from_directory",
    "splitting": "split_dataset",
    "texts": "text_dataset_from_directory",
}
_FILE_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(f"module 'minidl.data' has no attribute {name!r}.")
    return getattr(importlib.import_module(f".{_FILE_OF[name]}", __name__), name)


def __dir__():
    return sorted({*globals(), *_FILE_OF})


__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "Options",
    "TensorSpec",
    "TextLineDataset",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "ImageDataGenerator",
    "array_to_img",
    "audio_dataset_from_directory",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "save_img",
    "smart_resize",
    "Batches",
    "Portions",
    "PyDataset",
    "Stream",
    "as_tensors",
    "check_same_length",
    "class_weights",
    "count_samples",
    "is_stream",
    "pack_x_y_sample_weight",
    "samples",
    "split_dataset",
    "split_tail",
    "text_dataset_from_directory",
    "unpack_x_y_sample_weight",
]
