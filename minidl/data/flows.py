"""Batches of images that an ImageDataGenerator changes, from arrays or from files."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ..random import generator
from ..support.arrays import as_array
from ..support.checks import check_count
from .batches import PyDataset, check_same_length, pack_x_y_sample_weight
from .folders import ENDINGS, Files, encoded, find_files
from .images import array_to_img, img_to_array, known, load_img

_ENDINGS = (*ENDINGS, ".ppm", ".tif", ".tiff")
_MODES = ("categorical", "binary", "sparse", "input", None)


class Flow(PyDataset):
    """Batches of images, changed anew each time. fit and predict use one epoch; `next(flow)` and
    loops return batches without end.

    maker: the ImageDataGenerator. read(i): image i as an array. labels: an array with one row for
    each image, None, or 'input' for the images themselves. how: batch_size, shuffle, seed. saved:
    folder (or None), prefix and format of the images that are stored.
    """

    def __init__(self, maker, read: Callable, n: int, labels, weights, how: tuple, saved: tuple):
        if n == 0:
            raise ValueError("This subset holds no images: validation_split leaves none for it.")
        batch_size, self.shuffle, self.seed = how
        self.maker, self.read, self.n = maker, read, n
        self.labels, self.weights, self.saved = labels, weights, saved
        self.batch_size = check_count("batch_size", batch_size)
        self._rng = generator(self.seed)
        self.reset()

    def reset(self) -> None:
        """Let `next` start a new epoch."""
        self.batch_index = 0
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Draw the order of the next epoch."""
        self.order = self._rng.permutation(self.n) if self.shuffle else np.arange(self.n)

    @property
    def samples(self) -> int:
        """The number of images."""
        return self.n

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, index) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(f"There is no batch {index}; an epoch has {len(self)}.")
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        x = np.stack([self.maker.random_transform(self.read(i), self._rng) for i in chosen])
        x = np.stack([self.maker.standardize(image) for image in x])
        self._save(x, index)
        if isinstance(self.labels, str):
            return x, x.copy()
        y = None if self.labels is None else self.labels[chosen]
        weights = None if self.weights is None else self.weights[chosen]
        return pack_x_y_sample_weight(x, y, weights)

    def __next__(self) -> Any:
        batch = self[self.batch_index]
        self.batch_index += 1
        if self.batch_index == len(self):
            self.reset()
        return batch

    def __iter__(self):
        while True:
            yield next(self)

    def _save(self, x, index: int) -> None:
        folder, prefix, file_format = self.saved
        if folder is None:
            return
        for i, image in enumerate(x):
            name = f"{prefix}_{index * self.batch_size + i}_{self._rng.integers(10**7)}"
            picture = array_to_img(image, self.maker.data_format)
            picture.save(os.path.join(folder, f"{name}.{file_format}"))


def flow_of_arrays(maker, arrays: tuple, how: tuple, saved: tuple, subset) -> Flow:
    """Return the flow for ImageDataGenerator.flow. arrays: x, y, sample_weight."""
    x = as_array(arrays[0])
    if x.ndim != 4:
        raise ValueError(
            f"flow expects images, (n, height, width, channels); received shape {x.shape}. Gray "
            "images get their axis with x[..., None]."
        )
    y, weights = (None if a is None else as_array(a, keep_ints=True) for a in arrays[1:])
    check_same_length(x=x, y=y, sample_weight=weights)
    chosen = part_of(maker, len(x), subset)
    x, (y, weights) = x[chosen], (None if a is None else a[chosen] for a in (y, weights))
    return Flow(maker, x.__getitem__, len(x), y, weights, how, saved)


def flow_of_directory(maker, where: tuple, load: dict, how: tuple, saved: tuple, subset) -> Flow:
    """Return the flow for ImageDataGenerator.flow_from_directory. load: arguments of load_img."""
    directory, classes, class_mode, follow_links = where
    known("class_mode", class_mode, _MODES)
    files = find_files(directory, "inferred", classes, follow_links, _ENDINGS)
    numbers = np.asarray(files.labels)
    kept = [np.flatnonzero(numbers == k) for k in range(len(files.class_names or ()))]
    files = files.chosen(np.concatenate([k[part_of(maker, len(k), subset)] for k in kept]))
    print(f"Found {len(files.paths)} images belonging to {len(kept)} classes.")
    flow = flow_of_files(maker, files, class_mode, None, load, how, saved)
    flow.filenames = [os.path.relpath(p, os.path.expanduser(directory)) for p in files.paths]
    return flow


def flow_of_files(maker, files: Files, class_mode, weights, load, how, saved) -> Any:
    """Return the flow of these files. It also has the attributes that programs use: names and
    numbers.
    """

    def read(i):
        return img_to_array(load_img(files.paths[i], **load), maker.data_format)

    labels, names = _labels(files, class_mode), files.class_names or []
    flow: Any = Flow(maker, read, len(files.paths), labels, weights, how, saved)
    flow.class_indices = {name: i for i, name in enumerate(names)}
    flow.classes, flow.num_classes = files.labels, len(names)
    flow.filepaths = files.paths
    return flow


def _labels(files: Files, class_mode: str | None) -> Any:
    if class_mode in ("input", None):
        return class_mode
    if class_mode == "raw":
        return files.labels
    if class_mode == "categorical":
        return encoded(files, class_mode)
    if class_mode == "binary" and len(files.class_names or ()) != 2:
        raise ValueError(
            f"class_mode='binary' needs two classes; there are {len(files.class_names or ())}: "
            f"{files.class_names}. Use 'sparse' or 'categorical'."
        )
    return np.asarray(files.labels, np.float32)


def part_of(maker, n: int, subset) -> slice:
    """Return the samples of a subset of n samples: 'validation' is the first validation_split of
    them.
    """
    if subset is None:
        return slice(None)
    known("subset", subset, ("training", "validation"))
    if not maker.validation_split:
        raise ValueError(
            f"subset={subset!r} needs ImageDataGenerator(validation_split=...), the part that is "
            "kept for validation."
        )
    cut = int(n * maker.validation_split)
    return slice(None, cut) if subset == "validation" else slice(cut, None)
