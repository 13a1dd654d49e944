"""Texts in folders, one for each class, as a dataset that opens each file when its turn comes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..support.checks import check_count
from .folders import Reading, check_split, datasets_of, find_files
from .images import known


def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size: int | None = 32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    format="tf",
    verbose=True,
) -> Any:
    """A dataset of the texts in a directory, whose folders are the classes: batches (texts,
    labels), where texts is an array (n,) of str, as layers.TextVectorization takes it. The texts
    are the files that end in .txt, in UTF-8.

    max_length: of a longer text the first max_length characters are kept.
    The other arguments, the results and the errors are those of image_dataset_from_directory.
    """
    known("label_mode", label_mode, ("int", "categorical", "binary", None))
    known("format", format, ("tf",))
    check_split(validation_split, subset, shuffle, seed)
    if max_length is not None:
        check_count("max_length", max_length)
    files = find_files(
        directory, labels if label_mode else None, class_names, follow_links, (".txt",), "texts"
    )
    how = Reading(Reader(max_length), label_mode, batch_size, shuffle, seed, verbose)
    return datasets_of(files, how, validation_split, subset)


class Reader(NamedTuple):
    """The text in a file, up to max_length characters."""

    max_length: int | None

    def __call__(self, path, *label):
        try:
            with open(str(path), encoding="utf-8") as file:
                text = file.read(self.max_length)
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path} is no text in UTF-8: byte {error.start} is "
                f"0x{error.object[error.start]:02x}. Save it as UTF-8 in an editor, or leave it "
                "out of the folder."
            ) from None
        # an object, so that a batch takes no more room than its texts
        text = np.array(text, dtype=object)
        return (text, *label) if label else text
