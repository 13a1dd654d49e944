"""Images listed in a table, one a row, for ImageDataGenerator.flow_from_dataframe."""

from __future__ import annotations

import os

import numpy as np

from ..support.arrays import as_array
from ..support.warning import warn
from .flows import Flow, flow_of_files, part_of
from .folders import Files
from .images import known

_MODES = ("categorical", "binary", "sparse", "raw", "input", None)


def flow_of_table(maker, table, wanted, load, how, saved, subset) -> Flow:
    """Return the flow for ImageDataGenerator.flow_from_dataframe. table: the frame, the directory
    and the names of the columns of paths, classes and weights. wanted: classes and class_mode.
    """
    frame, directory, x_col, y_col, weight_col = table
    classes, class_mode = wanted
    known("class_mode", class_mode, _MODES)
    filenames = [str(name) for name in frame[x_col]]
    paths = [os.path.join(os.path.expanduser(directory or ""), name) for name in filenames]
    rows = np.array([os.path.isfile(path) for path in paths], bool)
    if not rows.all():
        first = paths[int(np.argmin(rows))]
        warn(f"{(~rows).sum()} files of the table are missing, the first is {first!r}.")
    labels, names = None, None
    if class_mode == "raw":
        labels = as_array(frame[y_col], keep_ints=True)
    elif class_mode not in ("input", None):
        labels, names = _numbered(np.asarray(frame[y_col]).astype(str), classes)
        rows &= labels >= 0
    chosen = np.flatnonzero(rows)
    chosen = chosen[part_of(maker, len(chosen), subset)]
    weights = None if weight_col is None else as_array(frame[weight_col])[chosen]
    files = Files(paths, labels, names).chosen(chosen)
    flow = flow_of_files(maker, files, class_mode, weights, load, how, saved)
    flow.filenames = [filenames[i] for i in chosen]
    kinds = f" belonging to {len(names)} classes" if names else ""
    print(f"Found {len(chosen)} image files{kinds}.")
    return flow


def _numbered(texts: np.ndarray, classes) -> tuple[np.ndarray, list[str]]:
    """Return the number of each class, -1 for classes that are not wanted, and the names in their
    order.
    """
    names = sorted(set(texts.tolist())) if classes is None else [str(c) for c in classes]
    number = {name: i for i, name in enumerate(names)}
    return np.array([number.get(text, -1) for text in texts.tolist()], int), names
