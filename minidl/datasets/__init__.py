"""Data sets with Keras's names and arrays: digits, clothes, photographs, houses, reviews and news.
Also toy problems and texts that are computed by formulas.
"""

import importlib

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
    "texts",
    "toy",
]


def __getattr__(name):
    """Import a data set's module when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f".{name}", __name__)
