"""Files in folders, one for each class, as a dataset that opens each file when its turn comes."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import layers
from ..random import generator
from ..support import backend
from ..support.checks import check_count, check_number
from .images import CHANNELS, img_to_array, known, load_img, size_of
from .pipeline import Dataset

ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


class Files(NamedTuple):
    """Paths of files, the number of the class of each (None: no labels), and the classes' names."""

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None

    def chosen(self, order) -> Files:
        """Some of the files, in this order."""
        labels = None if self.labels is None else self.labels[order]
        return Files(np.asarray(self.paths, object)[order].tolist(), labels, self.class_names)


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format="tf",
    verbose=True,
) -> Any:
    """A dataset of the images in a directory, whose folders are the classes: batches (images,
    labels), images (n, height, width, channels) float32 with values from 0 to 255.

    labels: 'inferred' from the folders; a list with a whole number for each file, in the order of
    their sorted paths; None for images alone. label_mode: 'int' (n,), 'categorical' one-hot
    (n, classes), 'binary' 0.0 or 1.0 (n, 1), or None. class_names: the folders to read, in the
    order of their numbers; sorted by name if left out.
    batch_size: None for single images. shuffle: a new order each loop. seed: of that order.
    validation_split, subset: the part kept for validation, and 'training', 'validation' or 'both',
    which returns two datasets. Both calls need one seed, or shuffle=False.
    interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio: as in layers.Resizing. format: 'tf',
    a Dataset with the methods of tf.data.

    The results have class_names and file_paths. ValueError if there are no images.
    """
    known("label_mode", label_mode, ("int", "categorical", "binary", None))
    known("color_mode", color_mode, CHANNELS)
    known("format", format, ("tf",))
    check_split(validation_split, subset, shuffle, seed)
    files = find_files(directory, labels if label_mode else None, class_names, follow_links)
    resizing = layers.Resizing(
        *size_of("image_size", image_size),
        interpolation=interpolation,
        crop_to_aspect_ratio=crop_to_aspect_ratio,
        pad_to_aspect_ratio=pad_to_aspect_ratio,
        data_format=backend.checked_data_format("image_dataset_from_directory", data_format),
        name="image_dataset_resizing",
    )
    how = Reading(Reader(color_mode, resizing), label_mode, batch_size, shuffle, seed, verbose)
    return datasets_of(files, how, validation_split, subset)


class OfFiles(Dataset):
    """A dataset that knows its files: class_names and file_paths."""

    def __init__(self, begin, size, files: Files):
        super().__init__(begin, size)
        self.class_names, self.file_paths = files.class_names, files.paths


class Reader(NamedTuple):
    """The image in a file, in the size of all."""

    color_mode: str
    resizing: layers.Resizing

    def __call__(self, path, *label):
        data_format = self.resizing.data_format
        image = img_to_array(load_img(str(path), self.color_mode), data_format)
        return (self.resizing(image), *label) if label else self.resizing(image)


class Reading(NamedTuple):
    """How files become a dataset. read(path, label) gives a sample; the others are arguments of
    image_dataset_from_directory.
    """

    read: Callable
    label_mode: str | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    verbose: bool
    padded: bool = False  # whether shorter samples of a batch are continued by zeros


def datasets_of(files: Files, how: Reading, validation_split, subset) -> Any:
    """The dataset of these files, or of the part that subset asks for; for 'both' a tuple of two.
    ValueError if label_mode does not fit the classes, or a part is empty.
    """
    _check_classes(files, how.label_mode)
    if how.shuffle and validation_split:  # the same parts in both calls
        rng = generator() if how.seed is None else np.random.RandomState(how.seed)
        files = files.chosen(rng.permutation(len(files.paths)))
    parts = split(files, validation_split, subset)
    _tell(files, parts, subset, how.verbose)
    made = [
        _dataset(part, how._replace(shuffle=how.shuffle and not i)) for i, part in enumerate(parts)
    ]
    return made[0] if len(made) == 1 else tuple(made)


def _dataset(files: Files, how: Reading) -> Dataset:
    """The pipeline: paths, shuffled, read, stacked."""
    paths = np.asarray(files.paths)
    labels = encoded(files, how.label_mode)
    data = Dataset.from_tensor_slices(paths if labels is None else (paths, labels))
    data = data.shuffle(len(paths), how.seed) if how.shuffle else data
    data = data.map(how.read)
    if how.batch_size is not None:
        stack = data.padded_batch if how.padded else data.batch
        data = stack(check_count("batch_size", how.batch_size))
    return OfFiles(data.begin, data.size, files)


def encoded(files: Files, label_mode: str | None) -> np.ndarray | None:
    """The labels as label_mode wants them."""
    if files.labels is None or label_mode is None:
        return None
    if label_mode == "int":
        return files.labels.astype(np.int32)
    if label_mode == "binary":
        return files.labels.astype(np.float32)[:, None]
    classes = len(files.class_names or ())
    return np.eye(max(classes, files.labels.max() + 1), dtype=np.float32)[files.labels]


