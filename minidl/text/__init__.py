"""Preprocessing of words, numbers in sequences and images, under Keras's names in
keras.preprocessing.
"""

from .. import data
from . import image, sequence, text
from .sequence import pad_sequences, timeseries_dataset_from_array
from .text import Tokenizer

__all__ = [
    "Tokenizer",
    "image",
    "image_dataset_from_directory",
    "pad_sequences",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]


def __getattr__(name):
    if name not in ("image_dataset_from_directory", "text_dataset_from_directory"):
        raise AttributeError(f"module 'minidl.preprocessing' has no attribute {name!r}.")
    return getattr(data, name)
