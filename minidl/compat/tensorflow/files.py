"""tf.io: files of texts, pictures and tables; make_csv_dataset of tf.data."""

from __future__ import annotations

import glob
import io
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ...data import Dataset
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
    bands = len(PIL.Image.open(file).getbands())
    picture = load_img(file, _MODES[channels or (1 if bands == 2 else bands)])
    x = Tensor(img_to_array(picture, "channels_last", "uint8"))
    return x if np.dtype(dtype) == np.uint8 else x.astype(dtype) / 255


def _encoded(x, kind: str, **options):
    """The bytes of a file with this picture."""
    file = io.BytesIO()
    array_to_img(x, "channels_last", scale=False).save(file, kind, **options)
    return as_texts(file.getvalue())


def decode_csv(
    records,
    record_defaults,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    select_cols=None,
):
    """A tensor for each column of these lines. record_defaults: for each a list with the value that
    stands for a missing one, [] if none may be missing, or its type.
    """
    lines = as_texts(records).decoded()
    rows = _rows(lines.ravel().tolist(), field_delim, use_quote_delim)
    places = range(len(record_defaults)) if select_cols is None else select_cols
    columns = [[row[place] for row in rows] for place in places]
    filled = [_column(c, d, na_value) for c, d in zip(columns, record_defaults)]
    return [_tensor(column.reshape(lines.shape)) for column in filled]


def _rows(lines, delimiter: str, quotes: bool) -> list[list[str]]:
    """The fields of each line. quotes: whether "a,b" is one field, without its quotation marks."""
    import csv

    how = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    return [row for row in csv.reader(lines, delimiter=delimiter, quoting=how) if row]


def _column(texts: list[str], default: Any = None, missing: str = "") -> np.ndarray:
    """The entries of a column in the type of its default: a value, alone or in a list, or a type.
    Without one: in the first of int32, int64, float32 and text that fits all of them.
    """
    known = [text for text in texts if text not in ("", missing)]
    if default is None:
        default = next(kind for kind in _KINDS if _all_are(kind.name, known))
    elif isinstance(default, (list, tuple)) and not default and len(known) < len(texts):
        raise ValueError("decode_csv: a column without a default has a missing value.")
    name = getattr(default, "name", None)  # of a type
    given = np.ravel(default) if name is None else np.zeros(1, name.replace("string", "str"))
    kind = {"i": "int32", "f": "float32"}.get(given.dtype.kind, "") if name is None else given.dtype
    kind = object if given.dtype.kind in "US" else kind
    stand_in = given[0] if given.size else None
    return np.array([text if text not in ("", missing) else stand_in for text in texts], kind)


_KINDS = [np.dtype(name) for name in ("int32", "int64", "float32", "str")]


def _all_are(kind: str, texts: list[str]) -> bool:
    try:
        numbers = [int(t) if kind.startswith("int") else float(t) for t in texts]
    except ValueError:
        return kind == "str"
    return kind != "int32" or all(-(2**31) <= n < 2**31 for n in numbers)


def _tensor(column):
    return as_texts(column) if column.dtype.kind == "O" else Tensor(column)


def _make_csv_dataset(
    file_pattern,
    batch_size,
    column_names=None,
    column_defaults=None,
    label_name=None,
    select_columns=None,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    header=True,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    num_parallel_reads=None,
    sloppy=False,
    num_rows_for_inference=100,
    compression_type=None,
    ignore_errors=False,
    encoding="utf-8",
):
    """A Dataset of batches from CSV files: (dict of columns, labels), or the dict alone.

    num_epochs: None for ever, and then without the last small batch. How it reads, from
    prefetch_buffer_size on, makes no difference: a file is read whole.
    """
    patterns = [file_pattern] if isinstance(file_pattern, (str, os.PathLike)) else file_pattern
    rows, names = [], list(column_names or [])
    for path in [path for pattern in patterns for path in _FILES["glob"](os.fspath(pattern))]:
        with _open(path) as file:
            read = _rows(file, field_delim, use_quote_delim)
        names = names or (read[0] if read else [])
        rows += read[1:] if header else read
    if not rows:
        raise ValueError(f"make_csv_dataset: there is no file {file_pattern}, or no row in it.")
    if label_name is not None and label_name not in names:
        raise ValueError(
            f"make_csv_dataset: label_name is one of the columns {names}; received {label_name!r}."
        )
    chosen = list(names if select_columns is None else select_columns)
    defaults = dict(zip(chosen, column_defaults or [None] * len(chosen)))
    columns = {n: [r[names.index(n)] for r in rows] for n in names if n in chosen}
    data: Any = {n: _column(texts, defaults[n], na_value) for n, texts in columns.items()}
    if label_name is not None:
        data = data, data.pop(label_name)
    batches = Dataset.from_tensor_slices(data)
    if shuffle:
        batches = batches.shuffle(shuffle_buffer_size, shuffle_seed)
    return batches.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None)


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
NAMES["data.experimental.make_csv_dataset"] = _make_csv_dataset
NAMES |= {f"io.gfile.{name}": function for name, function in _FILES.items()}