def find_files(
    directory, labels: Any, class_names, follow_links: bool, endings=ENDINGS, what="images"
) -> Files:
    """The files under a directory whose names end so, sorted: those of each class, class by class,
    or, without inferred labels, all there are. what: the word for them in errors.
    """
    directory = os.path.expanduser(os.fspath(directory))
    if not os.path.isdir(directory):
        raise NotADirectoryError(f"There is no directory {directory!r} to read {what} from.")
    inferred = isinstance(labels, str)
    if inferred:
        known("labels", labels, ("inferred",))
        names = _class_folders(directory, class_names)
        found = [_found(os.path.join(directory, name), follow_links, endings) for name in names]
        numbers = np.repeat(np.arange(len(names)), [len(paths) for paths in found])
        files = Files([path for paths in found for path in paths], numbers, names)
    else:
        if class_names is not None:
            raise ValueError("class_names goes with labels='inferred': they name the folders.")
        paths = _found(directory, follow_links, endings)
        files = Files(paths, _given_labels(labels, len(paths), what), None)
        if files.labels is not None:
            names = [str(k) for k in sorted(set(files.labels.tolist()))]
            files = Files(paths, files.labels, names)
    if not files.paths:
        raise ValueError(
            f"No {what} in {directory!r}: no file ends in {', '.join(endings)}."
            + (" labels='inferred' looks into its folders, one for each class." * inferred)
        )
    return files


def _class_folders(directory: str, class_names) -> list[str]:
    with os.scandir(directory) as entries:
        there = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
    missing = sorted(set(class_names or ()) - set(there))
    if missing:
        raise ValueError(
            f"class_names has {missing[0]!r}, and {directory!r} has no such folder; it has "
            f"{', '.join(map(repr, there[:20]))}."
        )
    return there if class_names is None else list(class_names)


def _found(folder: str, follow_links: bool, endings: tuple[str, ...]) -> list[str]:
    """The paths of all such files under a folder: folder by folder, sorted."""
    return [
        os.path.join(where, name)
        for where, _, names in sorted(os.walk(folder, followlinks=follow_links))
        for name in sorted(names)
        if name.lower().endswith(endings)
    ]


def _given_labels(labels, count: int, what: str) -> np.ndarray | None:
    if labels is None:
        return None
    array = np.asarray(labels)
    if array.shape != (count,) or array.dtype.kind not in "iu" or array.min(initial=0) < 0:
        raise ValueError(
            f"labels is a list with a whole number, 0, 1, ..., for each of the {count} {what}; "
            f"received {type(labels).__name__} of shape {array.shape} and type {array.dtype}."
        )
    return array


def _check_classes(files: Files, label_mode: str | None) -> None:
    if label_mode == "binary" and len(files.class_names or ()) != 2 and files.labels is not None:
        raise ValueError(
            f"label_mode='binary' needs two classes; there are {len(files.class_names or ())}: "
            f"{files.class_names}. Use 'int' or 'categorical'."
        )


def check_split(validation_split, subset, shuffle: bool, seed) -> None:
    """ValueError unless validation_split and subset fit each other, and parts cannot overlap."""
    if (validation_split is None) != (subset is None):
        raise ValueError(
            "validation_split and subset go together: validation_split=0.2, subset='training'; "
            f"received validation_split={validation_split!r}, subset={subset!r}."
        )
    if validation_split is None:
        return
    check_number("validation_split", validation_split, 0, 1, open_below=True)
    known("subset", subset, ("training", "validation", "both"))
    if shuffle and seed is None and subset != "both":
        raise ValueError(
            "Without a seed the training and the validation part would be drawn by chance in each "
            "call and share files. Give both calls the same seed=..., or shuffle=False."
        )


def split(files: Files, fraction: float | None, subset: str | None) -> list[Files]:
    """The parts that subset asks for: validation is the last `fraction` of the files."""
    if fraction is None:
        return [files]
    cut = len(files.paths) - int(fraction * len(files.paths))
    parts = {
        "training": files.chosen(slice(None, cut)),
        "validation": files.chosen(slice(cut, None)),
    }
    wanted = ["training", "validation"] if subset == "both" else [str(subset)]
    for name in wanted:
        if not parts[name].paths:
            raise ValueError(
                f"{len(files.paths)} files with validation_split={fraction} leave none for {name}."
            )
    return [parts[name] for name in wanted]


def _tell(files: Files, parts: list[Files], subset, verbose) -> None:
    if not verbose:
        return
    classes = f" belonging to {len(files.class_names)} classes" if files.class_names else ""
    print(f"Found {len(files.paths)} files{classes}.")
    names = ["training", "validation"] if subset == "both" else [subset]
    for name, part in zip(names, parts):
        if name:
            print(f"Using {len(part.paths)} files for {name}.")
