"""Preprocessing of words, numbers in sequences and images, under Keras's names in
keras.preprocessing, and a tokenizer of byte pairs.
"""

import importlib
from typing import TYPE_CHECKING, Any

from .. import data
from . import image, sequence, text
from .sequence import pad_sequences, timeseries_dataset_from_array
from .text import Tokenizer

if TYPE_CHECKING:  # what editors see; these open at first use
    from ..data.folders import image_dataset_from_directory
    from ..data.texts import text_dataset_from_directory
    from .byte_pairs import BytePairTokenizer

__all__ = [
    "BytePairTokenizer",
    "Tokenizer",
    "image",
    "image_dataset_from_directory",
    "pad_sequences",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]


def __getattr__(name) -> Any:
    if name == "BytePairTokenizer":
        return importlib.import_module(".byte_pairs", __name__).BytePairTokenizer
    if name not in ("image_dataset_from_directory", "text_dataset_from_directory"):
        raise AttributeError(f"module 'minidl.preprocessing' has no attribute {name!r}.")
    return getattr(data, name)
