"""ImageDataGenerator, Keras's older way to change images at random, batch by batch.

New programs use `utils.image_dataset_from_directory` and the layers RandomFlip, RandomRotation and
so on, which work inside the model.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ops.resampling import affine
from ..random import generator
from ..support import backend
from ..support.arrays import as_array
from ..support.checks import check_number
from ..support.warning import warn
from ..tensor import wrap
from .changes import brighter, matrix, shift
from .flows import Flow, flow_of_arrays, flow_of_directory
from .images import known
from .tables import flow_of_table

FILL_MODES = ("constant", "nearest", "reflect", "wrap")
_STILL: dict[str, Any] = {"theta": 0.0, "tx": 0.0, "ty": 0.0, "shear": 0.0, "zx": 1.0, "zy": 1.0}


class ImageDataGenerator:
    """Batches of images, each changed at random within the given ranges, then standardized.

    rotation_range, shear_range: the largest angle in degrees, in both directions.
    width_shift_range, height_shift_range: the largest shift, as a part of the image, or in pixels
    from 1 on; a list: one of these shifts, in both directions. zoom_range: a number z for 1 - z to
    1 + z, or (low, high); below 1 the image is enlarged. brightness_range: (low, high), factors.
    channel_shift_range: the largest number added to a channel. fill_mode, cval: the values beyond
    the edges, as in layers.RandomRotation. interpolation_order: 0 for the nearest pixel, 1 for a
    mixture of four.

    preprocessing_function(image) is applied first, then rescale, a factor, then samplewise_* and
    featurewise_*: subtract the mean, divide by the standard deviation. Last comes zca_whitening,
    after which no two pixels are correlated. featurewise_* and zca_whitening need `fit(x)` before.
    """

    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-6,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        interpolation_order=1,
        dtype=None,
    ):
        self.zca_whitening, self.zca_epsilon = zca_whitening, zca_epsilon
        self.featurewise_std_normalization = featurewise_std_normalization and not zca_whitening
        self.samplewise_std_normalization = samplewise_std_normalization
        self.featurewise_center = (
            featurewise_center or featurewise_std_normalization or zca_whitening
        )
        self.samplewise_center = samplewise_center or samplewise_std_normalization
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.channel_shift_range = channel_shift_range
        self.brightness_range = _pair("brightness_range", brightness_range)
        one = isinstance(zoom_range, (int, float))
        self.zoom_range = _pair(
            "zoom_range", (1 - zoom_range, 1 + zoom_range) if one else zoom_range
        )
        self.fill_mode, self.cval = known("fill_mode", fill_mode, FILL_MODES), cval
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.data_format = backend.checked_data_format("ImageDataGenerator", data_format)
        self.validation_split = check_number("validation_split", validation_split, 0, 1)
        self.interpolation_order = known("interpolation_order", interpolation_order, (0, 1))
        self.dtype = dtype or backend.floatx()
        self.mean = self.std = self.zca_whitening_matrix = None

    def flow(
        self,
        x,
        y=None,
        batch_size=32,
        shuffle=True,
        sample_weight=None,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
    ) -> Flow:
        """Return batches of arrays: x (n, height, width, channels), labels y, weights.

        seed: of the order and the changes; None uses minidl.set_random_seed. save_to_dir: a folder
        in which every image is stored, to look at it. subset: 'validation' is the first
        validation_split of the samples, 'training' the others.
        """
        saved = (save_to_dir, save_prefix, save_format)
        return flow_of_arrays(
            self, (x, y, sample_weight), (batch_size, shuffle, seed), saved, subset
        )

    def flow_from_directory(
        self,
        directory,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
    ) -> Flow:
        """Return batches of the images in the folders of a directory, one folder for each class.
        Each file is opened only when its batch is created.

        class_mode: 'categorical', 'binary', 'sparse' (class numbers), 'input' (the images
        themselves) or None. classes: the folders, in the order of their numbers. The other
        arguments are those of `flow` and utils.load_img. The result has class_indices, classes,
        filenames and samples.
        """
        load = {
            "color_mode": color_mode,
            "target_size": target_size,
            "interpolation": interpolation,
            "keep_aspect_ratio": keep_aspect_ratio,
        }
        saved = (save_to_dir, save_prefix, save_format)
        where = (directory, classes, class_mode, follow_links)
        return flow_of_directory(self, where, load, (batch_size, shuffle, seed), saved, subset)

    def flow_from_dataframe(
        self,
        dataframe,
        directory=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
    ) -> Flow:
        """Return batches of the images in a table. Column x_col has their paths (below directory),
        y_col their classes as texts, or numbers for class_mode='raw'; a list of names means several
        columns. Rows whose file is missing are skipped, with a warning.
        """
        load = {
            "color_mode": color_mode,
            "target_size": target_size,
            "interpolation": interpolation,
        }
        saved = (save_to_dir, save_prefix, save_format)
        table = (dataframe, directory, x_col, y_col, weight_col)
        wanted = (classes, class_mode)
        return flow_of_table(self, table, wanted, load, (batch_size, shuffle, seed), saved, subset)

    def fit(self, x, augment=False, rounds=1, seed=None) -> None:
        """Compute what featurewise_* and zca_whitening need from x (n, ...). augment: use `rounds`
        changed copies of x.
        """
        x = np.array(as_array(x), dtype=self.dtype) * np.asarray(self.rescale or 1, self.dtype)
        if x.ndim != 4:
            raise ValueError(
                "ImageDataGenerator.fit expects images, (n, height, width, channels); received "
                f"shape {x.shape}."
            )
        if augment:
            rng = generator(seed)
            x = np.stack([self.random_transform(i, rng) for _ in range(rounds) for i in x])
        axes = (0, 1, 2) if self.data_format == "channels_last" else (0, 2, 3)
        if self.featurewise_center:
            self.mean = x.mean(axis=axes, keepdims=True)[0]
            x = x - self.mean
        if self.featurewise_std_normalization:
            self.std = x.std(axis=axes, keepdims=True)[0]
        if self.zca_whitening:
            flat = x.reshape(len(x), -1)
            u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
            self.zca_whitening_matrix = (u * (math.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T

    def standardize(self, x) -> np.ndarray:
        """Apply preprocessing_function, rescale and the results of `fit` to one image."""
        x = np.asarray(as_array(x), dtype=self.dtype)
        if self.preprocessing_function is not None:
            x = np.asarray(as_array(self.preprocessing_function(x.copy())), dtype=self.dtype)
        x = x * self.rescale if self.rescale else x
        x = x - x.mean() if self.samplewise_center else x
        x = x / (x.std() + 1e-6) if self.samplewise_std_normalization else x
        if self.featurewise_center and self.mean is None:
            warn("The ImageDataGenerator has not seen data for featurewise_*: call fit(x) first.")
        x = x - self.mean if self.mean is not None else x
        x = x / (self.std + 1e-6) if self.std is not None else x
        if self.zca_whitening_matrix is not None:
            x = (x.reshape(1, -1) @ self.zca_whitening_matrix).reshape(x.shape)
        return np.asarray(x, self.dtype)

    def get_random_transform(self, img_shape, seed=None) -> dict[str, Any]:
        """Draw a random change for `apply_transform`. img_shape: of one image."""
        rng = generator(seed)
        rows, columns = img_shape[:2] if self.data_format == "channels_last" else img_shape[1:]
        low, high = self.zoom_range or (1.0, 1.0)
        zx, zy = rng.uniform(low, high, 2)
        most, brightness = self.channel_shift_range, self.brightness_range
        return {
            "theta": rng.uniform(-self.rotation_range, self.rotation_range),
            "ty": shift(rng, self.height_shift_range, rows),
            "tx": shift(rng, self.width_shift_range, columns),
            "shear": rng.uniform(-self.shear_range, self.shear_range),
            "zx": zx,
            "zy": zy,
            "flip_horizontal": bool(rng.random() < 0.5 and self.horizontal_flip),
            "flip_vertical": bool(rng.random() < 0.5 and self.vertical_flip),
            "channel_shift_intensity": rng.uniform(-most, most) if most else None,
            "brightness": rng.uniform(*brightness) if brightness else None,
        }

    def apply_transform(self, x, transform_parameters) -> np.ndarray:
        """Return one image, changed: theta and shear in degrees, tx (columns) and ty (rows) in
        pixels, zx and zy, flip_horizontal, flip_vertical, channel_shift_intensity, brightness.
        """
        x = np.asarray(as_array(x), dtype=self.dtype)
        last = self.data_format == "channels_last"
        x = x if last else x.transpose(1, 2, 0)
        change = {**_STILL, **transform_parameters}
        if any(change[name] != still for name, still in _STILL.items()):
            x = self._moved(x, matrix(change, *x.shape[:2]))
        if change.get("channel_shift_intensity") is not None:
            x = np.clip(x + change["channel_shift_intensity"], x.min(), x.max())
        x = x[:, ::-1] if change.get("flip_horizontal") else x
        x = x[::-1] if change.get("flip_vertical") else x
        x = x if change.get("brightness") is None else brighter(x, change["brightness"])
        return np.ascontiguousarray(x if last else x.transpose(2, 0, 1), dtype=self.dtype)

    def random_transform(self, x, seed=None) -> np.ndarray:
        """Return one image, changed at random."""
        return self.apply_transform(x, self.get_random_transform(np.shape(x), seed))

    def _moved(self, x, places):
        kind = ("nearest", "bilinear")[self.interpolation_order]
        moved = affine(wrap(x[None]), places[None, :2], kind, self.fill_mode, self.cval)
        return as_array(moved)[0]


def _pair(name: str, value) -> tuple[float, float] | None:
    """Return (low, high), or None. ValueError otherwise."""
    if value is None:
        return None
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"{name} is a pair of numbers, (low, high); received {value!r}.")
    low, high = (check_number(name, v) for v in value)
    return low, high
