"""tf.io: files of texts and pictures."""

from __future__ import annotations

import glob
import io
import os
from collections.abc import Callable

import numpy as np

from ...data.images import CHANNELS, array_to_img, img_to_array, load_img
from ...support.disk import make_folder
from ...support.texts import as_texts
from ...tensor import Tensor
from .doors import shelf

_MODES = {count: mode for mode, count in CHANNELS.items()}


def _path(name) -> str:
    return os.path.expanduser(str(as_texts(name).decoded()[()]))


def _open(name, mode="r"):
    return open(_path(name), mode, encoding=None if "b" in mode else "utf-8")


def read_file(filename):
    """The bytes of a file."""
    with _open(filename, "rb") as file:
        return as_texts(file.read())


def write_file(filename, contents):
    """Write bytes, or a text as UTF-8, into a file. Its folder is made if there is none."""
    make_folder(_path(filename))
    with _open(filename, "wb") as file:
        file.write(as_texts(contents).numpy())


def matching_files(pattern):
    """The paths that fit a pattern, sorted."""
    return as_texts(np.array(_FILES["glob"](pattern), object))


def decode_image(contents, channels=0, dtype="uint8", expand_animations=True):
    """The picture in the bytes of a file, (height, width, channels): as many channels as it has, or
    1 (gray), 3 (RGB), 4 (RGBA). uint8 from 0 to 255, or float32 from 0 to 1.
    """
    if channels not in (0, *_MODES):
        raise ValueError(f"decode_image: channels is 0, 1, 3 or 4; received {channels!r}.")
    import PIL.Image

    file = io.BytesIO(as_texts(contents).numpy())
    bands = min(len(PIL.Image.open(file).getbands()), 4)
    picture = load_img(file, _MODES[channels or (1 if bands == 2 else bands)])
    x = Tensor(img_to_array(picture, "channels_last", "uint8"))
    return x if np.dtype(dtype) == np.uint8 else x.astype(dtype) / 255


def _encoded(x, kind: str, **options):
    """The bytes of a file with this picture."""
    file = io.BytesIO()
    array_to_img(x, "channels_last", scale=False).save(file, kind, **options)
    return as_texts(file.getvalue())


HERE: dict[str, Callable] = {
    "decode_bmp": lambda contents, channels=0: decode_image(contents, channels),
    "decode_jpeg": lambda contents, channels=0: decode_image(contents, channels),
    "decode_png": lambda contents, channels=0, dtype="uint8": decode_image(
        contents, channels, dtype
    ),
    "encode_jpeg": lambda image, format="", quality=95: _encoded(image, "jpeg", quality=quality),
    "encode_png": lambda image: _encoded(image, "png"),
}
_FILES: dict[str, Callable] = {
    "GFile": _open,
    "exists": lambda path: os.path.exists(_path(path)),
    "glob": lambda pattern: sorted(glob.glob(_path(pattern))),
    "isdir": lambda path: os.path.isdir(_path(path)),
    "listdir": lambda path: sorted(os.listdir(_path(path))),
    "makedirs": lambda path: os.makedirs(_path(path), exist_ok=True),
    "remove": lambda path: os.remove(_path(path)),
}
NAMES = shelf(globals(), "io.")
NAMES |= {f"image.{n}": NAMES[f"io.{n}"] for n in ["decode_image", *HERE]}
NAMES |= {f"io.gfile.{name}": function for name, function in _FILES.items()}
