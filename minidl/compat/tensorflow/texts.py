"""tf.strings and tf.io: texts, and files of texts and pictures."""

from __future__ import annotations

import glob
import io
import os
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ...data.images import array_to_img, img_to_array, load_img
from ...support.disk import make_folder
from ...tensor import Tensor
from .doors import Strings, door, is_text, opening

NAMES: dict[str, Any] = {}
opens = opening(NAMES)


def _changed(x, function: Callable) -> Any:
    """function(text) for each text, as texts."""
    return Strings.of(x).texts().each(function).view(Strings)


def _numbers(x, function: Callable, dtype) -> Tensor:
    """function(text) for each text, as numbers."""
    return Tensor(Strings.of(x).texts().each(function).astype(np.dtype(dtype)))


def _cut(x, function: Callable) -> Any:
    """The parts of a text as texts; of several texts a list of such arrays."""
    parts = Strings.of(x).texts().each(lambda t: Strings.of(function(t)))
    return parts[()] if parts.ndim == 0 else list(parts)


def _in_ascii(function: Callable, encoding: str) -> Callable:
    """function(text), which without an encoding changes the letters A to Z alone."""
    return lambda t: "".join([function(c) if encoding or c.isascii() else c for c in t])


@opens("strings.lower", "| input encoding")
def _lower(x, encoding=""):
    return _changed(x, _in_ascii(str.lower, encoding))


@opens("strings.upper", "| input encoding")
def _upper(x, encoding=""):
    return _changed(x, _in_ascii(str.upper, encoding))


@opens("strings.length", "| input unit")
def _length(x, unit="BYTE"):
    """How many bytes, or with unit='UTF8_CHAR' letters, each text has."""
    return _numbers(x, lambda t: len(t if unit == "UTF8_CHAR" else t.encode()), "int32")


@opens("strings.regex_replace", "| input pattern rewrite replace_global")
def _regex_replace(x, pattern, rewrite, replace_global=True):
    r"""What the pattern finds, replaced by `rewrite`, where \1 is the first group."""
    return _changed(x, lambda t: re.sub(pattern, rewrite, t, count=0 if replace_global else 1))


@opens("strings.join", "| inputs separator")
def _join(inputs, separator=""):
    """The texts of several arrays, put together one by one."""
    rows = np.stack(np.broadcast_arrays(*[Strings.of(part).texts() for part in inputs]), -1)
    return _reduce_join(rows, -1, separator=separator)


@opens("strings.reduce_join", "| inputs axis keepdims separator")
def _reduce_join(x, axis=None, keepdims=False, separator=""):
    """All texts, or those along an axis, put together."""
    texts = Strings.of(x).texts()
    texts = texts.reshape(-1) if axis is None else np.moveaxis(texts, axis, -1)
    joined = Strings.of(np.empty(texts.shape[:-1], object))
    for place in np.ndindex(joined.shape):
        joined[place] = separator.join(np.asarray(texts[place]).tolist())
    return np.expand_dims(joined, axis) if keepdims and axis is not None else joined


@opens("strings.to_number", "| input out_type")
def _to_number(x, out_type: Any = "float32"):
    return _numbers(x, int if np.dtype(out_type).kind in "iu" else float, out_type)


@opens("strings.as_string as_string", "input | precision")
def _as_string(x, precision=-1):
    """The numbers as texts, with `precision` digits after the point, 6 if it is -1."""
    if is_text(x):
        return x
    kinds = {
        "b": lambda n: str(n).lower(),
        "f": f"{{:.{6 if precision < 0 else precision}f}}".format,
    }
    numbers = np.asarray(x)
    return (
        numbers.astype(object).view(Strings).each(kinds.get(numbers.dtype.kind, str)).view(Strings)
    )


