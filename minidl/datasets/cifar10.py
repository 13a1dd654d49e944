"""CIFAR-10: 60 000 small colour photographs of 10 kinds of things. Downloaded on first use.

A. Krizhevsky, "Learning multiple layers of features from tiny images", technical report, University
of Toronto, 2009.
"""

from .base import Arrays, find
from .cifar import MIRRORS, CifarFile

FILE = CifarFile(
    "cifar-10-python.tar.gz",
    180_000_000,
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    tuple(f"cifar-10-batches-py/data_batch_{i}" for i in range(1, 6)),
    ("cifar-10-batches-py/test_batch",),
    (10_000, 10_000),
    ("labels",),
)
LABELS = "airplane automobile bird cat deer dog frog horse ship truck"


def load_data() -> Arrays:
    """Load CIFAR-10: `(x_train, y_train), (x_test, y_test) = load_data()`, as
    keras.datasets.cifar10 does.

    x_train is (50000, 32, 32, 3) and x_test (10000, 32, 32, 3), uint8, red, green and blue from 0
    to 255. y_train (50000, 1) and y_test (10000, 1), uint8, are the classes 0 to 9;
    `get_label_names()` has their names.

    The file (170 MB) is looked for in MINIDL_HOME (if set), beside minidl's code, in `~/.minidl`,
    then on the network.

    Raises:
        DataFileError: the file is damaged or another, or none is found and none can be downloaded.
    """
    return find("cifar10", FILE, MIRRORS)["labels"]


def get_label_names() -> tuple[str, ...]:
    """The names of the 10 classes, in the order of their numbers."""
    return tuple(LABELS.split())
