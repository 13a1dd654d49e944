"""California housing: 20 640 districts of California in 1990, 8 numbers each, and the median value
of a house. Downloaded on first use.

R. K. Pace, R. Barry, "Sparse spatial autoregressions", Statistics and Probability Letters 33, 1997;
from the US census of 1990.
"""

import os

from .archives import NpzFile, Rows, check_test_split, load, split_rows

FILE = NpzFile(
    "california_housing.npz",
    2_000_000,
    "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
)
SMALL = 600


def load_data(
    version: str = "large",
    path: str | os.PathLike[str] | None = None,
    test_split: float = 0.2,
    seed: int = 113,
) -> Rows:
    """Load the values: `(x_train, y_train), (x_test, y_test) = load_data()`, as
    keras.datasets.california_housing does.

    x_train is (16512, 8) and x_test (4128, 8): median income, age of the houses, rooms, bedrooms,
    population, people to a household, latitude, longitude. y_train (16512,) and y_test (4128,) are
    values in dollars.

    version: "large", or "small": the first 600 rows only. path: a copy of Keras's file, if you have
    one.
    test_split: the part of the rows kept for testing. seed: of the shuffling.

    Raises:
        DataFileError: the file is damaged or another, or none is found and none can be downloaded.
    """
    if version not in ("small", "large"):
        raise ValueError(f"version is 'small' (600 rows) or 'large' (20640). Received: {version!r}")
    check_test_split(test_split)
    arrays = load("california_housing", FILE, path)
    rows = slice(SMALL if version == "small" else None)
    return split_rows(arrays["x"][rows], arrays["y"][rows], test_split, seed)
