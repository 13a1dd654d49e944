"""What pictures become before a network sees them, and the names of ImageNet's 1000 classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..support import backend
from ..support.arrays import as_array
from ..support.fetching import get_file
from ..symbolic import Symbol
from ..tensor import Tensor

CLASSES = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
CLASSES_MD5 = "c2c37ea517e94d9795004a39431a14cb"
# Means and deviations of ImageNet's channels: red, green, blue of 0..1; blue, green, red of 0..255.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MEAN_BGR = (103.939, 116.779, 123.68)


def preprocess_input(x, data_format=None, mode="caffe") -> Any:
    """Return pictures of 0..255 as a network expects them, of the same shape; x stays as it is.

    x: (rows, columns, 3) or (n, rows, columns, 3), an array, tensor or symbol; the 3 comes before
    the rows with 'channels_first'. mode: 'tf' scales to -1..1, 'torch' subtracts ImageNet's mean
    and divides by its deviation, 'caffe' turns RGB into BGR and subtracts the mean.
    """
    if mode not in ("caffe", "tf", "torch"):
        raise ValueError(f"preprocess_input: mode is 'caffe', 'tf' or 'torch'; received {mode!r}.")
    data_format = backend.checked_data_format("preprocess_input", data_format)
    if not isinstance(x, (Tensor, Symbol)):
        x = as_array(x)
    if x.dtype.kind != "f":
        x = x.astype(backend.floatx())
    if mode == "tf":
        return x / 127.5 - 1.0
    first = data_format == "channels_first"
    mean, deviation = (
        np.asarray(numbers, x.dtype).reshape((3, 1, 1) if first else 3)
        for numbers in (MEAN_BGR if mode == "caffe" else MEAN, DEVIATION)
    )
    if mode == "torch":
        return (x / 255.0 - mean) / deviation
    turned = x[..., ::-1, :, :] if first else x[..., ::-1]
    return turned - mean


def preprocessing(mode: str):
    """Return the function preprocess_input(x, data_format=None) of a network with this mode."""

    def preprocess_input_(x, data_format=None) -> Any:
        return preprocess_input(x, data_format, mode)

    preprocess_input_.__name__ = preprocess_input_.__qualname__ = "preprocess_input"
    preprocess_input_.__doc__ = f"Call imagenet_utils.preprocess_input with mode={mode!r}."
    return preprocess_input_


def decode_predictions(preds, top=5) -> list:
    """Return for each row of probabilities, (n, 1000), its `top` classes, the likeliest first: a
    list of (ImageNet's number, name, probability).
    """
    import json  # slow to load

    rows = as_array(preds)
    if rows.ndim != 2 or rows.shape[1] != 1000:
        raise ValueError(
            "decode_predictions takes probabilities of ImageNet's classes, shape (n, 1000); "
            f"received shape {rows.shape}. For one picture pass model.predict(x[None])."
        )
    path = get_file(origin=CLASSES, file_hash=CLASSES_MD5, cache_subdir="models")
    with open(path, encoding="utf-8") as file:
        names = json.load(file)
    best = np.argsort(rows, axis=1)[:, ::-1][:, :top]
    return [[(*names[str(i)], row[i]) for i in order] for row, order in zip(rows, best)]
