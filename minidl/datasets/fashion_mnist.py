"""Fashion-MNIST: 70 000 pictures of clothes from a shop, in MNIST's form but harder. Downloaded on
first use.

H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
learning algorithms", 2017, https://arxiv.org/abs/1708.07747. Copyright Zalando SE, MIT licence.
"""

from .base import Arrays, IdxFile, load

MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)

FILES = (
    IdxFile("train-images-idx3-ubyte.gz", (60000, 28, 28), md5="8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    IdxFile("train-labels-idx1-ubyte.gz", (60000,), md5="25c81989df183df01b3e8a0aad5dffbe"),
    IdxFile("t10k-images-idx3-ubyte.gz", (10000, 28, 28), md5="bef4ecab320f06d8554ea6380940ec79"),
    IdxFile("t10k-labels-idx1-ubyte.gz", (10000,), md5="bb300cfdad3c16e7a12a480ee83cd310"),
)


def load_data() -> Arrays:
    """Load Fashion-MNIST: `(x_train, y_train), (x_test, y_test) = load_data()`.

    x_train is (60000, 28, 28) and x_test (10000, 28, 28): uint8, 0 is background. y_train (60000,)
    and y_test (10000,) are uint8: 0 T-shirt/top, 1 Trouser, 2 Pullover, 3 Dress, 4 Coat, 5 Sandal,
    6 Shirt, 7 Sneaker, 8 Bag, 9 Ankle boot.

    The files are looked for in MINIDL_HOME (if set), beside minidl's code and in `~/.minidl`. The
    first time, they are downloaded (31 MB) and kept there.

    Raises:
        DataFileError: a file is damaged or not Fashion-MNIST, or none is found and none can be
        downloaded.
    """
    return load("fashion_mnist", FILES, MIRRORS)
