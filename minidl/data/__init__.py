"""Data on its way into training: arrays of samples, mini-batches, and batches from elsewhere."""

from .arrays import check_same_length, class_weights, count_samples, samples, split_tail
from .batches import (
    Batches,
    Portions,
    PyDataset,
    Stream,
    as_tensors,
    is_stream,
    pack_x_y_sample_weight,
    unpack_x_y_sample_weight,
)

__all__ = [
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
    "split_tail",
    "unpack_x_y_sample_weight",
]
