"""Boston housing: 506 districts of Boston in the 1970s, 13 numbers each, and the median price of a
house. Downloaded on first use.

D. Harrison, D. L. Rubinfeld, "Hedonic housing prices and the demand for clean air", Journal of
Environmental Economics and Management 5, 1978. One column, "B", was built on the assumption that
the skin colour of neighbours sets a price. Use this data where a tutorial or the talk about such
data needs it; for a regression to learn from, `california_housing` is the better choice.
"""

import os

from .archives import NpzFile, Rows, check_test_split, load, split_rows

FILE = NpzFile(
    "boston_housing.npz",
    100_000,
    "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
)


def load_data(
    path: str | os.PathLike[str] | None = None, test_split: float = 0.2, seed: int = 113
) -> Rows:
    """Load the prices: `(x_train, y_train), (x_test, y_test) = load_data()`, as
    keras.datasets.boston_housing does.

    x_train is (404, 13) and x_test (102, 13); y_train (404,) and y_test (102,) are prices in
    thousands of dollars of then.

    path: a copy of Keras's file, if you have one. test_split: the part of the rows kept for
    testing. seed: of the shuffling.

    Raises:
        DataFileError: the file is damaged or another, or none is found and none can be downloaded.
    """
    check_test_split(test_split)
    arrays = load("boston_housing", FILE, path)
    return split_rows(arrays["x"], arrays["y"], test_split, seed)
