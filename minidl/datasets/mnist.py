"""MNIST: 70 000 handwritten digits, 28 by 28 pixels. The four files come with minidl.

Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", made from NIST's
Special Databases 1 and 3. Licence: Creative Commons Attribution-ShareAlike 3.0,
https://creativecommons.org/licenses/by-sa/3.0/
"""

import itertools
import os

import numpy as np

from .archives import NpzFile
from .base import Arrays, IdxFile, load, read_file

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

# The digests are of the contents: the same contents circulate in .gz files that were compressed
# differently.
FILES = (
    IdxFile(
        "train-images-idx3-ubyte.gz",
        (60000, 28, 28),
        sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    IdxFile(
        "train-labels-idx1-ubyte.gz",
        (60000,),
        sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    IdxFile(
        "t10k-images-idx3-ubyte.gz",
        (10000, 28, 28),
        sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte.gz",
        (10000,),
        sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)

KERAS_NPZ = NpzFile(
    "mnist.npz", 11_490_434, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
)


def load_data(path: str | os.PathLike[str] | None = None) -> Arrays:
    """Load MNIST: `(x_train, y_train), (x_test, y_test) = load_data()`.

    x_train is (60000, 28, 28) and x_test (10000, 28, 28): uint8, 0 is background and 255 is full
    ink. y_train (60000,) and y_test (10000,) are uint8 too: the digits 0 to 9. Each call returns
    new arrays, yours to change.

    The files are looked for in MINIDL_HOME (if set), beside minidl's code, in `~/.minidl`, then on
    the network.

    path: as in Keras. If Keras's file `mnist.npz` is there, it is read; if not, the ordinary search
    goes on. The
        numbers are the same either way: whatever is read must match the published digest.

    Raises:
        DataFileError: a file is damaged or not MNIST, or none is found and none can be downloaded.
    """
    if path is not None and os.path.isfile(path):
        arrays = read_file(path, KERAS_NPZ)
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    return load("mnist", FILES, MIRRORS)


def read_picture(path) -> np.ndarray:
    """A digit of your own, as MNIST has its images: light ink on black, (28, 28), values 0 to 1.

    path: a picture file of one digit, best dark on white paper; its size does not matter. As NIST's
    digits were, it is cut out, shrunk into 20 by 20 pixels, and centred by its mass. ValueError if
    there is nothing on the paper.
    """
    import matplotlib.image

    pixels = matplotlib.image.imread(path).astype(float)
    pixels = pixels / (255.0 if pixels.max() > 1 else 1.0)
    ink = pixels[..., :3].mean(axis=-1) if pixels.ndim == 3 else pixels
    if ink.mean() > 0.5:
        ink = 1 - ink  # dark on white: turn it round
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.3), np.flatnonzero(ink.max(axis=0) > 0.3)
    if not len(rows):
        raise ValueError(f"{path} seems to be empty: draw one digit, dark on white.")
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = max(digit.shape)
    square = np.zeros((size, size))
    top, left = (size - digit.shape[0]) // 2, (size - digit.shape[1]) // 2
    square[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    edges = np.linspace(0, size, 21)  # average the pixels that fall into each of 20 by 20 cells
    cells = [slice(int(a), int(np.ceil(b))) for a, b in itertools.pairwise(edges)]
    small = np.array([[square[r, c].mean() for c in cells] for r in cells])
    image = np.pad(small / max(small.max(), 1e-9), 4)
    down, right = (14 - np.average(np.indices(image.shape)[k], weights=image) for k in (0, 1))
    return np.roll(image, (round(down), round(right)), axis=(0, 1))
