"""CIFAR-100: 60 000 small colour photographs of 100 kinds of things. Downloaded on first use.

A. Krizhevsky, "Learning multiple layers of features from tiny images", technical report, University
of Toronto, 2009.
"""

from .base import Arrays, find
from .cifar import MIRRORS, CifarFile

FILE = CifarFile(
    "cifar-100-python.tar.gz",
    180_000_000,
    "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    ("cifar-100-python/train",),
    ("cifar-100-python/test",),
    (50_000, 10_000),
    ("fine_labels", "coarse_labels"),
)


def load_data(label_mode: str = "fine") -> Arrays:
    """Load CIFAR-100: `(x_train, y_train), (x_test, y_test) = load_data()`, as
    keras.datasets.cifar100 does.

    x_train is (50000, 32, 32, 3) and x_test (10000, 32, 32, 3), uint8, red, green and blue from 0
    to 255. y_train (50000, 1) and y_test (10000, 1) are uint8. label_mode: 'fine' for the 100
    classes, 'coarse' for the 20 groups that they form.

    The file (170 MB) is looked for in MINIDL_HOME (if set), beside minidl's code, in `~/.minidl`,
    then on the network.

    Raises:
        DataFileError: the file is damaged or another, or none is found and none can be downloaded.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"label_mode is 'fine' or 'coarse'; received {label_mode!r}.")
    return find("cifar100", FILE, MIRRORS)[f"{label_mode}_labels"]