_TABLE: dict[str, tuple[str, Callable]] = {
    "regex_full_match": (
        "| input pattern",
        lambda x, pattern: _numbers(x, lambda t: re.fullmatch(pattern, t) is not None, "bool"),
    ),
    "split": (
        "| input sep maxsplit",
        lambda x, sep=None, maxsplit=-1: _cut(x, lambda t: t.split(sep or None, maxsplit)),
    ),
    "strip": ("| input", lambda x: _changed(x, str.strip)),
    "substr": (
        "| input pos len",
        lambda x, pos, n: _changed(x, lambda t: t.encode()[pos:][:n].decode(errors="replace")),
    ),
    "unicode_split": ("| input input_encoding", lambda x, encoding="UTF-8": _cut(x, list)),
}
NAMES |= {f"strings.{name}": door(function, words) for name, (words, function) in _TABLE.items()}

# --- tf.io

_MODES = {1: "grayscale", 3: "rgb", 4: "rgba"}


def _path(name) -> str:
    return os.path.expanduser(str(Strings.of(name).texts()[()]))


def _bytes(text) -> bytes:
    return Strings.of(text).numpy()


@opens("io.read_file", "| filename")
def _read_file(filename):
    """The bytes of a file."""
    with open(_path(filename), "rb") as file:
        return Strings.of(file.read())


@opens("io.write_file", "| filename contents")
def _write_file(filename, contents):
    """Write bytes, or a text as UTF-8, into a file. Its folder is made if there is none."""
    make_folder(_path(filename))
    with open(_path(filename), "wb") as file:
        file.write(_bytes(contents))


@opens("io.decode_image image.decode_image", "| contents channels dtype expand_animations")
def _decode_image(contents, channels=0, dtype: Any = "uint8", expand_animations=True):
    """The picture in the bytes of a file, (height, width, channels): as many channels as it has, or
    1 (gray), 3 (RGB), 4 (RGBA). uint8 from 0 to 255, or float32 from 0 to 1.
    """
    if channels not in (0, *_MODES):
        raise ValueError(f"decode_image: channels is 0, 1, 3 or 4; received {channels!r}.")
    import PIL.Image

    file = io.BytesIO(_bytes(contents))
    bands = min(len(PIL.Image.open(file).getbands()), 4)
    picture = load_img(file, _MODES[channels or (1 if bands == 2 else bands)])
    x = img_to_array(picture, "channels_last", "uint8")
    return Tensor(x if np.dtype(dtype) == np.uint8 else x.astype(np.dtype(dtype)) / 255)


def _encoded(kind: str) -> Callable:
    def encoded(x, format="", quality=95):
        """The bytes of a file with this picture."""
        file = io.BytesIO()
        options = {"quality": quality} if kind == "jpeg" else {}
        array_to_img(x, "channels_last", scale=False).save(file, kind, **options)
        return Strings.of(file.getvalue())

    return encoded


def _open(name, mode="r"):
    return open(_path(name), mode, encoding=None if "b" in mode else "utf-8")


for _place in ("io", "image"):
    for _kind in ("bmp", "jpeg", "png"):
        NAMES[f"{_place}.decode_{_kind}"] = door(
            lambda contents, channels=0, dtype="uint8": _decode_image(contents, channels, dtype),
            "| contents channels dtype",
        )
    NAMES[f"{_place}.encode_jpeg"] = door(_encoded("jpeg"), "image | format quality")
    NAMES[f"{_place}.encode_png"] = door(_encoded("png"), "image")
_FILES: dict[str, Callable] = {
    "GFile": _open,
    "exists": lambda path: os.path.exists(_path(path)),
    "glob": lambda pattern: sorted(glob.glob(_path(pattern))),
    "isdir": lambda path: os.path.isdir(_path(path)),
    "listdir": lambda path: sorted(os.listdir(_path(path))),
    "makedirs": lambda path: os.makedirs(_path(path), exist_ok=True),
    "remove": lambda path: os.remove(_path(path)),
}
NAMES |= {f"io.gfile.{name}": function for name, function in _FILES.items()}
NAMES["io.matching_files"] = lambda pattern: Strings.of(np.array(_FILES["glob"](pattern), object))
