"""What CIFAR-10 and CIFAR-100 share: a .tar.gz of pickles, read after its digest was compared, by a
reader that builds arrays and texts and nothing else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..support import backend
from ..support.disk import DataFileError, check_digest
from .archives import only_arrays
from .base import Arrays

MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)
SHAPE = (3, 32, 32)  # of an image in the files: channels first, and flat


class CifarFile(NamedTuple):
    """An archive as it was published. `read` returns (x_train, y_train), (x_test, y_test), images
    with their channels last.

    training, test: the names of the pickles in it. rows: how many images each pickle holds.
    labels: the names that the labels may have in them.
    """

    name: str
    max_bytes: int
    sha256: str
    training: tuple[str, ...]
    test: tuple[str, ...]
    rows: tuple[int, int]
    labels: tuple[str, ...]

    def read(self, data: bytes) -> dict[str, Arrays]:
        """The arrays for each name that the labels have. DataFileError if the digest says that the
        bytes are not this file's, or if they hold something else than images.
        """
        import io
        import tarfile

        check_digest("sha256", self.sha256, data)
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            parts = [
                [self.batch(archive, name, rows) for name in names]
                for names, rows in zip((self.training, self.test), self.rows)
            ]
        return {label: (joined(parts[0], label), joined(parts[1], label)) for label in self.labels}

    def batch(self, archive, name: str, rows: int) -> dict[str, np.ndarray]:
        """The images and labels of one pickle, whose keys are bytes in these files."""
        try:
            file = archive.extractfile(name)
        except KeyError:
            raise DataFileError(f"expected the file {name} in the archive, found none") from None
        found = {as_text(k): v for k, v in only_arrays(file, encoding="bytes").items()}
        images = np.asarray(found.get("data"))
        if images.shape != (rows, np.prod(SHAPE)) or images.dtype != np.uint8:
            raise DataFileError(
                f"expected {rows} images of 3072 bytes in {name}, found {images.dtype} of shape "
                f"{images.shape}"
            )
        labels = {key: np.asarray(found.get(key)) for key in self.labels}
        for key, values in labels.items():
            if values.shape != (rows,) or values.dtype.kind not in "iu":
                raise DataFileError(f"expected {rows} {key} in {name}, found {values.shape}")
        return {"data": images, **labels}


def joined(parts: list[dict[str, np.ndarray]], label: str) -> tuple[np.ndarray, np.ndarray]:
    """(x, y) of several pickles: x (n, 32, 32, 3) uint8, y (n, 1) uint8; with channels first where
    minidl.config.image_data_format() says so.
    """
    x = np.concatenate([part["data"] for part in parts]).reshape(-1, *SHAPE)
    y = np.concatenate([part[label] for part in parts]).astype(np.uint8)[:, None]
    if backend.image_data_format() == "channels_last":
        x = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    return x, y


def as_text(key: Any) -> str:
    """A key as text."""
    return key.decode("latin-1") if isinstance(key, bytes) else str(key)
